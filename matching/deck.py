"""Who is in the deck, in which order, and what to relax when it runs thin."""

import datetime
import hashlib
import hmac
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils import timezone

from matching.compatibility import score_parts
from matching.models import Like, Pass
from profiles.ages import OLDEST_ON_SCALE
from profiles.choices import DistanceUnit
from profiles.models import Preferences, Profile
from profiles.querysets import ProfileQuerySet

THIN = 10
MOST_COUNTED = 100


def undecided(viewer: Profile) -> ProfileQuerySet:
    """Visible profiles on which neither has decided, apart from likes that wait for an answer."""
    return (
        Profile.objects.visible_to(viewer.user)
        .exclude(pk__in=Like.objects.filter(liker=viewer).values("liked"))
        .exclude(pk__in=Pass.objects.filter(passer=viewer).values("passed"))
        .exclude(pk__in=Pass.objects.filter(passed=viewer).values("passer"))
    )


def candidates(viewer: Profile, preferences: Preferences, at: datetime.datetime) -> ProfileQuerySet:
    """Undecided dogs within the distance, and each within the other's range of ages."""
    assert viewer.location is not None  # noqa: S101 (a complete profile has a place)
    viewers_age = min(viewer.age, OLDEST_ON_SCALE)
    return (
        undecided(viewer)
        .shown_within(viewer.location, preferences.max_distance_m, at)
        .aged(at_least=preferences.min_age, at_most=preferences.max_age)
        .filter(
            user__preferences__min_age__lte=viewers_age,
            user__preferences__max_age__gte=viewers_age,
        )
    )


def deck(viewer: Profile, at: datetime.datetime) -> QuerySet[Profile]:
    """The viewer's deck as of a moment, to be ordered by `-score, tie_break`.

    Exact: every eligible dog is scored. Ties are broken by a keyed hash, because any order that
    means something (an id, a distance) would tell something.
    """
    salt = hmac.new(settings.SECRET_KEY.encode(), viewer.pk.bytes, hashlib.sha256).hexdigest()
    tie_break = MD5(Concat(Value(salt), Cast("pk", TextField()), output_field=TextField()))
    parts: dict[str, Any] = score_parts(viewer, at)
    found = candidates(viewer, viewer.user.preferences, at).for_card()
    return found.annotate(**parts).annotate(tie_break=tie_break)


class Hint(NamedTuple):
    """A preference to relax, the value it would get, and how many more dogs that brings."""

    preference: str
    value: float
    additional: int
    text: str


def hints(viewer: Profile) -> list[Hint]:
    """What brings more dogs into an empty or thin deck, the most helpful first."""
    now = timezone.now()
    preferences = viewer.user.preferences
    have = _count(viewer, preferences, now)
    if have >= THIN:
        return []
    found = []
    for name, value in _relaxations(preferences):
        relaxed = Preferences(**_values(preferences) | {name: value})
        additional = _count(viewer, relaxed, now) - have
        if additional > 0:
            found.append(Hint(name, float(value), additional, _text(relaxed, name, additional)))
    return sorted(found, key=lambda hint: -hint.additional)


def _values(preferences: Preferences) -> dict[str, Any]:
    return {
        field.attname: getattr(preferences, field.attname) for field in preferences._meta.fields
    }


def _count(viewer: Profile, preferences: Preferences, at: datetime.datetime) -> int:
    # Bounded: "100 more dogs" helps as much as any larger number.
    return candidates(viewer, preferences, at)[: MOST_COUNTED + THIN].count()


def _relaxations(preferences: Preferences) -> list[tuple[str, float]]:
    wider = min(500.0, float(preferences.max_distance) * 2)
    options = [
        ("max_distance", wider, preferences.max_distance < wider),
        ("max_distance", 500.0, wider < 500),
        ("min_age", 0, preferences.min_age > 0),
        ("max_age", OLDEST_ON_SCALE, preferences.max_age < OLDEST_ON_SCALE),
    ]
    return [(name, value) for name, value, is_wider in options if is_wider]


def _text(relaxed: Preferences, name: str, additional: int) -> str:
    dogs = "one more dog" if additional == 1 else f"{min(additional, MOST_COUNTED)} more dogs"
    if name == "max_distance":
        unit = DistanceUnit(relaxed.distance_unit).label.lower()
        return f"Look up to {float(relaxed.max_distance):g} {unit} away: {dogs}"
    if name == "min_age":
        return f"Include dogs of any younger age: {dogs}"
    return f"Include dogs of any older age: {dogs}"
