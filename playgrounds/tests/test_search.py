import logging
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playgrounds.models import Playground
from playgrounds.tests.asking import GEOJSON, URL, all_pages, names, pointers, refusal
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, point
from pupmatch.lib.geo import distance_m

pytestmark = pytest.mark.django_db

UNION_SQUARE = point(40.7359, -73.9911)


@pytest.mark.requirement("R9.2", "R8.2")
def test_what_is_near_comes_nearest_first_with_its_distance(client):
    for metres_east in (3_000, 0, 4_900, 5_200):
        PlaygroundFactory(
            name=str(metres_east), location=point(40.7359, -73.9911 + metres_east / 84_400)
        )

    response = client.get(URL, {"near": "40.7359,-73.9911"})

    assert names(response) == ["0", "3000", "4900"]  # 5 km unless told otherwise
    for each in response.json()["results"]:
        there = point(**each["location"])
        assert each["distance_m"] == pytest.approx(distance_m(UNION_SQUARE, there), abs=0.01)
    assert names(client.get(URL, {"near": "40.7359,-73.9911", "radius_m": "100000"}))[-1] == "5200"
    assert names(client.get(URL, {"near": " 40.7359, -73.9911 ", "radius_m": 1})) == ["0"]


@pytest.mark.requirement("R9.2")
@pytest.mark.parametrize("near", ["0,0", "90,0", "-90,180", "0,180", "0,-180", "-0.0,5e-7"])
def test_every_point_of_the_globe_may_be_asked_about(client, near):
    latitude, longitude = map(float, near.split(","))
    PlaygroundFactory(name="here", location=point(latitude, longitude))

    response = client.get(URL, {"near": near})

    assert names(response) == ["here"]
    assert response.json()["results"][0]["distance_m"] == pytest.approx(0, abs=0.1)


BAD_NUMBERS = [
    "",
    " ",
    "NaN",
    "inf",
    "-Infinity",
    "1e308",
    "1e400",
    "0x10",
    "1_0",
    "٤٠",
    "4" * 5000,
    "0." + "0" * 5000,
    "north",
    "1;2",
    "1.2.3",
    "--1",
]


@pytest.mark.requirement("R8.6", "R12.5")
@pytest.mark.parametrize("bad", [*BAD_NUMBERS, "181"], ids=lambda text: text[:8])
def test_bad_numbers_are_refused_before_a_point_is_made_of_them(client, bad):
    assert pointers(client.get(URL, {"near": f"{bad},0"})) == ["/near"]
    assert pointers(client.get(URL, {"near": f"0,{bad}"})) == ["/near"]
    for edge in range(4):
        box = ["1"] * 4
        box[edge] = bad
        assert pointers(client.get(URL, {"bbox": ",".join(box)})) == ["/bbox"]


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"near": "40"}, "/near"),
        ({"near": "1,2,3"}, "/near"),
        ({"near": "90.0001,0"}, "/near"),
        ({"near": "0,0", "radius_m": "0"}, "/radius_m"),
        ({"near": "0,0", "radius_m": "100000.1"}, "/radius_m"),
        ({"radius_m": "500"}, "/near"),
        ({"bbox": "1,2,3"}, "/bbox"),
        ({"bbox": "1,2,3,4,5"}, "/bbox"),
        ({"bbox": "0,10,1,9"}, "/bbox"),
        ({"q": "x" * 101}, "/q"),
        ({"q": "?!"}, "/q"),
        ({"limit": "51"}, "/limit"),
        ({"cursor": "forged"}, "/cursor"),
        *(({"near": "0,0", "radius_m": bad}, "/radius_m") for bad in BAD_NUMBERS),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_makes_no_sense_is_pointed_at(client, params, pointer):
    assert pointers(client.get(URL, params)) == [pointer]


