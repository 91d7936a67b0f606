"""What a client may cost the process that sends without end, with or without a valid ticket."""

import socket
import threading
import time
from contextlib import closing, contextmanager, suppress

import httpx
import psutil
import pytest

from accounts.tests.factories import UserFactory
from realtime.tests.machinery import eventually, ticket_for

PING, LONG_PING = b"\x89\x80\0\0\0\0", b"\x89\xfd\0\0\0\0" + b"x" * 125
UNENDING_TEXT, EMPTY_CONTINUATION = b"\x01\x80\0\0\0\0", b"\x00\x80\0\0\0\0"
# Each of them is some ten thousand frames or more.
FLOODS = {
    "pings": PING * 20_000,
    "long pings": LONG_PING * 10_000,
    "pongs": b"\x8a\x80\0\0\0\0" * 20_000,
    "continuations": UNENDING_TEXT + EMPTY_CONTINUATION * 20_000,
    "messages": b"\x81\x80\0\0\0\0" * 20_000,
}


def connected(process, ticket, *, receive_buffer=None):
    """A connection on which the handshake is done, and nothing checks what is sent on it."""
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(10)
    client.connect(("127.0.0.1", process.port))
    client.sendall(
        f"GET /ws?ticket={ticket} HTTP/1.1\r\nHost: {process.host}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += client.recv(1)
    assert b" 101 " in answer
    return client


def is_cut(client, frames, *, within):
    """Send the same again and again, until the other side has had enough."""
    end = time.monotonic() + within
    try:
        while time.monotonic() < end:
            client.sendall(frames)
    except ConnectionError:
        return True
    return False


def worst_wait(process, seconds):
    """How long the process keeps somebody waiting who asks for next to nothing."""
    end, worst = time.monotonic() + seconds, 0.0
    while (began := time.monotonic()) < end:
        httpx.get(f"{process.url}/health/live", timeout=30).raise_for_status()
        worst = max(worst, time.monotonic() - began)
        time.sleep(0.05)
    return worst


@contextmanager
def meanwhile(target, *args):
    thread = threading.Thread(target=target, args=args)
    thread.start()
    yield
    thread.join()


@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("has_ticket", [True, False])
def test_a_flood_is_cut(realtime, has_ticket, kind):
    ticket = ticket_for(UserFactory()) if has_ticket else "none"
    with closing(connected(realtime, ticket)) as client:
        assert is_cut(client, FLOODS[kind], within=5)


def keep_flooding(process, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError), closing(connected(process, "none")) as client:
            is_cut(client, FLOODS["pings"], within=end - time.monotonic())


def test_floods_of_strangers_keep_nobody_waiting(realtime):
    with meanwhile(keep_flooding, realtime, 4):
        assert worst_wait(realtime, 3.5) < 1


def test_a_refused_client_is_not_listened_to_for_long(realtime):
    """Not even when it sends no faster than others may."""
    with closing(connected(realtime, "none")) as client:
        # 10 frames every 50 ms.
        cut_after = 0
        with suppress(ConnectionError):
            while cut_after < 60:
                client.sendall(PING * 10)
                time.sleep(0.05)
                cut_after += 1
        assert cut_after < 55


@pytest.mark.parametrize("has_ticket", [True, False])
def test_answers_do_not_pile_up_for_who_reads_nothing(realtime, has_ticket):
    process = psutil.Process(realtime.process.pid)
    before = process.memory_info().rss
    for _ in range(5):
        ticket = ticket_for(UserFactory()) if has_ticket else "none"
        with closing(connected(realtime, ticket, receive_buffer=2048)) as client:
            assert is_cut(client, LONG_PING * 10_000, within=5)
    assert process.memory_info().rss - before < 30 * 2**20


def test_a_message_in_endless_pieces_is_cut_however_slowly_they_come(realtime):
    with closing(connected(realtime, ticket_for(UserFactory()))) as client:
        client.sendall(UNENDING_TEXT)
        sent = 0
        with suppress(ConnectionError):
            while sent < 120:
                client.sendall(EMPTY_CONTINUATION)
                time.sleep(0.03)
                sent += 1
        assert 60 <= sent < 100


def test_thirty_pings_are_answered(phone, realtime):
    mine = phone(UserFactory())
    mine.hear()
    answers = [mine.socket.ping() for _ in range(30)]
    assert all(answer.wait(2) for answer in answers)
    mine.say("ping")
    assert mine.hear() == {"type": "pong"}
    mine.close()
    eventually(lambda: realtime.figure("pupmatch_realtime_sockets") == 0)
