import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import UserFactory
from playgrounds.models import Favorite, Feature, Playground
from playgrounds.search import forgiving_typos
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, point

pytestmark = pytest.mark.django_db


def names(places):
    return [place.name for place in places]


def refused(constraint, **fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PlaygroundFactory(**fields)


@pytest.mark.requirement("R9.1")
def test_a_playground_keeps_name_coordinates_and_description():
    PlaygroundFactory(
        name="The Rocky Run", description="Steep.", location=point(40.8507, -73.9400187)
    )

    kept = Playground.objects.get()

    assert (kept.name, kept.description) == ("The Rocky Run", "Steep.")
    assert kept.location.coords == (-73.9400187, 40.8507)


def moved_to(playground, expression):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE playgrounds_playground SET location = {expression}::geography")
    playground.refresh_from_db()


@pytest.mark.requirement("R8.6", "P10", "P12")
@pytest.mark.parametrize(
    "expression",
    [
        "'POINT(NaN NaN)'",
        "'POINT(0 NaN)'",
        "'POINT(NaN 0)'",
        "'POINT EMPTY'",
        "ST_MakePoint('Infinity', 0)",
        "ST_MakePoint(0, '-Infinity')",
    ],
)
def test_the_table_refuses_what_is_no_point_on_the_globe(expression):
    playground = PlaygroundFactory()

    with pytest.raises(IntegrityError, match="playground_on_the_globe"):
        moved_to(playground, expression)


@pytest.mark.requirement("P10", "P12")
@pytest.mark.parametrize("point_text", ["POINT(200 0)", "POINT(0 91)", "POINT(1e308 -1e308)"])
def test_what_a_hand_writes_past_the_checks_stays_on_the_globe(point_text):
    playground = PlaygroundFactory()

    moved_to(playground, f"'{point_text}'")

    assert abs(playground.location.x) <= 180
    assert abs(playground.location.y) <= 90


def test_the_corners_of_the_globe_are_on_it():
    for longitude in (-180, 0, 180):
        for latitude in (-90, 0, 90):
            PlaygroundFactory(location=point(latitude, longitude))

    assert Playground.objects.count() == 9


def test_the_table_refuses_what_no_playground_is():
    refused("playground_has_a_name", name="")
    refused("playground_has_a_name", name="  ")
    refused("playground_description_length", description="x" * 2001)
    refused("playground_features_known", features=["fenced", "sauna"])
    refused("playground_source_has_id", source="openstreetmap")
    refused("playground_source_has_id", source_id="way/1")
    refused(
        "playground_added_or_imported", source="osm", source_id="way/1", created_by=UserFactory()
    )
    PlaygroundFactory(description="x" * 2000, features=Feature.values)


def test_a_data_set_has_each_place_once():
    PlaygroundFactory(source="openstreetmap", source_id="way/1")
    PlaygroundFactory(source="nyc-dog-runs", source_id="way/1")

    refused("playground_once_per_source", source="openstreetmap", source_id="way/1")


def test_places_that_people_add_need_no_id():
    PlaygroundFactory.create_batch(2)

    assert Playground.objects.count() == 2


@pytest.mark.requirement("R9.3")
def test_a_favorite_is_one_once():
    favorite = FavoriteFactory()

    with pytest.raises(IntegrityError, match="favorite_once"), transaction.atomic():
        FavoriteFactory(user=favorite.user, playground=favorite.playground)


def test_a_playground_outlives_the_account_of_whoever_added_it():
    creator = UserFactory()
    playground = PlaygroundFactory(created_by=creator)
    FavoriteFactory(user=creator, playground=playground)

    creator.delete()

    playground.refresh_from_db()
    assert playground.created_by is None
    assert not Favorite.objects.exists()


@pytest.mark.requirement("R9.2", "R8.2")
def test_within_knows_the_shape_of_the_earth():
    # A degree of longitude is 111,319.5 m at the equator and 55,800.1 m at 60°.
    for latitude in (0, 60):
        PlaygroundFactory(name=str(latitude), location=point(latitude, 1))

    assert names(Playground.objects.within(point(0, 0), 111_320)) == ["0"]
    assert names(Playground.objects.within(point(0, 0), 111_319)) == []
    assert names(Playground.objects.within(point(60, 0), 55_801)) == ["60"]
    assert names(Playground.objects.within(point(60, 0), 55_799)) == []


@pytest.mark.requirement("R9.2")
def test_within_crosses_the_antimeridian_and_the_poles():
    PlaygroundFactory(name="Fiji", location=point(-17, -179.99))
    PlaygroundFactory(name="Pole", location=point(89.99, 100))

    assert names(Playground.objects.within(point(-17, 179.99), 3_000)) == ["Fiji"]
    assert names(Playground.objects.within(point(89.99, -80), 3_000)) == ["Pole"]


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((-74, 40, -73, 41), {"New York"}),
        ((170, -20, -170, -10), {"Fiji", "180", "-180"}),
        ((170, -20, 180, -10), {"180", "-180"}),
        ((-180, -20, -170, -10), {"180", "-180", "Fiji"}),
        ((-180, -90, 180, 90), {"New York", "Fiji", "180", "-180", "Pole", "Null"}),
        ((-180, 80, 180, 90), {"Pole"}),
        ((0, 0, 0, 0), {"Null"}),
        ((-73.9911, 40.7359, -73.9911, 40.7359), {"New York"}),
        ((-73.99, 40, -73, 41), set()),
        ((10, 10, 20, 20), set()),
    ],
)
def test_a_box_has_its_edges_and_crosses_the_antimeridian(box, inside):
    PlaygroundFactory(name="New York")
    PlaygroundFactory(name="Fiji", location=point(-17, -179.99))
    PlaygroundFactory(name="180", location=point(-15, 180))
    PlaygroundFactory(name="-180", location=point(-15, -180))
    PlaygroundFactory(name="Pole", location=point(90, 0))
    PlaygroundFactory(name="Null", location=point(0, 0))
    west, south, east, north = map(float, box)

    found = Playground.objects.in_box(west=west, south=south, east=east, north=north)

    assert set(names(found)) == inside


