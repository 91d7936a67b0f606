"""Changing, finding and receipting messages, through the API."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matching.services import unmatch
from matching.tests.factories import matched
from messaging.models import Message
from messaging.services import acknowledge
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

SEARCH, PREFERENCES = "/api/v1/messages/search", "/api/v1/me/preferences"


def say(client, url, body="Hello!", **fields):
    answer = client.post(f"{url}/messages", {"client_id": uuid4(), "body": body, **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def at(message):
    return f"/api/v1/messages/{message['id']}"


def history(client, url):
    return client.get(f"{url}/messages").json()["results"]


def code_of(answer):
    return answer.status_code, answer.json()["code"]


# --- Editing and unsending ------------------------------------------------------------------------


def test_editing(mine, theirs, url):
    message = say(mine, url, "Helo")
    answer = mine.patch(at(message), {"body": "Hello"})
    assert answer.status_code == 200
    edited = answer.json()
    assert edited["edited_at"] is not None
    assert edited == {**message, "body": "Hello", "edited_at": edited["edited_at"]}
    assert history(mine, url) == history(theirs, url) == [edited]
    assert mine.get(url).json()["last_message"] == edited
    for same in ({"body": "Hello"}, {}):
        assert mine.patch(at(message), same).json() == edited


def test_unsending(mine, theirs, url):
    playground = PlaygroundFactory()
    share = {"client_id": uuid4(), "playground_id": playground.pk}
    place = mine.post(f"{url}/messages", share).json()
    for message in (say(mine, url, reply_to=place["id"]), place):
        assert mine.delete(at(message)).status_code == 204
        assert mine.delete(at(message)).status_code == 204
    unsent, answer = history(theirs, url)
    assert unsent == {
        **place, "body": None, "playground": None, "deleted_at": unsent["deleted_at"],
    }  # fmt: skip
    assert unsent["deleted_at"] is not None
    assert (answer["body"], answer["reply_to"]) == (None, place["id"])
    assert theirs.get(url).json()["unread_count"] == 0
    assert mine.post(f"{url}/messages", share).json() == unsent


def test_edits_are_counted(mine, url):
    message = say(mine, url)
    for number in range(10):
        assert mine.patch(at(message), {"body": str(number)}).status_code == 200
    assert code_of(mine.patch(at(message), {"body": "Bye"})) == (409, "too_many_edits")
    assert mine.patch(at(message), {"body": "9"}).json()["body"] == "9"


def test_both_end_after_a_quarter_of_an_hour(mine, url):
    message = say(mine, url)
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert code_of(mine.patch(at(message), {"body": "Bye"})) == (409, "too_late")
    assert code_of(mine.delete(at(message))) == (409, "too_late")
    assert Message.objects.get().body == "Hello!"


@pytest.mark.requirement("R6.3", "P16")
def test_after_the_end_of_the_match(mine, url, me, match):
    message = say(mine, url)
    unmatch(match=match, by=me)
    assert code_of(mine.patch(at(message), {"body": "Bye"})) == (409, "match_ended")
    assert mine.delete(at(message)).status_code == 204


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "body", [[], {"body": ""}, {"body": " "}, {"body": None}, {"body": "x" * 4001}, {"body": ["x"]}]
)
def test_what_cannot_be_sent_cannot_be_edited_in(mine, url, body):
    message = say(mine, url)
    assert mine.patch(at(message), body).status_code == 400
    assert history(mine, url) == [message]


def test_a_place_has_no_words_to_edit(mine, url):
    share = {"client_id": uuid4(), "playground_id": PlaygroundFactory().pk}
    place = mine.post(f"{url}/messages", share).json()
    assert code_of(mine.patch(at(place), {"body": "Hello"})) == (409, "not_text")


@pytest.mark.requirement("R7.2", "P7")
def test_what_is_not_ones_own_is_not_there(mine, theirs, url, client_for, me, match):
    message, stranger = say(mine, url), client_for(ProfileFactory().user)

    def is_gone(client, address=None):
        address = address or at(message)
        answers = [client.patch(address, {"body": "Mine now"}), client.delete(address)]
        return [code_of(answer) for answer in answers] == [(404, "not_found")] * 2

    assert is_gone(theirs)
    assert is_gone(stranger)
    assert is_gone(mine, f"/api/v1/messages/{uuid4()}")
    mine.delete(url)
    assert is_gone(mine)
    say(theirs, url)
    assert is_gone(mine)  # cleared away, although the conversation is back
    second = say(mine, url)
    mine.put(f"/api/v1/blocks/{match.other(me).pk}")
    assert is_gone(mine, at(second))
    bodies = Message.objects.order_by("position").values_list("body", flat=True)
    assert list(bodies) == ["Hello!"] * 3


@pytest.mark.requirement("R6.5")
def test_who_is_blocked_can_take_their_words_back_and_disturbs_nobody(mine, theirs, url, me, match):
    message = say(theirs, url)
    mine.put(f"/api/v1/blocks/{match.other(me).pk}")
    end = mine.get("/api/v1/events").json()["position"]
    assert theirs.delete(at(message)).status_code == 204
    assert mine.get("/api/v1/events").json()["position"] == end


def test_nothing_of_an_unsent_message_is_left_anywhere(mine, theirs, url):
    secret = "swordfish"
    message = say(mine, url, f"The word is {secret}")
    mine.patch(at(message), {"body": f"No, {secret} it is"})
    theirs.post(f"{url}/read", {"position": 1})
    mine.delete(at(message))
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            assert secret not in str(cursor.fetchall()), table
    for client in (mine, theirs):
        assert client.get(SEARCH, {"q": secret}).json()["results"] == []
        assert secret not in client.get("/api/v1/events").content.decode()


# --- Receipts -------------------------------------------------------------------------------------


def receipts(client, url):
    row = client.get(url).json()
    assert row in client.get("/api/v1/conversations").json()["results"]
    return (
        row["read_position"], row["other_read_position"], row["other_delivered_position"],
    )  # fmt: skip


@pytest.fixture
def talk(mine, theirs, url, me, match):
    """I wrote three times; they received two of them and read one."""
    for _ in range(3):
        say(mine, url)
    theirs.post(f"{url}/read", {"position": 1})
    their_user = match.other(me).user_id
    events = theirs.get("/api/v1/events").json()["events"]
    second = next(row for row in events if row["data"].get("position") == 2)
    acknowledge(user_id=their_user, position=second["position"])


def test_each_sees_how_far_the_other_is(mine, theirs, url, talk):
    assert receipts(mine, url) == (0, 1, 2)
    assert receipts(theirs, url) == (1, 0, 0)


def test_receipts_are_mutual_and_follow_the_preference_at_once(mine, theirs, url, talk):
    for client, position in ((mine, 2), (theirs, 3)):
        client.patch(PREFERENCES, {"read_receipts": False})
        theirs.post(f"{url}/read", {"position": position})
        assert receipts(mine, url) == (0, None, None)
        assert receipts(theirs, url) == (position, None, None)
        client.patch(PREFERENCES, {"read_receipts": True})
        assert receipts(mine, url) == (0, position, position)
        assert receipts(theirs, url) == (position, 0, 0)


@pytest.mark.requirement("R6.3", "R6.5")
@pytest.mark.parametrize("end", ["unmatch", "block"])
def test_after_the_end_there_are_no_receipts(mine, theirs, url, talk, match, me, end):
    if end == "block":
        mine.put(f"/api/v1/blocks/{match.other(me).pk}")
    else:
        mine.delete(f"/api/v1/matches/{match.pk}")
    assert receipts(theirs, url) == (1, None, None)


@pytest.mark.requirement("R7.7")
def test_deleting_a_conversation_shows_the_other_nothing(mine, theirs, url, talk):
    before = receipts(mine, url)
    theirs.delete(url)
    assert receipts(mine, url) == before
    say(mine, url)
    assert receipts(theirs, url) == (1, 0, 0)


def test_an_inbox_costs_the_same_for_one_conversation_and_for_many(mine, me, match, url):
    say(mine, url)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert mine.get("/api/v1/conversations").status_code == 200
        return len(queries)

    one = cost()
    for _ in range(5):
        say(mine, f"/api/v1/conversations/{matched(me).conversation_id}")
    assert cost() == one


# --- Searching ------------------------------------------------------------------------------------


def test_searching_newest_first_page_by_page(mine, theirs, url, me):
    other_url = f"/api/v1/conversations/{matched(me).conversation_id}"
    sent = [
        say(mine if i % 2 else theirs, url, f"park {i}") if i % 3 else say(mine, other_url, "Parks")
        for i in range(7)
    ]
    say(mine, url, "beach")
    found = mine.get(SEARCH, {"q": "park", "limit": 3}).json()
    assert found["results"] == sent[:3:-1]
    second = mine.get(found["next"]).json()
    assert second["results"] == sent[3:0:-1]
    assert mine.get(second["previous"]).json()["results"] == found["results"]
    assert mine.get(second["next"]).json()["results"] == sent[:1]
    assert len(theirs.get(SEARCH, {"q": "park"}).json()["results"]) == 4


@pytest.mark.requirement("R7.7")
def test_what_is_gone_for_me_is_not_found(mine, theirs, url, me, match):
    say(mine, url, "park")
    mine.delete(at(say(mine, url, "park")))
    assert len(mine.get(SEARCH, {"q": "park"}).json()["results"]) == 1
    mine.put(f"/api/v1/blocks/{match.other(me).pk}")
    assert mine.get(SEARCH, {"q": "park"}).json()["results"] == []
    assert len(theirs.get(SEARCH, {"q": "park"}).json()["results"]) == 1


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "  "}, {"q": "a\x00b"}, {"q": "x" * 201}])
def test_a_search_for_nothing_or_for_too_much_is_refused(mine, query):
    assert code_of(mine.get(SEARCH, query)) == (400, "invalid")


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, '"' * 200, "-" * 200, "&|!()<->:*", "🐕", "%", "\ud800", "or", "' or 1=1"],
)
def test_whatever_is_searched_for_there_is_an_answer(mine, url, text):
    say(mine, url)
    query = text.encode("utf-8", "surrogatepass")
    answer = mine.get(SEARCH, {"q": query})
    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json()["results"] == []
