"""A push provider on the loopback: Expo's API and the endpoints of browsers' push services.

In a test's own process, in a thread:

    with Provider() as provider:
        settings.EXPO_PUSH_URL = provider.url
        provider.answers.append(Answer(503, headers={"Retry-After": "7"}))
        ...
        assert provider.received[0]["title"] == "Biscuit"

As a process of its own, which appends a line of JSON to LOGFILE for every push that it accepts:

    python -m notifications.tests.provider PORT LOGFILE [SHARE]

SHARE of the requests (0 to 1) get trouble: an error, a rate limit, or no answer after the push was
accepted. A browser's subscription there is `subscription("http://127.0.0.1:PORT", "any-name")`.
"""

import base64
import hashlib
import json
import random
import sys
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

MAX_PUSHES, MAX_RECEIPTS, MAX_RECORD = 100, 1000, 4096


@dataclass
class Answer:
    """What the next request gets, whatever it asks for.

    `status` 0 accepts the pushes and hangs up; `body` is sent as it is.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    trickle: bool = False


def subscription(url: str, name: str) -> str:
    """What a browser of that name would register with: the JSON of its PushSubscription."""
    point = _key(name).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": _base64(point), "auth": _base64(_secret(name))}
    return json.dumps({"endpoint": f"{url}/webpush/{name}", "expirationTime": None, "keys": keys})


def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(_number(name), ec.SECP256R1())


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()) >> 1


def _secret(name: str) -> bytes:
    return hashlib.sha256(f"auth of {name}".encode()).digest()[:16]


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Provider:
    """The server; everything that a test may set can be set while it runs."""

    def __init__(self, port: int = 0, log: Path | None = None, trouble: float = 0) -> None:
        self.received: list[dict[str, Any]] = []
        self.requests: list[tuple[str, float]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: deque[Answer] = deque()
        self.ticket_errors: dict[str, str] = {}
        self.receipt_errors: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self.webpush_statuses: dict[str, int] = {}
        self.has_receipts = True
        self.access_token = ""
        self.log, self.trouble = log, trouble
        self._tickets: dict[str, str] = {}
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.provider = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Provider":
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve_forever(self) -> None:
        """For a process of its own."""
        self._server.serve_forever()

    def next_answer(self, path: str, headers: dict[str, str]) -> Answer | None:
        with self._lock:
            self.requests.append((path, time.monotonic()))
            self.headers.append(headers)
            if self.answers:
                return self.answers.popleft()
        if random.random() < self.trouble:
            return random.choice(
                [Answer(503), Answer(429, headers={"Retry-After": "1"}), Answer(0)]
            )
        return None

    # --- Expo ---------------------------------------------------------------------------------

    def expo(self, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        if self.access_token and headers.get("authorization") != f"Bearer {self.access_token}":
            return _refusal(401, "UNAUTHORIZED")
        return self._receipts(body["ids"]) if path.endswith("getReceipts") else self._send(body)

    def _send(self, messages: list[dict[str, Any]]) -> tuple[int, Any]:
        if len(messages) > MAX_PUSHES:
            return _refusal(400, "PUSH_TOO_MANY_NOTIFICATIONS")
        projects: dict[str, list[str]] = {}
        for message in messages:
            if not str(message["to"]).startswith("ExponentPushToken["):
                return _refusal(400, "VALIDATION_ERROR")
            projects.setdefault(self.projects.get(message["to"], "@us/app"), []).append(
                message["to"]
            )
        if len(projects) > 1:
            return _refusal(400, "PUSH_TOO_MANY_EXPERIENCE_IDS", projects)
        return 200, {"data": [self._ticket(message) for message in messages]}

    def _ticket(self, message: dict[str, Any]) -> dict[str, Any]:
        token = message["to"]
        if error := self.ticket_errors.get(token):
            said = f'"{token}" is not a registered push notification recipient'
            return {"status": "error", "message": said, "details": {"error": error}}
        self.keep("expo", token, message)
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = token
        return {"status": "ok", "id": ticket}

    def _receipts(self, ids: list[str]) -> tuple[int, Any]:
        if len(ids) > MAX_RECEIPTS:
            return _refusal(400, "PUSH_TOO_MANY_RECEIPTS")
        known = [ticket for ticket in ids if ticket in self._tickets and self.has_receipts]
        return 200, {"data": {ticket: self._receipt(self._tickets[ticket]) for ticket in known}}

    def _receipt(self, token: str) -> dict[str, Any]:
        if error := self.receipt_errors.get(token):
            said = f"The recipient device {token} is not registered"
            return {"status": "error", "message": said, "details": {"error": error}}
        return {"status": "ok"}

    # --- Web Push -----------------------------------------------------------------------------

    def webpush(self, name: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        """201 for what only this browser can read and only the owner of a VAPID key can send."""
        if status := self.webpush_statuses.get(name):
            return status, f"no: {self.url}/webpush/{name}"
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return 400, "headers"
        if len(body) > MAX_RECORD:
            return 413, "too large"
        if not Vapid.verify(headers["authorization"]):
            return 403, "not signed"
        plain = http_ece.decrypt(
            body, private_key=_key(name), auth_secret=_secret(name), version="aes128gcm"
        )
        self.keep("webpush", name, json.loads(plain))
        return 201, ""

    # --- What came ----------------------------------------------------------------------------

    def keep(self, provider: str, token: str, message: dict[str, Any]) -> None:
        """Note a push as accepted, before anybody is told so."""
        row = {
            "at": time.time(),
            "provider": provider,
            "token": token,
            "id": message["data"]["id"],
            **{name: message.get(name) for name in ("title", "body", "badge", "data")},
        }
        with self._lock:
            self.received.append(row)
            if self.log:
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")

    def texts(self) -> list[tuple[str, str]]:
        """Title and body of everything accepted, in order."""
        return [(row["title"], row["body"]) for row in self.received]


def _refusal(status: int, code: str, details: Any = None) -> tuple[int, Any]:
    error = {"code": code, "message": code.lower(), **({"details": details} if details else {})}
    return status, {"errors": [error]}


class Server(ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no mistake of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        provider: Provider = self.server.provider
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        planned = provider.next_answer(self.path, headers)
        if planned is None or planned.status == 0:
            status, body = self._ask(provider, raw, headers)
        if planned is None:
            self._answer(Answer(status, body))
        elif planned.status == 0:
            self.close_connection = True
        else:
            time.sleep(planned.delay_s)
            self._answer(planned)

    def _ask(self, provider: Provider, raw: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if self.path.startswith("/webpush/"):
            return provider.webpush(self.path.rsplit("/", 1)[1], raw, headers)
        if self.path.startswith("/--/api/v2/push/"):
            return provider.expo(self.path, json.loads(raw), headers)
        return 404, "nothing here"

    def _answer(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        raw = body.encode()
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            for letter in raw if answer.trickle else []:
                self.wfile.write(bytes([letter]))
                time.sleep(0.2)
            if not answer.trickle:
                self.wfile.write(raw)
        except OSError:
            self.close_connection = True  # the client gave up waiting

    def log_message(self, *args: Any) -> None:
        """Quietly."""


if __name__ == "__main__":
    Provider(
        port=int(sys.argv[1]),
        log=Path(sys.argv[2]),
        trouble=float(sys.argv[3]) if len(sys.argv) > 3 else 0,
    ).serve_forever()
