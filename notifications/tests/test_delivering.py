"""What the provider says, over real HTTP, and what becomes of it."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from notifications import delivering, telling
from notifications.models import Delivery, Device, Notification, Outage, PushAttempt
from notifications.push import http
from notifications.tests.factories import (
    browser_of,
    device_of,
    friend_of,
    say,
)
from notifications.tests.provider import Answer
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def friend(me, phone, after_the_burst, provider):
    side = friend_of(me)
    after_the_burst()
    provider.received.clear()
    provider.requests.clear()
    PushAttempt.objects.all().delete()
    return side


def people_with_news(count, **fields):
    """Devices of so many people who have each something to be told, in time order."""
    devices = []
    for _ in range(count):
        somebody = ProfileFactory()
        devices.append(device_of(somebody.user, **fields))
        friend_of(somebody)
    return devices


def attempts():
    return list(PushAttempt.objects.order_by("pk").values_list("verdict", "status_code", "detail"))


def latest():
    return Delivery.objects.latest("pk")


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


# --- Refused for now --------------------------------------------------------------------------------


TROUBLE = [
    Answer(500, "<h1>Oops</h1>"),
    Answer(502, ""),
    Answer(503, {"errors": [{"code": "INTERNAL_SERVER_ERROR", "message": "no"}]}),
    Answer(429, {"errors": [{"code": "TOO_MANY_REQUESTS", "message": "no"}]}),
    Answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "no"}]}),
    Answer(404, "<h1>What?</h1>"),
    Answer(302, "", {"Location": "http://127.0.0.1:9/elsewhere"}),
    Answer(200, "{broken"),
    Answer(200, "[]"),
    Answer(200, "7"),
    Answer(200, "null"),
    Answer(200, {"data": []}),
    Answer(200, {"data": None}),
    Answer(200, {"data": [None]}),
    Answer(200, {"data": {"x": 1}}),
    Answer(200, {"nothing": "of use"}),
    Answer(200, "x" * (http.MAX_ANSWER + 1)),
    Answer(200, '{"data": []}', {"Content-Encoding": "gzip"}),
]


@pytest.mark.requirement("R11.3")
@pytest.mark.parametrize(
    "answer", TROUBLE, ids=lambda answer: f"{answer.status} {answer.body!r}"[:40]
)
def test_trouble_with_the_provider_is_waited_out(
    me, friend, provider, after_the_burst, run_jobs, clock, answer
):
    provider.answers.append(answer)
    say(friend)
    after_the_burst()
    assert provider.received == []
    assert latest().state == "waiting"
    assert Outage.objects.get().failures == 1
    after_the_burst()
    assert [row["id"] for row in provider.received] == [str(Notification.objects.latest("pk").pk)]
    assert [verdict for verdict, _, _ in attempts()] == ["retry", "accepted"]
    assert not Outage.objects.exists()


def test_an_answer_that_is_lost_is_a_second_push_with_the_same_id(
    friend, provider, after_the_burst
):
    provider.answers.append(Answer(0))
    say(friend)
    after_the_burst()
    after_the_burst()
    assert len(provider.received) == 2
    assert len({row["id"] for row in provider.received}) == 1
    assert attempts() == [("retry", None, "ConnectionError"), ("accepted", 200, "")]


@pytest.mark.parametrize(
    ("answer", "word"),
    [(Answer(200, "{}", delay_s=1), "ReadTimeout"), (Answer(200, "x" * 30, trickle=True), "AnswerTooLong")],
)  # fmt: skip
def test_a_slow_provider_is_not_waited_for(
    friend, provider, after_the_burst, monkeypatch, answer, word
):
    monkeypatch.setattr(http, "READ_S", 0.3)
    monkeypatch.setattr(http, "ANSWER_S", 0.5)
    provider.answers.append(answer)
    say(friend)
    after_the_burst()
    assert attempts() == [("retry", None, word)]
    after_the_burst()
    assert latest().state == "accepted"


def test_nobody_answers(me, phone, settings, provider, after_the_burst):
    settings.EXPO_PUSH_URL = "http://127.0.0.1:9"
    friend_of(me)
    after_the_burst()
    assert attempts() == [("retry", None, "ConnectionError")]
    settings.EXPO_PUSH_URL = provider.url
    after_the_burst()
    assert len(provider.received) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_provider_that_asks_for_a_pause_gets_it_from_everybody(
    me, friend, provider, after_the_burst, clock, form
):
    wait = "40"
    if form == "date":
        until = timezone.now() + timedelta(seconds=43)
        wait = until.strftime("%a, %d %b %Y %H:%M:%S GMT")
    provider.answers.append(Answer(429, {"errors": []}, {"Retry-After": wait}))
    say(friend)
    after_the_burst()
    assert 39 <= (Outage.objects.get().until - timezone.now()).total_seconds() <= 41
    people_with_news(1)
    after_the_burst(30)
    assert len(provider.requests) == 1
    after_the_burst(12)
    assert len(provider.requests) == 2
    assert len(provider.received) == 2


def test_a_long_outage_is_asked_less_and_less_and_ends_in_one_push(
    me, friend, provider, after_the_burst, run_jobs
):
    provider.answers.extend([Answer(503)] * 8)
    for number in range(40):
        say(friend, f"{number}")
        after_the_burst(3)
    assert (len(provider.received), 4 <= len(provider.requests) <= 8) == (0, True)
    provider.answers.clear()
    after_the_burst(300)
    delivering.send_waiting()
    run_jobs()
    assert [body for _, body in provider.texts()] == ["40 new messages from Biscuit"]
    states = list(Notification.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["sent", *["merged"] * 39, "sent"]


def test_after_a_day_it_is_given_up(me, friend, provider, after_the_burst, clock, run_jobs):
    provider.answers.extend([Answer(503)] * 3)
    say(friend)
    after_the_burst()
    clock.shift(timedelta(hours=25))
    delivering.send_waiting()
    run_jobs()
    assert latest().state == "failed"
    assert len(provider.requests) == 2


def test_a_device_that_gets_too_many_is_left_alone_by_itself(
    me, phone, friend, provider, after_the_burst
):
    other = device_of(me.user)
    provider.ticket_errors[phone.token] = "MessageRateExceeded"
    say(friend, "one")
    for _ in range(3):
        after_the_burst()
    provider.ticket_errors.clear()
    say(friend, "two")
    for _ in range(2):
        after_the_burst()
    assert not Outage.objects.exists()
    assert [(row["token"], row["body"]) for row in provider.received] == [
        (other.token, "one"), (other.token, "two"), (phone.token, "2 new messages from Biscuit"),
    ]  # fmt: skip


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


# --- Browsers ---------------------------------------------------------------------------------------


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
