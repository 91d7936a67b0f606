import time
from contextlib import suppress

import pytest

from accounts.models import Block
from matching import services as matching
from messaging.models import Participant
from profiles.models import Preferences
from profiles.tests.factories import ProfileFactory
from realtime.company import LOOKUPS_AT_ONCE, other_side
from realtime.tests.machinery import Phone, eventually, some_id, ticket_for


@pytest.fixture
def talk(match):
    return str(match.conversation_id)


@pytest.fixture
def phones(phone, me, them):
    """One of mine, one of theirs, ready."""
    both = [phone(me.user), phone(them.user)]
    for each in both:
        each.hear()
    return both


def typing(talk):
    return {"type": "typing", "conversation_id": talk}


def presence(talk, is_here):
    return {"type": "presence", "conversation_id": talk, "is_here": is_here}


# Whom one may tell --------------------------------------------------------------------------------

KEEPS_APART = {
    "nothing": lambda match: None,
    "the end": lambda match: matching.unmatch(match=match, by=match.high),
    "a block": lambda match: Block.objects.create(blocker=match.high.user, blocked=match.low.user),
    "my block": lambda match: Block.objects.create(blocker=match.low.user, blocked=match.high.user),
    "my wish": lambda match: Preferences.objects.filter(user=match.low.user).update(presence=False),
    "their wish": lambda match: Preferences.objects.filter(user=match.high.user).update(
        presence=False
    ),
}


@pytest.mark.parametrize("what", KEEPS_APART)
def test_only_the_matched_who_want_to_be_seen_learn_of_each_other(match, what):
    KEEPS_APART[what](match)
    ids = {"user_id": match.low.user_id, "conversation_id": match.conversation_id}
    assert other_side(**ids) == (match.high.user_id if what == "nothing" else None)


def test_strangers_learn_nothing(match):
    stranger = ProfileFactory()
    assert other_side(user_id=stranger.user_id, conversation_id=match.conversation_id) is None
    assert other_side(user_id=stranger.user_id, conversation_id=stranger.pk) is None


def test_asking_costs_one_query(match, django_assert_num_queries):
    with django_assert_num_queries(1):
        other_side(user_id=match.low.user_id, conversation_id=match.conversation_id)


# On sockets ---------------------------------------------------------------------------------------


def test_the_other_sees_that_i_am_writing(phones, talk, phone, me):
    mine, theirs = phones
    second = phone(me.user)
    second.hear()
    mine.say("typing", conversation_id=talk)
    assert theirs.hear() == typing(talk)
    assert second.is_quiet()


def test_the_other_sees_that_i_am_here_until_i_am_not(phones, talk):
    mine, theirs = phones
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    mine.say("presence", conversation_id=None)
    assert theirs.hear() == presence(talk, False)
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    mine.close()
    assert theirs.hear() == presence(talk, False)


def test_who_comes_in_learns_that_the_other_is_there(phones, talk):
    mine, theirs = phones
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    theirs.say("presence", conversation_id=talk)
    assert mine.hear() == presence(talk, True)
    assert theirs.hear() == presence(talk, True)
    assert mine.is_quiet()


def test_i_am_here_while_one_of_my_sockets_is(phones, talk, phone, me):
    mine, theirs = phones
    second = phone(me.user)
    second.hear()
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    second.say("presence", conversation_id=talk)
    second.say("ping")
    second.hear_until("pong")
    mine.close()
    assert theirs.is_quiet()
    second.close()
    assert theirs.hear() == presence(talk, False)


def test_nothing_is_told_of_or_to_whoever_does_not_want_it(phones, talk, me):
    Preferences.objects.filter(user=me.user).update(presence=False)
    for each, other in (phones, phones[::-1]):
        each.say("typing", conversation_id=talk)
        each.say("presence", conversation_id=talk)
        assert other.is_quiet(0.3)


def test_two_seconds_after_the_end_only_leaving_is_told(phones, talk, match, me):
    mine, theirs = phones
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    mine.say("typing", conversation_id=talk)
    assert theirs.hear() == typing(talk)
    matching.unmatch(match=match, by=me)
    assert theirs.hear_until("match.ended")
    time.sleep(2)
    mine.say("typing", conversation_id=talk)
    mine.say("presence", conversation_id=talk)
    assert theirs.is_quiet()
    mine.close()
    assert theirs.hear() == presence(talk, False)
    assert theirs.is_quiet()


