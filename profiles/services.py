"""Changes of a profile that touch several rows, each under the profile's row lock."""

import math
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from accounts.departures import announce
from accounts.models import User
from events.publishing import recorded
from profiles.cells import snap
from profiles.images import Renditions
from profiles.models import (
    MAX_PHOTOS,
    MIN_PHOTOS,
    LocationMove,
    Photo,
    Preferences,
    Profile,
    Prompt,
)
from pupmatch.lib import files
from pupmatch.lib.constraints import violated
from pupmatch.lib.problems import NotFound, Problem
from pupmatch.lib.retries import deletes_a_crowd

MOVES_PER_HOUR = 6
# Others see a new place after 30 to 90 minutes, so that its time does not tell the way there.
SHOW_DELAY_MINUTES = (30, 90)
REMOVAL_COUNTS_FOR = timedelta(days=1)
PLACE_FIELDS = (
    "location",
    "previous_location",
    "location_shows_at",
    "location_removed_at",
    "updated_at",
)
ACTIVITY_STEP = timedelta(hours=1)


class ProfileExists(Problem):
    """One dog for each account."""

    default_code = "profile_exists"
    default_detail = "There is a profile already; change it with PATCH."


class ProfileIncomplete(Problem):
    """Not yet fit for the deck; `missing` says why."""

    default_code = "profile_incomplete"
    default_detail = "Complete the profile first; see missing."


class NoProfile(ProfileIncomplete):
    """There is no dog to act for."""

    default_detail = "Make a profile first."

    def __init__(self) -> None:
        super().__init__(missing=["profile"])


class TooManyPhotos(Problem):
    """A seventh photo."""

    default_code = "too_many_photos"
    default_detail = f"A profile has at most {MAX_PHOTOS} photos."


class TooFewPhotos(Problem):
    """A complete profile stays complete."""

    default_code = "too_few_photos"
    default_detail = f"A complete profile keeps at least {MIN_PHOTOS} photos; add another first."


class TooManyMoves(Problem):
    """A seventh move within an hour."""

    status_code = 429
    default_code = "too_many_moves"
    default_detail = f"A place changes at most {MOVES_PER_HOUR} times an hour."

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = math.ceil(wait.total_seconds())


def lock(profile: Profile) -> Profile:
    """The profile's row, fresh and locked until the transaction ends.

    Raises NoProfile when it was deleted meanwhile.
    """
    found = Profile.objects.select_for_update(no_key=True).filter(pk=profile.pk).first()
    if found is None:
        raise NoProfile
    return found


@transaction.atomic
def create_profile(*, user: User, **fields: Any) -> Profile:
    """The account's one profile. Raises ProfileExists."""
    Preferences.objects.get_or_create(user=user)
    try:
        with transaction.atomic():
            return Profile.objects.create(user=user, **fields)
    except IntegrityError as error:
        if violated(error) == "profiles_profile_user_id_key":
            raise ProfileExists from error
        raise


def change_profile(*, profile: Profile, **fields: Any) -> None:
    """Write these fields and no others, so that a photo or move meanwhile is not undone.

    Raises NoProfile when it was deleted meanwhile.
    """
    changed = Profile.objects.filter(pk=profile.pk).update(**fields, updated_at=timezone.now())
    if not changed:
        raise NoProfile


@deletes_a_crowd
@recorded()
def delete_profile(*, profile: Profile) -> None:
    """Remove the dog with everything of its own: photos and files, likes, matches, conversations."""
    locked = lock(profile)
    announce(locked.user)
    locked.delete()
    files.purge_after_commit()


def mark_active(profile: Profile) -> None:
    """Note that the owner is around; to the hour, which is all that scores need."""
    profile.last_active_at = mark_visit(profile.user_id, profile.last_active_at)


def mark_visit(user_id: UUID, last: datetime) -> datetime:
    """The same, for whoever was around last at that time; says when it is now."""
    now = timezone.now()
    if now - last < ACTIVITY_STEP:
        return last
    Profile.objects.filter(user=user_id).update(last_active_at=now)
    return now


@transaction.atomic
def set_prompts(*, profile: Profile, prompts: list[dict]) -> list[Prompt]:
    """Replace all prompts by these, in this order."""
    lock(profile)
    profile.prompts.all().delete()
    rows = [Prompt(profile=profile, position=i, **prompt) for i, prompt in enumerate(prompts)]
    return Prompt.objects.bulk_create(rows)


