"""Everybody's reviews of a place, and its way onto cards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import standing
from accounts.models import Block
from accounts.tests.factories import UserFactory
from playgrounds import holding
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory
from profiles.services import delete_profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return ProfileFactory(name="Balu")


@pytest.fixture
def mine(client_for, me):
    return client_for(me.user)


@pytest.fixture
def playground():
    return PlaygroundFactory()


@pytest.fixture
def address(playground):
    return f"/api/v1/playgrounds/{playground.pk}/reviews"


def review(playground, **kwargs):
    return ReviewFactory(playground=playground, user=ProfileFactory(**kwargs).user)


def authors(client, address):
    return [each["author"] for each in client.get(address).json()["results"]]


def test_reviews_are_listed_under_the_names_of_dogs_the_newest_first(mine, me, playground, address):
    review(playground, name="Ada")
    ReviewFactory(playground=playground)
    own = ReviewFactory(playground=playground, user=me.user, stars=2, text="Muddy.")
    ReviewFactory(user=me.user)
    first, *others = mine.get(address).json()["results"]
    assert list(first) == ["id", "stars", "text", "author", "created_at", "updated_at"]
    assert (first["id"], first["stars"], first["text"]) == (str(own.pk), 2, "Muddy.")
    assert [first["author"], *(each["author"] for each in others)] == ["Balu", None, "Ada"]


def test_what_others_are_not_to_see_is_left_out(mine, me, playground, address):
    held, blocked, blocker, banned = (
        review(playground, name=name) for name in ("Held", "Blocked", "Blocker", "Banned")
    )
    gone = review(playground, name="Gone")
    holding.hold_review(review=held)
    Block.objects.create(blocker=me.user, blocked=blocked.user)
    Block.objects.create(blocker=blocker.user, blocked=me.user)
    standing.ban(user=banned.user)
    delete_profile(profile=gone.user.profile)
    assert authors(mine, address) == [None]
    standing.unban(user=banned.user)
    assert authors(mine, address) == [None, "Banned"]


def test_ones_own_held_review_is_left_out_too(mine, me, playground, address):
    holding.hold_review(review=ReviewFactory(playground=playground, user=me.user))
    assert authors(mine, address) == []


def test_pages_lead_on_and_back(mine, playground, address):
    for number in range(5):
        review(playground, name=f"Dog {number}")
    first = mine.get(f"{address}?limit=2").json()
    second = mine.get(first["next"]).json()
    assert [each["author"] for each in second["results"]] == ["Dog 2", "Dog 1"]
    assert mine.get(second["previous"]).json()["results"] == first["results"]


def test_many_cost_as_many_queries_as_one(mine, playground, address):
    def queries() -> int:
        with CaptureQueriesContext(connection) as log:
            assert mine.get(address).status_code == 200
        return len(log)

    review(playground)
    few = queries()
    for _ in range(10):
        review(playground)
    assert queries() == few <= 3


def test_whoever_has_no_dog_reads_them_and_who_is_not_signed_in_does_not(
    client_for, api, playground, address
):
    review(playground, name="Ada")
    assert authors(client_for(UserFactory()), address) == ["Ada"]
    assert api.get(address).status_code == 401
    gone = "/api/v1/playgrounds/01890000-0000-7000-8000-000000000000/reviews"
    assert client_for(UserFactory()).get(gone).status_code == 404


def test_a_held_place_leaves_cards_and_profiles(mine, me, client_for, playground):
    kept = FavoriteFactory(user=me.user).playground
    FavoriteFactory(user=me.user, playground=playground)
    holding.hold(playground=playground)
    (shown,) = mine.get("/api/v1/me/profile").json()["favorite_playgrounds"]
    assert shown["id"] == str(kept.pk)
