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
        """The point of the cell that is nearest to `point` (in degrees, on either side of 180°)."""
        east_of_west = (point.x - self.west) % 360
        if east_of_west > self.step:
            # Outside: the nearer of the two edges, the short way around the circle.
            east_of_west = self.step if east_of_west - self.step < 360 - east_of_west else 0.0
        latitude = min(max(point.y, self.south), self.south + 1 / BANDS_PER_DEGREE)
        longitude = (self.west + east_of_west + 180) % 360 - 180
        return Point(longitude, latitude, srid=4326)


def _centre_latitude(band: int) -> float:
    return (band + 0.5) / BANDS_PER_DEGREE - 90


def cells_in_band(band: int) -> int:
    """N = max(1, floor(36000 · cos(centre))): how many cells tile the band's circle."""
    return max(1, math.floor(360 * BANDS_PER_DEGREE * math.cos(math.radians(_centre_latitude(band)))))


def cell_of(point: Point) -> Cell:
    """The cell that a point is in; the poles and the antimeridian have one too."""
    band = min(BANDS - 1, math.floor((point.y + 90) * BANDS_PER_DEGREE))
    count = cells_in_band(band)
    return Cell(band, math.floor((point.x + 180) / 360 * count) % count)


def snap(point: Point, current: Point | None = None) -> Point:
    """The cell centre that stands for `point`.

    `current`, the centre stored so far, stays while the point is within 100 m of its cell.
    """
    if current is not None:
        cell = cell_of(current)
        if distance_m(cell.nearest_point(point), point) <= STICKY_M:
            return cell.centre
    return cell_of(point).centre
