"""`matching_best` against every dog scored and sorted, on towns large enough for its bounds to bite."""

import datetime
import random

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Block, User
from matching.models import Deck, Like, Pass
from matching.ranking import Outlook, Position, fill
from matching.tests import naive
from profiles.cells import snap
from profiles.models import Preferences, Profile

pytestmark = pytest.mark.django_db

# An ordinary town, the equator, both sides of 180°, both poles, and as far north as people live.
CENTRES = [
    (47.6, -122.3), (0.0, 0.0), (-16.8, 180.0), (-16.8, -179.99), (89.97, 30.0), (-89.99, 0.0),
    (78.2, 15.6),
]  # fmt: skip
DOGS = 150


def settle(centre, spread_km, seed, now):
    """A town of dogs around the first of them, who is the viewer; the nearer the more."""
    chance = random.Random(seed)
    people = User.objects.bulk_create(
        User(email=f"{seed}-{number}@example.org") for number in range(DOGS)
    )
    Preferences.objects.bulk_create(
        Preferences(
            user=user,
            min_age=chance.choice([0, 0, 0, 2]),
            max_age=chance.choice([8, 20, 20]),
            max_distance=chance.choice([5, 25, 100, 500]),
            distance_unit=chance.choice(["miles", "kilometers"]),
        )
        for user in people
    )
    dogs = Profile.objects.bulk_create(
        dog_around(user, centre, spread_km, chance, now) for user in people
    )
    decide(dogs, chance, now)
    return Profile.objects.select_related("user__preferences").get(pk=dogs[0].pk)


def dog_around(user, centre, spread_km, chance, now):
    north, east = (chance.gauss(0, spread_km / 111) for _ in range(2))
    latitude = max(-90.0, min(90.0, centre[0] + north))
    longitude = (centre[1] + 2 * east + 180) % 360 - 180
    place = snap(Point(longitude, latitude, srid=4326))
    soon = chance.random() < 0.1
    return Profile(
        user=user,
        name="Rex",
        birth_date=timezone.localdate() - datetime.timedelta(days=chance.randrange(5000)),
        activity_level=chance.randrange(3),
        photo_count=2,
        location=place,
        location_shows_at=now + datetime.timedelta(minutes=40 if soon else -40),
        previous_location=snap(Point(centre[1], centre[0], srid=4326)) if soon else None,
        last_active_at=now - datetime.timedelta(days=chance.expovariate(0.3)),
    )


def decide(dogs, chance, now):
    viewer = dogs[0]
    likes, passes, blocks = [], [], []
    for dog in dogs[1:]:
        fate = chance.random()
        if fate < 0.1:
            likes.append(Like(liker=dog, liked=viewer))
        elif fate < 0.2:
            likes.append(Like(liker=viewer, liked=dog))
        elif fate < 0.25:
            passes.append(Pass(passer=viewer, passed=dog))
        elif fate < 0.3:
            passes.append(Pass(passer=dog, passed=viewer))
        elif fate < 0.33:
            blocks.append(Block(blocker=dog.user, blocked=viewer.user))
    Like.objects.bulk_create(likes)
    Pass.objects.bulk_create(passes)
    Block.objects.bulk_create(blocks)


def window(viewer, now, size, after=None):
    """The next dogs as they are kept: ids with their scores and ties."""
    fill(Outlook.of(viewer, now), now, after, size=size)
    kept = Deck.objects.get(viewer=viewer)
    points = zip(
        kept.distance_points, kept.age_points, kept.activity_points, kept.recency_points,
        kept.interest_points, strict=True,
    )  # fmt: skip
    scores = map(sum, points)
    return list(zip(kept.profile_ids, scores, kept.ties, strict=True))


def everybody(viewer, now, size):
    """The whole deck, a window at a time."""
    found, after = [], None
    while len(found) <= DOGS:
        following = window(viewer, now, size, after)
        found += following
        if len(following) < size:
            return found
        after = Position(*following[-1][1:])
    raise AssertionError("the windows do not end")


@pytest.mark.requirement("R4.1", "R4.2", "R4.3", "R4.4", "R4.5", "R8.4", "R10.1", "R10.2", "P11")
@settings(max_examples=25, deadline=None)
@given(
    centre=st.sampled_from(CENTRES),
    spread_km=st.sampled_from([0.5, 3, 12, 60, 300]),
    size=st.sampled_from([1, 5, 20, 60, 200]),
    seed=st.integers(0, 2**32),
)
def test_nobody_is_missed_and_the_order_is_exact(centre, spread_km, size, seed):
    User.objects.all().delete()
    now = timezone.now()
    viewer = settle(centre, spread_km, seed, now)
    expected = [(dog.pk, round(dog.score * 10), dog.tie) for dog in naive.deck(viewer, now)]
    assert everybody(viewer, now, max(size, len(expected) // 8)) == expected
