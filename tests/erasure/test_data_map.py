"""docs/data.md says of every table and every column what becomes of it."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.db.models import CASCADE, ForeignKey, Model

from accounts.models import User
from exports.contents import PARTS
from tests.erasure.data_map import FATES, models, read

MAP = {fate.table: fate for fate in read()}
MODELS = models()

# Relations that the database itself follows: by a constraint of a migration, or by triggers.
FOLLOWED = {
    "notifications.delivery.device", "matching.candidate.profile", "matching.deck.viewer",
    "messaging.participant.last_message", "lib.jobfailure.job",
}  # fmt: skip


def columns(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields} - {"pk"}


def relations(model: type[Model]) -> list[ForeignKey]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def goes_with(model: type[Model], seen: frozenset = frozenset()) -> bool:
    """Whether a row goes when an account does that it belongs to."""
    if model is User:
        return True
    return any(
        field.related_model not in seen and goes_with(field.related_model, seen | {model})
        for field in relations(model)
        if field.remote_field.on_delete is CASCADE
        or f"{model._meta.label_lower}.{field.name}" in FOLLOWED
    )


def lets_go(model: type[Model]) -> bool:
    """Whether a row stays without the person that it named."""
    return any(
        field.related_model is User and field.null and field.remote_field.on_delete is not CASCADE
        for field in relations(model)
    )


@pytest.mark.requirement("R2.7")
def test_every_table_is_on_the_map_once_and_nothing_else_is():
    assert set(MODELS) - set(MAP) == set(), "say in docs/data.md what becomes of these"
    assert set(MAP) - set(MODELS) == set(), "these are gone"
    assert [
        table for table, count in Counter(fate.table for fate in read()).items() if count > 1
    ] == []


@pytest.mark.django_db
def test_every_table_of_the_database_has_a_model():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor, include_views=False))
    known = {model._meta.db_table for model in MODELS.values()}
    assert tables - known - {"django_migrations"} == set()


@pytest.mark.requirement("R2.7")
@pytest.mark.parametrize("table", sorted(MODELS))
def test_every_column_is_decided_once(table):
    fate = MAP[table]
    assert fate.told & fate.left_out == set()
    assert columns(MODELS[table]) - fate.told - fate.left_out == set(), "told or left out?"
    assert (fate.told | fate.left_out) - columns(MODELS[table]) == set(), "these are gone"


@pytest.mark.parametrize("table", sorted(MODELS))
def test_what_becomes_of_a_table_is_what_its_relations_say(table):
    fate, model = MAP[table], MODELS[table]
    assert fate.kind in FATES
    assert (fate.kind == "goes") == goes_with(model)
    assert (fate.kind == "nameless") == lets_go(model)
    if fate.kind == "nobody's":
        assert fate.told == set()
    if fate.kind in ("nameless", "stays"):
        assert re.search(
            r"days?|years?|case|good|the place stays|every hour|minutes|job", fate.becomes
        )


def exported() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for part in PARTS:
        told = {*part.columns, *(columns(part.model) & part.beside.keys())}
        found.setdefault(part.model._meta.label_lower, set()).update(told)
    return found


def test_an_export_tells_what_the_map_says():
    assert exported() == {fate.table: fate.told for fate in read() if fate.told}


def test_the_parts_of_an_export_have_names_of_their_own():
    assert len({part.name for part in PARTS}) == len(PARTS)
