"""Where somebody exactly is, or looks for a playground, is kept nowhere: no row, no log, no digest."""

import hashlib
import json
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from pythonjsonlogger.json import JsonFormatter

from playgrounds.tests.factories import PlaygroundFactory, point
from profiles.tests.factories import ProfileFactory
from tests.privacy.world import PUT_PLACE

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

# A front door, written so that its digits are found wherever they turn up.
DOOR = {"latitude": 47.61234567, "longitude": -122.37654321}
NEAR = f"playgrounds?near={DOOR['latitude']},{DOOR['longitude']}"
DIGITS = ("61234567", "37654321")
# That a request was made, and when: not by whom it was asked what.
COUNTED = {"lib_requestcounter", "accounts_session"}


def everything_stored() -> Iterator[tuple[str, str]]:
    """Each table with all of its rows, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row::text FROM "{table}" row ORDER BY 1')
            yield table, "\n".join(text for (text,) in cursor.fetchall())


def spellings() -> list[str]:
    """The point as text, as a geometry, and as whatever a plain digest of the request would be."""
    exact = Point(DOOR["longitude"], DOOR["latitude"], srid=4326)
    bodies = [json.dumps(DOOR), json.dumps(DOOR, separators=(",", ":")), exact.wkt, exact.ewkt]
    asked = [json.dumps(["PUT", PUT_PLACE, DOOR], sort_keys=True)]
    asked += [json.dumps(["GET", f"/api/v1/{NEAR}", None])]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in (*bodies, *asked, NEAR)]
    return [*DIGITS, exact.hex.decode()[-32:].lower(), *digests]


@pytest.fixture
def client(client_for):
    return client_for(ProfileFactory(location=None).user)


@pytest.fixture
def logged(caplog):
    """Everything that is logged at DEBUG, as production writes it."""
    for name in ("", "django", "django.request", "pupmatch", "psycopg"):
        caplog.set_level(logging.DEBUG, name)
    console = logging._handlers["console"]  # type: ignore[attr-defined]  # by its name in LOGGING

    def text() -> str:
        # Statements are logged where DEBUG is on, which production refuses.
        records = [record for record in caplog.records if record.name != "django.db.backends"]
        assert all(console.filter(record) for record in records)
        return "\n".join(console.format(record) for record in records)

    return text


def assert_nowhere(*texts: str) -> None:
    """None of these holds the point in any spelling."""
    for text in texts:
        assert not [spelling for spelling in spellings() if spelling in text.lower()]


def test_a_place_that_is_set_leaves_no_trace(client, logged):
    for _ in range(2):
        answer = client.put(PUT_PLACE, DOOR, headers={"Idempotency-Key": "home"})
        assert answer.status_code == 200
    client.put(PUT_PLACE, DOOR | {"altitude": 3})
    client.put(f"{PUT_PLACE}?latitude={DOOR['latitude']}", DOOR)
    client.get("/api/v1/me/profile")
    client.get("/api/v1/deck")
    assert_nowhere(logged(), *(text for _, text in everything_stored()))


def test_a_search_around_a_point_leaves_no_trace_and_changes_nothing(client, logged):
    PlaygroundFactory(location=point(47.6, -122.37))
    client.get("/api/v1/playgrounds")
    before = dict(everything_stored())
    for asked in (NEAR, f"{NEAR}&q=run", f"{NEAR}&radius_m=9", f"{NEAR},1", f"{NEAR}&limit=0"):
        client.get(f"/api/v1/{asked}", headers={"Idempotency-Key": "around"})
    after = dict(everything_stored())
    assert {table for table in after if after[table] != before[table]} <= COUNTED
    assert_nowhere(logged(), *after.values())


def test_a_search_is_the_same_for_everybody_wherever_they_are(client_for):
    for number in range(5):
        PlaygroundFactory(location=point(47.6 + number / 100, -122.37))
    people = [
        ProfileFactory(location=where)
        for where in (None, point(47.615, -122.37), point(-33.875, 151.2))
    ]
    answers = {
        client_for(dog.user).get(f"/api/v1/{NEAR}&radius_m=50000").content
        if dog.location
        else client_for(ProfileFactory(location=None, location_shows_at=None).user)
        .get(f"/api/v1/{NEAR}&radius_m=50000")
        .content
        for dog in people
    }
    assert len(answers) == 1


@pytest.mark.parametrize("json", [False, True])
def test_what_the_database_quotes_in_an_error_is_not_logged(client, logged, json):
    """What fails is told by its address, without what was asked."""
    console = logging._handlers["console"]
    plain = console.formatter
    if json:
        made = settings.LOGGING["formatters"]["json"]
        console.setFormatter(JsonFormatter(made["format"], reserved_attrs=made["reserved_attrs"]))
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        cursor.execute("ALTER TABLE playgrounds_playground RENAME TO gone_for_now")
        answer = client.get(f"/api/v1/{NEAR}&q=run")
        cursor.execute("ROLLBACK TO before")
    said = logged()
    console.setFormatter(plain)
    assert answer.status_code >= 500
    assert "(left out)" in said
    assert "does not exist" in said
    assert_nowhere(said, answer.content.decode())
