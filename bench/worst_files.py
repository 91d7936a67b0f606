"""The worst files that are taken as photos, and that are refused, each by how it is made."""

import re
import zlib
from collections.abc import Callable

from PIL import Image, ImageCms

from profiles.images import MAX_SCANS
from profiles.tests import hostile
from profiles.tests.pictures import chunk, saved, segment, speckled, with_segments

TEN_MB = 10_485_760
SQUARE = {"PNG": (5_000, 5_000), "WEBP": (4_000, 4_000), "JPEG": (8_192, 6_144)}
IN_SCANS = (5_000, 5_000)
Make = Callable[[], bytes]


def filled(content: bytes) -> bytes:
    """As many bytes as are taken: what follows a picture is read, and left out."""
    return content.ljust(TEN_MB, b"\0")


def jpeg(size: tuple[int, int] = SQUARE["JPEG"], mode: str = "RGB", **options: object) -> bytes:
    return filled(saved(Image.new(mode, size, None), "JPEG", **{"subsampling": 0, **options}))


def busy_jpeg(size: tuple[int, int], **options: object) -> bytes:
    """Noise, as strong as fits into ten megabytes."""
    tile = Image.effect_noise((1_024, 1_024), 90).convert("RGB")
    image = Image.new("RGB", size)
    for x in range(0, size[0], 1_024):
        for y in range(0, size[1], 1_024):
            image.paste(tile, (x, y))
    for quality in (90, 75, 60, 45, 30, 20, 10, 5):
        found = saved(image, "JPEG", quality=quality, **options)
        if len(found) <= TEN_MB:
            return found
    raise AssertionError("no quality is low enough")


def scans(size: tuple[int, int], number: int = MAX_SCANS) -> bytes:
    """Progressive, with as many scans as are taken; the last that there is, again and again."""
    whole = saved(Image.new("RGB", size), "JPEG", progressive=True, subsampling=0)
    starts = [found.start() for found in re.finditer(b"\xff\xda", whole)]
    again = whole[starts[-1] : -2]
    return whole[:-2] + again * (number - len(starts)) + b"\xff\xd9"


def png(bits: int, colours: int, *extra: bytes) -> bytes:
    whole = hostile.blank_png(*SQUARE["PNG"], bits, colours)
    at = whole.index(b"IDAT") - 4
    return filled(whole[:at] + b"".join(extra) + whole[at:])


def webp(size: tuple[int, int] = SQUARE["WEBP"], mode: str = "RGB", **options: object) -> bytes:
    return filled(saved(Image.new(mode, size), "WEBP", method=0, **options))


def moving_webp() -> bytes:
    """Two full frames, half transparent."""
    first, second = (Image.new("RGBA", SQUARE["WEBP"], (0, 0, 9, at)) for at in (90, 99))
    return saved(first, "WEBP", save_all=True, append_images=[second], lossless=True, method=0)


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PACKED_PROFILE = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(PROFILE))

ACCEPTED: dict[str, Make] = {
    "JPEG, 50 MP": jpeg,
    "JPEG, 50 MP, with a profile": lambda: jpeg(icc_profile=PROFILE),
    "JPEG, 50 MP, noise": lambda: busy_jpeg(SQUARE["JPEG"]),
    "JPEG, 50 MP, CMYK": lambda: jpeg(mode="CMYK"),
    "JPEG, 25 MP, progressive": lambda: jpeg(IN_SCANS, progressive=True),
    "JPEG, 25 MP, progressive CMYK": lambda: jpeg(IN_SCANS, "CMYK", progressive=True),
    "JPEG, 25 MP, progressive noise": lambda: busy_jpeg(IN_SCANS, progressive=True),
    "JPEG, 25 MP, 100 scans": lambda: scans(IN_SCANS),
    "JPEG, 65500 × 768": lambda: jpeg((65_500, 768)),
    "JPEG, 10,000 segments": lambda: with_segments(
        jpeg((64, 48))[:1_000], segment(b"\xfe", b"x" * 900) * 9_900
    ),
    "PNG, 25 MP, grey": lambda: png(8, 0),
    "PNG, 25 MP, one bit": lambda: png(1, 0),
    "PNG, 25 MP, 16 bits of grey": lambda: png(16, 0),
    "PNG, 25 MP, palette with transparency": lambda: png(8, 3, chunk(b"tRNS", b"\0\x7f")),
    "PNG, 25 MP, colours": lambda: png(8, 2),
    "PNG, 25 MP, colours, one transparent": lambda: png(8, 2, chunk(b"tRNS", b"\0" * 6)),
    "PNG, 25 MP, alpha": lambda: png(8, 6),
    "PNG, 25 MP, alpha with a profile": lambda: png(8, 6, PACKED_PROFILE),
    "PNG, 25 MP, 16 bits with alpha": lambda: png(16, 6),
    "PNG, 25 MP, grey with alpha": lambda: png(8, 4),
    "PNG, 25 MP, with 63 MB of packed text": lambda: png(
        8, 6, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 1_000_000)) * 60
    ),
    "PNG, speckled": lambda: saved(speckled((1_280, 2_560))),
    "WebP, 16 MP": webp,
    "WebP, 16 MP, lossless": lambda: webp(lossless=True),
    "WebP, 16 MP, alpha": lambda: webp(mode="RGBA", lossless=True),
    "WebP, 16 MP, two frames": moving_webp,
}
REFUSED: dict[str, Make] = {
    **{name: make for name, make in hostile.REFUSED.items() if name not in hostile.SMALL},
    "PNG of 800,000 chunks": lambda: hostile.in_png(chunk(b"prVt") * 800_000),
    "WebP of a million chunks": lambda: hostile.in_webp(hostile.riff(b"JUNK", b"") * 1_000_000),
    "WebP canvas of 13,000 × 13,000": lambda: hostile.webp_canvas(13_000, 13_000),
    "JPEG, 50 MP, progressive CMYK": lambda: jpeg(mode="CMYK", progressive=True),
    "JPEG of 150,000 scans": lambda: hostile.repeated_scans(150_000),
    "JPEG, 50 MP, the first half": lambda: busy_jpeg(SQUARE["JPEG"])[:5_000_000],
    "PNG, 25 MP, broken at its end": lambda: png(8, 6)[: -TEN_MB // 2].replace(b"IEND", b"iEND"),
}
