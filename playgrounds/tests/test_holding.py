"""Places that only whoever added them finds."""

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from playgrounds import holding, services
from playgrounds.models import Favorite, Playground, Review
from playgrounds.tests.asking import FAVORITES, GEOJSON, URL, names
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory
from pupmatch.lib.problems import NotFound
from screening.models import Finding, Term

pytestmark = pytest.mark.django_db

HERE = "40.7359,-73.9911"
SEARCHES = [
    f"{URL}?near={HERE}",
    f"{URL}?near={HERE}&q=secret",
    f"{URL}?bbox=-74,40,-73,41",
    f"{URL}?q=secret",
    URL,
]


@pytest.fixture
def held(user):
    """Somebody else's."""
    return PlaygroundFactory(
        name="Secret", held_at=timezone.now(), created_by=UserFactory(), description="Shh."
    )


@pytest.mark.parametrize("search", SEARCHES)
def test_a_held_place_is_found_by_whoever_added_it_alone(client, client_for, held, search):
    assert names(client.get(search)) == []
    (found,) = client_for(held.created_by).get(search).json()["results"]
    assert found["name"] == "Secret"
    assert found["is_held"]
    held.held_at = None
    held.save()
    (found,) = client.get(search).json()["results"]
    assert not found["is_held"]


def test_nor_is_one_that_was_imported(client):
    PlaygroundFactory(
        name="Secret", held_at=timezone.now(), source="openstreetmap", source_id="node/1"
    )
    for search in SEARCHES:
        assert names(client.get(search)) == []


def test_to_others_it_is_not_there(client, client_for, held):
    address = f"{URL}/{held.pk}"
    for asked in (
        client.get(address),
        client.get(address, headers=GEOJSON),
        client.patch(address, {"name": "Mine"}),
        client.delete(address),
        client.put(f"{address}/favorite"),
        client.get(f"{address}/review"),
        client.put(f"{address}/review", {"stars": 5}),
        client.get(f"{address}/reviews"),
    ):
        assert asked.status_code == 404
    mine = client_for(held.created_by)
    assert mine.get(address).json()["is_held"]
    assert mine.put(f"{address}/favorite").json()["is_held"]
    assert mine.put(f"{address}/review", {"stars": 5}).status_code == 201
    assert mine.get(f"{address}/reviews").status_code == 200
    assert mine.delete(address).status_code == 204


def test_it_leaves_favourites_and_comes_back(client, user):
    playground = PlaygroundFactory(name="Old oak")
    FavoriteFactory(user=user, playground=playground)
    holding.hold(playground=playground)
    assert names(client.get(FAVORITES)) == []
    holding.release(playground=playground)
    assert names(client.get(FAVORITES)) == ["Old oak"]


def test_holding_and_releasing_say_whether_they_changed_anything():
    playground = PlaygroundFactory()
    assert holding.hold(playground=playground)
    since = Playground.objects.get().held_at
    assert not holding.hold(playground=playground)
    assert Playground.objects.get().held_at == since
    assert holding.release(playground=playground)
    assert not holding.release(playground=playground)
    assert not Playground.objects.get().is_held


def test_so_do_they_of_a_review():
    review = ReviewFactory()
    assert holding.hold_review(review=review)
    assert not holding.hold_review(review=review)
    assert Review.objects.get().is_held
    assert holding.release_review(review=review)
    assert not holding.release_review(review=review)
    assert not Review.objects.get().is_held


def test_nothing_is_held_of_what_is_gone():
    review = ReviewFactory()
    playground = review.playground
    Playground.objects.filter(pk=playground.pk).delete()
    assert not holding.hold(playground=playground)
    assert not holding.hold_review(review=review)


def test_nobody_else_refers_to_a_held_place(held):
    with pytest.raises(NotFound):
        services.hold(playground_id=held.pk)
    with pytest.raises(NotFound):
        services.add_favorite(user=UserFactory(), playground_id=held.pk)
    services.add_favorite(user=held.created_by, playground_id=held.pk)
    assert Favorite.objects.get().user == held.created_by


# --- Screening ------------------------------------------------------------------------------------

NEW = {"name": "Meadow", "location": {"latitude": 47.8, "longitude": 13.04}}


def test_a_link_is_held_until_staff_have_looked(client, user):
    made = client.post(URL, NEW | {"description": "Book at https://pay.example/dogs"})
    assert made.status_code == 201
    assert made.json()["is_held"]
    found = Finding.objects.get()
    assert (found.user_id, found.subject_type) == (user.pk, "playground")
    assert str(found.subject_id) == made.json()["id"]
    assert found.response == "hold"


def test_a_listed_word_is_noticed_wherever_it_stands(client):
    Term.objects.create(text="puppy mill")
    for part in ("name", "place", "description"):
        assert not client.post(URL, NEW | {part: "The old puppy mill"}).json()["is_held"]
    assert Finding.objects.count() == 3


def test_other_words_are_another_place(client, user):
    playground = PlaygroundFactory(created_by=user, held_at=timezone.now(), name="Meadow")
    address = f"{URL}/{playground.pk}"
    for same in ({"features": ["water"]}, {"name": "Meadow"}, {"location": NEW["location"]}):
        assert client.patch(address, same).json()["is_held"]
    assert not client.patch(address, {"name": "Green meadow"}).json()["is_held"]
    assert client.patch(address, {"place": "call 212 555 0187 or +1 212 555 0187"}).json()[
        "is_held"
    ]
    assert not client.patch(address, {"place": "Mill Lane"}).json()["is_held"]


def test_imported_ones_are_not_looked_at(client):
    PlaygroundFactory(description="https://parks.example")
    assert not Finding.objects.exists()
