"""Reading decks, and what to relax when one runs thin."""

import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from matching.compatibility import Facts, Points
from matching.models import Deck, Like, Pass
from matching.ranking import Outlook, Position, fill
from profiles.ages import OLDEST_ON_SCALE
from profiles.choices import DistanceUnit
from profiles.models import Preferences, Profile
from profiles.querysets import ProfileQuerySet
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.prepared import prepared

# How long a deck is good.
GOOD_FOR = datetime.timedelta(minutes=10)
# How long pages go on as of the moment of the first.
GOES_ON_FOR = datetime.timedelta(hours=1)
# With fewer dogs left than this, a worker fills it up again.
LOW = 60
THIN = 10
MOST_COUNTED = 100

READ = """
SELECT * FROM matching_page(
    %(viewer_id)s, %(user_id)s,
    ST_SetSRID(ST_MakePoint(%(longitude)s, %(latitude)s), 4326)::geography, %(max_distance_m)s,
    %(born_after)s, %(born_until)s, %(age)s, %(basis)s, %(now)s, %(score)s, %(tie)s, %(limit)s)
"""


class Ranked(NamedTuple):
    """A dog in a deck, with the tenths of points that it got, and what explains them."""

    score: int
    tie: int
    profile_id: UUID
    points: Points
    place: int
    facts: Facts


class Page(NamedTuple):
    """The next dogs of a deck, as of when they were ranked, and whether others follow."""

    dogs: list[Ranked]
    as_of: datetime.datetime
    has_further: bool


class _Kept(NamedTuple):
    """What is kept for a viewer, and the dogs of it that were asked for."""

    as_of: datetime.datetime
    fits: bool
    after: Position | None
    is_whole: bool
    may_ask: bool
    size: int
    has_news: bool
    dogs: list[Ranked]

    def is_good(self, limit: int) -> bool:
        """Whether a first page can be read from it."""
        age = timezone.now() - self.as_of
        return (
            self.fits
            and self.after is None
            and not self.has_news
            and datetime.timedelta(0) <= age < GOOD_FOR
            and self.suffices(limit)
        )

    @property
    def runs_low(self) -> bool:
        """Whether so many were decided on that it had better be filled up, and nobody asked yet."""
        return not self.is_whole and self.may_ask and self.size - self.dogs[-1].place < LOW

    def goes_on(self, after: Position, limit: int) -> bool:
        """Whether the page after a position can be read from it."""
        begins_before = self.after is None or (-self.after.score, self.after.tie) <= (
            -after.score, after.tie,
        )  # fmt: skip
        return self.fits and begins_before and self.suffices(limit)

    def page(self, limit: int) -> Page:
        """So many of the dogs."""
        has_further = len(self.dogs) > limit or not self.is_whole
        return Page(self.dogs[:limit], self.as_of, has_further)

    def suffices(self, limit: int) -> bool:
        """Whether there are as many as asked for, and one more, or no further ones at all."""
        return self.is_whole or len(self.dogs) > limit


def first_page(viewer: Profile, limit: int) -> Page:
    """The best dogs, as of now or of a few minutes ago."""
    now = timezone.now()
    outlook = Outlook.of(viewer, now)
    kept = _read(viewer, outlook, None, limit)
    if kept is None or not kept.is_good(limit):
        kept = _made(viewer, outlook, now, None, limit)
    elif kept.runs_low:
        _ask_for_refill(viewer)
    return kept.page(limit)


def page_after(viewer: Profile, after: Position, as_of: datetime.datetime, limit: int) -> Page:
    """The dogs that follow a position of a deck that was begun at a moment."""
    now = timezone.now()
    as_of = as_of if as_of > now - GOES_ON_FOR else now
    outlook = Outlook.of(viewer, as_of)
    kept = _read(viewer, outlook, after, limit)
    if kept is None or not kept.goes_on(after, limit):
        kept = _made(viewer, outlook, as_of, after, limit)
    return kept.page(limit)


@transaction.atomic
def _made(
    viewer: Profile, outlook: Outlook, at: datetime.datetime, after: Position | None, limit: int
) -> _Kept:
    """What is kept once it was made anew; nobody replaces it in between."""
    fill(outlook, at, after)
    kept = _read(viewer, outlook, after, limit)
    assert kept is not None  # noqa: S101 (this transaction wrote it)
    return kept


def _read(viewer: Profile, outlook: Outlook, after: Position | None, limit: int) -> _Kept | None:
    score, tie = after or (None, None)
    parameters: dict[str, Any] = {
        "viewer_id": viewer.pk,
        "user_id": viewer.user_id,
        "longitude": outlook.longitude,
        "latitude": outlook.latitude,
        "max_distance_m": outlook.max_distance_m,
        "born_after": outlook.born_after,
        "born_until": outlook.born_until,
        "age": outlook.age,
        "basis": outlook.basis,
        "now": timezone.now(),
        "score": score,
        "tie": tie,
        "limit": limit + 1,
    }
    with prepared() as cursor:
        cursor.execute(READ, parameters)
        rows = cursor.fetchall()
    if not rows:
        return None
    as_of, fits, after_score, after_tie, is_whole, may_ask, size, has_news = rows[0][:8]
    begins = None if after_score is None else Position(after_score, after_tie)
    dogs = [
        Ranked(sum(row[10:15]), row[9], row[8], Points(*row[10:15]), row[15], Facts(*row[16:]))
        for row in rows[1:]
    ]
    return _Kept(as_of, fits, begins, is_whole, may_ask, size, has_news, dogs)


def _ask_for_refill(viewer: Profile) -> None:
    asked = Deck.objects.filter(viewer=viewer, refill_asked_at=None)
    if asked.update(refill_asked_at=timezone.now()):
        enqueue("matching.tasks.refill_deck", profile_id=viewer.pk)


def refill(viewer: Profile) -> None:
    """Rank anew, without those decided on meanwhile."""
    if viewer.is_complete:
        now = timezone.now()
        with transaction.atomic():
            fill(Outlook.of(viewer, now), now)


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


class Hint(NamedTuple):
    """A preference to relax, the value it would get, and how many more dogs that brings."""

    preference: str
    value: float
    additional: int
    text: str


def hints(viewer: Profile) -> list[Hint]:
    """What brings more dogs into an empty or thin deck, the most helpful first."""
    have = len(first_page(viewer, THIN).dogs)
    if have >= THIN:
        return []
    now, preferences = timezone.now(), viewer.user.preferences
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
