"""Who is on the tour, and how each of their steps is told."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "two wagging tails"  # noqa: S105 (of accounts that the tour makes and removes)


class Surprise(Exception):
    """The server answered something else than the tour expects."""


@dataclass
class Owner:
    """Somebody with an app in their hand."""

    address: str
    name: str
    email: str = ""
    token: str = ""
    known: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, *, expect: int, **headers: str) -> Any:
        """Send one request; returns the answer, or raises Surprise."""
        url = path if path.startswith("http") else f"{self.address}/api/v1{path}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(url, data if body is not None else None, method=method)  # noqa: S310 (the address is the operator's)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, text = refusal.code, refusal.read()
        if status != expect:
            raise Surprise(f"{method} {path}: {status} instead of {expect}: {text[:500]!r}")
        return json.loads(text) if text else None


class Visit:
    """Prints the steps as they happen."""

    def __init__(self, address: str) -> None:
        self.steps = 0
        self.began = time.perf_counter()
        self.mia = Owner(address, "Mia with Pickle")
        self.leo = Owner(address, "Leo with Biscuit")

    def step(
        self,
        owner: Owner,
        what: str,
        *args: Any,
        says: str | Callable[[Any], str] = "",
        **kwargs: Any,
    ) -> Any:
        """One request, one line; `says` is a format string for the answer, or makes one of it."""
        start = time.perf_counter()
        answer = owner.ask(*args, **kwargs)
        came_back = says(answer) if callable(says) else says.format(answer)
        self.tell(owner, what, came_back or str(kwargs["expect"]), since=start)
        return answer

    def tell(self, owner: Owner, what: str, came_back: str, *, since: float) -> None:
        """One line about what began at `since`, by time.perf_counter()."""
        self.steps += 1
        spent = (time.perf_counter() - since) * 1000
        print(f"{spent:6.0f} ms  {owner.name:<16} {what:<38} {came_back}", flush=True)


def multipart(picture: bytes) -> tuple[bytes, str]:
    """A form with one file, as a phone sends it; also its content type."""
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="dog.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"
