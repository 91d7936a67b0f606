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
# So many at once, if they all fit; else there is no row.
TAKE = """
    INSERT INTO lib_requestcounter AS counter (key, window_ends_at, count)
    VALUES ($1, $2::timestamptz + $3 * interval '1 second', $4)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN counter.window_ends_at <= $2 THEN 0 ELSE counter.count END + excluded.count,
        window_ends_at = CASE WHEN counter.window_ends_at <= $2
            THEN excluded.window_ends_at ELSE counter.window_ends_at END
    WHERE counter.window_ends_at <= $2 OR counter.count + excluded.count <= $5
    RETURNING count, window_ends_at
"""
TURNS = "SELECT window_ends_at FROM lib_requestcounter WHERE key = $1"
# Only what nobody uses just now: to wait here while others wait for us would be a deadlock.
FORGET = """
    DELETE FROM lib_requestcounter WHERE key IN (
        SELECT key FROM lib_requestcounter WHERE window_ends_at <= %s FOR UPDATE SKIP LOCKED)
"""


def count(limits: Sequence[Limit]) -> list[Count]:
    """Count one request against all of them, or past one against none; they come sorted by key."""
    now = time.time()
    moment = datetime.fromtimestamp(now, UTC)
    lines = [_joined(limits, name) for name in ("key", "allowed", "seconds")]
    counts, ends = _ask(COUNT, *lines, moment)
    return [
        Count(limit.allowed, number, _until(end, now, limit))
        for limit, number, end in zip(limits, counts, ends, strict=True)
    ]


def take(limit: Limit, number: int) -> Count:
    """Count so many at once, or none of them: then the count is past the limit."""
    now = time.time()
    moment = datetime.fromtimestamp(now, UTC)
    found = _ask(TAKE, limit.key, moment, limit.seconds, number, limit.allowed)
    if found:
        return Count(limit.allowed, found[0], _until(found[1], now, limit))
    [end] = _ask(TURNS, limit.key) or [moment]
    return Count(limit.allowed, limit.allowed + 1, max(0.0, _until(end, now, limit)))


def _until(end: datetime, now: float, limit: Limit) -> float:
    # The column holds microseconds: its rounding must not make a window of 3,600 s one of 3,601.
    return min(limit.seconds, end.timestamp() - now)


def _joined(limits: Sequence[Limit], name: str) -> str:
    # A line for each: to write lists costs psycopg as long as everything else together.
    return "\n".join([str(getattr(limit, name)) for limit in limits])


def _ask(statement: str, *values: Any) -> Any:
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = connection._prepare_cursor(RawCursor(connection.connection))  # type: ignore[attr-defined]
        with cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()


def forget(keys: Iterable[str]) -> None:
    """Let these windows begin anew."""
    RequestCounter.objects.filter(key__in=list(keys)).delete()


def forget_past(moment: float) -> int:
    """Remove the counters of windows that have turned, and say how many."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [datetime.fromtimestamp(moment, UTC)])
        return cursor.rowcount
