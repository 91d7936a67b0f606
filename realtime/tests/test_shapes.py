import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import standing
from accounts.models import User
from events.reading import Stored
from matching import services as matching
from matching.models import Like
from matching.tests.factories import LikeFactory, matched
from messaging import services as messaging
from messaging.models import Participant
from moderation.blocking import block
from playgrounds.tests.factories import PlaygroundFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.ids import uuid7
from realtime.shapes import Item, Reader, shaped

pytestmark = pytest.mark.django_db
BASE = "http://testserver/"
NOBODY = Profile(user_id=uuid7())


def item(profile, type, position=1, **data):
    data = {name: str(value) for name, value in data.items()}
    return Item(Reader(profile.user_id, BASE), Stored(position, type, timezone.now(), data))


def shape(profile, type, **data):
    return shaped([item(profile, type, **data)])[0]


# Messages -----------------------------------------------------------------------------------------


@pytest.fixture
def match():
    return matched()


def say(match, sender, **content):
    side = Participant.objects.get(conversation=match.conversation_id, profile=sender)
    content = content or {"body": "Hello!"}
    return messaging.send(participant=side, client_id=uuid7(), **content)[0]


def message_event(profile, message, type="message.created"):
    return item(profile, type, id=message.pk, conversation_id=message.conversation_id)


def from_api(client, message):
    rows = client.get(f"/api/v1/conversations/{message.conversation_id}/messages").json()
    return next(row for row in rows["results"] if row["id"] == str(message.pk))


def unread(client, message):
    url = f"/api/v1/conversations/{message.conversation_id}"
    return {"unread_count": client.get(url).json()["unread_count"]}


@pytest.mark.parametrize("change", ["none", "place", "reply", "edit", "unsend"])
def test_a_message_is_told_as_the_api_shows_it_now(client_for, match, change):
    place = {"playground_id": PlaygroundFactory().pk} if change == "place" else {}
    message = say(match, match.low, **place)
    if change == "edit":
        messaging.edit(message=message, body="Hello, you!")
    if change == "unsend":
        messaging.unsend(message=message)
    if change == "reply":
        message = say(match, match.low, body="Yes.", reply_to=message.pk)
    for profile in (match.low, match.high):
        client = client_for(profile.user)
        for kind in ("created", "updated", "deleted"):
            told = shaped([message_event(profile, message, f"message.{kind}")])[0]
            assert told == from_api(client, message) | unread(client, message)
    assert told["body"] == {"edit": "Hello, you!", "none": "Hello!", "reply": "Yes."}.get(change)


def test_of_a_message_that_one_deleted_for_oneself_only_the_ids_are_left(match):
    message = say(match, match.low)
    messaging.delete_for_me(participant=Participant.objects.get(profile=match.high))
    mine, theirs = shaped([message_event(side, message) for side in (match.high, match.low)])
    assert "body" not in mine
    assert theirs["body"] == "Hello!"


def test_of_an_erased_message_only_the_ids_are_left(match):
    message = say(match, match.low)
    event = message_event(match.high, message)
    User.objects.filter(profile=match.low).delete()
    assert shaped([event]) == [event.event.data]


# Matches ------------------------------------------------------------------------------------------


def test_a_match_is_told_as_the_api_shows_it_now(client_for, match):
    for me in (match.low, match.high):
        told = shape(me, "match.created", id=match.pk, conversation_id=match.conversation_id)
        assert told == client_for(me.user).get(f"/api/v1/matches/{match.pk}").json()
        assert told["profile"]["photos"][0]["renditions"]["small"].startswith(BASE)


@pytest.mark.parametrize("end", ["unmatch", "block", "deactivate", "erase"])
def test_of_a_match_that_is_over_only_the_ids_are_left(client_for, match, end):
    me, them = match.low, match.high
    if end == "unmatch":
        matching.unmatch(match=match, by=them)
    if end == "block":
        block(blocker=them.user, blocked=me)
    if end == "deactivate":
        standing.deactivate(user=them.user)
    if end == "erase":
        them.user.delete()
    ids = {"id": str(match.pk), "conversation_id": str(match.conversation_id)}
    assert shape(me, "match.created", **ids) == ids
    assert client_for(me.user).get(f"/api/v1/matches/{match.pk}").status_code == 404


