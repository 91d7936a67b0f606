"""Pictures to be judged, byte by byte, and ways to look at what became of them."""

import io
import random
import struct
import zipfile
import zlib

from PIL import Image, ImageCms

from profiles.images import render


def rendered(content):
    return render(io.BytesIO(content))


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def large(content):
    """The large rendition, to look at its pixels."""
    return opened(rendered(content).files["large"])


def saved(image, format="PNG", **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


def speckled(size):
    """What no encoder makes small: each colour of each pixel is there or not, by chance."""
    chance = random.Random(3)
    bands = [Image.frombytes("1", size, chance.randbytes(size[0] * size[1] // 8)) for _ in "RGB"]
    return Image.merge("RGB", [band.convert("L") for band in bands])


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def segment(marker, data):
    return b"\xff" + marker + struct.pack(">H", len(data) + 2) + data


def with_segments(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def close(pixel, wanted):
    return all(abs(a - b) <= 6 for a, b in zip(pixel, wanted, strict=True))


def red_and_green_swapped():
    """A profile: sRGB with its red and green primaries exchanged, so that a conversion cannot be missed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)
