"""Two people in the same cell are the same to everybody else, to the byte.

The target lives once at one point of a cell and once at another, and reports where it is now and then;
an attacker with two accounts moves at will and reads. In the long form 500 pairs, 40 steps each.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from notifications.push import http
from notifications.tests.provider import Provider
from profiles.cells import snap
from profiles.models import Profile
from tests.privacy.geometry import point, somewhere, towards, within_cell
from tests.privacy.transcripts import Watch, acts, listen, readings
from tests.privacy.world import PUT_PLACE, World, as_a_cell, forget_place, stand

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

STEPS = 40


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    with Provider() as server:
        settings.EXPO_PUSH_URL = server.url
        yield server
        http.session().close()
        http.session.cache_clear()


@pytest.fixture
def world(client_for: Callable, provider: Provider) -> World:
    world = World(client_for, point(47.6, -122.3))
    listen(world)
    return world


def told(world: World, provider: Provider, centre: Point, seed: str, where: random.Random) -> list:
    """What the attackers read of a target in this cell; `where` in it is told to nobody."""

    def report() -> None:
        answer = world.target_client.put(PUT_PLACE, _body(within_cell(centre, where)))
        assert answer.status_code == 200

    chance, watch = random.Random(seed), Watch(world, provider)
    rough = towards(centre, chance.uniform(0, 360), chance.uniform(0, 2000))
    with transaction.atomic(), time_machine.travel(timezone.now(), tick=False) as clock:
        forget_place(world.target)
        for dog in world.decoys:
            as_a_cell(dog, towards(rough, chance.uniform(0, 360), chance.uniform(0, 9000)))
        for place in world.playgrounds:
            place.location = towards(rough, chance.uniform(0, 360), chance.uniform(0, 9000))
            place.save()
        report()
        reads = readings(watch, rough)
        for step in range(STEPS):
            for attacker in (world.attacker, world.friend):
                stand(attacker, towards(rough, chance.uniform(0, 360), chance.uniform(0, 12_000)))
            if step % 4 == 0:
                report()
                acts(world, chance)()
                world.wish(
                    max_distance=chance.choice([2, 5, 10, 500]),
                    distance_unit=chance.choice(["miles", "kilometers"]),
                )
            watch.get(f"profiles/{world.target.pk}")
            watch.get("deck")
            reads[step % len(reads)]()
            clock.shift(timedelta(seconds=7))
        assert Profile.objects.get(pk=world.target.pk).location == centre
        transaction.set_rollback(True)
    return watch.masked()


def _body(where: Point) -> dict[str, float]:
    return {"latitude": where.y, "longitude": where.x}


def test_no_answer_tells_two_places_in_a_cell_apart(world, provider, sized):
    chance, answers = random.Random(6), 0
    began = timezone.now()
    for pair in range(sized(1, 500)):
        centre = snap(somewhere(chance))
        with time_machine.travel(began, tick=False):
            here, there = (
                told(world, provider, centre, f"{pair}", random.Random(f"{pair}{side}"))
                for side in "ab"
            )
        assert len(here) == len(there) > 2 * STEPS
        for line, other in zip(here, there, strict=True):
            assert line == other
        answers += len(here)
    print(f"{answers} answers of {pair + 1} pairs, none of which differs by a byte")


def test_another_cell_is_told_apart(world, provider):
    """Otherwise the other test would compare nothing."""
    began, chance = timezone.now(), random.Random(7)
    centre = snap(somewhere(chance))
    with time_machine.travel(began, tick=False):
        here, there = (
            told(world, provider, cell, "0", random.Random(1))
            for cell in (centre, snap(towards(centre, 45, 3000)))
        )
    differing = {line.split()[0] for line, other in zip(here, there, strict=False) if line != other}
    assert {"deck", f"profiles/{here[0].split()[0].rpartition('/')[2]}"} <= differing
