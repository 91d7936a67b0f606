"""Django's database from asynchronous code: a few threads, each with a connection that it keeps."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, reset_queries
from psycopg_pool import PoolTimeout

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
        """What `function` returns."""
        # A context of its own, so that the id of a request ends with it.
        call = partial(contextvars.copy_context().run, self._around, function, *args, **named)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Begin nothing more, and let go of what waits; what runs ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)


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
