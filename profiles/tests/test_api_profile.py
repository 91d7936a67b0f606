import pytest
import time_machine

from accounts.tests.factories import UserFactory
from playgrounds.models import Favorite
from playgrounds.tests.factories import PlaygroundFactory
from profiles.models import Breed, Preferences, Profile
from profiles.tests.answers import pointers
from profiles.tests.factories import ProfileFactory, PromptFactory, place, upload

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/profile"

OWN = [
    "id",
    "name",
    "age",
    "bio",
    "breed",
    "sex",
    "size",
    "activity_level",
    "temperament",
    "play_styles",
    "neutered",
    "good_with_small_dogs",
    "good_with_children",
    "is_verified",
    "photos",
    "prompts",
    "favorite_playgrounds",
    "birth_date",
    "is_bio_held",
    "verified_until",
    "location",
    "is_complete",
    "missing",
    "is_paused",
]


@pytest.fixture
def profile():
    return ProfileFactory()


@pytest.fixture
def client(client_for, profile):
    return client_for(profile.user)


@pytest.mark.requirement("R2.1")
def test_a_new_profile_keeps_what_was_said(client_for):
    client = client_for(UserFactory())
    said = {
        "name": "Balu",
        "birth_date": "2022-05-04",
        "bio": "Digs.\n\nDigs again. 🐾 كلب",
        "breed": "border collie",
        "sex": "male",
        "size": "large",
        "activity_level": "high",
        "temperament": ["goofy", "calm", "goofy"],
        "play_styles": ["dig"],
        "neutered": True,
        "good_with_small_dogs": None,
        "good_with_children": False,
    }
    with time_machine.travel("2026-05-03T12:00Z", tick=False):
        response = client.post(URL, said)
        again = client.get(URL).json()
    assert response.status_code == 201
    assert list(response.json()) == OWN
    assert response.json() == again
    assert again == {
        **said,
        "id": str(Profile.objects.get().pk),
        "age": 3,
        "breed": "Border Collie",
        "temperament": ["goofy", "calm"],
        "photos": [],
        "prompts": [],
        "favorite_playgrounds": [],
        "is_verified": False,
        "is_bio_held": False,
        "verified_until": None,
        "location": None,
        "is_complete": False,
        "missing": ["photos", "location"],
        "is_paused": False,
    }


@pytest.mark.requirement("R2.1")
def test_name_and_age_are_enough(client_for):
    answer = client_for(UserFactory()).post(URL, {"name": " Balu ", "age": 2}).json()
    assert (answer["name"], answer["age"], answer["bio"]) == ("Balu", 2, "")
    assert (answer["breed"], answer["sex"], answer["size"]) == (None, None, None)
    assert (answer["activity_level"], answer["temperament"]) == ("medium", [])


@pytest.mark.requirement("R2.6")
def test_the_whole_profile_comes_in_one_answer(client, profile):
    profile.breed = Breed.objects.get(name="Beagle")
    profile.save()
    prompt = PromptFactory(profile=profile, question="Where?", answer="There.")
    playground = PlaygroundFactory(name="Dog Run")
    Favorite.objects.create(user=profile.user, playground=playground)
    answer = client.get(URL).json()
    assert list(answer) == OWN
    assert answer["breed"] == "Beagle"
    assert answer["location"] == {"latitude": 47.615, "longitude": -122.3290889}
    assert (answer["is_complete"], answer["missing"]) == (True, [])
    assert answer["prompts"] == [
        {"id": str(prompt.pk), "question": "Where?", "answer": "There.", "is_held": False}
    ]
    assert answer["favorite_playgrounds"][0]["name"] == "Dog Run"
    first = profile.photos.first()
    assert answer["photos"][0] == {
        "id": str(first.pk),
        "position": 0,
        "width": 1600,
        "height": 1200,
        "byte_size": 200_000,
        "thumbhash": first.thumbhash,
        "renditions": {
            name: f"http://testserver/media/{getattr(first, name).name}"
            for name in ("small", "medium", "large")
        },
        "is_held": False,
    }


