"""Servers as processes, and clients so light that they hardly count."""

import asyncio
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Callable

import psutil


class Server:
    """A process that listens on a port of its own."""

    def __init__(self, command: list[str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.command = [sys.executable, *command, "--port", str(self.port)]

    async def start(self) -> "Server":
        self.process = subprocess.Popen(self.command)
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                assert self.process.poll() is None
                await asyncio.sleep(0.1)
            else:
                writer.close()
                await asyncio.sleep(1)
                return self

    def _all(self) -> list[psutil.Process]:
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def pss(self) -> int:
        return sum(process.memory_full_info().pss for process in self._all())

    def cpu_s(self) -> float:
        times = [process.cpu_times() for process in self._all()]
        return sum(each.user + each.system for each in times)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()


MASK = b"\0\0\0\0"


class Wire(asyncio.Protocol):
    """A WebSocket client that answers pings and hands on texts; frames of servers are unmasked."""

    def __init__(self, hear: Callable[[str], None] | None) -> None:
        self.hear, self.is_open = hear, True
        self.is_accepted = asyncio.get_running_loop().create_future()
        self.buffer = b""

    @classmethod
    async def open(cls, port: int, query: str, hear: Callable[[str], None] | None = None) -> "Wire":
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(lambda: cls(hear), "127.0.0.1", port)
        wire.transport.write(
            f"GET /ws{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: pupmatch.v1\r\n"
            "User-Agent: PupMatch/1.0 (bench)\r\n\r\n".encode()
        )
        await wire.is_accepted
        return wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_accepted.done():
            head, end, self.buffer = self.buffer.partition(b"\r\n\r\n")
            if not end:
                self.buffer = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self.is_accepted.set_result(None)
        while frame := self._frame():
            self._take(*frame)

    def _frame(self) -> tuple[int, bytes] | None:
        if len(self.buffer) < 2:
            return None
        size, start = self.buffer[1], 2
        if size == 126:
            size, start = (*struct.unpack("!H", self.buffer[2:4].ljust(2, b"\xff")), 4)
        elif size == 127:
            size, start = (*struct.unpack("!Q", self.buffer[2:10].ljust(8, b"\xff")), 10)
        if len(self.buffer) < start + size:
            return None
        frame = self.buffer[0] & 15, self.buffer[start : start + size]
        self.buffer = self.buffer[start + size :]
        return frame

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == 9:
            self.transport.write(bytes([0x8A, 0x80 | len(payload)]) + MASK + payload)
        elif kind == 8:
            self.transport.close()
        elif kind == 1 and self.hear:
            self.hear(payload.decode())

    def close(self) -> None:
        self.transport.close()


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_kept: dict[int, list[Connection]] = {}


async def post(port: int, path: str, content: dict, token: str = "") -> None:
    """POST a document on a connection that is kept; asserts that it was taken."""
    body = json.dumps(content).encode()
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    kept = _kept.setdefault(port, [])
    while kept:
        try:
            return await _exchange(kept.pop(), kept, head.encode() + body)
        except (ConnectionError, asyncio.IncompleteReadError):
            continue  # the server had closed it
    return await _exchange(
        await asyncio.open_connection("127.0.0.1", port), kept, head.encode() + body
    )


async def _exchange(connection: Connection, kept: list[Connection], request: bytes) -> None:
    reader, writer = connection
    writer.write(request)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert b" 201 " in answer.split(b"\r\n", 1)[0], answer
    for line in answer.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.split(b":")[1]))
    kept.append(connection)
