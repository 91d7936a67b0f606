"""What a refusal left unread of a body is taken in."""

from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from pupmatch.lib import bodies
from pupmatch.lib.bodies import CHUNK, WholeBodyMiddleware
from pupmatch.wsgi import application


def asked(body, length):
    """A request of that announced length, as the web process makes it of what a server hands on."""
    environ = RequestFactory().post("/outside").environ
    return application.request_class(environ | {"CONTENT_LENGTH": str(length), "wsgi.input": body})


def refused(request):
    """Answered without reading anything."""
    return HttpResponse("no", status=401)


@pytest.mark.parametrize("length", [0, 1, 65_536, 9_000_000, 12_000_000, 13_000_000])
def test_a_body_that_no_view_reads_is_taken_in_before_the_answer(settings, length):
    body = BytesIO(b"x" * length)
    for _ in range(2):
        body.seek(0)
        assert WholeBodyMiddleware(refused)(asked(body, length)).status_code == 401
        assert min(length, settings.MAX_UPLOAD_BYTES) <= body.tell()
        assert body.tell() < settings.MAX_UPLOAD_BYTES + CHUNK


def test_what_is_too_large_is_not_taken_in():
    body = BytesIO(b"x" * 100_000)
    too_large = HttpResponse("no", status=413)
    assert WholeBodyMiddleware(lambda request: too_large)(asked(body, 100_000)) is too_large
    assert body.tell() == 0


def test_nor_is_more_than_one_at_a_time():
    body = BytesIO(b"x" * 100_000)
    with bodies._taking_in:
        assert WholeBodyMiddleware(refused)(asked(body, 100_000)).status_code == 401
    assert body.tell() == 0


def test_whoever_goes_away_in_the_middle_of_it_is_no_failure():
    class Gone(BytesIO):
        def read(self, *_):
            raise ConnectionResetError

    for _ in range(2):
        assert WholeBodyMiddleware(refused)(asked(Gone(), 100_000)).status_code == 401
