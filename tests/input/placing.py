"""Where each row can be placed, and the request that it makes of an operation's usual one."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.input.asking import JSON, Ask
from tests.input.corpus.rows import Row
from tests.input.due import is_taken
from tests.input.insiders import Insider
from tests.input.operations import MULTIPART, Operation, Slot, form

NUMBERS = {"integer", "number"}
MARK = "\uf8ffhere\uf8ff"
# Headers that we read as text.
READ = ("Idempotency-Key", "X-Request-ID", "User-Agent")


@dataclass(frozen=True)
class Placement:
    """A row at one place of one operation."""

    row: Row
    operation: Operation
    slot: Slot | None = None
    header: str = ""

    def __str__(self) -> str:
        return f"{self.row} → {self.operation} {self.slot or self.header}"

    def ask(self, me: Insider, port: int = 9) -> Ask:
        """The request."""
        return PLACERS[self.row.category](self, me, port)

    @property
    def is_refused(self) -> bool:
        """Whether nothing but a refusal will do."""
        return (self.row.is_refused and not self._is_in_header) or not is_taken(self.row, self.slot)

    @property
    def _is_in_header(self) -> bool:
        """Whether it is text in a header, which servers hand over as bytes; most of it is not read."""
        return self.row.category == "text" and (self.slot is None or self.slot.where == "header")


def placements(row: Row, operations: tuple[Operation, ...]) -> Iterator[Placement]:
    """Every place of every operation at which the row means something."""
    for operation in operations:
        for place in _places(row.category, operation):
            if isinstance(place, Slot):
                yield Placement(row, operation, slot=place)
            else:
                yield Placement(row, operation, header=place)


def _places(category: str, operation: Operation) -> list[Slot | str]:
    slots = operation.slots
    match category:
        case "text" | "injection":
            return [
                *(slot for slot in slots if _is_text(slot)),
                *(READ if category == "text" else ()),
            ]
        case "number":
            return [
                slot for slot in slots if slot.types & NUMBERS or slot.name[0] in ("near", "bbox")
            ]
        case "type":
            return [slot for slot in slots if slot.where == "body"]
        case "date":
            return [slot for slot in slots if slot.shape.get("format") == "date"]
        case "clock":
            return [slot for slot in slots if slot.name[-1] in ("start", "end")]
        case "age":
            return [slot for slot in slots if slot.name[-1] in ("age", "min_age", "max_age")]
        case "cursor" | "limit" | "order":
            return [slot for slot in slots if slot.name == (category,)]
        case "token":
            return [] if operation.is_public else ["Authorization"]
        case "body" | "stranger" | "content type" | "charset" | "coding":
            return ["body"] if operation.content_type == JSON else []
        case "upload":
            return ["body"] if operation.content_type == MULTIPART else []
        case "length":
            return ["Content-Length"] if operation.content_type else []
        case "query" | "method" | "host" | "header":
            return [category]
    return []


def _is_text(slot: Slot) -> bool:
    return "string" in slot.types and not (slot.where == "body" and "object" in slot.types)


# --- How it is placed -----------------------------------------------------------------------------


def encoded(text: str | bytes) -> str:
    """As it stands in an address: surrogates as the bytes that some write for them."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return quote(raw, safe="")


def _in_slot(placement: Placement, me: Insider, value: Any) -> Ask:
    slot, usual = placement.slot, placement.operation.ask(me)
    assert slot is not None
    match slot.where:
        case "path":
            gap = f"{{{slot.name[0]}}}"
            before, after = placement.operation.path.split(gap)
            return replace(usual, path=before + encoded(value) + after)
        case "query":
            kept = [
                pair
                for pair in usual.query.split("&")
                if pair and pair.split("=")[0] != slot.name[0]
            ]
            return replace(usual, query="&".join([*kept, f"{slot.name[0]}={encoded(value)}"]))
        case "header":
            return usual.having(**{str(slot.name[0]): _as_header(value)})
    return _in_body(placement, usual, me, value)