def test_a_box_is_exact_where_its_index_is_not():
    # The index keeps single precision: at 13° it takes points a metre apart for one.
    PlaygroundFactory(location=point(47.8, 13.0500001))
    PlaygroundFactory(location=point(47.8000001, 13))

    found = Playground.objects.in_box(west=13.0, south=47.0, east=13.05, north=47.8)

    assert not found.exists()


@pytest.mark.requirement("R9.5")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tompkins", ["Tompkins Square Park"]),
        ("TOMKINS", ["Tompkins Square Park"]),
        ("Tompknis Sqare", ["Tompkins Square Park"]),
        ("square", ["Union Square", "Tompkins Square Park"]),
        ("avenue a", ["Tompkins Square Park"]),
        ("hundewiese", ["Hundewiese Öd"]),
        ("ÖD", ["Hundewiese Öd"]),
        ("wiese", ["Hundewiese Öd"]),
        ("hunde", ["Hundewiese Öd"]),
        ("50%", ["50% Park"]),
        ("公園", ["犬の 公園"]),
        ("un", ["Union Square"]),
        ("zeppelin", []),
    ],
)
def test_names_and_places_are_found_in_spite_of_typing_errors(text, found):
    PlaygroundFactory(name="Tompkins Square Park", place="Avenue A, Manhattan")
    PlaygroundFactory(name="Union Square", place="Broadway, Manhattan")
    PlaygroundFactory(name="Hundewiese Öd", place="Salzburg")
    PlaygroundFactory(name="50% Park")
    PlaygroundFactory(name="犬の 公園")

    with forgiving_typos():
        assert names(Playground.objects.matching(text).order_by("-rank", "-id")) == found


def test_the_figures_of_a_page_are_those_of_each_row():
    viewer, other = UserFactory.create_batch(2)
    liked, others, ignored = PlaygroundFactory.create_batch(3)
    FavoriteFactory(user=viewer, playground=liked)
    FavoriteFactory(user=other, playground=liked)
    FavoriteFactory(user=other, playground=others)

    seen = {each.pk: each for each in Playground.objects.for_viewer(viewer)}

    assert (seen[liked.pk].is_favorite, seen[liked.pk].favorites_count) == (True, 2)
    assert (seen[others.pk].is_favorite, seen[others.pk].favorites_count) == (False, 1)
    assert (seen[ignored.pk].is_favorite, seen[ignored.pk].favorites_count) == (False, 0)


def scans(places):
    with connection.cursor() as cursor:
        sql, params = places.query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.requirement("R9.2", "R9.5")
def test_searches_start_at_an_index():
    viewer = UserFactory()
    Playground.objects.bulk_create(
        PlaygroundFactory.build(
            name=f"{word} Park {n}", location=Point(n % 360 - 180, n / 100 - 50, srid=4326)
        )
        for n, word in enumerate(["Willow", "Cedar", "Harbor", "Maple", "Prospect"] * 2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE playgrounds_playground")
    seen = Playground.objects.for_viewer(viewer)

    near = scans(seen.within(point(40, -74), 10_000).order_by("distance_m", "id")[:21])
    assert "playgrounds_playground_location" in near
    with forgiving_typos():
        named = scans(seen.matching("Zamboni").order_by("-rank", "-id")[:21])
    assert "playground_by_text" in named
    box = {"west": -75.0, "south": 40.0, "east": -73.0, "north": 41.0}
    on_map = scans(seen.in_box(**box).order_by("-id")[:21])
    assert "playground_on_the_map" in on_map
    newest = scans(seen.order_by("-id")[:21])
    assert "Index Scan Backward using playgrounds_playground_pkey" in newest
    for plan in (near, named, on_map, newest):
        assert "Seq Scan on playgrounds_playground" not in plan
