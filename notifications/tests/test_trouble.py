"""What becomes of pushes while the provider is in trouble."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import delivering
from notifications.models import Notification, Outage
from notifications.push import http
from notifications.tests.factories import (
    device_of,
    friend_of,
    people_with_news,
    say,
)
from notifications.tests.looking import attempts, latest
from notifications.tests.provider import Answer

pytestmark = pytest.mark.django_db


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
