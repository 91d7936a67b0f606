from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from events.tests.watching import Bells, Watch
from messaging import services
from messaging.models import Conversation, Message, Participant
from messaging.tests.factories import conversation, say, sides_of
from playgrounds.services import PlaygroundInUse, change_playground
from playgrounds.tests.factories import PlaygroundFactory
from pupmatch.lib.problems import Problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides():
    """The two sides of a fresh conversation."""
    return sides_of(conversation())


def close(side):
    services.close_conversation(conversation_id=side.conversation_id)


@pytest.mark.requirement("R7.3")
def test_a_message_is_stored_with_time_sender_and_position(sides):
    first, second = say(sides[0]), say(sides[1])
    assert (first.position, second.position) == (1, 2)
    assert (first.sender_id, second.sender_id) == (sides[0].profile_id, sides[1].profile_id)
    assert first.created_at < second.created_at
    assert [first, second] == list(Message.objects.order_by("created_at"))
    assert Conversation.objects.get().last_position == 2


@pytest.mark.requirement("R7.3")
def test_the_same_client_id_is_the_same_message(sides):
    client_id = uuid4()
    first, is_new = services.send(participant=sides[0], client_id=client_id, body="Hello!")
    again, is_new_again = services.send(participant=sides[0], client_id=client_id, body="Hello!")
    assert (is_new, is_new_again) == (True, False)
    assert first == again
    assert Message.objects.count() == 1


def test_the_same_client_id_with_other_content_is_refused(sides):
    client_id = uuid4()
    services.send(participant=sides[0], client_id=client_id, body="Hello!")
    with pytest.raises(services.ClientIdReused):
        services.send(participant=sides[0], client_id=client_id, body="Goodbye!")
    assert Message.objects.get().body == "Hello!"


def test_both_sides_may_choose_the_same_client_id(sides):
    client_id = uuid4()
    for side in sides:
        services.send(participant=side, client_id=client_id, body="Hello!")
    assert Message.objects.count() == 2


@pytest.mark.requirement("R7.2", "P7", "P16")
def test_nothing_can_be_sent_after_the_end(sides):
    say(sides[0])
    close(sides[0])
    for side in sides:
        with pytest.raises(services.MatchEnded):
            say(side)
    assert Message.objects.count() == 1


def test_a_repeat_after_the_end_still_answers_what_was_sent(sides):
    client_id = uuid4()
    first, _ = services.send(participant=sides[0], client_id=client_id, body="Hello!")
    close(sides[0])
    again = services.send(participant=sides[0], client_id=client_id, body="Hello!")
    assert again == (first, False)


@pytest.mark.requirement("R9.7")
def test_a_playground_can_be_shared(sides):
    playground = PlaygroundFactory()
    message, _ = services.send(participant=sides[0], client_id=uuid4(), playground_id=playground.pk)
    assert (message.kind, message.body, message.playground) == ("playground", None, playground)


def test_a_shared_playground_must_exist(sides):
    with pytest.raises(services.UnknownPlayground):
        services.send(participant=sides[0], client_id=uuid4(), playground_id=uuid4())


def test_a_reply_names_a_message_of_the_same_conversation(sides):
    first = say(sides[0])
    assert say(sides[1], reply_to=first.pk).reply_to == first
    stranger = say(sides_of(conversation())[0])
    with pytest.raises(services.UnknownReply):
        say(sides[0], reply_to=stranger.pk)


def test_unread_counts_what_the_other_wrote_since(sides):
    for _ in range(3):
        say(sides[0])
    me = Participant.objects.get(pk=sides[1].pk)
    assert me.unread_count == 3
    assert Participant.objects.get(pk=sides[0].pk).unread_count == 0
    services.mark_read(participant=me, position=2)
    assert Participant.objects.get(pk=me.pk).unread_count == 1


def test_a_read_position_beyond_the_end_means_the_end_and_never_goes_back(sides):
    say(sides[0])
    assert services.mark_read(participant=sides[1], position=99).read_position == 1
    assert services.mark_read(participant=sides[1], position=0).read_position == 1
    say(sides[0])
    assert Participant.objects.get(pk=sides[1].pk).unread_count == 1


@pytest.mark.requirement("R7.7")
def test_deleting_for_me_leaves_the_other_side_alone(sides):
    say(sides[0])
    services.delete_for_me(participant=sides[1])
    mine, theirs = (Participant.objects.get(pk=side.pk) for side in (sides[1], sides[0]))
    assert (mine.cleared_position, mine.unread_count) == (1, 0)
    assert mine.deleted_at is not None
    assert (theirs.cleared_position, theirs.deleted_at) == (0, None)
    assert Message.objects.count() == 1


@pytest.mark.requirement("R7.7")
def test_a_new_message_brings_a_deleted_conversation_back_from_there_on(sides):
    say(sides[0])
    services.delete_for_me(participant=sides[1])
    say(sides[0], "Still there?")
    mine = Participant.objects.get(pk=sides[1].pk)
    assert mine.deleted_at is None
    assert (mine.cleared_position, mine.unread_count) == (1, 1)


