"""Editing and unsending."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from events.tests.watching import Watch
from messaging import services
from messaging.former import recall
from messaging.models import Message, Participant
from messaging.tests.factories import conversation, say, share, sides_of
from playgrounds.models import Playground

pytestmark = pytest.mark.django_db

JUST_IN_TIME = services.CHANGEABLE_FOR - timedelta(seconds=5)
TOO_LATE = services.CHANGEABLE_FOR + timedelta(seconds=1)


@pytest.fixture
def sides():
    return sides_of(conversation())


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def send_ago(message, ago):
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - ago)


def close(side):
    services.close_conversation(conversation_id=side.conversation_id)


def unread(side):
    return fresh(side).unread_count


def test_an_edited_message_has_new_words_and_the_same_place(sides):
    first, second = say(sides[0], "Helo"), say(sides[0])
    edited = services.edit(message=first, body="Hello")
    assert edited == fresh(first)
    assert (edited.body, edited.position, edited.created_at) == ("Hello", 1, first.created_at)
    assert edited.created_at < edited.edited_at <= timezone.now()
    assert fresh(second).edited_at is None


def test_the_same_words_are_no_edit(sides):
    message = say(sides[0], "Hello")
    watch = Watch()
    assert services.edit(message=message, body="Hello").edited_at is None
    # The answer to an edit may get lost, and the repeat may come late.
    services.edit(message=message, body="Goodbye")
    at = fresh(message).edited_at
    send_ago(message, TOO_LATE)
    close(sides[0])
    assert services.edit(message=message, body="Goodbye").edited_at == at
    assert list(watch.types().values()) == [["message.updated"]] * 2


def test_what_was_edited_ten_times_stays_but_can_be_unsent(sides):
    message = say(sides[0], "0")
    for number in range(1, services.MOST_EDITS + 1):
        services.edit(message=message, body=str(number))
    with pytest.raises(services.TooManyEdits):
        services.edit(message=message, body="once more")
    assert services.edit(message=message, body="10").body == fresh(message).body == "10"
    services.unsend(message=message)
    assert [said["body"] for said in recall([message.pk])[message.pk]] == [*map(str, range(11))]


def test_only_words_can_be_edited(sides):
    for message in (share(sides[0]), say(sides[0])):
        if message.body:
            services.unsend(message=message)
        with pytest.raises(services.NotText):
            services.edit(message=message, body="Hello")


def test_an_unsent_message_keeps_its_place_and_says_nothing(sides):
    for message in (say(sides[0]), share(sides[0])):
        services.unsend(message=message)
        left = fresh(message)
        assert (left.body, left.playground, left.position) == (None, None, message.position)
        assert left.created_at < left.deleted_at <= timezone.now()
    assert Playground.objects.count() == 1
    assert say(sides[1]).position == 3


def test_unsending_twice_is_unsending_once(sides):
    message = say(sides[0])
    watch = Watch()
    services.unsend(message=message)
    at = fresh(message).deleted_at
    send_ago(message, TOO_LATE)
    services.unsend(message=message)
    assert fresh(message).deleted_at == at
    assert list(watch.types().values()) == [["message.deleted"]] * 2


@pytest.mark.parametrize("change", ["edit", "unsend"])
def test_both_are_possible_for_fifteen_minutes(sides, change):
    changes = {
        "edit": lambda message: services.edit(message=message, body="Changed"),
        "unsend": lambda message: services.unsend(message=message),
    }
    early, late = say(sides[0]), say(sides[0])
    send_ago(early, JUST_IN_TIME)
    send_ago(late, TOO_LATE)
    changes[change](early)
    assert fresh(early).body != "Hello!"
    watch = Watch()
    with pytest.raises(services.TooLate):
        changes[change](late)
    assert fresh(late).body == "Hello!"
    assert watch.told() == {}


def test_after_the_end_one_can_take_back_what_one_said_but_not_say_it_otherwise(sides):
    message = say(sides[0])
    close(sides[0])
    with pytest.raises(services.MatchEnded):
        services.edit(message=message, body="Changed")
    services.unsend(message=message)
    assert fresh(message).body is None


@pytest.mark.requirement("R7.6")
def test_a_repeated_client_id_is_still_the_same_message(sides):
    for change in (
        lambda message: services.edit(message=message, body="Changed"),
        lambda message: services.unsend(message=message),
    ):
        sent = {"participant": sides[0], "client_id": uuid4(), "body": "Hello!"}
        message, _ = services.send(**sent)
        change(message)
        assert services.send(**sent) == (fresh(message), False)
    assert Message.objects.count() == 2


def test_a_reply_still_names_what_it_answered(sides):
    message = say(sides[0])
    answer = say(sides[1], reply_to=message.pk)
    services.unsend(message=message)
    assert fresh(answer).reply_to == message
    assert say(sides[1], reply_to=message.pk).reply_to == message


# --- Unread counts --------------------------------------------------------------------------------


def test_an_unsent_message_is_not_unread(sides):
    first, second, third = (say(sides[0]) for _ in range(3))
    services.mark_read(participant=sides[1], position=1)
    assert unread(sides[1]) == 2
    services.unsend(message=first)  # which was read
    assert unread(sides[1]) == 2
    services.unsend(message=second)
    services.unsend(message=second)
    assert (unread(sides[0]), unread(sides[1])) == (0, 1)
    services.unsend(message=third)
    assert unread(sides[1]) == 0


@pytest.mark.requirement("R7.7")
def test_what_was_cleared_does_not_count_when_it_is_unsent(sides):
    message = say(sides[0])
    services.delete_for_me(participant=sides[1])
    say(sides[0], "Still there?")
    services.unsend(message=message)
    assert unread(sides[1]) == 1


def test_a_count_that_is_wrong_already_does_not_fall_below_none(sides):
    message = say(sides[0])
    Participant.objects.update(unread_count=0)
    services.unsend(message=message)
    assert unread(sides[1]) == 0


@pytest.mark.django_db(transaction=True)
def test_reading_and_unsending_at_once_count_right(in_parallel):
    for _ in range(15):
        me, other = sides_of(conversation())
        messages = [say(me) for _ in range(4)]
        outcomes = in_parallel(
            lambda other=other: services.mark_read(participant=other, position=2),
            *[
                lambda message=message: services.unsend(message=message)
                for message in messages[1:3]
            ],
            lambda me=me: say(me),
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert unread(other) == 2  # the fourth and the fifth


@pytest.mark.django_db(transaction=True)
def test_edits_and_an_unsend_at_once_leave_nothing_of_the_words(in_parallel):
    for _ in range(10):
        me, other = sides_of(conversation())
        message = say(me)
        edits = [
            lambda message=message, body=f"words {i}": services.edit(
                message=fresh(message), body=body
            )
            for i in range(4)
        ]
        outcomes = in_parallel(lambda m=message: services.unsend(message=fresh(m)), *edits)
        refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert all(isinstance(outcome, services.NotText) for outcome in refused)
        left = fresh(message)
        assert left.body is None
        assert left.deleted_at is not None
        assert unread(other) == 0


# --- Who is told ----------------------------------------------------------------------------------


@pytest.mark.requirement("R7.1")
def test_both_are_told_of_a_change_each_with_their_own_unread_count(sides):
    message = say(sides[0])
    say(sides[0])
    say(sides[1])
    people = [side.profile.user_id for side in sides]
    for change, name, unread_counts in (
        (lambda: services.edit(message=message, body="Changed"), "message.updated", [1, 2]),
        (lambda: services.unsend(message=message), "message.deleted", [1, 1]),
    ):
        watch = Watch()
        change()
        ids = {
            "id": str(message.pk),
            "conversation_id": str(message.conversation_id),
            "position": 1,
            "sender_id": str(sides[0].profile_id),
        }
        assert watch.told() == {
            person: [(name, ids | {"unread_count": count})]
            for person, count in zip(people, unread_counts, strict=True)
        }


@pytest.mark.requirement("R7.7")
def test_who_deleted_the_conversation_is_told_of_no_change_in_it(sides):
    message = say(sides[0])
    services.delete_for_me(participant=sides[1])
    watch = Watch()
    services.edit(message=message, body="Changed")
    services.unsend(message=message)
    me = sides[0].profile.user_id
    assert watch.types() == {me: ["message.updated", "message.deleted"]}
    say(sides[0])
    watch.told()
    services.unsend(message=Message.objects.latest("position"))
    assert len(watch.told()) == 2