# --- Photos ---------------------------------------------------------------------------------------


def store_renditions(renditions: Renditions) -> dict[str, str]:
    """Write the files of a photo under names that nobody can guess; says the name of each.

    They are removed again within the hour unless `add_photo` takes them over.
    """
    token = secrets.token_urlsafe(16)
    names = {name: f"photos/{token[:2].lower()}/{token}-{name}.webp" for name in renditions.files}
    files.store({names[name]: content for name, content in renditions.files.items()})
    return names


@transaction.atomic
def add_photo(*, profile: Profile, renditions: Renditions, names: dict[str, str]) -> Photo:
    """Append a stored photo. Raises TooManyPhotos."""
    profile = lock(profile)
    if profile.photo_count >= MAX_PHOTOS:
        raise TooManyPhotos
    photo = Photo.objects.create(
        profile=profile,
        position=profile.photo_count,
        width=renditions.width,
        height=renditions.height,
        byte_size=renditions.byte_size,
        thumbhash=renditions.thumbhash,
        **names,
    )
    _set_photo_count(profile, profile.photo_count + 1)
    files.keep(list(names.values()))
    return photo


@transaction.atomic
def delete_photo(*, profile: Profile, photo: Photo, keeps_complete: bool = True) -> None:
    """Remove a photo and its files, and close the gap.

    Raises NotFound, or TooFewPhotos where that would leave a complete profile incomplete; staff,
    who take a bad photo away, say that it need not stay complete.
    """
    profile = lock(profile)
    wanted = profile.photos.filter(pk=photo.pk)
    if not wanted.exists():
        raise NotFound
    if keeps_complete and profile.is_complete and profile.photo_count <= MIN_PHOTOS:
        raise TooFewPhotos
    wanted.delete()
    _renumber(list(profile.photos.order_by("position")))
    _set_photo_count(profile, profile.photo_count - 1)
    files.purge_after_commit()


@transaction.atomic
def order_photos(*, profile: Profile, ids: list[UUID]) -> list[Photo]:
    """Put the photos in this order; `ids` names each of them once."""
    profile = lock(profile)
    photos = {photo.pk: photo for photo in profile.photos.all()}
    if sorted(ids) != sorted(photos):
        raise ValidationError({"ids": ["Name each of your photos exactly once."]}, code="not_all")
    ordered = [photos[pk] for pk in ids]
    _renumber(ordered)
    return ordered


def _renumber(photos: list[Photo]) -> None:
    for position, photo in enumerate(photos):
        photo.position = position
    Photo.objects.bulk_update(photos, ["position"])


def _set_photo_count(profile: Profile, count: int) -> None:
    Profile.objects.filter(pk=profile.pk).update(photo_count=count)


# --- Place ----------------------------------------------------------------------------------------


@transaction.atomic
def set_location(*, profile: Profile, point: Point) -> Point:
    """Keep the centre of the cell that `point` is in, forget the point, and return the centre.

    The first place shows at once; a move shows to others after a random delay. Raises TooManyMoves.
    """
    profile = lock(profile)
    now = timezone.now()
    centre = snap(point, current=profile.location)
    if profile.location == centre:
        return centre
    if _is_first(profile, now):
        profile.previous_location, profile.location_shows_at = None, now
    else:
        _count_move(profile, now)
        profile.previous_location = profile.location_shown_at(now)
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
        profile.location = profile.previous_location = profile.location_shows_at = None
        profile.location_removed_at = timezone.now()
        profile.save(update_fields=PLACE_FIELDS)


def _is_first(profile: Profile, now: datetime) -> bool:
    # Taking one's place away and setting another would otherwise be a way around the delay.
    removed_at = profile.location_removed_at
    return profile.location is None and (
        removed_at is None or now - removed_at >= REMOVAL_COUNTS_FOR
    )


def _count_move(profile: Profile, now: datetime) -> None:
    an_hour_ago = now - timedelta(hours=1)
    profile.moves.filter(created_at__lte=an_hour_ago).delete()
    recent = list(profile.moves.order_by("created_at").values_list("created_at", flat=True))
    limit = max(1, round(MOVES_PER_HOUR * settings.RATE_LIMIT_SCALE))
    if len(recent) >= limit:
        raise TooManyMoves(recent[-limit] - an_hour_ago)
    LocationMove.objects.create(profile=profile, created_at=now)
