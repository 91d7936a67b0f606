"""Photos that look like another one, among all that there are."""

import logging
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Least
from PIL import Image

from profiles.bands import Bands, Distance, ShareABand, wanted
from profiles.models import Photo, Profile
from screening.pictures import NEAR, mirrored, perceptual_hash

logger = logging.getLogger(__name__)

BATCH = 200


def photos_like(*hashes: int, but: Profile | None = None) -> QuerySet[Photo]:
    """Photos that look like one of those with these hashes or its mirror image, the nearest first.

    `but` leaves out a profile's own. Each says in how many bits it is apart: `distance`.
    """
    if not hashes:
        return Photo.objects.none()
    either = [each for hash in hashes for each in (hash, mirrored(hash))]
    bands = Value(wanted(*either), ArrayField(IntegerField()))
    apart = [Distance(F("perceptual_hash"), _bigint(each)) for each in either]
    near = Photo.objects.filter(
        ShareABand(Bands(F("perceptual_hash")), bands), perceptual_hash__isnull=False
    ).annotate(distance=Least(*apart))
    others = near.exclude(profile=but) if but else near
    return others.filter(distance__lte=NEAR).order_by("distance", "-pk")


def _bigint(hash: int) -> Cast:
    return Cast(Value(hash), BigIntegerField())


def fill_hashes(*, after: UUID | None = None, batch: int = BATCH) -> tuple[int, UUID | None]:
    """Give the next photos that have none their hash: how many were read, and where to go on.

    From their small rendition, which is as good as the upload. Nobody waits for it, and it can be
    broken off and begun anew at any time; a plain surface stays without.
    """
    photos = Photo.objects.filter(perceptual_hash=None).order_by("pk").only("small")
    rows = list((photos.filter(pk__gt=after) if after else photos)[:batch])
    for photo in rows:
        if (hash := _hash_of(photo)) is not None:
            Photo.objects.filter(pk=photo.pk, perceptual_hash=None).update(perceptual_hash=hash)
    return len(rows), rows[-1].pk if rows else None


def _hash_of(photo: Photo) -> int | None:
    try:
        with photo.small.open() as file:
            return perceptual_hash(Image.open(file).convert("RGB"))
    except OSError:  # it was deleted meanwhile, or is lost
        logger.warning("the small rendition of photo %s cannot be read", photo.pk)
        return None
