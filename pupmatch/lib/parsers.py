"""What the API reads."""

import json
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

# Far beyond any document of ours, and far below what exhausts the interpreter.
MAX_DEPTH = 20
# In one list or object; each of a million wrong ones would be told of.
MAX_ITEMS = 1000


class StrictJSONParser(JSONParser):
    """JSON by the letter (RFC 8259), and only what PostgreSQL can hold.

    UTF-8 whatever the header says, no NaN, no name twice, no NUL, no half of a surrogate pair, and
    neither nesting nor numbers of things that exhaust us.
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
    elif isinstance(value, dict | list):
        if len(value) > MAX_ITEMS:
            raise ParseError("A list or an object of the document holds too much.")
        for item in value:
            _refuse_unstorable(item, depth + 1)
        for item in value.values() if isinstance(value, dict) else ():
            _refuse_unstorable(item, depth + 1)


def _refuse_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("The text holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ParseError("The text holds half of a surrogate pair.") from error


Form = TypeVar("Form", bound=serializers.BaseSerializer)

# JSON's types, as the schema promises them. REST framework would take 5 for "5", and "no" for false.
# Of numbers JSON has one kind: 3.0 is a whole one.
TYPES: dict[type[serializers.Field], tuple[type, ...]] = {
    serializers.CharField: (str,),
    serializers.ChoiceField: (str,),
    serializers.UUIDField: (str,),
    serializers.BooleanField: (bool,),
    serializers.IntegerField: (int, float),
    serializers.FloatField: (int, float),
}


class Mistyped:
    """In place of a value of the wrong type: no field can make anything of it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        # What fields compare, and repeat: 1 is to be no choice named "1".
        return f"{json.dumps(self.value)} ({type(self.value).__name__})"


def _as_declared(field: serializers.Field | None, value: Any) -> Any:
    if isinstance(field, serializers.ListField | serializers.ListSerializer):
        return [_as_declared(field.child, each) for each in value] if type(value) is list else value
    if isinstance(field, serializers.Serializer) and type(value) is dict:
        fields = field.fields
        return {
            name: _as_declared(fields[name], each) if name in fields else each
            for name, each in value.items()
        }
    types = next((types for kind, types in TYPES.items() if isinstance(field, kind)), None)
    return value if value is None or not types or type(value) in types else Mistyped(value)


def checked(form: Form) -> Form:
    """A serializer whose data was found valid, each value of the type that the schema says.

    Raises ValidationError. What comes as a form or in a query string is text, and read as such.
    """
    if type(form.initial_data) is dict:
        form.initial_data = _as_declared(form, form.initial_data)
    form.is_valid(raise_exception=True)
    return form


def parsed(serializer: type[serializers.Serializer], request: Request) -> Any:
    """What was sent, checked by a serializer; raises ValidationError."""
    return checked(serializer(data=request.data)).validated_data
