"""The same statements behind no framework at all: an ASGI application by hand."""

import hashlib
import hmac
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
import orjson

from bench.peers import decks, statements, writing
from bench.peers.common import (
    POOL_SIZE,
    SECRET_KEY,
    SERVER_SETTINGS,
    STILL_ACTIVE,
    WAKEUPS,
    NotSignedIn,
    claims_of,
    next_page,
    uuid7,
    wakeup,
)

PREFIX = "/api/v1/"
Answer = tuple[int, bytes]


class Bare:
    pool: asyncpg.Pool
    deck_statement: str

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        try:
            status, body = await self.answer(scope, receive)
        except NotSignedIn:
            status, body = 401, b'{"code": "not_authenticated"}'
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def live(self, receive: Callable, send: Callable) -> None:
        await receive()
        self.pool = await asyncpg.create_pool(
            min_size=POOL_SIZE, max_size=POOL_SIZE, server_settings=SERVER_SETTINGS
        )
        is_stored = await self.pool.fetchval(decks.IS_STORED)
        self.deck_statement = decks.STORED if is_stored else decks.NAIVE
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(self, scope: dict, receive: Callable) -> Answer:
        headers = dict(scope["headers"])
        claims = claims_of(headers.get(b"authorization", b"").decode())
        host = f"http://{headers[b'host'].decode()}"
        path = scope["path"].removeprefix(PREFIX)
        if scope["method"] == "POST":
            asked = orjson.loads((await receive())["body"])
            if path == "likes":
                return await self.like(claims, asked)
            return await self.send(claims, uuid.UUID(path.split("/")[1]), asked)
        media = f"{host}/media/"
        if path == "me/profile":
            text = await self.pool.fetchval(statements.PROFILE, *claims, media)
            if text is None:
                raise NotSignedIn
            return 200, text.encode()
        url = f"{host}{scope['path']}?{scope['query_string'].decode()}"
        return 200, await self.page(url, *await self.listing(path, scope, claims, media))

    async def listing(self, path: str, scope: dict, claims: Any, media: str) -> tuple:
        """The statement, and what goes into it."""
        if path == "deck":
            if self.deck_statement is decks.STORED:
                return decks.STORED, *claims, media
            viewer = await self.pool.fetchval(
                "SELECT id FROM profiles_profile WHERE user_id = $1", claims.user_id
            )
            salt = hmac.new(SECRET_KEY.encode(), viewer.bytes, hashlib.sha256).hexdigest()
            return decks.NAIVE, *claims, media, salt
        if path == "conversations":
            return statements.CONVERSATIONS, *claims, media
        if path == "playgrounds":
            near = dict(parse_qsl(scope["query_string"].decode()))["near"]
            latitude, longitude = map(float, near.split(","))
            return statements.PLAYGROUNDS, *claims, longitude, latitude
        return statements.MESSAGES, *claims, uuid.UUID(path.split("/")[1])

    async def page(self, url: str, statement: str, *values: object) -> bytes:
        row = await self.pool.fetchrow(statement, *values)
        if row is None:
            raise NotSignedIn
        if row["stale"]:
            await self.pool.execute(STILL_ACTIVE, row["stale"])
        link = orjson.dumps(next_page(url, *row["last"]) if row["last"] else None).decode()
        return f'{{"next":{link},"previous":null,"results":{row["results"]}}}'.encode()

    async def like(self, claims: Any, asked: dict) -> Answer:
        whom = uuid.UUID(asked["profile_id"])
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                pair = await connection.fetch(writing.LOCK, *claims, whom)
                if len(pair) < 2:
                    return 404, b'{"code": "not_found"}'
                liker, stale = pair[0]["liker"], pair[0]["stale"]
                comment = str(asked.get("comment", ""))
                row = await connection.fetchrow(
                    writing.LIKE, liker, claims.user_id, whom, comment, uuid7()
                )
                if row is None:
                    return 404, b'{"code": "not_found"}'
                if row["is_mutual"]:  # never in the measurement
                    raise NotImplementedError
                if stale:
                    await connection.execute(STILL_ACTIVE, stale)
            await connection.execute(WAKEUPS, wakeup(row["user_id"]))
        return 201 if row["is_new"] else 200, b'{"match":null}'

    async def send(self, claims: Any, conversation_id: uuid.UUID, asked: dict) -> Answer:
        values = conversation_id, uuid7(), uuid.UUID(asked["client_id"]), str(asked["body"])
        async with self.pool.acquire() as connection:
            async with connection.transaction():
                row = await connection.fetchrow(writing.SEND, *claims, *values)
                if row is None:
                    raise NotSignedIn
                if row["stale"]:
                    await connection.execute(STILL_ACTIVE, row["stale"])
            await connection.execute(WAKEUPS, wakeup(*row["people"]))
        return 201, row["message"].encode()


app: Callable[..., Awaitable[None]] = Bare()
