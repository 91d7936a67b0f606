from datetime import timedelta
from functools import partial
from ipaddress import ip_network

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.urls import path
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.viewsets import ViewSet

from pupmatch.lib.models import RequestCounter
from pupmatch.lib.throttling import count_request, forget_past_windows

ADDRESSES = map(str, ip_network("198.51.100.0/24").hosts())
RATES = {"walk": (5, 60), "talk": (1, 60)}


class DogView(ViewSet):
    permission_classes = (AllowAny,)
    throttle_scope = {"create": "walk"}

    def create(self, request):
        return Response({})

    def list(self, request):
        return Response([])


urlpatterns = [path("dogs", DogView.as_view({"post": "create", "get": "list"}))]

pytestmark = [
    pytest.mark.urls(__name__),
    pytest.mark.usefixtures("real_limits"),
]


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | RATES


def signed_in(**environ):
    client = APIClient(**environ)
    client.force_authenticate(get_user_model()(email="a@pupmatch.example"))
    return client


@pytest.mark.django_db
@pytest.mark.requirement("R12.4")
def test_answers_say_how_much_is_left_and_when_the_window_turns():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in()
        answers = []
        for _ in range(7):
            answers.append(client.post("/dogs"))
            clock.shift(1)
        assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
        assert {a["RateLimit-Limit"] for a in answers} == {"5"}
        assert [a["RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0", "0", "0"]
        assert [a["RateLimit-Reset"] for a in answers] == ["60", "59", "58", "57", "56", "55", "54"]
        assert [a.get("Retry-After") for a in answers] == [None] * 5 + ["55", "54"]
        clock.shift(53)
        assert client.post("/dogs").status_code == 200


@pytest.mark.django_db
@pytest.mark.requirement("P13")
@budget(max_examples=30)
@given(pauses=st.lists(st.integers(0, 45), min_size=1, max_size=14))
def test_past_the_limit_every_request_is_refused_until_the_window_turns(pauses):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        # From an address of its own: everybody at one has a limit, too.
        client, seen, turns_at = signed_in(REMOTE_ADDR=next(ADDRESSES)), 0, None
        for pause in pauses:
            clock.shift(pause)
            if turns_at is None or timezone.now() >= turns_at:
                seen, turns_at = 0, timezone.now() + timedelta(seconds=60)
            seen += 1
            assert client.post("/dogs").status_code == (200 if seen <= 5 else 429)


@pytest.mark.django_db
@budget(max_examples=30)
@given(moment=st.floats(0, 1, exclude_max=True))
def test_a_window_is_never_longer_than_it_says(moment):
    with time_machine.travel(
        timezone.now().replace(microsecond=0).timestamp() + moment, tick=False
    ):
        assert 59.9 < count_request("walk", str(moment)).seconds_left <= 60


@pytest.mark.django_db
def test_the_last_moment_of_a_window_still_says_when_to_come_back():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = signed_in()
        for _ in range(5):
            client.post("/dogs")
        clock.shift(59.999)
        assert client.post("/dogs")["Retry-After"] == "1"


@pytest.mark.django_db
@pytest.mark.requirement("R12.3")
def test_people_addresses_and_scopes_are_counted_apart():
    one, other, anonymous = signed_in(), signed_in(), APIClient()
    for client in (one, other, anonymous):
        assert [client.post("/dogs").status_code for _ in range(6)] == [200] * 5 + [429]
    assert anonymous.post("/dogs", REMOTE_ADDR="192.0.2.1").status_code == 200
    assert count_request("talk", "somebody").is_allowed


@pytest.mark.django_db
def test_a_forged_forwarding_header_resets_nothing():
    spoofed = [
        APIClient().post("/dogs", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}").status_code for n in range(6)
    ]
    assert spoofed == [200] * 5 + [429]


@pytest.mark.django_db
def test_actions_without_a_scope_count_as_reads_and_writes():
    answer = signed_in().get("/dogs")
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("600", "599")


@pytest.mark.django_db
@pytest.mark.parametrize(("scale", "limit"), [(0.001, 1), (0.5, 2), (2, 10)])
def test_a_setting_scales_every_limit_down_to_one(settings, scale, limit):
    settings.RATE_LIMIT_SCALE = scale
    assert count_request("walk", "x").limit == limit


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R12.3")
def test_the_limit_is_exact_when_eight_threads_ask_at_once(in_parallel):
    def ask_five_times():
        return [count_request("walk", "one caller").is_allowed for _ in range(5)]

    outcomes = in_parallel(*[ask_five_times] * 8)
    assert sum(sum(outcome) for outcome in outcomes) == 5
    assert RequestCounter.objects.get().count == 5


@pytest.mark.django_db(transaction=True)
def test_a_window_that_turns_under_eight_threads_turns_once(in_parallel):
    with time_machine.travel(timezone.now() - timedelta(minutes=2)):
        count_request("walk", "one caller")
    ask = partial(count_request, "walk", "one caller")
    outcomes = in_parallel(*[ask] * 8)
    assert sorted(outcome.number for outcome in outcomes) == [1, 2, 3, 4, 5, 6, 6, 6]


@pytest.mark.django_db
def test_past_windows_are_forgotten_and_open_ones_are_not():
    with time_machine.travel(timezone.now() - timedelta(seconds=61)):
        count_request("walk", "past")
    count_request("walk", "present")
    assert forget_past_windows() == 1
    assert count_request("walk", "present").number == 2
