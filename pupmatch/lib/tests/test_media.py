"""Photos from the folder: as pictures and as nothing else, from a host of their own."""

from pathlib import Path

import pytest
from django.conf import settings as real
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from pupmatch.lib.policies import FILE

pytestmark = [pytest.mark.requirement("R3.1")]

PHOTOS, API = "photos.pupmatch.example", "api.pupmatch.example"
CONTENT = b"RIFF\x00\x00\x00\x00WEBP" + b"<script>" * 100


@pytest.fixture
def address():
    return f"/media/{default_storage.save('photos/ab/dog.webp', ContentFile(CONTENT))}"


@pytest.fixture
def own_host(settings):
    settings.PHOTO_HOST = PHOTOS
    settings.MIDDLEWARE = ["pupmatch.lib.media.PhotoHostMiddleware", *real.MIDDLEWARE]


def read(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_no_browser_takes_it_for_anything_but_a_picture(address):
    answer = Client().get(address)
    assert read(answer) == CONTENT
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == FILE


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.webp.html", "a", "a.WEBP", "a.jpg"])
def test_no_other_file_is_served_even_if_it_lay_there(name):
    default_storage.save(f"photos/{name}", ContentFile(b"<script>alert(1)</script>"))
    assert Client().get(f"/media/photos/{name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("", "photos", "photos/", "photos/ab/", ".", "..", "%2e%2e/", "photos/ab/dog.webp/"),
        *("../secret.webp", "%2e%2e/secret.webp", "..%2fsecret.webp", "photos/../../secret.webp"),
        *("photos/%2e%2e/%2e%2e/secret.webp", "..\\secret.webp", "%00.webp", "//etc/passwd"),
        *("/secret.webp", "a" * 5_000 + ".webp", "photos/ab/dog.webp%00.html", "~/secret.webp"),
    ],
)
def test_nothing_is_listed_and_nothing_beside_the_folder_is_served(address, settings, path):
    (Path(settings.MEDIA_ROOT).parent / "secret.webp").write_bytes(b"secret")
    assert Client().get(f"/media/{path}").status_code in (301, 400, 404)


@pytest.mark.parametrize("ranges", ["bytes=0-1", "bytes=" + ",".join(["0-"] * 2_000), "bytes=9-1"])
def test_ranges_make_no_answer_larger_than_the_file(address, ranges):
    answer = Client().get(address, headers={"Range": ranges})
    assert (answer.status_code, read(answer)) == (200, CONTENT)


def test_it_is_only_read(address):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.usefixtures("own_host")
class TestOwnHost:
    def test_photos_come_from_there(self, address):
        assert read(Client().get(address, headers={"Host": PHOTOS})) == CONTENT

    @pytest.mark.parametrize("path", ["/api/v1/me", "/admin/login/", "/api/docs", "/static/x", "/"])
    def test_nothing_else_does(self, path):
        for host in (PHOTOS, PHOTOS.upper(), f"{PHOTOS}.", f"{PHOTOS}:443"):
            assert Client().get(path, headers={"Host": host}).status_code == 404
        assert Client().get(path, headers={"Host": API}).status_code in (200, 302, 401, 404)

    def test_and_from_nowhere_else(self, address):
        for host in (API, f"x.{PHOTOS}"):
            assert Client().get(address, headers={"Host": host}).status_code == 404