def test_who_hides_while_they_look_is_told_to_have_left(phones, talk, me):
    mine, theirs = phones
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    Preferences.objects.filter(user=me.user).update(presence=False)
    mine.say("presence", conversation_id=None)
    assert theirs.hear() == presence(talk, False)
    time.sleep(1.6)
    mine.say("presence", conversation_id=talk)
    assert theirs.is_quiet(1.5)


def toggle(phones, talk, seconds):
    """All of them come and go, ten times a second each."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for conversation in (talk, None):
            for each in phones:
                each.say("presence", conversation_id=conversation)
            time.sleep(0.1)


def heard_within(phone, seconds):
    """What comes in that time, or a little later."""
    frames = []
    with suppress(TimeoutError):
        while True:
            frames.append(phone.hear(seconds))
    return frames


@pytest.mark.parametrize("in_the_end", [True, False])
def test_presence_is_told_once_a_second_and_the_last_state_wins(
    phones, talk, phone, me, in_the_end
):
    mine, theirs = phones
    many = [mine, *(phone(me.user) for _ in range(9))]
    # What is gone again by the time that somebody would be told is never told: so begin with this.
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    toggle(many, talk, 4)
    if in_the_end:
        mine.say("presence", conversation_id=talk)
    changes = [True, *(frame["is_here"] for frame in heard_within(theirs, 2.5))]
    assert len(changes) <= 7
    assert changes == [n % 2 == 0 for n in range(len(changes))]
    assert changes[-1] is in_the_end


def test_what_did_not_change_is_not_told_again(phones, talk):
    mine, theirs = phones
    for _ in range(15):
        mine.say("presence", conversation_id=talk)
        time.sleep(0.1)
    assert heard_within(theirs, 1) == [presence(talk, True)]


def test_typing_is_told_once_a_second(phones, talk):
    mine, theirs = phones
    for _ in range(15):
        mine.say("typing", conversation_id=talk)
    assert theirs.hear() == typing(talk)
    assert theirs.is_quiet()


def test_who_does_not_say_that_they_still_look_is_gone(impatient, talk, me, them):
    mine, theirs = (Phone(impatient, ticket_for(each.user)) for each in (me, them))
    for each in (mine, theirs):
        each.hear()
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)
    began = time.monotonic()
    assert theirs.hear() == presence(talk, False)
    assert 0.8 < time.monotonic() - began < 3
    for each in (mine, theirs):
        each.close()


def test_people_at_different_processes_meet(impatient, phone, talk, me, them, write):
    mine, theirs = phone(me.user), Phone(impatient, ticket_for(them.user))
    for each in (mine, theirs):
        each.hear()
    mine.say("typing", conversation_id=talk)
    assert theirs.hear() == typing(talk)
    theirs.say("presence", conversation_id=talk)
    assert mine.hear() == presence(talk, True)
    write(me)
    assert [each.hear()["type"] for each in (mine, theirs)] == ["message.created"] * 2
    theirs.close()


def test_strangers_are_not_told(phones, talk, phone):
    stranger = phone(ProfileFactory().user)
    stranger.hear()
    stranger.say("typing", conversation_id=talk)
    stranger.say("presence", conversation_id=talk)
    assert all(each.is_quiet(0.3) for each in phones)


def test_who_names_one_conversation_after_the_other_is_looked_up_for_less_often(
    phones, talk, phone, me
):
    mine, theirs = phones
    for each in (mine, phone(me.user)):
        for _ in range(LOOKUPS_AT_ONCE):
            each.say("typing", conversation_id=some_id())
    mine.say("typing", conversation_id=talk)
    assert theirs.is_quiet(0.3)
    # What is to be told in the end waits.
    mine.say("presence", conversation_id=talk)
    assert theirs.hear() == presence(talk, True)


# What is shown while one looks --------------------------------------------------------------------


def shown(profile):
    return Participant.objects.get(profile=profile).shown_position


def test_what_comes_while_i_look_was_shown(phones, talk, me, them, write):
    mine, _ = phones
    write(them)
    mine.hear()
    mine.say("presence", conversation_id=talk)
    mine.say("ping")
    mine.hear_until("pong")
    message = write(them)
    mine.hear()
    eventually(lambda: shown(me) == message.position, seconds=1.9)


def test_what_comes_while_i_look_elsewhere_was_not(phones, talk, me, them, write):
    mine, theirs = phones
    theirs.say("presence", conversation_id=talk)
    mine.hear()
    for conversation in (str(me.pk), None):
        mine.say("presence", conversation_id=conversation)
        write(them)
        mine.hear_until("message.created")
    eventually(lambda: shown(them) > 0)
    assert shown(me) == 0
