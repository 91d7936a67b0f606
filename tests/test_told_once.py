"""Telephones ring once a day for a like of the same two people, and for a match; events tell of each."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from events.models import Event, Stream
from matching import services
from matching.models import Like
from matching.tests.factories import LikeFactory
from moderation.blocking import block, unblock
from profiles.models import Profile
from profiles.services import create_profile, delete_profile
from profiles.tests.factories import ProfileFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_limits")]


@pytest.fixture
def other():
    return ProfileFactory()


def rings(*profiles):
    """Whom of them something waits to be told to since they were asked last."""
    streams = Stream.objects.filter(user__in=[each.user_id for each in profiles])
    waiting = set(streams.exclude(notify_from=None).values_list("user_id", flat=True))
    for each in profiles:
        Stream.objects.update_or_create(
            user=each.user, defaults={"wants_notifications": True, "notify_from": None}
        )
    return waiting


def told(profile):
    return list(
        Event.objects.filter(stream=profile.user_id)
        .order_by("position")
        .values_list("type", flat=True)
    )


def like(me, other):
    return services.like(liker=me, liked=other)


def by_unlike(me, other):
    services.unlike(liker=me, liked=other)
    return me


def by_pass(me, other):
    services.pass_on(passer=me, passed=other)
    return me


def by_block(me, other):
    block(blocker=me.user, blocked=other)
    unblock(blocker=me.user, blocked=other)
    return me


def by_another_dog(me, other):
    delete_profile(profile=me)
    made = create_profile(user=me.user, name="Rex", birth_date=date(2022, 1, 1))
    Profile.objects.filter(pk=made.pk).update(
        photo_count=2, location=other.location, location_shows_at=timezone.now()
    )
    return made


@pytest.mark.parametrize("take_back", [by_unlike, by_pass, by_block, by_another_dog])
def test_a_like_again_is_there_and_rings_no_more(me, other, take_back):
    rings(other)
    like(me, other)
    assert rings(other) == {other.user_id}
    for _ in range(3):
        me = take_back(me, other)
        like(me, other)
        assert rings(other) == set()
    assert told(other) == ["like.received"] + ["like.removed", "like.received"] * 3
    assert Like.objects.waiting_for(other).count() == 1


def test_a_day_later_it_is_news_again(me, other):
    rings(other)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for hours, is_news in ((0, True), (23, False), (2, True), (1, False)):
            clock.shift(timedelta(hours=hours))
            like(me, other)
            assert (rings(other) == {other.user_id}) is is_news
            services.unlike(liker=me, liked=other)


def test_each_of_two_people_is_told_of_the_others_like_and_of_others(me, other):
    third = ProfileFactory()
    rings(me, other, third)
    like(me, other)
    services.unlike(liker=me, liked=other)
    like(other, me)
    assert rings(me, other) == {me.user_id, other.user_id}
    like(third, me)
    like(other, third)
    assert rings(me, third) == {me.user_id, third.user_id}


@pytest.mark.parametrize("end", ["unmatch", "unlike"])
def test_of_match_after_match_the_first_is_news(me, other, end):
    LikeFactory(liker=other, liked=me)
    rings(me, other)
    for turn in range(3):
        match, _ = like(me, other)
        assert rings(me, other) == ({me.user_id, other.user_id} if turn == 0 else set())
        if end == "unmatch":
            services.unmatch(match=match, by=me)
        else:
            services.unlike(liker=me, liked=other)
    for each in (me, other):
        matches = [kind for kind in told(each) if kind.startswith("match.")]
        assert matches == ["match.created", "match.ended"] * 3


def test_what_was_rolled_back_was_no_news(me, other, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"likes_a_day": (1, 86_400)}
    LikeFactory(liker=me)
    like(me, ProfileFactory())
    rings(other)
    with pytest.raises(services.LikesUsedUp):
        like(me, other)
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"likes_a_day": (9, 86_400)}
    like(me, other)
    assert rings(other) == {other.user_id}
