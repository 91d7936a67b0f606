"""Who walks, comes home and rests is found no better than by the cell that others see."""

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from profiles.cells import cell_of, snap
from profiles.models import Profile
from profiles.places import MOVES_PER_HOUR, TooManyMoves, set_location
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.geo import distance_m
from tests.privacy.geometry import (
    EARTH,
    Clue,
    meeting,
    point,
    quantile,
    somewhere,
    towards,
    within_cell,
)
from tests.privacy.world import as_a_cell

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]


METRES_A_MINUTE = 84  # 5 km/h


def walk(dog: Profile, chance: random.Random, clock: Any) -> dict[str, Any]:
    """Home on foot, across some edges, with the phone telling each minute; then at rest for hours.

    Somebody asks each minute where the dog is; what they see, and where it was at each moment.
    """
    goal = within_cell(snap(somewhere(chance)), chance)
    start = towards(goal, chance.uniform(0, 360), chance.uniform(1500, 6000))
    as_a_cell(dog, start)
    metres, azimuth = distance_m(start, goal), _azimuth(start, goal)
    seen_before, minute = snap(start), 0
    while True:
        minute += 1
        where = towards(start, azimuth, min(metres, minute * METRES_A_MINUTE))
        clock.shift(timedelta(minutes=1))
        # Diagonally one may meet a seventh cell within the hour: the app tries again a minute later.
        with suppress(TooManyMoves):
            set_location(profile=dog, point=where)
        shown = Profile.objects.get(pk=dog.pk).location_shown_at(timezone.now())
        assert shown is not None
        if shown != seen_before:
            return {"was": seen_before, "shown": shown, "where": where}
        assert minute < 300


def _azimuth(a: Point, b: Point) -> float:
    return EARTH.Inverse(a.y, a.x, b.y, b.x)["azi1"]


@pytest.mark.usefixtures("real_limits")
def test_a_walker_who_is_watched_all_the_time_is_found_no_better_than_by_their_cell(sized):
    """Not by the best guess of where in the cell somebody is who came from there just now."""
    dog, chance = ProfileFactory(), random.Random(9)
    guesses = dict.fromkeys(("centre", *range(-500, 501, 50)))
    errors: dict[Any, list[float]] = {name: [] for name in guesses}
    edges, known = [], []
    for _ in range(sized(4, 200)):
        with transaction.atomic(), time_machine.travel(timezone.now(), tick=False) as clock:
            seen = walk(dog, chance, clock)
            transaction.set_rollback(True)
        azimuth = _azimuth(seen["was"], seen["shown"])
        known.append(distance_m(seen["where"], seen["shown"]))
        # Where an edge is crossed, if the change were seen at that moment.
        edges.append(distance_m(seen["where"], towards(seen["shown"], azimuth + 180, 560)))
        for ahead in range(-500, 501, 50):
            errors[ahead].append(distance_m(seen["where"], towards(seen["shown"], azimuth, ahead)))
    best = min(quantile(found, 0.5) for found in errors.values() if found)
    print(
        f"| walker | {len(known)} | cell {quantile(known, 0.5):.0f} | best of 21 guesses {best:.0f} |"
        f" at the edge {quantile(edges, 0.5):.0f} |"
    )
    assert len(known) < 100 or best >= 0.9 * 451


# --- Coming and going -----------------------------------------------------------------------------


def nights(dog: Profile, home: Point, chance: random.Random, days: int) -> list[Point]:
    """Where others see a dog at night that is out each day, and walks home from anywhere."""
    found = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        Profile.objects.filter(pk=dog.pk).update(
            location=None, location_shows_at=None, seen_cells=None
        )
        set_location(profile=dog, point=_noisy(home, chance))
        for _ in range(days):
            clock.shift(timedelta(hours=9))
            start = towards(home, chance.uniform(0, 360), 4000)
            set_location(profile=dog, point=start)
            clock.shift(timedelta(hours=9))
            azimuth = _azimuth(start, home)
            for metres in range(300, 4000, 300):
                clock.shift(timedelta(minutes=3.6))
                set_location(profile=dog, point=towards(start, azimuth, metres))
            for _ in range(15):
                clock.shift(timedelta(minutes=7))
                set_location(profile=dog, point=_noisy(home, chance))
            shown = Profile.objects.get(pk=dog.pk).location_shown_at(timezone.now())
            assert shown is not None
            found.append(shown)
    return found


