"""How well two dogs fit: five parts, each computed in SQL, each explained in a sentence.

The parts are rounded to a tenth of a point before they are added, so that what is shown adds up
and the order follows what is shown. The shape of each curve was chosen in `docs/adr/0006`.
"""

import datetime
from datetime import UTC
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import Case, DecimalField, F, FloatField, Func, Q, Value, When
from django.db.models.functions import Abs, Cast, Exp, Greatest, TruncDate
from django.utils import timezone

from matching.models import Like
from profiles.distances import spoken
from profiles.models import ActivityLevel, Profile
from profiles.querysets import shown_location
from pupmatch.lib.geo import Metres

DISTANCE_POINTS = 30
AGE_POINTS = 20
ACTIVITY_POINTS = 20
RECENCY_POINTS = 15
INTEREST_POINTS = 15

# At this distance the points for it have fallen to 1/e; a walk counts, a drive less and less.
DISTANCE_SCALE_M = 8000.0
# Five years apart, puppy and senior have little to share.
AGE_SPAN_DAYS = 1826.0
# After three days without a visit the points for being around have fallen to 1/e.
RECENCY_SCALE_DAYS = 3.0

# A Profile with the annotations of `score_parts`.
Candidate = Any

PARTS = ("distance", "age", "activity_level", "recency", "mutual_interest")


class DaysBetween(Func):
    """Days from the second date to the first, as a number."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = FloatField()


def _points(expression: Any) -> Cast:
    return Cast(expression, DecimalField(max_digits=4, decimal_places=1))


def wanted_level(viewer: Profile) -> int:
    """The activity level that the viewer prefers: the one chosen, or else their own dog's."""
    chosen = viewer.user.preferences.activity_level
    return viewer.activity_level if chosen is None else chosen


def score_parts(viewer: Profile, at: datetime.datetime) -> dict[str, Any]:
    """Annotations for candidates of `viewer`: metres, one per part, and their sum as `score`."""
    assert isinstance(viewer.location, Point)  # noqa: S101 (a complete profile has a place)
    days = Abs(DaysBetween(F("birth_date"), Value(viewer.birth_date)))
    levels = Abs(Cast(F("activity_level"), FloatField()) - Value(float(wanted_level(viewer))))
    # Whole days (UTC): a score that moved within the day would tell when somebody opened the app.
    # Someone active after `at` must not score more than someone active right then.
    idle_days = Greatest(
        Value(0.0),
        DaysBetween(Value(at.astimezone(UTC).date()), TruncDate("last_active_at", tzinfo=UTC)),
    )
    likes_viewer = Q(pk__in=Like.objects.filter(liked=viewer).values("liker"))
    annotations: dict[str, Any] = {
        "metres": Metres(shown_location(at), viewer.location),
        "distance_points": _points(DISTANCE_POINTS * Exp(-F("metres") / DISTANCE_SCALE_M)),
        "age_points": _points(AGE_POINTS * Greatest(Value(0.0), 1.0 - days / AGE_SPAN_DAYS)),
        "activity_level_points": _points(ACTIVITY_POINTS * (1.0 - levels / 2.0)),
        "recency_points": _points(RECENCY_POINTS * Exp(-idle_days / RECENCY_SCALE_DAYS)),
        "mutual_interest_points": _points(
            Case(When(likes_viewer, then=Value(float(INTEREST_POINTS))), default=Value(0.0))
        ),
    }
    annotations["score"] = _points(sum((F(f"{part}_points") for part in PARTS), Value(Decimal(0))))
    return annotations


class Part(NamedTuple):
    """One reason for a score."""

    name: str
    points: float
    text: str


def explain(candidate: Candidate, viewer: Profile) -> list[Part]:
    """The parts of an annotated candidate's score, each with its reason; they add up to it."""
    texts = {
        "distance": spoken(candidate.metres, viewer.user.preferences.distance_unit)[
            "text"
        ].capitalize(),
        "age": _age_text(candidate, viewer),
        "activity_level": _activity_text(candidate, viewer),
        "recency": _recency_text(candidate),
        "mutual_interest": _interest_text(candidate),
    }
    return [Part(name, float(getattr(candidate, f"{name}_points")), texts[name]) for name in PARTS]


def _age_text(candidate: Candidate, viewer: Profile) -> str:
    years = abs((candidate.birth_date - viewer.birth_date).days) / 365.25
    if years < 0.5:
        return "Nearly the same age"
    if years < 1.5:
        return "About a year apart"
    return f"About {round(years)} years apart"


def _activity_text(candidate: Candidate, viewer: Profile) -> str:
    level = ActivityLevel(candidate.activity_level).name.capitalize()
    wanted = ActivityLevel(wanted_level(viewer))
    is_chosen = viewer.user.preferences.activity_level is not None
    if candidate.activity_level == wanted:
        return f"{level} energy, {'as you prefer' if is_chosen else 'like your dog'}"
    return f"{level} energy, {'you prefer' if is_chosen else 'your dog has'} {wanted.name.lower()}"


def _recency_text(candidate: Candidate) -> str:
    days = (timezone.now().date() - candidate.last_active_at.astimezone(UTC).date()).days
    if days < 1:
        return "Active today"
    if days < 7:
        return "Active this week"
    return "Active this month" if days < 30 else "Not seen for a while"


def _interest_text(candidate: Candidate) -> str:
    return "Likes you already" if candidate.mutual_interest_points else "Has not decided about you"
