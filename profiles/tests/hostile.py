"""Files that mean harm, each by name: made here, so that none lies about in the repository.

`REFUSED` are turned away in words. `TAKEN` show a picture and hide something, `HIDDEN` at least: no
byte of it may reach what is stored. Both hold functions, for some of them are large.
"""

import random
import struct
import zlib
from collections.abc import Callable

from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from profiles.tests.pictures import chunk, saved, segment, with_segments, zipped

HIDDEN = b"hidden-8c1f-47.6097"
SCRIPT = b"<script>alert('" + HIDDEN + b"')</script>"
PNG_START = b"\x89PNG\r\n\x1a\n"
OTHER_FORMATS = "GIF BMP TIFF ICO PPM TGA PCX SGI DDS ICNS JPEG2000 MSP XBM SPIDER"
Makers = dict[str, Callable[[], bytes]]


def plain(format: str, size: tuple[int, int] = (64, 48)) -> bytes:
    return saved(Image.new("RGB", size, "tan"), format)


def header(width: int, height: int, bits: int = 8, colours: int = 2) -> bytes:
    """What says that a PNG of this size follows."""
    return PNG_START + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    )


def blank_png(width: int, height: int, bits: int = 8, colours: int = 2) -> bytes:
    """All of its pixels, in a thousandth of their bytes."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colours]
    row = b"\0" * (1 + (width * samples * bits + 7) // 8)
    packer, packed = zlib.compressobj(9), []
    for _ in range(height):
        packed.append(packer.compress(row))
    pixels = chunk(b"IDAT", b"".join(packed) + packer.flush())
    palette = chunk(b"PLTE", b"\0\0\0\xff\xff\xff") if colours == 3 else b""
    return header(width, height, bits, colours) + palette + pixels + chunk(b"IEND")


def in_png(*chunks: bytes) -> bytes:
    """An ordinary PNG with these before its pixels."""
    png = plain("PNG")
    at = png.index(b"IDAT") - 4
    return png[:at] + b"".join(chunks) + png[at:]


def riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def in_webp(*chunks: bytes) -> bytes:
    """An ordinary WebP with these behind its pixels."""
    canvas = b"\x2c\0\0\0" + (63).to_bytes(3, "little") + (47).to_bytes(3, "little")
    body = b"WEBP" + riff(b"VP8X", canvas) + plain("WEBP")[12:] + b"".join(chunks)
    return riff(b"RIFF", body)


def webp_canvas(width: int, height: int) -> bytes:
    """A canvas of this size with one small frame on it."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    place = b"\0" * 6 + (63).to_bytes(3, "little") + (47).to_bytes(3, "little") + b"\1\0\0\0"
    frames = riff(b"ANIM", b"\0" * 6) + riff(b"ANMF", place + plain("WEBP")[12:])
    return riff(b"RIFF", b"WEBP" + riff(b"VP8X", b"\2\0\0\0" + size) + frames)


def moving(format: str, frames: int) -> bytes:
    """As many frames, each unlike the one before."""
    pictures = [Image.new("L", (8, 8), number % 256).convert("RGB") for number in range(frames)]
    options = {"minimize_size": False, "lossless": True} if format == "WEBP" else {}
    return saved(
        pictures[0], format, save_all=True, append_images=pictures[1:], duration=20, **options
    )


