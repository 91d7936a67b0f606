from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.models import Session
from accounts.standing import deactivate
from accounts.tests.factories import SessionFactory, UserFactory
from events.models import Stream
from notifications import services
from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    PushAttempt,
)
from notifications.tests.factories import browser_of, device_of, expo_token, friend_of, say
from pupmatch.lib.ids import first_id_of
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


def wants(user):
    return Stream.objects.get(user=user).wants_notifications


def test_registering_again_changes_the_same_device(user):
    device = device_of(user)
    session = SessionFactory(user=user)
    again = device_of(
        user, session=session, installation_id=device.installation_id, locale="de-AT",
        token=device.token,
    )  # fmt: skip
    assert again.pk == device.pk
    assert (again.session, again.locale) == (session, "de-AT")
    assert again.token_set_at == device.token_set_at
    changed = device_of(user, installation_id=device.installation_id)
    assert changed.token_set_at > device.token_set_at


def test_a_telephone_that_changes_hands_leaves_its_former_owner(user):
    device = device_of(user)
    other = UserFactory()
    device_of(other, installation_id=device.installation_id, token=device.token)
    assert not user.devices.exists()
    assert other.devices.count() == 1


def test_the_same_installation_may_be_two_peoples_with_two_tokens(user):
    device = device_of(user)
    device_of(UserFactory(), installation_id=device.installation_id)
    assert Device.objects.count() == 2


def test_at_most_twenty_devices_whose_sign_ins_count(user):
    devices = [device_of(user) for _ in range(20)]
    with pytest.raises(services.TooManyDevices):
        device_of(user)
    device_of(user, installation_id=devices[0].installation_id)
    user.sessions.filter(pk=devices[3].session_id).end(Session.EndReason.LOGOUT)
    device_of(user)
    assert user.devices.count() == 20


def test_browsers_are_refused_without_a_key(user, provider, settings):
    settings.VAPID_PRIVATE_KEY = ""
    with pytest.raises(services.WebPushUnavailable):
        browser_of(user, provider.url)


def test_the_stream_knows_whether_there_is_somewhere_to_push_to(user):
    device = device_of(user)
    assert wants(user)
    services.unregister(user=user, installation_id=device.installation_id)
    assert not wants(user)
    with pytest.raises(NotFound):
        services.unregister(user=user, installation_id=device.installation_id)


@pytest.mark.parametrize("verified_at", [None, timezone.now()])
def test_the_stream_knows_whether_there_is_somewhere_to_mail_to(verified_at):
    user = UserFactory(email_verified_at=verified_at)
    services.change_preferences(user=user, kinds={"new_match": {"email": True}})
    assert wants(user) == bool(verified_at)
    services.change_preferences(user=user, kinds={"new_match": {"email": False}})
    assert not wants(user)


def test_devices_of_ended_sign_ins_and_closed_accounts_are_not_live(user):
    ended, expired, live = (device_of(user) for _ in range(3))
    user.sessions.filter(pk=ended.session_id).end(Session.EndReason.LOGOUT)
    Session.objects.filter(pk=expired.session_id).update(expires_at=timezone.now())
    assert list(Device.objects.live()) == [live]
    deactivate(user=user)
    assert not Device.objects.live().exists()


@pytest.mark.requirement("R11.4")
def test_a_switch_changes_nothing_but_itself(user):
    def change(**kinds):
        services.change_preferences(user=user, kinds=kinds)
        return NotificationPreferences.objects.get(user=user).kinds

    assert change(new_like={"push": False})["new_like"] == {"push": False, "email": False}
    assert change(new_like={"email": True})["new_like"] == {"push": False, "email": True}
    kinds = change(new_match={"push": False}, new_like={"push": True})
    assert kinds == {
        "new_match": {"push": False, "email": False},
        "new_message": {"push": True, "email": False},
        "new_like": {"push": True, "email": True},
    }


def test_the_time_zone_is_the_latest_devices_unless_it_is_chosen(user):
    def zone():
        return NotificationPreferences.objects.get(user=user).zone

    device_of(user, time_zone="America/New_York")
    assert zone() == "America/New_York"
    device_of(user, time_zone="Asia/Tokyo")
    assert zone() == "Asia/Tokyo"
    services.change_preferences(user=user, time_zone="Europe/Vienna")
    device_of(user, time_zone="Asia/Kathmandu")
    assert zone() == "Europe/Vienna"
    services.change_preferences(user=user, time_zone=None)
    assert zone() == "Asia/Kathmandu"


def test_unsubscribing_ends_mail_and_not_push(user):
    services.change_preferences(
        user=user, kinds={"new_match": {"email": True}, "new_like": {"email": True, "push": False}}
    )
    for _ in range(2):
        services.unsubscribe(user_id=user.pk)
    found = NotificationPreferences.objects.get(user=user)
    assert (found.mailed, found.muted) == ([], ["new_like"])
    services.unsubscribe(user_id=uuid4())


@pytest.mark.requirement("R2.7")
def test_everything_goes_with_the_account(me, phone, after_the_burst):
    side = friend_of(me)
    after_the_burst()
    say(side)
    after_the_burst()
    for model in (Device, NotificationPreferences, Notification, Delivery, PushAttempt):
        assert model.objects.exists(), model
    remove_account(user=me.user)
    for model in (Device, NotificationPreferences, Notification, Delivery, PushAttempt):
        assert not model.objects.exists(), model


def test_a_device_leaves_what_was_tried_for_staff(me, phone, after_the_burst):
    friend_of(me)
    after_the_burst()
    services.unregister(user=me.user, installation_id=phone.installation_id)
    assert not Delivery.objects.exists()
    assert PushAttempt.objects.get().device is None


def test_old_notifications_are_cleared_with_their_attempts(me, phone, after_the_burst):
    for _ in range(2):
        friend_of(me)
        after_the_burst()
    assert (Notification.objects.count(), PushAttempt.objects.count()) == (2, 2)
    old = Notification.objects.first()
    attempt = PushAttempt.objects.filter(notification=old)
    moment = timezone.now() - timedelta(days=30, seconds=1)
    renamed = Notification.objects.create(
        id=first_id_of(moment), user=me.user, channel="push", from_position=1, to_position=1
    )
    attempt.update(notification=renamed)
    assert services.clear_old() == 2
    assert (Notification.objects.count(), PushAttempt.objects.count()) == (2, 1)


def test_a_token_is_nobodys_twice(user):
    device_of(user, token=(token := expo_token()))
    device_of(user, token=token)
    assert user.devices.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_who_register_one_token_at_once(in_parallel):
    for _ in range(5):
        token, users = expo_token(), [UserFactory() for _ in range(4)]
        outcomes = in_parallel(*[partial(device_of, user, token=token) for user in users])
        assert [each for each in outcomes if isinstance(each, Exception)] == []
        assert Device.objects.filter(token=token).count() == 1
