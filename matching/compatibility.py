"""How well two dogs fit, explained in a sentence for each of the five parts.

The points are made in SQL (`matching_best`, docs/deck.md), rounded to a tenth before they are added,
so that what is shown adds up and the order follows what is shown. The shape of each curve was
chosen in `docs/adr/0006`.
"""

import datetime
from typing import NamedTuple

from django.utils import timezone

from profiles.distances import spoken
from profiles.models import ActivityLevel, Profile

PARTS = ("distance", "age", "activity_level", "recency", "mutual_interest")


def wanted_level(viewer: Profile) -> int:
    """The activity level that the viewer prefers: the one chosen, or else their own dog's."""
    chosen = viewer.user.preferences.activity_level
    return viewer.activity_level if chosen is None else chosen


class Points(NamedTuple):
    """Tenths of points for each part."""

    distance: int
    age: int
    activity_level: int
    recency: int
    mutual_interest: int


class Facts(NamedTuple):
    """What is said of a candidate: the metres are those to the place that others see."""

    birth_date: datetime.date
    level: int
    active_on: datetime.date
    metres: float


class Part(NamedTuple):
    """One reason for a score."""

    name: str
    points: float
    text: str


def explain(points: Points, facts: Facts, viewer: Profile) -> list[Part]:
    """The parts of a candidate's score, each with its reason; they add up to it."""
    distance = spoken(facts.metres, viewer.user.preferences.distance_unit)
    texts = (
        distance["text"].capitalize(),
        _age_text(facts, viewer),
        _activity_text(facts, viewer),
        _recency_text(facts),
        "Likes you already" if points.mutual_interest else "Has not decided about you",
    )
    return [
        Part(name, tenths / 10, text)
        for name, tenths, text in zip(PARTS, points, texts, strict=True)
    ]


def _age_text(facts: Facts, viewer: Profile) -> str:
    years = abs((facts.birth_date - viewer.birth_date).days) / 365.25
    if years < 0.5:
        return "Nearly the same age"
    if years < 1.5:
        return "About a year apart"
    return f"About {round(years)} years apart"


def _activity_text(facts: Facts, viewer: Profile) -> str:
    level = ActivityLevel(facts.level).name.capitalize()
    wanted = ActivityLevel(wanted_level(viewer))
    is_chosen = viewer.user.preferences.activity_level is not None
    if facts.level == wanted:
        return f"{level} energy, {'as you prefer' if is_chosen else 'like your dog'}"
    return f"{level} energy, {'you prefer' if is_chosen else 'your dog has'} {wanted.name.lower()}"


def _recency_text(facts: Facts) -> str:
    days = (timezone.now().date() - facts.active_on).days
    if days < 1:
        return "Active today"
    if days < 7:
        return "Active this week"
    return "Active this month" if days < 30 else "Not seen for a while"
