import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from accounts import standing
from accounts.tests.factories import UserFactory
from pupmatch.lib.policies import NOTHING
from realtime.tests.machinery import (
    Phone,
    Process,
    a_reader_that_takes_nothing,
    eventually,
    ticket_for,
    waiting,
)
from realtime.tests.streams import fill, sign_in


@pytest.fixture
def user(realtime):
    return UserFactory()


# Handshakes ---------------------------------------------------------------------------------------


def refusal(phone, user, **options):
    with pytest.raises(InvalidStatus) as refused:
        phone(user, **options)
    response = refused.value.response
    problem = json.loads(response.body)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    return response.status_code, problem["code"]


@pytest.mark.parametrize(
    "origin", [None, "http://{host}", "https://{host}", "https://app.pupmatch.example"]
)
def test_apps_and_our_own_pages_may_connect(phone, user, realtime, origin):
    origin = origin and origin.format(host=realtime.host)
    assert phone(user, origin=origin).hear()["type"] == "ready"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", "", "http://app.pupmatch.example", "https://{host}.evil.example",
        "https://evil.example/{host}", "http://127.0.0.1", "https://{host}/", "//{host}", "http://[",
    ],
)  # fmt: skip
def test_pages_of_other_sites_may_not(phone, user, realtime, origin):
    ticket = ticket_for(user)
    origin = origin.format(host=realtime.host)
    assert refusal(phone, user, ticket=ticket, origin=origin) == (403, "origin_refused")
    assert phone(user, ticket=ticket).hear()["type"] == "ready"


def test_an_address_with_too_many_parameters(phone, user):
    ticket = ticket_for(user) + "&x=1" * 1100
    assert refusal(phone, user, ticket=ticket) == (400, "invalid")


def test_a_host_that_is_not_ours(realtime, user):
    request = (
        f"GET /ws?ticket={ticket_for(user)} HTTP/1.1\r\nHost: evil.example\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", realtime.port), timeout=5) as raw:
        raw.sendall(request.encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 400")


def test_the_subprotocol_is_chosen_if_any_is_offered(phone, user):
    chosen = phone(user, subprotocols=["soup", "pupmatch.v1"])
    assert chosen.socket.subprotocol == "pupmatch.v1"
    assert phone(user, subprotocols=None).socket.subprotocol is None
    assert refusal(phone, user, subprotocols=["pupmatch.v2"]) == (400, "unknown_subprotocol")


@pytest.mark.parametrize("ticket", ["x", "%ff", "%00", "a" * 2000])
def test_what_is_no_ticket_is_told_so(phone, user, ticket):
    refused = phone(user, ticket=ticket).closing()
    assert refused == ([{"type": "error", "code": "ticket_refused"}], 4401)


def test_a_ticket_opens_one_socket_of_eight(realtime, user):
    ticket = ticket_for(user)

    def attempt(_):
        phone = Phone(realtime, ticket)
        frame = phone.hear()
        phone.close()
        return frame["type"]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(attempt, range(8))) == ["error"] * 7 + ["ready"]


def test_the_ticket_of_a_sign_in_that_ended(phone, user):
    session = sign_in(user).session
    ticket = ticket_for(user, session)
    type(session).objects.update(expires_at=session.created_at)
    refused = phone(user, ticket=ticket).closing()
    assert refused == ([{"type": "error", "code": "session_ended"}], 4403)


# HTTP ---------------------------------------------------------------------------------------------


def test_it_says_how_it_is(realtime):
    for name in ("live", "ready"):
        answer = httpx.get(f"{realtime.url}/health/{name}")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("path", ["/health/live", "/api/v1/events", "/nowhere"])