def test_the_database_keeps_positions_and_pairs(sides):
    message = say(sides[0])
    fields = {"conversation": message.conversation, "sender": message.sender, "kind": "text"}
    for name, wrong in {
        "message_position_once": {"position": 1, "client_id": uuid4(), "body": "x"},
        "message_client_id_once": {"position": 2, "client_id": message.client_id, "body": "x"},
        "message_position_counts": {"position": 0, "client_id": uuid4(), "body": "x"},
        "message_says_something": {"position": 2, "client_id": uuid4(), "body": ""},
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Message.objects.create(**fields, **wrong)
    pair = {"low": message.conversation.low, "high": message.conversation.high}
    with pytest.raises(IntegrityError, match="conversation_one_open"), transaction.atomic():
        Conversation.objects.create(**pair)
    with pytest.raises(IntegrityError, match="conversation_pair_ordered"), transaction.atomic():
        Conversation.objects.create(low=pair["high"], high=pair["low"])


@pytest.mark.requirement("R7.1", "R11.2")
def test_both_are_told_of_a_message_and_the_other_is_notified(sides):
    me, other = (side.profile.user_id for side in sides)
    bells, watch = Bells(me, other), Watch()
    message = say(sides[0])
    ids = {
        "id": str(message.pk),
        "conversation_id": str(message.conversation_id),
        "position": 1,
        "sender_id": str(sides[0].profile_id),
    }
    assert watch.told() == {
        me: [("message.created", ids | {"unread_count": 0})],
        other: [("message.created", ids | {"unread_count": 1})],
    }
    assert bells.rung() == {other}


def test_a_message_costs_what_it_must(sides, django_assert_num_queries):
    say(sides[0])
    say(sides[1])
    # Position, message, both sides, both streams, two events; and this test's savepoint.
    with django_assert_num_queries(5 + 2):
        say(sides[0])


def test_what_was_not_sent_tells_nobody_and_leaves_no_gap(sides):
    client_id = uuid4()
    services.send(participant=sides[0], client_id=client_id, body="Hello!")
    watch = Watch()
    services.send(participant=sides[0], client_id=client_id, body="Hello!")
    for wrong in ({"reply_to": uuid4()}, {"playground_id": uuid4(), "body": None}):
        with pytest.raises(Problem):
            say(sides[0], **wrong)
    assert watch.told() == {}
    assert say(sides[1]).position == 2
    assert Participant.objects.get(pk=sides[1].pk).unread_count == 1


# --- At the same instant --------------------------------------------------------------------------


@pytest.mark.requirement("R7.4")
@pytest.mark.django_db(transaction=True)
def test_parallel_messages_get_positions_without_gap_or_double(in_parallel, sides):
    outcomes = in_parallel(*[lambda side=side: say(side) for side in sides * 4])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    positions = sorted(Message.objects.values_list("position", flat=True))
    assert positions == list(range(1, 9))
    assert [Participant.objects.get(pk=side.pk).unread_count for side in sides] == [4, 4]


@pytest.mark.requirement("R7.6")
@pytest.mark.django_db(transaction=True)
def test_a_hundred_parallel_repeats_of_one_client_id_are_one_message(in_parallel, sides):
    client_id = uuid4()
    watch = Watch()

    def send(body="Hello!"):
        return services.send(participant=sides[0], client_id=client_id, body=body)

    outcomes = in_parallel(*[lambda: [send() for _ in range(5)]] * 20)
    sent = [outcome for of_one in outcomes for outcome in of_one]
    assert len(sent) == 100
    assert len({message.pk for message, _ in sent}) == 1
    assert {(message.position, message.created_at) for message, _ in sent} == {
        Message.objects.values_list("position", "created_at").get()
    }
    assert sum(is_new for _, is_new in sent) == 1
    refused = in_parallel(*[lambda: send("Goodbye!")] * 10)
    assert {type(outcome) for outcome in refused} == {services.ClientIdReused}
    assert Message.objects.get().body == "Hello!"
    assert Conversation.objects.get().last_position == 1
    assert list(watch.types().values()) == [["message.created"]] * 2


@pytest.mark.requirement("P7", "P16")
@pytest.mark.django_db(transaction=True)
def test_no_message_slips_in_behind_the_end(in_parallel):
    for _ in range(10):
        side = sides_of(conversation())[0]
        in_parallel(lambda side=side: say(side), lambda side=side: close(side))
        message = Message.objects.filter(conversation=side.conversation_id).first()
        closed_at = Conversation.objects.get(pk=side.conversation_id).closed_at
        assert message is None or message.created_at <= closed_at


def test_a_place_that_was_shared_stays_where_it_is_until_it_is_unsent(sides):
    owner = sides[0].profile.user
    place = PlaygroundFactory(created_by=owner)
    message, _ = services.send(participant=sides[0], client_id=uuid4(), playground_id=place.pk)
    with pytest.raises(PlaygroundInUse):
        change_playground(playground_id=place.pk, user=owner, name="Another")
    services.unsend(message=message)
    change_playground(playground_id=place.pk, user=owner, name="Another")
