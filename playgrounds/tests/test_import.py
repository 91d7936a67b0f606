import pytest

from playgrounds.importing.datasets import UnknownDataset
from playgrounds.importing.rows import Unreadable
from playgrounds.models import Playground
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, point
from playgrounds.tests.files import (
    NEW_YORK,
    SQUARE,
    counts,
    feature,
    geojson,
    read,
    reasons,
    table,
)

pytestmark = pytest.mark.django_db


def test_a_mapped_dog_park_becomes_a_playground():
    tags = {
        "barrier": "fence",
        "lit": "yes",
        "drinking_water": "yes",
        "surface": "grass",
        "access": "permissive",
        "wheelchair": "designated",
        "opening_hours": "24/7",
        "addr:street": "Mühlweg",
        "addr:housenumber": "3",
        "addr:city": "Salzburg",
        "description": "Groß und  schattig",
    }

    report = read(geojson(feature("Hundewiese  Liefering ", **tags)))

    assert counts(report) == (1, 0, 0, 0)
    made = Playground.objects.get()
    assert made.name == "Hundewiese Liefering"
    assert made.place == "Mühlweg 3, Salzburg"
    assert made.features == ["fenced", "off_leash", "water", "lights", "accessible"]
    assert made.description.splitlines() == [
        "Groß und schattig",
        "Surface: grass",
        "Opening hours: 24/7",
        "Access: permissive",
    ]
    assert made.location.coords == (13.05, 47.8)
    assert (made.source, made.source_id) == ("openstreetmap", "node/1")
    assert made.attribution == "© OpenStreetMap contributors, ODbL 1.0"
    assert made.created_by is None


