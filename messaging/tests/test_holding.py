"""Messages that keep their place and say nothing."""

from uuid import uuid4

import pytest
from django.utils import timezone

from events.tests.watching import Watch
from messaging import services
from messaging.counters import COUNTERS
from messaging.holding import hold, release
from messaging.models import Message, Participant
from messaging.serializers import MessageSerializer
from messaging.services import ClientIdReused, MatchEnded, MessageHeld, NotText
from messaging.tests.factories import conversation, say, share, sides_of
from screening.models import Response, Term

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides():
    return sides_of(conversation())


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def shape(message):
    return MessageSerializer(fresh(message)).data


@pytest.mark.parametrize("write", [say, share])
def test_held_it_says_nothing_and_released_it_says_what_it_said(sides, write):
    message = write(sides[0])
    before = shape(message)
    assert [hold(message=message), hold(message=message)] == [True, False]
    held = shape(message)
    assert held["held_at"] is not None
    assert held == {**before, "body": None, "playground": None, "held_at": held["held_at"]}
    assert [release(message=message), release(message=message)] == [True, False]
    assert shape(message) == before


def test_both_are_told_which_message_and_nothing_of_it(sides):
    message, watch = say(sides[0]), Watch()
    people = {side.profile.user_id for side in sides}
    for verb in (hold, release):
        verb(message=message)
        told = watch.told()
        assert told.keys() == people
        for user_id, [(name, data)] in told.items():
            unread = int(user_id == sides[1].profile.user_id)
            assert name == "message.updated"
            assert data == {
                "id": str(message.pk),
                "conversation_id": str(message.conversation_id),
                "position": 1,
                "sender_id": str(message.sender_id),
                "unread_count": unread,
            }
        verb(message=message)
        assert watch.told() == {}


def test_whoever_cleared_it_away_is_told_nothing(sides):
    message = say(sides[0])
    services.delete_for_me(participant=sides[1])
    watch = Watch()
    hold(message=message)
    assert set(watch.told()) == {sides[0].profile.user_id}


def test_it_counts_as_before(sides):
    first, _ = say(sides[0]), say(sides[0])
    hold(message=first)
    assert fresh(sides[1]).unread_count == 2
    services.mark_read(participant=sides[1], position=1)
    assert fresh(sides[1]).unread_count == 1
    release(message=first)
    assert fresh(sides[1]).unread_count == 1
    assert not any(each.check(repair=False, batch=10) for each in COUNTERS)


def test_it_is_not_found_by_its_words(sides):
    message = say(sides[0], "the old oak")

    def found():
        return list(Message.objects.visible_to(sides[1].profile).saying("oak"))

    hold(message=message)
    assert found() == []
    release(message=message)
    assert found() == [message]


def test_it_can_be_answered_and_the_answer_stays(sides):
    first = say(sides[0])
    answer = say(sides[1], reply_to=first.pk)
    hold(message=first)
    another = say(sides[1], reply_to=first.pk)
    assert [fresh(each).reply_to_id for each in (answer, another)] == [first.pk, first.pk]


def test_it_cannot_be_edited(sides):
    message = say(sides[0], "Hello!")
    hold(message=message)
    for body in ("Hello!", "Goodbye!"):
        with pytest.raises(MessageHeld):
            services.edit(message=message, body=body)
    release(message=message)
    assert services.edit(message=message, body="Goodbye!").body == "Goodbye!"


def test_nor_can_a_place_that_was_shared(sides):
    place = share(sides[0])
    hold(message=place)
    with pytest.raises(NotText):
        services.edit(message=place, body="Hello!")


def test_unsent_there_is_nothing_left_to_hold_or_to_release(sides):
    message, other = say(sides[0]), say(sides[0])
    hold(message=message)
    services.unsend(message=message)
    services.unsend(message=other)
    before, watch = shape(message), Watch()
    assert before["deleted_at"]
    assert (before["body"], before["held_at"]) == (None, None)
    for each in (message, other):
        assert [release(message=each), hold(message=each)] == [False, False]
    assert (shape(message), watch.told()) == (before, {})


def test_after_the_end_it_is_held_and_released_too(sides):
    message = say(sides[0])
    services.close_conversation(conversation_id=message.conversation_id)
    assert [hold(message=message), release(message=message)] == [True, True]


def test_of_what_is_gone_nothing_is_held(sides):
    message = say(sides[0])
    message.conversation.delete()
    assert [hold(message=message), release(message=message)] == [False, False]


def test_one_that_is_held_as_it_is_sent(sides):
    Term.objects.create(text="hello", response=Response.HOLD)
    watch, client_id = Watch(), uuid4()

    def send(body="Hello!"):
        return services.send(participant=sides[0], client_id=client_id, body=body)

    message, is_new = send()
    assert is_new
    assert abs(fresh(message).held_at - timezone.now()).total_seconds() < 5
    assert MessageSerializer(message).data == shape(message)
    assert shape(message)["body"] is None
    assert {name for [(name, _)] in watch.told().values()} == {"message.created"}
    assert fresh(sides[1]).unread_count == 1
    assert send() == (message, False)
    with pytest.raises(ClientIdReused):
        send("Goodbye!")
    release(message=message)
    assert shape(message)["body"] == "Hello!"


def test_held_while_it_is_edited_or_unsent(in_parallel):
    for change in (
        lambda message: services.edit(message=message, body="Goodbye!"),
        lambda message: services.unsend(message=message),
    ):
        message = say(sides_of(conversation())[0])
        held, changed = in_parallel(
            lambda message=message: hold(message=message),
            lambda message=message, change=change: change(message),
        )
        assert not isinstance(changed, Exception) or isinstance(changed, MessageHeld)
        left = fresh(message)
        assert bool(left.held_at) == (held and left.deleted_at is None)
        assert Participant.objects.get(pk=sides_of(message.conversation)[1].pk).unread_count == int(
            left.deleted_at is None
        )


def test_held_while_the_conversation_ends(in_parallel):
    message = say(sides_of(conversation())[0])
    held, _, said = in_parallel(
        lambda: hold(message=message),
        lambda: services.close_conversation(conversation_id=message.conversation_id),
        lambda: say(sides_of(message.conversation)[0]),
    )
    assert held is True
    assert not isinstance(said, Exception) or isinstance(said, MatchEnded)
