"""How long whoever asks waits for the database: all statements of a request together.

PostgreSQL's own time-outs end one statement each, and only while the server answers at all. These
count on our side of the wire, from the moment at which the request arrived: what waited for a thread
for long waits for the database the shorter. So every request is answered in time, and whatever queues
behind a database that hangs is gone as fast as it came.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What is left to whoever waited too long already: enough when all is well.
LEAST_S = 0.25


class Patience:
    """What is left of it; only waiting uses it up, so that a photo may take its time."""

    __slots__ = ("left_s",)

    def __init__(self, seconds: float) -> None:
        self.left_s = seconds

    @contextmanager
    def wearing(self) -> Iterator[None]:
        """Count the time in here."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left_s -= time.monotonic() - began


# None waits for as long as it takes: jobs, commands.
current: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def limited(seconds: float, *, waited_s: float = 0) -> Iterator[None]:
    """Give what happens in here so many seconds, less those that it `waited_s` for its turn.

    0 seconds set no limit.
    """
    patience = Patience(max(min(LEAST_S, seconds), seconds - waited_s)) if seconds else None
    token = current.set(patience)
    try:
        yield
    finally:
        current.reset(token)