def test_a_map_gets_what_is_in_its_window(client):
    PlaygroundFactory(name="Fiji", location=point(-17, -179.9))
    PlaygroundFactory(name="New York")

    assert names(client.get(URL, {"bbox": "-74,40,-73,41"})) == ["New York"]
    response = client.get(URL, {"bbox": "170,-20,-170,-10"})
    assert names(response) == ["Fiji"]
    assert response.json()["results"][0]["distance_m"] is None


@pytest.mark.requirement("R9.5")
def test_names_are_found_in_spite_of_typing_errors_the_closest_first(client):
    PlaygroundFactory(name="Washington Square Park", place="Fifth Avenue")
    PlaygroundFactory(name="Square", place="Nowhere")
    PlaygroundFactory(name="Dog run", place="Washington Heights")

    assert names(client.get(URL, {"q": "Washingtn Sqare"}))[0] == "Washington Square Park"
    assert names(client.get(URL, {"q": "square"})) == ["Square", "Washington Square Park"]
    assert names(client.get(URL, {"q": "heigths"})) == ["Dog run"]
    assert names(client.get(URL, {"q": "%washington_"})) != []
    assert len(names(client.get(URL, {"q": ""}))) == 3


@pytest.mark.requirement("R9.2", "R9.5")
def test_filters_narrow_each_other(client):
    PlaygroundFactory(name="Union Square", location=UNION_SQUARE)
    PlaygroundFactory(name="Union Square", location=point(37.788, -122.4074))
    PlaygroundFactory(name="Madison Square", location=point(40.742, -73.988))
    PlaygroundFactory(name="Cooper Park", location=point(40.716, -73.937))
    asked = {"near": "40.74,-73.99", "radius_m": 10_000}

    assert names(client.get(URL, asked)) == ["Madison Square", "Union Square", "Cooper Park"]
    assert names(client.get(URL, asked | {"q": "square"})) == ["Madison Square", "Union Square"]
    box = {"bbox": "-73.99,40,-73,41"}
    assert names(client.get(URL, asked | box)) == ["Madison Square", "Cooper Park"]
    assert names(client.get(URL, asked | box | {"q": "square"})) == ["Madison Square"]


def test_without_filters_the_newest_come_first(client):
    for name in "abc":
        PlaygroundFactory(name=name)

    assert names(client.get(URL)) == ["c", "b", "a"]


@pytest.mark.requirement("R9.2")
def test_pages_by_distance_are_complete_with_ties_and_new_rows(client):
    for step in range(15):
        # Four at each distance: one place twice, and its mirror images, whose distances are equal.
        for name, sign in (("a", 1), ("b", 1), ("c", -1), ("d", -1)):
            PlaygroundFactory(name=f"{step}{name}", location=point(0, sign * step * 0.0007123))
    expected = set(Playground.objects.values_list("name", flat=True))
    asked = {"near": "0,0", "radius_m": 50_000, "limit": 7}

    rows, pages = all_pages(client, URL, **asked)

    assert pages == 9
    assert [row["distance_m"] for row in rows] == sorted(row["distance_m"] for row in rows)
    assert len(rows) == 60
    assert {row["name"] for row in rows} == expected
    first = client.get(URL, asked).json()
    PlaygroundFactory(name="new", location=point(0, 0))
    second = client.get(first["next"]).json()
    assert second["results"] == rows[7:14]
    back = names(client.get(second["previous"]))
    assert back == [row["name"] for row in rows[1:4]] + ["new"] + [row["name"] for row in rows[4:7]]


@pytest.mark.requirement("R9.5")
@pytest.mark.parametrize("text", ["wilow", "wilow pk", "will", "parc willo"])
def test_pages_by_rank_are_complete_with_ties(client, text):
    for n in range(25):
        PlaygroundFactory(name=f"Willow Park {n % 3}", place="Main Street" * (n % 2))

    rows, pages = all_pages(client, URL, q=text, limit=4)

    assert (len(rows), len({row["id"] for row in rows}), pages) == (25, 25, 7)


