"""Filling decks: asking the database for the best dogs and keeping them for the viewer."""

import datetime
import hashlib
import hmac
from datetime import UTC
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils import timezone

from matching.compatibility import wanted_level
from profiles.ages import OLDEST_ON_SCALE, birth_dates
from profiles.models import Profile
from pupmatch.lib.prepared import prepared

# How many dogs are ranked at once.
SIZE = 200

LOCK = """
INSERT INTO matching_deck AS old (viewer_id) VALUES (%(viewer_id)s)
ON CONFLICT (viewer_id) DO UPDATE SET basis = old.basis
"""
# `matching_best` and what it is asked are explained in docs/deck.md.
FILL = """
INSERT INTO matching_deck AS old (
    viewer_id, as_of, filled_at, basis, after_score, after_tie, is_whole, profile_ids, ties,
    distance_points, age_points, activity_points, recency_points, interest_points)
SELECT %(viewer_id)s, %(at)s, statement_timestamp(), %(basis)s, %(after_score)s, %(after_tie)s,
       count(*) < %(size)s,
       coalesce(array_agg(profile_id ORDER BY place), '{}'),
       coalesce(array_agg(tie ORDER BY place), '{}'),
       coalesce(array_agg(distance_points ORDER BY place), '{}'),
       coalesce(array_agg(age_points ORDER BY place), '{}'),
       coalesce(array_agg(activity_points ORDER BY place), '{}'),
       coalesce(array_agg(recency_points ORDER BY place), '{}'),
       coalesce(array_agg(interest_points ORDER BY place), '{}')
FROM matching_best(
    %(viewer_id)s, ST_SetSRID(ST_MakePoint(%(longitude)s, %(latitude)s), 4326)::geography,
    %(max_distance_m)s, %(born_after)s, %(born_until)s, %(birth_date)s, %(age)s, %(level)s,
    %(at)s, %(today)s, %(salt)s, %(size)s, %(after_score)s, %(after_tie)s,
    -- Where to begin: a little below the last of the dogs that were found before.
    (SELECT CASE WHEN is_whole THEN 0 ELSE
            distance_points[n] + age_points[n] + activity_points[n] + recency_points[n]
            + interest_points[n] - 10 END
     FROM matching_deck, cardinality(profile_ids) AS n
     WHERE viewer_id = %(viewer_id)s AND basis = %(basis)s)
) WITH ORDINALITY AS best (
    profile_id, tie, distance_points, age_points, activity_points, recency_points,
    interest_points, place)
ON CONFLICT (viewer_id) DO UPDATE SET
    as_of = excluded.as_of,
    filled_at = excluded.filled_at,
    basis = excluded.basis,
    after_score = excluded.after_score,
    after_tie = excluded.after_tie,
    is_whole = excluded.is_whole,
    refill_asked_at = NULL,
    profile_ids = excluded.profile_ids,
    ties = excluded.ties,
    distance_points = excluded.distance_points,
    age_points = excluded.age_points,
    activity_points = excluded.activity_points,
    recency_points = excluded.recency_points,
    interest_points = excluded.interest_points
"""


class Position(NamedTuple):
    """A place in somebody's order of dogs: a score in tenths, then what breaks ties."""

    score: int
    tie: int


class Outlook(NamedTuple):
    """What a viewer looks for, and from where: all that makes the order but the other dogs."""

    viewer_id: str
    longitude: float
    latitude: float
    max_distance_m: float
    born_after: datetime.date
    born_until: datetime.date
    birth_date: datetime.date
    age: int
    level: int
    today: datetime.date

    @classmethod
    def of(cls, viewer: Profile, at: datetime.datetime) -> "Outlook":
        """That of a viewer with a complete profile, at a moment."""
        assert isinstance(viewer.location, Point)  # noqa: S101 (a complete profile has a place)
        wishes = viewer.user.preferences
        dates = birth_dates(wishes.min_age, wishes.max_age, on=timezone.localdate())
        return cls(
            viewer_id=str(viewer.pk),
            longitude=viewer.location.x,
            latitude=viewer.location.y,
            max_distance_m=wishes.max_distance_m,
            born_after=dates.after or datetime.date.min,
            born_until=dates.until,
            birth_date=viewer.birth_date,
            age=min(viewer.age, OLDEST_ON_SCALE),
            level=wanted_level(viewer),
            today=at.astimezone(UTC).date(),
        )

    @property
    def basis(self) -> str:
        """A digest that changes with any of this."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def salt(self) -> str:
        """The key of the hash that breaks ties; any order that means something would tell something."""
        key = settings.SECRET_KEY.encode()
        return hmac.new(key, self.viewer_id.encode(), hashlib.sha256).hexdigest()


def parameters_of(
    outlook: Outlook, at: datetime.datetime, after: Position | None = None, *, size: int = SIZE
) -> dict[str, Any]:
    """What FILL asks with."""
    score, tie = after or (None, None)
    return outlook._asdict() | {
        "basis": outlook.basis,
        "salt": outlook.salt,
        "at": at,
        "size": size,
        "after_score": score,
        "after_tie": tie,
    }


def fill(
    outlook: Outlook, at: datetime.datetime, after: Position | None = None, *, size: int = SIZE
) -> None:
    """Keep the viewer's best dogs as of a moment, or those that follow a position.

    In a transaction of the caller's, which then reads them before anybody else replaces them.
    """
    with prepared() as cursor:
        # In a statement before: what was committed while it waited is seen by the one that ranks.
        cursor.execute(LOCK, {"viewer_id": outlook.viewer_id})
        cursor.execute(FILL, parameters_of(outlook, at, after, size=size))
