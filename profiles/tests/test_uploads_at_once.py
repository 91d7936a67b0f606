"""Many uploads at once, and uploads whose length is a lie."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from profiles import images
from profiles.tests.factories import ProfileFactory, picture, upload
from profiles.tests.pictures import rendered

pytestmark = pytest.mark.requirement("R3.2", "R3.3")

URL = "/api/v1/me/photos"


def test_one_is_decoded_at_a_time(monkeypatch):
    """What one may need is then what all of a process's threads may need."""
    at_once, most, decode = [], [], images._decode

    def noticing(content):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.01)  # so that others would come
        try:
            return decode(content)
        finally:
            at_once.pop()

    monkeypatch.setattr(images, "_decode", noticing)
    barrier = threading.Barrier(8)

    def send(number):
        barrier.wait(timeout=10)
        return rendered(picture(60 + number, 48)).width

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(send, range(8))) == list(range(60, 68))
    assert (len(most), max(most)) == (8, 1)


def test_a_damaged_one_lets_the_next_in():
    for _ in range(3):
        with pytest.raises(images.ImageUnusable):
            rendered(picture()[:300])
    assert rendered(picture()).width == 64


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("length", "status"),
    [
        (lambda body: len(body) // 2, 400),
        (lambda body: len(body) + 5_000, 201),
        (lambda body: 11_534_337, 413),
        (lambda body: 10**18, 413),
        (lambda body: 0, 400),
        (lambda body: -1, 400),
        (lambda body: "many", 400),
    ],
    ids=["half", "too long", "over the limit", "without end", "none", "negative", "a word"],
)
def test_a_length_that_lies(client_for, length, status):
    """What never comes is not waited for here: servers pass on what came, or nothing."""
    client = client_for(ProfileFactory().user)
    body = encode_multipart(BOUNDARY, {"image": upload()})
    said = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(length(body))}
    answer = client.generic("POST", URL, b"", content_type=MULTIPART_CONTENT, **said)
    assert answer.status_code == status
    assert default_storage.exists("photos") is (status == 201)
