"""No number of the corpus reaches GEOS, which ends the process on some: not by files, nor by staff's forms.

That no request does, the corpus itself shows (`test_corpus.py`): near, bbox and every point are places
for numbers.
"""

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from playgrounds.importing.rows import Unreadable
from playgrounds.importing.service import import_file
from playgrounds.models import Playground
from playgrounds.tests.factories import PlaygroundFactory
from pupmatch.lib.admin.fields import PointField
from pupmatch.lib.tests.admin_pages import superuser
from tests.input.corpus.numbers import ROWS

pytestmark = pytest.mark.django_db

NUMBERS = [row.value for row in ROWS]
HERE = "[13.0, 47.8]"
SHAPES = {
    "point": '{"type": "Point", "coordinates": [N, 47.8]}',
    "height": '{"type": "Point", "coordinates": [13.0, 47.8, N]}',
    "area": '{"type": "Polygon", "coordinates": [[[13, 47], [N, 47], [13, N], [13, 47]]]}',
    "sliver": '{"type": "Polygon", "coordinates": [[[N, N], [N, N], [N, N], [N, N]]]}',
    "hole": '{"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 9]], [[1, N], [2, 1], [2, 2]]]}',
    "areas": '{"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [N, 1], [0, 0]]], [[[N, N]]]]}',
    "line": '{"type": "LineString", "coordinates": [[N, N], [1, 1]]}',
    "collection": '{"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [N, N]}]}',
}


def imported(text: str, name: str) -> None:
    """Read the file; that it cannot be read is one of the right answers."""
    try:
        import_file(text=StringIO(text), name=name, source="test", attribution="Nobody")
    except Unreadable:
        return


def is_on_the_globe(place: Playground) -> bool:
    return abs(place.location.x) <= 180 and abs(place.location.y) <= 90


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_of_any_numbers_makes_points_on_the_globe_or_none(shape):
    for number in NUMBERS:
        geometry = SHAPES[shape].replace("N", number)
        feature = f'{{"type": "Feature", "id": "1", "properties": {{"name": "Run"}}, "geometry": {geometry}}}'
        imported(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "a.geojson")
    assert all(map(is_on_the_globe, Playground.objects.all()))


def test_a_table_of_any_numbers_makes_points_on_the_globe_or_none():
    lines = [f"{json.dumps(number)};1;Run {place}" for place, number in enumerate(NUMBERS)]
    lines += [f"1;{json.dumps(number)};Run {place}" for place, number in enumerate(NUMBERS)]
    imported("\n".join(["latitude;longitude;name", *lines]), "a.csv")
    assert all(map(is_on_the_globe, Playground.objects.all()))


@pytest.mark.parametrize("depth", [1_000, 100_000])
def test_nested_coordinates_are_unreadable_or_no_place(depth):
    before = Playground.objects.count()
    geometry = f'{{"type": "Polygon", "coordinates": {"[" * depth}{"]" * depth}}}'
    feature = f'{{"type": "Feature", "properties": {{"name": "Run"}}, "geometry": {geometry}}}'
    imported(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "a.geojson")
    assert Playground.objects.count() == before


WKT = ["POINT(1e308 1e308)", "SRID=4326;POINT(1 NaN)", "((((" * 1_000]
GEOJSON = ['{"type":"Point","coordinates":[1e308,0]}', "[" * 5_000]


def test_staffs_field_makes_points_of_checked_numbers_alone():
    for text in [*NUMBERS, *WKT, *GEOJSON]:
        with suppress(ValidationError):
            made = PointField().clean([text, text])
            assert max(abs(made.x), abs(made.y)) <= 90, text


def test_staffs_form_takes_nothing_else():
    client, place = superuser(), PlaygroundFactory()
    page = reverse("admin:playgrounds_playground_change", args=[place.pk])
    for text in ["1e308", "NaN", *WKT, *GEOJSON]:
        # GeoDjango's own field would take the whole under the one name.
        names = ("location", "location_latitude", "location_longitude", "location_0", "location_1")
        answer = client.post(page, {"name": "Run", **dict.fromkeys(names, text)})
        assert answer.status_code == 200, text
    kept = place.location
    place.refresh_from_db()
    assert place.location == kept


@pytest.mark.parametrize(
    "lookup", ["location", "location__within", "location__dwithin", "location__contains"]
)
def test_staffs_lists_take_no_geometry(lookup):
    answer = superuser().get(
        reverse("admin:playgrounds_playground_changelist"), {lookup: "POINT(1e308 0)"}
    )
    assert answer.status_code == 400
