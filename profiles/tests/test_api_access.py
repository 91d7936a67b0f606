"""Who may act for a dog, and when it is in the deck at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, upload

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/profile"


@pytest.fixture
def profile():
    return ProfileFactory()


@pytest.fixture
def client(client_for, profile):
    return client_for(profile.user)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("put", "prompts", {"prompts": []}),
        ("put", "photos/order", {"ids": []}),
        ("delete", "photos/01980000-0000-7000-8000-000000000000", None),
        ("put", "location", {"latitude": 1, "longitude": 1}),
        ("delete", "location", None),
        ("post", "pause", None),
        ("delete", "pause", None),
    ],
)
def test_without_a_profile_the_rest_asks_for_one(client_for, method, path, body):
    response = getattr(client_for(UserFactory()), method)(f"/api/v1/me/{path}", body)
    assert response.status_code == 409
    assert response.json()["code"] == "profile_incomplete"
    assert response.json()["missing"] == ["profile"]


def test_without_a_profile_no_photo_is_taken(client_for):
    client = client_for(UserFactory())
    response = client.post("/api/v1/me/photos", {"image": upload()}, format="multipart")
    assert (response.status_code, response.json()["missing"]) == (409, ["profile"])


@pytest.mark.requirement("R12.1", "R1.5")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "profile"),
        ("post", "profile"),
        ("patch", "profile"),
        ("delete", "profile"),
        ("put", "prompts"),
        ("post", "photos"),
        ("put", "photos/order"),
        ("delete", "photos/01980000-0000-7000-8000-000000000000"),
        ("put", "location"),
        ("delete", "location"),
        ("post", "pause"),
        ("delete", "pause"),
        ("get", "preferences"),
        ("patch", "preferences"),
    ],
)
def test_everything_of_mine_needs_a_token(api, method, path):
    response = getattr(api, method)(f"/api/v1/me/{path}")
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.requirement("R2.4")
@pytest.mark.parametrize(
    ("lacks", "missing"),
    [
        ({"photos": 1}, ["photos"]),
        ({"location": None}, ["location"]),
        ({"photos": 0, "location": None}, ["photos", "location"]),
    ],
)
def test_an_incomplete_profile_is_in_nobodys_deck_and_has_none(client_for, client, lacks, missing):
    incomplete = ProfileFactory(**lacks)
    assert client.get("/api/v1/deck").json()["results"] == []
    assert client.get(f"/api/v1/profiles/{incomplete.pk}").status_code == 404
    response = client_for(incomplete.user).get("/api/v1/deck")
    assert (response.status_code, response.json()["code"]) == (409, "profile_incomplete")
    assert response.json()["missing"] == missing


class TestPause:
    def test_a_pause_lasts_until_it_is_lifted(self, client, profile):
        for _ in range(2):
            assert client.post("/api/v1/me/pause").status_code == 204
            profile.refresh_from_db()
            assert client.get(URL).json()["is_paused"]
        for _ in range(2):
            assert client.delete("/api/v1/me/pause").status_code == 204
            assert not client.get(URL).json()["is_paused"]

    def test_a_second_pause_does_not_begin_it_anew(self, client, profile):
        client.post("/api/v1/me/pause")
        began = Profile.objects.get(pk=profile.pk).paused_at
        client.post("/api/v1/me/pause")
        assert Profile.objects.get(pk=profile.pk).paused_at == began


class TestActivity:
    def test_the_last_visit_is_known_to_the_hour(self, client, profile):
        Profile.objects.filter(pk=profile.pk).update(
            last_active_at=timezone.now() - timedelta(days=3)
        )
        client.delete("/api/v1/me/pause")
        first = Profile.objects.get(pk=profile.pk).last_active_at
        assert timezone.now() - first < timedelta(minutes=1)
        client.delete("/api/v1/me/pause")
        assert Profile.objects.get(pk=profile.pk).last_active_at == first
