"""Pictures are decoded in bounded time and memory, whatever a decoder does: by real processes."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO

import psutil
import pytest
from django.conf import settings
from PIL import Image

from profiles import images, uploads
from profiles.decoder import PHOTO
from profiles.decoding import Decoder, ImageTooCostly
from profiles.images import NotAnImage
from profiles.tests.acts import send
from profiles.tests.factories import ProfileFactory, picture
from profiles.tests.hostile import blank_png
from profiles.tests.pictures import saved
from pupmatch.lib.problems import Unavailable

pytestmark = pytest.mark.requirement("R2.3", "R3.2", "R3.3")


@cache
def slow():
    """About as long as one may take: a second of a processor, in a hundred kilobytes."""
    whole = saved(Image.new("L", (5_000, 5_000)), "JPEG", progressive=True)
    starts = [found.start() for found in re.finditer(b"\xff\xda", whole)]
    return whole[:-2] + whole[starts[-1] : -2] * (images.MAX_SCANS - len(starts)) + b"\xff\xd9"


@pytest.fixture
def made(monkeypatch):
    """`made(seconds=…)`: the decoder that uploads go to from now on."""
    decoders = []

    def make(**bounds):
        decoders.append(Decoder(**bounds))
        monkeypatch.setattr(uploads, "DECODER", decoders[-1])
        return decoders[-1]

    yield make
    for decoder in decoders:
        decoder.close()


def decode(decoder, content=None):
    return decoder.decode(PHOTO, content or picture(), files=3)


def what_happens(decoder, content):
    try:
        return decode(decoder, content)
    except Exception as error:
        return type(error)


def pictures_process(decoder):
    """The one that a picture is decoded in, as soon as it is there."""
    for _ in range(500):
        if decoder.process and (found := psutil.Process(decoder.process.pid).children()):
            return found[0]
        time.sleep(0.01)
    raise AssertionError("nothing is decoded")


def is_gone_soon(process):
    for _ in range(500):
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.01)
    return False


def test_it_makes_the_same_of_a_picture_as_anybody():
    for content in (picture(900, 600, Orientation=6), saved(Image.new("RGB", (9, 9)), "WEBP")):
        assert uploads.render(BytesIO(content)) == images.render(BytesIO(content))
        document = uploads.render_document(BytesIO(content))
        assert document == images.render_document(BytesIO(content))


def test_one_process_serves_all_and_knows_nothing_of_ours(made):
    decoder = made()
    decode(decoder)
    first = decoder.process.pid
    with pytest.raises(NotAnImage):
        decode(decoder, b"no picture")
    decode(decoder)
    assert decoder.process.pid == first
    assert set(psutil.Process(first).environ()) <= {"LC_CTYPE"}


def test_what_waits_for_a_busy_machine_is_ended_and_may_be_tried_again(made, caplog):
    decoder = made(seconds=0.5)
    decode(decoder)
    with pytest.raises(Unavailable):
        uploads.render(BytesIO(slow()))
    assert "given up after" in caplog.text
    assert decoder.process.returncode == -signal.SIGKILL
    decode(decoder)


def test_what_uses_up_its_processor_time_is_ended_and_the_next_is_decoded(made, caplog):
    """By the system, also where nobody waits any more because the web process was killed."""
    decoder = made(seconds=2)
    decode(decoder)
    decoder.seconds = 60
    with pytest.raises(uploads.PictureTooCostly) as refused:
        uploads.render(BytesIO(slow() + slow()))
    assert (refused.value.status_code, refused.value.default_code) == (400, "unusable_image")
    assert "ended by SIGKILL" in caplog.text
    decode(decoder)


def test_what_needs_too_much_memory_is_refused_and_the_next_is_decoded(made):
    decoder = made(megabytes=90)
    decode(decoder)
    first = decoder.process.pid
    with pytest.raises(uploads.PictureUnusable):
        uploads.render(BytesIO(blank_png(5_000, 5_000)))
    decode(decoder)
    assert decoder.process.pid == first


def test_a_decoder_that_dies_takes_nothing_with_it(made, caplog):
    decoder = made()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(what_happens, decoder, slow())
        pictures_process(decoder).send_signal(signal.SIGSEGV)
        assert waiting.result(timeout=20) is ImageTooCostly
    assert "ended by SIGSEGV" in caplog.text
    decode(decoder)
    decoder.process.kill()
    decoder.process.wait()
    decode(decoder)


def test_a_process_that_does_nothing_is_not_waited_for(made):
    decoder = made(seconds=0.5)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(what_happens, decoder, slow())
        left = pictures_process(decoder)
        left.suspend()
        assert waiting.result(timeout=20) is Unavailable
    assert is_gone_soon(left)
    decode(decoder)


def test_where_no_process_starts_it_is_ours(made, settings, tmp_path):
    settings.BASE_DIR = tmp_path
    assert what_happens(made(), picture()) is Unavailable


def test_of_ten_at_once_three_are_decoded_and_the_others_are_told_at_once(made):
    decoder = made(patience=60)
    decode(decoder)
    content, barrier = blank_png(5_000, 5_000), threading.Barrier(10)

    def at_once(_):
        barrier.wait(timeout=10)
        began = time.monotonic()
        found = what_happens(decoder, content)
        return found, time.monotonic() - began

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(at_once, range(10)))
    refused = [seconds for answer, seconds in found if answer is Unavailable]
    assert len(refused) == 7
    assert max(refused) < 1
    assert all(len(answer) == 4 for answer, _ in found if answer is not Unavailable)


def test_nobody_waits_for_long(made):
    decoder = made(patience=0.2)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(what_happens, decoder, slow())
        pictures_process(decoder)
        assert what_happens(decoder, picture()) is Unavailable
        assert not first.done()
        pictures_process(decoder).kill()
    assert len(decode(decoder)) == 4


@pytest.mark.django_db
def test_apps_are_told_to_try_again_and_everything_else_goes_on(made, client_for):
    client = client_for(ProfileFactory(photos=0).user)
    decoder = made(waiting=0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(what_happens, decoder, slow())
        pictures_process(decoder)
        refused = send(client)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.json()["code"] == "unavailable"
        assert client.get("/api/v1/me").status_code == 200
        assert not first.done()
        pictures_process(decoder).kill()
    assert send(client).status_code == 201


WEB = """
import sys, time
from pathlib import Path
from django.conf import settings
settings.configure(BASE_DIR=Path.cwd())
from profiles.decoding import Decoder
decoder = Decoder()
decoder.decode(b"photo", sys.stdin.buffer.read(), files=3)
print(decoder.process.pid, flush=True)
time.sleep(60)
"""


def test_it_ends_with_whoever_started_it():
    web = subprocess.Popen(
        [sys.executable, "-c", WEB],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with web:
        web.stdin.write(picture())
        web.stdin.close()
        decoder = psutil.Process(int(web.stdout.readline()))
        os.kill(web.pid, signal.SIGKILL)
    assert is_gone_soon(decoder)
