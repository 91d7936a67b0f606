"""What holds for all inputs."""

import math

import pytest
from django.contrib.gis.geos import Point
from hypothesis import assume, example, given
from hypothesis import strategies as st

from accounts.tests.factories import UserFactory
from playgrounds.models import Playground
from playgrounds.search import PlaygroundSearchSerializer
from playgrounds.tests.factories import PlaygroundFactory
from pupmatch.lib.geo import distance_m

pytestmark = pytest.mark.django_db

# The seams of the globe are where mistakes live, so they are drawn as often as all the rest.
longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, -179.999, -0.0, 0.0, 179.999, 180.0])
latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, -89.999, 0.0, 89.999, 90.0])
points = st.tuples(longitudes, latitudes)


def stored(places):
    Playground.objects.all().delete()
    rows = [PlaygroundFactory.build(location=Point(*place, srid=4326)) for place in places]
    return Playground.objects.bulk_create(rows)


def is_inside(place, west, south, east, north):
    longitude, latitude = place
    # 180° and -180° are one meridian.
    alike = {180.0, -180.0} if abs(longitude) == 180 else {longitude}
    if west <= east:
        return south <= latitude <= north and any(west <= each <= east for each in alike)
    return south <= latitude <= north and any(each >= west or each <= east for each in alike)


@pytest.mark.requirement("R9.2")
@given(places=st.lists(points, max_size=8), edges=st.tuples(points, points))
@example(places=[(180.0, 0.0), (-180.0, 0.0)], edges=((180.0, 0.0), (-180.0, 0.0)))
def test_a_box_holds_what_lies_between_its_edges(places, edges):
    (west, south), (east, north) = edges
    south, north = sorted((south, north))
    expected = {
        row.pk
        for row, place in zip(stored(places), places, strict=True)
        if is_inside(place, west, south, east, north)
    }

    found = Playground.objects.in_box(west=west, south=south, east=east, north=north)

    assert {row.pk for row in found} == expected


@pytest.mark.requirement("R9.2", "R8.2")
@given(
    here=points,
    steps=st.lists(st.tuples(st.floats(-1.3, 1.3), st.floats(-1.3, 1.3)), max_size=8),
    radius=st.floats(1, 100_000),
)
def test_within_holds_what_is_near_enough_and_tells_how_near(here, steps, radius):
    places = [around(here, step) for step in steps]
    rows = stored(places)
    centre = Point(*here, srid=4326)
    exact = {row.pk: distance_m(centre, row.location) for row in rows}
    # A millimetre is less than what either side rounds away.
    assume(all(abs(metres - radius) > 0.001 for metres in exact.values()))

    found = {row.pk: row.distance_m for row in Playground.objects.within(centre, radius)}

    assert set(found) == {pk for pk, metres in exact.items() if metres <= radius}
    for pk, metres in found.items():
        assert metres == pytest.approx(exact[pk], abs=1e-6)


def around(here, step):
    """A place about as far away as radii reach, over the antimeridian or a pole if need be."""
    longitude, latitude = here
    east, north = step
    latitude = max(-90.0, min(90.0, latitude + north))
    stretched = east / max(0.01, math.cos(math.radians(latitude)))
    return math.remainder(longitude + stretched, 360), latitude


@pytest.mark.requirement("R9.2")
@given(places=st.lists(points, min_size=1, max_size=12), here=points, limit=st.integers(1, 5))
def test_pages_by_distance_are_the_whole_list_once(client_for, places, here, limit):
    # Doubled, so that some distances are equal.
    stored(places * 2)
    centre = Point(*here, srid=4326)
    wanted = Playground.objects.within(centre, 100_000).order_by("distance_m", "id")
    expected = [str(row.pk) for row in wanted]
    longitude, latitude = here
    client = client_for(UserFactory())
    url = "/api/v1/playgrounds"
    query = {"near": f"{latitude!r},{longitude!r}", "radius_m": 100_000, "limit": limit}

    page = client.get(url, query).json()
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]

    assert seen == expected


@pytest.mark.requirement("R8.6", "R12.5")
@given(
    asked=st.dictionaries(
        st.sampled_from(["near", "bbox", "radius_m", "q"]),
        st.text(max_size=30)
        | st.lists(st.floats().map(repr) | st.text("0123456789.e-+", max_size=9), max_size=5).map(
            ",".join
        ),
    )
)
def test_whatever_is_asked_is_understood_or_refused(asked):
    form = PlaygroundSearchSerializer(data=asked)

    if form.is_valid():
        understood = form.validated_data
        if "near" in understood:
            assert abs(understood["near"].x) <= 180
            assert abs(understood["near"].y) <= 90
        if "bbox" in understood:
            assert all(math.isfinite(edge) for edge in understood["bbox"].values())
        assert 1 <= understood.get("radius_m", 1) <= 100_000
    else:
        assert set(form.errors) <= {"near", "bbox", "radius_m", "q"}