def test_a_cursor_fits_its_own_order_only(client):
    PlaygroundFactory.create_batch(2, location=point(40.7, -73.9))

    link = client.get(URL, {"near": "40.7,-73.9001", "limit": 1}).json()["next"]

    cursor = link.split("cursor=")[1].split("&")[0]
    assert client.get(URL, {"near": "40.7,-73.9001", "limit": 1, "cursor": cursor}).json()[
        "results"
    ]
    assert pointers(client.get(URL, {"q": "dog", "cursor": cursor})) == ["/cursor"]


@pytest.mark.parametrize(
    "params",
    [{}, {"near": "40.7359,-73.9911"}, {"q": "dog run"}, {"bbox": "-74,40,-73,41"}],
    ids=["newest", "near", "q", "bbox"],
)
def test_a_page_costs_the_same_for_one_playground_and_for_twenty(client, user, params):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert names(client.get(URL, params))
        return len(queries)

    FavoriteFactory(user=user)
    for_one = cost()
    for playground in PlaygroundFactory.create_batch(19):
        FavoriteFactory.create_batch(2, playground=playground)

    assert cost() == for_one


def test_the_point_asked_about_is_in_no_log(client, caplog):
    caplog.set_level(logging.DEBUG)

    client.get(URL, {"near": "40.7351234,-73.9911234"})
    client.get(URL, {"near": "40.7351234,-73.9911234,1"})
    client.get(URL, {"bbox": "40.7351234,-73.9911234,1"})

    assert any("Bad Request" in record.getMessage() for record in caplog.records)
    # What the debugging of queries shows is off in production, and written nowhere by default.
    told = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert not [line for line in told if "7351234" in line]


# --- GeoJSON --------------------------------------------------------------------------------------


def test_maps_may_ask_for_geojson(client):
    PlaygroundFactory(name="Imported", source="osm", source_id="way/1", attribution="© somebody")
    PlaygroundFactory(
        name="Imported too", source="osm", source_id="way/2", attribution="© somebody"
    )
    PlaygroundFactory(name="Added", location=point(40.74, -73.98))
    asked = {"near": "40.7359,-73.9911", "limit": 2}

    response = client.get(URL, asked, headers=GEOJSON)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/geo+json"
    assert "Accept" in response["Vary"]
    page = response.json()
    assert page["type"] == "FeatureCollection"
    assert page["attribution"] == "© somebody"
    plain = client.get(URL, asked).json()
    for feature, row in zip(page["features"], plain["results"], strict=True):
        assert (feature["type"], feature["id"]) == ("Feature", row["id"])
        assert feature["geometry"] == {
            "type": "Point",
            "coordinates": [row["location"]["longitude"], row["location"]["latitude"]],
        }
        assert feature["properties"] == {
            key: value for key, value in row.items() if key not in ("id", "location")
        }
    following = client.get(page["next"], headers=GEOJSON).json()
    assert [each["properties"]["name"] for each in following["features"]] == ["Added"]


def test_a_page_without_anything_is_geojson_too(client):
    empty = client.get(URL, headers=GEOJSON).json()

    assert empty == {
        "type": "FeatureCollection",
        "attribution": "",
        "next": None,
        "previous": None,
        "features": [],
    }


def test_one_playground_is_a_feature(client):
    playground = PlaygroundFactory()

    feature = client.get(f"{URL}/{playground.pk}", headers=GEOJSON).json()

    assert (feature["type"], feature["id"]) == ("Feature", str(playground.pk))
    assert (
        client.put(f"{URL}/{playground.pk}/favorite", headers=GEOJSON).json()["type"] == "Feature"
    )
    assert client.delete(f"{URL}/{playground.pk}/favorite", headers=GEOJSON).content == b""


def test_refusals_stay_problems_for_maps(client):
    assert refusal(client.get(URL, {"near": "1"}, headers=GEOJSON))["code"] == "invalid"
    assert refusal(client.get(f"{URL}/{uuid4()}", headers=GEOJSON), 404)["code"] == "not_found"
    assert refusal(client.get(URL, headers={"accept": "text/html"}), 406)
