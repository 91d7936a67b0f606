"""What clients say on the socket, and what they are answered."""

import json
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

from rest_framework.exceptions import ParseError

from pupmatch.lib.parsers import StrictJSONParser

# A frame's bytes; uvicorn gets the same figure, and refuses larger ones before they are read.
LARGEST = 4096
LARGEST_POSITION = 2**63 - 1


class Malformed(Exception):
    """A frame that says nothing we know; `code` goes into the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooLarge(Exception):
    """A frame beyond LARGEST."""


def _position(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_POSITION:
        raise ValueError
    return value


def _id(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 36:
        raise ValueError
    return str(UUID(value))


def _id_or_none(value: Any) -> str | None:
    return None if value is None else _id(value)


# Each type of frame with its fields, all of which must be there.
FIELDS: dict[str, dict[str, Callable[[Any], Any]]] = {
    "ping": {},
    "ack": {"position": _position},
    "typing": {"conversation_id": _id},
    "presence": {"conversation_id": _id_or_none},
}


def parse(message: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The type and the fields of a received frame. Raises Malformed or TooLarge."""
    text = message.get("text")
    if text is None:
        raise Malformed("not_text")
    raw = text.encode(errors="surrogatepass")
    if len(raw) > LARGEST:
        raise TooLarge
    try:
        frame = StrictJSONParser().parse(BytesIO(raw))
    except ParseError as error:
        raise Malformed("not_json") from error
    if not isinstance(frame, dict):
        raise Malformed("not_an_object")
    kind = frame.pop("type", None)
    if not isinstance(kind, str) or kind not in FIELDS:
        raise Malformed("unknown_type")
    return kind, _fields(frame, FIELDS[kind])


def _fields(frame: dict[str, Any], expected: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    if frame.keys() != expected.keys():
        raise Malformed("wrong_fields")
    try:
        return {name: read(frame[name]) for name, read in expected.items()}
    except ValueError as error:
        raise Malformed("wrong_fields") from error


def control(kind: str, **fields: Any) -> str:
    """A frame of ours that is no event."""
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


class Bucket:
    """An allowance of so many at once, which fills up again by so many a second."""

    __slots__ = ("_at", "_left")

    def __init__(self, size: float) -> None:
        self._left, self._at = size, time.monotonic()

    def is_full(self, *, size: float, a_second: float) -> bool:
        """Whether it is as good as a new one."""
        return self._left + (time.monotonic() - self._at) * a_second >= size

    def take(self, *, size: float, a_second: float, count: int = 1) -> bool:
        """Take so many; False when there are not as many."""
        now = time.monotonic()
        self._left = min(size, self._left + (now - self._at) * a_second)
        self._at = now
        if self._left < count:
            return False
        self._left -= count
        return True
