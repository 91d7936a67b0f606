"""Requests to the byte, sent to the application in this process or to a real server."""

import http.client
import io
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Ask:
    """What is sent: nothing is encoded, corrected or added on the way."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""

    def having(self, **headers: str) -> "Ask":
        """The same with further headers, by names with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    @property
    def target(self) -> str:
        """What stands in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def lines(self) -> dict[str, str]:
        """All headers but Host."""
        kind = {"Content-Type": self.content_type} if self.content_type else {}
        length = {"Content-Length": str(len(self.body))} if self.body or kind else {}
        return {**kind, **length, **self.headers}


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def data(self) -> Any:
        """The document."""
        return json.loads(self.body)


# --- In this process ------------------------------------------------------------------------------


def environ_of(ask: Ask) -> dict[str, Any]:
    """The request as a WSGI server hands it over."""
    raw = bytes(ask.path, "latin-1")
    path = _unquoted(raw).decode("latin-1")
    environ = {
        "REQUEST_METHOD": ask.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": ask.query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.66",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(ask.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in ask.lines.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _unquoted(raw: bytes) -> bytes:
    head, *parts = raw.split(b"%")
    decoded = [head]
    for part in parts:
        with suppress(ValueError):
            decoded.append(bytes([int(part[:2].decode("latin-1"), 16)]) + part[2:])
            continue
        decoded.append(b"%" + part)
    return b"".join(decoded)


@contextmanager
def in_the_tests_transaction() -> Iterator[None]:
    """A request neither begins nor ends by closing the connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def take_back(point: str) -> None:
    """Undo what was done to the database since the savepoint."""
    transaction.savepoint_rollback(point)
    # Or it stays open with all that follow in it, each of which holds a lock until the test ends.
    transaction.savepoint_commit(point)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done to the database meanwhile is undone. Unlike `atomic()` it may have durable blocks in it."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        take_back(point)


class Here:
    """The application, as its server calls it. A failure inside is a 500, as it is there."""

    def __init__(self) -> None:
        from pupmatch.wsgi import application  # not before there are settings

        self.application = application

    def __call__(self, ask: Ask) -> Answer:
        """The answer."""
        started: list[Any] = []
        began = time.monotonic()
        with in_the_tests_transaction():
            parts = self.application(environ_of(ask), lambda *given: started.extend(given))
            body = b"".join(parts)
            parts.close()
        status, headers = started[:2]
        named = {name.lower(): value for name, value in headers}
        return Answer(int(status.split()[0]), named, body, time.monotonic() - began)


# --- At a server ----------------------------------------------------------------------------------


class Hung(Exception):
    """The server closed the connection without an answer."""


class There:
    """A server at an address, on one connection that is opened anew when it closes it."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.timeout = parts.hostname, parts.port, timeout
        self.socket: socket.socket | None = None

    def __call__(self, ask: Ask) -> Answer:
        """The answer; raises Hung."""
        is_fresh = self.socket is None
        try:
            return self._once(ask)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if is_fresh:
                raise Hung(str(error)) from error
            # An idle connection may have been closed meanwhile.
            return self(ask)

    def _once(self, ask: Ask) -> Answer:
        if self.socket is None:
            self.socket = socket.create_connection((self.host, self.port), self.timeout)
        began = time.monotonic()
        # A server may refuse by the head alone, and close while the body is on its way.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(self._bytes(ask))
        answer = http.client.HTTPResponse(self.socket, method=ask.method)
        answer.begin()
        body = answer.read()
        if answer.will_close:
            self.close()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, named, body, time.monotonic() - began)

    def _bytes(self, ask: Ask) -> bytes:
        host = {} if "Host" in ask.headers else {"Host": f"{self.host}:{self.port}"}
        lines = [f"{name}: {value}" for name, value in {**host, **ask.lines}.items()]
        head = "\r\n".join([f"{ask.method} {ask.target} HTTP/1.1", *lines])
        return head.encode("latin-1", "replace") + b"\r\n\r\n" + ask.body

    def close(self) -> None:
        """Hang up."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None