@pytest.mark.requirement("R2.6")
def test_the_whole_profile_costs_the_same_however_full_it_is(client_for, django_assert_num_queries):
    pug = Breed.objects.get(name="Pug")
    bare, full = ProfileFactory(photos=1, breed=pug), ProfileFactory(photos=6, breed=pug)
    for profile, favorites in ((bare, 1), (full, 20)):
        for _ in range(favorites):
            Favorite.objects.create(user=profile.user, playground=PlaygroundFactory())
        PromptFactory.create_batch(min(favorites, 10), profile=profile)
    for profile in (bare, full):
        client = client_for(profile.user)
        client.get(URL)
        with django_assert_num_queries(1):
            answer = client.get(URL).json()
    assert (len(answer["photos"]), len(answer["favorite_playgrounds"])) == (6, 20)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": ""}, "/name", "blank"),
        ({"name": "  \t"}, "/name", "blank"),
        ({"name": "\u200b\u200d"}, "/name", "blank"),
        ({"name": "x" * 51}, "/name", "max_length"),
        ({"name": None}, "/name", "null"),
        ({"name": ["Balu"]}, "/name", "invalid"),
        ({"name": "Balu\r\nBcc: all@example.org"}, "/name", "control_character"),
        ({"name": "Balu\u202exes"}, "/name", "unseen_character"),
        ({"name": "Ba\u0300\u0301\u0302\u0303\u0304lu"}, "/name", "stacked_marks"),
        ({"name": "The PupMatch team"}, "/name", "reserved"),
        ({"bio": "x" * 1001}, "/bio", "max_length"),
        ({"bio": None}, "/bio", "null"),
        ({"age": -1}, "/age", "min_value"),
        ({"age": 31}, "/age", "max_value"),
        ({"age": 2.5}, "/age", "invalid"),
        ({"age": True}, "/age", "invalid"),
        ({"age": None}, "/age", "null"),
        ({"age": 10**400}, "/age", "max_value"),
        ({"birth_date": None}, "/birth_date", "null"),
        ({"birth_date": "04.05.2022"}, "/birth_date", "invalid"),
        ({"birth_date": "2022-02-30"}, "/birth_date", "invalid"),
        ({"birth_date": "2999-01-01"}, "/birth_date", "future"),
        ({"birth_date": "0001-01-01"}, "/birth_date", "too_old"),
        ({"birth_date": 20220504}, "/birth_date", "invalid"),
        ({"birth_date": "2020-01-01", "age": 1}, "/age", "invalid"),
        ({"breed": "Cat"}, "/breed", "does_not_exist"),
        ({"breed": ""}, "/breed", "does_not_exist"),
        ({"breed": 7}, "/breed", "invalid"),
        ({"sex": "neuter"}, "/sex", "invalid_choice"),
        ({"sex": ""}, "/sex", "invalid_choice"),
        ({"size": "huge"}, "/size", "invalid_choice"),
        ({"size": ""}, "/size", "invalid_choice"),
        ({"activity_level": 2}, "/activity_level", "invalid_choice"),
        ({"activity_level": None}, "/activity_level", "null"),
        ({"activity_level": "HIGH"}, "/activity_level", "invalid_choice"),
        ({"temperament": ["evil"]}, "/temperament/0", "invalid_choice"),
        ({"temperament": "calm"}, "/temperament", "not_a_list"),
        ({"temperament": None}, "/temperament", "null"),
        ({"play_styles": ["chase", {}]}, "/play_styles/1", "invalid_choice"),
        ({"neutered": "perhaps"}, "/neutered", "invalid"),
    ],
)
@pytest.mark.requirement("R2.1", "R12.5")
def test_what_is_not_valid_is_refused_and_changes_nothing(client, profile, change, pointer, code):
    before = client.get(URL).json()
    assert pointers(client.patch(URL, {"bio": "changed"} | change)) == {pointer: code}
    assert client.get(URL).json() == before


