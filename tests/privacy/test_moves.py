"""Nobody learns of a move before it shows, by anything: to the byte, whatever else happens meanwhile.

The target stays once and moves once, in two worlds that are otherwise alike: it also changes its dog and its
wishes, pauses, likes, writes, may have been seen to move some minutes before, and may be about to be
seen elsewhere. One attacker watches where it was, one where it goes, one is matched with it.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from profiles.cells import snap
from profiles.models import Preferences, Profile
from profiles.places import SHOW_DELAY_MINUTES, set_location
from profiles.tests.factories import ProfileFactory
from tests.privacy.geometry import (
    point,
    somewhere,
    towards,
    within_cell,
)
from tests.privacy.transcripts import Watch, acts, readings
from tests.privacy.world import PUT_PLACE, World, as_a_cell, stand, time_passes

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

STEPS = 12


@pytest.fixture
def world(client_for: Callable) -> World:
    return World(client_for, point(47.6, -122.3))


@pytest.fixture
def lurker(world: World, client_for: Callable) -> Any:
    """One more attacker, who waits where the target is going to."""
    return client_for(world.decoys[0].user)


def told(world: World, lurker: Any, seed: str, *, moves: bool) -> tuple[list[str], list[str]]:
    """What attackers read before the move could show, and long after."""
    chance, watch = random.Random(seed), Watch(world)
    home = snap(somewhere(chance))
    goal = snap(towards(home, chance.uniform(0, 360), 20_000))
    minutes = [chance.uniform(0, 29.9 / STEPS) for _ in range(STEPS)]
    goes_at = chance.randrange(STEPS)
    with transaction.atomic(), time_machine.travel(timezone.now(), tick=False) as clock:
        _settle(world, home, goal, chance, shows_before=sum(minutes[:goes_at]))
        reads = readings(watch, home)
        sees = [
            lambda: watch.get(f"profiles/{world.target.pk}"),
            lambda: watch.get("deck"),
            lambda: watch.get_again("deck", lurker),
            lambda: watch.get("deck/hints", lurker),
        ]
        for step in range(STEPS):
            for see in (*sees, reads[step % len(reads)], reads[(step + 7) % len(reads)]):
                see()
            if step == goes_at:
                _report(world, goal if moves else home)
            if chance.random() < 0.6:
                acts(world, chance)()
            time_passes(clock, minutes[step])
        before = watch.masked()
        world.target_client.delete("/api/v1/me/pause")
        time_passes(clock, 100)
        watch.lines.clear()
        watch.get(f"profiles/{world.target.pk}")
        transaction.set_rollback(True)
    return before, watch.masked()


def _settle(
    world: World, home: Point, goal: Point, chance: random.Random, *, shows_before: float
) -> None:
    """Everybody in their places; the target may come into view here first, or not for some time."""
    now = timezone.now()
    for dog in world.people:
        as_a_cell(dog, home)
    as_a_cell(world.decoys[0], goal)
    Preferences.objects.filter(user=world.decoys[0].user).update(max_distance=1)
    stand(world.attacker, towards(home, chance.uniform(0, 360), 1000))
    world.wish(max_distance=chance.choice([1.5, 10, 500]))
    for place in world.playgrounds:
        place.location = towards(home, chance.uniform(0, 360), chance.uniform(0, 9000))
        place.save()
    shows_in = chance.choice([None, chance.uniform(0, shows_before), chance.uniform(30, 60)])
    if shows_in is not None:
        Profile.objects.filter(pk=world.target.pk).update(
            previous_location=snap(towards(home, chance.uniform(0, 360), 3000)),
            location_shows_at=now + timedelta(minutes=shows_in),
        )


def _report(world: World, centre: Point) -> None:
    where = within_cell(centre, random.Random(0))
    answer = world.target_client.put(PUT_PLACE, {"latitude": where.y, "longitude": where.x})
    assert answer.status_code == 200


def test_a_move_is_told_by_nothing_before_it_shows(world, lurker, sized):
    began, answers = timezone.now(), 0
    for number in range(sized(3, 200)):
        with time_machine.travel(began, tick=False):
            (stays, rests), (goes, arrives) = (
                told(world, lurker, f"{number}", moves=moves) for moves in (False, True)
            )
        assert len(stays) == len(goes)
        for line, other in zip(stays, goes, strict=True):
            assert line == other
        answers += len(stays)
        # Or there would have been nothing to be told.
        assert rests != arrives
    print(f"{answers} answers of {number + 1} pairs, none of which differs by a byte")


# --- When it shows --------------------------------------------------------------------------------


def test_every_moment_from_30_to_90_minutes_is_as_likely(sized):
    """Kolmogorov and Smirnov's distance from the even distribution; 1.95 is exceeded once in a thousand."""
    dog, waits = ProfileFactory(), []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(sized(120, 3000)):
            clock.shift(timedelta(hours=2))
            set_location(profile=dog, point=point(number % 2, 0))
            shows_at = Profile.objects.get(pk=dog.pk).location_shows_at
            waits.append((shows_at - timezone.now()).total_seconds() / 60)
    low, high = SHOW_DELAY_MINUTES
    ranks = [(wait - low) / (high - low) for wait in sorted(waits)]
    assert ranks[0] >= 0
    assert ranks[-1] <= 1
    off = max(abs(rank - (n + 0.5) / len(ranks)) for n, rank in enumerate(ranks))
    assert off * len(ranks) ** 0.5 < 1.95
    print(f"{len(waits)} delays, {min(waits):.1f} to {max(waits):.1f} minutes, KS {off:.4f}")
    # And one says nothing about the next: they are not correlated.
    shares = [(wait - low) / (high - low) - 0.5 for wait in waits]
    together = sum(a * b for a, b in pairwise(shares)) / len(waits) * 12
    assert abs(together) < 3.3 / len(waits) ** 0.5
