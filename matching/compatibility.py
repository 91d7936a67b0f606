"""How well two dogs fit, explained in a sentence for each of the five parts.

The points are made in SQL (`matching_best`, docs/deck.md), rounded to a tenth before they are added,
so that what is shown adds up and the order follows what is shown. The shape of each curve was
chosen in `docs/adr/0006`.
"""

import datetime
from typing import NamedTuple, TypedDict

from django.utils import timezone

from profiles.distances import SpokenDistance
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


class Part(TypedDict):
    """One reason for a score."""

    name: str
    points: float
    text: str


class Reasons:
    """Explains scores to one viewer; what does not change from dog to dog is looked up once."""

    def __init__(self, viewer: Profile) -> None:
        self.birth_date, self.today = viewer.birth_date, timezone.now().date()
        preferences = viewer.user.preferences
        is_chosen = preferences.activity_level is not None
        wanted = ActivityLevel(wanted_level(viewer))
        contrast = "you prefer" if is_chosen else "your dog has"
        self.activity_texts = {
            level.value: f"{level.name.capitalize()} energy, {contrast} {wanted.name.lower()}"
            for level in ActivityLevel
        }
        self.activity_texts[wanted.value] = (
            f"{wanted.name.capitalize()} energy, "
            f"{'as you prefer' if is_chosen else 'like your dog'}"
        )

    def parts(self, points: Points, facts: Facts, distance: SpokenDistance) -> list[Part]:
        """The parts of a candidate's score, each with its reason; they add up to it."""
        texts = (
            distance["text"].capitalize(),
            self._age_text(facts),
            self.activity_texts[facts.level],
            self._recency_text(facts),
            "Likes you already" if points.mutual_interest else "Has not decided about you",
        )
        return [
            {"name": name, "points": tenths / 10, "text": text}
            for name, tenths, text in zip(PARTS, points, texts, strict=True)
        ]

    def _age_text(self, facts: Facts) -> str:
        years = abs((facts.birth_date - self.birth_date).days) / 365.25
        if years < 0.5:
            return "Nearly the same age"
        if years < 1.5:
            return "About a year apart"
        return f"About {round(years)} years apart"

    def _recency_text(self, facts: Facts) -> str:
        days = (self.today - facts.active_on).days
        if days < 1:
            return "Active today"
        if days < 7:
            return "Active this week"
        return "Active this month" if days < 30 else "Not seen for a while"
