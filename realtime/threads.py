"""Django's database from asynchronous code: a few threads, each with a connection that it keeps."""

import asyncio
import contextvars
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, reset_queries
from psycopg_pool import PoolTimeout

from pupmatch.lib.patience import limited

T = TypeVar("T")

# What PostgreSQL's absence, restart or overload looks like; it passes.
DATABASE_TROUBLE = (OperationalError, InterfaceError, PoolTimeout)


class DatabaseThreads:
    """Runs functions that use the ORM, a fixed number of them at a time; others wait their turn.

    With `checks`, connections are looked after as around a request: tried before they are used, and
    given back to a pool afterwards. Without, which is quicker, one that broke is found out by the
    function that fails; the next has a new one.
    """

    def __init__(self, name: str, size: int, *, checks: bool = True) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._around = _checked if checks else _trusted

    async def run(self, function: Callable[..., T], *args: Any, **named: Any) -> T:
        """What `function` returns, which may wait for the database as long as a request may."""
        call = partial(self._around, function, *args, **named)
        # A context of its own, so that the id of a request ends with it.
        patiently = partial(contextvars.copy_context().run, _in_time, time.monotonic(), call)
        return await asyncio.get_running_loop().run_in_executor(self._pool, patiently)

    def close(self) -> None:
        """Begin nothing more, and let go of what waits; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _in_time(asked_at: float, call: Callable[[], T]) -> T:
    """Whoever waited for a thread waits for the database the shorter."""
    waited_s = time.monotonic() - asked_at
    with limited(settings.DATABASE_PATIENCE_MS / 1000, waited_s=waited_s):
        return call()


def _checked(function: Callable[..., T], *args: Any, **named: Any) -> T:
    reset_queries()
    close_old_connections()
    try:
        return function(*args, **named)
    finally:
        close_old_connections()


def _trusted(function: Callable[..., T], *args: Any, **named: Any) -> T:
    reset_queries()  # which Django keeps in development
    try:
        return function(*args, **named)
    except DATABASE_TROUBLE:
        close_old_connections()
        raise
