"""Bodies come in in time, and to the end."""

import os
import time
from io import BytesIO

import pytest
from django.http import HttpResponse, UnreadablePostError
from django.test import RequestFactory

from pupmatch.lib import bodies
from pupmatch.lib.bodies import CHUNK, WholeBodyMiddleware
from pupmatch.lib.handler import exception_handler
from pupmatch.wsgi import application


def asked(body, length):
    """A request of that announced length, as the web process makes it of what a server hands on."""
    environ = RequestFactory().post("/outside").environ
    return application.request_class(environ | {"CONTENT_LENGTH": str(length), "wsgi.input": body})


def refused(request):
    """Answered without reading anything."""
    return HttpResponse("no", status=401)


@pytest.fixture
def slow():
    """A sender of a few bytes, and then of nothing for as long as the test takes."""
    there, here = os.pipe()
    with os.fdopen(there, "rb") as body, os.fdopen(here, "wb", buffering=0) as sender:
        sender.write(b"x" * 10)
        yield body
        # As when the connection closes: whoever still reads gets the end.
        sender.close()


@pytest.mark.parametrize("length", [0, 1, 65_536, 9_000_000, 12_000_000, 13_000_000])
def test_a_body_that_no_view_reads_is_taken_in_before_the_answer(settings, length):
    body = BytesIO(b"x" * length)
    assert WholeBodyMiddleware(refused)(asked(body, length)).status_code == 401
    assert min(length, settings.MAX_UPLOAD_BYTES) <= body.tell()
    assert body.tell() < settings.MAX_UPLOAD_BYTES + CHUNK


def test_what_is_too_large_is_not_taken_in():
    body = BytesIO(b"x" * 100_000)
    too_large = HttpResponse("no", status=413)
    assert WholeBodyMiddleware(lambda request: too_large)(asked(body, 100_000)) is too_large
    assert body.tell() == 0


def test_whoever_goes_away_in_the_middle_of_it_is_no_failure():
    class Gone(BytesIO):
        def read(self, *_):
            raise ConnectionResetError

    assert WholeBodyMiddleware(refused)(asked(Gone(), 100_000)).status_code == 401


def test_the_rest_of_a_refused_body_is_waited_for_a_little(monkeypatch, slow):
    monkeypatch.setattr(bodies, "REFUSED_S", 0.2)
    began = time.monotonic()
    assert WholeBodyMiddleware(refused)(asked(slow, 100_000)).status_code == 401
    assert 0.2 <= time.monotonic() - began < 5


def test_who_sends_too_slowly_is_told_so(settings, slow):
    settings.MAX_UPLOAD_SECONDS = 0.2
    request = asked(slow, 100_000)
    with pytest.raises(UnreadablePostError) as caught:
        request.read()
    answer = exception_handler(caught.value, {"request": None})
    assert (answer.status_code, answer.data["code"]) == (408, "timeout")
    # Nothing is read after that, by nobody: its thread may be in the middle of a read.
    assert WholeBodyMiddleware(refused)(request).status_code == 401


def test_lines_are_read_in_time_too(settings):
    settings.MAX_UPLOAD_SECONDS = 5
    assert asked(BytesIO(b"one\ntwo\n" + b"x" * 20_000), 20_008).readline() == b"one\n"
