from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from matching.services import unmatch
from matching.tests.factories import matched
from messaging.models import Message
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


def say(client, url, body="Hello!", **fields):
    return client.post(f"{url}/messages", {"client_id": uuid4(), "body": body, **fields})


def positions(client, url, **query):
    page = client.get(f"{url}/messages", query)
    assert page.status_code == 200, page.json()
    return [row["position"] for row in page.json()["results"]]


@pytest.mark.requirement("R7.3")
def test_writing_and_repeating(mine, url, me):
    body = {"client_id": str(uuid4()), "body": "Park at five?"}
    first, again = (mine.post(f"{url}/messages", body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    message = first.json()
    assert set(message) == {
        "id", "conversation_id", "client_id", "position", "sender_id", "kind", "body",
        "playground", "reply_to", "created_at", "edited_at", "deleted_at", "held_at",
    }  # fmt: skip
    assert (message["position"], message["sender_id"], message["kind"]) == (1, str(me.pk), "text")
    other = mine.post(f"{url}/messages", {**body, "body": "Six?"})
    assert (other.status_code, other.json()["code"]) == (409, "client_id_reused")


@pytest.mark.requirement("R7.4")
def test_the_history_in_order_page_by_page_in_both_directions(mine, theirs, url):
    for i in range(7):
        say(mine if i % 2 else theirs, url, f"message {i}")
    assert positions(mine, url) == [1, 2, 3, 4, 5, 6, 7]
    assert positions(mine, url, order="desc", limit=3) == [7, 6, 5]
    page = mine.get(f"{url}/messages?limit=3").json()
    second = mine.get(page["next"]).json()
    assert [row["position"] for row in second["results"]] == [4, 5, 6]
    assert mine.get(second["previous"]).json()["results"] == page["results"]


@pytest.mark.requirement("R7.2", "P7")
def test_only_the_two_can_read_or_write(client_for, url, mine):
    say(mine, url)
    for stranger in (client_for(ProfileFactory().user), client_for(matched().low.user)):
        for answer in (
            stranger.get(url),
            stranger.get(f"{url}/messages"),
            say(stranger, url),
            stranger.post(f"{url}/read", {"position": 1}),
            stranger.delete(url),
        ):
            assert answer.status_code == 404
    assert Message.objects.count() == 1
    assert client_for(UserFactory()).get(f"{url}/messages").status_code == 409


@pytest.mark.requirement("R9.7")
def test_sharing_a_playground(mine, theirs, url):
    playground = PlaygroundFactory(name="Magnuson Park")
    sent = mine.post(
        f"{url}/messages", {"client_id": uuid4(), "playground_id": playground.pk}
    ).json()
    assert (sent["kind"], sent["body"], sent["playground"]["name"]) == (
        "playground", None, "Magnuson Park",
    )  # fmt: skip
    assert theirs.get(f"{url}/messages").json()["results"] == [sent]


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "1"},
        {"client_id": str(uuid4())},
        {"client_id": str(uuid4()), "body": ""},
        {"client_id": str(uuid4()), "body": "   "},
        {"client_id": str(uuid4()), "body": "x" * 4001},
        {"client_id": str(uuid4()), "body": "x", "playground_id": str(uuid4())},
        {"client_id": str(uuid4()), "playground_id": str(uuid4())},
        {"client_id": str(uuid4()), "body": "x", "reply_to": str(uuid4())},
        {"client_id": str(uuid4()), "body": "a\x00b"},
        {"client_id": str(uuid4()), "body": ["x"]},
        [1],
    ],
)
def test_nonsense_is_refused_and_changes_nothing(mine, url, body):
    answer = mine.post(f"{url}/messages", body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert not Message.objects.exists()


def test_what_is_written_comes_back_to_the_letter(mine, theirs, url):
    text = "<b>Hi</b> 🐕‍🦺 مرحبا \u202e 'quoted' \\ %s {} — ünïcödé"
    say(mine, url, text)
    assert theirs.get(f"{url}/messages").json()["results"][0]["body"] == text


def test_the_inbox_by_recency_with_last_message_and_unread_count(mine, me, url, theirs):
    second = matched(me)
    say(theirs, url, "First!")
    rows = mine.get("/api/v1/conversations").json()["results"]
    assert [row["id"] for row in rows] == [url.rsplit("/", 1)[1], str(second.conversation_id)]
    assert set(rows[0]) == {
        "id", "match_id", "profile", "last_message", "unread_count", "read_position",
        "other_read_position", "other_delivered_position", "updated_at", "closed_at",
    }  # fmt: skip
    assert (rows[0]["last_message"]["body"], rows[0]["unread_count"]) == ("First!", 1)
    assert (rows[1]["last_message"], rows[1]["unread_count"]) == (None, 0)
    assert mine.get(url).json() == rows[0]


def test_reading(mine, theirs, url):
    for _ in range(3):
        say(theirs, url)
    assert mine.post(f"{url}/read", {"position": 2}).json()["unread_count"] == 1
    assert mine.post(f"{url}/read", {"position": 99}).json()["unread_count"] == 0
    for position in (-1, "x", 2**31, None):
        assert mine.post(f"{url}/read", {"position": position}).status_code == 400


@pytest.mark.requirement("R7.7")
def test_deleting_a_conversation_for_me_only(mine, theirs, url):
    say(mine, url, "Old news")
    assert mine.delete(url).status_code == 204
    assert mine.get("/api/v1/conversations").json()["results"] == []
    assert mine.get(url).status_code == 404
    assert mine.get(f"{url}/messages").status_code == 404
    assert positions(theirs, url) == [1]
    say(theirs, url, "Hello again")
    assert [row["body"] for row in mine.get(f"{url}/messages").json()["results"]] == ["Hello again"]
    assert positions(theirs, url) == [1, 2]


def test_i_can_write_to_a_match_whose_conversation_i_deleted(mine, theirs, url):
    say(theirs, url)
    mine.delete(url)
    assert say(mine, url, "Changed my mind").status_code == 201
    assert positions(mine, url) == [2]


@pytest.mark.requirement("R6.3", "P16")
def test_an_ended_conversation_can_be_read_until_deleted_but_not_continued(
    mine, theirs, url, match, me
):
    say(theirs, url, "Bye")
    unmatch(match=match, by=match.other(me))
    answer = say(mine, url)
    assert (answer.status_code, answer.json()["code"]) == (409, "match_ended")
    assert positions(mine, url) == [1]
    assert mine.get(url).json()["closed_at"] is not None
    mine.delete(url)
    assert mine.get(f"{url}/messages").status_code == 404
    assert say(mine, url).status_code == 404


def test_who_is_blocked_cannot_tell_it_from_an_unmatch(mine, theirs, url, match, me, client_for):
    say(mine, url, "Hi")
    other_match = matched(me)
    other_url = f"/api/v1/conversations/{other_match.conversation_id}"
    unmatched = client_for(other_match.other(me).user)
    say(mine, other_url, "Hi")
    mine.put(f"/api/v1/blocks/{match.other(me).pk}")
    mine.delete(f"/api/v1/matches/{other_match.pk}")

    def masked(row):
        return {**row, "id": 0, "match_id": 0, "updated_at": 0, "closed_at": bool(row["closed_at"]),
                "last_message": row["last_message"]["body"]}  # fmt: skip

    assert masked(theirs.get(url).json()) == masked(unmatched.get(other_url).json())
    profile = theirs.get(url).json()["profile"]
    assert (profile["name"], profile["photos"], profile["distance"]) == (me.name, [], None)
    assert say(theirs, url).json()["code"] == say(unmatched, other_url).json()["code"]
    assert mine.get(url).status_code == 404
    assert positions(theirs, url) == [1]


def test_ids_may_come_in_capitals(mine, url):
    base, _, conversation = url.rpartition("/")
    assert mine.get(f"{base}/{conversation.upper()}").json() == mine.get(url).json()


def test_a_history_costs_the_same_for_one_message_and_for_twenty(
    mine, url, django_assert_num_queries
):
    playground = PlaygroundFactory()
    share = {"playground_id": playground.pk}
    mine.post(f"{url}/messages", {"client_id": uuid4(), **share})
    with CaptureQueriesContext(connection) as one:
        assert positions(mine, url) == [1]
    cost = len(one)  # now, because the next request empties the log
    for _ in range(19):
        mine.post(f"{url}/messages", {"client_id": uuid4(), **share})
    with django_assert_num_queries(cost):
        assert len(positions(mine, url)) == 20
