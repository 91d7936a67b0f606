from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from screening.pictures import NEAR, SAME, distance, mirrored, perceptual_hash, signed, unsigned

hashes = st.integers(-(2**63), 2**63 - 1)


def hills(seed=1, size=(600, 400)):
    """A picture with large light and dark parts."""
    greys = bytes(
        (x * x * seed + y * (7 + seed) + x * y * 3) * 37 % 256 for y in range(6) for x in range(8)
    )
    small = Image.frombytes("L", (8, 6), greys)
    return small.resize(size, Image.Resampling.BICUBIC).convert("RGB")


def encoded(picture, **options):
    out = BytesIO()
    picture.save(out, "JPEG", **options)
    return Image.open(out)


@pytest.mark.parametrize(
    "copy",
    [
        lambda picture: encoded(picture, quality=20),
        lambda picture: picture.resize((90, 60)),
        lambda picture: picture.resize((1200, 500)),
        lambda picture: picture.point(lambda value: value * 0.7),
        ImageOps.grayscale,
    ],
)
def test_a_copy_is_the_same(copy):
    assert distance(perceptual_hash(hills()), perceptual_hash(copy(hills()))) <= SAME


def test_another_picture_is_another():
    assert distance(perceptual_hash(hills(1)), perceptual_hash(hills(2))) > NEAR


def test_the_mirror_image_is_known():
    turned = perceptual_hash(ImageOps.mirror(hills()))
    assert distance(mirrored(perceptual_hash(hills())), turned) <= SAME


@pytest.mark.parametrize("colour", ["black", "white", "grey", (200, 100, 50)])
def test_a_plain_surface_has_none(colour):
    assert perceptual_hash(Image.new("RGB", (300, 200), colour)) is None


@given(hashes)
def test_numbers_are_those_of_the_database(hash):
    assert signed(unsigned(hash)) == hash
    assert mirrored(mirrored(hash)) == hash
    assert distance(hash, hash) == 0
    assert distance(hash, ~hash) == 64


@given(hashes, hashes)
def test_mirror_images_are_as_far_apart(one, other):
    assert distance(one, other) == distance(other, one) == distance(mirrored(one), mirrored(other))
