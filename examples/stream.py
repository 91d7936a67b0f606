"""The event stream: resumes where it stood, whatever breaks; docs/realtime.md has the protocol.

api = await sign_in("http://127.0.0.1:8000", email, password)
stream = Stream(api, after=position_of_my_snapshot)
async for event in stream.events():
    ...  # each one exactly once, in order
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from examples.api import SignedOut

SUBPROTOCOL = Subprotocol("pupmatch.v1")
SIGNED_OUT = 4403
POLL_S = 25
ACKNOWLEDGE_EVERY_S = 1.0


class Event(NamedTuple):
    """One thing that happened to me, with its number in my stream."""

    position: int
    type: str
    at: str
    data: dict[str, Any]


class Reset(NamedTuple):
    """My cursor is worth nothing any more: fetch anew what is shown; the stream goes on from here."""

    position: int


class Stream:
    """What happens to me, one by one.

    `after` is where to begin: the position that belongs to the snapshot at hand, 0 for everything
    that is kept, None for whatever happens from now on. `position` is how far it has come; keep it
    together with what the events changed.
    """

    def __init__(
        self,
        api: httpx.AsyncClient,
        *,
        after: int | None = None,
        failures_before_poll: int = 3,
        longest_pause_s: float = 30.0,
    ) -> None:
        self.api = api
        self.position = after
        # Some networks let no sockets through: after so many failures one round goes by HTTP.
        self.failures_before_poll = failures_before_poll
        self.longest_pause_s = longest_pause_s
        self.socket: ClientConnection | None = None
        self._handled = after
        self._failures = 0

    async def events(self) -> AsyncIterator[Event | Reset]:
        """Every event after `position`, without end. Raises SignedOut."""
        while True:
            by_poll = self._failures >= self.failures_before_poll and self.position is not None
            source = self._polled() if by_poll else self._from_socket()
            try:
                async for event in source:
                    self._failures = 0
                    yield event
                    self._handled = event.position
            except (OSError, httpx.HTTPError, InvalidHandshake, ConnectionClosed):
                self._failures += 1
            await asyncio.sleep(pause(self._failures, self.longest_pause_s))

    async def _from_socket(self) -> AsyncIterator[Event | Reset]:
        ticket = await self._call("POST", "/realtime/ticket")
        cursor = "" if self.position is None else f"&after={self.position}"
        async with connect(ticket["url"] + cursor, subprotocols=[SUBPROTOCOL]) as self.socket:
            acknowledging = asyncio.create_task(self._acknowledge())
            try:
                async for text in self.socket:
                    item = self._read(json.loads(text))
                    if item is not None:
                        yield item
            except ConnectionClosed as closed:
                if closed.rcvd and closed.rcvd.code == SIGNED_OUT:
                    raise SignedOut from closed
                raise
            finally:
                acknowledging.cancel()
                self.socket = None

    async def _acknowledge(self) -> None:
        """Say now and then how far this device has come: what makes a message "delivered"."""
        told = None
        while True:
            if self._handled not in (None, told):
                told = self._handled
                await self.send({"type": "ack", "position": told})
            await asyncio.sleep(ACKNOWLEDGE_EVERY_S)

    def _read(self, frame: dict[str, Any]) -> Event | Reset | None:
        """What a frame tells, if anything; moves `position`."""
        kind = frame["type"]
        if kind == "reset":
            self.position = frame["position"]
            return Reset(frame["position"])
        if kind == "ready" and self.position is None:
            self.position = frame["position"]
        if "data" not in frame:
            return None  # ready, pong, typing, presence, error
        return self._next(Event(**frame))

    def _next(self, event: Event) -> Event | None:
        if self.position is not None:
            if event.position <= self.position:
                return None
            if event.position != self.position + 1:
                # Never seen; connecting again from `position` is right whatever the cause.
                raise OSError(f"expected event {self.position + 1}, got {event.position}")
        self.position = event.position
        return event

    async def _polled(self) -> AsyncIterator[Event | Reset]:
        try:
            page = await self._call("GET", f"/events?after={self.position}&wait={POLL_S}")
        except httpx.HTTPStatusError as refusal:
            if refusal.response.status_code != httpx.codes.GONE:
                raise
            self.position = refusal.response.json()["position"]
            yield Reset(self.position)
            return
        for fields in page["events"]:
            event = self._next(Event(**fields))
            if event is not None:
                yield event

    async def _call(self, method: str, path: str) -> Any:
        answer = await self.api.request(method, path, timeout=POLL_S + 10)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise SignedOut
        return answer.raise_for_status().json()

    async def send(self, frame: dict[str, Any]) -> None:
        """Send a frame (typing, presence, ack) if the socket is open; else nothing is lost."""
        if self.socket is not None:
            with suppress(ConnectionClosed):
                await self.socket.send(json.dumps(frame))


def pause(failures: int, longest_s: float) -> float:
    """Seconds to wait before trying again: full jitter, so that a crowd does not return at once.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    if failures == 0:
        return 0.0
    return random.uniform(0, min(longest_s, 0.5 * 2**failures))
