"""What becomes of an uploaded picture: `profiles.decoding` bounds it, `profiles.images` does it."""

import atexit
from typing import BinaryIO

from django.conf import settings

from profiles.decoder import DOCUMENT, HEAD, PHOTO
from profiles.decoding import Decoder, ImageTooCostly
from profiles.images import (
    BOXES,
    EndlessImage,
    ImageTooLarge,
    ImageUnusable,
    NotAnImage,
    Refused,
    Renditions,
)
from pupmatch.lib.problems import Problem


class UnsupportedPicture(Problem):
    """None of the formats that are taken, whatever its name and header say."""

    status_code = 415
    default_code = "unsupported_image"
    default_detail = "This is not a JPEG, PNG or WebP picture."


class PictureTooLarge(Problem):
    """More bytes or pixels than are taken."""

    status_code = 413
    default_code = "image_too_large"
    default_detail = (
        "A photo has at most 10 MB (10,485,760 bytes) and 50 megapixels;"
        " 25 as PNG or progressive JPEG, 16 as WebP."
    )


class PictureUnusable(Problem):
    """A picture by its header, but one that does not decode."""

    status_code = 400
    default_code = "unusable_image"
    default_detail = "The picture is damaged."


class EndlessPicture(PictureUnusable):
    """More parts than a picture has."""

    default_detail = "The picture is made of too many parts."


class PictureTooCostly(PictureUnusable):
    """More time or memory than a picture gets."""

    default_detail = "The picture takes too long to decode."


PROBLEMS: dict[type[Refused], type[Problem]] = {
    NotAnImage: UnsupportedPicture,
    ImageTooLarge: PictureTooLarge,
    ImageUnusable: PictureUnusable,
    EndlessImage: EndlessPicture,
    ImageTooCostly: PictureTooCostly,
}

# Of each web process, which starts it with its first upload.
DECODER = Decoder()
atexit.register(lambda: DECODER.close())


def render(upload: BinaryIO) -> Renditions:
    """Decode a picture, turn it upright, and re-encode it without any metadata.

    Raises one of PROBLEMS, or Unavailable when too many wait.
    """
    content = _content(upload)
    head, *files = _decoded(PHOTO, content, files=len(BOXES))
    _, width, height, has_hash, hash = HEAD.unpack_from(head)
    placeholder = head[HEAD.size :].decode()
    renditions = dict(zip(BOXES, files, strict=True))
    return Renditions(
        width, height, len(content), placeholder, hash if has_hash else None, renditions
    )


def render_document(upload: BinaryIO) -> bytes:
    """A picture of something written, as one WebP file that is large enough to be read.

    Raises one of PROBLEMS, or Unavailable when too many wait.
    """
    return _decoded(DOCUMENT, _content(upload), files=1)[1]


def _content(upload: BinaryIO) -> bytes:
    content = upload.read(settings.MAX_PHOTO_BYTES + 1)
    if len(content) > settings.MAX_PHOTO_BYTES:
        raise PictureTooLarge
    return content


def _decoded(kind: bytes, content: bytes, *, files: int) -> list[bytes]:
    try:
        return DECODER.decode(kind, content, files=files)
    except Refused as refused:
        raise PROBLEMS[type(refused)] from refused
