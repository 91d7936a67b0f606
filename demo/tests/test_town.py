import math
from random import Random

import pytest

from demo.town import KM_PER_DEGREE, City, Town, UnknownCity, find_city


@pytest.mark.parametrize(
    ("text", "country", "name", "code"),
    [
        ("Seattle", None, "Seattle", "US"),
        ("seattle", "us", "Seattle", "US"),
        ("Zurich", None, "Zürich", "CH"),
        ("NEW YORK CITY", None, "New York City", "US"),
        ("Big Apple", None, "New York City", "US"),
    ],
)
def test_a_city_is_found_however_it_is_spelt(text, country, name, code):
    city = find_city(text, country)
    assert (city.name, city.country) == (name, code)


def test_of_several_cities_the_largest_is_meant_unless_a_place_is_told():
    assert find_city("Cambridge").country == "GB"
    assert find_city("Cambridge, US").country == "US"
    assert find_city("Cambridge", "US") == find_city("Cambridge, MA")
    assert find_city("Springfield, OR").longitude < -120


def test_an_unknown_city_names_those_that_come_near():
    with pytest.raises(UnknownCity, match=r"Did you mean: Seattle, US"):
        find_city("Seatle")


def test_a_city_that_nothing_comes_near_is_refused_plainly():
    with pytest.raises(UnknownCity, match="There is no city called Qqqxyz in FR among"):
        find_city("Qqqxyz", "FR")


def far(city: City, place: tuple[float, float]) -> float:
    north = (place[0] - city.latitude) * KM_PER_DEGREE
    east = (place[1] - city.longitude) * KM_PER_DEGREE * math.cos(math.radians(city.latitude))
    return math.hypot(north, east)


def test_homes_gather_in_the_town_and_are_the_same_each_time():
    city = find_city("Seattle")
    town = Town(city, 1)
    homes = [town.home(Random(i)) for i in range(400)]
    assert homes == [Town(city, 1).home(Random(i)) for i in range(400)]
    assert homes != [Town(city, 2).home(Random(i)) for i in range(400)]
    distances = sorted(far(city, home) for home in homes)
    assert distances[-1] < 2.6 * town.radius
    assert 1 < distances[200] < town.radius


def test_a_town_has_a_dozen_playgrounds_or_more_in_its_quarters():
    town = Town(find_city("Salzburg"), 1)
    assert 12 <= len(town.spots) <= 20
    assert {spot.quarter for spot in town.spots} == {quarter.name for quarter in town.quarters}
    assert len({spot.name for spot in town.spots}) == len(town.spots)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(-18.1, 179.99), (0.0, -180.0), (89.95, 12.0), (-89.95, 0.0)]
)
def test_a_town_at_the_end_of_the_map_stays_on_it(latitude, longitude):
    town = Town(City("Edge", "XX", latitude, longitude, 500_000), 1)
    for seed in range(200):
        north, east = town.home(Random(seed))
        assert -90 <= north <= 90
        assert -180 <= east <= 180
