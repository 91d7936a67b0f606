"""Nobody is told of what a banned or suspended person did, however late that is decided."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import standing
from notifications import delivering, telling
from notifications.models import Delivery, Notification
from notifications.tests.factories import admirer_of, device_of, friend_of, say
from notifications.tests.provider import Answer
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

STOPS = {
    "banned": lambda user: standing.ban(user=user),
    "suspended": lambda user: standing.suspend(user=user, until=timezone.now() + timedelta(days=3)),
}


@pytest.fixture(params=STOPS)
def stop(request):
    return STOPS[request.param]


def matched_with(me):
    return friend_of(me).profile


NEWS = {
    "message": lambda me, friend: say(friend).sender,
    "like": lambda me, friend: admirer_of(me),
    "match": lambda me, friend: matched_with(me),
}


@pytest.mark.requirement("R11.3")
@pytest.mark.parametrize("what", NEWS)
def test_what_waits_to_be_told_is_not_told(me, friend, provider, after_the_burst, stop, what):
    stop(NEWS[what](me, friend).user)
    after_the_burst()
    assert provider.received == []


@pytest.mark.requirement("R11.3")
@pytest.mark.parametrize("what", NEWS)
def test_nor_is_what_waits_to_be_sent(me, friend, provider, after_the_burst, stop, what):
    person = NEWS[what](me, friend)
    telling.notify(user_id=me.user_id)
    assert Delivery.objects.waiting().exists()
    stop(person.user)
    after_the_burst()
    assert provider.received == []
    assert Notification.objects.latest("pk").state == "dropped"


def test_nor_what_a_provider_did_not_take_at_first(me, friend, provider, after_the_burst, stop):
    provider.answers.append(Answer(503))
    say(friend)
    after_the_burst()
    assert Delivery.objects.waiting().exists()
    stop(friend.profile.user)
    after_the_burst(600)
    assert provider.received == []


def test_others_in_the_same_push_are_still_told_of(me, friend, provider, after_the_burst, stop):
    other = friend_of(me, "Rex")
    after_the_burst()
    provider.received.clear()
    say(friend, "From the one who goes")
    say(other, "From the one who stays")
    telling.notify(user_id=me.user_id)
    stop(friend.profile.user)
    after_the_burst()
    assert provider.texts() == [("Rex", "From the one who stays")]


def test_what_was_written_before_is_told_when_it_turns_out_to_be_all_right(
    me, friend, provider, after_the_burst
):
    say(friend)
    standing.ban(user=friend.profile.user)
    standing.unban(user=friend.profile.user)
    after_the_burst()
    assert len(provider.received) == 1


@pytest.mark.requirement("R11.3")
def test_a_banned_person_is_told_nothing(me, friend, provider, after_the_burst, stop):
    say(friend)
    telling.notify(user_id=me.user_id)
    stop(me.user)
    after_the_burst()
    assert provider.received == []


@pytest.mark.django_db(transaction=True)
def test_a_ban_counts_while_a_provider_is_being_asked(provider, in_parallel):
    """Asked to send two pushes apart, Expo having taken its time, both are composed anew."""
    devices = [device_of(ProfileFactory().user) for _ in range(2)]
    friends = [friend_of(device.user.profile) for device in devices]
    told = [telling.notify(user_id=device.user_id) for device in devices]
    tokens = [device.token for device in devices]
    details = {"@us/app": tokens[:1], "@somebody/else": tokens[1:]}
    refusal = {"code": "PUSH_TOO_MANY_EXPERIENCE_IDS", "message": "two", "details": details}
    provider.answers.append(Answer(400, {"errors": [refusal]}, delay_s=0.5))

    def ban():
        time.sleep(0.2)
        return standing.ban(user=friends[0].profile.user)

    outcomes = in_parallel(lambda: delivering.send(notification_id=told[0].pk), ban)
    assert (outcomes, len(provider.requests)) == ([None, True], 2)
    assert [row["token"] for row in provider.received] == tokens[1:]


def test_a_device_that_signs_out_is_told_nothing_more(me, friend, phone, provider, after_the_burst):
    other = device_of(me.user)
    say(friend)
    telling.notify(user_id=me.user_id)
    standing.end_session(session=phone.session)
    after_the_burst()
    assert [row["token"] for row in provider.received] == [other.token]
