"""deploy/haproxy.cfg, as HAProxy itself understands it, before two servers that say what they got."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import settings

# The pair in RFC 6455, section 1.3; the front compares them.
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")


class Server(ThreadingHTTPServer):
    """Answers with its name and the request's headers; an upgrade with an echo."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.requests = name, 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """A front that ends breaks connections."""


class Handler(BaseHTTPRequestHandler):
    """What the servers do."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say who answers what."""
        self.server.requests += 1
        if self.headers["Upgrade"]:
            self.echo()
            return
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        said = json.dumps({"by": self.server.name, "headers": self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self) -> None:
        """The same, once the body is there."""
        self.do_GET()

    def echo(self) -> None:
        """A tunnel, as a socket is one to the front."""
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "websocket")
        self.send_header("Sec-WebSocket-Accept", ACCEPT)
        self.end_headers()
        self.wfile.write(self.connection.recv(1000))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Front:
    """The front and the servers behind it."""

    def __init__(self, web: Server, realtime: Server, proxies: int, **environment: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.web, self.realtime = web, realtime
        self.process = subprocess.Popen(
            [str(HAPROXY), "-db", "-f", str(settings.BASE_DIR / "deploy" / "haproxy.cfg")],
            env={
                "FRONT_ADDRESS": f"127.0.0.1:{self.port}",
                "WEB_ADDRESS": f"127.0.0.1:{web.server_port}",
                "REALTIME_ADDRESS": f"127.0.0.1:{realtime.server_port}",
                "PROXY_COUNT": str(proxies),
                **environment,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        self.wait()

    def wait(self) -> None:
        """Until it answers, for itself alone."""
        for _ in range(100):
            with suppress(ConnectionError):
                self.ask("/health/front")
                return
            time.sleep(0.05)
        raise TimeoutError("the front did not come up")

    def ask(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, Any]:
        """The answer to one request, and what it says."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer, json.loads(answer.read() or "null")

    def by(self, path: str) -> str:
        """Who answers there."""
        return self.ask(path)[1]["by"]

    def send(self, request: bytes) -> socket.socket:
        """A connection on which this was sent, and nothing read."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(request)
        return connection

    def log(self) -> str:
        """Stop it, and read what it wrote."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[1]


@contextmanager
def fronted(proxies: int = 1, **environment: str) -> Iterator[Front]:
    """A front before two servers."""
    with Server("web") as web, Server("realtime") as realtime:
        front = Front(web, realtime, proxies, **environment)
        try:
            yield front
        finally:
            front.log()
            web.shutdown()
            realtime.shutdown()


@pytest.fixture
def front() -> Iterator[Front]:
    """The front as the outermost proxy."""
    with fronted() as front:
        yield front


def test_two_addresses_are_the_realtime_processs_and_all_others_the_webs(front):
    assert {front.by(path) for path in ("/ws?ticket=1", "/api/v1/events?wait=25")} == {"realtime"}
    others = ["/", "/wss", "/ws/", "//ws", "/api/v1/events/", "/api/v1/event%73", "/health/live"]
    assert {front.by(path) for path in others} == {"web"}


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
    assert "GET /api/v1/playgrounds 503, state SC--, web/web, queued 2" in log
    assert problem["request_id"] in log
    assert "near" not in log


@pytest.mark.parametrize("sent", [100, 20_000], ids=["the headers", "the first buffer"])
def test_slow_senders_leave_room_for_everybody_else(front, sent):
    opening = b"POST /api/v1/me/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n"
    slow = [front.send(opening + b"x" * sent) for _ in range(20)]
    began = time.monotonic()
    assert {front.by("/api/v1/deck") for _ in range(20)} == {"web"}
    assert time.monotonic() - began < 5
    # At most three of them have reached the process.
    assert front.web.requests <= 20 + 3
    for connection in slow:
        connection.close()


def test_no_request_hides_in_another(front):
    hidden = b"0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    lengths = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(hidden)
    with front.send(b"POST / HTTP/1.1\r\nHost: x\r\n" + lengths + hidden) as connection:
        assert connection.recv(10_000).startswith(b"HTTP/1.1 ")
        time.sleep(0.2)
    # It is either the chunks that count, and the connection ends with them, or nothing does.
    assert front.web.requests <= 1
