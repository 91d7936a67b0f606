"""Held and collapsed, never dropped: whatever happens, and whenever."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from events.models import Event, Stream
from messaging.models import Message
from messaging.services import mark_read
from notifications import delivering, services, telling
from notifications.kinds import KIND_OF_EVENT, Kind
from notifications.models import Delivery, Notification, NotificationPreferences, Outage
from notifications.outcomes import GIVEN_UP_AFTER
from notifications.tests.factories import admirer_of, device_of, friend_of, say, side_of
from notifications.tests.provider import Answer
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.tests.working import run_due_jobs

START = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the day before clocks change in Europe
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30]))
friends = st.integers(0, 1)


class Nights(RuleBasedStateMachine):
    """Me with a telephone, two friends, and some days."""

    clock = provider = None  # set by the test, which has the fixtures

    @initialize(
        zone=st.sampled_from(["UTC", "Europe/Vienna", "Pacific/Honolulu", "Asia/Kathmandu"])
    )
    def begin(self, zone):
        User.objects.all().delete()
        Outage.objects.all().delete()
        self.clock.move_to(START)
        self.provider.received.clear()
        self.me = ProfileFactory(name="Pickle")
        device_of(self.me.user, time_zone=zone)
        self.friends = [friend_of(self.me, name) for name in ("Biscuit", "Bella")]
        self.was_off = set()

    # What happens -----------------------------------------------------------------------------------

    @rule(number=friends, count=st.integers(1, 3))
    def somebody_writes(self, number, count):
        for _ in range(count):
            say(self.friends[number])

    @rule()
    def somebody_likes_me(self):
        admirer_of(self.me)

    @rule(number=friends)
    def i_read(self, number):
        mark_read(participant=side_of(self.me, self.friends[number]), position=10_000)

    @rule(kind=st.sampled_from(Kind.values), push=st.booleans())
    def i_switch_a_kind(self, kind, push):
        services.change_preferences(user=self.me.user, kinds={kind: {"push": push}})
        if not push:
            self.was_off.add(kind)

    @rule(two=st.none() | st.tuples(clocks, clocks).filter(lambda two: two[0] != two[1]))
    def i_choose_quiet_hours(self, two):
        quiet = two and {"start": two[0], "end": two[1]}
        services.change_preferences(user=self.me.user, quiet_hours=quiet)

    @rule(count=st.integers(1, 3))
    def the_provider_is_in_trouble(self, count):
        self.provider.answers.extend([Answer(503)] * count)

    @rule(minutes=st.integers(0, 90) | st.sampled_from([300, 600]))
    def time_passes(self, minutes):
        self.clock.shift(timedelta(minutes=minutes))
        self.work()
        self.clock.shift(timedelta(seconds=3))
        self.work()

    def quiet_until(self):
        preferences = NotificationPreferences.objects.get(user=self.me.user)
        return preferences.quiet_until(timezone.now())

    def work(self):
        """What the workers do in this moment; in quiet hours nothing comes of it."""
        before, is_quiet = len(self.provider.received), self.quiet_until()
        telling.release_held()
        delivering.send_waiting()
        run_due_jobs()
        assert not is_quiet or len(self.provider.received) == before

    # What is true then ------------------------------------------------------------------------------

    def teardown(self):
        if not hasattr(self, "was_off"):
            return
        self.provider.answers.clear()
        for _ in range(60):
            if until := self.quiet_until():
                self.clock.move_to(until)
            self.time_passes(0 if until else 1)
            if not self.waits():
                break
        assert not self.waits()
        self.check_that_all_was_told()

    def waits(self):
        is_deciding = Stream.objects.get(user=self.me.user).notify_from is not None
        return is_deciding or Delivery.objects.waiting().exists()

    def check_that_all_was_told(self):
        told = list(Notification.objects.filter(user=self.me.user).order_by("to_position"))
        for before, after in pairwise(told):
            assert before.to_position < after.from_position
        for event in Event.objects.filter(stream=self.me.user_id, type__in=KIND_OF_EVENT):
            if self.is_news(event):
                covering = [n for n in told if n.from_position <= event.position <= n.to_position]
                assert len(covering) == 1
                later = [n for n in told if n.to_position >= event.position]
                assert covering[0].state != "merged" or any(map(self.is_settled, later))
                assert covering[0].state == "merged" or self.is_settled(covering[0])

    def is_settled(self, notification):
        """Sent; or given up, if the provider was in trouble for a whole day of this story."""
        age = timezone.now() - notification.created_at
        return notification.state == "sent" or (
            notification.state == "failed" and age > GIVEN_UP_AFTER
        )

    def is_news(self, event):
        """Whether it was wanted all the time and is new still."""
        if KIND_OF_EVENT[event.type] in self.was_off:
            return False
        if event.type != "message.created":
            return event.type == "match.created" or self.me.likes_received.filter(
                pk=event.data["id"], liker__name="Rex"
            )
        message = Message.objects.get(pk=event.data["id"])
        side = side_of(self.me, message)
        return message.sender_id != self.me.pk and message.position > side.read_position


@pytest.mark.django_db
@pytest.mark.requirement("R11.3", "R11.4", "R11.5")
def test_what_is_held_is_told_once_and_never_dropped(provider, clock):
    Nights.provider, Nights.clock = provider, clock
    run_state_machine_as_test(
        Nights, settings=settings(settings.default, max_examples=20, stateful_step_count=25)
    )
