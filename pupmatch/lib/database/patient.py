"""A connection that waits no longer than whoever asked (`pupmatch.lib.patience`)."""

import time
from collections.abc import Generator
from typing import Any, Self, TypeVar

import psycopg
from psycopg.errors import ConnectionTimeout, _WaitTimeout

from pupmatch.lib.patience import current

T = TypeVar("T")


class OutOfPatience(psycopg.OperationalError):
    """The database has not answered in time; whether it did what it was asked is not known."""


class PatientConnection(psycopg.Connection[Any]):
    """Gives up, and closes, when the request that it works for has waited long enough."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's."""
        patience = current.get()
        if patience is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        if patience.left_s <= 0:
            self._give_up()
        with patience.wearing():
            try:
                return super().wait(gen, interval, patience.left_s)
            except _WaitTimeout:
                self._give_up()

    def set_autocommit(self, value: bool) -> None:
        """As psycopg's. It asks nobody, so it works without patience, too."""
        with self.lock:
            super().wait(self._set_autocommit_gen(value))

    def _give_up(self) -> None:
        # In the middle of a statement or of a transaction nobody else can go on with it.
        if self.pgconn.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.close()
        raise OutOfPatience("the database took too long to answer")

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> Generator[Any, Any, Self]:
        """As psycopg's, whose own time-out has no less than two seconds."""
        connecting = super()._connect_gen(conninfo)
        patience = current.get()
        if patience is None:
            return connecting
        return _until(time.monotonic() + patience.left_s, connecting)


def _until(deadline: float, steps: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """The same steps, as long as there is time; the one who waits comes by ten times a second."""
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if time.monotonic() > deadline:
                raise ConnectionTimeout("the database took too long to connect")
            wanted = steps.send(ready)
    except StopIteration as done:
        return done.value
