"""Where a dog lives: what is kept of a place, how often it changes, and when others learn of it."""

import hashlib
import hmac
import math
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from profiles.cells import STICKY_M, Cell, cell_of, cells_around, snap
from profiles.locks import lock
from profiles.models import LocationMove, Preferences, Profile
from pupmatch.lib.problems import Problem

MOVES_PER_HOUR = 6
AN_HOUR = timedelta(hours=1)
# Others see a new place after 30 to 90 minutes, so that its time does not tell the way there.
SHOW_DELAY_MINUTES = (30, 90)
REMOVAL_COUNTS_FOR = timedelta(days=1)
# Others have seen the dog there: as many as a person comes back to.
SEEN_CELLS = 24
# Half of what keeps it in a cell that it is in: who is at rest there goes to and fro between neither.
NEAR_BY_M = STICKY_M / 2
PLACE_FIELDS = (
    "location",
    "previous_location",
    "previous_shows_at",
    "location_shows_at",
    "location_removed_at",
    "seen_cells",
    "updated_at",
)


class TooManyMoves(Problem):
    """A seventh move within an hour."""

    status_code = 429
    default_code = "too_many_moves"
    default_detail = f"A place changes at most {MOVES_PER_HOUR} times an hour."

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = math.ceil(wait.total_seconds())


@transaction.atomic
def set_location(*, profile: Profile, point: Point) -> Point:
    """Keep the centre of the cell that `point` is in, forget the point, and return the centre.

    The first place shows at once; a move shows to others after a random delay. Raises TooManyMoves.
    """
    profile = lock(profile)
    now = timezone.now()
    centre = _cell_for(profile, point, now)
    if profile.location == centre:
        return centre
    if _is_first(profile, now):
        profile.previous_location, profile.previous_shows_at = None, None
        profile.location_shows_at = now
    else:
        _count_move(profile, now)
        _keep_showing(profile, now)
        delay = SHOW_DELAY_MINUTES[0] * 60 + secrets.randbelow(
            (SHOW_DELAY_MINUTES[1] - SHOW_DELAY_MINUTES[0]) * 60 + 1
        )
        profile.location_shows_at = now + timedelta(seconds=delay)
    profile.location = centre
    profile.save(update_fields=PLACE_FIELDS)
    return centre


@transaction.atomic
def remove_location(*, profile: Profile) -> None:
    """Forget the place; the profile is incomplete until there is another."""
    profile = lock(profile)
    if profile.location is not None:
        profile.location = profile.location_shows_at = None
        profile.previous_location = profile.previous_shows_at = None
        profile.seen_cells = None
        profile.location_removed_at = timezone.now()
        profile.save(update_fields=PLACE_FIELDS)


def leave_place(profile: Profile) -> None:
    """Note that a dog goes with its place, or the next one's would show at once and move at will.

    The caller holds the profile's lock and deletes it.
    """
    now = timezone.now()
    Preferences.objects.filter(user=profile.user_id).update(
        place_removed_at=now if profile.location else profile.location_removed_at,
        moved_at=_recent_moves(profile, now),
    )


def preferences_before_a_dog(user: User) -> Preferences:
    """The account's preferences, locked: whoever deletes a dog right now is waited for."""
    Preferences.objects.get_or_create(user=user)
    return Preferences.objects.select_for_update(no_key=True).get(user=user)


def take_up_place(profile: Profile, preferences: Preferences) -> None:
    """Go on, with a new dog, where the account's last one left its place."""
    LocationMove.objects.bulk_create(
        LocationMove(profile=profile, created_at=moment) for moment in preferences.moved_at or ()
    )
    Preferences.objects.filter(pk=preferences.pk).update(place_removed_at=None, moved_at=None)


def _cell_for(profile: Profile, point: Point, now: datetime) -> Point:
    """The centre of the cell to keep: the present one, or one near by that the dog was seen in before.

    Who comes home day after day would else be seen on one side of an edge and then on the other, by
    where they come from or by the noise of their phone; and so, near that edge.
    """
    seen = profile.seen_cells or []
    present = snap(point, current=profile.location)
    if present == profile.location and (
        (profile.location_shows_at or now) <= now or _mark(profile, cell_of(present)) in seen
    ):
        return present
    near_by = {_mark(profile, cell): cell for cell in cells_around(point, NEAR_BY_M)}
    return next((near_by[mark].centre for mark in reversed(seen) if mark in near_by), present)


def _mark(profile: Profile, cell: Cell) -> int:
    """What is remembered of a cell: to be recognised, and not to be read."""
    told = f"{profile.pk}:{cell.band}:{cell.number}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], signed=True)


def _remember(profile: Profile, centre: Point) -> None:
    mark = _mark(profile, cell_of(centre))
    others = [other for other in profile.seen_cells or () if other != mark]
    profile.seen_cells = [*others, mark][-SEEN_CELLS:]


def _is_first(profile: Profile, now: datetime) -> bool:
    # Taking one's place away and setting another would otherwise be a way around the delay.
    removed_at = profile.location_removed_at
    return profile.location is None and (
        removed_at is None or now - removed_at >= REMOVAL_COUNTS_FOR
    )


def _keep_showing(profile: Profile, now: datetime) -> None:
    """What others see goes on showing; a place that showed by now becomes the previous one."""
    if profile.location_shows_at is None or profile.location_shows_at <= now:
        profile.previous_location = profile.location
        profile.previous_shows_at = profile.location_shows_at
        if profile.location:
            _remember(profile, profile.location)


def _recent_moves(profile: Profile, now: datetime) -> list[datetime]:
    recent = profile.moves.filter(created_at__gt=now - AN_HOUR)
    return list(recent.order_by("created_at").values_list("created_at", flat=True))


def _count_move(profile: Profile, now: datetime) -> None:
    profile.moves.filter(created_at__lte=now - AN_HOUR).delete()
    recent = _recent_moves(profile, now)
    limit = max(1, round(MOVES_PER_HOUR * settings.RATE_LIMIT_SCALE))
    if len(recent) >= limit:
        raise TooManyMoves(recent[-limit] + AN_HOUR - now)
    LocationMove.objects.create(profile=profile, created_at=now)
