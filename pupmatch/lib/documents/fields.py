"""What each field of a serializer is in SQL.

A field of ours says so itself by `in_sql(at)`; a serializer says by a method `sql_<name>(at)` what
one of its own fields is that is no column. `at` is how to get to the row: empty, or such as
`liker__`.
"""

from functools import singledispatch
from typing import Any

from django.db.models import Expression, F, OuterRef, Value
from django.db.models.functions import NullIf
from rest_framework import serializers

from pupmatch.lib.documents.expressions import MEDIA, IsSet, Joined, Moment, Object, rows, when


class NotInSql(TypeError):
    """A field that nobody said how to write in SQL."""


def document(serializer: serializers.Serializer, at: str = "", **instead: Any) -> Object:
    """The JSON object that the serializer renders of a row; some members may be given."""
    members = {
        name: instead[name] if name in instead else _member(serializer, name, field, at)
        for name, field in serializer.fields.items()
        if not field.write_only
    }
    return Object(members)


def _member(serializer: serializers.Serializer, name: str, field: Any, at: str) -> Any:
    own = getattr(serializer, f"sql_{name}", None)
    if own is not None:
        return own(at)
    path = at if field.source == "*" else at + field.source.replace(".", "__")
    if hasattr(field, "in_sql"):
        return field.in_sql(path)
    return in_sql(field, path)


@singledispatch
def in_sql(field: Any, path: str) -> Expression | F:
    """The field's value; register what a kind of field is."""
    raise NotInSql(f"{type(field).__name__} {field.field_name}")


@in_sql.register(serializers.CharField)
@in_sql.register(serializers.ChoiceField)
@in_sql.register(serializers.UUIDField)
@in_sql.register(serializers.IntegerField)
@in_sql.register(serializers.BooleanField)
@in_sql.register(serializers.DateField)
@in_sql.register(serializers.ListField)
def _column(field: Any, path: str) -> F:
    return F(path)


@in_sql.register
def _moment(field: serializers.DateTimeField, path: str) -> Moment:
    return Moment(F(path))


@in_sql.register
def _address(field: serializers.FileField, path: str) -> Joined:
    return Joined(MEDIA, NullIf(F(path), Value("")))


@in_sql.register
def _named(field: serializers.SlugRelatedField, path: str) -> F:
    return F(f"{path}__{field.slug_field}")


@in_sql.register
def _nested(field: serializers.Serializer, path: str) -> Expression:
    if field.source == "*":
        return document(field, path)
    shape = document(field, f"{path}__")
    return when(IsSet(F(path)), shape) if field.allow_null else shape


@in_sql.register(serializers.ListSerializer)
def _many(field: Any, path: str) -> Expression:
    """The rows that refer to this one, in the order of their model."""
    relation = field.parent.Meta.model._meta.get_field(field.source)
    at = path.removesuffix(field.source)
    found = relation.related_model.objects.filter(**{relation.field.name: OuterRef(f"{at}pk")})
    return rows(found, document(field.child))
