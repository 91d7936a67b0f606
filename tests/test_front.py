"""deploy/haproxy.cfg, as HAProxy itself understands it."""

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.conf import settings

from tests.fronts import HAPROXY, KEY, Front, fronted


def test_two_addresses_are_the_realtime_processs_and_all_others_the_webs(front):
    realtimes = ["/ws?ticket=1", "/%77s", "/api/v1/events?wait=25", "/api/v1/event%73"]
    assert {front.by(path) for path in realtimes} == {"realtime"}
    others = ["/", "/wss", "/ws/", "//ws", "/api/v1/events/", "/api/v1/event%2573", "/%25zz"]
    assert {front.by(path) for path in others} == {"web"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        # Whoever reads on could make /photos/a.webp of it, and it would be nobody's file.
        ("GET", "/media/%zz/../photos/a.webp", 400, "invalid"),
        ("GET", "/ws%", 400, "invalid"),
        # Django reads them in capitals.
        ("post", "/api/v1/me/photos", 405, "method_not_allowed"),
        ("get", "/static/a.js", 405, "method_not_allowed"),
        ("Get", "/", 405, "method_not_allowed"),
        ("TRACE", "/", 405, "method_not_allowed"),
    ],
)
def test_what_others_may_read_otherwise_is_refused(front, method, path, status, code):
    answer, problem = front.ask(path, method, Authorization="Bearer x")
    assert (answer.status, problem["code"]) == (status, code)
    assert front.web.requests == 0


@pytest.mark.parametrize("sign", ["\x01", "\x0b", "\x1e", "\x7f"])
@pytest.mark.parametrize("path", ["/", "/api/v1/events"])
def test_signs_that_no_header_has_are_refused_alike(front, path, sign):
    request = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Request-ID: a{sign}b\r\nConnection: close\r\n\r\n"
    )
    with front.send(request.encode()) as connection:
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
    assert front.web.requests == front.realtime.requests == 0


def test_headers_of_every_script_come_through(front):
    request = "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent:\tŠkoda 🐕\r\nConnection: close\r\n\r\n"
    with front.send(request.encode()) as connection:
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200 ")


def test_an_upgrade_becomes_a_tunnel(front):
    opening = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    with front.send(f"{opening}Sec-WebSocket-Key: {KEY}\r\n\r\n".encode()) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 101 ")
        connection.sendall(b"wuff")
        assert connection.recv(1000) == b"wuff"


@pytest.mark.requirement("R12.3")
@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        (1, {"x-forwarded-for": ["127.0.0.1"], "x-forwarded-proto": ["http"]}),
        (2, {"x-forwarded-for": ["192.0.2.9", "127.0.0.1"], "x-forwarded-proto": ["https"]}),
    ],
)
def test_what_a_client_says_of_itself_counts_only_when_a_proxy_says_it(proxies, seen):
    with fronted(proxies) as front:
        claims = {
            "X-Forwarded-For": "192.0.2.9",
            "X-Forwarded-Proto": "https",
            "X_Forwarded_For": "192.0.2.66",
            "X_Forwarded_Proto": "https",
        }
        headers = front.ask("/", **claims)[1]["headers"]
    assert not [header for header, _ in headers if "_" in header]
    for name, values in seen.items():
        assert [value for header, value in headers if header.lower() == name] == values


@pytest.mark.requirement("R12.3", "R12.4")
@pytest.mark.parametrize("proxies", [1, 2, 3])
def test_a_flood_from_one_address_ends_at_the_front(proxies):
    """Whatever it says of itself; everybody else goes on."""
    with fronted(proxies, FRONT_RATE="20") as front:

        def ask(number: int, address: str = "203.0.113.5") -> tuple[int, Any, Any]:
            seen = [address, "10.0.0.1"][: proxies - 1]
            way = ", ".join([f"192.0.2.{number}", *seen])
            answer, said = front.ask("/api/v1/deck", **{"X-Forwarded-For": way})
            return answer.status, answer.headers, said

        answers = [ask(number) for number in range(30)]
        assert [status for status, *_ in answers] == [200] * 20 + [429] * 10
        _, headers, problem = answers[-1]
        assert problem["code"] == "throttled"
        assert headers["Retry-After"] == "10"
        assert problem["request_id"] == headers["X-Request-ID"]
        assert front.web.requests == 20
        if proxies > 1:
            assert ask(0, "203.0.113.6")[0] == 200
            # One line of IPv6 is a /64.
            addresses = [f"2001:db8::{number:x}" for number in range(1, 31)]
            assert sum(ask(0, address)[0] == 200 for address in addresses) == 20
            assert ask(0, "2001:db8:0:1::1")[0] == 200
        front.ask("/health/front")


