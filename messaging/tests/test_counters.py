"""What rows count and repeat, found to be wrong and set right."""

from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging import services
from messaging.counters import COUNTERS, ENDS, SIDES
from messaging.models import Conversation, Message, Participant
from messaging.tests.factories import conversation, say, sides_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides():
    """A conversation in which everything that can happen has happened, and another one."""
    me, other = sides_of(conversation())
    say(me)
    services.delete_for_me(participant=other)
    for side in (me, me, other, me):
        say(side)
    services.mark_read(participant=other, position=3)
    services.unsend(message=Message.objects.get(position=5))
    for side in sides_of(conversation()):
        say(side)
    sides_of(conversation())
    return me, other


def check(*, repair=False, batch=1000):
    return sum((each.check(repair=repair, batch=batch) for each in COUNTERS), Counter())


def test_what_services_write_agrees(sides):
    assert check() == {}
    services.close_conversation(conversation_id=sides[0].conversation_id)
    assert check() == {}


WRONG = {
    "read_position": 99,
    "delivered_position": 99,
    "shown_position": 99,
    "cleared_position": 99,
    "other_read_position": 1,
    "other_delivered_position": 1,
    "unread_count": 7,
    "last_message_id": None,
    "updated_at": timezone.now() - timedelta(days=1),
    "closed_at": timezone.now(),
}


def test_every_column_is_tried():
    assert set(WRONG) == set(SIDES.columns)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_column_is_found_and_repaired(sides, name):
    before = list(Participant.objects.order_by("pk").values())
    Participant.objects.filter(pk=sides[0].pk).update(**{name: WRONG[name]})
    found = check()
    assert found[f"messaging_participant.{name}"] >= 1
    assert check(repair=True)[f"messaging_participant.{name}"] >= 1
    assert check() == {}
    # Where they had come is nowhere else: what was beyond the end is the end.
    if not name.endswith("position") or name.startswith("other"):
        assert list(Participant.objects.order_by("pk").values()) == before


def test_a_column_that_names_another_message_is_repaired(sides):
    elsewhere = Message.objects.exclude(conversation=sides[0].conversation_id).first()
    for message_id in (elsewhere.pk, uuid4(), Message.objects.order_by("position")[0].pk):
        Participant.objects.filter(pk=sides[0].pk).update(last_message_id=message_id)
        assert check(repair=True) == {"messaging_participant.last_message_id": 1}
        assert check() == {}


def test_a_wrong_end_is_found_and_repaired(sides):
    for end in (2, 99):
        Conversation.objects.filter(pk=sides[0].conversation_id).update(last_position=end)
        assert check() == {"messaging_conversation.last_position": 1}
        assert check(repair=True) == {"messaging_conversation.last_position": 1}
        assert check() == {}
        assert Conversation.objects.get(pk=sides[0].conversation_id).last_position == 5
    assert say(sides[0]).position == 6


def test_small_batches_find_the_same():
    for _ in range(7):
        say(sides_of(conversation())[0])
    Participant.objects.update(unread_count=5)
    assert check(batch=2) == {"messaging_participant.unread_count": 14}
    assert check(repair=True, batch=3) == {"messaging_participant.unread_count": 14}
    assert check() == {}


def test_where_everything_agrees_nothing_is_locked(sides, django_assert_num_queries):
    # The batch, what is wrong in it, and that there is no further one.
    with django_assert_num_queries(3):
        ENDS.check(repair=True)


@pytest.mark.django_db(transaction=True)
def test_repairing_while_people_write_leaves_everything_right(in_parallel):
    talks = [sides_of(conversation()) for _ in range(6)]

    def live(who):
        for number in range(12):
            for pair in talks:
                say(pair[who])
                services.mark_read(participant=pair[who], position=number)

    def watch(repair):
        return [check(repair=repair, batch=2) for _ in range(15)]

    outcomes = in_parallel(
        lambda: live(0), lambda: live(1), lambda: watch(False), lambda: watch(True)
    )
    assert outcomes[:2] == [None, None]
    assert outcomes[2] == outcomes[3] == [{}] * 15
    assert check() == {}
