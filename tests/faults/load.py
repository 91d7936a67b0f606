"""What people do while something is away, and what each of them was answered."""

import asyncio
import itertools
import random
import time
import uuid
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

import httpx
from PIL import Image

from tests.faults.people import Person
from tests.faults.stage import STAFF

# After a refusal; what Retry-After says would leave little load on what is broken.
PAUSE_S = 0.3
PROBLEM = "application/problem+json"
BUSY_ONES = 2
POLL_S = 4
RIGHT, AWAY, WRONG = "right", "503", "wrong"


class Sample(NamedTuple):
    """One request: what for, when, how long, and how it was answered."""

    kind: str
    began: float
    took_s: float
    outcome: str
    words: str = ""

    @property
    def ended(self) -> float:
        """When the answer was there."""
        return self.began + self.took_s


@dataclass
class Log:
    """Everything that was asked."""

    samples: list[Sample] = field(default_factory=list)
    mails_promised: list[str] = field(default_factory=list)

    def between(self, began: float, ended: float) -> list[Sample]:
        """Requests that began in that time."""
        return [each for each in self.samples if began <= each.began < ended]


def outcome_of(answer: httpx.Response, expected: set[int]) -> tuple[str, str]:
    """Right, or 503 as it has to be, or wrong; and in words what was wrong."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.status_code in expected:
        is_readable = kind != "application/json" or answer.json() is not None
        return (RIGHT, "") if is_readable else (WRONG, "no JSON")
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        is_page = answer.request.url.path.startswith("/admin") and "cannot answer" in answer.text
        is_said = is_page or answer.request.url.path == "/health/ready"
        is_said = is_said or (kind == PROBLEM and answer.json()["code"] == "unavailable")
        if is_said and answer.headers.get("Retry-After", "").isdigit():
            return AWAY, ""
    return WRONG, f"{answer.status_code} {kind} {answer.text[:200]}"


@cache
def picture() -> bytes:
    """A photo that takes a worker little time."""
    out = BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


class Client:
    """Asks, and writes down how it was answered."""

    def __init__(self, api: httpx.AsyncClient, log: Log) -> None:
        self.api, self.log = api, log

    async def ask(
        self, kind: str, method: str, path: str, *expected: int, **named: Any
    ) -> httpx.Response | None:
        """The answer, if it is a right one."""
        began = time.time()
        try:
            answer = await self.api.request(method, path, **named)
        except httpx.HTTPError as error:
            outcome, words = WRONG, f"{type(error).__name__} {error}"
        else:
            outcome, words = outcome_of(answer, set(expected))
        self.log.samples.append(Sample(kind, began, time.time() - began, outcome, words))
        if outcome == RIGHT:
            return answer
        await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE_S)
        return None


@dataclass
class Somebody:
    """One person's day: messages to one, likes to another, looking at everything."""

    person: Person
    strangers: list[str]
    email: str
    url: str
    log: Log
    pace_s: float
    # Whether this one also sends photos, and waits for events.
    is_busy: bool = False
    position: int = 0

    def day(self, over: asyncio.Event) -> Iterator[Coroutine[Any, Any, None]]:
        """All that they do, at the same time."""
        yield self._again(self._write, over)
        yield self._again(self._look, over)
        if self.is_busy:
            yield self._again(self._photo, over)
            yield self._again(self._poll, over)

    async def _again(self, act: Any, over: asyncio.Event) -> None:
        async with self.person.client(self.url) as api:
            api.timeout = httpx.Timeout(20)
            client = Client(api, self.log)
            for number in itertools.count():
                if over.is_set():
                    return
                await act(client, number)
                await asyncio.sleep(random.uniform(0, 2 * self.pace_s))

    async def _write(self, client: Client, number: int) -> None:
        """One message, with one client_id until it is acknowledged."""
        client_id = str(uuid.uuid4())
        path = f"/conversations/{self.person.conversation_id}/messages"
        words = {"client_id": client_id, "body": f"message {number}"}
        for _ in range(100):
            if answer := await client.ask("message", "POST", path, 200, 201, json=words):
                self.person.acknowledged[client_id] = answer.json()["position"]
                return

    async def _look(self, client: Client, number: int) -> None:
        kinds = (self._deck, self._inbox, self._profile, self._places, self._like, self._forget)
        await kinds[number % len(kinds)](client)

    async def _deck(self, client: Client) -> None:
        await client.ask("deck", "GET", "/deck", 200)

    async def _inbox(self, client: Client) -> None:
        await client.ask("inbox", "GET", "/conversations", 200)
        await client.ask("events", "GET", "/events?after=0", 200)

    async def _profile(self, client: Client) -> None:
        await client.ask("profile", "GET", "/me/profile", 200)

    async def _places(self, client: Client) -> None:
        await client.ask("places", "GET", "/playgrounds?near=47.61,-122.33&radius_m=3000", 200)

    async def _like(self, client: Client) -> None:
        stranger = random.choice(self.strangers)
        body = {"profile_id": stranger}
        if await client.ask("like", "POST", "/likes", 200, 201, 409, json=body):
            await client.ask("unlike", "DELETE", f"/likes/{stranger}", 204, 404)

    async def _forget(self, client: Client) -> None:
        body = {"email": self.email}
        if await client.ask("mail", "POST", "/auth/password/reset", 202, json=body):
            self.log.mails_promised.append(self.email)

    async def _poll(self, client: Client, number: int) -> None:
        path = f"/events?after={self.position}&wait={POLL_S}"
        if answer := await client.ask("poll", "GET", path, 200):
            self.position = answer.json()["position"]

    async def _photo(self, client: Client, number: int) -> None:
        file = {"image": ("dog.jpg", picture(), "image/jpeg")}
        answer = await client.ask("photo", "POST", "/me/photos", 201, 409, files=file)
        if answer is None:
            return
        photos = (await self._mine(client)) if answer.status_code == 409 else [answer.json()]
        for photo in photos:
            await client.ask("photo gone", "DELETE", f"/me/photos/{photo['id']}", 204, 404)

    async def _mine(self, client: Client) -> list[dict[str, Any]]:
        answer = await client.ask("profile", "GET", "/me/profile", 200)
        return answer.json()["photos"][2:] if answer else []


async def watch(
    kind: str, path: str, desk: httpx.AsyncClient, log: Log, over: asyncio.Event
) -> None:
    """Look at one page several times a second, as staff or whoever runs it do."""
    client = Client(desk, log)
    while not over.is_set():
        await client.ask(kind, "GET", path, 200)
        await asyncio.sleep(0.25)


async def staff(url: str) -> httpx.AsyncClient:
    """Somebody of staff, signed in."""
    email, password = STAFF
    api = httpx.AsyncClient(base_url=url, timeout=20)
    page = await api.get("/admin/login/")
    form = {"username": email, "password": password, "next": "/admin/"}
    form["csrfmiddlewaretoken"] = page.cookies["csrftoken"]
    answer = await api.post("/admin/login/", data=form)
    assert answer.status_code == httpx.codes.FOUND, answer.text
    return api
