"""Hearing the words of other processes (`events.wakeups`), through PostgreSQL and through Redis.

Each returns or raises when its connection is lost, and is begun again by the hub.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import psycopg
import redis.asyncio
from django.conf import settings
from django.db import connections
from psycopg import sql
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from events.wakeups import CHANNEL

logger = logging.getLogger(__name__)

Hear = Callable[[str, dict[str, Any]], None]

# A connection that has said nothing for so long is asked whether it is still there.
SILENCE_S = 10.0


async def from_postgres(hear: Hear) -> None:
    """Listen until the connection is lost."""
    params = connections["default"].get_connection_params()
    for name in ("context", "cursor_factory"):  # for Django's own cursors
        params.pop(name, None)
    connection = await psycopg.AsyncConnection.connect(**params, autocommit=True)
    async with connection:
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        while True:
            async for notice in connection.notifies(timeout=SILENCE_S):
                _pass(hear, "postgres", notice.payload)
            await connection.execute("SELECT 1")


async def from_redis(hear: Hear) -> None:
    """Listen until the connection is lost; without Redis, for nothing."""
    if not settings.REDIS_URL:
        await asyncio.Event().wait()
    # The hub tries again by itself.
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
    )
    async with client, client.pubsub() as subscription:
        await subscription.subscribe(CHANNEL)
        while True:
            message = await subscription.get_message(
                ignore_subscribe_messages=True, timeout=SILENCE_S
            )
            if message:
                _pass(hear, "redis", message["data"])


def _pass(hear: Hear, way: str, text: str | bytes) -> None:
    try:
        hear(way, json.loads(text))
    except Exception:
        # Whoever shares this Redis or PostgreSQL may say what they like.
        logger.exception("a word on %s could not be understood", CHANNEL)