def test_running_it_again_changes_nothing():
    text = geojson(*[feature(f"Park {n}", id=f"way/{n}") for n in range(1200)])

    assert counts(read(text)) == (1200, 0, 0, 0)
    before = list(Playground.objects.order_by("id").values())
    assert counts(read(text)) == (0, 0, 1200, 0)
    assert list(Playground.objects.order_by("id").values()) == before


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Neuer Name"},
        {"surface": "sand"},
        {"barrier": "fence"},
        {"addr:city": "Hallein"},
        {"geometry": {"type": "Point", "coordinates": [13.05, 47.80000001]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_changes_its_playground_and_keeps_who_likes_it(change):
    read(geojson(feature(), feature("Other", id="node/2")))
    changed = Playground.objects.get(source_id="node/1")
    favorite = FavoriteFactory(playground=changed)

    report = read(geojson(feature(**change), feature("Other", id="node/2")))

    assert counts(report) == (0, 1, 1, 0)
    updated = Playground.objects.get(source_id="node/1")
    assert updated.pk == changed.pk == favorite.playground_id
    assert updated.updated_at > changed.updated_at
    assert updated.search_text == f"{updated.name} {updated.place}".lower()
    assert counts(read(geojson(feature(**change), feature("Other", id="node/2"))))[1] == 0


def test_rows_gone_from_the_file_are_told_and_kept():
    PlaygroundFactory(name="Added by hand", location=point(47.8, 13.05))
    read(geojson(*[feature(f"Park {n}", id=f"way/{n}") for n in range(3)]))

    report = read(geojson(feature("Park 0", id="way/0"), feature(None, id="way/1")))

    assert counts(report) == (0, 0, 1, 1)
    assert (report.gone.count, report.gone.examples) == (1, ["way/2 Park 2"])
    assert Playground.objects.count() == 4


def test_an_extract_says_nothing_about_other_areas():
    read(geojson(feature("Salzburg", id="way/1")))
    vienna = {"type": "Point", "coordinates": [16.4, 48.2]}

    report = read(geojson(feature("Wien", id="way/2", geometry=vienna)))

    assert (report.added, report.gone.count) == (1, 0)


def test_what_is_no_place_to_meet_is_skipped_with_the_reason():
    report = read(
        geojson(
            feature("Park"),
            feature("Vet", id="node/2", leisure=None, amenity="veterinary"),
            feature("Toilet", id="node/3", leisure=None, amenity="dog_toilet"),
            feature("Shop", id="node/4", leisure=None, shop="pet"),
            feature(None, id="node/5", leisure=None, barrier="gate"),
            feature("Mine", id="node/6", access="private"),
            feature("No dogs", id="node/7", leisure="playground", dog="no"),
            feature(None, id="node/8"),
            feature("N/A", id="node/9", leisure="playground"),
            feature("Park again", id="node/1"),
            feature("Way", id="way/9", geometry={"type": "LineString", "coordinates": SQUARE}),
            feature("Bare", id="way/10", leisure=None),
        )
    )

    assert reasons(report) == {
        "not a place to meet: amenity=veterinary": 1,
        "not a place to meet: amenity=dog_toilet": 1,
        "not a place to meet: shop=pet": 1,
        "not a place to meet: barrier=gate": 1,
        "not a place to meet: no such tag": 1,
        "not open to the public: access=private": 1,
        "dogs are not allowed: dog=no": 1,
        "no name": 2,
        "the same id again": 1,
        "neither a point nor an area: LineString": 1,
    }
    assert Playground.objects.get().name == "Park"
    assert report.skipped["no name"].examples == ["row 8 node/8", "row 9 node/9"]


def test_a_dog_park_without_a_name_is_called_by_its_street():
    report = read(
        geojson(
            feature(None, fence_type="chain_link", **{"addr:street": "Mühlweg"}),
            feature("unnamed", id="node/2", **{"addr:place": "Au", "addr:city": "Hallein"}),
        )
    )

    assert report.added == 2
    made = Playground.objects.order_by("source_id").values_list("name", flat=True)
    assert list(made) == ["Dog park, Mühlweg", "Dog park, Au, Hallein"]
    assert Playground.objects.get(source_id="node/1").features == ["fenced", "off_leash"]


def test_a_citys_table_is_known_by_its_columns():
    rows = [
        NEW_YORK,
        NEW_YORK | {"system_id": "", "accessible": "", "location": ""},
        NEW_YORK | {"system_id": "", "accessible": "", "location": ""},
        NEW_YORK | {"system_id": "X2", "latitude": ""},
        NEW_YORK | {"system_id": "X3", "latitude": "", "longitude": ""},
        NEW_YORK | {"system_id": "X4", "latitude": "140.8"},
        NEW_YORK | {"system_id": "X5", "name": " UNKNOWN "},
        NEW_YORK | {"system_id": "a place and more " * 11},
        NEW_YORK | {"system_id": "a place and more " * 12},
    ]

    report = read(table(*rows), "playgrounds.csv")

    assert counts(report) == (3, 0, 0, 6)
    assert reasons(report) == {
        "the id is too long": 1,
        "the same place again, without an id": 1,
        "invalid coordinates": 1,
        "no coordinates": 1,
        "coordinates off the globe": 1,
        "no name": 1,
    }
    made = Playground.objects.get(source_id="X121-CPA-0001")
    assert (made.source, made.attribution) == ("nyc-playgrounds", "NYC Parks, via NYC Open Data")
    assert made.place == "Bradford Ave. bet. La Salle Ave. and Waterbury Ave., Bronx"
    assert made.description == "Rules: Adults Allowed"
    assert made.features == ["accessible"]
    assert made.location.coords == (-73.830912, 40.8378546)
    assert counts(read(table(*rows), "playgrounds.csv")) == (0, 0, 3, 6)


def test_new_yorks_dog_runs_are_fenced_and_off_the_leash():
    run = feature(
        "Union Square Park Dog Run",
        id="M089-DOGAREA0027",
        geometry={"type": "Polygon", "coordinates": [SQUARE]},
        leisure=None,
        system="M089-DOGAREA0027",
        propertyname="Union Square Park",
        borough="M",
        gispropnum="M089",
    )
    without_id = feature("Landing Lights", id=None, leisure=None, borough="Q")

    report = read(geojson(run, without_id))

    assert counts(report) == (2, 0, 0, 0)
    made = Playground.objects.get(source_id="M089-DOGAREA0027")
    assert made.source == "nyc-dog-runs"
    assert made.features == ["fenced", "off_leash"]
    assert made.place == "Union Square Park, Manhattan"


def test_other_tables_need_a_name_and_a_credit():
    text = "Title;LAT;Lng;Adresse;ID\nParc;48,85;2,35;Rue;7\n;48,85;2,35;;8\n\n;;;;\n"

    for options in ({}, {"source": "paris"}, {"attribution": "Ville de Paris"}):
        with pytest.raises(UnknownDataset, match="--source"):
            read(text, "parcs.csv", **options)
    report = read(text, "parcs.csv", source="paris", attribution="Ville de Paris, ODbL")

    assert reasons(report) == {"no name": 1}
    made = Playground.objects.get()
    assert (made.name, made.source_id) == ("Parc", "7")
    assert made.location.coords == (2.35, 48.85)


def test_a_given_credit_outranks_the_known_one():
    report = read(geojson(feature()), source="osm-salzburg", attribution="© OSM, by way of us")

    assert report.source == "osm-salzburg"
    assert Playground.objects.get().attribution == "© OSM, by way of us"


def test_a_dry_run_counts_and_writes_nothing():
    read(geojson(feature()))

    report = read(geojson(feature("New name"), feature(id="node/2")), dry_run=True)

    assert counts(report) == (1, 1, 0, 0)
    assert Playground.objects.get().name == "Hundewiese"


def test_a_file_that_breaks_off_late_changes_nothing():
    text = geojson(*[feature(f"Park {n}", id=f"way/{n}") for n in range(1200)])

    with pytest.raises(Unreadable):
        read(text[: -len(text) // 10])

    assert not Playground.objects.exists()


def test_text_that_postgresql_cannot_hold_is_cleaned():
    dirty = feature("a\x00b\ud800c\x1b\u2028d " + "x" * 300, description="y" * 5000)

    read(geojson(dirty, feature("O\u0308d", id="node/2")))

    assert Playground.objects.get(source_id="node/2").name == "Öd"
    made = Playground.objects.get(source_id="node/1")
    assert made.name.startswith("a bc d xxx")
    assert made.name.endswith("…")
    assert (len(made.name), len(made.description)) == (200, 2000)


def test_dirty_features_are_skipped_one_by_one():
    report = read(
        geojson(
            feature(),
            5,
            None,
            {},
            {"properties": [1], "geometry": 3},
            feature({"a": 1}, id="node/2"),
            feature("x", id="x" * 300, leisure="park"),
            copyright="openstreetmap",
        )
    )

    assert (report.read, report.added, report.skipped_count) == (7, 2, 5)
