"""What the API reads."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON that PostgreSQL can hold: no NUL, no lone surrogate, and no nesting that exhausts us."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            _refuse_unstorable(data)
        except RecursionError as error:
            raise ParseError("The document is nested too deeply.") from error
        except ValueError as error:
            raise ParseError("A number in the document is too long.") from error
        return data


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ParseError("The text holds a NUL character.")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ParseError("The text holds half of a surrogate pair.") from error
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)
