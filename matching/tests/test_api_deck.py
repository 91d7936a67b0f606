import datetime

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import UserFactory
from matching.tests.asking import deck_ids
from matching.tests.factories import LikeFactory, PassFactory
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


# --- The deck: who is in it -----------------------------------------------------------------------


@pytest.mark.requirement("R4.1", "R4.6")
def test_an_empty_deck_is_an_empty_list(client):
    assert client.get("/api/v1/deck").json() == {"next": None, "previous": None, "results": []}


@pytest.mark.requirement("R4.2", "P11")
def test_whom_i_liked_or_passed_is_out_of_my_deck(client, me):
    stays = ProfileFactory()
    LikeFactory(liker=me)
    PassFactory(passer=me)
    assert deck_ids(client) == [str(stays.pk)]


@pytest.mark.requirement("R4.3", "P11")
def test_who_passed_on_me_is_out_and_who_likes_me_is_in(client, me):
    PassFactory(passed=me)
    admirer = LikeFactory(liked=me).liker
    assert deck_ids(client) == [str(admirer.pk)]


@pytest.mark.requirement("P11")
def test_blocks_hide_both_ways(client, me):
    Block.objects.create(blocker=me.user, blocked=ProfileFactory().user)
    Block.objects.create(blocker=ProfileFactory().user, blocked=me.user)
    assert deck_ids(client) == []


@pytest.mark.requirement("R2.4")
def test_incomplete_paused_and_inactive_profiles_are_in_nobodys_deck(client):
    ProfileFactory(photos=1)
    ProfileFactory(paused_at=timezone.now())
    ProfileFactory(user__is_active=False)
    assert deck_ids(client) == []


@pytest.mark.requirement("R2.4")
def test_without_a_complete_profile_there_is_no_deck(client_for):
    incomplete = ProfileFactory(photos=1, location=None, location_shows_at=None)
    answer = client_for(incomplete.user).get("/api/v1/deck")
    assert (answer.status_code, answer.json()["code"]) == (409, "profile_incomplete")
    assert answer.json()["missing"] == ["photos", "location"]
    assert client_for(UserFactory()).get("/api/v1/deck").json()["missing"] == ["profile"]


def east_of(profile, km):
    """A point some kilometres east; at this latitude a degree is about 111.3 km · cos."""
    return Point(profile.location.x + km / 75.2, profile.location.y, srid=4326)


@pytest.mark.requirement("R4.1", "R8.4", "R10.2", "R10.5")
def test_the_deck_keeps_to_my_largest_distance_from_the_next_one_on(client, me):
    near, far = (ProfileFactory(location=east_of(me, km)) for km in (5, 60))
    assert deck_ids(client) == [str(near.pk)]
    client.patch("/api/v1/me/preferences", {"max_distance": 50})
    assert deck_ids(client) == [str(near.pk), str(far.pk)]
    client.patch("/api/v1/me/preferences", {"max_distance": 2})
    assert deck_ids(client) == []


def test_the_others_largest_distance_does_not_matter(client, me):
    ProfileFactory(location=east_of(me, 20), preferences__max_distance=1)
    assert len(deck_ids(client)) == 1


@pytest.mark.requirement("R10.1", "R10.5")
def test_the_deck_filters_age_both_ways(client, me):
    today = timezone.localdate()
    puppy = ProfileFactory(birth_date=today - datetime.timedelta(days=200))
    ProfileFactory(preferences__min_age=5)  # I am three
    ProfileFactory(preferences__max_age=2)
    peer = ProfileFactory(preferences__min_age=3, preferences__max_age=3)
    assert set(deck_ids(client)) == {str(puppy.pk), str(peer.pk)}
    client.patch("/api/v1/me/preferences", {"min_age": 1, "max_age": 3})
    assert deck_ids(client) == [str(peer.pk)]


def test_others_see_a_moved_dog_where_it_was_until_the_delay_is_over(client, me):
    soon = timezone.now() + datetime.timedelta(minutes=40)
    away, here = east_of(me, 300), me.location
    leaving = ProfileFactory(location=away, previous_location=here, location_shows_at=soon)
    ProfileFactory(location=here, previous_location=away, location_shows_at=soon)
    ProfileFactory(location=here, previous_location=None, location_shows_at=soon)
    assert deck_ids(client) == [str(leaving.pk)]


# --- The deck: in which order, and why ------------------------------------------------------------


