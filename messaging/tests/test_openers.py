"""What is looked at before the other side answers, and what is not."""

from uuid import uuid4

import pytest

from messaging import services
from messaging.counters import ENDS
from messaging.models import Conversation
from messaging.tests.factories import conversation, say, share, sides_of
from playgrounds.tests.factories import PlaygroundFactory
from screening.models import Finding, Opener, Response, Term

pytestmark = pytest.mark.django_db

NUMBER = "Call me on 206-555-0143"


@pytest.fixture
def sides():
    return sides_of(conversation())


def found():
    return [(str(finding.subject_id), finding.kind) for finding in Finding.objects.order_by("pk")]


def only_sender(side):
    return Conversation.objects.get(pk=side.conversation_id).only_sender_id


def test_only_what_is_written_without_an_answer_is_looked_at(sides):
    me, other = sides
    first, second = say(me, NUMBER), say(me, f"{NUMBER}!")
    assert found() == [(str(first.pk), "contact"), (str(second.pk), "contact")]
    say(other, NUMBER)
    say(me, NUMBER)
    say(other, "www.example.com")
    assert len(found()) == 2
    assert Opener.objects.count() == 2
    assert Finding.objects.first().user_id == me.profile.user_id


def test_who_wrote_it_all(sides):
    me, other = sides
    assert only_sender(me) is None
    for side, expected in ((me, me.profile_id), (me, me.profile_id), (other, None), (me, None)):
        say(side)
        assert only_sender(me) == expected
        assert not ENDS.check(repair=False)


def test_who_wrote_it_all_is_set_right(sides):
    say(sides[0])
    Conversation.objects.update(only_sender_id=None)
    assert ENDS.check(repair=True) == {"messaging_conversation.only_sender_id": 1}
    assert only_sender(sides[0]) == sides[0].profile_id
    assert not ENDS.check(repair=False)


def test_what_is_found_is_flagged_and_sent(sides):
    message = say(sides[0], NUMBER)
    assert message.held_at is None
    assert Finding.objects.get().response == Response.FLAG


def test_a_word_may_hold_it(sides):
    Term.objects.create(text="pay me first", response=Response.HOLD)
    message = say(sides[0], "Pay me FIRST!")
    message.refresh_from_db()
    assert message.held_at
    assert message.shown_body is None
    assert say(sides[0], "Hello?").held_at is None


def test_a_setting_may_hold_it(sides, settings):
    settings.SCREENING = {**settings.SCREENING, ("opener", "contact"): "hold"}
    assert say(sides[0], NUMBER).held_at
    assert not say(sides[0], "example.com").held_at


def test_an_edited_opener_is_looked_at_again_even_after_the_answer(sides):
    Term.objects.create(text="pay me first", response=Response.HOLD)
    message = say(sides[0])
    answer = say(sides[1])
    services.edit(message=answer, body=NUMBER)
    assert found() == []
    services.edit(message=message, body="pay me first")
    message.refresh_from_db()
    assert message.held_at
    assert found() == [(str(message.pk), "term")]
    assert not ENDS.check(repair=False)


def test_what_was_sent_twice_is_found_once(sides):
    client_id = uuid4()
    for _ in "ab":
        services.send(participant=sides[0], client_id=client_id, body=NUMBER)
    assert len(found()) == 1
    assert Opener.objects.count() == 1


def test_what_was_not_sent_leaves_nothing(sides):
    with pytest.raises(services.UnknownReply):
        services.send(participant=sides[0], client_id=uuid4(), body=NUMBER, reply_to=uuid4())
    assert not Finding.objects.exists()
    assert not Opener.objects.exists()


def test_a_shared_place_counts_and_says_nothing(sides):
    share(sides[0])
    assert Opener.objects.get().sketch is None
    assert not Finding.objects.exists()


def test_openers_cost_what_they_must(sides, django_assert_num_queries):
    place = PlaygroundFactory()
    # As any message, and whose, note it, look at the others of that day, and at the word list.
    with django_assert_num_queries(5 + 2 + 4):
        say(sides[0])
    with django_assert_num_queries(5 + 2 + 1 + 3):
        services.send(participant=sides[0], client_id=uuid4(), playground_id=place.pk)
