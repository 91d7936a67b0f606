"""What was delivered, shown and read, and who learns of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Stream
from events.tests.watching import Watch
from messaging import services
from messaging.models import Participant
from messaging.tests.factories import conversation, say, sides_of
from profiles.models import Preferences
from pupmatch.lib.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides():
    return sides_of(conversation())


def fresh(side):
    return Participant.objects.get(pk=side.pk)


def user_of(side):
    return side.profile.user_id


def end_of(side):
    return Stream.objects.get(user=user_of(side)).last_position


def acknowledge(side, position=None):
    position = end_of(side) if position is None else position
    services.acknowledge(user_id=user_of(side), position=position)


def delivered(side):
    return fresh(side).delivered_position


def share_nothing(side):
    Preferences.objects.filter(user=user_of(side)).update(read_receipts=False)


def receipt(side, position):
    return {
        "conversation_id": str(side.conversation_id),
        "profile_id": str(side.profile_id),
        "position": position,
    }


# --- Read -----------------------------------------------------------------------------------------


@pytest.mark.requirement("R7.1")
def test_reading_is_told_to_both_and_how_much_is_left_to_oneself(sides):
    me, other = sides
    for _ in range(3):
        say(other)
    watch = Watch()
    services.mark_read(participant=me, position=2)
    read = receipt(me, 2)
    assert watch.told() == {
        user_of(me): [("conversation.read", read | {"unread_count": 1})],
        user_of(other): [("conversation.read", read)],
    }


def test_what_was_read_was_delivered(sides):
    me, other = sides
    say(other)
    services.mark_read(participant=me, position=1)
    assert delivered(me) == 1
    watch = Watch()
    acknowledge(me)
    assert watch.told() == {}


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_read_position_that_does_not_move_tells_nobody(sides, position):
    for _ in range(2):
        say(sides[1])
    services.mark_read(participant=sides[0], position=99)
    watch = Watch()
    services.mark_read(participant=sides[0], position=position)
    assert fresh(sides[0]).read_position == 2
    assert watch.told() == {}


@pytest.mark.parametrize("who", [0, 1])
def test_unless_both_share_receipts_reading_is_told_to_oneself_alone(sides, who):
    me, other = sides
    share_nothing(sides[who])
    say(other)
    watch = Watch()
    acknowledge(me)
    services.mark_read(participant=me, position=1)
    assert watch.types() == {user_of(me): ["conversation.read"]}
    assert (fresh(me).read_position, delivered(me)) == (1, 1)


def test_after_the_end_nobody_learns_what_the_other_reads(sides):
    me, other = sides
    say(other)
    services.close_conversation(conversation_id=me.conversation_id)
    watch = Watch()
    acknowledge(me)
    services.mark_read(participant=me, position=1)
    assert watch.types() == {user_of(me): ["conversation.read"]}
    assert fresh(me).unread_count == 0


def test_people_without_preferences_share_receipts(sides):
    Preferences.objects.all().delete()
    say(sides[1])
    watch = Watch()
    services.mark_read(participant=sides[0], position=1)
    assert len(watch.told()) == 2


@pytest.mark.requirement("R7.7")
def test_deleting_a_conversation_is_told_to_oneself_alone_and_once(sides):
    me, other = sides
    say(other)
    watch = Watch()
    for _ in range(2):
        services.delete_for_me(participant=me)
    gone = {"conversation_id": str(me.conversation_id), "position": 1}
    assert watch.told() == {user_of(me): [("conversation.deleted", gone)]}
    # It is not read by that, which the other side could tell from a block.
    assert fresh(me).read_position == 0
    say(other)
    services.mark_read(participant=me, position=1)
    assert fresh(me).unread_count == 1


# --- Delivered ------------------------------------------------------------------------------------


@pytest.mark.requirement("R7.1")
def test_what_a_device_has_is_delivered(sides):
    me, other = sides
    say(other)
    watch = Watch()
    acknowledge(me)
    assert delivered(me) == 1
    assert watch.told() == {user_of(other): [("conversation.delivered", receipt(me, 1))]}
    assert Stream.objects.get(user=user_of(me)).acknowledged_position == end_of(me)


def test_only_what_it_has_is_delivered(sides):
    me, other = sides
    start = end_of(me) if Stream.objects.filter(user=user_of(me)).exists() else 0
    for _ in range(3):
        say(other)
    acknowledge(me, start + 2)
    assert delivered(me) == 2
    acknowledge(me, start + 1)
    assert delivered(me) == 2
    assert Stream.objects.get(user=user_of(me)).acknowledged_position == start + 2
    acknowledge(me, start + 99)
    assert delivered(me) == 3
    assert Stream.objects.get(user=user_of(me)).acknowledged_position == start + 3


def test_of_several_conversations_each_other_side_learns_once(sides):
    me, first = sides
    second = other_conversation_of(me)
    for side in (first, second, first, me):
        say(side)
    watch = Watch()
    acknowledge(me)
    mine = Participant.objects.get(conversation=second.conversation_id, profile=me.profile_id)
    assert watch.told() == {
        user_of(first): [("conversation.delivered", receipt(me, 2))],
        user_of(second): [("conversation.delivered", receipt(mine, 1))],
    }


def other_conversation_of(me):
    """The other side of one more conversation of somebody's."""
    other = sides_of(conversation())[0].profile
    low, high = sorted((me.profile, other), key=lambda profile: profile.pk)
    talk = services.open_conversation(low=low, high=high, match_id=uuid7())
    return talk.participants.get(profile=other)


