import datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from matching.models import Like, Match, Pass
from matching.services import pass_on
from matching.tests.asking import deck_ids
from matching.tests.factories import LikeFactory, matched
from profiles.tests.factories import ProfileFactory
from screening.models import Finding

pytestmark = pytest.mark.django_db


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


def test_begging_with_every_like_is_noticed(client):
    text = "Hi lovely, I am raising money for my sick puppy and grateful for any help today"
    for _ in range(9):
        answer = client.post("/api/v1/likes", {"profile_id": ProfileFactory().pk, "comment": text})
        assert answer.status_code == 201
    assert Finding.objects.get().kind == Finding.Kind.SIMILAR_OPENERS


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


@pytest.mark.requirement("R8.1")
def test_who_was_got_rid_of_does_not_go_on_looking(client, client_for, me):
    """Not at the card, and so not at where the other is by now; an ended match looks like a block."""
    other = ProfileFactory()
    follower = client_for(other.user)

    def seen():
        card = follower.get(f"/api/v1/profiles/{me.pk}").status_code
        return card, follower.get("/api/v1/likes/sent").json()["results"] != []

    client.post("/api/v1/passes", {"profile_id": other.pk})
    LikeFactory(liker=other, liked=me)
    assert seen() == (200, True), "a pass is never learned of"
    Pass.objects.all().delete()
    client.post("/api/v1/likes", {"profile_id": other.pk})
    match = Match.objects.get()
    assert seen() == (200, True)
    client.delete(f"/api/v1/matches/{match.pk}")
    assert seen() == (404, False)
    # Who ended it knows whom they look at.
    assert client.get(f"/api/v1/profiles/{other.pk}").status_code == 200
    client.delete(f"/api/v1/passes/{other.pk}")
    assert seen() == (200, True)


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
