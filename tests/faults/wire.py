"""What can be sent to a port that is no proper request, and whether it stays alone with its sender."""

import re
import socket
import uuid
from dataclasses import dataclass

HOST = b"Host: localhost\r\n"
HIDDEN = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: hidden-request\r\n\r\n"
POST = b"POST /api/v1/auth/token HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"\r\n0\r\n\r\n"

# Refused, and nothing that follows on the same connection is answered.
REFUSED: dict[str, bytes] = {
    "both lengths": POST + b"Content-Length: %d\r\n" % (5 + len(HIDDEN)) + CHUNKED + END + HIDDEN,
    "both lengths, chunks first": POST + CHUNKED + b"Content-Length: 4\r\n\r\n2c\r\n" + HIDDEN,
    "chunked and identity": POST + CHUNKED + b"Transfer-Encoding: identity\r\n" + END + HIDDEN,
    "chunked, identity": POST + b"Transfer-Encoding: chunked, identity\r\n" + END + HIDDEN,
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n" + END + HIDDEN,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n" + END + HIDDEN,
    "a tab of the old kind": POST + b"Transfer-Encoding: \x0bchunked\r\n" + END + HIDDEN,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}" + HIDDEN,
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}" + HIDDEN,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n{}" + HIDDEN,
    "a hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}" + HIDDEN,
    "an endless length": POST + b"Content-Length: 99999999999999999999\r\n\r\n{}" + HIDDEN,
    "a bare CR": GET + b"A: b\r" + CHUNKED + END + HIDDEN,
    "a bad chunk": POST + CHUNKED + b"\r\nzz\r\n{}" + END + HIDDEN,
    "two hosts": b"GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a space in the address": b"GET /health/live x HTTP/1.1\r\n" + HOST + b"\r\n" + HIDDEN,
    "HTTP/0.9": b"GET /health/live\r\n",
    "an address of another host": b"GET http://evil/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "headers of 20 kB": GET + b"A: " + b"a" * 20_000 + b"\r\n\r\n",
    "headers of 100 kB": GET + b"A: " + b"a" * 100_000 + b"\r\n\r\n",
    "2,000 headers": GET + b"A: a\r\n" * 2_000 + b"\r\n",
    "a body of 13 MB": POST + b"Content-Length: 13000000\r\n\r\n" + b"x" * 60_000,
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n",
}
# What only the front refuses; to a process these are large, or odd, and well formed.
FRONTS = {"an address of another host", "headers of 20 kB", "headers of 100 kB"}
# Understood by both sides alike; how many answers there are, the one to HIDDEN included.
UNDERSTOOD: dict[str, tuple[bytes, int]] = {
    "a bare LF": (b"GET /health/live HTTP/1.1\nHost: localhost\n\n" + HIDDEN, 2),
    "the same length twice": (
        POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + HIDDEN,
        2,
    ),
    "a GET with a body": (GET + b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, 1),
    "three at once": (GET + b"\r\n" + GET + b"\r\n" + HIDDEN, 3),
    "an upgrade to HTTP/2": (GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HIDDEN, 2),
    "100-continue": (POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}" + HIDDEN, 2),
}
ANSWER = re.compile(rb"HTTP/1\.1 (\d{3}) ")
ASKED = re.compile(rb"(?i)x-request-id: ([^\r]*)")


@dataclass
class Wire:
    """A port of the front or of the process behind it, by connections of our own."""

    port: int
    is_fronts: bool = True

    def say(self, words: bytes, *, patience_s: float = 0.4) -> bytes:
        """What is answered until there is silence, or the end."""
        heard = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            try:
                connection.sendall(words)
                while piece := connection.recv(65536):
                    heard += piece
                    connection.settimeout(patience_s)
            except (TimeoutError, ConnectionError):
                pass
        return heard

    def faults(self) -> list[str]:
        """Whatever is not as the tables above say, or reaches somebody else."""
        faults = []
        for name, words in REFUSED.items():
            if name in FRONTS and not self.is_fronts:
                continue
            statuses = _statuses(heard := self.say(words))
            if len(statuses) != 1 or not 400 <= statuses[0] < 500 or b"hidden-request" in heard:
                faults.append(f"{name}: {statuses} {heard[:200]!r}")
            faults += self._of_others(name)
        for name, (words, answers) in UNDERSTOOD.items():
            statuses = [status for status in _statuses(self.say(words)) if status != 100]
            if len(statuses) != answers or statuses[-1] >= 500:
                faults.append(f"{name}: {statuses}")
            faults += self._of_others(name)
        return faults

    def _of_others(self, name: str) -> list[str]:
        """Whether the next two to come get their own answers."""
        asked = [f"{uuid.uuid4()}".encode() for _ in range(2)]
        answers = [
            self.say(GET + b"X-Request-ID: %s\r\nConnection: close\r\n\r\n" % one) for one in asked
        ]
        got = [ASKED.findall(answer) for answer in answers]
        return [] if got == [[one] for one in asked] else [f"after {name}: {got}"]


def _statuses(heard: bytes) -> list[int]:
    return [int(status) for status in ANSWER.findall(heard)]
