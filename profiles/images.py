"""From an uploaded file to renditions that are safe to show to anybody.

What strangers send comes here by `profiles.decoding`, in a process of its own that knows no Django.
"""

import base64
import logging
import re
import struct
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO, NamedTuple

import thumbhash
from PIL import ExifTags, Image, UnidentifiedImageError

from profiles.colours import in_srgb
from screening.pictures import perceptual_hash

FORMATS = ("JPEG", "PNG", "WEBP")
# A JPEG straight from a phone passes: it is decoded at half its size or less. The others have to be
# decoded whole, at up to 12 bytes a pixel, and 19 in WebP: 312 MB (`bench/uploads.py`).
MAX_PIXELS = {"JPEG": 8192 * 6144, "MPO": 8192 * 6144, "PNG": 25_000_000, "WEBP": 16_000_000}
# In several scans nothing can be left out: all coefficients of all colours are kept until the last.
MAX_PIXELS_IN_SCANS = 25_000_000
# A decoder goes over all pixels in each scan; a file of 10 MB has room for 150,000 of them, which
# is half an hour. Cameras and encoders write about ten, and hardly more segments than a thousand.
MAX_SCANS = 100
MAX_SEGMENTS = 10_000
# Of a moving picture the first frame is taken; nobody moves this much on the way to it.
MAX_FRAMES = 1_000
JPEG_START, PNG_START, WEBP_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"
SEGMENT = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"

# Width and height that each rendition fits in; the height bounds strips of one pixel's width.
BOXES = {"small": (320, 640), "medium": (640, 1280), "large": (1280, 2560)}
# What the renditions are made of: the largest box, whichever way the picture is turned.
WORKING_BOX = (2560, 2560)
# Bytes of a file that is kept: the largest that answers hand over in one piece, lest a slow reader of
# it keeps a thread (`pupmatch.lib.answers`). Photographs have less; noise loses what nobody sees.
MAX_FILE_BYTES = 4 * 1024 * 1024
QUALITIES = (82, 0)
# What turns a picture upright, by its EXIF orientation.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE = (5, 6, 7, 8)

# At DEBUG, Pillow logs what it reads in EXIF, places included.
logging.getLogger("PIL").setLevel(logging.INFO)


class Refused(Exception):
    """Not taken; `profiles.uploads` has the words that people read."""


class NotAnImage(Refused):
    """Nothing that Pillow decodes as JPEG, PNG or WebP, whatever its name and header say."""


class ImageTooLarge(Refused):
    """More pixels than are taken."""


class ImageUnusable(Refused):
    """A picture by its header, but one that does not decode."""


class EndlessImage(ImageUnusable):
    """More scans, segments, chunks or frames than a picture has."""


class Chunk(NamedTuple):
    """How to go from chunk to chunk: the length in its first eight bytes, and what is around that."""

    length: str
    around: int
    align: int
    is_last: Callable[[bytes], bool]


PNG_CHUNK = Chunk(">I4x", 12, 1, lambda head: head.endswith(b"IEND"))
WEBP_CHUNK = Chunk("<4xI", 8, 2, lambda head: False)


class Renditions(NamedTuple):
    """A decoded photo: its size as sent, its placeholder, and WebP files by rendition name.

    The perceptual hash tells look-alikes; a plain surface has none.
    """

    width: int
    height: int
    byte_size: int
    thumbhash: str
    perceptual_hash: int | None
    files: dict[str, bytes]


def render(upload: BinaryIO) -> Renditions:
    """Decode a picture, turn it upright, and re-encode it without any metadata.

    Raises ImageTooLarge, NotAnImage or ImageUnusable.
    """
    picture, width, height, byte_size = _opened(upload)
    # Fitted by the full size: the one worked on is rounded already.
    files = {name: _webp(picture, _fitting(width, height, box)) for name, box in BOXES.items()}
    hash = perceptual_hash(picture)
    return Renditions(width, height, byte_size, _placeholder(picture), hash, files)


def render_document(upload: BinaryIO) -> bytes:
    """A picture of something written, as one WebP file that is large enough to be read.

    Raises ImageTooLarge, NotAnImage or ImageUnusable.
    """
    picture, width, height, _ = _opened(upload)
    return _webp(picture, _fitting(width, height, WORKING_BOX))


