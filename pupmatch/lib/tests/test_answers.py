"""Files go out in one piece, and with whatever was said of them."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.test import Client

from pupmatch.lib import answers
from pupmatch.lib.answers import WholeAnswerMiddleware

PHOTO = b"RIFF\x00\x00\x00\x00WEBP" + b"x" * 900_000


@pytest.fixture
def address():
    return f"/media/{default_storage.save('photos/ab/dog.webp', ContentFile(PHOTO))}"


def pieces(answer) -> list[bytes]:
    return list(answer.streaming_content)


def test_a_photo_is_one_piece(address):
    answer = Client().get(address)
    assert pieces(answer) == [PHOTO]
    assert int(answer["Content-Length"]) == len(PHOTO)
    assert answer["Content-Type"] == "image/webp"
    unchanged = Client().get(address, headers={"If-Modified-Since": answer["Last-Modified"]})
    assert unchanged.status_code == 304


def test_a_script_is_one_piece_and_so_is_a_part_of_it(settings):
    # Nothing has to be collected.
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    script = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    whole = Client().get(script)
    (content,) = pieces(whole)
    assert len(content) == int(whole["Content-Length"]) > 1_000_000
    part = Client().get(script, headers={"Range": "bytes=100000-299999"})
    assert (part.status_code, pieces(part)) == (206, [content[100_000:300_000]])
    assert Client().head(script)["Content-Length"] == whole["Content-Length"]


def test_what_is_larger_stays_a_stream(address, monkeypatch):
    monkeypatch.setattr(answers, "MAX_WHOLE_BYTES", len(PHOTO) - 1)
    assert len(pieces(Client().get(address))) > 1


def test_a_bucket_that_goes_away_while_it_is_read_is_an_outage(rf):
    class Gone:
        closed = 0

        def read(self, size=-1):
            raise ConnectionResetError

        def close(self):
            self.closed += 1

    file = Gone()
    sent = FileResponse(file, headers={"Content-Length": "9"})
    answer = WholeAnswerMiddleware(lambda request: sent)(rf.get("/media/dog.webp"))
    assert (answer.status_code, file.closed) == (503, 1)
