"""What the API reads."""

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.serializers import Serializer

# Far beyond any document of ours, and far below what exhausts the interpreter.
MAX_DEPTH = 20


class StrictJSONParser(JSONParser):
    """JSON by the letter (RFC 8259), and only what PostgreSQL can hold.

    UTF-8 whatever the header says, no NaN, no name twice, no NUL, no half of a surrogate pair, and
    no nesting that exhausts us.
    """

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The document; raises ParseError."""
        try:
            data = json.loads(
                stream.read().decode("utf-8"),
                parse_constant=_refuse_constant,
                object_pairs_hook=_object,
            )
        except RecursionError as error:
            raise ParseError("The document is nested too deeply.") from error
        except ValueError as error:
            # Broken UTF-8, broken JSON, and integers beyond what Python converts.
            raise ParseError(f"This is not JSON: {error}") from error
        _refuse_unstorable(data)
        return data


def _refuse_constant(name: str) -> None:
    raise ParseError(f"{name} is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ParseError("A name stands twice in one object.")
    return found


def _refuse_unstorable(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ParseError("The document is nested too deeply.")
    if isinstance(value, str):
        _refuse_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_text(key)
            _refuse_unstorable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item, depth + 1)


def _refuse_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("The text holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError("The text holds half of a surrogate pair.") from error


def parsed(serializer: type[Serializer], request: Request) -> Any:
    """What was sent, checked by a serializer; raises ValidationError."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return form.validated_data
