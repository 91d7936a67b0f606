import pytest

from profiles.tests.answers import pointers
from profiles.tests.factories import ProfileFactory, PromptFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/prompts"


@pytest.fixture
def profile():
    return ProfileFactory()


@pytest.fixture
def client(client_for, profile):
    return client_for(profile.user)


def shown(client):
    return client.get("/api/v1/me/profile").json()["prompts"]


@pytest.mark.requirement("R2.5")
def test_they_come_back_in_the_order_given(client, profile):
    PromptFactory.create_batch(3, profile=profile)
    prompts = [{"question": f"{n}?", "answer": f"{n}!"} for n in (3, 1, 2, 1)]
    response = client.put(URL, {"prompts": prompts})
    assert response.status_code == 200
    rows = response.json()["prompts"]
    assert [(row["question"], row["answer"]) for row in rows] == [
        (prompt["question"], prompt["answer"]) for prompt in prompts
    ]
    assert {tuple(row) for row in rows} == {("id", "question", "answer", "is_held")}
    assert shown(client) == rows


@pytest.mark.requirement("R2.5")
def test_one_that_says_the_same_stays_the_same(client):
    def ids(*words):
        prompts = [{"question": word, "answer": "Yes."} for word in words]
        return [row["id"] for row in client.put(URL, {"prompts": prompts}).json()["prompts"]]

    a, b, c = ids("a", "b", "c")
    assert ids("c", "a") == [c, a]
    assert ids("a", "b") == [a, shown(client)[1]["id"]]
    assert shown(client)[1]["id"] != b
    first, second = ids("a", "a")
    assert (first, second != a) == (a, True)


@pytest.mark.requirement("R2.5")
def test_ten_at_most_and_none_at_all(client, profile):
    prompts = [{"question": "?", "answer": str(n)} for n in range(11)]
    assert client.put(URL, {"prompts": prompts[:10]}).status_code == 200
    assert pointers(client.put(URL, {"prompts": prompts})) == {"/prompts": "max_length"}
    assert len(shown(client)) == 10
    assert client.put(URL, {"prompts": []}).json() == {"prompts": []}


@pytest.mark.requirement("R2.5", "R12.5")
@pytest.mark.parametrize(
    ("prompts", "pointer", "code"),
    [
        ([{"question": "x" * 201, "answer": "a"}], "/prompts/0/question", "max_length"),
        ([{"question": "q", "answer": "x" * 501}], "/prompts/0/answer", "max_length"),
        ([{"question": " ", "answer": "a"}], "/prompts/0/question", "blank"),
        ([{"question": "q", "answer": "\u180e"}], "/prompts/0/answer", "blank"),
        (
            [{"question": "q", "answer": "a"}, {"question": "q"}],
            "/prompts/1/answer",
            "required",
        ),
        ([{"question": "q", "answer": None}], "/prompts/0/answer", "null"),
        (["q"], "/prompts/0", "invalid"),
        ({"question": "q", "answer": "a"}, "/prompts", "not_a_list"),
        (None, "/prompts", "null"),
    ],
)
def test_what_is_not_valid_is_refused(client, profile, prompts, pointer, code):
    kept = PromptFactory(profile=profile)
    assert pointers(client.put(URL, {"prompts": prompts})) == {pointer: code}
    assert list(profile.prompts.all()) == [kept]
