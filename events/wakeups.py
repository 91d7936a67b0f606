"""Short words between processes: somebody's stream went on, look now.

Sent after the commit, because a NOTIFY inside a transaction makes all commits queue. Nothing
depends on their arrival: the realtime process looks by itself every second. They travel through
Redis when there is one, else, or when it does not answer, through PostgreSQL.
"""

import json
import logging
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection

from pupmatch.lib.outages import NO_REDIS

logger = logging.getLogger(__name__)

CHANNEL = "pupmatch_wakeups"
# A payload of NOTIFY ends at 8,000 bytes.
MOST_AT_ONCE = 150
# How long a silent Redis is left alone, lest every request waits for it.
REST_S = 2.0
_rests_until = 0.0


def wake(user_ids: Iterable[UUID]) -> None:
    """Have the realtime processes look at these people's streams. Never raises for Redis' sake."""
    names = [str(user_id) for user_id in user_ids]
    for start in range(0, len(names), MOST_AT_ONCE):
        send({"wake": names[start : start + MOST_AT_ONCE]})


def send(word: dict[str, Any]) -> None:
    """Send one word to every realtime process."""
    text = json.dumps(word, separators=(",", ":"))
    if not (settings.REDIS_URL and _through_redis(text)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])


def _through_redis(text: str) -> bool:
    global _rests_until
    if time.monotonic() < _rests_until:
        return False
    try:
        _redis(settings.REDIS_URL).publish(CHANNEL, text)
    except NO_REDIS:
        _rests_until = time.monotonic() + REST_S
        logger.warning("Redis does not answer; wake-ups go through PostgreSQL", exc_info=True)
        return False
    return True


@cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3)
