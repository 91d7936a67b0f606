import math
import random

import pytest
from django.contrib.gis.geos import Point
from geographiclib.geodesic import Geodesic
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.cells import BANDS, Cell, cell_at, cell_of, cells_in_band, snap
from pupmatch.lib.geo import distance_m

pytestmark = pytest.mark.requirement("R8.1")

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
CELLS = st.integers(0, BANDS - 1).flatmap(
    lambda band: st.builds(Cell, st.just(band), st.integers(0, cells_in_band(band) - 1))
)
# A millionth of a millimetre: what double precision leaves open at an edge.
EDGE = 1e-11


def at(latitude, longitude):
    return Point(longitude, latitude, srid=4326)


def anywhere():
    return st.builds(at, LATITUDES, LONGITUDES)


@pytest.mark.parametrize(
    ("latitude", "count"),
    [(0.005, 35999), (47.615, 24267), (60.005, 17997), (-89.995, 3), (89.995, 3)],
)
def test_as_many_cells_as_the_band_is_long(latitude, count):
    band = cell_of(at(latitude, 0)).band
    assert cells_in_band(band) == count
    assert count == max(1, math.floor(36000 * math.cos(math.radians(latitude))))


@given(anywhere())
@example(at(90, 0))
@example(at(-90, 180))
@example(at(0, 180))
@example(at(0, -180))
@example(at(47.61, -122.33))
@example(at(-5e-324, -5e-324))
def test_every_point_is_in_its_cell(point):
    cell = cell_of(point)
    assert cell.south - EDGE <= point.y <= cell.north + EDGE
    east_of_west = (point.x - cell.west) % 360
    assert east_of_west <= cell.step + EDGE or east_of_west >= 360 - EDGE


@given(CELLS)
@example(Cell(0, 0))
@example(Cell(BANDS - 1, 2))
def test_the_cells_of_a_band_tile_the_circle_without_a_seam(cell):
    count = cells_in_band(cell.band)
    assert math.isclose(count * cell.step, 360)
    following = Cell(cell.band, (cell.number + 1) % count)
    seam = (cell.west + cell.step - following.west) % 360
    assert min(seam, 360 - seam) < EDGE
    assert abs(Cell(cell.band + 1, 0).south - cell.north) < EDGE


@given(CELLS)
@example(Cell(0, 0))
@example(Cell(BANDS - 1, 0))
@example(Cell(BANDS // 2, 0))
def test_every_cell_is_about_1100_metres_on_a_side(cell):
    centre = cell.centre
    height = distance_m(at(cell.south, centre.x), at(cell.north, centre.x))
    assert 1105 < height < 1117
    # Along the band's middle; the way along a parallel is made of short steps.
    step = cell.step / 100
    width = 100 * distance_m(at(centre.y, cell.west), at(centre.y, cell.west + step))
    assert 1105 < width < 1175


@given(CELLS)
def test_a_centre_stands_for_its_own_cell_and_is_its_middle(cell):
    assert cell_of(cell.centre) == cell
    assert cell.centre.y == pytest.approx((cell.south + cell.north) / 2)
    assert cell.centre.x == pytest.approx(cell.west + cell.step / 2)


def test_a_cell_by_hand():
    """Seattle: band 47.61° to 47.62°, cos 47.615° = 0.67411, so 24,267 cells of 0.0148350°."""
    centre = snap(at(47.6123, -122.3399))
    assert centre.y == pytest.approx(47.615)
    # The middle of number 3,886 from 180° W, counted from 0.
    assert centre.x == pytest.approx(-180 + 3886.5 * 360 / 24267)


@pytest.mark.requirement("P10", "P12")
@given(anywhere(), st.none() | CELLS)
@example(at(90, 180), Cell(0, 0))
def test_snapping_stays_on_the_globe_and_does_nothing_twice(point, cell):
    centre = snap(point, current=cell and cell.centre)
    assert -90 <= centre.y <= 90
    assert -180 <= centre.x <= 180
    assert snap(centre) == centre
    assert snap(centre, current=centre) == centre
    assert snap(point, current=centre) == centre


@given(CELLS, st.floats(0, 1), st.sampled_from("NESW"), st.floats(0, 300))
@example(Cell(BANDS - 1, 0), 0.5, "E", 90.0)
@example(Cell(BANDS - 1, 0), 0.9, "E", 90.0)
@example(Cell(BANDS - 1, 0), 0.999, "W", 300.0)
@example(Cell(0, 2), 0.01, "E", 95.0)
@example(Cell(BANDS // 2, 0), 0.5, "W", 95.0)
@example(Cell(BANDS // 2, 35998), 0.5, "E", 105.0)
def test_a_hundred_metres_beyond_the_edge_are_still_the_same_place(cell, along, side, metres):
    start = on_the_edge(cell, along, side)
    azimuth = {"N": 0, "E": 90, "S": 180, "W": 270}[side]
    end = Geodesic.WGS84.Direct(*start, azimuth, metres)
    point = at(end["lat2"], end["lon2"])
    # Measured to a dense sample of the edges, so that the code's own formula is not asked.
    edges = [on_the_edge(cell, n / 50, each) for each in "NESW" for n in range(51)]
    nearest = min(haversine_m((point.y, point.x), edge) for edge in (start, *edges))
    if cell_of(point) == cell or nearest < 98:
        assert snap(point, current=cell.centre) == cell.centre
    elif nearest > 103:
        assert snap(point, current=cell.centre) == cell_of(point).centre


def on_the_edge(cell, along, side):
    latitude = {"N": cell.north, "S": cell.south}.get(side, cell.south + along * 0.01)
    longitude = {"W": cell.west, "E": cell.west + cell.step}.get(
        side, cell.west + along * cell.step
    )
    return min(latitude, 90.0), longitude


def haversine_m(a, b):
    (lat1, lon1), (lat2, lon2) = (map(math.radians, each) for each in (a, b))
    h = math.sin((lat2 - lat1) / 2) ** 2
    h += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_009 * math.asin(math.sqrt(h))


def fixes(rng, number):
    """A phone at rest somewhere around Seattle, with 15 m of noise in either direction."""
    latitude, longitude = rng.uniform(47.4, 47.8), rng.uniform(-122.5, -122.1)
    north, east = 15 / 111_200, 15 / (111_300 * math.cos(math.radians(latitude)))
    return [(rng.gauss(latitude, north), rng.gauss(longitude, east)) for _ in range(number)]


def test_a_thousand_people_at_rest_stay_in_one_cell_each_for_two_hundred_fixes():
    rng = random.Random(7)
    at_an_edge = 0
    for _ in range(1000):
        first, *others = fixes(rng, 200)
        place = snap(at(*first))
        beyond = [fix for fix in others if cell_at(*fix) != cell_at(*first)]
        assert {snap(at(*fix), current=place) for fix in beyond} <= {place}
        at_an_edge += bool(beyond)
    # The noise does cross edges: without the 100 m these would have moved.
    assert at_an_edge > 100