@pytest.mark.requirement("R4.4", "R4.5")
def test_the_deck_is_ordered_by_score_and_the_parts_add_up(client, me):
    for km in (1, 9, 18):
        ProfileFactory(location=east_of(me, km), activity_level=km % 3)
    LikeFactory(liked=me)
    items = client.get("/api/v1/deck").json()["results"]
    scores = [item["compatibility"]["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    for item in items:
        parts = item["compatibility"]["parts"]
        names = ["distance", "age", "activity_level", "recency", "mutual_interest"]
        assert [part["name"] for part in parts] == names
        assert round(sum(part["points"] for part in parts), 1) == item["compatibility"]["score"]
        assert all(part["text"] for part in parts)
        assert item["distance"] == item["profile"]["distance"]


@pytest.mark.requirement("R4.4")
@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"east_km": 8}),
        ({}, {"birth_date": datetime.date(2017, 1, 1)}),
        ({}, {"activity_level": 2}),
        ({}, {"last_active_at": timezone.now() - datetime.timedelta(days=5)}),
    ],
    ids=["distance", "age", "activity", "recency"],
)
def test_each_part_ranks(client, me, better, worse):
    def candidate(east_km=0, **fields):
        fields = {"activity_level": 1, **fields}
        return ProfileFactory(location=east_of(me, east_km), **fields)

    low, high = candidate(**worse), candidate(**better)
    assert deck_ids(client) == [str(high.pk), str(low.pk)]


@pytest.mark.requirement("R4.5")
def test_who_likes_me_ranks_higher_and_it_is_said(client, me):
    ProfileFactory()
    admirer = LikeFactory(liked=me).liker
    first = client.get("/api/v1/deck").json()["results"][0]
    assert first["profile"]["id"] == str(admirer.pk)
    assert first["compatibility"]["parts"][-1] == {
        "name": "mutual_interest", "points": 15.0, "text": "Likes you already",
    }  # fmt: skip


@pytest.mark.requirement("R10.3", "R10.5")
def test_the_preferred_activity_level_ranks_higher(client, me):
    calm, wild = ProfileFactory(activity_level=0), ProfileFactory(activity_level=2)
    client.patch("/api/v1/me/preferences", {"activity_level": "high"})
    assert deck_ids(client) == [str(wild.pk), str(calm.pk)]
    client.patch("/api/v1/me/preferences", {"activity_level": "low"})
    assert deck_ids(client) == [str(calm.pk), str(wild.pk)]


def test_a_perfect_fit_scores_a_hundred(client, me):
    twin = ProfileFactory(birth_date=me.birth_date, last_active_at=timezone.now())
    LikeFactory(liker=twin, liked=me)
    item = client.get("/api/v1/deck").json()["results"][0]
    assert item["compatibility"]["score"] == 100.0


def test_pages_of_the_deck_hold_everybody_once_in_order(client):
    ProfileFactory.create_batch(7)
    whole = deck_ids(client)
    pages, url = [], "/api/v1/deck?limit=3"
    while url:
        page = client.get(url).json()
        pages.append([item["profile"]["id"] for item in page["results"]])
        url = page["next"]
        ProfileFactory()  # whoever comes later does not disturb the pages that follow
    assert [len(page) for page in pages][:2] == [3, 3]
    assert [pk for page in pages for pk in page if pk in whole] == whole


@pytest.mark.requirement("R8.3")
def test_distances_are_told_in_my_unit(client, me):
    ProfileFactory(location=east_of(me, 10))
    assert client.get("/api/v1/deck").json()["results"][0]["distance"]["unit"] == "miles"
    client.patch("/api/v1/me/preferences", {"distance_unit": "kilometers"})
    distance = client.get("/api/v1/deck").json()["results"][0]["distance"]
    assert distance == {"value": 10, "unit": "kilometers", "text": "within 10 km"}


def test_hints_say_what_to_relax_and_what_it_brings(client, me):
    ProfileFactory(location=east_of(me, 60))
    ProfileFactory(birth_date=datetime.date(2010, 1, 1))
    client.patch("/api/v1/me/preferences", {"max_age": 5})
    assert deck_ids(client) == []
    found = client.get("/api/v1/deck/hints").json()["results"]
    assert {(hint["preference"], hint["value"], hint["additional"]) for hint in found} == {
        ("max_distance", 50.0, 1),
        ("max_distance", 500.0, 1),
        ("max_age", 20.0, 1),
    }
    for hint in found:
        client.patch("/api/v1/me/preferences", {hint["preference"]: hint["value"]})
    assert len(deck_ids(client)) == 2
