"""Web Push, to browsers."""

import json

import pytest

from notifications.models import Notification, Outage, PushAttempt
from notifications.push import http
from notifications.tests.factories import (
    browser_of,
    friend_of,
    say,
)
from notifications.tests.looking import attempts
from notifications.tests.provider import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(me, provider, after_the_burst):
    """My browser, which knows of my match with Biscuit."""
    device = browser_of(me.user, provider.url)
    side = friend_of(me)
    after_the_burst()
    provider.received.clear()
    provider.requests.clear()
    provider.headers.clear()
    PushAttempt.objects.all().delete()
    say(side)
    return device


def test_what_a_browser_is_sent_only_it_can_read(browser, provider, after_the_burst):
    after_the_burst()
    row = provider.received[0]
    assert (row["title"], row["body"], row["badge"]) == ("Biscuit", "Park at five?", 1)
    assert row["id"] == str(Notification.objects.latest("pk").pk)
    assert row["data"]["kind"] == "new_message"
    sent = provider.headers[0]
    assert (sent["ttl"], sent["urgency"], len(sent["topic"])) == ("86400", "high", 22)
    assert attempts() == [("accepted", 201, "")]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(me, browser, provider, after_the_burst, status):
    provider.webpush_statuses["firefox"] = status
    after_the_burst()
    assert not me.user.devices.exists()
    assert attempts() == [("gone", status, "no: 127.0.0.1")]


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_browsers_service_refuses_for_good(me, browser, provider, after_the_burst, status):
    provider.webpush_statuses["firefox"] = status
    after_the_burst()
    after_the_burst(3600)
    assert attempts() == [("failed", status, "no: 127.0.0.1")]
    assert me.user.devices.exists()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429, "", {"Retry-After": "20"}), Answer(503, "", {"Retry-After": "20"}), Answer(0),
        Answer(500), Answer(201, "x" * (http.MAX_ANSWER + 1)),
    ],
    ids=lambda answer: f"{answer.status}",
)  # fmt: skip
def test_a_browsers_service_refuses_for_now(me, browser, provider, after_the_burst, answer):
    provider.answers.append(answer)
    after_the_burst()
    if "Retry-After" in answer.headers:
        after_the_burst(10)
        assert len(provider.requests) == 1
    after_the_burst(20)
    assert [verdict for verdict, _, _ in attempts()] == ["retry", "accepted"]
    assert not Outage.objects.exists()
    assert len({row["id"] for row in provider.received}) == 1


def test_twenty_browsers_at_once(me, provider, after_the_burst):
    for number in range(20):
        browser_of(me.user, provider.url, f"browser-{number}")
    friend_of(me)
    after_the_burst()
    assert {row["token"] for row in provider.received} == {f"browser-{n}" for n in range(20)}


def test_a_service_that_is_no_longer_named_is_sent_nothing(
    browser, provider, settings, after_the_burst
):
    settings.WEBPUSH_HOSTS = ["fcm.googleapis.com"]
    after_the_burst()
    assert provider.requests == []
    assert [verdict for verdict, _, _ in attempts()] == ["failed"]


def test_no_attempt_keeps_a_text_or_a_token(me, phone, browser, provider, after_the_burst):
    provider.webpush_statuses["firefox"] = 410
    provider.ticket_errors[phone.token] = "DeviceNotRegistered"
    after_the_burst()
    kept = json.dumps(list(PushAttempt.objects.values()), default=str)
    assert len(attempts()) == 2
    for secret in ("five", phone.token[20:40], "webpush/firefox"):
        assert secret not in kept


def test_nothing_of_it_is_logged(friend, provider, after_the_burst, caplog):
    provider.answers.extend([Answer(0), Answer(503)])
    say(friend, "my secret")
    caplog.set_level("INFO")
    for _ in range(3):
        after_the_burst()
    assert len(provider.received) == 2
    assert "ExponentPushToken[" not in caplog.text
    assert "secret" not in caplog.text
