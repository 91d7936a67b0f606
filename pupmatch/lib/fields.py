"""Serializer fields that several rooms share."""

import math
import re
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Case, IntegerChoices, Value, When
from rest_framework import serializers

from pupmatch.lib.documents.expressions import point
from pupmatch.lib.geo import rounded

# Python also reads "1_000" and the digits of every script, which no JSON number may hold.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

# Of degrees: a centimetre; what is beyond comes of binary fractions.
SHOWN_PLACES = 7

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FiniteFloatField(serializers.FloatField):
    """A float; NaN, infinities, booleans and digits other than 0 to 9 are refused.

    Checked before any geometry is made: GEOS aborts the process on numbers like 1e308.
    """

    default_error_messages = {"not_finite": "This must be a finite number."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool):
            self.fail("invalid")
        if isinstance(data, str) and not NUMBER.fullmatch(
            data.strip(" ")[: self.MAX_STRING_LENGTH]
        ):
            self.fail("invalid")
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            self.fail("not_finite")
        if not math.isfinite(value):
            self.fail("not_finite")
        return value


class DayField(serializers.DateField):
    """A day as RFC 3339 writes it, `2024-02-29`, and in no other of the spellings that Python reads."""

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and not DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class PointSerializer(serializers.Serializer):
    """A point on the globe, in degrees (WGS 84)."""

    latitude = FiniteFloatField(min_value=-90, max_value=90)
    longitude = FiniteFloatField(min_value=-180, max_value=180)

    def to_representation(self, instance: Point) -> dict:
        latitude, longitude = (rounded(each, SHOWN_PLACES) for each in (instance.y, instance.x))
        return {"latitude": latitude, "longitude": longitude}

    def in_sql(self, path: str) -> Any:
        return point(path)

    def to_internal_value(self, data: Any) -> Point:
        value = super().to_internal_value(data)
        # A PATCH makes every field optional, but half of a point is none.
        missing = {name: field for name, field in self.fields.items() if name not in value}
        if missing:
            raise serializers.ValidationError(
                {name: [field.error_messages["required"]] for name, field in missing.items()},
                code="required",
            )
        return Point(value["longitude"], value["latitude"], srid=4326)


class NamedLevelField(serializers.ChoiceField):
    """A choice stored as a number, because it is ordered, and spoken by its name."""

    def __init__(self, levels: type[IntegerChoices], **kwargs: Any) -> None:
        self.levels = levels
        super().__init__(choices=[(level.name.lower(), level.label) for level in levels], **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return self.levels[super().to_internal_value(data).upper()]

    def to_representation(self, value: Any) -> str:
        return self.levels(value).name.lower()

    def in_sql(self, path: str) -> Case:
        names = (When(**{path: level}, then=Value(level.name.lower())) for level in self.levels)
        return Case(*names)
