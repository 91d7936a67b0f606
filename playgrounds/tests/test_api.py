import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from playgrounds.models import MAX_FAVORITES, Favorite, Playground
from playgrounds.tests.asking import (
    FAVORITES,
    GEOJSON,
    URL,
    all_pages,
    names,
    pointers,
    refusal,
)
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory

pytestmark = pytest.mark.django_db

# --- Adding and changing --------------------------------------------------------------------------

NEW = {
    "name": "Behind the mill",
    "description": "A meadow.",
    "place": "Mill Lane",
    "location": {"latitude": 47.8, "longitude": 13.04},
    "features": ["fenced", "water", "fenced"],
}


@pytest.mark.requirement("R9.1", "R8.1")
def test_a_playground_is_added_and_read_again(client, user):
    response = client.post(URL, NEW)

    assert response.status_code == 201
    made = response.json()
    assert made == NEW | {
        "id": made["id"],
        "features": ["fenced", "water"],
        "distance_m": None,
        "is_favorite": False,
        "favorites_count": 0,
        "stars": None,
        "reviews_count": 0,
        "is_held": False,
        "source": "",
        "attribution": "",
        "created_at": made["created_at"],
    }
    assert made["created_at"].endswith("Z")
    assert client.get(f"{URL}/{made['id']}").json() == made
    assert client.get(f"{URL}/{made['id'].upper()}").json() == made
    assert Playground.objects.get().created_by == user


