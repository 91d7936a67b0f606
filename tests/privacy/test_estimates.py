"""How well each channel tells where somebody is: no better than knowing their cell.

In the long form 200 targets for each channel, over the API; the table goes into docs/security.md. So that
the attacks are known to be good, each of them has to find whoever is kept as an exact point.
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from django.contrib.gis.geos import Point
from django.db import transaction

from profiles.cells import snap
from pupmatch.lib.geo import distance_m
from tests.privacy.attacks import ATTACKS, Search, estimate, hide
from tests.privacy.geometry import point, quantile, towards
from tests.privacy.world import Keep, World, as_a_cell, stand

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

# Metres that an attack is off at most, and mostly is not by far: whole tenths of points make an order.
PRECISION_M = 60


class Trial(NamedTuple):
    """Where somebody really was, and where an attack found them."""

    where: Point
    found: Point
    asked: int

    @property
    def error(self) -> float:
        """The attack's, in metres."""
        return distance_m(self.found, self.where)

    @property
    def cell_error(self) -> float:
        """That of somebody who knows the cell alone, and guesses its centre."""
        return distance_m(snap(self.where), self.where)


@pytest.fixture
def world(client_for: Callable) -> World:
    return World(client_for, point(47.6, -122.3))


@pytest.fixture
def trials(world: World, sized: Callable[[int, int], int]) -> Callable[..., Iterator[Trial]]:
    """`trials(attack, keep, count)`: tries an attack on so many targets, each forgotten afterwards."""
    rays, to = sized(3, 4), sized(8, 4)

    def run(name: str, keep: Keep, count: int) -> Iterator[Trial]:
        chance = random.Random(f"{name} {count}")
        for _ in range(count):
            with transaction.atomic():
                where = hide(world, keep, chance)
                rough = towards(where, chance.uniform(0, 360), chance.uniform(0, 3000))
                for dog in (world.friend, *world.decoys):
                    as_a_cell(dog, rough)
                search = Search(world, rough, rays=rays, to=to)
                yield Trial(where, estimate(ATTACKS[name], search), search.asked)
                transaction.set_rollback(True)

    return run


@pytest.mark.parametrize("name", ATTACKS)
def test_an_exact_place_would_be_found(trials, sized, name):
    """Otherwise what follows would say nothing."""
    errors = [trial.error for trial in trials(name, stand, sized(1, 20))]
    assert quantile(errors, 0.5) < PRECISION_M
    print(f"| {name} | an exact place | {quantile(errors, 0.5):.0f} |")


@pytest.mark.parametrize("name", ATTACKS)
def test_what_is_found_is_the_centre_of_a_cell(trials, sized, name):
    tried = list(trials(name, as_a_cell, sized(1, 200)))
    off_centre = [distance_m(trial.found, snap(trial.where)) for trial in tried]
    assert quantile(off_centre, 0.5) < PRECISION_M
    if len(tried) >= 100:
        _judge(name, tried)


def _judge(name: str, tried: list[Trial]) -> None:
    found, known = ([row.error for row in tried], [row.cell_error for row in tried])
    half, twentieth = (quantile(found, share) / quantile(known, share) for share in (0.5, 0.05))
    asked = sum(trial.asked for trial in tried) / len(tried)
    print(
        f"| {name} | {len(tried)} | {asked:.0f} | {quantile(found, 0.5):.0f} | {half:.3f} |"
        f" {quantile(found, 0.05):.0f} | {twentieth:.3f} |"
    )
    assert half >= 0.95
    assert twentieth >= 0.9
