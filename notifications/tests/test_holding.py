from datetime import time

import pytest

from notifications import delivering, services, telling
from notifications.models import Delivery, NotificationPreferences
from notifications.tests.factories import say

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(me, friend):
    """It is noon in Greenwich, and night in Honolulu, where I am."""
    services.change_preferences(
        user=me.user,
        quiet_hours={"start": time(22), "end": time(7)},
        time_zone="Pacific/Honolulu",
    )


def held_until(user):
    return NotificationPreferences.objects.get(user=user).held_until


@pytest.mark.requirement("R11.3", "R11.4")
def test_in_quiet_hours_it_is_held_and_told_as_one_afterwards(
    me, night, friend, provider, after_the_burst, waits_for
):
    for _ in range(3):
        say(friend)
        after_the_burst()
    assert provider.received == []
    assert waits_for(me.user) is not None
    assert f"{held_until(me.user):%H:%M}" == "17:00"
    assert telling.release_held() == 0
    after_the_burst(5 * 3600)
    assert telling.release_held() == 1
    after_the_burst()
    assert provider.texts() == [("PupMatch", "3 new messages from Biscuit")]
    assert (held_until(me.user), waits_for(me.user)) == (None, None)


@pytest.mark.parametrize(
    "change", [{"quiet_hours": None}, {"time_zone": "Europe/Vienna"}, {"time_zone": None}]
)
def test_quiet_hours_that_change_release_what_they_held(
    me, night, friend, provider, after_the_burst, change
):
    say(friend)
    after_the_burst()
    services.change_preferences(user=me.user, **change)
    after_the_burst()
    assert provider.texts() == [("Biscuit", "Park at five?")]
    assert held_until(me.user) is None


def test_what_is_on_its_way_when_the_quiet_hours_begin_is_held_too(
    me, friend, provider, after_the_burst
):
    say(friend)
    telling.notify(user_id=me.user_id)
    services.change_preferences(user=me.user, quiet_hours={"start": time(12), "end": time(15)})
    after_the_burst()
    assert provider.received == []
    delivery = Delivery.objects.latest("pk")
    assert (delivery.state, f"{delivery.due_at:%H:%M}") == ("waiting", "15:00")
    services.change_preferences(user=me.user, quiet_hours=None)
    after_the_burst(60)
    delivering.send_waiting()
    after_the_burst()
    assert provider.texts() == [("Biscuit", "Park at five?")]
