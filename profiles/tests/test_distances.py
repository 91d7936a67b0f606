from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.distances import convert, spoken
from profiles.models import Preferences, Profile
from profiles.querysets import shown_location
from profiles.tests.factories import ProfileFactory, place
from pupmatch.lib.geo import Metres, distance_m

POINTS = st.builds(
    lambda latitude, longitude: Point(longitude, latitude, srid=4326),
    st.floats(-90, 90),
    st.floats(-180, 180),
)


@pytest.mark.requirement("P8", "R8.2")
@given(POINTS, POINTS)
def test_the_way_there_is_as_long_as_the_way_back(a, b):
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)


@pytest.mark.django_db
@pytest.mark.requirement("R8.2", "P8")
@pytest.mark.parametrize(
    ("here", "there", "metres"),
    [
        # Geodesics on the WGS 84 ellipsoid, by GeographicLib's GeodSolve.
        ((0, 0), (0, 1), 111319.49),
        ((0, 0), (1, 0), 110574.39),
        ((47.61, -122.33), (47.61, -122.33), 0),
        ((40.6, -73.8), (49.01666667, 2.55), 5853226.26),
        ((0, 179.9), (0, -179.9), 22263.90),
        ((90, 0), (89.99, 120), 1116.94),
    ],
)
def test_distances_are_geodesic_here_and_in_the_database(here, there, metres):
    a, b = (Point(longitude, latitude, srid=4326) for latitude, longitude in (here, there))
    assert distance_m(a, b) == pytest.approx(metres, abs=0.01)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_Distance(%s::geography, %s::geography)", [a.ewkt, b.ewkt])
        assert cursor.fetchone()[0] == pytest.approx(distance_m(a, b), abs=1e-6)


@pytest.mark.requirement("R8.3")
@pytest.mark.parametrize(
    ("metres", "unit", "value", "text"),
    [
        (0, "kilometers", 2, "within 2 km"),
        (2000, "kilometers", 2, "within 2 km"),
        (2000.001, "kilometers", 3, "within 3 km"),
        (3000, "kilometers", 3, "within 3 km"),
        (3219, "miles", 3, "within 3 mi"),
        (3218, "miles", 2, "within 2 mi"),
        (20_003_931, "miles", 12430, "within 12430 mi"),
    ],
)
def test_distances_are_told_in_whole_units_never_below_two(metres, unit, value, text):
    assert spoken(metres, unit) == {"value": value, "unit": unit, "text": text}


@pytest.mark.requirement("P9")
@given(st.integers(100, 50_000).map(lambda hundredths: hundredths / 100))
@example(500)
@example(1)
def test_miles_to_kilometres_and_back_is_the_identity_within_rounding(miles):
    kilometres = convert(miles, from_unit="miles", to_unit="kilometers")
    assert convert(kilometres, from_unit="kilometers", to_unit="miles") == pytest.approx(miles)
    stored = round(kilometres, 2)
    assert round(convert(stored, from_unit="kilometers", to_unit="miles"), 2) == pytest.approx(
        miles, abs=0.01
    )


@pytest.mark.requirement("R8.4", "R8.3")
def test_the_largest_distance_in_metres():
    assert Preferences(max_distance=Decimal("2.50")).max_distance_m == pytest.approx(4023.36)
    metric = Preferences(max_distance=Decimal("2.50"), distance_unit="kilometers")
    assert metric.max_distance_m == 2500


@pytest.mark.django_db
@pytest.mark.requirement("R8.4", "R10.2", "R4.1")
class TestShownWithin:
    @pytest.fixture
    def now(self):
        return timezone.now()

    def found(self, radius_m, at):
        return set(Profile.objects.shown_within(place(), radius_m, at))

    def test_the_radius_is_geodesic_and_includes_its_edge(self, now):
        near = ProfileFactory(location=place(47.65))
        ProfileFactory(location=None)
        metres = distance_m(place(), near.location)
        assert self.found(metres + 0.001, timezone.now()) == {near}
        assert self.found(metres - 0.001, timezone.now()) == set()

    def test_it_crosses_the_antimeridian(self, now):
        near = ProfileFactory(location=place(0, -179.95))
        found = Profile.objects.shown_within(place(0, 179.95), 15_000, timezone.now())
        assert list(found) == [near]

    def test_others_see_the_place_before_the_move_until_it_shows(self, now):
        """And `location_shown_at` and `shown_location` say the same."""
        dog = ProfileFactory(
            location=place(10),
            previous_location=place(),
            location_shows_at=now + timedelta(minutes=45),
        )
        before, then = now + timedelta(minutes=44), now + timedelta(minutes=45)
        assert (self.found(2000, before), self.found(2000, then)) == ({dog}, set())
        for at, expected in ((before, place()), (then, place(10))):
            assert dog.location_shown_at(at) == expected
            row = Profile.objects.annotate(metres=Metres(shown_location(at), place())).get()
            assert row.metres == pytest.approx(distance_m(expected, place()), abs=1e-6)

    def test_a_place_that_is_not_shown_yet_is_nowhere(self, now):
        dog = ProfileFactory(location_shows_at=now + timedelta(minutes=45))
        assert dog.location_shown_at(now) is None
        assert self.found(20_100_000, now) == set()