def _opened(upload: BinaryIO) -> tuple[Image.Image, int, int, int]:
    """The decoded picture, its full width and height, and how many bytes were sent."""
    content = upload.read()
    try:
        # Pillow warns of odd metadata and of many pixels; the first is dropped, the second checked.
        with warnings.catch_warnings(action="ignore"):
            return *_decode(content), len(content)
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise ImageTooLarge from error
    except UnidentifiedImageError as error:
        raise NotAnImage from error
    except Exception as error:  # decoders raise what they like on damaged files
        raise ImageUnusable from error


def _decode(content: bytes) -> tuple[Image.Image, int, int]:
    """The upright picture in sRGB, no larger than needed, and the full width and height."""
    scans = _refuse_endless(content)
    image: Image.Image = Image.open(BytesIO(content), formats=FORMATS)
    width, height = image.size
    most = MAX_PIXELS[image.format or ""]
    if width * height > (
        MAX_PIXELS_IN_SCANS if scans > 1 or image.info.get("progressive") else most
    ):
        raise ImageTooLarge
    if getattr(image, "n_frames", 1) > MAX_FRAMES:
        raise EndlessImage
    # Lets the JPEG decoder leave out what is not needed.
    image.draft(None, _fitting(width, height, WORKING_BOX))
    image.load()
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    image = _scalable(image)
    image.thumbnail(WORKING_BOX, Image.Resampling.LANCZOS, reducing_gap=2)
    picture = in_srgb(_opaque(image), profile)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    return (picture, height, width) if orientation in ON_ITS_SIDE else (picture, width, height)


def _refuse_endless(content: bytes) -> int:
    """Raises EndlessImage for one whose parts would take seconds or minutes to go through.

    Says in how many scans its pixels come.
    """
    if content.startswith(JPEG_START):
        return _scans(content)
    if content.startswith(PNG_START):
        _refuse_endless_chunks(content, len(PNG_START), PNG_CHUNK)
    elif content.startswith(WEBP_START):
        # What follows the length that it says of itself is not looked at by the decoder either.
        end = int.from_bytes(content[4:8], "little") + 8
        _refuse_endless_chunks(content[:end], 12, WEBP_CHUNK)
    return 1


def _refuse_endless_chunks(content: bytes, position: int, chunk: Chunk) -> None:
    for _ in range(MAX_SEGMENTS):
        head = content[position : position + 8]
        if len(head) < 8 or chunk.is_last(head):
            return
        (length,) = struct.unpack(chunk.length, head)
        position += chunk.around + length + length % chunk.align
    raise EndlessImage


def _scans(jpeg: bytes) -> int:
    position, segments, scans = 0, 0, 0
    while found := SEGMENT.search(jpeg, position):
        if found[1] == END_OF_IMAGE:
            break
        segments += 1
        scans += found[1] == START_OF_SCAN
        if segments > MAX_SEGMENTS or scans > MAX_SCANS:
            raise EndlessImage
        length = int.from_bytes(jpeg[found.end() : found.end() + 2], "big")
        position = found.end() + length
    return scans


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # damaged metadata does not make a damaged picture
        return 1


def _scalable(image: Image.Image) -> Image.Image:
    """In a mode that can be scaled: neither palettes nor single bits nor marked colours."""
    if image.mode.startswith("I"):
        # 16 bits of grey; a plain conversion would cut everything above 255 off as white.
        return image.point(lambda value: value / 257).convert("L")
    if "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("1", "P") else image


def _opaque(image: Image.Image) -> Image.Image:
    """On white, where it is transparent, instead of whatever colour lies hidden there."""
    if image.mode not in ("LA", "RGBA"):
        return image
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def _fitting(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The size that fits in the box, never larger than it was."""
    scale = min(1, box[0] / width, box[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _webp(picture: Image.Image, size: tuple[int, int]) -> bytes:
    small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    for quality in QUALITIES:
        out = BytesIO()
        # And no metadata, which would have to be passed here.
        small.save(out, "WEBP", quality=quality, method=2)
        if out.tell() <= MAX_FILE_BYTES:
            break
    return out.getvalue()


def _placeholder(picture: Image.Image) -> str:
    thumb = picture.copy()
    thumb.thumbnail((32, 32))  # the library is plain Python, and the hash keeps 7×7 waves
    rgba = thumb.convert("RGBA")
    return base64.b64encode(
        bytes(thumbhash.rgba_to_thumb_hash(rgba.width, rgba.height, list(rgba.tobytes())))
    ).decode()
