import csv
import io
import json
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from playgrounds.importing import osm
from playgrounds.importing.datasets import UnknownDataset
from playgrounds.importing.geometry import point_of
from playgrounds.importing.readers import CHUNK, GeoJSONReader
from playgrounds.importing.rows import Skip, Unreadable, clean
from playgrounds.importing.service import AlreadyRunning, import_file
from playgrounds.models import Playground
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, point

SQUARE = [[13.0, 47.0], [13.0, 47.2], [13.2, 47.2], [13.2, 47.0], [13.0, 47.0]]


def feature(name="Hundewiese", *, id="node/1", geometry=None, **tags):
    tags = {"leisure": "dog_park", "name": name} | tags
    return {
        "type": "Feature",
        "id": id,
        "properties": {key: value for key, value in tags.items() if value is not None},
        "geometry": geometry or {"type": "Point", "coordinates": [13.05, 47.8]},
    }


def geojson(*features, **members):
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)})


def opened(content):
    raw = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def read(content, name="parks.geojson", **options):
    return import_file(text=opened(content), name=name, **options)


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def counts(report):
    return (report.added, report.changed, report.unchanged, report.skipped_count)


def reasons(report):
    return {reason: tally.count for reason, tally in report.skipped.items()}


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


HOLE = [[13.05, 47.05], [13.05, 47.15], [13.15, 47.15], [13.15, 47.05], [13.05, 47.05]]
BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [SQUARE]},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
        {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]},
        {"type": "Polygon", "coordinates": [[[x, y, 400.5] for x, y in SQUARE]]},
    ],
)
def test_an_area_becomes_a_point_that_lies_on_it(geometry):
    longitude, latitude = point_of(geometry)

    assert 13.0 <= longitude <= 13.2
    assert 47.0 <= latitude <= 47.2
    if len(geometry["coordinates"]) == 2 and geometry["type"] == "Polygon":
        assert not (13.05 < longitude < 13.15 and 47.05 < latitude < 47.15)


def test_even_an_area_that_crosses_itself_has_a_point():
    longitude, latitude = point_of({"type": "Polygon", "coordinates": [BOW_TIE]})

    assert 0 < longitude < 1
    assert 0 < latitude < 1


