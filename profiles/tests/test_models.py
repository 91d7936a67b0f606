import math
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from profiles.models import Breed, Photo, Preferences, Profile, Prompt
from profiles.tests.factories import PhotoFactory, ProfileFactory, PromptFactory, place
from pupmatch.lib.constraints import violated

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R2.1")]


def refused_by(write):
    """The constraint that refuses it, asked at once where it would wait for the commit."""
    try:
        with transaction.atomic():
            write()
            connection.check_constraints()
    except IntegrityError as refusal:
        return violated(refusal)
    return None


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"photo_count": 7}, "profile_at_most_six_photos"),
        ({"activity_level": 3}, "profile_activity_level"),
        ({"sex": ""}, "profile_sex"),
        ({"size": "huge"}, "profile_size"),
        ({"name": ""}, "profile_has_a_name"),
        ({"name": " \n"}, "profile_has_a_name"),
        ({"bio": "x" * 1001}, "profile_bio_length"),
        ({"temperament": ["evil"]}, "profile_temperament_known"),
        ({"play_styles": ["chase", "bite"]}, "profile_play_styles_known"),
        ({"location": None}, "profile_location_has_its_time"),
        ({"location_shows_at": None}, "profile_location_has_its_time"),
    ],
)
def test_the_database_keeps_the_rules_of_a_profile(values, constraint):
    profile = ProfileFactory()
    assert refused_by(lambda: Profile.objects.filter(pk=profile.pk).update(**values)) == constraint


@pytest.mark.requirement("P10", "P12", "R8.6", "R8.1")
@pytest.mark.parametrize("column", ["location", "previous_location"])
@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (0, 90.0001),
        (0, -91),
        (180.0001, 0),
        (-181, 0),
        (math.nan, 0),
        (0, math.nan),
        (math.nan, math.nan),  # how an empty point is written
        (math.inf, 0),
        (0, 1e308),
    ],
)
def test_every_stored_point_is_on_the_globe(column, longitude, latitude):
    profile = ProfileFactory(previous_location=place())
    moved = {column: Point(longitude, latitude, srid=4326)}
    refusal = refused_by(lambda: Profile.objects.filter(pk=profile.pk).update(**moved))
    if refusal is None:
        # PostGIS itself brings finite numbers back onto the globe.
        kept = getattr(Profile.objects.get(), column)
        assert math.isfinite(longitude + latitude)
        assert -180 <= kept.x <= 180
        assert -90 <= kept.y <= 90
    else:
        assert refusal == f"profile_{column}_on_the_globe"


@pytest.mark.parametrize("point", [(90, 0), (-90, 180), (0, -180), (0, 180)])
def test_the_edges_of_the_globe_are_on_it(point):
    ProfileFactory(location=Point(point[1], point[0], srid=4326))


@pytest.mark.requirement("R2.4", "P3")
@pytest.mark.parametrize(
    ("photos", "location", "is_complete", "missing"),
    [
        (2, place(), True, []),
        (6, place(), True, []),
        (1, place(), False, ["photos"]),
        (2, None, False, ["location"]),
        (0, None, False, ["photos", "location"]),
    ],
)
def test_two_photos_and_a_place_make_a_profile_complete(photos, location, is_complete, missing):
    profile = Profile.objects.get(pk=ProfileFactory(photos=photos, location=location).pk)
    assert (profile.is_complete, profile.missing) == (is_complete, missing)


@pytest.mark.requirement("R2.4", "R2.3", "R3.3")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"position": 6}, "photo_at_most_six"),
        ({"position": 0}, "photo_position_once"),
        ({"byte_size": 10_485_761}, "photo_at_most_10_mb"),
    ],
)
def test_the_database_keeps_the_rules_of_a_photo(values, constraint):
    photo = ProfileFactory().photos.last()
    assert refused_by(lambda: Photo.objects.filter(pk=photo.pk).update(**values)) == constraint


@pytest.mark.requirement("R2.5")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"position": 10}, "prompt_at_most_ten"),
        ({"position": 0}, "prompt_position_once"),
        ({"question": ""}, "prompt_says_something"),
        ({"answer": " "}, "prompt_says_something"),
    ],
)
def test_the_database_keeps_the_rules_of_a_prompt(values, constraint):
    profile = ProfileFactory()
    _, prompt = PromptFactory.create_batch(2, profile=profile)
    assert refused_by(lambda: Prompt.objects.filter(pk=prompt.pk).update(**values)) == constraint


@pytest.mark.requirement("R10.4")
@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"min_age": 6, "max_age": 5}, "preferences_age_range"),
        ({"max_age": 21}, "preferences_age_range"),
        ({"max_distance": Decimal("0.99")}, "preferences_distance_range"),
        ({"max_distance": Decimal("500.01")}, "preferences_distance_range"),
        ({"distance_unit": "leagues"}, "preferences_unit"),
        ({"activity_level": 3}, "preferences_activity_level"),
    ],
)
def test_the_database_keeps_the_rules_of_preferences(values, constraint):
    ProfileFactory()
    assert refused_by(lambda: Preferences.objects.update(**values)) == constraint


def test_a_breed_stands_once_in_the_list():
    assert refused_by(lambda: Breed.objects.create(name="BEAGLE")) == "breed_once"


def test_a_dog_for_each_account():
    user = ProfileFactory().user
    again = {"user": user, "name": "Balu", "birth_date": "2020-01-01"}
    assert refused_by(lambda: Profile.objects.create(**again)) == "profiles_profile_user_id_key"


@pytest.mark.requirement("R2.4")
class TestWho:
    def test_only_whoever_is_complete_present_and_allowed_is_listed(self):
        listed = ProfileFactory()
        ProfileFactory(photos=1)
        ProfileFactory(location=None)
        ProfileFactory(paused_at=timezone.now())
        ProfileFactory(user__is_active=False)
        assert list(Profile.objects.listed()) == [listed]

    def test_nobody_sees_themselves(self):
        me, other = ProfileFactory(), ProfileFactory()
        assert list(Profile.objects.visible_to(me.user)) == [other]

    def test_a_block_hides_both_from_each_other(self):
        me, other, third = ProfileFactory(), ProfileFactory(), ProfileFactory()
        me.user.blocks_made.create(blocked=other.user)
        assert set(Profile.objects.visible_to(me.user)) == {third}
        assert set(Profile.objects.visible_to(other.user)) == {third}
        assert set(Profile.objects.visible_to(third.user)) == {me, other}


def test_names_speak_for_their_rows():
    profile = ProfileFactory(name="Balu")
    photo, prompt = PhotoFactory(profile=profile), PromptFactory(profile=profile, question="Why?")
    move = profile.moves.create(created_at=timezone.now() - timedelta(days=1))
    named = [profile, photo, prompt, profile.user.preferences, move, Breed(name="Pug")]
    assert [str(row) for row in named] == [
        "Balu",
        "photo 3",
        "Why?",
        f"preferences of {profile.user_id}",
        f"{move.created_at:%Y-%m-%d %H:%M}",
        "Pug",
    ]
