"""Whoever erases the account takes no decision out of the world."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import services
from accounts.credentials import remove_account
from accounts.models import User
from accounts.refusals import RegistrationRefused
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from moderation import deciding
from moderation.models import Decision
from moderation.tests.desk import an_old_dog, decided, dog, lead, outcomes, undone
from profiles.models import Photo
from profiles.services import delete_profile
from pupmatch.lib.requests import Caller
from screening import bans
from screening.models import BannedMark

pytestmark = pytest.mark.django_db

Kind, State = Decision.Kind, Decision.State
PICTURE = 0x0F0F_0F0F_0F0F_0F0F
CALLER = Caller(ip_address="192.0.2.1", user_agent="")


@pytest.fixture
def device():
    return uuid4()


def with_a_past(profile, device):
    """The same with a device and a photo that can be known again."""
    SessionFactory(user=profile.user, device_id=device)
    Photo.objects.filter(pk=profile.photos.first().pk).update(perceptual_hash=PICTURE)
    return profile


def known(email, device):
    """By which of the three they would be known."""
    return (
        bans.is_banned_address(email),
        bans.is_banned_device(device),
        bans.is_banned_photo(PICTURE),
    )


def register(email, device_id=None):
    return services.register(email=email, password=PASSWORD, caller=CALLER, device_id=device_id)


ALL, NONE = (True, True, True), (False, False, False)


def test_however_many_devices_somebody_had_a_ban_is_as_soon_there(django_assert_max_num_queries):
    """Else whoever signs in on a new one each time could not be banned in time."""
    profile, boss = dog(), lead()
    devices = [SessionFactory(user=profile.user, device_id=uuid4()).device_id for _ in range(300)]
    with django_assert_max_num_queries(100):
        decided(profile, Kind.BAN, by=boss)
    assert all(bans.is_banned_device(each) for each in devices[::50])


@pytest.mark.parametrize("kind", [Kind.SUSPEND, Kind.LIMIT])
def test_leaving_ends_no_limit_and_no_suspension(kind, device, time_machine):
    me = with_a_past(dog(), device)
    email = me.user.email
    decision = decided(me, kind)
    assert known(email, device) == NONE
    remove_account(user=me.user)
    assert known(email, device) == ALL
    with pytest.raises(RegistrationRefused):
        register(email)
    with pytest.raises(RegistrationRefused):
        register("another@pupmatch.example", device)
    time_machine.move_to(decision.until + timedelta(seconds=1))
    assert known(email, device) == NONE
    assert register(email, device)


def test_of_several_the_longest_counts_and_each_is_undone_alone(device):
    me = with_a_past(dog(), device)
    email = me.user.email
    short, long = decided(me, Kind.SUSPEND, days=3), decided(me, Kind.LIMIT, days=9)
    remove_account(user=me.user)
    assert max(BannedMark.objects.values_list("expires_at", flat=True)) == long.until
    undone(long)
    assert known(email, device) == ALL
    undone(short)
    assert known(email, device) == NONE


@pytest.mark.parametrize("kind", [Kind.DISMISS, Kind.WARN, Kind.HOLD_PHOTOS])
def test_nothing_else_is_remembered(kind, device):
    me = with_a_past(dog(), device)
    decided(me, kind)
    before = BannedMark.objects.count()  # photos that are held are marked at once
    assert bool(before) == (kind == Kind.HOLD_PHOTOS)
    remove_account(user=me.user)
    assert BannedMark.objects.count() == before


def test_nor_what_is_over_or_undone(device, time_machine):
    me = with_a_past(dog(), device)
    undone(decided(me, Kind.LIMIT))
    over = decided(me, Kind.SUSPEND)
    time_machine.move_to(over.until + timedelta(seconds=1))
    remove_account(user=me.user)
    assert not BannedMark.objects.exists()


def test_who_is_limited_may_begin_again_with_another_profile(device):
    me = with_a_past(dog(), device)
    decided(me, Kind.LIMIT)
    delete_profile(profile=me)
    assert not BannedMark.objects.exists()


def test_a_proposed_ban_is_confirmed_of_somebody_who_left(device):
    me = with_a_past(an_old_dog(), device)
    email, ban = me.user.email, decided(me, Kind.BAN)
    remove_account(user=me.user)
    assert known(email, device) == ALL
    confirmed = deciding.confirm(decision=ban, by=lead())
    assert (confirmed.state, confirmed.person) == (State.IN_FORCE, None)
    assert confirmed.in_force_at
    assert outcomes(ban.case) == {"acted"}
    assert known(email, device) == ALL
    until = BannedMark.objects.first().expires_at - timezone.now()
    assert until > BannedMark.KEPT - timedelta(hours=1)
    undone(ban)
    assert known(email, device) == NONE


def test_a_proposed_ban_is_declined_of_somebody_who_left(device):
    me = with_a_past(an_old_dog(), device)
    email, ban = me.user.email, decided(me, Kind.BAN)
    remove_account(user=me.user)
    with pytest.raises(RegistrationRefused):
        register(email)
    deciding.decline(decision=ban, by=lead())
    assert known(email, device) == NONE
    assert register(email, device)


def test_a_ban_is_undone_of_somebody_who_left(device):
    me = with_a_past(dog(), device)
    email, ban = me.user.email, decided(me, Kind.BAN)
    later = uuid4()
    SessionFactory(user=me.user, device_id=later)
    remove_account(user=me.user)
    assert known(email, later) == ALL
    undone(ban)
    assert known(email, later) == NONE


@pytest.mark.parametrize("kind", [Kind.BAN, Kind.SUSPEND])
def test_a_strangers_address_is_not_shut_out(kind, device):
    """Registered by somebody who is then banned; its owner takes it over, and begins anew."""
    me = with_a_past(dog(user=UserFactory(email="stranger@pupmatch.example")), device)
    decided(me, kind)
    assert not bans.is_banned_address(me.user.email)
    User.objects.filter(pk=me.user.pk).update(email_verified_at=timezone.now())
    remove_account(user=User.objects.get(pk=me.user.pk))
    assert known("stranger@pupmatch.example", device) == (False, True, True)
    assert register("stranger@pupmatch.example")


@pytest.mark.requirement("R1.6")
def test_by_the_api(api, client_for, time_machine):
    me = dog()
    decision = decided(me, Kind.SUSPEND)
    gone = client_for(me.user).delete("/api/v1/me", {"password": PASSWORD})
    assert gone.status_code == 204, gone.content
    body = {"email": me.user.email, "password": PASSWORD}
    answer = api.post("/api/v1/auth/register", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "registration_refused")
    time_machine.move_to(decision.until + timedelta(seconds=1))
    assert api.post("/api/v1/auth/register", body).status_code == 201
