from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block
from matching.services import unmatch
from matching.tests.factories import LikeFactory, PassFactory, matched
from playgrounds.tests.factories import FavoriteFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

CARD = {
    "id", "name", "age", "bio", "breed", "sex", "size", "activity_level", "temperament",
    "play_styles", "neutered", "good_with_small_dogs", "good_with_children",
    "is_verified", "photos", "prompts",
    "favorite_playgrounds", "distance",
}  # fmt: skip


# --- Cards ----------------------------------------------------------------------------------------


def test_a_card_shows_what_strangers_may_know_and_no_more(client):
    somebody = ProfileFactory(name="Waffles")
    card = client.get(f"/api/v1/profiles/{somebody.pk}").json()
    assert set(card) == CARD
    assert card["name"] == "Waffles"
    assert card["distance"] == {"value": 2, "unit": "miles", "text": "within 2 mi"}


def test_a_card_is_not_found_when_it_is_none_of_ones_business(client, me):
    hidden = [
        ProfileFactory(photos=1).pk,
        ProfileFactory(paused_at=timezone.now()).pk,
        ProfileFactory(user__is_active=False).pk,
        Block.objects.create(blocker=ProfileFactory().user, blocked=me.user).blocker.profile.pk,
        Block.objects.create(blocker=me.user, blocked=ProfileFactory().user).blocked.profile.pk,
        uuid4(),
    ]
    answers = [client.get(f"/api/v1/profiles/{pk}") for pk in hidden]
    assert {answer.status_code for answer in answers} == {404}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)


def test_a_paused_match_still_has_a_card(client, me):
    match = matched(me, ProfileFactory())
    other = match.other(me)
    Profile.objects.filter(pk=other.pk).update(paused_at=timezone.now(), photo_count=1)
    assert client.get(f"/api/v1/profiles/{other.pk}").status_code == 200
    unmatch(match=match, by=me)
    assert client.get(f"/api/v1/profiles/{other.pk}").status_code == 404


@pytest.mark.requirement("R9.4")
def test_a_profile_shows_its_favourite_playgrounds_newest_first(client, client_for, me):
    somebody = ProfileFactory()
    for name in ("Old Oak Park", "New Lawn"):
        FavoriteFactory(user=somebody.user, playground__name=name)
    FavoriteFactory(user=me.user)
    card = client.get(f"/api/v1/profiles/{somebody.pk}").json()
    assert [place["name"] for place in card["favorite_playgrounds"]] == ["New Lawn", "Old Oak Park"]
    own = client_for(somebody.user).get("/api/v1/me/profile").json()
    assert own["favorite_playgrounds"] == card["favorite_playgrounds"]


def test_my_own_card_shows_me_what_others_see(client, me):
    assert set(client.get(f"/api/v1/profiles/{me.pk}").json()) == CARD


# --- What lists cost ------------------------------------------------------------------------------


def fill(path, me, count):
    for _ in range(count):
        if path == "deck":
            ProfileFactory()
        elif path == "likes/received":
            LikeFactory(liked=me)
        elif path == "likes/sent":
            LikeFactory(liker=me)
        elif path == "passes":
            PassFactory(passer=me)
        else:
            matched(me)


@pytest.mark.parametrize(
    "path", ["deck", "likes/received", "likes/sent", "passes", "matches", "conversations"]
)
def test_a_list_costs_the_same_for_one_row_and_for_twenty(
    path, client, me, django_assert_num_queries
):
    fill(path, me, 1)
    with CaptureQueriesContext(connection) as one:
        assert len(client.get(f"/api/v1/{path}?limit=50").json()["results"]) == 1
    fill(path, me, 19)
    with django_assert_num_queries(len(one)):
        assert len(client.get(f"/api/v1/{path}?limit=50").json()["results"]) == 20
