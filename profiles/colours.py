"""Every picture's colours in sRGB, as browsers take a picture that says nothing of its colours."""

import struct
from io import BytesIO

from PIL import Image, ImageCms

SRGB = ImageCms.createProfile("sRGB")
# Where a profile's list of tags begins (ICC.1:2022, 7.3), and the length of each of its lines.
TAGS_AT, TAG_LENGTH, MAX_TAGS = 128, 12, 100
# Tags that hold programs (10.16): in 44 kB there is room for a chain of thousands of tables, which is gone
# through for each colour, for minutes. No camera, telephone or screen writes one.
PROGRAM = b"D2B"
# Twice what the largest of printers' have, which are made of tables; a copy or two of it is kept.
MAX_BYTES = 4 * 1024 * 1024


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same colours without a profile of their own.

    Where that one is broken, of another kind or too clever, the numbers stay as they are.
    """
    if profile and _is_plain(profile):
        try:
            embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, embedded, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
        else:
            return converted or image
    return image.convert("RGB")


def _is_plain(profile: bytes) -> bool:
    if not TAGS_AT + 4 <= len(profile) <= MAX_BYTES:
        return False
    (count,) = struct.unpack_from(">I", profile, TAGS_AT)
    places = range(TAGS_AT + 4, TAGS_AT + 4 + TAG_LENGTH * min(count, MAX_TAGS), TAG_LENGTH)
    return count <= MAX_TAGS and not any(profile.startswith(PROGRAM, place) for place in places)
