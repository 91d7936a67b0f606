"""What only its owner gets to see: holding a photo, the bio or a prompt, and showing it again.

Whoever calls these has a reason; here is only what follows from it. Each is harmless to repeat and
says whether it changed anything. Nothing can be held of what is gone.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from profiles.models import Photo, Profile, Prompt
from profiles.photos import count_photos
from pupmatch.lib.jobs import enqueue


def hold_photo(*, photo: Photo) -> bool:
    """Show a photo to nobody but its owner; it keeps its position, and its place among six.

    Soon its files are elsewhere, too, because others may have kept their addresses.

    A profile that is left with too few that others see is incomplete until there are more.
    """
    return _turn_photo(photo, timezone.now())


def release_photo(*, photo: Photo) -> bool:
    """Show a photo to everybody again, where it was."""
    return _turn_photo(photo, None)


def mark_reviewed(*, photo: Photo) -> bool:
    """Note that staff have looked at a photo; says whether it was waiting for that."""
    waiting = Photo.objects.filter(pk=photo.pk, reviewed_at=None)
    return bool(waiting.update(reviewed_at=timezone.now()))


@transaction.atomic
def hold_bio(*, profile: Profile) -> bool:
    """Show others an empty bio, until its owner writes another; an empty one is not held."""
    locked = _lock(profile.pk)
    if locked is None or not locked.bio or locked.bio_held_at:
        return False
    Profile.objects.filter(pk=locked.pk).update(bio_held_at=timezone.now())
    return True


@transaction.atomic
def release_bio(*, profile: Profile) -> bool:
    """Show the bio to everybody again."""
    _lock(profile.pk)
    held = Profile.objects.filter(pk=profile.pk, bio_held_at__isnull=False)
    return bool(held.update(bio_held_at=None))


def hold_prompt(*, prompt: Prompt) -> bool:
    """Show a prompt to nobody but its owner, until they write it anew."""
    return _turn_prompt(prompt, timezone.now())


def release_prompt(*, prompt: Prompt) -> bool:
    """Show a prompt to everybody again, where it was."""
    return _turn_prompt(prompt, None)


@transaction.atomic
def _turn_photo(photo: Photo, held_at: datetime | None) -> bool:
    profile = _lock(photo.profile_id)
    other_way = Photo.objects.filter(pk=photo.pk, held_at__isnull=held_at is not None)
    changed = bool(profile) and bool(other_way.update(held_at=held_at))
    if profile and changed:
        count_photos(profile)
        if held_at:
            enqueue("profiles.tasks.move_photo", photo_id=photo.pk)
    return changed


@transaction.atomic
def _turn_prompt(prompt: Prompt, held_at: datetime | None) -> bool:
    # The lock that prompts are replaced under: held meanwhile, this one would be shown again.
    _lock(prompt.profile_id)
    other_way = Prompt.objects.filter(pk=prompt.pk, held_at__isnull=held_at is not None)
    return bool(other_way.update(held_at=held_at))


def _lock(profile_id: UUID) -> Profile | None:
    return Profile.objects.select_for_update(no_key=True).filter(pk=profile_id).first()