def test_a_flood_from_one_site_of_ipv6_ends_at_the_front():
    """Of which whoever rents a machine has 65,536 networks."""
    with fronted(2, FRONT_RATE="2") as front:
        statuses = [
            front.ask("/", **{"X-Forwarded-For": f"2001:db8:1:{number // 2:x}::1"})[0].status
            for number in range(35)
        ]
        assert front.ask("/", **{"X-Forwarded-For": "2001:db8:2::1"})[0].status == 200
    assert statuses == [200] * 20 + [429] * 15


@contextmanager
def waiting(front: Front, path: str, addresses: list[str]) -> Iterator[None]:
    """A request of each address that stays open, because its body is still to come."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nX-Forwarded-For: "
    with ExitStack() as stack:
        for address in addresses:
            stack.enter_context(front.send(f"{head}{address}\r\n\r\n".encode()))
        time.sleep(0.2)
        yield
    time.sleep(0.2)


@pytest.mark.parametrize("proxies", ["0", "4", "02", "+2", "2 ", ""])
def test_it_does_not_start_where_nobody_would_be_limited(proxies):
    """The application takes some of these for a number."""
    environment = {
        "FRONT_ADDRESS": "127.0.0.1:3",
        "WEB_ADDRESS": "127.0.0.1:1",
        "REALTIME_ADDRESS": "127.0.0.1:2",
    }
    command = [str(HAPROXY), "-c", "-f", str(settings.BASE_DIR / "deploy" / "haproxy.cfg")]

    def starts(proxies):
        env = {**environment, "PROXY_COUNT": proxies}
        return subprocess.run(command, env=env, capture_output=True).returncode == 0

    assert starts("2")
    assert not starts(proxies)


def test_one_address_has_some_of_the_places_open_and_never_all():
    """Fewer of files; of sockets and long polls, which stay, more."""
    with fronted(2, FRONT_OPEN="6") as front:

        def ask(path: str, address: str) -> int:
            return front.ask(path, **{"X-Forwarded-For": address})[0].status

        mine, site = "203.0.113.5", [f"2001:db8:1:{number % 4}::1" for number in range(18)]
        deck, photo, socket = "/api/v1/deck", "/media/a.webp", "/ws"
        with waiting(front, deck, [mine] * 6):
            answer, problem = front.ask(deck, **{"X-Forwarded-For": mine})
            assert (answer.status, problem["code"]) == (429, "throttled")
            assert answer.headers["Retry-After"] == "5"
            assert (ask(deck, "203.0.113.6"), ask(socket, mine)) == (200, 200)
        assert ask(deck, mine) == 200
        with waiting(front, photo, [mine] * 3):
            assert (ask(photo, mine), ask("/med%69a/b", mine), ask(deck, mine)) == (429, 429, 200)
        with waiting(front, socket, [mine] * 60):
            assert (ask(socket, mine), ask(deck, mine)) == (429, 200)
        with waiting(front, deck, site):
            assert (ask(deck, "2001:db8:1:9::1"), ask(deck, "2001:db8:2::1")) == (429, 200)


def test_while_one_process_is_away_the_front_answers_with_a_problem_and_the_other_goes_on(front):
    front.web.shutdown()
    front.web.server_close()
    began = time.monotonic()
    answer, problem = front.ask("/api/v1/playgrounds?near=47.1,11.2")
    assert time.monotonic() - began < 3
    assert answer.status == problem["status"] == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"]
    assert problem["code"] == "unavailable"
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert front.by("/api/v1/events") == "realtime"
    log = front.log()
    line = r"<\d+>[\d-]+T[\d:.+]+ GET /api/v1/playgrounds 503, state SC--, web/web, queued 2"
    assert re.search(line, log), log
    assert problem["request_id"] in log
    assert "near" not in log


def test_no_request_hides_in_another(front):
    hidden = b"0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    lengths = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(hidden)
    with front.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + lengths + hidden) as connection:
        assert connection.recv(10_000).startswith(b"HTTP/1.1 ")
        time.sleep(0.2)
    # It is either the chunks that count, and the connection ends with them, or nothing does.
    assert front.web.requests <= 1
