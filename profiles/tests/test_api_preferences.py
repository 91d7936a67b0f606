import threading
import time

import pytest
from django.db import connection, transaction

from accounts.tests.factories import UserFactory
from profiles.models import Preferences
from profiles.tests.answers import pointers
from profiles.tests.factories import ProfileFactory, place

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R10.4")]

URL = "/api/v1/me/preferences"
DEFAULTS = {
    "min_age": 0,
    "max_age": 20,
    "max_distance": 25.0,
    "distance_unit": "miles",
    "activity_level": None,
    "read_receipts": True,
    "presence": True,
}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(client_for, user):
    return client_for(user)


def test_they_are_there_before_a_profile_is(client, user):
    assert client.get(URL).json() == DEFAULTS
    assert client.patch(URL, {"max_age": 7}).json() == DEFAULTS | {"max_age": 7}
    client.post("/api/v1/me/profile", {"name": "Balu", "age": 3})
    assert client.get(URL).json() == DEFAULTS | {"max_age": 7}


def test_a_change_is_stored_at_once_and_is_all_that_changes(client):
    values = dict(DEFAULTS)
    for change in (
        {"min_age": 2},
        {"max_age": 2},
        {"min_age": 0, "max_age": 0},
        {"max_distance": 1},
        {"max_distance": 500},
        {"max_distance": 7.256},
        {"activity_level": "high"},
        {"activity_level": None},
        {"distance_unit": "miles"},
        {"read_receipts": False},
        {"presence": False},
        {"read_receipts": True},
        {},
    ):
        values |= change
        values["max_distance"] = round(values["max_distance"], 2)
        assert client.patch(URL, change).json() == values
        assert client.get(URL).json() == values


@pytest.mark.requirement("R8.3", "P9")
class TestUnit:
    @pytest.mark.parametrize(
        ("unit", "distance", "other", "converted"),
        [
            ("miles", 25, "kilometers", 40.23),
            ("miles", 1, "kilometers", 1.61),
            ("miles", 500, "kilometers", 500),
            ("kilometers", 1, "miles", 1),
            ("kilometers", 40.23, "miles", 25),
            ("kilometers", 500, "miles", 310.69),
        ],
    )
    def test_changing_it_alone_converts_the_distance(
        self, client, unit, distance, other, converted
    ):
        client.patch(URL, {"distance_unit": unit, "max_distance": distance})
        answer = client.patch(URL, {"distance_unit": other}).json()
        assert (answer["distance_unit"], answer["max_distance"]) == (other, converted)

    def test_with_a_distance_the_distance_is_in_the_new_unit(self, client):
        change = {"distance_unit": "kilometers", "max_distance": 10}
        assert client.patch(URL, change).json() == DEFAULTS | change

    def test_saying_it_again_converts_nothing(self, client):
        client.patch(URL, {"distance_unit": "kilometers"})
        for _ in range(3):
            answer = client.patch(URL, {"distance_unit": "kilometers"}).json()
            assert answer["max_distance"] == 40.23

    def test_there_and_back_is_the_same_distance(self, client):
        for miles in (1, 2.5, 25, 99.99, 310.68):
            client.patch(URL, {"distance_unit": "miles", "max_distance": miles})
            client.patch(URL, {"distance_unit": "kilometers"})
            assert client.patch(URL, {"distance_unit": "miles"}).json()["max_distance"] == miles

    def test_others_are_told_in_the_viewers_unit(self, client_for):
        me, other = ProfileFactory(), ProfileFactory(location=place(47.705))
        client = client_for(me.user)
        card = f"/api/v1/profiles/{other.pk}"
        assert client.get(card).json()["distance"]["text"] == "within 7 mi"
        client.patch(URL, {"distance_unit": "kilometers"})
        assert client.get(card).json()["distance"]["text"] == "within 11 km"


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"min_age": -1}', "/min_age"),
        ('{"min_age": 21}', "/min_age"),
        ('{"min_age": 8}', "/min_age"),
        ('{"max_age": 2}', "/max_age"),
        ('{"min_age": 6, "max_age": 5}', "/min_age"),
        ('{"max_age": 21}', "/max_age"),
        ('{"max_age": 5.5}', "/max_age"),
        ('{"max_age": null}', "/max_age"),
        ('{"max_age": true}', "/max_age"),
        ('{"max_age": "many"}', "/max_age"),
        ('{"max_distance": 0}', "/max_distance"),
        ('{"max_distance": 0.99}', "/max_distance"),
        ('{"max_distance": 500.01}', "/max_distance"),
        ('{"max_distance": 1e308}', "/max_distance"),
        ('{"max_distance": 1e999}', "/max_distance"),
        ('{"max_distance": "NaN"}', "/max_distance"),
        ('{"max_distance": true}', "/max_distance"),
        ('{"max_distance": null}', "/max_distance"),
        ('{"distance_unit": "leagues"}', "/distance_unit"),
        ('{"distance_unit": null}', "/distance_unit"),
        ('{"distance_unit": ""}', "/distance_unit"),
        ('{"activity_level": "extreme"}', "/activity_level"),
        ('{"activity_level": ""}', "/activity_level"),
        ('{"activity_level": 1}', "/activity_level"),
        ('{"read_receipts": null}', "/read_receipts"),
        ('{"presence": "sometimes"}', "/presence"),
        ("[]", ""),
    ],
)
def test_what_is_not_valid_is_refused_and_changes_nothing(client, body, pointer):
    client.patch(URL, {"min_age": 3, "max_age": 7})
    before = client.get(URL).json()
    assert list(pointers(client.patch(URL, body, content_type="application/json"))) == [pointer]
    assert client.get(URL).json() == before


