"""The deck against the rules written out in plain Python, on random towns."""

import datetime
import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Block, User
from matching.deck import first_page
from matching.models import Like, Pass
from matching.tests.naive import deck
from profiles.cells import snap
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.geo import distance_m

pytestmark = pytest.mark.django_db

# Where grids and maps go wrong: an ordinary town, the equator, both sides of 180°, near the poles.
TOWNS = [(47.6, -122.3), (0.0, 0.0), (-16.8, 180.0), (-16.8, -179.99), (89.97, 30.0), (-89.99, 0.0)]

dogs = st.lists(
    st.fixed_dictionaries(
        {
            "north": st.floats(-0.5, 0.5),
            "east": st.floats(-0.5, 0.5),
            "age_days": st.integers(0, 5000),
            "level": st.integers(0, 2),
            "idle_hours": st.integers(0, 400),
            "min_age": st.integers(0, 6),
            "max_age": st.integers(6, 20),
            "relation": st.sampled_from(
                ["", "", "", "likes", "liked", "passed", "passes", "blocks"]
            ),
            "is_listed": st.sampled_from([True, True, True, False]),
        }
    ),
    max_size=12,
)


def settle(town, dog, now):
    """A profile as drawn, in or around a town."""
    latitude = max(-90.0, min(90.0, town[0] + dog["north"]))
    longitude = (town[1] + dog["east"] + 180) % 360 - 180
    return ProfileFactory(
        location=snap(Point(longitude, latitude, srid=4326)),
        location_shows_at=now,
        birth_date=timezone.localdate() - datetime.timedelta(days=dog["age_days"]),
        activity_level=dog["level"],
        last_active_at=now - datetime.timedelta(hours=dog["idle_hours"]),
        preferences__min_age=dog["min_age"],
        preferences__max_age=dog["max_age"],
        photos=2 if dog["is_listed"] else 1,
    )


def relate(me, other, relation):
    if relation == "likes":
        Like.objects.create(liker=other, liked=me)
    elif relation == "liked":
        Like.objects.create(liker=me, liked=other)
    elif relation == "passed":
        Pass.objects.create(passer=me, passed=other)
    elif relation == "passes":
        Pass.objects.create(passer=other, passed=me)
    elif relation == "blocks":
        Block.objects.create(blocker=other.user, blocked=me.user)


def belongs(me, other, dog):
    wanted, offered = me.user.preferences, other.user.preferences
    return (
        dog["is_listed"]
        and dog["relation"] in ("", "likes")
        and distance_m(me.location, other.location) <= wanted.max_distance_m
        and wanted.min_age <= min(other.age, 20) <= wanted.max_age
        and offered.min_age <= min(me.age, 20) <= offered.max_age
    )


def tenths(points):
    return Decimal(repr(points)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def score(me, other, dog, now):
    days = abs((me.birth_date - other.birth_date).days)
    idle_days = max(0, (now.date() - other.last_active_at.date()).days)
    return sum(
        map(
            tenths,
            [
                30 * math.exp(-distance_m(me.location, other.location) / 8000),
                20 * max(0.0, 1 - days / 1826),
                20 * (1 - abs(me.activity_level - other.activity_level) / 2),
                15 * math.exp(-idle_days / 3),
                15.0 if dog["relation"] == "likes" else 0.0,
            ],
        )
    )


@pytest.mark.requirement("R4.1", "R4.2", "R4.3", "R4.4", "R4.5", "R8.2", "R8.4", "R10.1", "P11")
@settings(max_examples=40)
@given(town=st.sampled_from(TOWNS), drawn=dogs, max_distance=st.integers(1, 100))
def test_the_deck_is_exactly_what_the_rules_say(town, drawn, max_distance):
    User.objects.all().delete()
    now = timezone.now()
    myself = {
        "north": 0, "east": 0, "age_days": 1500, "level": 1, "idle_hours": 0,
        "min_age": 0, "max_age": 12, "is_listed": True,
    }  # fmt: skip
    me = settle(town, myself, now)
    me.user.preferences.max_distance = max_distance
    me.user.preferences.save()
    others = [(settle(town, dog, now), dog) for dog in drawn]
    for other, dog in others:
        relate(me, other, dog["relation"])

    viewer = Profile.objects.select_related("user__preferences").get(pk=me.pk)
    found = list(deck(viewer, now))
    shown = first_page(viewer, 50).dogs

    expected = {
        other.pk: score(me, other, dog, now) for other, dog in others if belongs(me, other, dog)
    }
    assert {profile.pk: profile.score for profile in found} == expected
    assert [profile.score for profile in found] == sorted(expected.values(), reverse=True)
    assert [(dog.profile_id, Decimal(dog.score) / 10) for dog in shown] == [
        (profile.pk, profile.score) for profile in found
    ]
