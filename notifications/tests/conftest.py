from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from events.models import Stream
from notifications.models import Notification, PushAttempt
from notifications.push import http
from notifications.tests.factories import device_of, friend_of
from notifications.tests.provider import Provider
from profiles.tests.factories import ProfileFactory

VAPID_PRIVATE_KEY = "pDiytdFKxzUA-17CG--Iszl-dkH5LExlkYSh6yWCGws"


@pytest.fixture
def provider(settings):
    """Expo and a browser's push service on the loopback; Web Push is on."""
    with Provider() as server:
        settings.EXPO_PUSH_URL = server.url
        settings.WEBPUSH_HOSTS = [server.url]
        settings.VAPID_PRIVATE_KEY = VAPID_PRIVATE_KEY
        yield server
        http.session().close()
        http.session.cache_clear()


@pytest.fixture
def me():
    return ProfileFactory(name="Pickle")


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


@pytest.fixture
def phone(me, provider, clock):
    """My telephone, which is registered."""
    return device_of(me.user)


@pytest.fixture
def clock():
    """Noon, standing still; `clock.shift(seconds)` moves it."""
    with time_machine.travel(datetime(2026, 6, 1, 12, tzinfo=UTC), tick=False) as moved:
        yield moved


@pytest.fixture
def after_the_burst(clock, run_jobs):
    """`after_the_burst()`: what workers do once the burst is over."""

    def later(seconds: float = 3) -> int:
        clock.shift(timedelta(seconds=seconds))
        return run_jobs()

    return later


@pytest.fixture
def friend(me, phone, after_the_burst, provider):
    """Biscuit's side of a conversation with me; I know of the match."""
    side = friend_of(me)
    after_the_burst()
    provider.received.clear()
    provider.requests.clear()
    PushAttempt.objects.all().delete()
    return side


@pytest.fixture
def waits_for():
    """`waits_for(user)`: the position from which on something waits to be told."""

    def position(user):
        return Stream.objects.get(user=user).notify_from

    return position


@pytest.fixture
def told():
    """`told(user)`: the notifications made for somebody, in order."""

    def rows(user):
        return list(Notification.objects.filter(user=user).order_by("pk"))

    return rows
