"""From a breed's name to a look: which build and which coats go with it (kennel.toml)."""

import tomllib
from dataclasses import replace
from pathlib import Path
from random import Random

from demo.portraits.look import Build, Coat, Look, rgb

TABLE = tomllib.loads(Path(__file__).with_name("kennel.toml").read_text(encoding="utf-8"))


def _build(row: dict) -> Build:
    return Build(**{**row, "extras": frozenset(row.get("extras", ()))})


def _coat(row: dict) -> Coat:
    colours = {name: rgb(value) for name, value in row.items() if value.startswith("#")}
    marks = frozenset(row.get("marks", "").split())
    return Coat(**colours, marks=marks, texture=row.get("texture", "plain"))


BUILDS = {name: _build(row) for name, row in TABLE["builds"].items()}
COATS = {name: _coat(row) for name, row in TABLE["coats"].items()}
COLLARS = [rgb(colour) for colour in TABLE["collars"]]


def look_for(breed: str, rng: Random) -> Look:
    """A dog of the breed, in one of its coats and with its own proportions and collar."""
    build, coat = _stock(breed, rng)
    build = replace(
        build,
        skull=build.skull * rng.uniform(0.97, 1.03),
        ear=build.ear * rng.uniform(0.92, 1.08),
        legs=build.legs * rng.uniform(0.96, 1.05),
        girth=build.girth * rng.uniform(0.95, 1.06),
        head=build.head * rng.uniform(0.97, 1.04),
    )
    return Look(
        build=build,
        coat=coat.shaded(rng),
        seed=rng.randrange(1 << 30),
        collar=rng.choice(COLLARS),
        wears=rng.choices(("tag", "bandana", "bow", "plain"), (5, 3, 1, 2))[0],
        side=rng.choice((-1, 1)),
    )


def _stock(breed: str, rng: Random) -> tuple[Build, Coat]:
    wanted = f"{breed.lower()} "
    for row in TABLE["breeds"]:
        if any(word in wanted for word in row["words"].split("|")):
            return BUILDS[row["build"]], COATS[rng.choice(row["coats"].split())]
    return BUILDS[rng.choice(TABLE["mixed"].split())], COATS[rng.choice(list(COATS))]
