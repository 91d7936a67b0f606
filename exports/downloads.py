"""Sending files to people who read as slowly as they like.

A web process answers with a few threads, and an answer holds its thread until the last piece is
read: four who read a byte now and then would stop it. So each process sends one export at a time,
and not for longer than somebody on a bad line takes; whoever comes meanwhile is told to come again.
"""

import threading
import time
from typing import IO

from exports.models import Export
from exports.services import fetch
from pupmatch.lib.problems import Unavailable

GRACE_S = 120
SLOWEST = 32 * 1024  # bytes a second

_turn = threading.BoundedSemaphore(1)


class Busy(Unavailable):
    """Somebody else's is being sent."""

    default_detail = "Another export is being sent; try again in a moment."
    wait = 5


class TooSlow(OSError):
    """Ends the connection: the headers were sent long ago."""


class Download:
    """A file that is read once, in the process's one turn; closing it gives the turn back."""

    def __init__(self, file: IO[bytes], *, byte_size: int) -> None:
        self.file = file
        self.ends_at = time.time() + GRACE_S + byte_size / SLOWEST
        self.is_open = True

    def read(self, size: int = -1) -> bytes:
        """The next piece. Raises TooSlow when it has taken too long."""
        if time.time() > self.ends_at:
            raise TooSlow("the reader of an export took too long")
        return self.file.read(size)

    def close(self) -> None:
        """Harmless to repeat."""
        if self.is_open:
            self.is_open = False
            self.file.close()
            _turn.release()


def download(export: Export) -> Download:
    """The zip, to be closed by whoever sends it. Raises Busy, and NotFound when it just went."""
    if not _turn.acquire(blocking=False):
        raise Busy
    try:
        return Download(fetch(export), byte_size=export.byte_size or 0)
    except BaseException:
        _turn.release()
        raise
