"""Uploads whose length is a lie; those that come at once are in `test_decoding`."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from profiles.tests.factories import ProfileFactory, upload

pytestmark = pytest.mark.requirement("R3.2", "R3.3")

URL = "/api/v1/me/photos"


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
