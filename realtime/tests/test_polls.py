import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from django.db import connection

from accounts import standing
from accounts.tests.factories import UserFactory
from realtime.feed import PAGE_BYTES
from realtime.tests.machinery import Process, eventually, waiting
from realtime.tests.streams import acknowledged, fill, forget, sign_in, tell


@pytest.fixture
def user(realtime):
    return UserFactory()


@pytest.fixture
def poll(realtime):
    """`poll(access, after=…, wait=…)`: the answer, in its own time."""
    with httpx.Client(base_url=realtime.url, timeout=30, trust_env=False) as client:

        def asked(access, method="GET", **params):
            headers = {"Authorization": f"Bearer {access}"}
            return client.request(method, "/api/v1/events", params=params, headers=headers)

        yield asked


@pytest.fixture
def later():
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit


@pytest.mark.requirement("R7.6")
def test_it_answers_as_soon_as_something_happens(poll, later, user, realtime):
    access = sign_in(user).access
    answer = later(poll, access, wait=20)
    eventually(lambda: waiting(realtime) == 1)
    began = time.monotonic()
    fill(user, 2)
    body = answer.result().json()
    assert time.monotonic() - began < 0.8
    assert [event["position"] for event in body["events"]][:1] == [1]
    assert (body["has_more"], waiting(realtime)) == (False, 0)


def test_it_answers_what_is_there_at_once(poll, user):
    fill(user, 101)
    access = sign_in(user).access
    first = poll(access, wait=20).json()
    assert (len(first["events"]), first["position"], first["has_more"]) == (100, 100, True)
    assert [event["position"] for event in poll(access, after=100, wait=20).json()["events"]] == [
        101
    ]
    assert acknowledged(user) == 100


def test_long_things_come_in_several_pages_and_none_is_lost(poll, user):
    tell(user, *["test.happened"] * 60, text="x" * 10_000)
    access, found, after, has_more = sign_in(user).access, [], 0, True
    while has_more:
        answer = poll(access, after=after, wait=20)
        assert len(answer.content) < PAGE_BYTES + 1000
        after, has_more = answer.json()["position"], answer.json()["has_more"]
        found.append([event["position"] for event in answer.json()["events"]])
    assert [position for one in found for position in one] == [*range(1, 61)]
    assert len(found) == 3


def test_it_answers_empty_when_the_time_is_over(poll, user):
    fill(user, 1)
    began = time.monotonic()
    answer = poll(sign_in(user).access, after=1, wait=1)
    assert 0.9 < time.monotonic() - began < 2
    assert answer.json() == {"events": [], "position": 1, "has_more": False}


def test_without_wait_it_does_not_wait(poll, user):
    began = time.monotonic()
    assert poll(sign_in(user).access).json()["events"] == []
    assert time.monotonic() - began < 1


def test_it_answers_as_the_web_process_does(poll, user, api):
    fill(user, 3)
    access = sign_in(user).access
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    for params in ({}, {"after": 2}, {"after": 9}, {"after": "x"}, {"wait": -1}, {"after": ""}):
        ours, theirs = poll(access, **params), api.get("/api/v1/events", params)
        assert ours.status_code == theirs.status_code
        assert ours.headers["Content-Type"] == theirs["Content-Type"]
        assert ours.headers["Cache-Control"] == theirs["Cache-Control"]
        assert len(ours.headers["X-Request-ID"]) == 36
        assert ours.json() | {"request_id": ""} == theirs.json() | {"request_id": ""}


def test_a_cursor_that_is_too_old(poll, user):
    fill(user, 3)
    forget(user, until=2)
    answer = poll(sign_in(user).access, after=0, wait=5)
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    assert answer.json()["position"] == 3


@pytest.mark.requirement("R1.5", "R12.1")
def test_only_who_is_signed_in_is_answered(poll, user, realtime):
    session, access = sign_in(user)
    standing.end_session(session=session)
    for token, code in ((access, "session_ended"), ("x", "token_invalid")):
        answer = poll(token, wait=20)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert httpx.get(f"{realtime.url}/api/v1/events").status_code == 401


