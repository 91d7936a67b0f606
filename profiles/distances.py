"""How distances are spoken of: in whole units, rounded up, never closer than two."""

import math
from typing import TypedDict

from profiles.choices import DistanceUnit

CLOSEST_TOLD = 2
ABBREVIATIONS = {DistanceUnit.MILES: "mi", DistanceUnit.KILOMETERS: "km"}


class SpokenDistance(TypedDict):
    """A distance as the API tells it."""

    value: int
    unit: str
    text: str


def spoken(metres: float, unit: str) -> SpokenDistance:
    """A distance in the viewer's unit, such as 3 km for 2,001 to 3,000 metres."""
    chosen = DistanceUnit(unit)
    value = max(CLOSEST_TOLD, math.ceil(metres / chosen.metres))
    return {"value": value, "unit": chosen.value, "text": f"within {value} {ABBREVIATIONS[chosen]}"}


def convert(value: float, *, from_unit: str, to_unit: str) -> float:
    """A distance in another unit, exactly (1 mile = 1,609.344 m)."""
    return value * DistanceUnit(from_unit).metres / DistanceUnit(to_unit).metres
