"""Every operation of the API, from its schema: where something can be placed, and what is usually there."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from profiles.tests.factories import picture
from tests.input.asking import JSON, Ask
from tests.input.insiders import Insider
from tests.test_schema import as_json_schema

MULTIPART = "multipart/form-data"
BOUNDARY = "4d8a9bbdca40a121"


@dataclass(frozen=True)
class Slot:
    """A place in a request: `where` is path, query, header or body, `name` the way to it."""

    where: str
    name: tuple[str | int, ...]
    schema: str

    @property
    def shape(self) -> dict[str, Any]:
        """Its schema."""
        return json.loads(self.schema)

    @property
    def types(self) -> set[str]:
        """The JSON types that it may have."""
        choices = self.shape.get("anyOf", [self.shape])
        return {kind for one in choices for kind in _types(one)}

    def takes(self, value: Any) -> bool:
        """Whether the schema allows this value here."""
        return Draft202012Validator(self.shape, format_checker=FORMATS).is_valid(value)

    def __str__(self) -> str:
        return f"{self.where} {'/'.join(map(str, self.name))}"


FORMATS = FormatChecker(formats=["uuid", "date", "date-time"])


def _types(schema: dict[str, Any]) -> set[str]:
    if "type" in schema:
        return {schema["type"]}
    return {type_of(value) for value in schema.get("enum", [])}


def type_of(value: Any) -> str:
    """JSON's name of a value's type."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return names.get(type(value), "object" if value is not None else "null")


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    is_public: bool
    content_type: str
    slots: tuple[Slot, ...]
    has_file: bool

    def __str__(self) -> str:
        return self.id

    @property
    def params(self) -> set[str]:
        """The names of its query parameters."""
        return {str(slot.name[0]) for slot in self.slots if slot.where == "query"}

    def ask(self, me: Insider) -> Ask:
        """The request that usually succeeds."""
        path = self.path
        for slot in self.slots:
            if slot.where == "path":
                usual = next(iter(me.ids_in(self.method, self.path) or slot.shape["enum"]))
                path = path.replace(f"{{{slot.name[0]}}}", usual)
        body, kind = b"", ""
        if self.content_type == JSON:
            body, kind = json.dumps(self.body(me)).encode(), JSON
        elif self.content_type:
            body, kind = form(self.body(me)), f"{MULTIPART}; boundary={BOUNDARY}"
        return Ask(self.method, path, self.query(me), signed(me), body, kind)

    def query(self, me: Insider) -> str:
        """What stands behind the question mark, where something must."""
        return QUERIES.get(self.id, "")

    def body(self, me: Insider) -> Any:
        """What is sent: what BODIES has, or the least that the schema asks for."""
        if self.id in BODIES:
            # To be changed by whoever places something in it.
            return deepcopy(BODIES[self.id](me))
        return {
            str(slot.name[0]): _usual(slot.shape)
            for slot in self.slots
            if slot.where == "body" and len(slot.name) == 1
        }


def signed(me: Insider) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {me.access}"}


def _usual(shape: dict[str, Any]) -> Any:
    """A value of that shape."""
    shape = shape.get("anyOf", [shape])[0]
    if "enum" in shape:
        return shape["enum"][0]
    formats = {"uuid": str(uuid4()), "email": "somebody@pupmatch.example", "date": "2024-02-29"}
    values = {
        "string": formats.get(shape.get("format", ""), "A few words."),
        "integer": shape.get("minimum", 1),
        "number": shape.get("minimum", 1),
        "boolean": True,
        "array": [],
        "object": {},
    }
    return values[shape.get("type", "object")]


def form(parts: dict[str, Any]) -> bytes:
    """A multipart body; bytes are files."""
    lines = b""
    for name, value in parts.items():
        file = b'; filename="dog.jpg"\r\nContent-Type: image/jpeg' if type(value) is bytes else b""
        head = b'Content-Disposition: form-data; name="%s"' % name.encode() + file
        content = value if type(value) is bytes else str(value).encode()
        lines += b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), head, content)
    return lines + b"--%s--\r\n" % BOUNDARY.encode()


