"""What is due: a refusal where the schema takes no such thing, and a problem document for each refusal."""

import json
import math
import re

from tests.input.asking import PROBLEM, Answer
from tests.input.corpus.rows import Row
from tests.input.operations import Slot

# As addresses take them.
WHOLE = re.compile(r"[0-9]+")
# Python reads no more into a number; a longer one is past every bound that there is, or zero.
MOST_DIGITS = 4000
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)

# What is no HTTP, or has more before its body than a buffer, the front refuses with HAProxy's own page.
NO_HTTP = b"Your browser sent an invalid request."


def is_taken(row: Row, slot: Slot | None) -> bool:
    """Whether the schema of the place allows what stands there."""
    value = row.value
    if slot is None:
        return True
    if row.category in ("number", "age"):
        return _number_is_taken(slot, value)
    if slot.where == "path":
        return slot.takes(value)
    # Blanks around a text do not count. Of text in an address we promise less than of a document.
    is_text = isinstance(value, str)
    return slot.where != "body" or slot.takes(value) or (is_text and slot.takes(value.strip()))


def _number_is_taken(slot: Slot, text: str) -> bool:
    if slot.where == "body":
        try:
            value = json.loads(text, parse_constant=_refuse)
        except ValueError:
            return False
        is_finite = not isinstance(value, float) or math.isfinite(value)
        return is_finite and slot.takes(value)
    if "string" in slot.types:
        limit = 90 if slot.name == ("near",) else 180
        return bool(DECIMAL.fullmatch(text)) and abs(float(text)) <= limit
    if "integer" in slot.types:
        return bool(WHOLE.fullmatch(text)) and slot.takes(int(text[:MOST_DIGITS]))
    return bool(DECIMAL.fullmatch(text)) and math.isfinite(float(text)) and slot.takes(float(text))


def _refuse(name: str) -> None:
    raise ValueError(name)


def complaint(answer: Answer, *, is_refused: bool) -> str:
    """What is wrong with the answer; nothing, if it is one that is due."""
    if answer.status >= 500:
        return "an error of ours"
    if answer.status >= 400:
        return _shape_of_refusal(answer)
    if is_refused:
        return "taken"
    return "" if answer.status < 300 else "a redirect"


def _shape_of_refusal(answer: Answer) -> str:
    if answer.status == 400 and NO_HTTP in answer.body:
        return ""
    if answer.headers.get("content-type") != PROBLEM:
        return f"a refusal of type {answer.headers.get('content-type')}"
    if len(answer.body) > 20_000:
        return f"a refusal of {len(answer.body)} bytes"
    if answer.body and not ({"code", "status", "detail", "request_id"} <= answer.data.keys()):
        return "no problem document"
    return ""
