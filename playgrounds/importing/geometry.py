"""From GeoJSON coordinates to one point, by way of checked numbers only."""

from math import isfinite
from typing import Any

from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Point, Polygon

from playgrounds.importing.rows import Skip


def point_of(geometry: Any) -> tuple[float, float]:
    """Longitude and latitude: of a point itself, of an area a point that lies on it.

    A centroid may lie outside of a bent area; GEOS's point on the surface does not. Raises Skip.
    """
    if not isinstance(geometry, dict) or not geometry.get("coordinates"):
        raise Skip("no coordinates")
    kind, coordinates = geometry.get("type"), geometry["coordinates"]
    if kind == "Point":
        longitude, latitude = position(coordinates)
        if longitude == latitude == 0:
            raise Skip("no coordinates")  # 0°, 0° is what a missing place becomes on its way
        return longitude, latitude
    if kind == "Polygon":
        return _on_surface([coordinates])
    if kind == "MultiPolygon":
        return _on_surface(coordinates)
    raise Skip(f"neither a point nor an area: {str(kind)[:40]}")


def position(coordinates: Any) -> tuple[float, float]:
    """Longitude and latitude, checked; a height is left out. Raises Skip."""
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise Skip("invalid coordinates")
    longitude, latitude = (_degrees(value) for value in coordinates[:2])
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise Skip("coordinates off the globe")
    return longitude, latitude


def _degrees(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Skip("invalid coordinates")
    try:
        degrees = float(value)
    except OverflowError as error:
        raise Skip("invalid coordinates") from error
    if not isfinite(degrees):
        raise Skip("invalid coordinates")
    return degrees


def _on_surface(polygons: Any) -> tuple[float, float]:
    try:
        area: GEOSGeometry = MultiPolygon(
            [Polygon(*_rings(rings)) for rings in polygons], srid=4326
        )
        if not area.valid:
            area = area.make_valid()
        point = area.point_on_surface
    except (GEOSException, TypeError, ValueError) as error:
        raise Skip("unusable area") from error
    if not isinstance(point, Point) or point.empty:
        raise Skip("unusable area")
    return point.x, point.y


def _rings(rings: Any) -> list[list[tuple[float, float]]]:
    if not isinstance(rings, list) or not all(isinstance(ring, list) for ring in rings):
        raise Skip("invalid coordinates")
    return [_closed([position(corner) for corner in ring]) for ring in rings]


def _closed(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    # Some exports leave the repeated last corner out.
    return ring if ring[:1] == ring[-1:] else [*ring, ring[0]]
