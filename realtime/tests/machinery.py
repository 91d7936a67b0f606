"""A real realtime process, and clients that talk to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.models import Session, User
from realtime.services import issue_ticket
from realtime.tests.streams import sign_in

ROOT = Path(__file__).resolve().parent.parent.parent
# A busy machine says nothing of the code; where nothing is wrong nobody waits so long.
PATIENCE_S = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The test database, as the environment of another process names it."""
    url, _, options = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    return f"{url.rpartition('/')[0]}/{name}{options and '?' + options}"


class Process:
    """The realtime process on a port of its own, with the test's database."""

    def __init__(
        self, *, command: Sequence[str] = ("realtime",), log: Path | None = None, **env: str
    ) -> None:
        self.port = free_port()
        output = log.open("wb") if log else None
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--port", str(self.port)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "realtime.tests.settings",
                "DATABASE_URL": database_url(),
                **env,
            },
        )
        if output:
            output.close()
        self._wait_until_live()

    def _wait_until_live(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return httpx.get(f"{self.url}/health/live").raise_for_status() and None
            except httpx.HTTPError:
                assert self.process.poll() is None, "it ended"
                assert time.monotonic() < deadline
                time.sleep(0.05)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def figure(self, name: str) -> float:
        """One of its metrics."""
        answer = httpx.get(f"{self.url}/metrics", headers={"Authorization": "Bearer scraper"})
        lines = answer.raise_for_status().text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    def stop(self) -> float:
        """Ask it to end; how long that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_S)
        return time.monotonic() - began


class Phone:
    """An open socket of somebody's."""

    def __init__(self, process: Process, ticket: str, **options) -> None:
        after = options.pop("after", None)
        address = f"ws://{process.host}/ws?ticket={ticket}"
        if after is not None:
            address += f"&after={after}"
        options = {
            "subprotocols": ["pupmatch.v1"],
            "compression": None,
            "proxy": None,
            "max_queue": None,  # a full one would keep it from closing
        } | options
        self._until_closed = ExitStack()
        self.socket = self._until_closed.enter_context(connect(address, **options))

    def close(self) -> None:
        self._until_closed.close()

    def say(self, kind: str, **fields) -> None:
        self.socket.send(json.dumps({"type": kind, **fields}, default=str))

    def hear(self, timeout: float = PATIENCE_S) -> dict:
        """The next frame."""
        return json.loads(self.socket.recv(timeout=timeout))

    def hear_until(self, kind: str, timeout: float = PATIENCE_S) -> list[dict]:
        """Frames up to and with the first of this type."""
        frames = [self.hear(timeout)]
        while frames[-1]["type"] != kind:
            frames.append(self.hear(timeout))
        return frames

    def is_quiet(self, seconds: float = 0.4) -> bool:
        try:
            frame = self.hear(seconds)
        except TimeoutError:
            return True
        raise AssertionError(frame)

    def closing(self, timeout: float = PATIENCE_S) -> tuple[list[dict], int]:
        """What still comes, and the code with which it is closed."""
        frames = []
        try:
            while True:
                frames.append(self.hear(timeout))
        except ConnectionClosed as closed:
            return frames, closed.rcvd.code if closed.rcvd else 1006


def ticket_for(user: User, session: Session | None = None) -> str:
    session = session or sign_in(user).session
    return issue_ticket(session=session, base_url="http://testserver/").secret


def a_reader_that_takes_nothing(process: Process, ticket: str) -> socket.socket:
    """A socket with little room, open and never read."""
    return _unread(
        process,
        f"/ws?ticket={ticket}&after=0",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )


def an_answer_that_nobody_takes(process: Process, access: str) -> socket.socket:
    """A request for somebody's events, whose answer is never read."""
    return _unread(process, "/api/v1/events", f"Authorization: Bearer {access}")


def _unread(process: Process, address: str, headers: str) -> socket.socket:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    # Within a machine packets are so large that the kernel takes megabytes by itself.
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
    raw.connect(("127.0.0.1", process.port))
    raw.sendall(f"GET {address} HTTP/1.1\r\nHost: {process.host}\r\n{headers}\r\n\r\n".encode())
    return raw


def some_id() -> str:
    return str(uuid.uuid4())


def eventually(question, seconds: float = PATIENCE_S) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def waiting(process: Process) -> int:
    """How many long polls wait."""
    return int(process.figure("pupmatch_realtime_polls"))
