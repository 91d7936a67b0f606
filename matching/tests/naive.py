"""The deck as one would write it first: every eligible dog is scored and sorted, for each request.

What `matching_best` has to equal, and what bench/deck.py compares it with.
"""

import datetime
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import (
    BigIntegerField,
    Case,
    DecimalField,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Abs, Cast, Concat, Exp, Greatest, TruncDate

from matching.compatibility import PARTS, wanted_level
from matching.deck import candidates
from matching.models import Like
from matching.ranking import Outlook
from profiles.models import Profile
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


class DaysBetween(Func):
    """Days from the second date to the first, as a number."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = FloatField()


def _points(expression: Any) -> Cast:
    return Cast(expression, DecimalField(max_digits=4, decimal_places=1))


def score_parts(viewer: Profile, at: datetime.datetime) -> dict[str, Any]:
    """Annotations for candidates of `viewer`: metres, one per part, and their sum as `score`."""
    assert isinstance(viewer.location, Point)
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


class TieBreak(Func):
    """The keyed hash that `matching_best` breaks ties with."""

    template = "('x' || left(md5(%(expressions)s), 15))::bit(60)::bigint"
    output_field = BigIntegerField()


def deck(viewer: Profile, at: datetime.datetime) -> QuerySet[Profile]:
    """The viewer's deck as of a moment, in order."""
    key = Concat(Value(Outlook.of(viewer, at).salt), Cast("pk", TextField()))
    parts: dict[str, Any] = score_parts(viewer, at)
    found = candidates(viewer, viewer.user.preferences, at)
    return found.annotate(**parts, tie=TieBreak(key)).order_by("-score", "tie")
