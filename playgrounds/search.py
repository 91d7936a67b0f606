"""What a search for playgrounds may ask, and how it is answered.

Every number is read and bounded here before a geometry is made of it: GEOS aborts the process on
coordinates like 1e308. What was asked is neither stored nor logged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unicodedata import normalize

from django.contrib.gis.geos import Point
from django.db import connection, transaction
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from playgrounds.models import PlaygroundQuerySet
from pupmatch.lib.fields import NUMBER, FiniteFloatField

DEFAULT_RADIUS_M = 5_000
MAX_RADIUS_M = 100_000

# One wrong letter in a word of five leaves half of its trigrams; PostgreSQL's own 0.6 wants more.
LEAST_SIMILARITY = 0.4

NEAREST_FIRST = ["distance_m", "id"]

LATITUDE = ("latitude", 90)
LONGITUDE = ("longitude", 180)
# How the schema says it: plain decimals within the bounds.
PATTERNS = {
    90: r"[+-]?(90(\.0{0,20})?|[0-8]?[0-9](\.[0-9]{0,20})?)",
    180: r"[+-]?(180(\.0{0,20})?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]{0,20})?)",
}


class DegreesField(serializers.Field):
    """Degrees separated by commas, each within its bounds: `40.7,-73.9`."""

    default_error_messages = {
        "count": "Give {names}, separated by commas.",
        "invalid": "The {name} is not a number.",
        "range": "The {name} is outside -{limit} to {limit}.",
    }
    MAX_NUMBER_LENGTH = 40

    def __init__(self, *parts: tuple[str, int], **kwargs: Any) -> None:
        self.parts = parts
        super().__init__(**kwargs)
        pattern = ",".join(PATTERNS[limit] for _, limit in parts)
        set_override(self, "field", {"type": "string", "pattern": f"^{pattern}$"})

    def to_internal_value(self, data: str) -> list[float]:
        texts = data.split(",")
        if len(texts) != len(self.parts):
            self.fail("count", names=", ".join(name for name, _ in self.parts))
        return [
            self._degrees(text.strip(" "), name, limit)
            for text, (name, limit) in zip(texts, self.parts, strict=True)
        ]

    def _degrees(self, text: str, name: str, limit: int) -> float:
        if len(text) > self.MAX_NUMBER_LENGTH or not NUMBER.fullmatch(text):
            self.fail("invalid", name=name)
        value = float(text)
        if not -limit <= value <= limit:
            self.fail("range", name=name, limit=limit)
        return value


class PlaygroundSearchSerializer(serializers.Serializer):
    """The filters of the list of playgrounds; all may be combined."""

    near = DegreesField(
        LATITUDE,
        LONGITUDE,
        required=False,
        help_text="`latitude,longitude` in degrees: what is around this point, nearest first.",
    )
    radius_m = FiniteFloatField(
        min_value=1,
        max_value=MAX_RADIUS_M,
        required=False,
        help_text=f"How far around `near`, in metres along the ground; {DEFAULT_RADIUS_M:,} if left out.",
    )
    bbox = DegreesField(
        LONGITUDE,
        LATITUDE,
        LONGITUDE,
        LATITUDE,
        required=False,
        help_text="`west,south,east,north` in degrees: a map's window, its edges included. "
        "West greater than east crosses the antimeridian.",
    )
    q = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="Name or place, typing errors forgiven; closest first unless `near` is given.",
    )

    def validate_bbox(self, box: list[float]) -> dict[str, float]:
        """By name, the right way up."""
        west, south, east, north = box
        if south > north:
            raise serializers.ValidationError("South is north of north.")
        return {"west": west, "south": south, "east": east, "north": north}

    def validate_near(self, near: list[float]) -> Point:
        latitude, longitude = near
        return Point(longitude, latitude, srid=4326)

    def validate_q(self, text: str) -> str:
        """Something to compare, spelt as stored names are; nothing at all is no filter."""
        text = normalize("NFC", text)
        if text and not any(letter.isalnum() for letter in text):
            raise serializers.ValidationError("There is no letter and no digit to search for.")
        return text

    def validate(self, attrs: dict) -> dict:
        if "radius_m" in attrs and "near" not in attrs:
            raise serializers.ValidationError({"near": ["radius_m needs a point: near."]})
        return attrs


def search(places: PlaygroundQuerySet, asked: dict) -> tuple[PlaygroundQuerySet, list[str]]:
    """The places that fit, and their order: nearest, else closest in name, else newest first."""
    ordering = ["-id"]  # UUIDv7: the order of creation
    if "bbox" in asked:
        places = places.in_box(**asked["bbox"])
    if text := asked.get("q"):
        places, ordering = places.matching(text), ["-rank", "-id"]
    if "near" in asked:
        places = places.within(asked["near"], asked.get("radius_m", DEFAULT_RADIUS_M))
        ordering = NEAREST_FIRST
    return places, ordering


@contextmanager
def forgiving_typos() -> Iterator[None]:
    """Inside, `PlaygroundQuerySet.matching` finds words with one wrong letter, by its index."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)",
            [str(LEAST_SIMILARITY)],
        )
        yield
