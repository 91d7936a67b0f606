"""So many new likes a day, by a setting: exact, and of new ones alone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from matching import services
from matching.models import Like, Match
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import LimitedCaller, RequestCounter

pytestmark = pytest.mark.usefixtures("real_limits")


@pytest.fixture(autouse=True)
def four_a_day(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"likes_a_day": (4, 86_400)}


@pytest.fixture
def me(db):
    return ProfileFactory()


@pytest.fixture
def like(client_for, me):
    client = client_for(me.user)

    def liked(other, **body):
        return client.post("/api/v1/likes", {"profile_id": other.pk, **body})

    liked.client = client
    return liked


def test_past_the_likes_of_a_day_nothing_is_liked_until_the_next(like, me, client_for):
    others = ProfileFactory.create_batch(6)
    Like.objects.create(liker=others[5], liked=me)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        answers = []
        for other in others:
            answers.append(like(other))
            clock.shift(60)
        assert [answer.status_code for answer in answers] == [201] * 4 + [429] * 2
        refused = answers[-1]
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.data["code"] == "likes_used_up"
        assert refused["Retry-After"] == str(86_400 - 5 * 60)
        assert [answer["RateLimit-Remaining"] for answer in answers] == list("321000")
        assert refused["RateLimit-Limit"] == "4"
        # What was refused did nothing: no like, and no match with who liked us.
        assert Like.objects.filter(liker=me).count() == 4
        assert not Match.objects.exists()
        clock.shift(timedelta(days=1))
        answer = client_for(me.user).post("/api/v1/likes", {"profile_id": others[5].pk})
        assert answer.data["match"] is not None


def test_likes_again_and_passes_and_refusals_use_up_nothing(like, me):
    first, second, *others = ProfileFactory.create_batch(6)
    assert [like(first).status_code for _ in range(5)] == [201] + [200] * 4
    assert like(me).status_code == 400
    assert like(ProfileFactory(paused_at=timezone.now())).status_code == 404
    assert [like(one).status_code for one in (second, *others[:2])] == [201] * 3
    for other in others[2:]:
        assert like(other).status_code == 429
        answer = like.client.post("/api/v1/passes", {"profile_id": other.pk})
        assert answer.status_code == 201
    assert like(first).status_code == 200, "a like that was there"


def test_taking_a_like_back_gives_none_back(like):
    others = ProfileFactory.create_batch(5)
    for other in others[:4]:
        assert like(other).status_code == 201
        assert like.client.delete(f"/api/v1/likes/{other.pk}").status_code == 204
    assert like(others[4]).status_code == 429


def test_without_the_setting_there_is_no_such_limit(like, settings):
    settings.RATE_LIMITS = {
        scope: rate for scope, rate in settings.RATE_LIMITS.items() if scope != "likes_a_day"
    }
    assert {like(other).status_code for other in ProfileFactory.create_batch(6)} == {201}


def test_staff_see_who_used_them_up(like, me):
    for other in ProfileFactory.create_batch(6):
        like(other)
    [row] = LimitedCaller.objects.all()
    assert (row.scope, row.user, row.allowed, row.refusals) == ("likes_a_day", me.user, 4, 2)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_as_many_as_may(in_parallel, settings, sized):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"likes_a_day": (20, 86_400)}
    for _ in range(sized(1, 20)):
        me, others = ProfileFactory(), ProfileFactory.create_batch(50)

        def like(other, me=me):
            return services.like(liker=me, liked=other)

        outcomes = in_parallel(*[lambda other=other: like(other) for other in others])
        refused = [one for one in outcomes if isinstance(one, services.LikesUsedUp)]
        assert len(refused) == 30, [one for one in outcomes if isinstance(one, Exception)]
        assert Like.objects.filter(liker=me).count() == 20
        assert RequestCounter.objects.get(key=f"likes_a_day:person:{me.user_id}").count == 20
