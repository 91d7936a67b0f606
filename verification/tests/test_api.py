"""What an owner sends and reads."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from profiles.images import WORKING_BOX
from profiles.tests.factories import ProfileFactory, picture, upload
from profiles.tests.pictures import opened
from pupmatch.lib.files import purge
from verification import deciding
from verification.tests.documents import stored
from verification.tests.factories import VerificationFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/verifications"


def send(client, kind="vaccination", content=None):
    form = {"kind": kind, "document": upload(content)}
    return client.post(URL, form, format="multipart")


def read(api, address) -> bytes:
    parts = urlsplit(address)
    assert parts.path.startswith("/private/")
    answer = api.get(parts.path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.fixture
def client(client_for):
    return client_for(ProfileFactory().user)


def test_a_document_is_shown_and_read_again_by_its_address_alone(client, api):
    answer = send(client)
    assert answer.status_code == 201
    shown = answer.json()
    assert list(shown) == [
        "id", "kind", "state", "reason", "document", "created_at", "decided_at", "expires_at",
    ]  # fmt: skip
    assert (shown["kind"], shown["state"], shown["reason"]) == ("vaccination", "waiting", "")
    assert shown["decided_at"] is shown["expires_at"] is None
    assert shown["document"].startswith("http://testserver/private/")
    assert opened(read(api, shown["document"])).format == "WEBP"
    (listed,) = client.get(URL).json()["results"]
    one = client.get(f"{URL}/{shown['id']}").json()
    for each in (listed, one):
        assert each | {"document": ""} == shown | {"document": ""}
        read(api, each["document"])


def test_it_is_encoded_anew_upright_and_large_enough_to_be_read(client, api):
    sent = picture(4000, 3000, Orientation=6, Artist="Ada")
    shown = send(client, content=sent).json()
    image = opened(read(api, shown["document"]))
    assert image.size == (WORKING_BOX[0] * 3 // 4, WORKING_BOX[1])
    assert not image.getexif()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 415, "unsupported_image"),
        (b"%PDF-1.7", 415, "unsupported_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_image"),
        (picture()[:300], 400, "unusable_image"),
        (b"\xff\xd8\xff" + b"\0" * 10_485_760, 413, "image_too_large"),
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(client, content, status, code):
    answer = send(client, content=content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stored() == []
    assert client.get(URL).json()["results"] == []


def test_the_form_is_checked(client):
    answer = client.post(URL, {"kind": "passport"}, format="multipart")
    assert answer.status_code == 400
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/kind", "/document"}
    assert client.post(URL, {"kind": "photo"}).status_code == 415


def test_a_second_of_its_kind_is_refused_before_it_is_decoded(mine, waiting, monkeypatch):
    monkeypatch.setattr("verification.views.render_document", None)
    assert send(mine).json()["code"] == "verification_waiting"
    assert stored() == [waiting.document]


def test_it_is_taken_back_while_it_waits(mine, waiting, boss):
    assert mine.delete(f"{URL}/{waiting.pk}").status_code == 204
    assert stored() == []
    assert mine.delete(f"{URL}/{waiting.pk}").status_code == 404
    decided = VerificationFactory(profile=waiting.profile)
    deciding.refuse(verification=decided, by=boss, reason="Blurred.")
    refused = mine.delete(f"{URL}/{decided.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "verification_decided")


def test_what_was_decided_is_told_and_the_document_is_gone(mine, waiting, boss, api):
    address = mine.get(f"{URL}/{waiting.pk}").json()["document"]
    deciding.confirm(verification=waiting, by=boss, expires_on=timezone.localdate())
    later = VerificationFactory(profile=waiting.profile, kind="photo")
    deciding.refuse(verification=later, by=boss, reason="Another dog.")
    photo, record = mine.get(URL).json()["results"]
    assert (photo["state"], photo["reason"], photo["expires_at"]) == (
        "refused", "Another dog.", None,
    )  # fmt: skip
    assert record["state"] == "confirmed"
    assert record["expires_at"].endswith("T00:00:00Z")
    assert photo["document"] is record["document"] is None
    purge()
    assert api.get(urlsplit(address).path).status_code == 404


def test_it_is_nobody_elses(waiting, client):
    address = f"{URL}/{waiting.pk}"
    assert client.get(URL).json()["results"] == []
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404
    assert stored() == [waiting.document]


def test_who_has_no_dog_shows_nothing(client_for, api):
    nobody = client_for(UserFactory())
    assert send(nobody).json()["code"] == "profile_incomplete"
    assert nobody.get(URL).json()["code"] == "profile_incomplete"
    assert send(api).status_code == 401


@pytest.mark.usefixtures("real_limits")
def test_an_eleventh_within_the_hour_is_refused(client):
    for _ in range(10):
        assert send(client, content=b"").status_code == 415
    answer = send(client)
    assert answer.status_code == 429
    assert timedelta(0) < timedelta(seconds=int(answer["Retry-After"])) <= timedelta(hours=1)


def test_pages_lead_on(mine, waiting, boss):
    for _ in range(3):
        deciding.refuse(
            verification=VerificationFactory(profile=waiting.profile, kind="photo"),
            by=boss,
            reason="No.",
        )
    first = mine.get(f"{URL}?limit=3").json()
    second = mine.get(first["next"]).json()
    assert len(first["results"]) == 3
    assert [each["id"] for each in second["results"]] == [str(waiting.pk)]
