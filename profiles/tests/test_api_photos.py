import os

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import UserFactory
from profiles.models import Photo
from profiles.tests.acts import send, shown
from profiles.tests.answers import problem
from profiles.tests.factories import PhotoFactory, ProfileFactory, picture, upload
from profiles.tests.pictures import zipped
from pupmatch.lib.ids import uuid7

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/photos"
TEN_MB = 10_485_760


@pytest.fixture
def profile():
    return ProfileFactory()


@pytest.fixture
def client(client_for, profile):
    return client_for(profile.user)


@pytest.mark.requirement("R3.1", "R3.6", "R2.3")
def test_a_photo_is_stored_and_answered_with_its_addresses(client, profile, api):
    response = send(client, picture(1500, 900, "PNG", Orientation=6))
    assert response.status_code == 201
    photo = response.json()
    assert list(photo) == [
        *("id", "position", "width", "height", "byte_size", "thumbhash", "renditions", "is_held")
    ]
    assert (photo["position"], photo["width"], photo["height"]) == (2, 900, 1500)
    assert photo["byte_size"] == len(picture(1500, 900, "PNG", Orientation=6))
    assert 0 < len(photo["thumbhash"]) <= 60
    assert list(photo["renditions"]) == ["small", "medium", "large"]
    for address in photo["renditions"].values():
        assert address.startswith("http://testserver/media/photos/")
        answer = api.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert b"".join(answer.streaming_content).startswith(b"RIFF")
    assert shown(client)[-1] == photo


@pytest.mark.requirement("R2.4")
def test_the_second_photo_completes_a_profile_that_has_a_place(client_for):
    client = client_for(ProfileFactory(photos=0).user)
    for is_complete, missing in ((False, ["photos"]), (True, [])):
        send(client)
        answer = client.get("/api/v1/me/profile").json()
        assert (answer["is_complete"], answer["missing"]) == (is_complete, missing)


@pytest.mark.requirement("R3.2", "R2.3", "P4")
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"I am a dog, honestly.", (415, "unsupported_image")),
        (b"", (415, "unsupported_image")),
        (picture(format="GIF"), (415, "unsupported_image")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", (415, "unsupported_image")),
        (picture()[:-300], (400, "unusable_image")),
        (picture(5001, 5000, "PNG"), (413, "image_too_large")),
    ],
    ids=["text", "nothing", "gif", "svg", "truncated", "pixels"],
)
def test_what_is_no_usable_picture_is_refused_whatever_it_is_called(client, content, expected):
    image = SimpleUploadedFile("dog.jpg", content, content_type="image/jpeg")
    response = client.post(URL, {"image": image}, format="multipart")
    assert problem(response) == expected
    assert len(shown(client)) == 2
    assert not default_storage.exists("photos")


@pytest.mark.requirement("R3.2")
def test_the_name_and_the_declared_type_say_nothing(client):
    image = SimpleUploadedFile(
        "../../evil\u202egpj.exe", picture(format="WEBP"), content_type="text/html"
    )
    assert client.post(URL, {"image": image}, format="multipart").status_code == 201


@pytest.mark.requirement("R3.2")
def test_what_hides_behind_a_picture_is_left_out(client, api):
    photo = send(client, picture() + zipped()).json()
    for address in photo["renditions"].values():
        answer = api.get(address)
        assert b"alert(1)" not in b"".join(answer.streaming_content)


@pytest.mark.requirement("R3.3", "R2.3", "P4")
def test_ten_megabytes_are_taken_and_not_a_byte_more(client):
    exactly = picture().ljust(TEN_MB, b"\0")
    response = send(client, exactly)
    assert (response.status_code, response.json()["byte_size"]) == (201, TEN_MB)
    assert problem(send(client, exactly + b"\0")) == (413, "image_too_large")
    assert problem(send(client, b"\0" * 12 * 1024 * 1024)) == (413, "too_large")
    assert len(shown(client)) == 3


@pytest.mark.parametrize(
    "form", [{}, {"image": "dog.jpg"}, {"photo": upload()}, {"image": ""}], ids=str
)
def test_a_form_without_a_file_is_refused(client, form):
    response = client.post(URL, form, format="multipart")
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == ["/image"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ('{"image": "x"}', "application/json", 415),
        (b"\xff\xd8\xff", "image/jpeg", 415),
        (b"", "multipart/form-data", 400),
        (b"--x", "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=\xff", 400),
    ],
)
def test_a_body_of_another_kind_is_refused(client, body, content_type, status):
    response = client.generic("POST", URL, body, content_type=content_type)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("fields", [{"text": "x" * 3_000_000}, {f"f{n}": "x" for n in range(1500)}])
def test_a_form_stuffed_with_other_fields_is_refused(client, fields):
    response = client.post(URL, {"image": upload(), **fields}, format="multipart")
    assert response.status_code in (400, 413)
    assert response["Content-Type"] == "application/problem+json"


def test_a_form_stuffed_with_files_is_refused(client):
    files = {f"f{n}": upload() for n in range(150)}
    response = client.post(URL, {"image": upload(), **files}, format="multipart")
    assert response.status_code in (400, 413)


@pytest.mark.requirement("R2.4", "P3")
def test_a_seventh_is_refused_before_it_is_decoded(client, profile):
    PhotoFactory.create_batch(4, profile=profile)
    assert problem(send(client)) == (409, "too_many_photos")
    assert problem(send(client, b"no picture at all")) == (409, "too_many_photos")
    assert len(shown(client)) == 6
    assert not default_storage.exists("photos")


