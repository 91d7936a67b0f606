"""Expressions that a document is made of."""

import json
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Expression,
    F,
    Field,
    FloatField,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    When,
)
from django.db.models.functions import Cast


class Json(TextField):
    """PostgreSQL's `json`, which keeps the text as it was written; `jsonb` would sort the names."""

    def db_type(self, connection: Any) -> str:
        return "json"


class Param(Expression):
    """A value that is given by name when the statement runs; see `Statement`."""

    def __init__(self, name: str, output_field: Field) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def __repr__(self) -> str:
        return f"Param({self.name})"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:  # type: ignore[override]
        return f"%s::{self.output_field.db_type(connection)}", [self]


NOW = Param("now", DateTimeField())
TODAY = Param("today", DateField())
MEDIA = Param("media", TextField())


class Fixed(Expression):
    """A JSON value that is always the same."""

    def __init__(self, value: Any) -> None:
        super().__init__(output_field=Json())
        self.value = value

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:  # type: ignore[override]
        return "%s::json", [json.dumps(self.value)]


class Object(Func):
    """A JSON object of these members, in the order given."""

    function = "json_build_object"
    output_field = Json()

    def __init__(self, members: dict[str, Any]) -> None:
        # The names are those of serializer fields, so they need no quoting and are no parameters.
        self.names = list(members)
        super().__init__(*members.values())

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:  # type: ignore[override]
        members, params = [], []
        for name, expression in zip(self.names, self.source_expressions, strict=True):
            sql, own = compiler.compile(expression)
            members.append(f"'{name}', {sql}")
            params += own
        return f"json_build_object({', '.join(members)})", params


def rows(queryset: QuerySet, shape: Expression) -> Func:
    """A JSON array of the rows of a (correlated) queryset, in its order."""
    found = queryset.annotate(document=shape).values("document")
    return Func(ArraySubquery(found), function="array_to_json", output_field=Json())


class Moment(Func):
    """A time as the API writes it: `2026-05-01T12:00:00.123456Z`, whole seconds without a point."""

    template = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
        " '.000000', '')"
    )
    output_field = CharField()


class Rounded(Func):
    """Rounded to so many places: the very same arithmetic as `pupmatch.lib.geo.rounded`."""

    output_field = FloatField()

    def __init__(self, expression: Any, places: int) -> None:
        super().__init__(expression, template=f"round(%(expressions)s * 1e{places}) / 1e{places}")


def point(path: str) -> Case:
    """A geography column's point as the API writes it, null without one."""
    place = Cast(F(path), GeometryField(srid=4326))
    return when(
        IsSet(F(path)),
        Object(
            {
                name: Rounded(Func(place, function=function, output_field=FloatField()), 7)
                for name, function in (("latitude", "ST_Y"), ("longitude", "ST_X"))
            }
        ),
    )


class IsSet(Func):
    """Whether there is a value."""

    template = "%(expressions)s IS NOT NULL"
    output_field = BooleanField()


class Joined(Func):
    """Texts in a row; null when one of them is."""

    template = "%(expressions)s"
    arg_joiner = " || "
    output_field = TextField()


def when(condition: Any, then: Any) -> Case:
    """A document where the condition holds, else null."""
    return Case(When(condition, then=then), output_field=Json())


class WholeYears(Func):
    """Completed years from a date to another; 29 February has its birthday on the 28th in between.

    PostgreSQL's own `age()` would have it on 1 March.
    """

    template = (
        "(date_part('year', {day}) - date_part('year', {born})"
        " - ({born} + make_interval(years => (date_part('year', {day}) - date_part('year', {born}))"
        "::integer) > {day})::integer)::integer"
    )
    output_field = IntegerField()

    def __init__(self, born: Any, day: Any) -> None:
        super().__init__(born, day)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list]:  # type: ignore[override]
        born, day = (compiler.compile(each) for each in self.source_expressions)
        sql = self.template.format(born=born[0], day=day[0])
        # In the order in which they stand in the template.
        return sql, [*day[1], *born[1], *born[1], *day[1], *born[1], *day[1]]
