"""A minute of a town whose database fails it; `python -m tests.faults.outages` has all troubles."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.faults.outages import run
from tests.faults.programmes import SHORT
from tests.faults.stage import Stage, staged
from tests.faults.wire import GET, Wire


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged() as stage:
        yield stage


@pytest.mark.requirement("R11.3")
def test_whatever_fails_the_answers_are_right_or_503_and_nothing_is_lost(stage):
    outcome = run(stage, SHORT, pairs=3, slack=3)
    assert not outcome.faults, str(outcome)
    # A town in which nothing happened proves nothing.
    assert outcome.acknowledged > 20
    assert outcome.photos > 0


def test_a_refusal_reaches_whoever_is_still_sending_a_photo(stage):
    photo = {"image": ("dog.jpg", b"x" * 9_000_000, "image/jpeg")}
    url = f"http://127.0.0.1:{stage.ports['web']}/api/v1/me/photos"
    for _ in range(10):
        answer = httpx.post(url, files=photo, headers={"Authorization": "Bearer expired"})
        assert answer.status_code == 401


def test_refused_senders_who_send_no_more_keep_nobody_waiting(stage):
    """More at once than there are threads, all with the same token of nobody's."""
    photo = (
        b"POST /api/v1/me/photos HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nobody\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
    ) + b"x" * 100_000
    with ExitStack() as crowd:
        slow = [socket.create_connection(("127.0.0.1", stage.ports["web"])) for _ in range(16)]
        for each in slow:
            crowd.enter_context(each).sendall(photo)
        time.sleep(1)
        began = time.monotonic()
        for _ in range(8):
            heard = Wire(stage.ports["web"]).say(
                b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )
            assert heard.startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("port", ["front", "web"])
def test_no_request_hides_in_another_or_reaches_anybody_else(stage, port):
    faults = Wire(stage.ports[port], is_fronts=port == "front").faults()
    assert not faults, "\n".join(faults)


def test_a_crowd_that_never_finishes_its_requests_holds_up_nobody(stage):
    with ExitStack() as crowd:
        for _ in range(300):
            slow = socket.create_connection(("127.0.0.1", stage.ports["front"]))
            crowd.enter_context(slow).sendall(GET + b"A: ")
        began = time.monotonic()
        heard = Wire(stage.ports["front"]).say(GET + b"\r\n")
    assert heard.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 3


def test_readers_who_take_nothing_of_a_file_hold_up_nobody(stage):
    """Twice as many as there are threads, on a network with ordinary packets."""
    script = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    with ExitStack() as crowd:
        for _ in range(16):
            slow = crowd.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
            slow.connect(("127.0.0.1", stage.ports["web"]))
            slow.sendall(f"GET {script} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(1)
        began = time.monotonic()
        heard = Wire(stage.ports["web"]).say(GET + b"\r\n", patience_s=2)
    assert heard.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 4