@pytest.mark.requirement("R12.3")
@pytest.mark.usefixtures("real_limits")
def test_uploads_are_limited(client, profile):
    PhotoFactory.create_batch(4, profile=profile)
    for _ in range(60):
        assert send(client).status_code == 409
    response = send(client)
    assert problem(response)[0] == 429
    assert int(response["Retry-After"]) > 0


class TestIdempotency:
    def test_an_upload_sent_again_is_answered_again_and_stored_once(self, client, settings):
        first = send(client, **{"Idempotency-Key": "upload-1"})
        again = send(client, **{"Idempotency-Key": "upload-1"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert len(shown(client)) == 3
        assert sum(len(files) for _, _, files in os.walk(settings.MEDIA_ROOT)) == 3

    def test_the_sixth_sent_again_is_no_seventh(self, client, profile):
        PhotoFactory.create_batch(3, profile=profile)
        first = send(client, **{"Idempotency-Key": "sixth"})
        assert send(client, **{"Idempotency-Key": "sixth"}).json() == first.json()
        assert problem(send(client, **{"Idempotency-Key": "seventh"})) == (409, "too_many_photos")

    def test_another_picture_under_the_same_key_is_refused(self, client):
        send(client, **{"Idempotency-Key": "upload-1"})
        other = send(client, picture(65, 48), **{"Idempotency-Key": "upload-1"})
        assert problem(other) == (409, "idempotency_key_reused")

    def test_the_key_belongs_to_one_person(self, client, client_for):
        send(client, **{"Idempotency-Key": "upload-1"})
        stranger = ProfileFactory(photos=0)
        send(client_for(stranger.user), **{"Idempotency-Key": "upload-1"})
        assert stranger.photos.count() == 1

    def test_a_refused_upload_may_be_tried_again_with_its_key(self, client, profile):
        PhotoFactory.create_batch(4, profile=profile)
        assert send(client, **{"Idempotency-Key": "upload-1"}).status_code == 409
        client.delete(f"{URL}/{profile.photos.last().pk}")
        assert send(client, **{"Idempotency-Key": "upload-1"}).status_code == 201


class TestDelete:
    @pytest.mark.requirement("R3.4")
    def test_it_is_gone_with_its_files(self, client, api):
        photo = send(client).json()
        before = shown(client)
        assert client.delete(f"{URL}/{photo['id']}").status_code == 204
        assert shown(client) == before[:-1]
        assert api.get(photo["renditions"]["small"]).status_code == 404
        assert client.delete(f"{URL}/{photo['id']}").status_code == 404

    @pytest.mark.requirement("R2.4", "P3")
    def test_a_complete_profile_keeps_two(self, client, profile):
        for photo in profile.photos.all():
            response = client.delete(f"{URL}/{photo.pk}")
            assert problem(response) == (409, "too_few_photos")
        assert len(shown(client)) == 2

    @pytest.mark.requirement("R2.4")
    def test_without_a_place_it_may_lose_them_all(self, client, profile):
        client.delete("/api/v1/me/location")
        for photo in profile.photos.all():
            assert client.delete(f"{URL}/{photo.pk}").status_code == 204
        assert shown(client) == []

    def test_the_gap_is_closed(self, client, profile):
        PhotoFactory.create_batch(3, profile=profile)
        client.delete(f"{URL}/{shown(client)[1]['id']}")
        assert [photo["position"] for photo in shown(client)] == [0, 1, 2, 3]

    @pytest.mark.requirement("R12.5")
    def test_somebody_elses_photo_does_not_exist(self, client):
        photo = ProfileFactory(photos=3).photos.first()
        assert problem(client.delete(f"{URL}/{photo.pk}")) == (404, "not_found")
        assert problem(client.delete(f"{URL}/{uuid7()}")) == (404, "not_found")
        assert problem(client.delete(f"{URL}/first")) == (404, "not_found")
        assert Photo.objects.filter(pk=photo.pk).exists()


class TestOrder:
    URL = f"{URL}/order"

    @pytest.mark.requirement("R3.5", "P17")
    def test_photos_come_back_in_the_order_set(self, client, profile):
        PhotoFactory.create_batch(4, profile=profile)
        wanted = [photo["id"] for photo in shown(client)][::-1]
        response = client.put(self.URL, {"ids": wanted})
        assert response.status_code == 200
        assert list(response.json()) == ["photos"]
        assert response.json()["photos"] == shown(client)
        assert [photo["id"] for photo in shown(client)] == wanted
        assert [photo["position"] for photo in shown(client)] == [0, 1, 2, 3, 4, 5]

    @pytest.mark.requirement("R3.5", "R12.5")
    @pytest.mark.parametrize(
        ("spoil", "pointer"),
        [
            (lambda ids: {"ids": ids[:1]}, "/ids"),
            (lambda ids: {"ids": [ids[0], ids[0]]}, "/ids"),
            (lambda ids: {"ids": [ids[0], str(uuid7())]}, "/ids"),
            (lambda ids: {"ids": [*ids, *ids, *ids, *ids]}, "/ids"),
            (lambda ids: {"ids": []}, "/ids"),
            (lambda ids: {"ids": None}, "/ids"),
            (lambda ids: {}, "/ids"),
            (lambda ids: {"ids": ids[0]}, "/ids"),
            (lambda ids: {"ids": [ids[0], "second"]}, "/ids/1"),
            (lambda ids: [*ids], ""),
        ],
    )
    def test_each_is_named_exactly_once(self, client, spoil, pointer):
        ids = [photo["id"] for photo in shown(client)]
        response = client.put(self.URL, spoil(ids[::-1]))
        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert [photo["id"] for photo in shown(client)] == ids


def test_an_account_without_a_profile_leaves_no_file(client_for):
    client = client_for(UserFactory())
    assert problem(send(client)) == (409, "profile_incomplete")
    assert not default_storage.exists("photos")
