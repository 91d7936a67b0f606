"""Photos that look alike, and the hashes that they are found by."""

import random
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.bands import wanted
from profiles.lookalikes import fill_hashes, photos_like
from profiles.models import Photo
from profiles.tests.factories import PhotoFactory, ProfileFactory
from profiles.tests.pictures import rendered, saved
from profiles.tests.test_screened import photographed
from pupmatch.lib.ids import uuid7
from pupmatch.lib.tests.plans import assert_plan
from screening.pictures import NEAR, SAME, distance, mirrored, signed, unsigned

pytestmark = pytest.mark.django_db

hashes = st.integers(-(2**63), 2**63 - 1)
some_bits = st.sets(st.integers(0, 63), max_size=10)


def flipped(hash, bits):
    return signed(unsigned(hash) ^ sum(1 << bit for bit in bits))


def like(*hashes, **kwargs):
    return [(photo.pk, photo.distance) for photo in photos_like(*hashes, **kwargs)]


@settings(max_examples=200)
@given(hashes, some_bits, st.booleans())
def test_every_photo_within_reach_is_found_and_no_other(hash, bits, is_turned):
    photo = PhotoFactory(perceptual_hash=hash)
    near = flipped(hash, bits)
    asked = mirrored(near) if is_turned else near
    apart = min(distance(hash, asked), distance(hash, mirrored(asked)))
    assert like(asked) == ([(photo.pk, apart)] if apart <= NEAR else [])
    Photo.objects.all().delete()


def test_the_nearest_comes_first_and_ones_own_not_at_all():
    hash = 0x0123456789ABCDEF
    mine, other = ProfileFactory(), ProfileFactory()
    PhotoFactory(profile=mine, perceptual_hash=hash)
    photos = [PhotoFactory(profile=other, perceptual_hash=hash ^ bits) for bits in (7, 0, 1)]
    found = like(hash, but=mine)
    assert found == [(photos[1].pk, 0), (photos[2].pk, 1), (photos[0].pk, 3)]
    assert len(like(hash)) == 4
    PhotoFactory(profile=other, perceptual_hash=None)
    assert len(like(hash)) == 4


def test_extreme_hashes():
    for hash in (-(2**63), 2**63 - 1, 0, -1):
        photo = PhotoFactory(perceptual_hash=hash)
        assert (photo.pk, 0) in like(hash)


def test_bands_are_those_of_the_index():
    hash = signed(0xF0E1D2C3B4A59687)
    assert len(wanted(hash)) == 4 * 17
    for bit in range(64):
        shared = set(wanted(hash)) & set(wanted(flipped(hash, [bit])))
        assert len(shared) >= 3 * 17


def test_among_many_it_goes_by_the_index():
    random_ = random.Random(1)
    profile = ProfileFactory()
    at = profile.created_at
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE profiles_photo DROP CONSTRAINT photo_position_once")
        cursor.execute("ALTER TABLE profiles_photo DROP CONSTRAINT photo_at_most_six")
    Photo.objects.bulk_create(
        Photo(
            profile=profile, position=2 + n, width=1, height=1, byte_size=1, thumbhash="",
            small=f"{uuid7()}", medium=f"{uuid7()}", large=f"{uuid7()}", created_at=at,
            perceptual_hash=signed(random_.getrandbits(64)),
        )
        for n in range(20_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE profiles_photo")
    assert_plan(photos_like(5), uses="photo_by_looks")
    assert_plan(photos_like(5, -6, but=profile), uses="photo_by_looks")


# --- Photos of older releases ---------------------------------------------------------------------


def stored(picture):
    """A photo of before, with its small rendition."""
    files = rendered(saved(picture)).files
    photo = PhotoFactory()
    default_storage.save(photo.small.name, ContentFile(files["small"]))
    return photo


def test_older_photos_get_their_hash_from_what_is_stored():
    photo, turned, lost = stored(photographed()), stored(photographed(turned=True)), PhotoFactory()
    out = StringIO()
    call_command("hash_photos", stdout=out)
    assert "3 photos read" in out.getvalue()
    for each in (photo, turned, lost):
        each.refresh_from_db()
    upload = rendered(saved(photographed())).perceptual_hash
    assert distance(photo.perceptual_hash, upload) <= SAME
    assert distance(turned.perceptual_hash, mirrored(upload)) <= SAME
    assert lost.perceptual_hash is None
    assert fill_hashes() == (1, lost.pk)


def test_it_goes_on_where_it_was_broken_off():
    photos = [stored(photographed()) for _ in range(5)]
    count, after = fill_hashes(batch=2)
    assert (count, after) == (2, photos[1].pk)
    assert Photo.objects.filter(perceptual_hash=None).count() == 3
    assert fill_hashes(after=after, batch=9)[0] == 3
    assert fill_hashes(after=photos[4].pk) == (0, None)
    assert fill_hashes() == (0, None)
