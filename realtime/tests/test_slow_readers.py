"""Who does not read what they are sent is not waited for, and costs nobody anything."""

from contextlib import ExitStack, suppress

import httpx
import psutil
import pytest

from accounts.tests.factories import UserFactory
from realtime.polls import MOST_POLLS
from realtime.tests.machinery import (
    Phone,
    a_reader_that_takes_nothing,
    an_answer_that_nobody_takes,
    eventually,
    ticket_for,
)
from realtime.tests.streams import fill, sign_in, tell


def everything(raw):
    found = b""
    with raw, suppress(ConnectionError):
        raw.settimeout(5)
        while piece := raw.recv(1 << 20):
            found += piece
    return found


def happens_a_lot(user):
    for _ in range(10):
        tell(user, *["test.happened"] * 100, text="x" * 10_000)


@pytest.mark.parametrize("returns", [True, False])
def test_a_reader_that_takes_nothing_is_not_waited_for(impatient, returns):
    user, other = UserFactory(), UserFactory()
    happens_a_lot(user)
    slow = a_reader_that_takes_nothing(impatient, ticket_for(user))
    quick = Phone(impatient, ticket_for(other), after=0)
    quick.hear_until("ready")
    fill(other, 1)
    assert quick.hear(timeout=2)["position"] == 1
    eventually(lambda: impatient.figure("pupmatch_realtime_sockets") == 1)
    memory = psutil.Process(impatient.process.pid).memory_info().rss
    quick.close()
    if returns:
        # Behind what was on its way stands why it was closed.
        assert everything(slow).endswith(b"\x88\x02" + (4408).to_bytes(2, "big"))
    else:
        eventually(lambda: not connections_of(impatient), seconds=4)
        slow.close()
    assert memory < 400 * 2**20


def connections_of(process):
    return [
        each
        for each in psutil.Process(process.process.pid).net_connections("tcp")
        if each.status == "ESTABLISHED" and each.laddr.port == process.port
    ]


def test_an_answer_that_nobody_takes_is_one_of_five_and_is_given_up(impatient):
    """`impatient` gives it two seconds."""
    user, other = UserFactory(), UserFactory()
    happens_a_lot(user)
    access = sign_in(user).access

    def ask(access, **params):
        headers = {"Authorization": f"Bearer {access}"}
        return httpx.get(f"{impatient.url}/api/v1/events", params=params, headers=headers)

    assert ask(access).status_code == 200
    with ExitStack() as slow:
        for _ in range(MOST_POLLS):
            slow.enter_context(an_answer_that_nobody_takes(impatient, access))
        eventually(lambda: ask(access).status_code == 429)
        refused = ask(access, after=1000, wait=20)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_polls")
        assert ask(sign_in(other).access).status_code == 200
        eventually(lambda: not connections_of(impatient), seconds=6)
        assert ask(access).status_code == 200


def test_who_sends_without_reading_is_not_waited_for(impatient):
    slow = a_reader_that_takes_nothing(impatient, ticket_for(UserFactory()))
    eventually(lambda: impatient.figure("pupmatch_realtime_sockets") == 1)
    ping = b'\x81\x8f\0\0\0\0{"type":"ping"}'
    with suppress(ConnectionError), slow:
        slow.settimeout(8)
        for _ in range(5000):
            slow.sendall(ping)
    eventually(lambda: impatient.figure("pupmatch_realtime_sockets") == 0)


def test_a_peer_that_does_not_answer_pings_is_closed(impatient):
    """`impatient` asks every second and waits for one."""
    user = UserFactory()
    dead = a_reader_that_takes_nothing(impatient, ticket_for(user))
    alive = Phone(impatient, ticket_for(user))
    eventually(lambda: impatient.figure("pupmatch_realtime_sockets") == 2)
    eventually(lambda: impatient.figure("pupmatch_realtime_sockets") == 1)
    fill(user, 1)
    assert alive.hear_until("test.happened")
    alive.close()
    dead.close()