def test_everybody_has_their_own(client, client_for):
    stranger = client_for(UserFactory())
    stranger.patch(URL, {"max_age": 3})
    client.patch(URL, {"user": str(Preferences.objects.get().user_id), "max_age": 9})
    assert stranger.get(URL).json()["max_age"] == 3


@pytest.mark.requirement("R10.5", "R10.1")
def test_the_next_deck_follows_them(client_for):
    me, other = ProfileFactory(), ProfileFactory(location=place(47.705))
    client = client_for(me.user)

    def deck():
        return [item["profile"]["id"] for item in client.get("/api/v1/deck").json()["results"]]

    for change, is_in in (
        ({}, True),
        ({"max_age": 2}, False),
        ({"max_age": 3}, True),
        ({"max_distance": 6}, False),
        ({"max_distance": 7}, True),
    ):
        client.patch(URL, change)
        assert deck() == [str(other.pk)] * is_in


def wait_for_waiters(number):
    """Until so many connections of this test wait for a row's lock."""
    asked = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
    """
    for _ in range(150):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0] >= number:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waited")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_halves_of_a_range_sent_at_once_never_cross(self, client_for, in_parallel):
        user = ProfileFactory().user
        clients = [client_for(user) for _ in range(2)]
        is_held = threading.Event()

        def hold_both_up():
            with transaction.atomic():
                Preferences.objects.select_for_update().get(user=user)
                is_held.set()
                wait_for_waiters(2)

        def patch(client, change):
            is_held.wait(10)
            return client.patch(URL, change)

        _, low, high = in_parallel(
            hold_both_up,
            lambda: patch(clients[0], {"min_age": 15}),
            lambda: patch(clients[1], {"max_age": 5}),
        )
        assert sorted([low.status_code, high.status_code]) == [200, 400]
        kept = clients[0].get(URL).json()
        assert (kept["min_age"], kept["max_age"]) in ((15, 20), (0, 5))

    def test_the_first_look_at_them_may_be_several_at_once(self, client_for, in_parallel):
        user = UserFactory()
        clients = [client_for(user) for _ in range(6)]
        requests = [
            lambda c=c, method=method: getattr(c, method)(URL)
            for c, method in zip(clients, ["get", "patch"] * 3, strict=True)
        ]
        assert {response.status_code for response in in_parallel(*requests)} == {200}
