"""Adding, removing and ordering photos, each under the profile's row lock."""

import secrets
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from profiles.images import Renditions
from profiles.locks import lock
from profiles.models import MAX_PHOTOS, MIN_PHOTOS, Photo, Profile
from profiles.screened import look_at_photo
from pupmatch.lib import files
from pupmatch.lib.problems import NotFound, Problem


class TooManyPhotos(Problem):
    """A seventh photo."""

    default_code = "too_many_photos"
    default_detail = f"A profile has at most {MAX_PHOTOS} photos."


class TooFewPhotos(Problem):
    """A complete profile stays complete."""

    default_code = "too_few_photos"
    default_detail = f"A complete profile keeps at least {MIN_PHOTOS} photos; add another first."


def store_renditions(renditions: Renditions) -> dict[str, str]:
    """Write the files of a photo; says the name of each, as `store_files` does."""
    return store_files(renditions.files)


def store_files(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Write renditions under names that nobody can guess; says the name of each.

    They are removed again within the hour unless a photo's row takes them over (`files.keep`).
    """
    token = secrets.token_urlsafe(16)
    names = {name: f"photos/{token[:2].lower()}/{token}-{name}.webp" for name in contents}
    files.store({names[name]: content for name, content in contents.items()})
    return names


@transaction.atomic
def add_photo(*, profile: Profile, renditions: Renditions, names: dict[str, str]) -> Photo:
    """Append a stored photo. Raises TooManyPhotos.

    Where photos are reviewed before anybody sees them, it is held until it was; and so it is when
    it looks like one that was banned.
    """
    profile = lock(profile)
    position = profile.photos.count()
    if position >= MAX_PHOTOS:
        raise TooManyPhotos
    photo = Photo(
        profile=profile,
        position=position,
        width=renditions.width,
        height=renditions.height,
        byte_size=renditions.byte_size,
        thumbhash=renditions.thumbhash,
        perceptual_hash=renditions.perceptual_hash,
        **names,
    )
    photo.held_at = look_at_photo(photo, profile.user_id)
    if settings.PHOTO_REVIEW == "before":
        photo.held_at = timezone.now()
    photo.save(force_insert=True)
    count_photos(profile)
    files.keep(list(names.values()))
    return photo


@transaction.atomic
def delete_photo(*, profile: Profile, photo: Photo, keeps_complete: bool = True) -> None:
    """Remove a photo and its files, and close the gap.

    Raises NotFound, or TooFewPhotos where that would leave a complete profile incomplete; staff,
    who take a bad photo away, say that it need not stay complete.
    """
    profile = lock(profile)
    found = profile.photos.filter(pk=photo.pk).first()
    if found is None:
        raise NotFound
    is_needed = profile.is_complete and profile.photo_count <= MIN_PHOTOS
    # What nobody sees completes nothing.
    if keeps_complete and is_needed and not found.held_at:
        raise TooFewPhotos
    found.delete()
    _renumber(list(profile.photos.order_by("position")))
    count_photos(profile)
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


def count_photos(profile: Profile) -> None:
    """Keep in the profile, which the caller has locked, how many of its photos others see."""
    count = profile.photos.shown().count()
    Profile.objects.filter(pk=profile.pk).update(photo_count=count)
