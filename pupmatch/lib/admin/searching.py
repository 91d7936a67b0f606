"""What staff type into the search of a list, turned into conditions that an index can answer."""

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q
from django.db.models.constants import LOOKUP_SEP


def condition(model: type[Model], paths: list[str], term: str) -> Q | None:
    """The rows that `term` may mean; None when it can mean none.

    A path that ends with a lookup (`name__istartswith`) is for text, one without is for the exact
    value, such as an id. A term that is a possible id or address is looked for as such and no
    further, and one with an @ among e-mail addresses: conditions on different tables joined by OR
    would leave the planner nothing but reading everything.
    """
    exact, mail, text = [], [], []
    for path in paths:
        field, lookup = resolve(model, path)
        if not lookup:
            value = _as_value(field, term)
            exact += [] if value is None else [Q(**{path: value})]
        elif field.name == "email":
            mail.append(Q(**{path: term.lower()}))
        else:
            text.append(Q(**{path: term}))
    groups = [exact, mail, text] if "@" in term else [exact, text, mail]
    chosen = next((group for group in groups if group), [])
    return any_of(chosen) if chosen else None


def any_of(conditions: list[Q]) -> Q:
    """At least one of them."""
    return reduce(or_, conditions)


def resolve(model: type[Model], path: str) -> tuple[Field, str]:
    """The field that a path ends at, and the lookup behind it, if any."""
    field: Any = None
    names = path.split(LOOKUP_SEP)
    for i, name in enumerate(names):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return field, LOOKUP_SEP.join(names[i:])
        if field.is_relation:
            model = field.related_model
    return field, ""


def _as_value(field: Any, term: str) -> Any:
    while field.is_relation:
        field = field.target_field
    try:
        return field.clean(term, None)
    except ValidationError:
        return None
