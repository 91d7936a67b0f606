"""Fields that nobody asked for: every name of every column beside a valid body changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import BooleanField, DateTimeField, Field, ForeignKey, IntegerField, UUIDField

from tests.access.asks import ASKS, Ask, operation_of, send
from tests.access.changes import NOTES, rows, undone, written
from tests.access.operations import Operation, operations
from tests.access.table import bodies_table, operations_table
from tests.access.world import World

pytestmark = pytest.mark.django_db

# Values that are written nowhere else: wherever one turns up, somebody's extra field was stored.
LONG_AGO, NUMBER, WORDS = "1999-12-31T23:59:59Z", 739_421, "written-by-nobody"
ROOMS = {model.__module__.partition(".")[0] for model in apps.get_models()} - {
    "allauth", "axes", "django", "procrastinate",
}  # fmt: skip
# In the answers of the API beside columns.
NAMES = {"owner", "owner_id", "cell", "place", "is_held", "is_verified", "role", "roles", "groups"}


def columns() -> Iterator[Field]:
    for model in apps.get_models():
        if model.__module__.partition(".")[0] in ROOMS:
            yield from model._meta.concrete_fields


def value_of(field: Field, world: World) -> Any:
    """Something that the column would take."""
    if isinstance(field, BooleanField):
        return True
    if isinstance(field, DateTimeField):
        return LONG_AGO
    if isinstance(field, IntegerField):
        return NUMBER
    if isinstance(field, UUIDField | ForeignKey):
        return str(world.stranger.user_id)
    return WORDS


def extras(world: World, operation: Operation) -> dict[str, Any]:
    """Every column's name that the operation does not take, with and without `_id`."""
    found: dict[str, Any] = dict.fromkeys(NAMES, WORDS)
    for field in columns():
        found |= dict.fromkeys((field.name, field.attname), value_of(field, world))
    return {name: value for name, value in found.items() if name not in operation.fields}


def spread(body: Any, more: dict[str, Any], flat: bool) -> Any:
    """The body with more in it, on every level."""
    if isinstance(body, list):
        return [spread(each, more, flat) for each in body]
    if not isinstance(body, dict):
        return body
    inner = {name: value if flat else spread(value, more, flat) for name, value in body.items()}
    return {**more, **inner}


def outcome(name: str, ask: Ask, world: World) -> tuple[int, dict[str, list[dict]]]:
    """The status, and every row of the tables that were written to."""
    with undone():
        ask.before()
        before = written()
        answer = send(name, ask, world.callers["owner"])
        after = written()
        touched = {table for table in after if after[table] != before.get(table)} - NOTES
        return answer.status_code, rows(touched)


def steady(first: dict[str, list[dict]], second: dict[str, list[dict]]) -> dict[str, list]:
    """Of the first outcome the columns that the same request writes alike twice."""
    found = {}
    for table, many in first.items():
        others = second[table]
        assert len(many) == len(others)
        names = [
            name
            for name in (many[0] if many else {})
            if sorted(str(row[name]) for row in many) == sorted(str(row[name]) for row in others)
        ]
        found[table] = sorted(str([row[name] for name in names]) for row in many)
        found[f"{table} by"] = names
    return found


def only(steadily: dict[str, list], other: dict[str, list[dict]]) -> dict[str, list]:
    """The same columns of another outcome."""
    found = {}
    for table, many in other.items():
        names = steadily.get(f"{table} by", [])
        found[table] = sorted(str([row[name] for name in names]) for row in many)
        found[f"{table} by"] = names
    return found


# They say so, because an app that sends more had better learn that nobody wants it.
REFUSED = {"PUT /me/location", "PATCH /me/notification-preferences"}
WRITING = [
    name
    for name in ASKS
    if operation_of(name).has_body and operations_table()[name].allowed("owner").startswith(("20",))
]


def test_every_operation_with_a_body_is_tried():
    tried = {operation_of(name).name for name in WRITING}
    assert tried == {one.name for one in operations().values() if one.has_body}


def test_bodies_take_what_the_table_says_and_nothing_else():
    """What an operation takes is no extra field: so a person wrote down what it may take."""
    taken = {one.name: set(one.fields) for one in operations().values() if one.has_body}
    assert taken == bodies_table()


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("name", WRITING)
def test_what_nobody_asked_for_is_refused_or_ignored(name: str, world: World):
    operation, me = operation_of(name), world.callers["owner"]
    ask = ASKS[name](world, me)
    more = spread(ask.body, extras(world, operation), operation.is_multipart)
    plain, again = outcome(name, fresh(ask), world), outcome(name, fresh(ask), world)
    code, wrote = outcome(
        name, fresh(ask)._replace(body=fresh(ask._replace(body=more)).body), world
    )
    assert plain[0] < 300
    assert (code == 400) == (name in REFUSED)
    if name in REFUSED:
        return
    assert code == plain[0]
    for mark in (WORDS, str(NUMBER), LONG_AGO[:10]):
        assert mark not in str(wrote), f"{mark} was stored"
    expected = steady(plain[1], again[1])
    assert only(expected, wrote) == expected


def fresh(ask: Ask) -> Ask:
    """The same body once more: files are read once."""
    for value in (ask.body or {}).values() if isinstance(ask.body, dict) else ():
        if hasattr(value, "seek"):
            value.seek(0)
    return ask


def test_a_field_that_is_stored_would_be_noticed(world: World):
    """The test itself: what a body takes is found where it is stored."""
    name = "PATCH /me/profile"
    ask = ASKS[name](world, world.callers["owner"])
    plain, again = outcome(name, ask, world), outcome(name, ask, world)
    _, wrote = outcome(name, ask._replace(body={**ask.body, "breed": None, "sex": "female"}), world)
    expected = steady(plain[1], again[1])
    assert only(expected, wrote) != expected
