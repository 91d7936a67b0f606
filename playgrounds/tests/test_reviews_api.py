"""One's own review."""

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from playgrounds import holding
from playgrounds.models import Review
from playgrounds.tests.asking import GEOJSON, URL, pointers, refusal
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def playground():
    return PlaygroundFactory()


@pytest.fixture
def address(playground):
    return f"{URL}/{playground.pk}/review"


def test_a_review_is_written_read_changed_and_taken_back(client, playground, address):
    refusal(client.get(address), 404)
    first = client.put(address, {"stars": 4, "text": "  Shady.\nWater works. "})
    assert first.status_code == 201
    made = first.json()
    assert list(made) == ["id", "stars", "text", "is_held", "created_at", "updated_at"]
    assert (made["stars"], made["text"], made["is_held"]) == (4, "Shady.\nWater works.", False)
    assert client.get(address).json() == made
    changed = client.put(address, {"stars": 2})
    assert changed.status_code == 200
    assert changed.json() == made | {
        "stars": 2, "text": "", "updated_at": changed.json()["updated_at"],
    }  # fmt: skip
    for _ in range(2):
        assert client.delete(address).status_code == 204
    refusal(client.get(address), 404)


def test_the_place_tells_what_people_think(client, playground, address):
    ReviewFactory(playground=playground, stars=5)
    client.put(address, {"stars": 2})
    for found in (
        client.get(f"{URL}/{playground.pk}").json(),
        client.get(URL).json()["results"][0],
        client.get(f"{URL}?near=40.7359,-73.9911").json()["results"][0],
        client.get(f"{URL}/{playground.pk}", headers=GEOJSON).json()["properties"],
    ):
        assert (found["stars"], found["reviews_count"]) == (3.5, 2)


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, ["/stars"]),
        ({"stars": 0}, ["/stars"]),
        ({"stars": 6}, ["/stars"]),
        ({"stars": 4.5}, ["/stars"]),
        ({"stars": None}, ["/stars"]),
        ({"stars": 3, "text": "x" * 1001}, ["/text"]),
        ({"stars": 3, "text": None}, ["/text"]),
        ({"stars": "many", "text": {}}, ["/stars", "/text"]),
    ],
)
def test_what_is_no_review_is_refused(client, address, sent, wrong):
    assert pointers(client.put(address, sent)) == wrong
    assert not Review.objects.exists()


def test_a_held_review_is_shown_to_its_author_as_such(client, user, playground, address):
    review = ReviewFactory(user=user, playground=playground)
    holding.hold_review(review=review)
    assert client.get(address).json()["is_held"]
    assert client.put(address, {"stars": 1, "text": review.text}).json()["is_held"]
    assert not client.put(address, {"stars": 1, "text": "Muddy."}).json()["is_held"]


def test_it_is_nobody_elses(client, client_for, playground, address):
    other = client_for(UserFactory())
    other.put(address, {"stars": 1})
    refusal(client.get(address), 404)
    assert client.delete(address).status_code == 204
    assert other.get(address).json()["stars"] == 1


def test_a_place_that_is_not_there_has_none(client, api, address):
    gone = f"{URL}/01890000-0000-7000-8000-000000000000/review"
    refusal(client.get(gone), 404)
    refusal(client.put(gone, {"stars": 3}), 404)
    assert client.delete(gone).status_code == 204
    refusal(api.get(address), 401)
    refusal(api.put(address, {"stars": 3}), 401)


def test_the_review_of_a_place_that_is_held_meanwhile_can_be_taken_back(
    client, playground, address
):
    client.put(address, {"stars": 1})
    playground.held_at = timezone.now()
    playground.save()
    refusal(client.get(address), 404)
    refusal(client.put(address, {"stars": 3}), 404)
    assert client.delete(address).status_code == 204
    assert not Review.objects.exists()


@pytest.mark.usefixtures("real_limits")
def test_reviews_are_limited(client, address):
    answer = client.put(address, {"stars": 3})
    assert answer["RateLimit-Limit"] == "60"
    assert client.get(address)["RateLimit-Limit"] == "600"
