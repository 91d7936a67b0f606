"""How a search in a large town is planned: it costs what one's own messages cost, not the town's."""

import json
from itertools import combinations

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.factories import UserFactory
from messaging.models import Conversation, Message, Participant
from profiles.models import Profile

pytestmark = pytest.mark.django_db

PEOPLE = 150
QUIET, CHATTY = 0, 1
# Everybody writes "hello", many "park", some "w17", hardly anybody "w4711".
WRITE = """
INSERT INTO messaging_message
    (id, conversation_id, position, sender_id, client_id, kind, body, created_at)
SELECT gen_random_uuid(), talk.id, position, talk.low_id, gen_random_uuid(), 'text',
    concat_ws(' ', 'Hello', (ARRAY['park', 'beach', 'ball', 'walk'])[1 + floor(random() * 4)::int],
        'w' || floor(random() * 100)::int, 'w' || 1000 + floor(random() * 9000)::int),
    now() - interval '1 hour' + position * interval '1 second'
FROM messaging_conversation AS talk, generate_series(1, talk.last_position) AS position
"""


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """100,000 messages: twenty of one person's, 20,000 of another's, the rest of anybody's."""
    with django_db_blocker.unblock():
        yield from _town()


def _town():
    users = User.objects.bulk_create(UserFactory.build_batch(PEOPLE))
    dogs = Profile.objects.bulk_create(
        Profile(user=user, name="Dog", birth_date="2022-01-01") for user in users
    )
    dogs.sort(key=lambda dog: dog.pk)
    pairs = [(QUIET, 2), *((CHATTY, other) for other in range(2, 102))]
    pairs += list(combinations(range(2, PEOPLE), 2))[:800]
    talks = Conversation.objects.bulk_create(
        Conversation(
            low=dogs[a],
            high=dogs[b],
            last_position={QUIET: 20, CHATTY: 200}.get(a, 100),
        )
        for a, b in pairs
    )
    Participant.objects.bulk_create(
        Participant(conversation=talk, profile=me, other=other)
        for talk in talks
        for me, other in ((talk.low, talk.high), (talk.high, talk.low))
    )
    with connection.cursor() as cursor:
        cursor.execute(WRITE)
        cursor.execute("VACUUM ANALYZE messaging_message, messaging_participant")
    yield dogs
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user CASCADE")


def explained(dog, text):
    """The names of the indexes that a search uses, and how many pages it reads."""
    found = Message.objects.visible_to(dog).saying(text).order_by("-created_at", "-id")[:21]
    [plan] = json.loads(found.explain(format="json", analyze=True, buffers=True))
    root = plan["Plan"]
    return set(indexes(root)), root["Shared Hit Blocks"] + root["Shared Read Blocks"]


def indexes(node):
    if "Index Name" in node:
        yield node["Index Name"]
    assert (node["Node Type"], node.get("Relation Name")) != ("Seq Scan", "messaging_message")
    for child in node.get("Plans", []):
        yield from indexes(child)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "hello park",
        "hell",
        "park w1",
        "w17",
        "w4711",
        "nobody",
        "-ball hello",
        '"hello park"',
    ],
)
def test_a_search_of_somebody_who_wrote_little_reads_little(town, text):
    used, pages = explained(town[QUIET], text)
    assert pages < 60, used


def test_a_rare_word_among_many_messages_is_looked_up(town):
    for text in ("w4711", "nobody", "hello w4711"):
        used, pages = explained(town[CHATTY], text)
        assert "message_by_words" in used, (text, used)
        assert pages < 600, (text, pages)


def test_a_common_word_among_many_messages_reads_ones_own(town):
    for text in ("hello", "hello park", "hell"):
        used, _ = explained(town[CHATTY], text)
        assert "message_position_once" in used, (text, used)