# What the least that the schema asks for would not do.
QUERIES = {
    "messages_search": "q=park",
    "playgrounds_list": "near=40.7359,-73.9911&radius_m=1000",
}
BODIES: dict[str, Any] = {
    "auth_register": lambda me: {
        "email": f"{uuid4().hex}@pupmatch.example", "password": "a walk in the park",
        "device_id": str(uuid4()),
    },
    "auth_token": lambda me: {
        "email": me.email, "password": "a walk in the park", "device_id": str(uuid4()),
    },
    "auth_token_refresh": lambda me: {"refresh": me.refresh},
    "auth_password_change": lambda me: {
        "current_password": "a walk in the park", "password": "a run in the rain",
    },
    "me_partial_update": lambda me: {
        "email": f"{uuid4().hex}@pupmatch.example", "current_password": "a walk in the park",
    },
    "me_destroy": lambda me: {"password": "a walk in the park"},
    "me_profile_create": lambda me: DOG,
    "me_profile_partial_update": lambda me: DOG,
    "me_photos_create": lambda me: {"image": PICTURE},
    "me_photos_order_update": lambda me: {"ids": me.ids["photos"]},
    "me_prompts_update": lambda me: {"prompts": [{"question": "Favourite?", "answer": "Sticks."}]},
    "me_location_update": lambda me: {"latitude": 47.61, "longitude": -122.33},
    "me_preferences_partial_update": lambda me: {
        "min_age": 1, "max_age": 9, "max_distance": 12.5, "distance_unit": "miles",
        "activity_level": "low", "read_receipts": True, "presence": True,
    },
    "me_verifications_create": lambda me: {"kind": "photo", "document": PICTURE},
    "me_devices_update": lambda me: {
        "provider": "expo", "token": "ExponentPushToken[aaaaaaaaaaaaaaaaaaaaaa]",
        "platform": "ios", "time_zone": "Europe/Vienna", "locale": "de-AT",
    },
    "me_notification_preferences_partial_update": lambda me: {
        "kinds": {"new_like": {"push": True, "email": False}}, "previews": True,
        "quiet_hours": {"start": "22:00", "end": "07:00"}, "time_zone": "Europe/Vienna",
    },
    "conversations_messages_create": lambda me: {
        "client_id": str(uuid4()), "body": "Park at five?", "reply_to": me.ids["messages"][0],
    },
    "conversations_read_create": lambda me: {"position": 1},
    "likes_create": lambda me: {"profile_id": me.ids["strangers"][0], "comment": "What ears!"},
    "passes_create": lambda me: {"profile_id": me.ids["strangers"][1]},
    "reports_create": lambda me: {
        "subject_type": "profile", "subject_id": me.ids["strangers"][2], "reason": "spam",
        "text": "Sells things.", "block": False,
    },
    "playgrounds_create": lambda me: PLACE,
    "playgrounds_partial_update": lambda me: PLACE,
    "playgrounds_review_update": lambda me: {"stars": 4, "text": "Shady."},
}  # fmt: skip
DOG = {
    "name": "Rex", "birth_date": "2022-05-01", "bio": "Fetches.", "breed": None, "sex": "male",
    "size": "large", "activity_level": "high", "temperament": ["calm"], "play_styles": ["fetch"],
    "neutered": True, "good_with_small_dogs": None, "good_with_children": False,
}  # fmt: skip
PLACE = {
    "name": "Dog run", "description": "With a gate.", "place": "Manhattan", "features": ["fenced"],
    "location": {"latitude": 40.7359, "longitude": -73.9911},
}  # fmt: skip
PICTURE = picture(200, 150)


# --- From the schema ------------------------------------------------------------------------------


@cache
def operations() -> tuple[Operation, ...]:
    """All there are, as the running code describes them."""
    document = as_json_schema(SchemaGenerator().get_schema(request=None, public=True))
    return tuple(
        _operation(document, path, method, each)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    )


def _operation(document: dict, path: str, method: str, each: dict) -> Operation:
    [kind] = each.get("requestBody", {}).get("content", {"": {}})
    shape = _plain(document, each["requestBody"]["content"][kind]["schema"]) if kind else {}
    params = [
        Slot(one["in"], (one["name"],), json.dumps(_plain(document, one["schema"])))
        for one in each.get("parameters", [])
    ]
    fields = [Slot("body", way, json.dumps(part)) for way, part in _leaves(shape)]
    files = [slot for slot in fields if slot.shape.get("format") == "binary"]
    return Operation(
        id=each["operationId"],
        method=method.upper(),
        path=path,
        is_public={} in each.get("security", [{}]),
        content_type=kind,
        slots=(*params, *(slot for slot in fields if slot not in files)),
        has_file=bool(files),
    )


def _plain(document: dict, schema: Any) -> Any:
    """Without references."""
    if isinstance(schema, list):
        return [_plain(document, each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _plain(document, document["components"]["schemas"][schema["$ref"].split("/")[-1]])
    plain = {name: _plain(document, each) for name, each in schema.items()}
    if len(plain.get("allOf", [])) == 1:
        plain |= plain.pop("allOf")[0]
    return plain


def _leaves(shape: dict, way: tuple = ()) -> Iterator[tuple[tuple, dict]]:
    """Every member of a body, and what is in each; of an array, its first item."""
    if way:
        yield way, shape
    for one in shape.get("anyOf", shape.get("oneOf", [shape])):
        for name, part in one.get("properties", {}).items():
            if not part.get("readOnly"):
                yield from _leaves(part, (*way, name))
        if "items" in one:
            yield from _leaves(one["items"], (*way, 0))
