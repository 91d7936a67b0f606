"""Two to six photos, in order, whatever happens at once."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from profiles import services
from profiles.holding import hold_photo, release_photo
from profiles.models import Profile
from profiles.services import NoProfile, TooFewPhotos, TooManyPhotos
from profiles.tests.acts import add, delete, ids, is_sound, reorder
from profiles.tests.factories import PhotoFactory, ProfileFactory
from pupmatch.lib.ids import uuid7
from pupmatch.lib.problems import NotFound


@pytest.mark.django_db
@pytest.mark.requirement("R2.4", "P3")
class TestHowMany:
    def test_a_seventh_is_refused(self):
        profile = ProfileFactory(photos=5)
        assert add(profile).position == 5
        with pytest.raises(TooManyPhotos):
            add(profile)
        assert is_sound(profile)
        assert profile.photo_count == 6

    def test_a_complete_profile_keeps_two(self):
        profile = ProfileFactory(photos=3)
        delete(profile, profile.photos.first())
        with pytest.raises(TooFewPhotos):
            delete(profile, profile.photos.first())
        assert is_sound(profile)
        assert profile.photo_count == 2

    def test_a_paused_profile_is_still_complete(self):
        profile = ProfileFactory()
        services.change_profile(profile=profile, paused_at=profile.created_at)
        with pytest.raises(TooFewPhotos):
            delete(profile, profile.photos.first())

    @pytest.mark.parametrize("lacks", [{"location": None}, {"photos": 1}])
    def test_an_incomplete_one_may_lose_all(self, lacks):
        profile = ProfileFactory(**lacks)
        for photo in profile.photos.all():
            delete(profile, photo)
        assert is_sound(profile)
        assert profile.photo_count == 0

    def test_staff_may_take_away_what_a_complete_profile_needs(self):
        profile = ProfileFactory()
        services.delete_photo(profile=profile, photo=profile.photos.first(), keeps_complete=False)
        assert is_sound(profile)
        assert (profile.is_complete, profile.missing) == (False, ["photos"])

    def test_somebody_elses_photo_and_one_that_is_gone_do_not_exist(self):
        profile, other = ProfileFactory(photos=4), ProfileFactory(photos=4)
        photo = profile.photos.first()
        with pytest.raises(NotFound):
            delete(other, photo)
        delete(profile, photo)
        with pytest.raises(NotFound):
            delete(profile, photo)
        assert is_sound(profile)
        assert is_sound(other)
        assert (profile.photo_count, other.photo_count) == (3, 4)

    def test_nothing_can_be_added_to_a_profile_that_was_deleted(self):
        profile = ProfileFactory()
        services.delete_profile(profile=Profile.objects.get(pk=profile.pk))
        with pytest.raises(NoProfile):
            add(profile)


@pytest.mark.django_db
@pytest.mark.requirement("R3.5", "P17")
class TestOrder:
    def test_photos_come_back_in_the_order_last_set(self):
        profile = ProfileFactory(photos=6)
        for seed in range(5):
            wanted = random.Random(seed).sample(ids(profile), 6)
            assert [photo.pk for photo in reorder(profile, wanted)] == wanted
            assert ids(profile) == wanted
            assert is_sound(profile)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda ids: ids[:-1],
            lambda ids: [*ids, ids[0]],
            lambda ids: [ids[0], ids[0], ids[2]],
            lambda ids: [*ids[:-1], uuid7()],
            lambda ids: [],
        ],
    )
    def test_each_is_named_exactly_once(self, spoil):
        profile = ProfileFactory(photos=3)
        before = ids(profile)
        with pytest.raises(ValidationError):
            reorder(profile, spoil(list(reversed(before))))
        assert ids(profile) == before

    def test_somebody_elses_photo_is_none_of_them(self):
        profile, other = ProfileFactory(), ProfileFactory()
        with pytest.raises(ValidationError):
            reorder(profile, [ids(profile)[0], ids(other)[0]])


@pytest.mark.django_db
@pytest.mark.requirement("P3", "P17")
@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "delete", "order", "hold", "release"]), st.integers(0, 5)
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_any_sequence_of_operations_leaves_two_to_six(operations, is_placed):
    profile = ProfileFactory(**({} if is_placed else {"location": None}))
    expected, held = ids(profile), set()
    for operation, number in operations:
        if operation == "add":
            if len(expected) < 6:
                expected.append(PhotoFactory(profile=profile).pk)
            else:
                with pytest.raises(TooManyPhotos):
                    add(profile)
        elif operation == "order":
            expected = expected[number:] + expected[:number]
            reorder(profile, expected)
        elif number < len(expected):
            photo = profile.photos.get(pk=expected[number])
            shown = len(expected) - len(held)
            if operation == "hold":
                assert hold_photo(photo=photo) == (photo.pk not in held)
                held.add(photo.pk)
            elif operation == "release":
                assert release_photo(photo=photo) == (photo.pk in held)
                held.discard(photo.pk)
            elif is_placed and shown == 2 and photo.pk not in held:
                with pytest.raises(TooFewPhotos):
                    delete(profile, photo)
            else:
                delete(profile, photo)
                expected.remove(photo.pk)
                held.discard(photo.pk)
        assert ids(profile) == expected
        assert is_sound(profile)
        assert {photo.pk for photo in profile.photos.all() if photo.is_held} == held
        assert profile.is_complete == (is_placed and 2 <= len(expected) - len(held) <= 6)


@pytest.mark.django_db
@pytest.mark.requirement("R2.7")
def test_changing_a_profile_that_was_deleted_says_so():
    profile = ProfileFactory()
    Profile.objects.all().delete()
    with pytest.raises(NoProfile):
        services.change_profile(profile=profile, name="Balu")
