"""What the socket is told that means nothing there: it says so, or hangs up, and serves everybody else."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from accounts.models import User
from profiles.tests.factories import ProfileFactory
from realtime.tests.conftest import phone, process, realtime, transactional_db  # noqa: F401
from realtime.tests.machinery import PATIENCE_S, Phone
from tests.input.corpus.frames import ROWS
from tests.input.corpus.rows import Row

# One after the other on a socket, which is closed at the eleventh malformed frame.
AT_ONCE = 8


def of(category: str) -> list[Row]:
    return [row for row in ROWS if row.category == category]


@pytest.fixture
def me(realtime) -> User:  # noqa: F811
    return ProfileFactory().user


@pytest.fixture
def ready(realtime, phone, me):  # noqa: F811
    """`ready()`: an open socket. Afterwards the process is the same one, and serves."""

    def opened() -> Phone:
        one = phone(me)
        one.hear_until("ready")
        return one

    yield opened
    assert realtime.process.poll() is None
    last = opened()
    last.say("ping")
    assert last.hear()["type"] == "pong"


def farewell(one: Phone) -> int:
    """The code with which the server hangs up."""
    return one.closing(PATIENCE_S)[1]


def test_a_frame_that_means_nothing_is_an_error_and_no_more(ready):
    frames = of("frame")
    for first in range(0, len(frames), AT_ONCE):
        one = ready()
        for row in frames[first : first + AT_ONCE]:
            one.socket.send(row.value)
            one.say("ping")
            told = [frame["type"] for frame in one.hear_until("pong", PATIENCE_S)]
            assert told[:-1].count("error") == row.is_refused, (row, told)
        one.close()


def hung_up(one: Phone, send: Callable[[Any], None], row: Row) -> int:
    # The server may hang up while it is still being sent.
    with suppress(ConnectionClosed, ConnectionError):
        send(row.value)
    code = farewell(one)
    one.close()
    return code


def test_a_frame_that_is_too_large_ends_the_socket(ready):
    for row in of("large frame"):
        one = ready()
        assert hung_up(one, one.socket.send, row) == 1009, row


def test_bytes_that_are_no_frames_end_the_socket(ready):
    for row in of("raw frame"):
        one = ready()
        code = hung_up(one, one.socket.socket.sendall, row)
        assert code in (1002, 1007, 1009), row
