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

from accounts.departures import announce
from accounts.models import User
from events.publishing import recorded
from profiles.cells import snap
from profiles.locks import NoProfile, ProfileIncomplete, lock
from profiles.models import LocationMove, Preferences, Profile, Prompt
from profiles.photos import (
    TooFewPhotos,
    TooManyPhotos,
    add_photo,
    delete_photo,
    order_photos,
    store_renditions,
)
from profiles.screened import look_at_bio, look_at_name, look_at_prompt
from pupmatch.lib import files
from pupmatch.lib.constraints import violated
from pupmatch.lib.problems import Problem
from pupmatch.lib.retries import deletes_a_crowd

__all__ = [
    "NoProfile", "ProfileExists", "ProfileIncomplete", "TooFewPhotos", "TooManyMoves",
    "TooManyPhotos", "add_photo", "change_profile", "create_profile", "delete_photo",
    "delete_profile", "mark_active", "mark_visit", "order_photos", "remove_location",
    "set_location", "set_prompts", "store_renditions",
]  # fmt: skip

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


class TooManyMoves(Problem):
    """A seventh move within an hour."""

    status_code = 429
    default_code = "too_many_moves"
    default_detail = f"A place changes at most {MOVES_PER_HOUR} times an hour."

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = math.ceil(wait.total_seconds())


@transaction.atomic
def create_profile(*, user: User, **fields: Any) -> Profile:
    """The account's one profile. Raises ProfileExists."""
    Preferences.objects.get_or_create(user=user)
    profile = Profile(user=user, **fields)
    try:
        with transaction.atomic():
            profile.bio_held_at = look_at_bio(profile, profile.bio)
            look_at_name(profile, profile.name)
            profile.save(force_insert=True)
            return profile
    except IntegrityError as error:
        if violated(error) == "profiles_profile_user_id_key":
            raise ProfileExists from error
        raise


@transaction.atomic
def change_profile(*, profile: Profile, **fields: Any) -> None:
    """Write these fields and no others, so that a photo or move meanwhile is not undone.

    Another bio is looked at anew, and shown if nothing is found. Raises NoProfile when the profile
    was deleted meanwhile.
    """
    if not fields.keys().isdisjoint(("name", "bio")):
        before = lock(profile)
        if fields.get("name", before.name) != before.name:
            look_at_name(before, fields["name"])
        if fields.get("bio", before.bio) != before.bio:
            fields["bio_held_at"] = look_at_bio(before, fields["bio"])
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
    """Replace all prompts by these, in this order.

    One that says the same as before is the same one: it keeps its id, and is held if it was. Others
    are looked at.
    """
    user_id = lock(profile).user_id
    # Of the same words twice the held ones count: they come last.
    before = {_words(old): old for old in profile.prompts.order_by("-held_at")}
    held = {words: old.held_at for words, old in before.items()}
    profile.prompts.all().delete()
    rows = [Prompt(profile=profile, position=i, **prompt) for i, prompt in enumerate(prompts)]
    for row in rows:
        words = _words(row)
        row.held_at = held[words] if words in held else look_at_prompt(row, user_id)
        if same := before.pop(words, None):
            row.pk = same.pk
    return Prompt.objects.bulk_create(rows)


def _words(prompt: Prompt) -> tuple[str, str]:
    return prompt.question, prompt.answer


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
