import datetime
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import UserFactory
from matching.models import Like, Match, Pass
from matching.services import pass_on, unmatch
from matching.tests.factories import LikeFactory, PassFactory, matched
from playgrounds.tests.factories import FavoriteFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

CARD = {
    "id", "name", "age", "bio", "breed", "sex", "size", "activity_level", "temperament",
    "play_styles", "neutered", "good_with_small_dogs", "good_with_children", "photos", "prompts",
    "favorite_playgrounds", "distance",
}  # fmt: skip


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


def deck_ids(client, **query):
    page = client.get("/api/v1/deck", query)
    assert page.status_code == 200, page.json()
    return [item["profile"]["id"] for item in page.json()["results"]]


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


# --- Likes and passes -----------------------------------------------------------------------------


@pytest.mark.requirement("R5.1", "R5.5")
def test_liking(client, me):
    somebody = ProfileFactory()
    first = client.post("/api/v1/likes", {"profile_id": somebody.pk, "comment": "Hi!"})
    again = client.post("/api/v1/likes", {"profile_id": somebody.pk})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"match": None}
    like = Like.objects.get()
    assert (like.liker, like.liked, like.comment) == (me, somebody, "Hi!")
    assert timezone.now() - like.created_at < datetime.timedelta(minutes=1)


@pytest.mark.requirement("R5.3", "R6.1", "R6.2")
def test_a_mutual_like_answers_the_match(client, client_for, me):
    admirer = LikeFactory(liked=me).liker
    match = client.post("/api/v1/likes", {"profile_id": admirer.pk}).json()["match"]
    assert set(match) == {"id", "profile", "conversation_id", "created_at"}
    assert match["profile"]["id"] == str(admirer.pk)
    assert client.get(f"/api/v1/matches/{match['id']}").json() == match
    theirs = client_for(admirer.user).get("/api/v1/matches").json()["results"]
    assert [row["profile"]["id"] for row in theirs] == [str(me.pk)]


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("path", ["likes", "passes"])
def test_liking_and_passing_refuse_nonsense(client, me, path):
    for body, status in [
        ({}, 400),
        ({"profile_id": "rex"}, 400),
        ({"profile_id": str(me.pk)}, 400),
        ({"profile_id": str(uuid4())}, 404),
        ({"profile_id": str(ProfileFactory(photos=0).pk)}, 404),
        ([], 400),
    ]:
        assert client.post(f"/api/v1/{path}", body).status_code == status, body
    assert not Like.objects.exists()
    assert not Pass.objects.exists()


def test_likes_received_are_those_that_wait_for_my_answer(client, me):
    waiting = LikeFactory(liked=me, comment="Nice ears")
    LikeFactory(liked=me, liker__paused_at=timezone.now())
    matched(me)
    pass_on(passer=me, passed=LikeFactory(liked=me).liker)
    results = client.get("/api/v1/likes/received").json()["results"]
    assert [(row["id"], row["comment"]) for row in results] == [(str(waiting.pk), "Nice ears")]
    assert set(results[0]) == {"id", "profile", "comment", "created_at"}


def test_likes_sent_and_unlike(client, me):
    like = LikeFactory(liker=me)
    results = client.get("/api/v1/likes/sent").json()["results"]
    assert [row["profile"]["id"] for row in results] == [str(like.liked_id)]
    assert client.delete(f"/api/v1/likes/{like.liked_id}").status_code == 204
    assert client.delete(f"/api/v1/likes/{like.liked_id}").status_code == 404
    assert client.get("/api/v1/likes/sent").json()["results"] == []


@pytest.mark.requirement("R5.6")
def test_unlike_ends_the_match_and_shows_the_other_in_the_deck_again(client, me):
    other = matched(me).other(me)
    assert client.delete(f"/api/v1/likes/{other.pk}").status_code == 204
    assert client.get("/api/v1/matches").json()["results"] == []
    assert deck_ids(client) == [str(other.pk)]


@pytest.mark.requirement("R5.2", "R5.5")
def test_passing_and_taking_it_back(client):
    somebody = ProfileFactory()
    first = client.post("/api/v1/passes", {"profile_id": somebody.pk})
    again = client.post("/api/v1/passes", {"profile_id": somebody.pk})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert set(first.json()) == {"id", "profile", "created_at"}
    assert client.get("/api/v1/passes").json()["results"] == [first.json()]
    assert deck_ids(client) == []
    assert client.delete(f"/api/v1/passes/{somebody.pk}").status_code == 204
    assert deck_ids(client) == [str(somebody.pk)]


def test_a_pass_on_a_match_is_a_conflict(client, me):
    other = matched(me).other(me)
    answer = client.post("/api/v1/passes", {"profile_id": other.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_matched")


# --- Matches --------------------------------------------------------------------------------------


@pytest.mark.requirement("R6.4")
def test_matches_come_newest_first_page_by_page(client, me):
    made = [matched(me) for _ in range(5)]
    page = client.get("/api/v1/matches?limit=3").json()
    rest = client.get(page["next"]).json()
    ids = [row["id"] for row in page["results"] + rest["results"]]
    assert ids == [str(match.pk) for match in reversed(made)]
    assert rest["next"] is None


@pytest.mark.requirement("R6.3", "P16")
def test_unmatching_over_the_api(client, client_for, me):
    match = matched(me)
    other = match.other(me)
    assert client.delete(f"/api/v1/matches/{match.pk}").status_code == 204
    assert client.get(f"/api/v1/matches/{match.pk}").status_code == 404
    assert client.delete(f"/api/v1/matches/{match.pk}").status_code == 404
    theirs = client_for(other.user)
    assert theirs.get("/api/v1/matches").json()["results"] == []
    answer = theirs.post(
        f"/api/v1/conversations/{match.conversation_id}/messages",
        {"client_id": uuid4(), "body": "Why?"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "match_ended")
    assert deck_ids(client) == []
    assert deck_ids(theirs) == []
    assert [row["profile"]["id"] for row in client.get("/api/v1/passes").json()["results"]] == [
        str(other.pk)
    ]


def test_matches_of_others_are_not_found(client):
    match = matched()
    assert client.get(f"/api/v1/matches/{match.pk}").status_code == 404
    assert client.delete(f"/api/v1/matches/{match.pk}").status_code == 404
    assert Match.objects.active().count() == 1


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
