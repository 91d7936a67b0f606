"""Changes of a profile that touch several rows, each under the profile's row lock."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.departures import announce
from accounts.models import User
from events.publishing import recorded
from profiles.locks import NoProfile, ProfileIncomplete, lock
from profiles.models import Profile, Prompt
from profiles.photos import (
    TooFewPhotos,
    TooManyPhotos,
    add_photo,
    delete_photo,
    order_photos,
    store_renditions,
)
from profiles.places import (
    TooManyMoves,
    leave_place,
    preferences_before_a_dog,
    remove_location,
    set_location,
    take_up_place,
)
from profiles.screened import look_at_bio, look_at_name, look_at_prompt
from profiles.succession import give_back_to, keep_of
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

ACTIVITY_STEP = timedelta(hours=1)


class ProfileExists(Problem):
    """One dog for each account."""

    default_code = "profile_exists"
    default_detail = "There is a profile already; change it with PATCH."


@transaction.atomic
def create_profile(*, user: User, **fields: Any) -> Profile:
    """The account's one profile. Raises ProfileExists."""
    preferences = preferences_before_a_dog(user)
    profile = Profile(user=user, location_removed_at=preferences.place_removed_at, **fields)
    try:
        with transaction.atomic():
            profile.bio_held_at = look_at_bio(profile, profile.bio)
            look_at_name(profile, profile.name)
            profile.save(force_insert=True)
            take_up_place(profile, preferences)
            give_back_to(profile)
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
    leave_place(locked)
    keep_of(locked)
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