def test_who_comes_home_day_after_day_is_found_no_better_than_by_one_cell(sized):
    """By the middle of all cells in which they are seen at night."""
    dog, chance, together, known, several = ProfileFactory(), random.Random(4), [], [], 0
    for _ in range(sized(3, 120)):
        home = within_cell(snap(somewhere(chance)), chance)
        if sized(1, 0):
            # Few, but such as an edge makes a difference to.
            home = point(cell_of(home).south + 0.0002, home.x)
        with transaction.atomic():
            seen = nights(dog, home, chance, sized(4, 12))
            transaction.set_rollback(True)
        cells = list({(place.x, place.y): place for place in seen}.values())
        several += len(cells) > 1
        together.append(distance_m(_middle(cells), home))
        known.append(distance_m(snap(home), home))
    half, twentieth = (quantile(together, q) / quantile(known, q) for q in (0.5, 0.05))
    print(
        f"| coming home | {len(known)} | {several} in two cells or more |"
        f" {quantile(together, 0.5):.0f} | {half:.3f} | {quantile(together, 0.05):.0f} | {twentieth:.3f} |"
    )
    assert several <= len(known) / 50
    assert len(known) < 100 or (half >= 0.95 and twentieth >= 0.9)


def _middle(cells: list[Point]) -> Point:
    clues = [Clue(cell, None, 0) for cell in cells]
    return meeting(clues, cells[0]) if len(cells) > 1 else cells[0]


# --- At rest --------------------------------------------------------------------------------------


def test_people_at_rest_stay_in_one_cell(sized):
    """Wherever they are, poles and antimeridian included, with 15 m of noise in either direction."""
    dog, chance = ProfileFactory(), random.Random(3)
    at_an_edge = 0
    for number in range(sized(12, 1000)):
        home = somewhere(chance) if number % 10 else _odd_place(chance)
        fixes = [_noisy(home, chance) for _ in range(200)]
        with transaction.atomic():
            Profile.objects.filter(pk=dog.pk).update(location=None, location_shows_at=None)
            first = set_location(profile=dog, point=fixes[0])
            others = [fix for fix in fixes if cell_of(fix) != cell_of(first)]
            at_an_edge += bool(others)
            # Those in the same cell change nothing, which a few of them show as well as all.
            for fix in (*others, *fixes[:5]):
                assert set_location(profile=dog, point=fix) == first
            assert not dog.moves.exists()
            transaction.set_rollback(True)
    print(f"{number + 1} people at rest, 200 fixes each, {at_an_edge} near an edge: one cell each")
    assert at_an_edge


def _odd_place(chance: random.Random) -> Point:
    return chance.choice(
        [
            point(chance.uniform(89.95, 90), chance.uniform(-180, 180)),
            point(-90, chance.uniform(-180, 180)),
            point(chance.uniform(-60, 60), chance.choice([180, -180, 179.9999])),
            point(0, chance.uniform(-180, 180)),
            snap(somewhere(chance)),
        ]
    )


def _noisy(home: Point, chance: random.Random) -> Point:
    return towards(towards(home, 0, chance.gauss(0, 15)), 90, chance.gauss(0, 15))


@pytest.mark.usefixtures("real_limits")
@pytest.mark.parametrize(
    "around", [point(89.99, 0), point(-89.995, 120), point(-16.8, 180), point(0, 0), point(71, 25)]
)
def test_six_moves_an_hour_anywhere(around):
    dog = ProfileFactory(location=snap(around))
    places = [snap(towards(around, 60 * n + 7, 9000)) for n in range(8)]
    made = 0
    for where in places:
        try:
            made += set_location(profile=dog, point=where) != snap(around)
        except TooManyMoves:
            break
    assert made == MOVES_PER_HOUR
