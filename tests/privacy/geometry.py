"""What an attacker reckons with: points, ways between them, and where some measured ways meet."""

import math
import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.contrib.gis.geos import Point
from geographiclib.geodesic import Geodesic

from profiles.cells import cell_of, snap
from pupmatch.lib.geo import distance_m

EARTH = Geodesic.WGS84


def point(latitude: float, longitude: float) -> Point:
    """In the order in which people say it."""
    return Point(longitude, latitude, srid=4326)


def towards(start: Point, azimuth: float, metres: float) -> Point:
    """Where one is after so many metres in a direction (degrees from north)."""
    end = EARTH.Direct(start.y, start.x, azimuth, metres)
    return point(end["lat2"], end["lon2"])


def somewhere(chance: random.Random) -> Point:
    """A point on land or sea where people could live, all over the globe."""
    return point(chance.uniform(-60, 68), chance.uniform(-180, 180))


def within_cell(centre: Point, chance: random.Random) -> Point:
    """Any point of the cell that has this centre, each as likely."""
    cell = cell_of(centre)
    while True:
        found = point(
            chance.uniform(cell.south, cell.north),
            (cell.west + chance.uniform(0, cell.step) + 180) % 360 - 180,
        )
        if snap(found) == centre:
            return found


class Clue(NamedTuple):
    """That the target is `metres` farther from `a` than from `b`; or, without `b`, that far from `a`."""

    a: Point
    b: Point | None
    metres: float

    def off(self, place: Point) -> float:
        """By how much it does not hold there."""
        return (
            distance_m(self.a, place) - (distance_m(self.b, place) if self.b else 0) - self.metres
        )


def meeting(clues: Sequence[Clue], guess: Point) -> Point:
    """The point that fits the clues best (Gauss-Newton, on the ellipsoid)."""
    for _ in range(12):
        north, east = towards(guess, 0, 1), towards(guess, 90, 1)
        rows = []
        for clue in clues:
            off = clue.off(guess)
            rows.append((clue.off(north) - off, clue.off(east) - off, off))
        step = _least_squares(rows)
        length = math.hypot(*step)
        guess = towards(guess, math.degrees(math.atan2(step[1], step[0])), min(length, 4000))
        if length < 0.01:
            break
    return guess


def _least_squares(rows: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    nn = sum(n * n for n, _, _ in rows)
    ne = sum(n * e for n, e, _ in rows)
    ee = sum(e * e for _, e, _ in rows)
    no = sum(n * o for n, _, o in rows)
    eo = sum(e * o for _, e, o in rows)
    determinant = nn * ee - ne * ne or 1e-12
    return -(no * ee - eo * ne) / determinant, -(eo * nn - no * ne) / determinant


def flip(
    is_beyond: Callable[[float], bool], low: float, high: float, *, to: float = 1.0
) -> float | None:
    """Where the answer turns from no to yes, to so many metres; None when it does not turn there."""
    if is_beyond(low) or not is_beyond(high):
        return None
    while high - low > to:
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return (low + high) / 2


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
