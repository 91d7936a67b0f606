"""Bodies at the front: short ones wait there, photos alone go on as they come, and nobody holds their places."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings

from tests.access.operations import operations
from tests.fronts import JUNK, Front, fronted, version

PHOTOS = "/api/v1/me/photos"
BEARER = "Bearer x"
PHOTO = b"\xff" * 5_000_000
POLICIES = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}


def begun(front: Front, sent: int, *headers: str, length: int = 10_000_000) -> socket.socket:
    """An upload of which so many bytes are there."""
    lines = [f"POST {PHOTOS} HTTP/1.1", "Host: x", f"Content-Length: {length}", *headers]
    return front.send("\r\n".join([*lines, "", ""]).encode() + b"x" * sent)


@contextmanager
def attacked(front: Front, number: int, *headers: str) -> Iterator[list[socket.socket]]:
    """As many slow uploads, each long enough to leave the front's buffer."""
    slow = [begun(front, 120_000, *headers) for _ in range(number)]
    time.sleep(0.2)
    try:
        yield slow
    finally:
        for connection in slow:
            connection.close()


def refused(
    front: Front, length: int, method: str = "POST", path: str = PHOTOS, **headers: str
) -> tuple[http.client.HTTPResponse, Any]:
    """The answer to a request of which no more than a buffer is there; ours come before the rest."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = [f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", *lines, "", ""]
    with front.send("\r\n".join(head).encode() + b"x" * min(length, 120_000)) as connection:
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return answer, json.loads(answer.read())


def upload(front: Front, **headers: str) -> int:
    """The status of a photo's upload by somebody who is signed in."""
    return front.ask(PHOTOS, "POST", PHOTO, Authorization=BEARER, **headers)[0].status


@pytest.mark.parametrize(
    ("sent", "length"), [(0, 10_000_000), (60_000, 10_000_000), (10, 1_000), (65_000, 65_536)]
)
def test_who_has_not_sent_a_buffer_reaches_no_process(front, sent, length):
    slow = [begun(front, sent, f"Authorization: {BEARER}", length=length) for _ in range(20)]
    began = time.monotonic()
    assert {front.by("/api/v1/deck") for _ in range(20)} == {"web"}
    assert (front.web.requests, time.monotonic() - began < 5) == (20, True)
    for connection in slow:
        connection.close()


def test_without_a_sign_in_nobody_takes_a_place(front):
    with attacked(front, 10) as slow:
        assert {connection.recv(12) for connection in slow} == {b"HTTP/1.1 401"}
        assert upload(front) == 200
    assert front.web.requests == 1
    answer, problem = refused(front, 10_000_000)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert problem["code"] == "not_authenticated"


def test_one_address_holds_two_places_at_most():
    """However it goes about it; the third is for somebody else, at once."""
    with fronted(2) as front:
        mine = [f"Authorization: {BEARER}", "X-Forwarded-For: 192.0.2.1, 203.0.113.5"]
        with attacked(front, 10, *mine) as slow:
            assert front.web.requests == 2
            began = time.monotonic()
            assert upload(front, **{"X-Forwarded-For": "203.0.113.6"}) == 200
            assert time.monotonic() - began < 2
            headers = {"Authorization": BEARER, "X-Forwarded-For": "203.0.113.5"}
            answer, problem = refused(front, 10_000_000, **headers)
            assert (answer.status, problem["code"]) == (429, "throttled")
            assert answer.headers["Retry-After"] == "5"
            # Short ones are no less work, however their address is spelt.
            for path in (PHOTOS, f"{PHOTOS[:-1]}%73", "/api/v1/me/verifications"):
                assert front.ask(path, "POST", b"x", **headers)[0].status == 429
            # What is no upload goes on.
            assert front.ask("/api/v1/deck", **{"X-Forwarded-For": "203.0.113.5"})[0].status == 200
        assert slow
        time.sleep(0.2)
        assert upload(front, **{"X-Forwarded-For": "203.0.113.5"}) == 200


