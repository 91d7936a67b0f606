"""The process that decodes what strangers send: `profiles.decoding` starts it and says how it is asked.

It shares nothing with the web process but one end of a pipe, and loads neither Django nor settings.
Each picture is decoded by a process of its own, parted from this one, which has loaded all that it
needs: it takes milliseconds, nothing of a picture is left for the next, and whatever a decoder
does, the system ends it at the bounds.
"""

import os
import resource
import struct
import sys
from io import BytesIO
from multiprocessing.connection import Connection

from PIL import Image

from profiles.images import (
    EndlessImage,
    ImageTooLarge,
    ImageUnusable,
    NotAnImage,
    Refused,
    render,
    render_document,
)

# An answer begins with 0, or with the place in here from 1; width, height, whether there is a
# perceptual hash, and the hash; and then, to its end, the placeholder.
HEAD = struct.Struct(">BII?q")
REFUSALS = (NotAnImage, ImageTooLarge, ImageUnusable, EndlessImage)
PHOTO, DOCUMENT = b"photo", b"document"
# How a picture's process ends when nobody asks any more, and how this one does when a signal killed
# that: by the signal, so much higher.
NOBODY, KILLED = 64, 128


def main(descriptor: int, seconds: int, megabytes: int) -> int:
    """Answer until whoever asks is gone, or a picture's process does not end well; says how it did."""
    Image.init()
    connection = Connection(descriptor)
    connection.send_bytes(b"ready")
    code = 0
    while code == 0:
        connection.poll(None)
        picture = os.fork()
        if picture == 0:
            _bound(seconds, megabytes)
            _answer(connection)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(picture, 0)[1])
    return code if code > 0 else KILLED - code


def _bound(seconds: int, megabytes: int) -> None:
    """Neither more of the machine than this, nor a file: a dump of memory would hold the picture."""
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * 1024 * 1024),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def _answer(connection: Connection) -> None:
    try:
        kind, content = connection.recv_bytes(), connection.recv_bytes()
    except EOFError:
        os._exit(NOBODY)
    try:
        head, files = _document(content) if kind == DOCUMENT else _photo(content)
    except Refused as refused:
        head, files = HEAD.pack(REFUSALS.index(type(refused)) + 1, 0, 0, False, 0), []
    except MemoryError:
        head, files = HEAD.pack(REFUSALS.index(ImageUnusable) + 1, 0, 0, False, 0), []
    for part in (head, *files):
        connection.send_bytes(part)


def _photo(content: bytes) -> tuple[bytes, list[bytes]]:
    made = render(BytesIO(content))
    hash = made.perceptual_hash
    head = HEAD.pack(0, made.width, made.height, hash is not None, hash or 0)
    return head + made.thumbhash.encode(), list(made.files.values())


def _document(content: bytes) -> tuple[bytes, list[bytes]]:
    return HEAD.pack(0, 0, 0, False, 0), [render_document(BytesIO(content))]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
