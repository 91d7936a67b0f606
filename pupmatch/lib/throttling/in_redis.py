"""Counters in Redis or Valkey, by one script for all limits of a request.

While it is away, one request in REST_S tries whether it is back, and nobody else waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

from pupmatch.lib.outages import NO_REDIS
from pupmatch.lib.throttling.limits import Count, Limit

logger = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT_S = 0.2
REST_S = 2.0
PREFIX = "pupmatch:limit:"
# Of each key: how many with this one, and the milliseconds until its window turns. ARGV has two
# for each: how many are allowed, and the milliseconds of a window.
COUNT = """
local counts, is_refused = {}, false
for i, key in ipairs(KEYS) do
    counts[i] = tonumber(redis.call('GET', key) or 0) + 1
    is_refused = is_refused or counts[i] > tonumber(ARGV[2 * i - 1])
end
local found = {}
for i, key in ipairs(KEYS) do
    if not is_refused then
        redis.call('INCR', key)
        if counts[i] == 1 then redis.call('PEXPIRE', key, ARGV[2 * i]) end
    end
    local left = redis.call('PTTL', key)
    found[2 * i - 1] = counts[i]
    found[2 * i] = left < 0 and tonumber(ARGV[2 * i]) or left
end
return found
"""

_lock = threading.Lock()
# When to try again, by the monotonic clock; None while it is there.
_away_until: float | None = None


def count(limits: Sequence[Limit]) -> list[Count] | None:
    """Count one request against all of them, or past one against none; None while Redis is away."""
    keys = [PREFIX + limit.key for limit in limits]
    args = [figure for limit in limits for figure in (limit.allowed, limit.seconds * 1000)]

    def question() -> list[Count]:
        found = _script(settings.REDIS_URL)(keys=keys, args=args)
        return [
            Count(limit.allowed, found[2 * at], found[2 * at + 1] / 1000)
            for at, limit in enumerate(limits)
        ]

    return _ask(question)


def forget(keys: Iterable[str]) -> None:
    """Let these windows begin anew, as far as Redis is there."""
    names = [PREFIX + key for key in keys]
    _ask(lambda: _client(settings.REDIS_URL).delete(*names))


def _ask(question: Callable[[], T]) -> T | None:
    if not _may_ask():
        return None
    try:
        answer = question()
    except NO_REDIS as error:
        _went_away(error)
        return None
    if _away_until is not None:
        _came_back()
    return answer


def _may_ask() -> bool:
    global _away_until
    if _away_until is None:
        return True
    with _lock:
        if _away_until is not None and time.monotonic() < _away_until:
            return False
        # This one tries; the others go on without.
        _away_until = time.monotonic() + REST_S
        return True


def _went_away(error: Exception) -> None:
    global _away_until
    with _lock:
        was_there, _away_until = _away_until is None, time.monotonic() + REST_S
    if was_there:
        logger.warning("Redis does not answer; limits are counted in PostgreSQL: %s", error)


def _came_back() -> None:
    global _away_until
    with _lock:
        was_away, _away_until = _away_until is not None, None
    if was_away:
        logger.warning("Redis answers again; limits are counted there")


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        # A request that waits for nothing: there is another way to count it.
        retry=Retry(NoBackoff(), 0),
    )


@cache
def _script(url: str) -> Script | Any:
    return _client(url).register_script(COUNT)