@pytest.mark.skipif(version() >= (2, 8), reason="needs HAProxy 2.6, as containers have it: ADR 14")
def test_every_place_held_is_free_again_soon_although_something_arrives_all_the_time():
    with fronted(2, FRONT_UPLOAD_TIME="1s") as front:
        slow = [
            begun(front, 120_000, f"Authorization: {BEARER}", f"X-Forwarded-For: 203.0.113.{at}")
            for at in range(3)
        ]
        for _ in range(6):
            time.sleep(0.1)
            for connection in slow:
                connection.sendall(b"x")
        assert front.web.requests == 3
        began = time.monotonic()
        assert upload(front, **{"X-Forwarded-For": "203.0.113.9"}) == 200
        assert time.monotonic() - began < 2
        assert {connection.recv(12) for connection in slow} == {b"HTTP/1.1 504"}
        for connection in slow:
            connection.close()


def test_who_sends_uploads_with_tokens_of_nobodys_is_soon_refused_before_they_take_a_place():
    """Counted when they begin, so that hanging up before the answer helps nobody."""
    with fronted(2) as front:

        def send(address: str, token: str = JUNK) -> int:
            headers = {"Authorization": token, "X-Forwarded-For": address}
            return front.ask(PHOTOS, "POST", b"x", **headers)[0].status

        assert [send("203.0.113.5", BEARER) for _ in range(20)] == [200] * 20
        assert [send("203.0.113.5") for _ in range(12)] == [401] * 10 + [429] * 2
        assert send("203.0.113.6", BEARER) == 200
        headers = {"Authorization": JUNK, "X-Forwarded-For": "203.0.113.5"}
        assert front.ask(PHOTOS, "POST", b"x", **headers)[0].headers["Retry-After"] == "60"
        # A /48 has twice as many.
        site = [send(f"2001:db8:1:{number % 7}::1") for number in range(22)]
        assert site == [401] * 20 + [429] * 2
        for _ in range(10):
            with attacked(front, 1, f"Authorization: {BEARER}", "X-Forwarded-For: 203.0.113.7"):
                pass
        assert send("203.0.113.7", BEARER) == 429


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/api/v1/likes", settings.MAX_BODY_BYTES),
        ("PUT", PHOTOS, settings.MAX_BODY_BYTES),
        ("POST", f"{PHOTOS}/order", settings.MAX_BODY_BYTES),
        ("POST", "/admin/login/", settings.MAX_BODY_BYTES),
        ("POST", "/api/v1/me/verifications", settings.MAX_UPLOAD_BYTES),
        ("POST", PHOTOS, settings.MAX_UPLOAD_BYTES),
    ],
)
def test_nothing_but_photos_is_long(front, method, path, most):
    assert front.ask(path, method, b"x" * most, Authorization=BEARER)[0].status == 200
    answer, problem = refused(front, most + 1, method, path, Authorization=BEARER)
    assert (answer.status, problem["code"], front.web.requests) == (413, "too_large", 1)


def test_whatever_takes_files_may_be_long(front):
    uploads = [each for each in operations().values() if each.is_multipart]
    assert uploads
    for each in uploads:
        answer, _ = front.ask(each.path, each.method, PHOTO, Authorization=BEARER)
        assert answer.status == 200, each.name


def test_a_body_says_its_length(front):
    with front.send(
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ) as connection:
        assert connection.recv(12) == b"HTTP/1.1 411"
    assert front.web.requests == 0


@pytest.mark.requirement("R12.3")
@pytest.mark.parametrize("proxies", [1, 2])
def test_its_own_answers_are_closed_to_browsers(proxies):
    with fronted(proxies, FRONT_RATE="5") as front:
        flood = {"X-Forwarded-For": "203.0.113.5"}
        asked = {
            401: lambda: refused(front, 10_000_000),
            413: lambda: refused(front, 10_000_000, path="/"),
            431: lambda: front.ask("/", **{"X-Long": "x" * 15_000}),
            200: lambda: front.ask("/health/front"),
            429: lambda: [front.ask("/", **flood) for _ in range(6)][-1],
        }
        for status, ask in asked.items():
            answer, problem = ask()
            assert answer.status == status
            assert {name: answer.headers[name] for name in POLICIES} == POLICIES
            hsts = answer.headers["Strict-Transport-Security"]
            assert hsts == (
                None if proxies == 1 else "max-age=31536000; includeSubDomains; preload"
            )
            if problem:
                assert problem["request_id"] == answer.headers["X-Request-ID"] != ""


def test_what_the_application_says_of_its_answers_stands():
    with fronted(2) as front:
        headers = front.ask("/")[0].headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not {"Content-Security-Policy", "Strict-Transport-Security"} & set(headers)
