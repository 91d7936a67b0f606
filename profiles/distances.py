"""How distances are spoken of: in whole units, rounded up, never closer than two."""

import math
from typing import Any, TypedDict

from django.db.models import Func

from profiles.choices import DistanceUnit
from pupmatch.lib.documents.expressions import Json

CLOSEST_TOLD = 2
ABBREVIATIONS = {DistanceUnit.MILES: "mi", DistanceUnit.KILOMETERS: "km"}
# The same in SQL.
METRES = " ".join(f"WHEN '{unit}' THEN {unit.metres}::float8" for unit in DistanceUnit)
SHORT = " ".join(f"WHEN '{unit}' THEN '{text}'" for unit, text in ABBREVIATIONS.items())


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


class Spoken(Func):
    """What `spoken` says of metres and a unit, as a document; null without metres."""

    output_field = Json()
    told = f"greatest({CLOSEST_TOLD}, ceil(told.metres / CASE told.unit {METRES} END)::integer)"
    template = (
        "(SELECT CASE WHEN told.metres IS NOT NULL THEN json_build_object("  # noqa: S608 # nosec (no input)
        f"'value', {told}, 'unit', told.unit,"
        f" 'text', concat('within ', {told}, ' ', CASE told.unit {SHORT} END)) END"
        " FROM (SELECT %(expressions)s) AS told (metres, unit))"
    )

    def __init__(self, metres: Any, unit: Any) -> None:
        super().__init__(metres, unit)


def convert(value: float, *, from_unit: str, to_unit: str) -> float:
    """A distance in another unit, exactly (1 mile = 1,609.344 m)."""
    return value * DistanceUnit(from_unit).metres / DistanceUnit(to_unit).metres
