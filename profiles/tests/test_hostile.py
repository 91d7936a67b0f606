"""What means harm is refused in words, or nothing of it is left."""

import io
import struct
import time

import pytest
from PIL import Image

from profiles.images import ImageTooLarge, ImageUnusable, NotAnImage, render, render_document
from profiles.tests import hostile
from profiles.tests.pictures import opened

pytestmark = pytest.mark.requirement("R2.3", "R3.2", "P4")

REFUSALS = (ImageTooLarge, ImageUnusable, NotAnImage)


def stored(content):
    """Every file that would be kept of it: of a photo, and of a document."""
    return [
        *render(io.BytesIO(content)).files.values(),
        render_document(io.BytesIO(content)),
    ]


def chunks(webp):
    """Kind and content of each part of a WebP file, up to its very end."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack("<I", webp[4:8])[0] + 8 == len(webp)
    at = 12
    while at < len(webp):
        size = struct.unpack("<I", webp[at + 4 : at + 8])[0]
        yield webp[at : at + 4], webp[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


@pytest.mark.parametrize("name", hostile.TAKEN)
def test_nothing_hidden_is_kept(name):
    content = hostile.TAKEN[name]()
    for webp in stored(content):
        assert [kind for kind, _ in chunks(webp)] == [b"VP8 "]
        assert b"hidden" not in webp
        assert b"<script" not in webp
        assert not opened(webp).getexif()


def test_what_hides_is_really_in_there():
    """Else the test before would find nothing of nothing; PNG packs its profiles."""
    packed = {name for name, make in hostile.TAKEN.items() if hostile.HIDDEN not in make()}
    assert packed == {"PNG with words in its profile", "PNG with a broken profile"}


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_anything_else_is_refused_in_words_and_soon(name):
    content = hostile.REFUSED[name]()
    began = time.thread_time()
    for make in (render, render_document):
        with pytest.raises(REFUSALS):
            make(io.BytesIO(content))
    assert time.thread_time() - began < 2


def test_no_other_decoder_is_ever_asked(monkeypatch):
    """Neither Ghostscript nor any of forty others, whatever a file looks like."""
    Image.init()
    asked = []

    def noticing(format):
        def accept(prefix):
            asked.append(format)
            return False

        return accept

    for format, (factory, _) in list(Image.OPEN.items()):
        if format not in ("JPEG", "PNG", "WEBP"):
            monkeypatch.setitem(Image.OPEN, format, (factory, noticing(format)))
    for make in hostile.SMALL.values():
        with pytest.raises(REFUSALS):
            render(io.BytesIO(make()))
    assert asked == []
