"""Which index serves which hot query, on tables too large to be read whole."""

import random
import re
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone
from psycopg.sql import Literal

from accounts.models import Block, User
from accounts.tests.factories import UserFactory
from events.models import Stream
from matching import standing
from matching.deck import candidates
from matching.models import Like, Match, Pass
from messaging import storing
from messaging.counters import ENDS, SIDES
from messaging.models import Conversation, Message, Participant
from messaging.views import ConversationMessagesViewSet, ConversationViewSet
from profiles.cells import snap
from profiles.models import Preferences, Profile
from pupmatch.lib.documents import Statement
from pupmatch.lib.tests.plans import assert_plan

pytestmark = pytest.mark.django_db

DOGS = 3000


def scattered(random_):
    """A cell somewhere on the globe."""
    return snap(Point(random_.uniform(-179, 179), random_.uniform(-60, 60), srid=4326))


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """Thousands of dogs with some history, kept for all tests of this file."""
    with django_db_blocker.unblock():
        yield from _crowd()


def _crowd():
    random_ = random.Random(1)
    users = User.objects.bulk_create(UserFactory.build_batch(DOGS))
    Preferences.objects.bulk_create(Preferences(user=user) for user in users)
    now = timezone.now()
    dogs = Profile.objects.bulk_create(
        Profile(
            user=user, name="Dog", birth_date="2022-01-01", photo_count=2,
            location=scattered(random_), location_shows_at=now,
        )
        for user in users
    )  # fmt: skip
    pairs = {tuple(random_.sample(range(DOGS), 2)) for _ in range(4 * DOGS)}
    Like.objects.bulk_create(Like(liker=dogs[a], liked=dogs[b]) for a, b in pairs)
    Pass.objects.bulk_create(Pass(passer=dogs[b], passed=dogs[a]) for a, b in pairs)
    talks = {tuple(sorted((dogs[a], dogs[b]), key=lambda dog: dog.pk)) for a, b in pairs}
    opened = Conversation.objects.bulk_create(
        Conversation(low=a, high=b, last_position=1) for a, b in talks
    )
    Match.objects.bulk_create(
        Match(low=talk.low, high=talk.high, conversation=talk) for talk in opened
    )
    written = Message.objects.bulk_create(
        Message(
            conversation=talk, position=1, sender=talk.low, client_id=uuid4(), kind="text", body="x"
        )
        for talk in opened
    )
    Participant.objects.bulk_create(
        Participant(
            conversation=talk, match_id=uuid4(), profile=me, other=other, last_message=message
        )
        for talk, message in zip(opened, written, strict=True)
        for me, other in ((talk.low, talk.high), (talk.high, talk.low))
    )
    Block.objects.bulk_create(
        Block(blocker=users[a], blocked=users[b]) for a, b in list(pairs)[:DOGS]
    )
    Stream.objects.bulk_create(Stream(user=user) for user in users)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield Profile.objects.select_related("user__preferences").get(pk=dogs[0].pk)
    User.objects.all().delete()


def queries(me):
    other = Like.objects.filter(liker=me).first().liked
    side = Participant.objects.filter(profile=me).first()
    newest = ("-created_at", "-id")
    return {
        "deck": (candidates(me, me.user.preferences, timezone.now()), "profiles_profile_location"),
        "mutual like": (Like.objects.filter(liker=other, liked=me), "like_once"),
        "likes received": (Like.objects.filter(liked=me).order_by(*newest), "likes_received_newest"),
        "likes sent": (Like.objects.filter(liker=me).order_by(*newest)[:1], "likes_given_newest"),
        "passes": (Pass.objects.filter(passer=me).order_by(*newest)[:1], "passes_given_newest"),
        "passed on me": (Pass.objects.filter(passed=me).values("passer"), "passes_received"),
        "match of a pair": (Match.objects.active().between(me, other), "match_one_active_per_pair"),
        "inbox": (
            Participant.objects.inbox_of(me)
            .select_related("last_message__playground")
            .order_by("-updated_at", "-id")[:21],
            ["inbox_by_recency", "messaging_message_pkey"],
        ),
        "history": (
            Message.objects.filter(conversation=side.conversation_id).order_by("position")[:20],
            "message_position_once",
        ),
        "repeated message": (
            Message.objects.filter(
                conversation=side.conversation_id, sender=me, client_id=uuid4()
            ),
            "message_",
        ),
    }  # fmt: skip


def test_hot_queries_name_their_index_and_read_no_table_whole(crowd):
    for query, index in queries(crowd).values():
        # Nobody shared a place.
        assert_plan(query, uses=index, small=["playgrounds_playground"])


def written_out(statement, values):
    """What a statement runs, with the values in their places."""
    text, names, _ = statement._compiled

    def value(place):
        return Literal(values[names[int(place[1]) - 1]]).as_string(connection.connection)

    return re.sub(r"\$(\d+)", value, text)


@pytest.mark.parametrize("is_further", [False, True])
def test_documents_go_by_indexes(crowd, is_further):
    side, now = Participant.objects.filter(profile=crowd).first(), timezone.now()
    values = {
        "user": crowd.user_id, "session": uuid4(), "id": side.conversation_id, "now": now,
        "today": now.date(), "media": "/media/", "after_0": 0, "after_1": uuid4(),
    }  # fmt: skip
    inbox = ConversationViewSet.document
    history = ConversationMessagesViewSet.document
    for listing, ordering, first, uses in (
        (inbox, ("-updated_at", "-id"), now, ["inbox_by_recency", "messaging_message_pkey"]),
        (history, ("position",), 1, "message_position_once"),
        (history, ("-position",), 9, "message_position_once"),
    ):
        statement = Statement(lambda: listing._page(list(ordering), is_further, 21))  # noqa: B023
        # What a card shows beside the row itself, and the sign-in, are next to empty here.
        small = [
            "playgrounds_playground", "playgrounds_favorite", "profiles_photo", "profiles_prompt",
            "profiles_breed", "accounts_session",
        ]  # fmt: skip
        assert_plan(written_out(statement, {**values, "after_0": first}), uses=uses, small=small)


def test_writes_go_by_indexes(crowd):
    other = Like.objects.filter(liker=crowd).first().liked
    low, high = sorted((crowd.pk, other.pk))
    talk = Participant.objects.filter(profile=crowd).first().conversation_id
    values = {
        "me": crowd.pk, "other": other.pk, "low": low, "high": high,
        "my_user": crowd.user_id, "their_user": other.user_id,
        "id": uuid4(), "conversation_id": talk, "sender_id": crowd.pk, "created_at": timezone.now(),
        "ids": [talk], "after": uuid4(), "size": 1000,
    }  # fmt: skip
    for sql, uses in {
        standing.LOCK: "profiles_profile_pkey",
        standing.STAND: ["accounts_user_pkey", "block", "like_once", "pass"],
        standing.MATCH: "match_one_active_per_pair",
        storing.STEP: "messaging_conversation_pkey",
        storing.DELIVER: ["participant_once", "profiles_profile_pkey"],
        SIDES.expected: [
            "messaging_conversation_pkey",
            "participant_once",
            "message_position_once",
        ],
        ENDS.expected: ["messaging_conversation_pkey", "message_position_once"],
    }.items():
        assert_plan(sql, values, uses=uses)
