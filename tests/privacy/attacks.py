"""What an attacker can do with each thing that depends on where somebody is.

Each attack knows roughly where the target is (within some kilometres), stands wherever it likes, to the
centimetre, asks through the API, and turns what flips into clues of how far the target is from where.
"""

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.gis.geos import Point

from playgrounds.models import Playground
from profiles.cells import snap
from profiles.models import Profile
from tests.privacy.geometry import Clue, flip, meeting, somewhere, towards, within_cell
from tests.privacy.world import World, stand

Attack = Callable[["Search"], Iterator[Clue]]
KM = 1000.0


class Search:
    """One attempt to find the target, from a rough idea of where it is."""

    def __init__(self, world: World, rough: Point, *, rays: int, to: float) -> None:
        self.world, self.rough, self.rays, self.to = world, rough, rays, to
        self.asked = 0

    @property
    def azimuths(self) -> list[float]:
        """Directions all around."""
        return [10 + n * 360 / self.rays for n in range(self.rays)]

    def at(self, where: Point, who: Profile | None = None) -> None:
        """The attacker goes there."""
        stand(who or self.world.attacker, where)

    def get(self, path: str, client: Any = None) -> Any:
        """What the API answers."""
        self.asked += 1
        return self.world.get(path, client)

    def circles(self, radius: float, is_beyond: Callable[[Point], bool]) -> Iterator[Clue]:
        """Clues of where an answer flips that depends on whether the target is within a radius."""
        for azimuth in self.azimuths:
            ray = lambda metres, azimuth=azimuth: towards(self.rough, azimuth, metres)  # noqa: E731
            found = flip(lambda metres, ray=ray: is_beyond(ray(metres)), 0, 16 * KM, to=self.to)
            if found is not None:
                yield Clue(ray(found), None, radius)

    def deck(self) -> dict[str, Any]:
        """The deck's items by dog, in order."""
        return {item["profile"]["id"]: item for item in self.get("deck")["results"]}

    @property
    def target(self) -> str:
        return str(self.world.target.pk)


def card_distance(search: Search) -> Iterator[Clue]:
    """The whole kilometres of a card flip from 5 to 6 on a circle of five kilometres."""

    def is_beyond(where: Point) -> bool:
        search.at(where)
        return search.get(f"profiles/{search.target}")["distance"]["value"] > 5

    return search.circles(5 * KM, is_beyond)


def distance_of_matches(search: Search) -> Iterator[Clue]:
    """The same of a match's card, in miles."""
    search.world.wish(distance_unit="miles")

    def is_beyond(where: Point) -> bool:
        search.at(where, search.world.friend)
        [match] = search.get("matches", search.world.friends_client)["results"]
        return match["profile"]["distance"]["value"] > 3

    yield from search.circles(3 * 1609.344, is_beyond)
    search.world.wish(distance_unit="kilometers")


def filter(search: Search) -> Iterator[Clue]:
    """Whether the target is in the deck, by a largest distance of five kilometres."""
    search.world.wish(max_distance=5)

    def is_beyond(where: Point) -> bool:
        search.at(where)
        return search.target not in search.deck()

    yield from search.circles(5 * KM, is_beyond)
    search.world.wish(max_distance=500)


def score(search: Search) -> Iterator[Clue]:
    """The points for the distance: 30 · e^(-d / 8 km), rounded to a tenth."""
    tenths = 160

    def is_beyond(where: Point) -> bool:
        search.at(where)
        [part] = [
            part["points"]
            for part in search.deck()[search.target]["compatibility"]["parts"]
            if part["name"] == "distance"
        ]
        return round(part * 10) < tenths

    return search.circles(-8 * KM * math.log((tenths - 0.5) / 300), is_beyond)


