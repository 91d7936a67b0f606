"""Limits of how often a caller may ask, counted in PostgreSQL so that all processes agree."""

import hashlib
import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from rest_framework.throttling import BaseThrottle

from pupmatch.lib.requests import client_ip

COUNT = """
    INSERT INTO lib_requestcounter AS counter (key, window_ends_at, count) VALUES (%s, %s, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN counter.window_ends_at <= %s THEN 1 ELSE counter.count + 1 END,
        window_ends_at = CASE WHEN counter.window_ends_at <= %s THEN excluded.window_ends_at
                              ELSE counter.window_ends_at END
    RETURNING count, window_ends_at
"""


def count_request(key: str, *, seconds: int) -> tuple[int, float]:
    """Count one request; returns how many the window has seen and the seconds until it turns.

    One statement, so parallel requests cannot slip past each other.
    """
    now = time.time()
    moment = datetime.fromtimestamp(now, UTC)
    with connection.cursor() as cursor:
        ends = datetime.fromtimestamp(now + seconds, UTC)
        cursor.execute(COUNT, [key, ends, moment, moment])
        count, window_ends_at = cursor.fetchone()
    return count, max(0.0, window_ends_at.timestamp() - now)


class ScopedThrottle(BaseThrottle):
    """The limit that a view names as `throttle_scope`, for each person and else each address.

    A mapping limits by action: `throttle_scope = {"create": "upload"}`.
    """

    wait_seconds: float | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this request is within its limit."""
        scope = getattr(view, "throttle_scope", None)
        if isinstance(scope, dict):
            scope = scope.get(getattr(view, "action", None))
        return scope is None or self.allow(request, scope)

    def allow(self, request: Any, scope: str) -> bool:
        """Count the request under `scope`, and leave the figures for the answer's headers."""
        allowed, seconds = settings.RATE_LIMITS[scope]
        limit = max(1, round(allowed * settings.RATE_LIMIT_SCALE))
        caller = request.user.pk if request.user.is_authenticated else client_ip(request)
        key = hashlib.sha256(f"{scope}:{caller}".encode()).hexdigest()
        count, self.wait_seconds = count_request(key, seconds=seconds)
        request._request.rate_limit = (limit, max(0, limit - count), self.wait_seconds)
        return count <= limit

    def wait(self) -> float | None:
        """Seconds until the window turns, for Retry-After."""
        return self.wait_seconds
