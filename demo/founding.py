"""Founds the demo town, and clears it away."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.credentials import remove_account
from accounts.models import User
from demo.breeds import Register
from demo.dogs import Breeder, Dog
from demo.founders import EMAILS, founders
from demo.incidents import Incidents
from demo.licences import Licence
from demo.living import Chronicle
from demo.pictures import develop
from demo.settling import (
    DOMAIN,
    SOURCE,
    STAFF,
    Housing,
    choose_favorites,
    open_playgrounds,
    owners,
)
from demo.society import Society
from demo.town import Town
from moderation.models import Case
from playgrounds.models import Playground
from profiles.models import Breed, Profile

# Wraps what takes a while: (things, title, how many) → the same things.
Progress = Callable[[Iterable[Any], str, int], Iterable[Any]]


@dataclass(frozen=True)
class Census:
    """What there is in a town that was just founded."""

    dogs: int
    likes: int
    matches: int
    playgrounds: int


def is_founded() -> bool:
    """Whether the town is there and whole: staff comes last."""
    return User.objects.filter(email=STAFF).exists()


def breed_dogs(
    count: int, *, seed: object, town: Town, licences: list[Licence], today: date
) -> list[Dog]:
    """The town's dogs: the founders', then those of the licences, then as many as it takes."""
    register = Register(Breed.objects.values_list("name", flat=True))
    breeder = Breeder(seed, town, register, today)
    dogs = founders(breeder)
    told: list[Licence | None] = [*licences]
    told += [None] * (count - len(dogs) - len(told))
    return dogs + [breeder.dog(number, licence) for number, licence in enumerate(told, start=3)]


def found(
    town: Town, dogs: list[Dog], *, seed: object, now: datetime, drawn: bool, progress: Progress
) -> Census:
    """Let the dogs move in, meet and write. Goes through the services, so it takes its time."""
    housing = Housing(seed, now)
    playgrounds = open_playgrounds(town)
    profiles = _move_in(housing, dogs, drawn=drawn, progress=progress)
    choose_favorites(seed, town, playgrounds, dogs, profiles)
    society = Society(seed, dogs, town, now.date())
    likes = society.likes()
    chronicle = Chronicle(seed, now, profiles, playgrounds)
    chronicle.record_likes(likes)
    chronicle.record_passes(society.passes())
    mutual = [(like, like.meeting) for like in likes if like.meeting]
    for like, meeting in progress(mutual, "Matches", len(mutual)):
        chronicle.meet(like, meeting)
    Incidents(seed, now, housing, dogs, profiles).happen(drawn=drawn)
    housing.hire_staff()
    return Census(len(dogs), len(likes), len(mutual), len(playgrounds))


def _move_in(
    housing: Housing, dogs: list[Dog], *, drawn: bool, progress: Progress
) -> dict[int, Profile]:
    known = {number: f"{name}@{DOMAIN}" for number, name in enumerate(EMAILS, start=1)}
    albums = zip(dogs, develop(dogs, drawn=drawn), strict=True)
    return {
        dog.number: housing.move_in(dog, pictures, known.get(dog.number))
        for dog, pictures in progress(albums, "Dogs", len(dogs))
    }


def clear(progress: Progress) -> None:
    """Erase every account of the town as its owner would, and close the playgrounds."""
    # What staff keep outlives those whom it is about, but not the town.
    Case.objects.filter(about__in=owners()).delete()
    accounts = list(owners())
    for user in progress(accounts, "Leaving", len(accounts)):
        remove_account(user=user)
    Playground.objects.filter(source=SOURCE).delete()
