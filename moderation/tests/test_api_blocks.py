from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import UserFactory
from matching.models import Match
from matching.services import unmatch
from matching.tests.factories import LikeFactory, matched
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


def test_blocking_listing_and_lifting(client, me):
    somebody = ProfileFactory(name="Rex")
    for _ in range(2):
        assert client.put(f"/api/v1/blocks/{somebody.pk}").status_code == 204
    rows = client.get("/api/v1/blocks").json()["results"]
    assert [(row["profile_id"], row["name"]) for row in rows] == [(str(somebody.pk), "Rex")]
    assert client.get(f"/api/v1/profiles/{somebody.pk}").status_code == 404
    assert client.delete(f"/api/v1/blocks/{somebody.pk}").status_code == 204
    assert client.delete(f"/api/v1/blocks/{somebody.pk}").status_code == 404
    assert client.get(f"/api/v1/profiles/{somebody.pk}").status_code == 200


@pytest.mark.requirement("P11")
def test_blocking_hides_both_from_each_other_everywhere(client, client_for, me):
    match = matched(me)
    other = match.other(me)
    client.put(f"/api/v1/blocks/{other.pk}")
    assert not Match.objects.active().exists()
    for side, hidden in ((client, other), (client_for(other.user), me)):
        for path in ("deck", "matches", "likes/received", "likes/sent", "passes"):
            assert side.get(f"/api/v1/{path}").json()["results"] == [], path
        for answer in (
            side.get(f"/api/v1/profiles/{hidden.pk}"),
            side.post("/api/v1/likes", {"profile_id": hidden.pk}),
            side.post("/api/v1/passes", {"profile_id": hidden.pk}),
        ):
            assert answer.status_code == 404
    assert client.get("/api/v1/conversations").json()["results"] == []


def test_blocking_does_not_tell_who_is_hidden_from_who_is_gone(client, me):
    blocked_me = Block.objects.create(blocker=ProfileFactory().user, blocked=me.user)
    hidden = [blocked_me.blocker.profile.pk, ProfileFactory(photos=0).pk, uuid4()]
    for path in ("blocks", "likes", "passes"):
        method = client.put if path == "blocks" else client.delete
        assert {method(f"/api/v1/{path}/{pk}").status_code for pk in hidden} == {404}
    assert client.get("/api/v1/blocks").json()["results"] == []


def test_whom_one_talked_to_can_be_blocked_while_they_hide(client, me):
    match = matched(me)
    other = match.other(me)
    unmatch(match=match, by=other)
    Profile.objects.filter(pk=other.pk).update(paused_at=timezone.now(), name="New name")
    assert client.put(f"/api/v1/blocks/{other.pk}").status_code == 204


def test_a_block_keeps_the_name_that_was_known(client):
    somebody = ProfileFactory(name="Rex")
    client.put(f"/api/v1/blocks/{somebody.pk}")
    Profile.objects.filter(pk=somebody.pk).update(name="Max")
    assert client.get("/api/v1/blocks").json()["results"][0]["name"] == "Rex"


def test_a_block_is_not_for_oneself_nor_for_nobody(client, me):
    assert client.put(f"/api/v1/blocks/{me.pk}").status_code == 400
    assert client.put(f"/api/v1/blocks/{uuid4()}").status_code == 404
    assert not Block.objects.exists()


def test_somebody_without_a_profile_can_block(client_for):
    user, somebody = UserFactory(), ProfileFactory()
    assert client_for(user).put(f"/api/v1/blocks/{somebody.pk}").status_code == 204
    assert Block.objects.get().blocker == user


def test_a_like_from_a_blocked_person_is_not_received(client, me):
    like = LikeFactory(liked=me)
    client.put(f"/api/v1/blocks/{like.liker_id}")
    assert client.get("/api/v1/likes/received").json()["results"] == []


def test_the_list_of_blocks_costs_the_same_for_one_and_for_twenty(
    client, me, django_assert_num_queries
):
    Block.objects.create(blocker=me.user, blocked=ProfileFactory().user)
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/blocks")
    for _ in range(19):
        Block.objects.create(blocker=me.user, blocked=ProfileFactory().user)
    with django_assert_num_queries(len(one)):
        assert len(client.get("/api/v1/blocks").json()["results"]) == 20
