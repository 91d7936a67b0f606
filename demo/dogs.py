"""Makes up the dogs of a town. The same seed and number give the same dog."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from demo import portraits, writing
from demo.breeds import MIXED, Register, kinds
from demo.licences import OLDEST, Licence
from demo.portraits import Look, Shot
from demo.town import Town
from demo.wording import load

# How many of a hundred dogs are 0, 1, 2 … years old.
AGES = (7, 9, 10, 10, 9, 9, 8, 7, 7, 6, 6, 5, 3, 2, 1, 0.6, 0.4)
YOUNGEST = timedelta(days=75)

_TEMPERAMENTS = {
    "friendly": 12, "playful": 11, "curious": 9, "gentle": 8, "goofy": 7, "calm": 7, "confident": 6,
    "sensitive": 5, "shy": 4, "independent": 4, "vocal": 3, "protective": 2,
}  # fmt: skip
_NOT_BOTH = ({"shy", "confident"}, {"calm", "goofy"}, {"calm", "vocal"})
_PLAY = (
    ("sniff_walks", "parallel", "puppy_play", "dig", "fetch"),
    ("chase", "fetch", "wrestle", "tug", "sniff_walks", "swim", "dig", "parallel"),
    ("chase", "run", "fetch", "wrestle", "swim", "tug", "dig"),
)
_MILES = {"US", "GB", "LR", "MM"}
# How far people are ready to go, in miles or kilometres; 25 is what the product proposes.
_REACH = {"miles": (25, 25, 25, 10, 15, 40), "kilometers": (25, 25, 25, 15, 40, 60)}


@dataclass(frozen=True)
class Dog:
    """A made-up dog and its owner's wishes; `kind` is what it looks like, `breed` what is told."""

    number: int
    name: str
    kind: str
    breed: str | None
    birth_date: date
    sex: str
    size: str | None
    activity: int
    temperament: list[str]
    play_styles: list[str]
    neutered: bool | None
    good_with_small_dogs: bool | None
    good_with_children: bool | None
    bio: str
    prompts: list[dict[str, str]]
    home: tuple[float, float]
    preferences: dict[str, Any]
    look: Look
    shots: list[Shot]


@dataclass(frozen=True)
class _Facts:
    """What a licence would say, and how lively the breed is."""

    name: str
    kind: str
    breed: str | None
    year: int
    sex: str
    size: str | None
    energy: int


class Breeder:
    """Makes the dogs of one town, numbered from 1."""

    def __init__(self, seed: object, town: Town, register: Register, today: date) -> None:
        self.seed = seed
        self.town = town
        self.register = register
        self.today = today

    def dog(self, number: int, licence: Licence | None = None) -> Dog:
        """The dog of a number; a licence gives it what it tells, and the rest is drawn."""
        rng = Random(f"{self.seed}/dog/{number}")
        facts = self._draw(rng, licence.sex if licence else None)
        if licence:
            facts = self._take(licence, facts)
        born = date(facts.year, rng.randint(1, 12), rng.randint(1, 28))
        born = min(born, self.today - YOUNGEST)
        months = (self.today - born).days * 12 // 365
        activity = _activity(rng, facts.energy, months // 12)
        return Dog(
            number=number,
            name=facts.name,
            kind=facts.kind,
            breed=facts.breed,
            birth_date=born,
            sex=facts.sex,
            size=facts.size,
            activity=activity,
            temperament=_temperament(rng),
            play_styles=rng.sample(_PLAY[activity], rng.randint(1, 4)),
            neutered=_maybe(rng, 0.1 if months < 10 else 0.75),
            good_with_small_dogs=_maybe(rng, 0.85),
            good_with_children=_maybe(rng, 0.8),
            bio=writing.bio(rng, name=facts.name, sex=facts.sex, months=months, activity=activity),
            prompts=writing.prompts(rng),
            home=self.town.home(rng),
            preferences=_preferences(rng, self.town.city.country, months // 12),
            look=portraits.look_for(facts.kind, rng),
            shots=portraits.album(rng.choices((2, 3, 4, 5), (6, 4, 2, 1))[0], rng),
        )

    def _draw(self, rng: Random, sex: str | None) -> _Facts:
        kind = rng.choices(list(kinds().values()), [kind.weight for kind in kinds().values()])[0]
        drawn_sex = rng.choice(("female", "male"))
        return _Facts(
            name=_name(rng, sex or drawn_sex),
            kind=kind.name,
            breed=self.register.find(kind.name),
            year=self.today.year - rng.choices(range(len(AGES)), AGES)[0],
            sex=sex or drawn_sex,
            size=kind.size,
            energy=kind.energy,
        )

    def _take(self, licence: Licence, drawn: _Facts) -> _Facts:
        breed = None
        if licence.breed:
            breed = self.register.find(licence.breed, is_mix=licence.is_mix)
        known = kinds().get(breed or "")
        return _Facts(
            name=licence.name or drawn.name,
            kind=self.register.find(licence.breed) or licence.breed or MIXED,
            breed=breed,
            year=licence.birth_year or drawn.year,
            sex=drawn.sex,
            size=licence.size or (known.size if known else None),
            energy=known.energy if known else 1,
        )


@cache
def _names(sex: str) -> tuple[list[str], list[float]]:
    text = load("names")[sex] + "," + load("names")["either"]
    pairs = re.findall(r"(\w+) (\d+)", text)
    return [name for name, _ in pairs], [float(weight) for _, weight in pairs]


def _name(rng: Random, sex: str) -> str:
    names, weights = _names(sex)
    return rng.choices(names, weights)[0]


def _activity(rng: Random, energy: int, years: int) -> int:
    level = energy + rng.choices((-1, 0, 1), (2, 6, 2))[0]
    if years >= 9:
        level -= 1
    return max(0, min(2, level))


def _temperament(rng: Random) -> list[str]:
    chosen: list[str] = []
    for _ in range(rng.randint(2, 4)):
        left = [
            trait
            for trait in _TEMPERAMENTS
            if trait not in chosen
            and not any(trait in pair and pair & set(chosen) for pair in _NOT_BOTH)
        ]
        chosen.append(rng.choices(left, [_TEMPERAMENTS[trait] for trait in left])[0])
    return chosen


def _maybe(rng: Random, likely: float) -> bool | None:
    """Yes with that likelihood; one owner in eight does not say."""
    told, answer = rng.random() > 0.125, rng.random() < likely
    return answer if told else None


def _preferences(rng: Random, country: str, years: int) -> dict[str, Any]:
    unit = "miles" if country in _MILES else "kilometers"
    low, high = 0, OLDEST
    if rng.random() < 0.3:
        low, high = max(0, years - rng.randint(3, 6)), min(OLDEST, years + rng.randint(3, 7))
    return {
        "min_age": low,
        "max_age": high,
        "max_distance": rng.choice(_REACH[unit]),
        "distance_unit": unit,
        "activity_level": rng.choice((None, None, 0, 1, 1, 2)),
    }