def _in_body(placement: Placement, usual: Ask, me: Insider, value: Any) -> Ask:
    body = placement.operation.body(me)
    at: Any = body
    assert placement.slot is not None
    *way, last = placement.slot.name
    for index, step in enumerate(way):
        follows = placement.slot.name[index + 1]
        at = _stepped(at, step, [] if isinstance(follows, int) else {})
    _put(at, last, MARK)
    if usual.content_type != JSON:
        return _in_form(usual, body, last, value)
    document = json.dumps(body, ensure_ascii=False).encode()
    return replace(usual, body=document.replace(f'"{MARK}"'.encode(), _in_json(placement, value)))


def _stepped(at: Any, step: Any, default: Any) -> Any:
    if isinstance(at, list):
        at[:] = at or [default]
        return at[step]
    if not isinstance(at.get(step), type(default)):
        at[step] = default
    return at[step]


def _put(at: Any, last: Any, value: Any) -> None:
    if isinstance(at, list):
        at[:] = [value, *at[1:]]
    else:
        at[last] = value


def _in_json(placement: Placement, value: Any) -> bytes:
    if placement.row.category in ("number", "age"):
        return value.encode()
    if isinstance(value, bytes):
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return json.dumps(value).encode()


def _in_form(usual: Ask, body: dict, name: Any, value: Any) -> Ask:
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
    return replace(usual, body=form({**body, name: MARK}).replace(MARK.encode(), raw))


def _as_header(value: str | bytes) -> str:
    """As WSGI has it: bytes as Latin-1. What no server lets through is left out."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return re.sub(rb"[\x00\r\n]", b"", raw)[:8_000].decode("latin-1").strip()


def _value(placement: Placement, me: Insider, port: int) -> Ask:
    value = placement.row.value
    if placement.header:
        return placement.operation.ask(me).having(**{placement.header: _as_header(value)})
    if placement.row.category == "injection":
        value = value.replace("PORT", str(port))
    return _in_slot(placement, me, value)


def _number(placement: Placement, me: Insider, port: int) -> Ask:
    value, slot = placement.row.value, placement.slot
    assert slot is not None
    if slot.name[0] == "near":
        value = f"{value},0"
    elif slot.name[0] == "bbox":
        value = f"{value},-90,1,90"
    return _in_slot(placement, me, value)


def _raw_query(placement: Placement, me: Insider, port: int) -> Ask:
    """Already encoded, or left as it is on purpose."""
    usual, value = placement.operation.ask(me), placement.row.value
    if placement.slot is not None:
        value = f"{placement.slot.name[0]}={value}"
    return replace(usual, query="&".join(part for part in (usual.query, value) if part))


def _body(placement: Placement, me: Insider, port: int) -> Ask:
    usual = placement.operation.ask(me)
    return replace(usual, body=placement.row.value.replace(b"%b", usual.body.strip(b"{}")))


def _stranger(placement: Placement, me: Insider, port: int) -> Ask:
    usual = placement.operation.ask(me)
    body = {**json.loads(usual.body), placement.row.value: True}
    return replace(usual, body=json.dumps(body).encode())


def _envelope(placement: Placement, me: Insider, port: int) -> Ask:
    changes, usual = placement.row.value, placement.operation.ask(me)
    if "host" in changes:
        return usual.having(Host=changes["host"])
    ask = usual.having(**changes.get("headers", {}))
    fields = {name: changes[name] for name in ("method", "content_type", "body") if name in changes}
    if "body" in fields:
        file = {"me_verifications_create": b"document"}.get(placement.operation.id, b"image")
        fields["body"] = fields["body"].replace(b"FILE", file)
    return replace(ask, **fields)


def _token(placement: Placement, me: Insider, port: int) -> Ask:
    return placement.operation.ask(me).having(Authorization=placement.row.value(me))


PLACERS: dict[str, Callable[[Placement, Insider, int], Ask]] = {
    "text": _value,
    "injection": _value,
    "type": _value,
    "date": _value,
    "clock": _value,
    "number": _number,
    "age": _number,
    "cursor": _raw_query,
    "limit": _raw_query,
    "order": _raw_query,
    "query": _raw_query,
    "body": _body,
    "stranger": _stranger,
    "token": _token,
    "upload": _envelope,
    **dict.fromkeys(
        ("method", "host", "content type", "charset", "coding", "header", "length"), _envelope
    ),
}