@pytest.mark.parametrize(
    "change",
    [
        {"breed": None, "sex": None, "size": None},
        {"neutered": None, "good_with_small_dogs": None, "good_with_children": None},
    ],
)
def test_what_need_not_be_told_may_be_taken_back(client, profile, change):
    told = {"breed": "Pug", "sex": "male", "size": "small", "neutered": True}
    client.patch(URL, told | {"good_with_small_dogs": True, "good_with_children": True})
    answer = client.patch(URL, change).json()
    assert {name: answer[name] for name in change} == change


def test_a_profile_needs_a_name_and_an_age(client_for):
    client = client_for(UserFactory())
    assert pointers(client.post(URL, {})) == {"/name": "required"}
    assert pointers(client.post(URL, {"name": "Balu"})) == {"/birth_date": "required"}
    assert not Profile.objects.exists()


@pytest.mark.parametrize("body", ["[]", "null", '"Balu"', "7", "[{}]"])
def test_a_body_of_another_kind_is_refused(client, body):
    for method in (client.post, client.patch):
        assert method(URL, body, content_type="application/json").status_code == 400


@pytest.mark.requirement("R12.5")
def test_what_is_not_the_owners_to_set_is_ignored(client, profile):
    other = ProfileFactory()
    answer = client.patch(
        URL,
        {
            "id": str(other.pk),
            "user": str(other.user_id),
            "is_complete": False,
            "is_paused": True,
            "photo_count": 0,
            "photos": [],
            "prompts": [{"question": "a", "answer": "b"}],
            "location": {"latitude": 0, "longitude": 0},
            "missing": ["photos"],
            "location_shows_at": None,
        },
    ).json()
    profile.refresh_from_db()
    assert answer["id"] == str(profile.pk)
    assert (answer["is_complete"], answer["is_paused"], answer["prompts"]) == (True, False, [])
    assert (profile.photo_count, profile.location) == (2, place())


@pytest.mark.requirement("R2.2")
def test_a_change_is_seen_by_the_next_request_of_anybody(client, client_for, profile):
    stranger = client_for(ProfileFactory().user)
    card = f"/api/v1/profiles/{profile.pk}"
    etag = stranger.get(card)["ETag"]
    client.patch(URL, {"name": "Bagheera"})
    assert client.get(URL).json()["name"] == "Bagheera"
    seen = stranger.get(card, headers={"If-None-Match": etag})
    assert (seen.status_code, seen.json()["name"]) == (200, "Bagheera")
    client.post("/api/v1/me/photos", {"image": upload()}, format="multipart")
    assert len(stranger.get(card).json()["photos"]) == 3
    client.post("/api/v1/me/pause")
    assert stranger.get(card).status_code == 404


def test_the_answer_is_private(client):
    assert "private" in client.get(URL)["Cache-Control"]


def test_a_second_profile_is_refused(client, profile):
    response = client.post(URL, {"name": "Balu", "age": 1})
    assert (response.status_code, response.json()["code"]) == (409, "profile_exists")
    assert Profile.objects.count() == 1


def test_without_a_profile_there_is_none_to_see(client_for):
    client = client_for(UserFactory())
    for method in (client.get, client.delete):
        assert method(URL).status_code == 404
    assert client.patch(URL, {"name": "Balu"}).status_code == 404


def test_deleting_the_profile_leaves_account_and_preferences(client, profile):
    Preferences.objects.filter(user=profile.user).update(max_age=7)
    assert client.delete(URL).status_code == 204
    assert client.get(URL).status_code == 404
    assert client.get("/api/v1/me/preferences").json()["max_age"] == 7
    assert client.post(URL, {"name": "Balu", "age": 1}).status_code == 201
