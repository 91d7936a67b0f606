from datetime import timedelta

import pytest

from notifications import delivering, receipts
from notifications.models import Delivery, Notification, Outage, PushAttempt
from notifications.tests.factories import device_of, friend_of
from notifications.tests.provider import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(me, phone, after_the_burst, provider):
    """A delivery that Expo accepted."""
    friend_of(me)
    after_the_burst()
    provider.requests.clear()
    return Delivery.objects.get()


@pytest.fixture
def read_after(clock):
    def later(minutes):
        clock.shift(timedelta(minutes=minutes))
        return receipts.read_receipts()

    return later


def verdicts():
    rows = PushAttempt.objects.filter(step="receipt").order_by("pk")
    return list(rows.values_list("verdict", flat=True))


def test_a_receipt_is_read_a_quarter_of_an_hour_later(sent, read_after):
    assert read_after(14) == 0
    assert read_after(2) == 1
    sent.refresh_from_db()
    assert (sent.state, verdicts()) == ("delivered", ["delivered"])
    assert read_after(60) == 0
    assert Notification.objects.get().state == "sent"


def test_a_thousand_at_a_time(me, sent, provider, read_after):
    ticket = sent.ticket
    notifications = Notification.objects.bulk_create(
        Notification(user=me.user, channel="push", from_position=1, to_position=1, state="sent")
        for _ in range(1004)
    )
    Delivery.objects.bulk_create(
        Delivery(
            notification=notification, device=sent.device, from_position=1, state="accepted",
            ticket=ticket, due_at=sent.due_at, sent_at=sent.sent_at,
        )
        for notification in notifications
    )  # fmt: skip
    assert read_after(16) == 1005
    assert len(provider.requests) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_receipt_that_is_not_there_is_asked_for_less_and_less_and_not_for_ever(
    sent, provider, read_after
):
    provider.has_receipts = False
    for _ in range(33 * 12):
        read_after(5)
    sent.refresh_from_db()
    assert sent.state == "unconfirmed"
    assert 5 <= len(verdicts()) <= 9
    assert set(verdicts()) == {"pending"}
    assert Notification.objects.get().state == "sent"


def test_a_device_that_is_gone_says_its_receipt(me, phone, sent, provider, read_after):
    other = device_of(me.user)
    provider.receipt_errors[phone.token] = "DeviceNotRegistered"
    read_after(16)
    assert list(me.user.devices.all()) == [other]
    assert verdicts() == ["gone"]
    assert "ExponentPushToken[…]" in PushAttempt.objects.get(step="receipt").detail


def test_a_device_that_has_another_token_by_now_stays(me, phone, sent, provider, read_after, clock):
    provider.receipt_errors[phone.token] = "DeviceNotRegistered"
    clock.shift(timedelta(minutes=5))
    device_of(me.user, installation_id=phone.installation_id)
    read_after(16)
    assert me.user.devices.get().pk == phone.pk
    assert verdicts() == ["gone"]


def test_a_telephones_service_that_got_too_many_gets_it_again(
    sent, phone, provider, read_after, run_jobs, clock
):
    provider.receipt_errors[phone.token] = "MessageRateExceeded"
    read_after(16)
    sent.refresh_from_db()
    assert (sent.state, verdicts()) == ("waiting", ["retry"])
    clock.shift(timedelta(minutes=1))
    delivering.send_waiting()
    run_jobs()
    assert len(provider.received) == 2
    assert len({row["id"] for row in provider.received}) == 1


@pytest.mark.parametrize("error", ["MessageTooBig", "MismatchSenderId", "InvalidCredentials"])
def test_what_failed_on_the_way(sent, phone, provider, read_after, error):
    provider.receipt_errors[phone.token] = error
    read_after(16)
    sent.refresh_from_db()
    assert (sent.state, verdicts()) == ("failed", ["failed"])
    assert Notification.objects.get().state == "failed"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(503, "", {"Retry-After": "5"}), Answer(429, ""), Answer(0), Answer(200, "{"),
        Answer(200, {"data": []}), Answer(400, {"errors": [{"code": "X"}]}), Answer(200, {"data": None}),
    ],
)  # fmt: skip
def test_trouble_with_receipts_sends_nothing_twice(sent, provider, read_after, run_jobs, answer):
    provider.answers.append(answer)
    read_after(16)
    assert Outage.objects.get().failures == 1
    sent.refresh_from_db()
    assert sent.state == "accepted"
    for _ in range(4):
        read_after(10)
        run_jobs()
    sent.refresh_from_db()
    assert (sent.state, verdicts()) == ("delivered", ["retry", "delivered"])
    assert len(provider.received) == 1
