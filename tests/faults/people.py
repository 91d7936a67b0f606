"""Pairs of people who write to each other without pause, whatever breaks."""

import asyncio
import itertools
import json
import random
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from examples.api import Bearer
from examples.stream import Event, Reset, Stream

HURRY_S = 0.2


@dataclass
class Person:
    """One of a pair: what they sent, what was acknowledged, and what they were told."""

    access: str
    refresh: str
    user_id: str
    profile_id: str
    conversation_id: str
    by_poll: bool
    # client_id → position, in the order of the acknowledgements.
    acknowledged: dict[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    resets: int = 0
    disconnects: int = 0
    stream: Stream | None = None

    def client(self, base_url: str) -> httpx.AsyncClient:
        """Signed in as this person."""
        return httpx.AsyncClient(
            base_url=f"{base_url}/api/v1", auth=Bearer(self.access, self.refresh), timeout=10
        )


async def listen(person: Person, base_url: str) -> None:
    """Note every event, in the order in which it comes."""
    async with person.client(base_url) as api:
        person.stream = Stream(
            api,
            after=0,
            failures_before_poll=0 if person.by_poll else 2,
            longest_pause_s=HURRY_S,
        )
        async for event in person.stream.events():
            if isinstance(event, Reset):
                person.resets += 1
            else:
                person.events.append(event)


async def write(person: Person, base_url: str, until: asyncio.Event, pace_s: float) -> None:
    """Send message after message; each with one client_id until it is acknowledged."""
    async with person.client(base_url) as api:
        for number in itertools.count():
            if until.is_set():
                return
            await _deliver(api, person, f"message {number}")
            await asyncio.sleep(random.uniform(0, 2 * pace_s))


async def _deliver(api: httpx.AsyncClient, person: Person, body: str) -> None:
    client_id = str(uuid.uuid4())
    path = f"/conversations/{person.conversation_id}/messages"
    while True:
        with suppress(httpx.HTTPError):
            answer = await api.post(path, json={"client_id": client_id, "body": body})
            if answer.status_code in (httpx.codes.OK, httpx.codes.CREATED):
                person.acknowledged[client_id] = answer.json()["position"]
                return
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise AssertionError(f"{answer.status_code} {json.dumps(answer.json())}")
        await asyncio.sleep(random.uniform(0, HURRY_S))


async def disturb(people: list[Person], until: asyncio.Event, every_s: float) -> None:
    """Cut random people's sockets in the middle of whatever they do."""
    while not until.is_set():
        person = random.choice(people)
        if person.stream is not None and person.stream.socket is not None:
            person.stream.socket.transport.abort()
            person.disconnects += 1
        await asyncio.sleep(every_s)
