import pytest

from accounts.tests.factories import UserFactory
from events.models import Stream
from realtime.tests.streams import acknowledged, fill, forget, sign_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/events"


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(api, user):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access}")
    return api


def test_events_page_by_page(client, user):
    fill(user, 102)
    first = client.get(URL).json()
    assert (len(first["events"]), first["position"], first["has_more"]) == (100, 100, True)
    assert set(first["events"][0]) == {"position", "type", "at", "data"}
    last = client.get(URL, {"after": 100}).json()
    assert [event["position"] for event in last["events"]] == [101, 102]
    assert (last["position"], last["has_more"]) == (102, False)
    empty = client.get(URL, {"after": 102, "wait": 0}).json()
    assert empty == {"events": [], "position": 102, "has_more": False}


def test_before_anything_happened(client):
    assert client.get(URL).json() == {"events": [], "position": 0, "has_more": False}


@pytest.mark.parametrize("name", ["after", "wait"])
@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "NaN", "9" * 40, "9" * 5000, "٣x", "null"])
def test_nonsense_is_refused(client, name, value):
    answer = client.get(URL, {name: value})
    assert answer.status_code == 400
    body = answer.json()
    assert (body["code"], body["errors"][0]["pointer"]) == ("invalid", f"/{name}")


@pytest.mark.parametrize("wait", [25, 9_999, 2**63 - 1])
def test_the_web_process_does_not_wait(client, wait):
    answer = client.get(URL, {"wait": wait})
    assert (answer.status_code, answer.json()["events"]) == (200, [])


def test_a_cursor_beyond_the_end(client, user):
    fill(user, 1)
    answer = client.get(URL, {"after": 2})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_ahead")
    assert client.get(URL, {"after": 2**63 - 1}).json()["code"] == "cursor_ahead"


def test_a_cursor_that_is_too_old(client, user):
    fill(user, 3)
    forget(user, until=2)
    answer = client.get(URL, {"after": 1})
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert answer.json()["position"] == 3
    assert len(client.get(URL, {"after": 2}).json()["events"]) == 1


def test_whoever_goes_on_has_what_was_before(client, user):
    fill(user, 3)
    client.get(URL)
    assert acknowledged(user) == 0
    client.get(URL, {"after": 2})
    assert acknowledged(user) == 2
    client.get(URL, {"after": 9})
    assert Stream.objects.get(user=user).acknowledged_position == 2


def test_nobody_reads_the_events_of_others(client, user):
    fill(UserFactory(), 2)
    fill(user, 1)
    assert len(client.get(URL).json()["events"]) == 1


def test_it_costs_three_queries(client, user, django_assert_num_queries):
    fill(user, 20)
    with django_assert_num_queries(3):  # sign-in, stream, how far it is known
        client.get(URL)
