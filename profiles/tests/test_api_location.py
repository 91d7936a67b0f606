import json
import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles.cells import snap
from profiles.models import LocationMove, Profile
from profiles.tests.factories import ProfileFactory, picture, place, upload
from pupmatch.lib.fields import PointSerializer

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

URL = "/api/v1/me/location"
# A front door, written so that its digits are found wherever they turn up.
DOOR = {"latitude": 47.61234567, "longitude": -122.37654321}
DIGITS = ("61234567", "37654321")


@pytest.fixture
def profile():
    return ProfileFactory(location=None)


@pytest.fixture
def client(client_for, profile):
    return client_for(profile.user)


def point(degrees):
    return place(degrees["latitude"], degrees["longitude"])


def card(client, profile):
    return client.get(f"/api/v1/profiles/{profile.pk}").json()


def test_the_centre_of_the_area_is_answered_and_shown_to_the_owner(client, profile):
    centre = PointSerializer(point(DOOR)).data
    assert centre != DOOR
    response = client.put(URL, DOOR)
    assert (response.status_code, response.json()) == (200, centre)
    assert client.get("/api/v1/me/profile").json()["location"] == centre
    assert client.put(URL, centre).json() == centre
    assert client.delete(URL).status_code == 204
    assert client.get("/api/v1/me/profile").json()["location"] is None
    assert client.delete(URL).status_code == 204


@pytest.mark.requirement("R8.5")
def test_only_its_owner_moves_a_place(client, client_for, profile):
    client.put(URL, DOOR)
    before = Profile.objects.get(pk=profile.pk)
    stranger = client_for(ProfileFactory().user)
    stranger.put(URL, {"latitude": 1, "longitude": 1})
    stranger.delete(URL)
    for request in (client.get, client.patch, client.delete):
        request("/api/v1/me/pause")
    client.get("/api/v1/deck")
    client.get("/api/v1/playgrounds?near=10,10")
    client.post("/api/v1/me/photos", {"image": upload()}, format="multipart")
    after = Profile.objects.get(pk=profile.pk)
    assert (after.location, after.location_shows_at) == (before.location, before.location_shows_at)


@pytest.mark.parametrize(
    "degrees", [(90, 0), (-90, 0), (0, 180), (0, -180), (0, 0), (90, 180), (-90, -180), (-0.0, 0)]
)
def test_the_edges_of_the_globe_are_on_it(client, degrees):
    latitude, longitude = degrees
    response = client.put(URL, {"latitude": latitude, "longitude": longitude})
    assert (response.status_code, response.json()) == (
        200,
        PointSerializer(place(latitude, longitude)).data,
    )


