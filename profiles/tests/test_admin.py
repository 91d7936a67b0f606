import json
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from profiles.cells import cell_of
from profiles.models import Breed, LocationMove, Photo, Preferences, Profile, Prompt
from profiles.tests.factories import (
    BreedFactory,
    PhotoFactory,
    ProfileFactory,
    PromptFactory,
    place,
)
from pupmatch.lib.tests.admin_pages import (
    PROBE,
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db


def a_photo():
    return ProfileFactory().photos.first()


def preferences():
    return ProfileFactory().user.preferences


def move():
    return LocationMove.objects.create(profile=ProfileFactory())


MAKERS = {
    Profile: lambda: ProfileFactory(breed=BreedFactory()),
    Photo: a_photo,
    Prompt: PromptFactory,
    Preferences: preferences,
    LocationMove: move,
    Breed: BreedFactory,
}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    assert models_of("profiles") == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_who_may_only_look_changes_nothing(model):
    cannot_be_changed(staff(), MAKERS[model]())


@pytest.mark.parametrize("model", [Preferences, LocationMove])
def test_nobody_changes_what_is_the_owners(model):
    cannot_be_changed(superuser(), MAKERS[model]())


# --- The page of a dog ---------------------------------------------------------------------------


def form(profile, **changed):
    values = {
        "name": profile.name,
        "birth_date": profile.birth_date.isoformat(),
        "bio": profile.bio,
        "activity_level": profile.activity_level,
        **changed,
    }
    return {name: value for name, value in values.items() if value is not None}


def test_a_dog_costs_the_same_with_two_photos_and_with_six():
    few, many = ProfileFactory(), ProfileFactory(photos=6)
    for _ in range(8):
        PromptFactory(profile=many)
    client = superuser()
    client.get(address(few, "change"))
    counts = []
    for profile in (few, many):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(profile, "change")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_photos_are_shown_in_the_list_and_on_the_page():
    profile = ProfileFactory(photos=3)
    client = superuser()
    listed = client.get(address(Profile, "changelist")).content.decode()
    page = client.get(address(profile, "change")).content.decode()
    first, *others = profile.photos.all()
    assert first.small.url in listed
    for photo in (first, *others):
        assert photo.small.url in page
        assert address(photo, "delete") in page


def test_staff_correct_what_an_owner_wrote_and_only_that_is_written():
    profile = ProfileFactory(name="R***", temperament=["calm"])
    changed = {"name": "Rex", "bio": "A good dog.", "temperament": ["calm", "goofy"]}
    with CaptureQueriesContext(connection) as queries:
        answer = superuser().post(address(profile, "change"), form(profile, **changed))
    assert answer.status_code == 302
    [update] = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "profiles_profile"')]
    for column in ("photo_count", "location", "last_active_at", "paused_at"):
        assert column not in update
    profile.refresh_from_db()
    assert (profile.name, profile.temperament) == ("Rex", ["calm", "goofy"])
    assert (profile.photo_count, profile.is_complete) == (2, True)


def test_place_photo_count_and_state_are_not_for_hands():
    profile = ProfileFactory()
    location = profile.location
    forged = {
        "photo_count": "6",
        "is_complete": "",
        "location_latitude": "1",
        "location_longitude": "1",
        "location": "POINT(1 1)",
        "location_shows_at_0": "2020-01-01",
        "location_shows_at_1": "00:00",
        "paused_at_0": "2020-01-01",
        "paused_at_1": "00:00",
        "user": "",
    }
    answer = superuser().post(address(profile, "change"), form(profile, bio="Hm.", **forged))
    assert answer.status_code == 302
    profile.refresh_from_db()
    assert profile.bio == "Hm."
    assert (profile.photo_count, profile.paused_at, profile.location) == (2, None, location)


@pytest.mark.parametrize("changed", [{"name": ""}, {"play_styles": ["poker"]}, {"sex": "other"}])
def test_what_the_table_forbids_is_told_in_the_form(changed):
    profile = ProfileFactory()
    answer = superuser().post(address(profile, "change"), form(profile, **changed))
    assert answer.status_code == 200
    assert answer.context["errors"]


def shapes_on(page):
    return json.loads(unescape(page.split('data-shapes="')[1].split('"')[0]))["features"]


def test_the_map_shows_the_cell_and_nothing_finer():
    profile = ProfileFactory(location=place(47.61, -122.33))
    page = superuser().get(address(profile, "change")).content.decode()
    assert "data-editable" not in page
    [shape] = shapes_on(page)
    [ring] = shape["geometry"]["coordinates"]
    cell = cell_of(profile.location)
    assert [min(x) for x in zip(*ring, strict=True)] == pytest.approx([cell.west, cell.south])
    assert [max(x) for x in zip(*ring, strict=True)] == pytest.approx(
        [cell.west + cell.step, cell.south + 0.01]
    )


def test_the_map_shows_where_others_still_see_a_dog_that_moved():
    profile = ProfileFactory(
        location=place(47.61, -122.33),
        previous_location=place(47.7, -122.3),
        location_shows_at=timezone.now() + timedelta(minutes=40),
    )
    page = superuser().get(address(profile, "change")).content.decode()
    labels = [shape["properties"]["label"] for shape in shapes_on(page)]
    assert labels == [profile.name, "as others see it"]


def test_a_dog_without_a_place_has_no_map():
    profile = ProfileFactory(location=None)
    page = superuser().get(address(profile, "change")).content.decode()
    assert "staff-map" not in page
    assert "No place yet." in page


def test_names_and_words_are_text():
    profile = ProfileFactory(name=PROBE, bio=PROBE, breed=BreedFactory(name=PROBE))
    prompt = PromptFactory(profile=profile, question=PROBE, answer=PROBE)
    client = superuser()
    for path in (
        address(Profile, "changelist"),
        address(profile, "change"),
        address(profile, "delete"),
        address(Photo, "changelist"),
        address(profile.photos.first(), "change"),
        address(profile.photos.first(), "delete"),
        address(Prompt, "changelist"),
        address(prompt, "change"),
        address(Breed, "changelist"),
    ):
        page = client.get(path).content.decode()
        assert PROBE not in page, path
        assert "&lt;script&gt;" in page or "\\u003Cscript\\u003E" in page, path


def test_dogs_are_found_by_name_owner_and_id():
    profile = ProfileFactory(name="Waffles", user__email="ada@pupmatch.example")
    ProfileFactory(name="Nori")
    client = superuser()
    for text in ("waf", "WAFFLES", "ada@", str(profile.pk), str(profile.user_id)):
        page = client.get(address(Profile, "changelist"), {"q": text})
        assert list(page.context["cl"].queryset) == [profile], text


def test_one_more_photo_meanwhile_is_not_uncounted():
    profile = ProfileFactory()
    client = superuser()
    client.get(address(profile, "change"))
    PhotoFactory(profile=profile)
    client.post(address(profile, "change"), form(profile, bio="Longer."))
    profile.refresh_from_db()
    assert (profile.photo_count, profile.bio) == (3, "Longer.")
