"""Counters in PostgreSQL, by one statement for all limits of a request.

The table is UNLOGGED, so that nothing waits for the disk; after a crash of the server it is empty,
and every window begins anew.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from psycopg import RawCursor

from pupmatch.lib.models import RequestCounter
from pupmatch.lib.throttling.limits import Count, Limit

COUNT = "SELECT counts, ends FROM lib_count_request($1, $2, $3, $4)"
# Only what nobody uses just now: to wait here while others wait for us would be a deadlock.
FORGET = """
    DELETE FROM lib_requestcounter WHERE key IN (
        SELECT key FROM lib_requestcounter WHERE window_ends_at <= %s FOR UPDATE SKIP LOCKED)
"""


def count(limits: Sequence[Limit]) -> list[Count]:
    """Count one request against all of them, or past one against none; they come sorted by key."""
    now = time.time()
    moment = datetime.fromtimestamp(now, UTC)
    counts, ends = _ask(
        _joined(limits, "key"), _joined(limits, "allowed"), _joined(limits, "seconds"), moment
    )
    return [
        # The column holds microseconds: its rounding must not make a window of 3,600 s one of 3,601.
        Count(limit.allowed, number, min(limit.seconds, end.timestamp() - now))
        for limit, number, end in zip(limits, counts, ends, strict=True)
    ]


def _joined(limits: Sequence[Limit], name: str) -> str:
    # A line for each: to write lists costs psycopg as long as everything else together.
    return "\n".join([str(getattr(limit, name)) for limit in limits])


def _ask(*values: Any) -> tuple[list[int], list[datetime]]:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection._prepare_cursor(RawCursor(connection.connection))  # type: ignore[attr-defined]
        with cursor:
            cursor.execute(COUNT, values)
            return cursor.fetchone()


def forget(keys: Iterable[str]) -> None:
    """Let these windows begin anew."""
    RequestCounter.objects.filter(key__in=list(keys)).delete()


def forget_past(moment: float) -> int:
    """Remove the counters of windows that have turned, and say how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [datetime.fromtimestamp(moment, UTC)])
        return cursor.rowcount
