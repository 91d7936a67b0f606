import json

import pytest

from playgrounds.importing import osm
from playgrounds.importing.geometry import point_of
from playgrounds.importing.readers import CHUNK, GeoJSONReader
from playgrounds.importing.rows import Skip, Unreadable, clean
from playgrounds.models import Playground
from playgrounds.tests.files import (
    NEW_YORK,
    SQUARE,
    feature,
    geojson,
    opened,
    read,
    table,
)

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("nothing", [None, "", " - ", "N/A", "unknown", True, [], {}, "\x00"])
def test_placeholders_say_nothing(nothing):
    assert clean(nothing) == ""


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