@pytest.mark.requirement("R8.6", "R12.5", "P10", "P12")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"latitude": 90.0000001, "longitude": 0}', "/latitude"),
        ('{"latitude": -91, "longitude": 0}', "/latitude"),
        ('{"latitude": 0, "longitude": 180.0000001}', "/longitude"),
        ('{"latitude": 0, "longitude": -181}', "/longitude"),
        ('{"latitude": 1e308, "longitude": 0}', "/latitude"),
        ('{"latitude": 0, "longitude": -1e308}', "/longitude"),
        ('{"latitude": 1e999, "longitude": 0}', "/latitude"),
        ('{"latitude": 0, "longitude": -1e999}', "/longitude"),
        ('{"latitude": %s, "longitude": 0}' % ("9" * 400), "/latitude"),
        ('{"latitude": "NaN", "longitude": 0}', "/latitude"),
        ('{"latitude": "Infinity", "longitude": 0}', "/latitude"),
        ('{"latitude": "-inf", "longitude": 0}', "/latitude"),
        ('{"latitude": "47.6", "longitude": 0}', "/latitude"),
        ('{"latitude": "north", "longitude": 0}', "/latitude"),
        ('{"latitude": "", "longitude": 0}', "/latitude"),
        ('{"latitude": true, "longitude": 0}', "/latitude"),
        ('{"latitude": 0, "longitude": false}', "/longitude"),
        ('{"latitude": null, "longitude": 0}', "/latitude"),
        ('{"latitude": [47.6], "longitude": 0}', "/latitude"),
        ('{"latitude": {"degrees": 47}, "longitude": 0}', "/latitude"),
        ('{"latitude": 47.6}', "/longitude"),
        ('{"lat": 47.6, "longitude": 0}', "/latitude"),
        ('{"latitude": 47.6, "longitude": 0, "address": "1 Pike Pl"}', "/address"),
        ("{}", "/latitude"),
        ("[47.6, -122.3]", ""),
        ("null", ""),
    ],
)
@pytest.mark.parametrize("is_placed", [False, True])
def test_anything_but_two_numbers_on_the_globe_is_refused(
    client, profile, body, pointer, is_placed
):
    if is_placed:
        client.put(URL, DOOR)
    before = Profile.objects.filter(pk=profile.pk).values().get()
    response = client.put(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == pointer
    assert Profile.objects.filter(pk=profile.pk).values().get() == before


@pytest.mark.requirement("R8.6")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "+1", "0x10", "1_0", "٤٧"])
def test_what_is_no_json_is_refused(client, profile, number):
    body = f'{{"latitude": {number}, "longitude": 0}}'
    response = client.put(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert Profile.objects.get(pk=profile.pk).location is None


class TestOthers:
    """What another person's answers say, who lives next door."""

    @pytest.fixture
    def neighbour(self, client_for):
        return client_for(ProfileFactory(location=point(DOOR)).user)

    def test_a_first_place_shows_at_once_and_never_below_two(self, client, profile, neighbour):
        assert neighbour.get(f"/api/v1/profiles/{profile.pk}").status_code == 404
        client.put(URL, DOOR)
        near = card(neighbour, profile)["distance"]
        assert near == {"value": 2, "unit": "miles", "text": "within 2 mi"}

    def test_they_see_the_old_place_for_half_an_hour_to_one_and_a_half(self, client_for, neighbour):
        # Bound to one moment: a sign-in that is older than its token would end the test.
        profile = ProfileFactory(location=point(DOOR))
        client = client_for(profile.user)
        client.put(URL, {"latitude": 47.8, "longitude": -122.3})
        assert card(neighbour, profile)["distance"]["value"] == 2
        assert card(client, profile)["distance"]["value"] == 14
        now = timezone.now()
        Profile.objects.filter(pk=profile.pk).update(location_shows_at=now - timedelta(seconds=1))
        assert card(neighbour, profile)["distance"]["value"] == 14

    def test_without_a_place_on_either_side_there_is_no_distance(self, client, profile):
        other = ProfileFactory()
        assert card(client, other)["distance"] is None

    def test_no_card_holds_a_place(self, client, profile, neighbour):
        client.put(URL, DOOR)
        text = json.dumps(card(neighbour, profile))
        assert "latitude" not in text
        assert "location" not in text
        assert "birth_date" not in text


@pytest.mark.requirement("R12.3", "R12.4")
@pytest.mark.usefixtures("real_limits")
def test_a_seventh_move_within_an_hour_is_429(client, profile):
    client.put(URL, DOOR)
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for number in range(1, 7):
            assert client.put(URL, {"latitude": number, "longitude": 0}).status_code == 200
            clock.shift(timedelta(seconds=60))
        response = client.put(URL, {"latitude": 7, "longitude": 0})
        assert response.status_code == 429
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "too_many_moves"
        assert response["Retry-After"] == str(3600 - 6 * 60)
        assert client.put(URL, {"latitude": 6, "longitude": 0}).status_code == 200
    assert Profile.objects.get(pk=profile.pk).location == place(6, 0)


class TestTheRawPointIsNowhere:
    def everything_stored(self):
        """Every row of every table, as text."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(table_name) FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"SELECT row::text FROM {table} row")
                yield from (text for (text,) in cursor.fetchall())

    def test_neither_in_the_database_nor_in_logs_nor_in_answers(self, client, profile, caplog):
        for logger in ("", "django", "PIL"):
            caplog.set_level(logging.DEBUG, logger)
        # Captured statements are logged, too, with their parameters.
        with CaptureQueriesContext(connection):
            answers = [
                client.put(URL, DOOR),
                client.put(URL, {"latitude": 0, "longitude": 0}),
                client.put(URL, DOOR),
                client.put(URL, DOOR | {"address": "1 Pike Pl"}),
                client.put(URL, DOOR | {"longitude": 1e3 + DOOR["longitude"]}),
                client.get("/api/v1/me/profile"),
            ]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 400, 400, 200]
        seen = [
            caplog.text,
            *(answer.content.decode() + str(answer.headers) for answer in answers),
            *self.everything_stored(),
        ]
        assert "UPDATE" in caplog.text
        assert not any(digits in text for digits in DIGITS for text in seen)
        # Nor as the bytes of a geometry.
        exact = Point(DOOR["longitude"], DOOR["latitude"], srid=4326)
        assert snap(exact) == Profile.objects.get(pk=profile.pk).location
        tail = exact.hex.decode()[-32:]
        assert not any(tail in text for text in seen)

    def test_a_photo_with_its_place_is_never_written_to_a_temporary_file(
        self, client, profile, monkeypatch
    ):
        def refuse(*args, **kwargs):
            raise AssertionError("an upload was written to the disk")

        monkeypatch.setattr(TemporaryUploadedFile, "__init__", refuse)
        sent = {"image": upload(picture().ljust(10_485_760, b"\0"))}
        response = client.post("/api/v1/me/photos", sent, format="multipart")
        assert response.status_code == 201

    def test_a_move_is_kept_without_its_places(self, client, profile):
        client.put(URL, DOOR)
        client.put(URL, {"latitude": 0, "longitude": 0})
        assert set(LocationMove.objects.values().get()) == {"id", "profile_id", "created_at"}
