"""What the provider says, over real HTTP, and what becomes of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from notifications import delivering, telling
from notifications.models import Delivery, Device, Notification, Outage, PushAttempt
from notifications.tests.factories import (
    device_of,
    people_with_news,
    say,
)
from notifications.tests.looking import attempts, latest

pytestmark = pytest.mark.django_db


def test_what_expo_is_sent(me, friend, provider, after_the_burst):
    say(friend)
    after_the_burst()
    row = provider.received[0]
    notification = Notification.objects.latest("pk")
    assert row["data"] == {
        "id": str(notification.pk),
        "kind": "new_message",
        "profile_id": str(friend.profile_id),
        "conversation_id": str(friend.conversation_id),
    }
    assert (row["token"], row["badge"]) == (me.user.devices.get().token, 1)
    assert (notification.state, latest().state) == ("sent", "accepted")
    assert latest().ticket == PushAttempt.objects.get().ticket != ""
    assert attempts() == [("accepted", 200, "")]


def test_a_hundred_people_at_once(provider, after_the_burst, run_jobs):
    people_with_news(103)
    after_the_burst()
    assert len({row["id"] for row in provider.received}) == len(provider.received) == 103
    assert len(provider.requests) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"accepted"}
    assert PushAttempt.objects.count() == 103


def test_a_batch_costs_the_same_for_two_and_for_thirty(provider, clock, run_jobs):
    def cost(people):
        devices = people_with_news(people)
        for device in devices:
            telling.notify(user_id=device.user_id)
        with CaptureQueriesContext(connection) as queries:
            delivering.send(notification_id=Notification.objects.latest("pk").pk)
        assert not Delivery.objects.waiting().exists()
        return len(queries)

    assert cost(2) == cost(30)


def test_the_access_token_is_shown(friend, provider, settings, after_the_burst):
    provider.access_token = settings.EXPO_ACCESS_TOKEN = "of our project"
    say(friend)
    after_the_burst()
    assert len(provider.received) == 1


# --- Refused for good -------------------------------------------------------------------------------


def test_a_device_that_is_gone_is_forgotten(me, phone, friend, provider, after_the_burst):
    other = device_of(me.user)
    provider.ticket_errors[phone.token] = "DeviceNotRegistered"
    say(friend)
    after_the_burst()
    assert list(me.user.devices.all()) == [other]
    said = 'DeviceNotRegistered: "ExponentPushToken[…]" is not a registered push notification recipient'
    assert sorted(attempts()) == [("accepted", 200, ""), ("gone", 200, said)]
    assert Notification.objects.latest("pk").state == "sent"


def test_the_last_device_that_is_gone(me, phone, friend, provider, after_the_burst):
    provider.ticket_errors[phone.token] = "DeviceNotRegistered"
    say(friend)
    after_the_burst()
    assert not Device.objects.exists()
    assert Notification.objects.latest("pk").state == "failed"


@pytest.mark.parametrize("error", ["MessageTooBig", "InvalidCredentials", "Whatever"])
def test_what_fails_for_good_is_not_tried_again(
    me, phone, friend, provider, after_the_burst, error
):
    provider.ticket_errors[phone.token] = error
    say(friend)
    after_the_burst()
    after_the_burst(3600)
    assert [verdict for verdict, _, _ in attempts()] == ["failed"]
    assert (latest().state, me.user.devices.count()) == ("failed", 1)


def test_tokens_of_two_projects_are_sent_apart(provider, after_the_burst):
    devices = people_with_news(6)
    for device in devices[:2]:
        provider.projects[device.token] = "@somebody/else"
    after_the_burst()
    assert len(provider.received) == 6
    assert len(provider.requests) == 3
    assert sorted(verdict for verdict, _, _ in attempts()) == ["accepted"] * 6 + ["apart"] * 6
    assert "PUSH_TOO_MANY_EXPERIENCE_IDS" in {detail for _, _, detail in attempts()}


def test_one_bad_push_among_many_is_found(provider, after_the_burst):
    devices = people_with_news(9)
    bad = devices[4]
    Device.objects.filter(pk=bad.pk).update(token="ExponentPushToken{9}")
    after_the_burst()
    assert len({row["token"] for row in provider.received}) == len(provider.received) == 8
    states = Delivery.objects.values_list("device", "state")
    assert {state for device, state in states if device != bad.pk} == {"accepted"}
    assert dict(states)[bad.pk] == "failed"


# --- Signed out, killed, claimed --------------------------------------------------------------------


@pytest.mark.requirement("R11.5")
def test_whoever_signed_out_meanwhile_gets_nothing(me, phone, friend, provider, after_the_burst):
    say(friend)
    telling.notify(user_id=me.user_id)
    me.user.sessions.all().end(Session.EndReason.LOGOUT)
    after_the_burst()
    assert provider.received == []
    assert latest().state == "dropped"


@pytest.mark.requirement("R11.3")
def test_what_a_killed_worker_had_claimed_is_sent_when_its_time_is_up(
    me, friend, provider, after_the_burst
):
    say(friend)
    telling.notify(user_id=me.user_id)
    assert len(delivering._claim("expo")) == 1
    after_the_burst()
    assert provider.received == []
    for _ in range(5):
        after_the_burst(2)
    assert len(provider.received) == 1
    assert latest().state == "accepted"


def test_a_killed_workers_share_waits_for_the_end_of_an_outage_too(
    me, friend, provider, clock, run_jobs
):
    say(friend)
    telling.notify(user_id=me.user_id)
    delivering._claim("expo")
    until = timezone.now() + timedelta(seconds=30)
    Outage.objects.create(provider="expo", failures=5, until=until)
    clock.shift(delivering.LEASE)
    run_jobs()
    assert latest().due_at == until
    clock.shift(30)
    run_jobs()
    assert len(provider.received) == 1


def test_a_worker_that_took_too_long_changes_nothing_any_more(
    me, friend, provider, clock, run_jobs
):
    say(friend)
    telling.notify(user_id=me.user_id)
    late = delivering._claim("expo")
    clock.shift(delivering.LEASE)
    run_jobs()
    assert latest().state == "accepted"
    outcome = delivering.push.Outcome(PushAttempt.Verdict.FAILED, status_code=400)
    delivering.note("expo", late, [outcome], began=timezone.now())
    assert latest().state == "accepted"
    assert sorted(verdict for verdict, _, _ in attempts()) == ["accepted", "failed"]


@pytest.mark.django_db(transaction=True)
def test_several_workers_never_send_the_same(provider, in_parallel):
    devices = people_with_news(120)
    for device in devices:
        telling.notify(user_id=device.user_id)
    notifications = list(Notification.objects.values_list("pk", flat=True))

    def worker(mine):
        return lambda: [delivering.send(notification_id=pk) for pk in mine]

    outcomes = in_parallel(*[worker(notifications[number::6]) for number in range(6)])
    assert [each for each in outcomes if isinstance(each, Exception)] == []
    tokens = [row["token"] for row in provider.received]
    assert len(tokens) == len(set(tokens)) == 120