def order(search: Search) -> Iterator[Clue]:
    """Who comes first, the target or a decoy whose place is known: flips where both are as far."""
    decoy, *others = search.world.decoys
    for other in others:
        search.at(towards(search.rough, 0, 900 * KM), other)
    for azimuth in search.azimuths:
        known = towards(search.rough, azimuth, 7 * KM)
        search.at(known, decoy)
        start = towards(search.rough, azimuth, 9 * KM)

        def way(metres: float, start: Point = start, azimuth: float = azimuth) -> Point:
            return towards(start, azimuth + 180, metres)

        def score_of(who: Any, found: dict[str, Any]) -> float:
            return found[str(who)]["compatibility"]["score"]

        def first(metres: float, way: Any = way, decoy: Profile = decoy) -> int:
            search.at(way(metres))
            found = search.deck()
            ahead = list(found).index(search.target) < list(found).index(str(decoy.pk))
            # Of equal scores the order says nothing, and the scores are there to be read.
            tied = score_of(decoy.pk, found) == score_of(search.target, found)
            return 1 if tied else 2 * ahead

        near = flip(lambda m, first=first: first(m) >= 1, 0, 18 * KM, to=search.to)
        far = flip(lambda m, first=first: first(m) >= 2, 0, 18 * KM, to=search.to)
        if near is not None and far is not None:
            middle = way((near + far) / 2)
            yield Clue(middle, None, _metres(middle, known))
    for other in others:
        search.at(search.rough, other)


def hints(search: Search) -> Iterator[Clue]:
    """How many dogs a larger distance would bring: whether the target is within twice the present one."""
    search.world.wish(max_distance=2.5)

    def is_beyond(where: Point) -> bool:
        search.at(where)
        found = {hint["value"]: hint["additional"] for hint in search.get("deck/hints")["results"]}
        return 500 in found and 5 not in found

    for other in (search.world.friend, *search.world.decoys):
        search.at(towards(search.rough, 0, 900 * KM), other)
    yield from search.circles(5 * KM, is_beyond)
    search.world.wish(max_distance=500)


def way_to_a_meeting_point(search: Search) -> Iterator[Clue]:
    """How far a playground of one's own making is for the target, in whole kilometres."""
    own, *others = search.world.playgrounds
    _away(search, others)

    def is_beyond(where: Point) -> bool:
        search.at(where, search.world.friend)
        Playground.objects.filter(pk=own.pk).update(location=where)
        results = _meeting_points(search)
        return not results or results[0]["other_distance"]["value"] > 5

    return search.circles(5 * KM, is_beyond)


def order_of_meeting_points(search: Search) -> Iterator[Clue]:
    """Which of two playgrounds comes first, both next to oneself: on which side the target is."""
    left, right, other = search.world.playgrounds
    _away(search, [other])
    for azimuth in search.azimuths:
        here = towards(search.rough, azimuth, 6 * KM)
        search.at(here, search.world.friend)

        def pair(turn: float, here: Point = here, azimuth: float = azimuth) -> tuple[Point, Point]:
            heading = azimuth + 180 + turn / 100
            return towards(here, heading - 40, KM), towards(here, heading + 40, KM)

        def is_left(turn: float, pair: Any = pair) -> bool:
            for place, where in zip((left, right), pair(turn), strict=True):
                Playground.objects.filter(pk=place.pk).update(location=where)
            return _meeting_points(search)[0]["id"] == str(left.pk)

        # Hundredths of a degree; so many metres at the target's distance.
        found = flip(is_left, -8000, 8000, to=search.to)
        if found is not None:
            yield Clue(*pair(found), 0)


def _meeting_points(search: Search) -> list[Any]:
    path = f"matches/{search.world.match.pk}/meeting-points"
    return search.get(path, search.world.friends_client)["results"]


def _away(search: Search, places: list[Playground]) -> None:
    far = towards(search.rough, 0, 500 * KM)
    Playground.objects.filter(pk__in=[place.pk for place in places]).update(location=far)


def _metres(a: Point, b: Point) -> float:
    return Clue(a, None, 0).off(b)


ATTACKS: dict[str, Attack] = {
    "distance of a card": card_distance,
    "distance of a match": distance_of_matches,
    "filter by distance": filter,
    "score": score,
    "order in the deck": order,
    "hints": hints,
    "way to a meeting point": way_to_a_meeting_point,
    "order of meeting points": order_of_meeting_points,
}


def estimate(attack: Attack, search: Search) -> Point:
    """Where the attack says that the target is."""
    clues = list(attack(search))
    return meeting(clues, search.rough) if len(clues) >= 3 else search.rough


def hide(world: World, keep: Callable[[Profile, Point], None], chance: random.Random) -> Point:
    """Give the target a place anywhere on the globe, and say where it really is."""
    where = within_cell(snap(somewhere(chance)), chance)
    keep(world.target, where)
    return where