def test_my_own_messages_are_delivered_to_nobody(sides):
    say(sides[0])
    watch = Watch()
    acknowledge(sides[0])
    assert watch.told() == {}
    assert delivered(sides[0]) == 0


def test_an_acknowledgement_of_nothing_new_is_one_query(sides):
    say(sides[1])
    acknowledge(sides[0])
    for position in (0, 1, end_of(sides[0]), 2**62):
        with CaptureQueriesContext(connection) as queries:
            services.acknowledge(user_id=user_of(sides[0]), position=position)
        assert len(queries) == 1
        assert "FOR UPDATE" not in queries[0]["sql"]
    services.acknowledge(user_id=uuid7(), position=5)


def test_an_acknowledgement_that_was_cut_short_is_made_up_for(sides):
    say(sides[1])
    Participant.objects.filter(pk=sides[0].pk).update(delivered_position=1)
    watch = Watch()
    acknowledge(sides[0])
    assert watch.told() == {}
    assert Stream.objects.get(user=user_of(sides[0])).acknowledged_position == end_of(sides[0])


@pytest.mark.django_db(transaction=True)
def test_crossing_acknowledgements_reads_and_messages_meet_without_a_deadlock(in_parallel):
    # Everybody talks to everybody: streams and conversations are wanted in every order.
    people = [side.profile for _ in range(2) for side in sides_of(conversation())]
    people.sort(key=lambda profile: profile.pk)
    for i, low in enumerate(people):
        for high in people[i + 1 :]:
            if not Participant.objects.filter(profile=low, other=high).exists():
                services.open_conversation(low=low, high=high, match_id=uuid7())
    sides = list(Participant.objects.select_related("profile"))

    def live(profile):
        own = [side for side in sides if side.profile_id == profile.pk]
        for _ in range(6):
            for side in own:
                say(side)
            services.acknowledge(user_id=profile.user_id, position=2**40)
            services.mark_read(participant=own[0], position=2**30)

    watch = Watch()
    assert in_parallel(*[lambda one=one: live(one) for one in people * 2]) == [None] * 8
    for profile in people:
        services.acknowledge(user_id=profile.user_id, position=2**40)
    told = watch.told()
    for side in sides:
        theirs = side.conversation.messages.exclude(sender=side.profile_id)
        latest = theirs.latest("position").position
        assert delivered(side) >= latest
        # The other side was told of each step forward, in order, and of the last one.
        steps = [
            data["position"]
            for name, data in told[side.other.user_id]
            if name in ("conversation.delivered", "conversation.read")
            and data["profile_id"] == str(side.profile_id)
        ]
        assert steps == sorted(steps)
        assert steps[-1] >= latest


# --- Shown ----------------------------------------------------------------------------------------


def show(side, position, user_id=None):
    services.mark_shown(
        user_id=user_id or user_of(side),
        conversation_id=side.conversation_id,
        position=position,
    )
    return fresh(side).shown_position


@pytest.mark.requirement("R11.2")
def test_what_came_on_an_open_screen_was_shown(sides):
    for _ in range(3):
        say(sides[1])
    watch, mine = Watch(), user_of(sides[0])
    with CaptureQueriesContext(connection) as queries:
        show(sides[0], 2, user_id=mine)
    assert len(queries) == 2  # one of them this test's own
    assert [show(sides[0], position) for position in (1, 3, 2)] == [2, 3, 3]
    assert fresh(sides[1]).shown_position == 0
    assert watch.told() == {}


def test_what_is_not_there_yet_was_not_shown(sides):
    say(sides[1])
    assert show(sides[0], 99) == 1


def test_a_strangers_screen_shows_nothing(sides):
    say(sides[1])
    stranger = sides_of(conversation())[0]
    assert show(sides[0], 1, user_id=user_of(stranger)) == 0
