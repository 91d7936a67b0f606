"""A load generator so light that it hardly counts: requests made beforehand, answers only measured."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import uvloop

HOST = "api.pupmatch.example"
END = b"\r\n\r\n"
LENGTH = b"content-length: "


def request(method: str, path: str, token: str = "", body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "User-Agent: PupMatch/1.0 (bench)"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


class Run(NamedTuple):
    """What came of a while of load."""

    seconds: float
    times: list[float]
    refusals: list[bytes]

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Connection(asyncio.Protocol):
    """Asks, waits for the answer, asks again; until there is nothing left to ask."""

    def __init__(self, requests: Callable[[], bytes | None]) -> None:
        self.requests = requests
        self.is_done = asyncio.get_running_loop().create_future()
        self.times: list[float] = []
        self.refusals: list[bytes] = []
        self.buffer = b""
        self.missing = 0
        self.last = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.is_done.done():
            self.is_done.set_exception(error or ConnectionError("the server hung up"))

    def _ask(self) -> None:
        content = self.requests()
        if content is None:
            self.is_done.set_result(None)
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(content)

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
            self.buffer += data
        else:
            self.buffer += data
            head, end, rest = self.buffer.partition(END)
            if not end:
                return
            lowered = head.lower()
            at = lowered.index(LENGTH) + len(LENGTH)
            length = int(lowered[at : lowered.find(b"\r", at) if b"\r" in lowered[at:] else None])
            self.missing = length - len(rest)
        if self.missing > 0:
            return
        self.times.append(time.perf_counter() - self.began)
        if not self.buffer.startswith(b"HTTP/1.1 20"):
            self.refusals.append(self.buffer)
        self.last, self.buffer, self.missing = self.buffer, b"", 0
        self._ask()


async def _all(port: int, requests: Callable[[], bytes | None], connections: int) -> list:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(requests), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(one.is_done for _, one in made))
    return [one for _, one in made]


def _run(port: int, requests: Callable[[], bytes | None], connections: int) -> list[Connection]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_all(port, requests, connections))


def load(
    port: int, make: Callable[[], bytes | None], *, seconds: float, connections: int = 8
) -> Run:
    """Ask for so long; `make` makes the next request, or None when there are no more."""
    began = time.perf_counter()
    deadline = began + seconds

    def requests() -> bytes | None:
        return make() if time.perf_counter() < deadline else None

    made = _run(port, requests, connections)
    took = time.perf_counter() - began
    times = [spent for one in made for spent in one.times]
    return Run(took, times, [answer for one in made for answer in one.refusals])


def ask_all(port: int, requests: Iterable[bytes], *, connections: int = 8) -> Run:
    """Ask all of these, however long it takes."""
    began, left = time.perf_counter(), iter(requests)
    made = _run(port, lambda: next(left, None), connections)
    times = [spent for one in made for spent in one.times]
    refusals = [answer for one in made for answer in one.refusals]
    return Run(time.perf_counter() - began, times, refusals)


def fetch(port: int, content: bytes) -> tuple[int, bytes]:
    """The status and the body of one answer."""
    left = iter([content])
    [made] = _run(port, lambda: next(left, None), 1)
    head, _, body = made.last.partition(END)
    return int(head.split(b" ", 2)[1]), body