def test_it_ends_with_the_sign_in(poll, later, user, realtime):
    session, access = sign_in(user)
    answer = later(poll, access, wait=20)
    eventually(lambda: waiting(realtime) == 1)
    began = time.monotonic()
    standing.end_session(session=session)
    refused = answer.result()
    assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
    assert time.monotonic() - began < 2


@pytest.mark.requirement("R1.6")
def test_whoever_is_banned_waits_no_longer_and_cannot_wait_again(poll, later, user, realtime):
    answer = later(poll, sign_in(user).access, wait=20)
    eventually(lambda: waiting(realtime) == 1)
    began = time.monotonic()
    standing.ban(user=user)
    assert answer.result().json()["code"] == "session_ended"
    assert time.monotonic() - began < 2
    refused = poll(sign_in(user).access, wait=20)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_banned")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert waiting(realtime) == 0


def test_of_too_many_polls_the_oldest_is_refused_for_a_while(realtime, later, user):
    access = sign_in(user).access
    headers = {"Authorization": f"Bearer {access}"}

    def ask(number):
        url = f"{realtime.url}/api/v1/events"
        return httpx.get(url, params={"wait": 20}, headers=headers, timeout=30)

    answers = []
    for number in range(5):
        answers.append(later(ask, number))
        eventually(lambda number=number: waiting(realtime) == number + 1)
    answers.append(later(ask, 5))
    refused = answers[0].result(timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_polls")
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["X-Request-ID"] == refused.json()["request_id"]
    assert not any(answer.done() for answer in answers[1:])
    fill(user, 1)
    for answer in answers[1:]:
        assert len(answer.result().json()["events"]) == 1


@pytest.mark.parametrize("after", ["1.0", "+1", "\u0663", " 1", "1 ", "-1", "0x1", ""])
def test_only_digits_are_a_position(poll, user, after):
    answer = poll(sign_in(user).access, after=after)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/after")


def test_while_it_waits_it_holds_neither_thread_nor_connection(realtime):
    people = [sign_in(UserFactory()) for _ in range(30)]

    def threads():
        return psutil.Process(realtime.process.pid).num_threads()

    def busy():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state <> 'idle'"
            )
            return cursor.fetchone()[0]

    before = threads(), busy()
    with ThreadPoolExecutor(30) as pool:
        url, wait = f"{realtime.url}/api/v1/events", {"wait": 25}
        for _, access in people:
            headers = {"Authorization": f"Bearer {access}"}
            pool.submit(httpx.get, url, params=wait, headers=headers, timeout=60)
        eventually(lambda: waiting(realtime) == 30)
        # The four that ask the database are begun when they are first needed.
        assert threads() <= before[0] + 4
        eventually(lambda: busy() <= before[1])
        assert waiting(realtime) == 30
        for session, _ in people:
            fill(session.user, 1)
    eventually(lambda: waiting(realtime) == 0)


@pytest.mark.requirement("R12.3")
def test_however_often_it_looks_a_poll_is_one_request_to_the_limits(
    transactional_db, later, tmp_path
):
    process = Process(TEST_RATE_LIMIT_SCALE="0.01", TEST_LIMITS_FILE=str(tmp_path / "limits"))
    try:
        user = UserFactory()
        headers = {"Authorization": f"Bearer {sign_in(user).access}"}

        def ask(after, wait=0):
            url = f"{process.url}/api/v1/events?after={after}&wait={wait}"
            return httpx.get(url, headers=headers, timeout=30)

        waits = later(ask, 0, 20)
        eventually(lambda: waiting(process) == 1)
        fill(user, 1)
        answers = [waits.result(), ask(1, wait=1), ask(1), ask(1)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        left = [answer.headers["RateLimit-Remaining"] for answer in answers]
        assert left == ["2", "1", "0", "0"]
        assert int(answers[-1].headers["Retry-After"]) <= 60
    finally:
        process.stop()


def test_only_reading_is_allowed(poll, user):
    access = sign_in(user).access
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = poll(access, method)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert (poll(access, "HEAD").status_code, poll(access, "HEAD").content) == (200, b"")
