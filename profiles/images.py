"""From an uploaded file to renditions that are safe to show to anybody."""

import base64
import warnings
from io import BytesIO
from typing import BinaryIO, NamedTuple

import thumbhash
from django.conf import settings
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from pupmatch.lib.problems import Problem

FORMATS = ("JPEG", "PNG", "WEBP")
# 40 megapixels pass every phone's camera; decoded they take 120 MB, which bounds a request.
MAX_PIXELS = 40_000_000
# Width and height that each rendition fits in; the height bounds strips of one pixel's width.
BOXES = {"small": (320, 640), "medium": (640, 1280), "large": (1280, 2560)}
SRGB = ImageCms.createProfile("sRGB")


class NotAnImage(Problem):
    """Nothing that Pillow decodes as JPEG, PNG or WebP, whatever its name and header say."""

    status_code = 415
    default_code = "unsupported_image"
    default_detail = "This is not a JPEG, PNG or WebP picture."


class ImageTooLarge(Problem):
    """More bytes or pixels than are taken."""

    status_code = 413
    default_code = "image_too_large"
    default_detail = "A photo has at most 10 MB (10,485,760 bytes) and 40 megapixels."


class ImageUnusable(Problem):
    """A picture by its header, but one that does not decode."""

    status_code = 400
    default_code = "unusable_image"
    default_detail = "The picture is damaged."


class Renditions(NamedTuple):
    """A decoded photo: its size as sent, its placeholder, and WebP files by rendition name."""

    width: int
    height: int
    byte_size: int
    thumbhash: str
    files: dict[str, bytes]


def render(upload: BinaryIO) -> Renditions:
    """Decode a picture, turn it upright, and re-encode it without any metadata.

    Raises ImageTooLarge, NotAnImage or ImageUnusable.
    """
    content = upload.read(settings.MAX_PHOTO_BYTES + 1)
    if len(content) > settings.MAX_PHOTO_BYTES:
        raise ImageTooLarge
    picture = _decode(content)
    files = {name: _webp(picture, box) for name, box in BOXES.items()}
    return Renditions(*picture.size, len(content), _placeholder(picture), files)


def _decode(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns above its own limit of pixels; ours is lower and checked here.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise ImageTooLarge
            return _flat_srgb(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise ImageTooLarge from error
    except UnidentifiedImageError as error:
        raise NotAnImage from error
    except Problem:
        raise
    except Exception as error:  # decoders raise what they like on damaged files
        raise ImageUnusable from error


def _flat_srgb(image: Image.Image) -> Image.Image:
    """The picture in sRGB without transparency, because its colour profile is about to go."""
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        # Transparent parts become white instead of whatever colour lies hidden in them.
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            embedded = ImageCms.ImageCmsProfile(BytesIO(profile))
            return ImageCms.profileToProfile(image, embedded, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile: the numbers as they are beat no picture
    return image.convert("RGB")


def _webp(picture: Image.Image, box: tuple[int, int]) -> bytes:
    picture = picture.copy()
    picture.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3)
    out = BytesIO()
    # Named because Pillow would otherwise copy them from the picture's `info`.
    picture.save(out, "WEBP", quality=82, method=2, exif=b"", icc_profile=None, xmp=b"")
    return out.getvalue()


def _placeholder(picture: Image.Image) -> str:
    thumb = picture.copy()
    thumb.thumbnail((32, 32))  # the library is plain Python, and the hash keeps 7×7 waves
    rgba = thumb.convert("RGBA")
    return base64.b64encode(
        bytes(thumbhash.rgba_to_thumb_hash(rgba.width, rgba.height, list(rgba.tobytes())))
    ).decode()
