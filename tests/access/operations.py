"""Every operation of the API as its schema says, and every address that it has."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

BASE = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Operation(NamedTuple):
    """One operation; its `name` is what docs/access.md calls it."""

    name: str
    method: str
    path: str
    # The fields of its JSON or multipart body, those inside of others as `prompts.answer`.
    fields: frozenset[str]
    is_multipart: bool
    has_body: bool


@cache
def document() -> dict[str, Any]:
    """The schema as the code says it now, whatever openapi.yaml says."""
    return SchemaGenerator().get_schema(request=None, public=True)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(schema: dict[str, Any], at: str = "") -> Iterator[str]:
    schema = _resolved(schema)
    for inner in (*schema.get("allOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from _fields(inner, at)
    for name, said in schema.get("properties", {}).items():
        yield f"{at}{name}"
        yield from _fields(said, f"{at}{name}.")


def _operation(method: str, path: str, said: dict[str, Any]) -> Operation:
    bodies = said.get("requestBody", {}).get("content", {})
    fields = {name for body in bodies.values() for name in _fields(body["schema"])}
    short = path.removeprefix(BASE)
    is_multipart = "multipart/form-data" in bodies
    return Operation(
        f"{method} {short}", method, path, frozenset(fields), is_multipart, bool(bodies)
    )


@cache
def operations() -> dict[str, Operation]:
    """All of them by name: `GET /matches/{id}`."""
    found = (
        _operation(method.upper(), path, said)
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
    )
    return {operation.name: operation for operation in found}


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Every address that there is, with its gaps: `/api/v1/matches/<id:pk>`."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield simplify_regex(route) if "^" in route else route
        else:
            yield from addresses(pattern, route)


ADDRESSES = sorted({address for address in addresses() if address.startswith(f"{BASE}/")})
