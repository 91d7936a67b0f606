"""What an export holds: for each table its rows that are somebody's, and the columns they are told.

A room that stores something about people adds its part here and in docs/data.md, which says of every
column of every table whether it is in the export or stays out, and why; a test compares the two.
Other people appear by the ids of their profiles and by their dogs' names, and by nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import Field, IntegerField, Model, QuerySet

from accounts.models import User

AT_ONCE = 500

Row = dict[str, Any]


class Part(NamedTuple):
    """The rows of one table: a list in data.json under `name`.

    `columns` are told as they are stored, foreign keys as ids; `beside` tells others otherwise, and
    adds what makes them readable. `find` says which rows, or gives them one by one.
    """

    name: str
    about: str
    model: type[Model]
    find: Callable[[User], QuerySet[Any] | Iterator[Any]]
    columns: tuple[str, ...]
    beside: Mapping[str, Callable[[Any], Any]] = {}

    def rows(self, user: User) -> Iterator[Row]:
        """Each row as JSON, a few hundred in memory at a time."""
        fields: list[Any] = [self.model._meta.get_field(name) for name in self.columns]
        found = self.find(user)
        for row in by_id(found) if isinstance(found, QuerySet) else found:
            yield {
                **{field.attname: _told(row, field) for field in fields},
                **{name: of(row) for name, of in self.beside.items()},
            }


def by_id(rows: QuerySet[Any]) -> Iterator[Any]:
    """In the order of their ids, which is that of their time, by pages."""
    page = list(rows.order_by("pk")[:AT_ONCE])
    while page:
        yield from page
        last = page[-1].pk
        page = list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]) if _full(page) else []


def by_position(rows: QuerySet[Any]) -> Iterator[Any]:
    """The same for what is numbered."""
    page = list(rows.order_by("position")[:AT_ONCE])
    while page:
        yield from page
        last = page[-1].position
        further = rows.filter(position__gt=last).order_by("position")
        page = list(further[:AT_ONCE]) if _full(page) else []


def _full(page: list[Any]) -> bool:
    return len(page) == AT_ONCE


def _told(row: Any, field: Field) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, Point):
        return {"latitude": value.y, "longitude": value.x}
    if isinstance(field, IntegerField) and field.choices and value is not None:
        return str(dict(field.flatchoices)[value]).lower()  # 2 says nothing, "high" does
    return value
