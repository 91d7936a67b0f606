"""Distances and points, where neither a domain nor a viewer is known."""

from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import Point
from django.db.models import BooleanField, F, FloatField, Func, Value
from geographiclib.geodesic import Geodesic

METRES_PER_MILE = 1609.344  # exactly, since 1959


def distance_m(a: Point, b: Point) -> float:
    """Metres along the WGS 84 ellipsoid between two points (Karney 2013).

    PostGIS uses the same method, so both give the same figure to the nanometre.
    """
    return Geodesic.WGS84.Inverse(a.y, a.x, b.y, b.x, Geodesic.DISTANCE)["s12"]


def rounded(number: float, places: int) -> float:
    """Rounded to so many places.

    By plain arithmetic, which gives the very same number in SQL (`documents.expressions.Rounded`);
    Python's own `round(number, places)` differs from any of PostgreSQL's where it is close.
    """
    return round(number * 10.0**places) / 10.0**places


class Metres(Func):
    """Geodesic metres between a geography column (or expression) and a point, as a plain float."""

    function = "ST_Distance"
    output_field = FloatField()

    def __init__(self, column: Any, point: Any, **extra: Any) -> None:
        if isinstance(point, Point):
            point = Func(
                Value(point.x),
                Value(point.y),
                template="ST_SetSRID(ST_MakePoint(%(expressions)s), 4326)::geography",
                output_field=FloatField(),
            )
        super().__init__(column, point, **extra)


class OnTheGlobe(Func):
    """Whether a stored point lies on the globe.

    A geography column bends latitude 91 back to 89, so what people send is refused before; NaN and
    a point without coordinates it would keep.
    """

    template = (
        "ST_X(%(expressions)s::geometry) BETWEEN -180 AND 180"
        " AND ST_Y(%(expressions)s::geometry) BETWEEN -90 AND 90"
        " AND NOT ST_IsEmpty(%(expressions)s::geometry)"
    )
    output_field = BooleanField()


def on_the_globe(column: str) -> OnTheGlobe:
    """The condition of a check constraint on a point column; an absent point passes."""
    return OnTheGlobe(F(column))


class AsGeometry(Func):
    """A geography column as plain degrees, for boxes on a map."""

    template = "(%(expressions)s)::geometry"
    output_field = GeometryField(srid=4326)


class InBox(Func):
    """Whether a point lies in the box west, south, east, north (degrees), edges included."""

    template = "(%(expressions)s)"
    arg_joiner = " AND "
    output_field = BooleanField()

    def __init__(self, column: str, *box: float) -> None:
        west, south, east, north = box
        point = AsGeometry(column)
        envelope = Func(
            *(Value(edge) for edge in box),
            Value(4326),
            function="ST_MakeEnvelope",
            output_field=GeometryField(srid=4326),
        )
        super().__init__(
            # The index compares in single precision, so it finds a little more than is inside.
            _joined(" && ", point, envelope),
            _joined(" BETWEEN ", Func(point, function="ST_X"), _joined(" AND ", west, east)),
            _joined(" BETWEEN ", Func(point, function="ST_Y"), _joined(" AND ", south, north)),
        )


def _joined(operator: str, *operands: Any) -> Func:
    values = (Value(item) if isinstance(item, float) else item for item in operands)
    return Func(
        *values, template="%(expressions)s", arg_joiner=operator, output_field=BooleanField()
    )