@pytest.mark.requirement("R8.6", "R12.5")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " \t "}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "Behind the \u202emill"}, "/name"),
        ({"name": "PupMatch Support: verify at desk"}, "/name"),
        ({"place": "Ballard \u202egnp.exe"}, "/place"),
        ({"place": "Desk of PupM4tch"}, "/place"),
        ({"name": None}, "/name"),
        ({"description": "x" * 2001}, "/description"),
        ({"place": "x" * 201}, "/place"),
        ({"features": ["sauna"]}, "/features/0"),
        ({"features": "fenced"}, "/features"),
        ({"location": None}, "/location"),
        ({"location": "40,50"}, "/location"),
        ({"location": {"latitude": 1}}, "/location/longitude"),
        ({"location": {"latitude": 90.001, "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": 0, "longitude": -180.001}}, "/location/longitude"),
        ({"location": {"latitude": 1e308, "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": True, "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": "NaN", "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": "٤٠", "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": "9" * 5000, "longitude": 0}}, "/location/latitude"),
        ({"location": {"latitude": [], "longitude": 0}}, "/location/latitude"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_playground_is_neither_added_nor_changed_into(client, user, change, pointer):
    assert pointers(client.post(URL, NEW | change)) == [pointer]
    assert not Playground.objects.exists()
    playground = PlaygroundFactory(created_by=user)
    assert pointers(client.patch(f"{URL}/{playground.pk}", change)) == [pointer]


def test_what_misleads_already_may_stay(client, user):
    here = {"name": "PupMatch run", "place": "Mill\u202e"}
    playground = PlaygroundFactory(created_by=user, **here)
    answer = client.patch(f"{URL}/{playground.pk}", here | {"description": "Shady."})
    assert (answer.status_code, answer.json()["description"]) == (200, "Shady.")


@pytest.mark.requirement("R8.6")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_numbers_beyond_json_are_refused(client, number):
    body = json.dumps(NEW).replace("47.8", number)

    refusal(client.post(URL, body, content_type="application/json"))


def test_a_repeated_request_adds_nothing(client):
    first = client.post(URL, NEW, headers={"Idempotency-Key": "abc"})
    again = client.post(URL, NEW, headers={"Idempotency-Key": "abc"})
    other = client.post(URL, NEW | {"name": "Other"}, headers={"Idempotency-Key": "abc"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert refusal(other, 409)["code"] == "idempotency_key_reused"
    assert Playground.objects.count() == 1


@pytest.mark.requirement("R12.3", "R12.4")
def test_only_adding_is_limited(client, user, real_limits, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"playground": (2, 3600)}
    made = [client.post(URL, NEW).status_code for _ in range(3)]

    assert made == [201, 201, 429]
    assert client.post(URL, NEW)["Retry-After"]
    for _ in range(3):
        assert client.get(URL).status_code == 200


@pytest.mark.requirement("R9.1")
def test_who_added_a_playground_changes_and_removes_it(client, user):
    playground = PlaygroundFactory(created_by=user, description="Old.")
    FavoriteFactory(user=user, playground=playground)
    url = f"{URL}/{playground.pk}"

    changed = client.patch(url, {"name": "New", "location": {"latitude": 1, "longitude": 2}})

    assert changed.status_code == 200
    shown = changed.json()
    assert (shown["name"], shown["description"], shown["favorites_count"]) == ("New", "Old.", 1)
    assert shown["location"] == {"latitude": 1, "longitude": 2}
    assert client.get(url).json() == shown
    assert client.delete(url).status_code == 204
    assert refusal(client.get(url), 404)


def test_what_others_count_on_is_neither_renamed_nor_moved(client, user):
    playground = PlaygroundFactory(created_by=user)
    FavoriteFactory(playground=playground)
    url = f"{URL}/{playground.pk}"
    shown = client.get(url).json()

    for change in ({"name": "Another"}, {"location": {"latitude": 1, "longitude": 2}}):
        assert refusal(client.patch(url, change), 409)["code"] == "playground_in_use"
    kept = {name: shown[name] for name in ("name", "location")}
    changed = client.patch(url, {**kept, "description": "New.", "features": ["shade"]})
    assert (changed.status_code, changed.json()["description"]) == (200, "New.")
    assert {name: changed.json()[name] for name in kept} == kept
    assert client.delete(url).status_code == 204


def test_nobody_sets_what_is_not_theirs_to_set(client, user):
    playground = PlaygroundFactory(created_by=user)

    client.patch(
        f"{URL}/{playground.pk}",
        {"source": "osm", "attribution": "me", "created_at": "2000-01-01T00:00:00Z", "id": 1},
    )

    playground.refresh_from_db()
    assert (playground.source, playground.attribution) == ("", "")
    assert playground.created_at.year > 2000


def test_what_others_added_and_what_was_imported_is_not_changed(client):
    added = PlaygroundFactory(created_by=UserFactory())
    imported = PlaygroundFactory(source="osm", source_id="way/1")

    for playground in (added, imported):
        for answer in (
            client.patch(f"{URL}/{playground.pk}", {"name": "Mine"}),
            client.delete(f"{URL}/{playground.pk}"),
        ):
            assert refusal(answer, 403)["code"] == "not_allowed"
    assert Playground.objects.exclude(name="Mine").count() == 2


def test_a_playground_is_not_replaced(client, user):
    playground = PlaygroundFactory(created_by=user)

    refusal(client.put(f"{URL}/{playground.pk}", NEW), 405)


# --- Favourites -----------------------------------------------------------------------------------


@pytest.mark.requirement("R9.3", "R9.6")
def test_a_favorite_is_marked_and_taken_off(client):
    url = f"{URL}/{PlaygroundFactory().pk}/favorite"

    for _ in range(2):
        marked = client.put(url)
        assert marked.status_code == 200
        assert (marked.json()["is_favorite"], marked.json()["favorites_count"]) == (True, 1)
    for _ in range(2):
        assert client.delete(url).status_code == 204
    assert client.get(FAVORITES).json()["results"] == []


@pytest.mark.requirement("R9.3")
def test_favorites_come_newest_first_in_pages(client, user):
    FavoriteFactory()  # somebody else's
    mine = [FavoriteFactory(user=user, playground__name=f"{n}") for n in range(5)]
    millisecond = mine[0].created_at.replace(microsecond=123_000)
    for n, favorite in enumerate(mine):  # two at the same instant, all within a millisecond
        favorite.created_at = millisecond + timedelta(microseconds=100 * max(1, n))
        favorite.save()

    rows, pages = all_pages(client, FAVORITES, limit=2)

    assert [row["name"] for row in rows] == ["4", "3", "2", "1", "0"]
    assert pages == 3
    assert all(row["is_favorite"] for row in rows)
    assert client.get(FAVORITES, headers=GEOJSON).json()["type"] == "FeatureCollection"


def test_favorites_cost_the_same_for_one_and_for_twenty(client, user):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert names(client.get(FAVORITES))
        return len(queries)

    FavoriteFactory(user=user)
    for_one = cost()
    FavoriteFactory.create_batch(19, user=user)

    assert cost() == for_one


@pytest.mark.requirement("R9.3")
def test_the_hundred_and_first_favorite_is_a_conflict(client, user):
    Favorite.objects.bulk_create(
        Favorite(user=user, playground=each)
        for each in PlaygroundFactory.create_batch(MAX_FAVORITES)
    )

    answer = client.put(f"{URL}/{PlaygroundFactory().pk}/favorite")

    assert refusal(answer, 409)["code"] == "too_many_favorites"


@pytest.mark.parametrize("unknown", ["01890a5d-ac96-774b-bcce-b302099a8057", "0", "nobody"])
def test_unknown_playgrounds_are_not_found(client, unknown):
    for method, url in [
        ("get", f"{URL}/{unknown}"),
        ("patch", f"{URL}/{unknown}"),
        ("delete", f"{URL}/{unknown}"),
        ("put", f"{URL}/{unknown}/favorite"),
        ("delete", f"{URL}/{unknown}/favorite"),
    ]:
        assert refusal(getattr(client, method)(url), 404)["code"] == "not_found"


@pytest.mark.requirement("R1.5", "R12.1")
def test_everything_asks_for_a_sign_in(api):
    playground = PlaygroundFactory()
    for method, url in [
        ("get", URL),
        ("post", URL),
        ("get", f"{URL}/{playground.pk}"),
        ("patch", f"{URL}/{playground.pk}"),
        ("delete", f"{URL}/{playground.pk}"),
        ("put", f"{URL}/{playground.pk}/favorite"),
        ("delete", f"{URL}/{playground.pk}/favorite"),
        ("get", FAVORITES),
    ]:
        refusal(getattr(api, method)(url), 401)
