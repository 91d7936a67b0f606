"""The grid that places are snapped to, so that nobody can be tracked down.

Bands of 0.01° of latitude; in each, cells whose step in longitude is stretched by 1/cos of the
band's centre, so that they are about 1.1 km on a side everywhere and tile the circle without a
seam. Only the centre of a cell is ever stored, compared or shown.
"""

import math
from typing import NamedTuple

from django.contrib.gis.geos import Point

from pupmatch.lib.geo import distance_m

BANDS_PER_DEGREE = 100
BANDS = 180 * BANDS_PER_DEGREE
# Somebody at rest near an edge stays in one cell although their GPS wanders by some 15 m.
STICKY_M = 100.0


class Cell(NamedTuple):
    """A cell: its band, counted from the south pole, and its number, counted from 180° W."""

    band: int
    number: int

    @property
    def south(self) -> float:
        """The band's southern edge, in degrees."""
        return self.band / BANDS_PER_DEGREE - 90

    @property
    def north(self) -> float:
        """The band's northern edge, in degrees."""
        return (self.band + 1) / BANDS_PER_DEGREE - 90

    @property
    def step(self) -> float:
        """The width of the cell, in degrees of longitude."""
        return 360 / cells_in_band(self.band)

    @property
    def west(self) -> float:
        """The western edge, in degrees."""
        return self.number * self.step - 180

    @property
    def centre(self) -> Point:
        """The only point of the cell that is ever told."""
        longitude = self.west + self.step / 2
        return Point(longitude, _centre_latitude(self.band), srid=4326)

    def nearest_point(self, point: Point) -> Point:
        """The point of the cell that is nearest to `point`, whichever side of 180° either is on."""
        east_of_west = (point.x - self.west) % 360
        latitude = point.y
        if east_of_west > self.step:
            # Outside: the nearer of the two edges, the short way around the circle.
            beyond_east, beyond_west = east_of_west - self.step, 360 - east_of_west
            east_of_west = self.step if beyond_east < beyond_west else 0.0
            latitude = _foot_latitude(point.y, min(beyond_east, beyond_west))
        latitude = min(max(latitude, self.south), self.north)
        longitude = (self.west + east_of_west + 180) % 360 - 180
        return Point(longitude, latitude, srid=4326)


def _foot_latitude(latitude: float, longitude_apart: float) -> float:
    """Where a perpendicular from a point meets a meridian so many degrees away, on the sphere.

    Near the poles that is far from the point's own latitude.
    """
    north = math.sin(math.radians(latitude))
    along = math.cos(math.radians(latitude)) * math.cos(math.radians(longitude_apart))
    return math.degrees(math.atan2(north, along))


def _centre_latitude(band: int) -> float:
    return (band + 0.5) / BANDS_PER_DEGREE - 90


def cells_in_band(band: int) -> int:
    """N = max(1, floor(36000 · cos(centre))): how many cells tile the band's circle."""
    return max(
        1, math.floor(360 * BANDS_PER_DEGREE * math.cos(math.radians(_centre_latitude(band))))
    )


def cell_of(point: Point) -> Cell:
    """The cell that a point is in; the poles and the antimeridian have one too."""
    return cell_at(point.y, point.x)


def cell_at(latitude: float, longitude: float) -> Cell:
    """The cell at these degrees."""
    band = min(BANDS - 1, math.floor((latitude + 90) * BANDS_PER_DEGREE))
    return Cell(band, number_in(band, longitude))


def number_in(band: int, longitude: float) -> int:
    """The number of the cell of this band at so many degrees."""
    count = cells_in_band(band)
    return math.floor((longitude + 180) / 360 * count) % count


def cells_around(point: Point, metres: float) -> list[Cell]:
    """Its cell, and the neighbours that are no farther from it than that."""
    band = cell_of(point).band
    around = {
        Cell(other, (number_in(other, point.x) + step) % cells_in_band(other))
        for other in range(max(0, band - 1), min(BANDS, band + 2))
        for step in (-1, 0, 1)
    }
    return [cell for cell in around if distance_m(cell.nearest_point(point), point) <= metres]


def snap(point: Point, current: Point | None = None) -> Point:
    """The cell centre that stands for `point`.

    `current`, the centre stored so far, stays while the point is within 100 m of its cell.
    """
    cell = cell_of(point)
    if current is not None:
        so_far = cell_of(current)
        if so_far == cell or distance_m(so_far.nearest_point(point), point) <= STICKY_M:
            return so_far.centre
    return cell.centre
