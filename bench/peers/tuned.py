"""A tuned FastAPI: a statement by hand for each endpoint, which makes the JSON that is answered."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from bench.peers import decks, statements, writing
from bench.peers.common import (
    POOL_SIZE,
    SECRET_KEY,
    SERVER_SETTINGS,
    STILL_ACTIVE,
    WAKEUPS,
    Claims,
    NotSignedIn,
    claims_of,
    next_page,
    uuid7,
    wakeup,
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        min_size=POOL_SIZE, max_size=POOL_SIZE, server_settings=SERVER_SETTINGS
    ) as pool:
        app.state.pool = pool
        is_stored = await pool.fetchval(decks.IS_STORED)
        app.state.deck = decks.STORED if is_stored else decks.NAIVE
        yield


app = FastAPI(lifespan=lifespan, openapi_url=None)


class LikeInput(BaseModel):
    profile_id: UUID
    comment: str = ""


class MessageInput(BaseModel):
    client_id: UUID
    body: str


def answer(content: str | bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="application/json")


@app.exception_handler(NotSignedIn)
async def not_signed_in(request: Request, error: NotSignedIn) -> Response:
    return answer(b'{"code": "not_authenticated"}', 401)


def asker(request: Request) -> Claims:
    return claims_of(request.headers.get("authorization", ""))


def media(request: Request) -> str:
    return f"{request.base_url}media/"


async def page(request: Request, statement: str, *values: object) -> Response:
    """A list: what the statement made, between the addresses of its neighbours."""
    pool = request.app.state.pool
    row = await pool.fetchrow(statement, *asker(request), *values)
    if row is None:
        raise NotSignedIn
    if row["stale"]:
        await pool.execute(STILL_ACTIVE, row["stale"])
    following = next_page(str(request.url), *row["last"]) if row["last"] else None
    link = orjson.dumps(following).decode()
    return answer(f'{{"next":{link},"previous":null,"results":{row["results"]}}}')


@app.get("/api/v1/me/profile")
async def own_profile(request: Request) -> Response:
    text = await request.app.state.pool.fetchval(
        statements.PROFILE, *asker(request), media(request)
    )
    if text is None:
        raise NotSignedIn
    return answer(text)


@app.get("/api/v1/deck")
async def deck(request: Request) -> Response:
    statement, values = request.app.state.deck, [media(request)]
    if statement is decks.NAIVE:
        viewer = await request.app.state.pool.fetchval(
            "SELECT id FROM profiles_profile WHERE user_id = $1", asker(request).user_id
        )
        values.append(hmac.new(SECRET_KEY.encode(), viewer.bytes, hashlib.sha256).hexdigest())
    return await page(request, statement, *values)


@app.get("/api/v1/conversations")
async def conversations(request: Request) -> Response:
    return await page(request, statements.CONVERSATIONS, media(request))


@app.get("/api/v1/conversations/{conversation_id}/messages")
async def messages(request: Request, conversation_id: UUID) -> Response:
    return await page(request, statements.MESSAGES, conversation_id)


@app.get("/api/v1/playgrounds")
async def playgrounds(request: Request, near: str) -> Response:
    latitude, longitude = map(float, near.split(","))
    return await page(request, statements.PLAYGROUNDS, longitude, latitude)


@app.post("/api/v1/likes")
async def like(request: Request, asked: LikeInput) -> Response:
    claims = asker(request)
    async with request.app.state.pool.acquire() as connection:
        async with connection.transaction():
            pair = await connection.fetch(writing.LOCK, *claims, asked.profile_id)
            if len(pair) < 2:
                return answer(b'{"code": "not_found"}', 404)
            liker, stale = pair[0]["liker"], pair[0]["stale"]
            row = await connection.fetchrow(
                writing.LIKE, liker, claims.user_id, asked.profile_id, asked.comment, uuid7()
            )
            if row is None:
                return answer(b'{"code": "not_found"}', 404)
            if row["is_mutual"]:  # never in the measurement
                raise NotImplementedError
            if stale:
                await connection.execute(STILL_ACTIVE, stale)
        await connection.execute(WAKEUPS, wakeup(row["user_id"]))
    return answer(b'{"match":null}', 201 if row["is_new"] else 200)


@app.post("/api/v1/conversations/{conversation_id}/messages")
async def send(request: Request, conversation_id: UUID, asked: MessageInput) -> Response:
    claims = asker(request)
    values = conversation_id, uuid7(), asked.client_id, asked.body
    async with request.app.state.pool.acquire() as connection:
        async with connection.transaction():
            row = await connection.fetchrow(writing.SEND, *claims, *values)
            if row is None:  # a repeat, an end, or nobody's conversation: told apart elsewhere
                raise NotSignedIn
            if row["stale"]:
                await connection.execute(STILL_ACTIVE, row["stale"])
        await connection.execute(WAKEUPS, wakeup(*row["people"]))
    return answer(row["message"], 201)