@pytest.mark.requirement("R8.6")
@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no coordinates"),
        ({}, "no coordinates"),
        ("POINT(1 2)", "no coordinates"),
        ({"type": "Point", "coordinates": []}, "no coordinates"),
        ({"type": "Point", "coordinates": [0, 0]}, "no coordinates"),
        ({"type": "Point", "coordinates": [1]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": "13,47"}, "invalid coordinates"),
        ({"type": "Point", "coordinates": ["13", "47"]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [True, 1]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [None, 1]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [float("nan"), 1]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [1, float("inf")]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [10**400, 1]}, "invalid coordinates"),
        ({"type": "Point", "coordinates": [1e308, 1]}, "coordinates off the globe"),
        ({"type": "Point", "coordinates": [1458000, 6080000]}, "coordinates off the globe"),
        ({"type": "Point", "coordinates": [1, -90.1]}, "coordinates off the globe"),
        ({"type": "Polygon", "coordinates": [1, 2]}, "invalid coordinates"),
        ({"type": "Polygon", "coordinates": [[1, 2]]}, "invalid coordinates"),
        ({"type": "Polygon", "coordinates": [[]]}, "unusable area"),
        ({"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]}, "unusable area"),
        (
            {"type": "Polygon", "coordinates": [[*SQUARE[:2], [1e308, 1]]]},
            "coordinates off the globe",
        ),
        ({"type": "MultiPolygon", "coordinates": [5]}, "invalid coordinates"),
        ({"type": "MultiPolygon", "coordinates": 5}, "unusable area"),
        ({"type": "Circle", "coordinates": [1]}, "neither a point nor an area: Circle"),
        ({"type": ["x"], "coordinates": [1]}, "neither a point nor an area: ['x']"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_no_place_on_earth_says_why(geometry, reason):
    with pytest.raises(Skip, match=f"^{reason.replace('[', chr(92) + '[')}"):
        point_of(geometry)


NEW_YORK = {
    "name": "Bufano Park",
    "borough": "X",
    "location": "Bradford Ave. bet. La Salle Ave. and Waterbury Ave.",
    "longitude": "-73.830912",
    "latitude": "40.8378546",
    "accessible": "true",
    "accessibility_level": "Not Applicable",
    "rules": "Adults Allowed",
    "gis_prop_num": "X121",
    "system_id": "X121-CPA-0001",
    "community_board": "210",
}


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


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("", "x.geojson", "breaks off"),
        ("[]", "x.geojson", "not GeoJSON"),
        ("{}", "x.geojson", "no features"),
        ('{"type": "Topology"}', "x.geojson", "no features"),
        (geojson(feature())[:-30], "x.geojson", "breaks off|not GeoJSON"),
        (geojson(feature()).replace('"name"', "name"), "x.geojson", "not GeoJSON"),
        ('{"features": [' + "[" * 100_000, "x.geojson", "nested"),
        (geojson(feature("Größe")).encode("utf-16"), "x.geojson", "UTF-8"),
        (geojson(feature("Größe")).encode("utf-16"), "x", "UTF-8"),
        ("name;x\nÄ;1".encode("latin-1"), "x.csv", "UTF-8"),
        ("", "x.csv", "no columns"),
        ("name,place\na,b", "x.csv", "no columns"),
        ("name,lat,lon\n" + "x" * 200_000 + ",1,2", "x.csv", "field larger"),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_says_so_and_changes_nothing(text, name, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read(text, name, source="s", attribution="a")

    assert not Playground.objects.exists()


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


@pytest.mark.parametrize("nothing", [None, "", " - ", "N/A", "unknown", True, [], {}, "\x00"])
def test_placeholders_say_nothing(nothing):
    assert clean(nothing) == ""


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


def test_the_id_of_a_mapped_thing_has_many_spellings():
    for row in (
        {"id": "way/12"},
        {"properties": {"@id": "way/12"}},
        {"properties": {"type": "way", "id": 12}},
        {"properties": {"osm_type": "way", "osm_id": "12"}},
    ):
        (read_row,) = GeoJSONReader(opened(geojson(row)))
        assert osm.id_of(read_row) == "way/12"
    (unknown,) = GeoJSONReader(opened(geojson({"id": 12})))
    assert osm.id_of(unknown) == ""


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_is_read_piece_by_piece(indent):
    features = [feature("ä" * n, id=n, number=n / 7) for n in range(0, 3 * CHUNK, CHUNK // 3)]
    whole = {"a": 1.5, "type": "FeatureCollection", "features": features, "z": [1, {"b": None}]}
    reader = GeoJSONReader(opened(json.dumps(whole, indent=indent, ensure_ascii=False)))

    rows = list(reader)

    assert [row.properties for row in rows] == [each["properties"] for each in features]
    assert reader.members == {"a": 1.5, "type": "FeatureCollection", "z": [1, {"b": None}]}


def test_a_single_feature_is_a_file_too():
    assert read(json.dumps(feature())).added == 1


@pytest.mark.parametrize("name", ["parks", "PARKS.GEOJSON", "parks.json"])
def test_a_file_is_known_by_its_name_or_its_beginning(name):
    assert read(b"\xef\xbb\xbf \n" + geojson(feature()).encode(), name).added == 1
    assert read(table(NEW_YORK), "table").added == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_data_set_is_imported_once_at_a_time(in_parallel):
    def slowly(text):
        def others():
            connections.close_all()
            with pytest.raises(AlreadyRunning):
                read(text)

        outcome = []
        read(text, progress=lambda: outcome or outcome.append(in_parallel(others)))
        return outcome[0]

    assert slowly(geojson(feature())) == [None]


def test_the_command_reports_in_words(tmp_path, capsys):
    file = tmp_path / "salzburg.geojson"
    file.write_text(geojson(feature(), *[feature(None, id=f"node/{n}") for n in range(2, 7)]))

    for _ in range(2):
        call_command("import_playgrounds", str(file))

    assert capsys.readouterr().out.splitlines() == [
        "openstreetmap, credited to: © OpenStreetMap contributors, ODbL 1.0",
        "6 read: 1 added, 0 changed, 0 as before, 5 skipped",
        "  skipped, no name: 5 (row 2 node/2, row 3 node/3, row 4 node/4, …)",
        "openstreetmap, credited to: © OpenStreetMap contributors, ODbL 1.0",
        "6 read: 0 added, 0 changed, 1 as before, 5 skipped",
        "  skipped, no name: 5 (row 2 node/2, row 3 node/3, row 4 node/4, …)",
    ]
    file.write_text(geojson(feature(id="node/99")))
    call_command("import_playgrounds", str(file), dry_run=True)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "1 read: 1 added, 0 changed, 0 as before, 0 skipped (dry run: nothing was written)",
        "  no longer in the file, kept: 1 (node/1 Hundewiese)",
    ]


def test_the_command_refuses_in_words(tmp_path):
    run = partial(call_command, "import_playgrounds")
    (tmp_path / "other.csv").write_text("name,lat,lon\na,1,2\n")

    with pytest.raises(CommandError, match="No such file"):
        run(str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match=r"other\.csv: .*--attribution"):
        run(str(tmp_path / "other.csv"))
    with pytest.raises(CommandError, match="at most 60"):
        run(str(tmp_path / "other.csv"), source="x" * 61, attribution="y")
