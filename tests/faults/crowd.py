"""What everybody does around a ban, and how each of their requests was answered."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.faults.casts import Cast, Member

SOCKETS, POLLS = 4, 2
SUBPROTOCOL = Subprotocol("pupmatch.v1")


class Call(NamedTuple):
    """A request, and what was answered; `shows_target` where the one to be banned is in it."""

    kind: str
    began: float
    ended: float
    status: int
    code: str
    shows_target: bool

    @property
    def is_done(self) -> bool:
        """Whether it was not refused."""
        return self.status < 400


class Closing(NamedTuple):
    """When a socket or a poll of the target's ended, and how."""

    at: float
    code: int | str
    after_s: float = 0.0

    def since(self, moment: float) -> "Closing":
        """The same, with the seconds that had passed since then."""
        return self._replace(after_s=self.at - moment)


@dataclass
class Actor:
    """Somebody who does a few things over and over again."""

    member: Member
    target: Member
    url: str
    pace_s: float
    tasks: list[tuple[str, list[str]]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    sockets: list[Closing] = field(default_factory=list)
    polls: list[Closing] = field(default_factory=list)
    # When messages of the target's were heard.
    heard: list[float] = field(default_factory=list)

    @property
    def user_id(self) -> str:
        """Whose account it is."""
        return self.member.user_id

    def life(self, over: asyncio.Event) -> Iterator[Coroutine[Any, Any, None]]:
        """Everything that they do until it is over."""
        is_target = self.member is self.target
        for kind, ids in self.tasks:
            yield self._again_and_again(kind, ids, over)
        for _ in range(SOCKETS if is_target else 1):
            yield self._listen(over)
        for _ in range(POLLS if is_target else 0):
            yield self._poll(over)

    def _client(self, access: str = "") -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {access or self.member.access}"}
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers, timeout=40)

    async def _again_and_again(self, kind: str, ids: list[str], over: asyncio.Event) -> None:
        async with self._client() as api:
            while not over.is_set():
                await getattr(self, f"_{kind}")(api, random.choice(ids))
                await asyncio.sleep(random.uniform(0, 2 * self.pace_s))

    async def _ask(
        self, api: httpx.AsyncClient, kind: str, method: str, path: str, **body: Any
    ) -> httpx.Response:
        began = time.time()
        answer = await api.request(method, path, json=body or None)
        code = answer.json().get("code", "") if answer.status_code >= 400 else ""
        shows = self.target.profile_id in answer.text and answer.status_code < 400
        self.calls.append(Call(kind, began, time.time(), answer.status_code, code, shows))
        return answer

    # --- What people do -----------------------------------------------------------------------

    async def _write(self, api: httpx.AsyncClient, conversation_id: str) -> None:
        words = {"client_id": str(uuid.uuid4()), "body": f"Hello {uuid.uuid4()}"}
        await self._ask(
            api, "message", "POST", f"/conversations/{conversation_id}/messages", **words
        )

    async def _like(self, api: httpx.AsyncClient, profile_id: str) -> None:
        await self._ask(api, "like", "POST", "/likes", profile_id=profile_id)
        await asyncio.sleep(random.uniform(0, self.pace_s))
        await self._ask(api, "unlike", "DELETE", f"/likes/{profile_id}")

    async def _look(self, api: httpx.AsyncClient, profile_id: str) -> None:
        await self._ask(api, "deck", "GET", "/deck")
        await self._ask(api, "likes received", "GET", "/likes/received")
        await self._ask(api, "card", "GET", f"/profiles/{profile_id}")

    async def _listen(self, over: asyncio.Event) -> None:
        async with self._client() as api:
            ticket = (await api.post("/realtime/ticket")).raise_for_status().json()
        async with connect(ticket["url"], subprotocols=[SUBPROTOCOL], proxy=None) as socket:
            while not over.is_set():
                try:
                    # `wait_for` of Python 3.11 may swallow that the task was cancelled.
                    async with asyncio.timeout(0.5):
                        frame = json.loads(await socket.recv())
                except TimeoutError:
                    continue
                except ConnectionClosed:
                    self.sockets.append(Closing(time.time(), socket.close_code or 0))
                    return
                if frame.get("data", {}).get("sender_id") == self.target.profile_id:
                    self.heard.append(time.time())

    async def _poll(self, over: asyncio.Event) -> None:
        async with self._client() as api:
            position = 0
            while not over.is_set():
                answer = await api.get("/events", params={"after": position, "wait": 25})
                if answer.status_code != httpx.codes.OK:
                    self.polls.append(Closing(time.time(), answer.json()["code"]))
                    return
                position = answer.json()["position"]

    async def come_back(self) -> None:
        """Sign in after the ban, and try whatever there is."""
        async with self._client() as api:
            words = {"email": self.member.email, "password": self.member.password}
            pair = (await self._ask(api, "sign-in", "POST", "/auth/token", **words)).json()
        async with self._client(pair.get("access", "")) as api:
            for kind, ids in self.tasks:
                await getattr(self, f"_{kind}")(api, ids[0])
            await self._look(api, self.target.profile_id)
            await self._ask(api, "ticket", "POST", "/realtime/ticket")
            await self._ask(api, "events", "GET", "/events?wait=25")
            await self._ask(api, "decisions", "GET", "/me/decisions")


def crowd_of(cast: Cast, url: str, pace_s: float) -> list[Actor]:
    """The whole cast with what each does; the one to be banned comes first."""
    target, here = cast.target, [cast.target.profile_id]

    def actor(member: Member, *tasks: tuple[str, list[str]]) -> Actor:
        return Actor(member, target, url, pace_s, list(tasks))

    busy = [("write", target.conversation_ids)] * 3
    liked = [("like", [each.profile_id for each in cast.liked])]
    crowd = [actor(target, *busy, *liked)]
    crowd += [actor(each, ("write", each.conversation_ids)) for each in cast.friends]
    crowd += [actor(each, ("look", here)) for each in cast.liked]
    for number, each in enumerate(cast.others):
        also = ("like", here) if number % 2 else ("look", here)
        crowd.append(actor(each, ("write", each.conversation_ids), also))
    return crowd