def resized_jpeg(width: int, height: int, jpeg: bytes = b"") -> bytes:
    """One whose header says that it is of another size than its pixels."""
    jpeg = jpeg or plain("JPEG")
    at = next(jpeg.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in jpeg) + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def repeated_scans(number: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A progressive JPEG that goes over its pixels so often."""
    jpeg = saved(Image.new("RGB", size), "JPEG", progressive=True)
    again = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    return jpeg[:-2] + again * number + b"\xff\xd9"


def exif(**tags: object) -> Image.Exif:
    """A place, and words, in every part of it that has room for some."""
    found = Image.Exif()
    for name in ("Make", "Model", "Software", "Artist", "Copyright", "ImageDescription"):
        found[ExifTags.Base[name]] = HIDDEN.decode()
    gps = found.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitude] = (47.0, 36.0, 34.92)
    gps[ExifTags.GPS.GPSAreaInformation] = HIDDEN
    found.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = HIDDEN
    for name, value in tags.items():
        found[ExifTags.Base[name]] = value
    return found


def thumbnailed() -> bytes:
    """EXIF with a thumbnail that has EXIF of its own, and a maker's note."""
    inner = saved(Image.new("RGB", (16, 12)), "JPEG", exif=exif())
    return with_segments(plain("JPEG"), segment(b"\xe1", b"Exif\0\0" + exif().tobytes() + inner))


def profiled(format: str) -> bytes:
    """A sound profile for colours, with words behind it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(Image.new("RGB", (64, 48)), format, icc_profile=profile + HIDDEN)


def worded_png() -> bytes:
    words = PngInfo()
    words.add_text("Comment", HIDDEN.decode())
    words.add_text("Packed", HIDDEN.decode() * 9, zip=True)
    words.add_itxt("XML:com.adobe.xmp", SCRIPT.decode(), zip=True)
    return saved(Image.new("RGB", (64, 48)), "PNG", pnginfo=words)


def noise(format: str) -> bytes:
    image = Image.effect_noise((200, 150), 60).convert("RGB")
    return saved(image, format, **({"quality": 90} if format != "PNG" else {}))


def cut(format: str, share: float) -> bytes:
    whole = noise(format)
    return whole[: int(len(whole) * share)]


def damaged_profile(format: str) -> bytes:
    return saved(Image.new("RGB", (64, 48)), format, icc_profile=HIDDEN * 40)


def _polyglots() -> Makers:
    """A picture to one program, something else to another."""
    pdf, gifar = b"%PDF-1.7\n1 0 obj<<>>endobj\n" + HIDDEN, zipped() + HIDDEN
    made: Makers = {
        "JPEG and PHP": lambda: with_segments(
            plain("JPEG"), segment(b"\xfe", b"<?php " + HIDDEN + b" ?>")
        ),
        "JPEG and script by its length": lambda: with_segments(
            plain("JPEG"), segment(b"\xe0", b"/*".ljust(0x2F28, b" ") + b"*/=1;" + SCRIPT)
        ),
        "JPEG and PDF": lambda: with_segments(plain("JPEG"), segment(b"\xfe", pdf)),
        "PNG and PDF": lambda: in_png(chunk(b"tEXt", b"a\0" + pdf)),
        "PNG and HTML": lambda: in_png(chunk(b"tEXt", b"a\0" + SCRIPT)),
        "PNG and PHP in a chunk": lambda: in_png(chunk(b"prVt", b"<?=" + HIDDEN)),
        "WebP and HTML": lambda: in_webp(riff(b"JUNK", SCRIPT)),
        "WebP and XMP": lambda: in_webp(riff(b"XMP ", SCRIPT)),
    }
    for format in ("JPEG", "PNG", "WEBP"):
        for name, tail in (("ZIP", gifar), ("HTML", SCRIPT), ("PDF", pdf)):
            made[f"{format}, behind it {name}"] = lambda f=format, t=tail: plain(f) + t  # type: ignore[misc]
    return made


def _metadata() -> Makers:
    made: Makers = {
        "EXIF with a thumbnail with EXIF": thumbnailed,
        "IPTC": lambda: with_segments(
            plain("JPEG"), segment(b"\xed", b"Photoshop 3.0\x008BIM\4\4\0\0" + HIDDEN)
        ),
        "text in three kinds of chunks": worded_png,
        "a comment": lambda: saved(Image.new("RGB", (64, 48)), "JPEG", comment=HIDDEN),
        "several in one": lambda: saved(
            Image.new("RGB", (64, 48)),
            "MPO",
            save_all=True,
            append_images=[Image.new("RGB", (64, 48))],
            exif=exif(),
        ),
    }
    for format in ("JPEG", "PNG", "WEBP"):
        made[f"{format} with EXIF and a place"] = lambda f=format: saved(  # type: ignore[misc]
            Image.new("RGB", (64, 48)), f, exif=exif(Orientation=6)
        )
        made[f"{format} with words in its profile"] = lambda f=format: profiled(f)  # type: ignore[misc]
        made[f"{format} with a broken profile"] = lambda f=format: damaged_profile(f)  # type: ignore[misc]
    return made


def _bombs() -> Makers:
    """Small to send and large, or long, to unpack."""
    zeros = zlib.compress(b"\0" * 50_000_000)
    return {
        "169 megapixels in 200 kB": lambda: blank_png(13_000, 13_000, bits=1, colours=0),
        "PNG of 2³¹ × 2³¹": lambda: header(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", zeros[:500]),
        "PNG of one line of 2³¹": lambda: header(2**31 - 1, 1) + chunk(b"IDAT", zeros[:500]),
        "JPEG that says 65500 × 65500": lambda: resized_jpeg(65_500, 65_500),
        "JPEG that says 65535 × 65535": lambda: resized_jpeg(65_535, 65_535),
        "WebP canvas of 16383 × 16383": lambda: webp_canvas(16_383, 16_383),
        "WebP canvas of 2²⁴ × 255": lambda: webp_canvas(2**24, 255),
        "packed text": lambda: in_png(chunk(b"zTXt", b"k\0\0" + zeros)),
        "packed international text": lambda: in_png(chunk(b"iTXt", b"k\0\1\0\0\0" + zeros)),
        "a packed profile": lambda: in_png(chunk(b"iCCP", b"k\0\0" + zeros)),
        "packed text, a hundred times a megabyte": lambda: in_png(
            chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 1_000_000)) * 100
        ),
        "PNG of 20,000 chunks": lambda: in_png(chunk(b"prVt") * 20_000),
        "WebP of 20,000 chunks": lambda: in_webp(riff(b"JUNK", b"") * 20_000),
        "JPEG of 200 scans": lambda: repeated_scans(200),
        "JPEG of 20,000 segments": lambda: with_segments(
            plain("JPEG"), segment(b"\xfe", b"") * 20_000
        ),
        "APNG of 3,000 frames": lambda: moving("PNG", 3_000),
        "WebP of 3,000 frames": lambda: moving("WEBP", 3_000),
    }


def _others() -> Makers:
    """Formats that nobody opens here, some of which run programs when they are opened."""
    tiff = saved(Image.new("RGB", (64, 48)), "TIFF", exif=exif())
    made: Makers = {
        "SVG": lambda: (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
        ),
        "SVG that reads a file": lambda: (
            b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>"
        ),
        "HTML": lambda: b"<!doctype html>" + SCRIPT,
        "EPS": lambda: (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
        ),
        "EPS in a binary coat": lambda: (
            b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, 90) + b"\0" * 20 + b"%!PS-Adobe-3.0\n"
        ),
        "PostScript that runs a command": lambda: b"%!PS\n(%pipe%id) (r) file pop\n",
        "ImageMagick's own": lambda: b"push graphic-context\nfill 'url(http://127.0.0.1/x\")'\npop",
        "PDF": lambda: b"%PDF-1.7\n%%EOF",
        "HEIC": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200,
        "AVIF": lambda: saved(Image.new("RGB", (64, 48)), "AVIF"),
        "a film": lambda: b"\0\0\0\x18ftypisom\0\0\2\0isomavc1" + b"\0" * 200,
        "PSD": lambda: (
            b"8BPS\0\1" + b"\0" * 6 + struct.pack(">HIIHH", 3, 48, 64, 8, 3) + b"\0" * 99
        ),
        "JPEG XL": lambda: b"\xff\x0a" + b"\0" * 100,
        "FLIF": lambda: b"FLIF" + b"\0" * 100,
        "a raw photo": lambda: tiff.replace(b"II*\0", b"IIRO", 1),
        "WAV": lambda: riff(b"RIFF", b"WAVEfmt " + b"\0" * 40),
        "a program": lambda: b"\x7fELF\2\1\1" + b"\0" * 200,
        "a ZIP": zipped,
        "a pickle": lambda: b"\x80\x04cos\nsystem\n(S'id'\ntR.",
        "zeros": lambda: b"\0" * 5_000,
        "anything at all": lambda: random.Random(6).randbytes(5_000),
    }
    for format in OTHER_FORMATS.split():
        mode = {"MSP": "1", "XBM": "1", "SPIDER": "F"}.get(format, "RGB")
        made[format] = lambda f=format, m=mode: saved(Image.new(m, (64, 64)), f)  # type: ignore[misc]
    return made


def _damaged() -> Makers:
    made: Makers = {
        "PNG of no width": lambda: blank_png(0, 5),
        "PNG of no height": lambda: (
            header(5, 0) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND")
        ),
        "PNG of three bits": lambda: blank_png(64, 48, bits=3),
        "PNG without pixels": lambda: header(64, 48) + chunk(b"IEND"),
        "PNG without a header": lambda: PNG_START + chunk(b"IDAT", zlib.compress(b"\0" * 99)),
        "PNG whose chunk is longer than itself": lambda: in_png(b"\x7f\xff\xff\xfftEXt"),
        "JPEG of no width": lambda: resized_jpeg(0, 48),
        "JPEG of no height": lambda: resized_jpeg(64, 0),
        "JPEG without tables": lambda: plain("JPEG").replace(b"\xff\xdb", b"\xff\xfe"),
        "JPEG of two signatures": lambda: b"\xff\xd8\xff\xd8\xff\xd9",
        "WebP without pixels": lambda: riff(b"RIFF", b"WEBPVP8 \0\0\0\0"),
        "WebP whose chunk is longer than itself": lambda: riff(
            b"RIFF", b"WEBPVP8 \xff\xff\xff\x7f" + b"\0" * 40
        ),
        "WebP whose frame leaves its canvas": lambda: webp_canvas(16, 16),
    }
    for format in ("JPEG", "PNG", "WEBP"):
        for share in (0.001, 0.02, 0.1, 0.3, 0.6, 0.9, 0.99):
            name = f"{format}, the first {share:.1%}"
            made[name] = lambda f=format, s=share: cut(f, s)  # type: ignore[misc]
    return made


TAKEN: Makers = {**_polyglots(), **_metadata()}
SMALL: Makers = {**_others(), **_damaged()}
REFUSED: Makers = {**_bombs(), **SMALL}
