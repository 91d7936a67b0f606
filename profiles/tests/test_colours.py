"""Profiles of colours: none is gone through for long. `test_renditions` has those that are followed."""

import io
import struct
import time

import pytest
from PIL import Image, ImageCms

from profiles.colours import MAX_BYTES
from profiles.images import render
from profiles.tests.pictures import opened, red_and_green_swapped, saved

pytestmark = pytest.mark.requirement("R2.3", "R3.2")

WHITE = b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)


def profile(tags):
    """A profile for screens with these tags (ICC.1:2022, 7)."""
    lines, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags:
        lines += name + struct.pack(">II", at + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"lcms", 0x04300000, b"mntr", b"RGB ", b"XYZ "
    )
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + WHITE[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + lines + body


def chain(pairs, colours=8):
    """A tag of so many steps, which are the same two by their places: 16 bytes for both (10.16)."""
    matrix = [float(column == row % 3) for row in range(colours) for column in range(3)]
    there = b"matf" + struct.pack(">4xHH", 3, colours)
    there += struct.pack(f">{len(matrix) + colours}f", *matrix, *[0.0] * colours)
    nodes = 2**colours * 3
    back = b"clut" + struct.pack(">4xHH", colours, 3) + bytes([2] * colours).ljust(16, b"\0")
    back += struct.pack(f">{nodes}f", *[0.5] * nodes)
    first = 16 + 16 * pairs
    places = struct.pack(">IIII", first, len(there), first + len(there), len(back)) * pairs
    return b"mpet" + struct.pack(">4xHHI", 3, 3, 2 * pairs) + places + there + back


def shown(made, colour=(200, 80, 40)):
    """What is seen of a picture of one colour with that profile."""
    content = saved(Image.new("RGB", (64, 48), colour), "JPEG", icc_profile=made)
    return opened(render(io.BytesIO(content)).files["small"]).getpixel((32, 24))


def test_a_profile_of_endless_tables_is_not_gone_through():
    made = profile([(b"wtpt", WHITE), (b"D2B0", chain(pairs=2000))])
    began = time.thread_time()
    red, green, blue = shown(made)
    assert time.thread_time() - began < 1
    assert abs(red - 200) + abs(green - 80) + abs(blue - 40) < 12


def test_a_short_one_would_be_followed():
    """Else the test before would show nothing: such profiles are sound."""
    made = profile([(b"wtpt", WHITE), (b"D2B0", chain(pairs=1))])
    picture = Image.new("RGB", (8, 8), (200, 80, 40))
    sound = ImageCms.ImageCmsProfile(io.BytesIO(made))
    followed = ImageCms.profileToProfile(picture, sound, ImageCms.createProfile("sRGB"))
    assert followed.getpixel((4, 4)) != (200, 80, 40)


def test_one_that_no_camera_writes_is_too_long_to_be_followed():
    assert shown(red_and_green_swapped() + b"\0" * 1000)[1] > 150
    assert shown(red_and_green_swapped() + b"\0" * MAX_BYTES)[0] > 150


@pytest.mark.parametrize("made", [b"x", b"\0" * 131, b"\0" * 128 + b"\xff" * 4, b"\xff" * 4000])
def test_a_broken_one_leaves_the_numbers_as_they_are(made):
    red, green, blue = shown(made)
    assert abs(red - 200) + abs(green - 80) + abs(blue - 40) < 12