def test_a_match_shows_nothing_to_strangers(match):
    ids = {"id": str(match.pk)}
    assert shape(ProfileFactory(), "match.created", **ids) == ids


# Likes --------------------------------------------------------------------------------------------

HIDDEN_BY = {
    "nothing": lambda me, them: None,
    "my like": lambda me, them: matching.like(liker=me, liked=them),
    "my pass": lambda me, them: matching.pass_on(passer=me, passed=them),
    "my block": lambda me, them: block(blocker=me.user, blocked=them),
    "their block": lambda me, them: block(blocker=them.user, blocked=me),
    "their pause": lambda me, them: Profile.objects.filter(pk=them.pk).update(
        paused_at=timezone.now()
    ),
    "their missing photos": lambda me, them: Profile.objects.filter(pk=them.pk).update(
        photo_count=1
    ),
    "their ban": lambda me, them: standing.deactivate(user=them.user),
    "their change of mind": lambda me, them: matching.unlike(liker=them, liked=me),
    "their leaving": lambda me, them: them.user.delete(),
}


@pytest.mark.parametrize("what", HIDDEN_BY)
def test_a_like_is_told_as_the_api_shows_it_now(client_for, what):
    me, them = ProfileFactory(), ProfileFactory()
    matching.like(liker=them, liked=me, comment="Nice ears!")
    ids = {"id": str(Like.objects.get().pk), "profile_id": str(them.pk)}
    HIDDEN_BY[what](me, them)
    listed = client_for(me.user).get("/api/v1/likes/received").json()["results"]
    assert bool(listed) is (what == "nothing")
    assert shape(me, "like.received", **ids) == (listed[0] if listed else ids)


def test_a_card_is_made_once_however_often_it_is_news():
    like = LikeFactory()
    one = item(like.liked, "like.received", id=like.pk)
    other = item(like.liker, "like.received", id=like.pk)
    first, others, *again = shaped([one, other, *[one] * 9])
    assert first["profile"]["id"] == str(like.liker_id)
    assert others == other.event.data
    assert all(shape is first for shape in again)


def test_a_like_shows_nothing_to_anybody_else():
    like = LikeFactory()
    ids = {"id": str(like.pk)}
    for other in (ProfileFactory(), like.liker):
        assert shape(other, "like.received", **ids) == ids


# All kinds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("type", ["match.ended", "like.removed", "account.updated", "new.kind"])
def test_other_kinds_are_told_as_they_are_stored(type, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert shape(NOBODY, type, id="x") == {"id": "x"}


@pytest.mark.parametrize("type", ["message.created", "match.created", "like.received"])
def test_somebody_without_a_profile_is_told_the_ids(type):
    ids = {"id": str(uuid.uuid4()), "conversation_id": str(uuid.uuid4())}
    assert shape(NOBODY, type, **ids) == ids


def test_a_crowd_costs_as_many_queries_as_one_person(django_assert_num_queries):
    def crowd(size):
        items = []
        for n in range(size):
            match, like = matched(), LikeFactory()
            message = say(match, match.low)
            for side in (match.low, match.high):
                items += [message_event(side, message), item(side, "match.created", id=match.pk)]
            items.append(item(like.liked, "like.received", n, id=like.pk))
        return items

    few, many = crowd(1), crowd(8)
    with django_assert_num_queries(2):
        shaped(entry for entry in many if entry.event.type.startswith("message."))
    with CaptureQueriesContext(connection) as counted:
        shaped(few)
    with django_assert_num_queries(len(counted)):
        told = shaped(many)
    assert all("created_at" in data for data in told)
