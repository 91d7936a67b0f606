"""Limits of how often a caller may ask, counted in PostgreSQL so that all processes agree."""

import hashlib
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.throttling import BaseThrottle

from pupmatch.lib.models import RequestCounter
from pupmatch.lib.requests import client_network

COUNT = """
    INSERT INTO lib_requestcounter AS counter (key, window_ends_at, count) VALUES (%s, %s, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN counter.window_ends_at <= %s THEN 1 ELSE counter.count + 1 END,
        window_ends_at = CASE WHEN counter.window_ends_at <= %s THEN excluded.window_ends_at
                              ELSE counter.window_ends_at END
    RETURNING count, window_ends_at
"""


class Count(NamedTuple):
    """One more request, seen against the limit of its window."""

    limit: int
    number: int
    seconds_left: float

    @property
    def is_allowed(self) -> bool:
        """Whether the limit still holds with this request."""
        return self.number <= self.limit

    @property
    def remaining(self) -> int:
        """How many more the window allows."""
        return max(0, self.limit - self.number)


def count_request(scope: str, caller: str) -> Count:
    """Count one request of `caller` against `scope`, one of `settings.RATE_LIMITS`.

    The window starts with the caller's first request. One statement counts and reads, so parallel
    requests cannot slip past each other.
    """
    allowed, seconds = settings.RATE_LIMITS[scope]
    key = hashlib.sha256(f"{scope}:{caller}".encode()).hexdigest()
    now = time.time()
    moment, ends = (datetime.fromtimestamp(at, UTC) for at in (now, now + seconds))
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key, ends, moment, moment])
        number, window_ends_at = cursor.fetchone()
    limit = max(1, round(allowed * settings.RATE_LIMIT_SCALE))
    # The column holds microseconds: its rounding must not make a window of 3,600 s one of 3,601.
    return Count(limit, number, min(seconds, window_ends_at.timestamp() - now))


class ScopedThrottle(BaseThrottle):
    """The limit that a view names as `throttle_scope`, for each person and else each address.

    A mapping limits by action: `throttle_scope = {"create": "upload"}`.
    """

    count: Count | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this request is within its limit; the figures go into the answer's headers."""
        scope = self.scope(view)
        if scope is None:
            return True
        is_known = request.user.is_authenticated
        self.count = count_request(
            scope, str(request.user.pk) if is_known else client_network(request)
        )
        request._request.rate_limit = self.count
        return self.count.is_allowed

    def scope(self, view: Any) -> str | None:
        """Which limit counts for what a view is about to do; None for none."""
        scope = getattr(view, "throttle_scope", None)
        return scope.get(getattr(view, "action", None)) if isinstance(scope, dict) else scope

    def wait(self) -> float | None:
        """Seconds until the window turns, for Retry-After."""
        return self.count.seconds_left if self.count else None


def forget_past_windows() -> int:
    """Remove the counters of windows that have turned, and say how many."""
    return RequestCounter.objects.filter(window_ends_at__lte=timezone.now()).delete()[0]