def test_its_answers_are_closed_to_browsers(realtime, path):
    answer = httpx.get(f"{realtime.url}{path}")
    assert answer.headers["Content-Security-Policy"] == NOTHING
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_scraper_sees_its_figures(realtime, phone, user):
    assert httpx.get(f"{realtime.url}/metrics").status_code == 404
    open_before = realtime.figure("pupmatch_realtime_sockets")
    mine = phone(user)
    mine.hear()
    assert realtime.figure("pupmatch_realtime_sockets") == open_before + 1
    handed = realtime.figure("pupmatch_realtime_events_total")
    closed = realtime.figure('pupmatch_realtime_closes_total{code="1009"}')
    lags = realtime.figure("pupmatch_realtime_lag_seconds_count")
    fill(user, 3)
    for _ in range(3):
        mine.hear()
    assert realtime.figure("pupmatch_realtime_events_total") == handed + 3
    assert realtime.figure("pupmatch_realtime_lag_seconds_count") == lags + 3
    mine.socket.send("x" * 5000)
    mine.closing()
    eventually(lambda: realtime.figure("pupmatch_realtime_sockets") == open_before)
    assert realtime.figure('pupmatch_realtime_closes_total{code="1009"}') == closed + 1


@pytest.mark.parametrize(
    "path", ["/", "/ws", "/admin/", "/api/v1/me", "/api/v1/events/", "/static/x", "/x%00", "/%ff"]
)
def test_there_is_nothing_else(realtime, path):
    answer = httpx.get(f"{realtime.url}{path}")
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] in ("not_found", "invalid")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_other_path_has_a_socket(realtime, user):
    request = (
        f"GET /api/v1/events?ticket={ticket_for(user)} HTTP/1.1\r\nHost: {realtime.host}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", realtime.port), timeout=5) as raw:
        raw.sendall(request.encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/events?after=\xff HTTP/1.1\r\nHost: 127.0.0.1",
        b"GET /api/v1/events HTTP/1.1\r\nHost: evil.example",
        b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/x; charset=zlib",
        b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \xff",
        b"GET /api/v1/events HTTP/1.1",
        b"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999",
    ],
)
def test_odd_requests_are_refused(realtime, head):
    with socket.create_connection(("127.0.0.1", realtime.port), timeout=5) as raw:
        raw.sendall(head + b"\r\nConnection: close\r\n\r\n")
        assert raw.recv(65536).startswith(b"HTTP/1.1 4")


# Stopping -----------------------------------------------------------------------------------------


def test_it_stops_within_five_seconds_and_says_goodbye(transactional_db, tmp_path):
    process = Process(log=tmp_path / "log", LOG_LEVEL="INFO")
    user = UserFactory()
    secret = ticket_for(user)
    phone = Phone(process, secret)
    phone.hear()
    fill(user, 1)
    slow = a_reader_that_takes_nothing(process, ticket_for(user))
    # Refused, and so still good.
    unused = ticket_for(user)
    with pytest.raises(InvalidStatus):
        Phone(process, unused, origin="https://evil.example")
    headers = {"Authorization": f"Bearer {sign_in(user).access}"}
    with ThreadPoolExecutor() as pool:
        ask = {"params": {"wait": 20, "after": 1}, "headers": headers, "timeout": 30}
        poll = pool.submit(httpx.get, f"{process.url}/api/v1/events", **ask)
        eventually(lambda: waiting(process) == 1)
        assert process.stop() < 5
        assert poll.result().json() == {"events": [], "position": 1, "has_more": False}
    assert phone.closing()[1] == 1012
    phone.close()
    slow.close()
    said = (tmp_path / "log").read_text()
    assert "Shutting down" in said
    assert "/ws" in said
    assert secret not in said
    assert unused not in said
    # A refusal is no fault of ours.
    assert "handshake" not in said


def test_it_works_under_uvicorn_as_it_comes(transactional_db):
    command = ["uvicorn", "realtime.asgi:application"]
    process = Process(command=command)
    session = sign_in(UserFactory()).session
    try:
        phone = Phone(process, ticket_for(session.user, session))
        phone.hear()
        fill(session.user, 1)
        assert phone.hear()["position"] == 1
        phone.socket.send(" " * 4097)
        assert phone.closing()[1] == 1009
        phone.close()
        again = Phone(process, ticket_for(session.user, session))
        again.hear()
        standing.end_session(session=session)
        assert again.closing()[1] == 4403
        again.close()
    finally:
        process.stop()
