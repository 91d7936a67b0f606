"""Nothing falls between the one who publishes and the one who notifies."""

from contextlib import suppress
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import OperationalError

from accounts.credentials import remove_account
from accounts.models import User
from events.models import Event, Stream
from messaging.services import send
from notifications import delivering, services, telling
from notifications.models import Device, Notification
from notifications.tests.factories import device_of, friend_of, say
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(me, provider):
    """My telephone, by the real clock."""
    return device_of(me.user)


def ranges(user):
    rows = Notification.objects.filter(user=user).order_by("from_position")
    return list(rows.values_list("from_position", "to_position"))


def jobs_for(user):
    return Job.objects.filter(
        task_name="notifications.tasks.notify", status="todo", args__user_id=str(user.pk)
    )


@pytest.mark.requirement("R11.3")
def test_every_event_is_in_exactly_one_notification(me, phone, in_parallel):
    sides = [friend_of(me, f"Dog {number}") for number in range(3)]
    done = []

    def writer(side):
        def write():
            for number in range(25):
                say(side, f"{number}")
            done.append(side)

        return write

    def notifier():
        while len(done) < len(sides):
            telling.notify(user_id=me.user_id)

    outcomes = in_parallel(*map(writer, sides), notifier, notifier)
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    if Stream.objects.get(user=me.user).notify_from is not None:
        assert jobs_for(me.user).exists()  # nobody would come otherwise
    telling.notify(user_id=me.user_id)
    covered = ranges(me.user)
    assert len(covered) > 3  # the race was one
    assert all(before[1] < after[0] for before, after in pairwise(covered))
    told = Event.objects.filter(stream=me.user_id, type="message.created")
    for position in told.values_list("position", flat=True):
        assert sum(first <= position <= last for first, last in covered) == 1
    assert told.count() == 75


def test_each_first_event_of_a_burst_has_a_job(me, phone, in_parallel):
    side = friend_of(me)
    telling.notify(user_id=me.user_id)
    for _ in range(20):
        Job.objects.all().delete()
        in_parallel(lambda: say(side), lambda: telling.notify(user_id=me.user_id))
        if Stream.objects.get(user=me.user).notify_from is not None:
            assert jobs_for(me.user).count() == 1
            telling.notify(user_id=me.user_id)


def test_devices_come_and_go_while_people_write(me, phone, in_parallel):
    side = friend_of(me)
    for _ in range(8):
        device = device_of(me.user)
        outcomes = in_parallel(
            lambda: say(side),
            lambda: telling.notify(user_id=me.user_id),
            lambda: device_of(me.user),
            lambda: device_of(ProfileFactory().user, token=phone.token),
            lambda device=device: services.unregister(
                user=me.user, installation_id=device.installation_id
            ),
            lambda: services.change_preferences(user=me.user, previews=False),
        )
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        device_of(me.user, installation_id=phone.installation_id, token=phone.token)
    telling.notify(user_id=me.user_id)
    assert Stream.objects.get(user=me.user).wants_notifications


@pytest.mark.requirement("R2.7")
def test_an_account_goes_while_it_is_notified_and_sent_to(provider, in_parallel):
    for _ in range(8):
        me = ProfileFactory()
        phone, side = device_of(me.user), friend_of(me)
        told = telling.notify(user_id=me.user_id)
        say(side)

        def write(side=side):
            with suppress(Exception):
                send(participant=side, client_id=uuid4(), body="Still there?")

        def go(user=me.user):
            for _ in range(5):
                with suppress(OperationalError):
                    return remove_account(user=user)
            raise AssertionError("could not leave")

        outcomes = in_parallel(
            lambda user=me.user: go(user),
            write,
            lambda pk=me.user_id: telling.notify(user_id=pk),
            lambda pk=told.pk: delivering.send(notification_id=pk),
            lambda device=phone: Device.objects.filter(pk=device.pk).delete(),
        )
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert not User.objects.filter(pk=me.user_id).exists()
        assert not Notification.objects.filter(user=me.user_id).exists()
