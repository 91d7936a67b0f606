"""Two to six photos, in order, whatever happens at once."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from profiles import services
from profiles.images import render
from profiles.models import Profile
from profiles.services import NoProfile, TooFewPhotos, TooManyPhotos
from profiles.tests.factories import PhotoFactory, ProfileFactory, picture, place
from pupmatch.lib.ids import uuid7
from pupmatch.lib.problems import NotFound

RENDITIONS = render(io.BytesIO(picture()))


def add(profile):
    names = services.store_renditions(RENDITIONS)
    return services.add_photo(profile=profile, renditions=RENDITIONS, names=names)


def delete(profile, photo):
    services.delete_photo(profile=profile, photo=photo)


def reorder(profile, ids):
    return services.order_photos(profile=profile, ids=ids)


def ids(profile):
    return list(profile.photos.values_list("pk", flat=True))


def is_sound(profile):
    """The count is what is there, and positions are 0, 1, 2 …"""
    profile.refresh_from_db()
    positions = list(profile.photos.values_list("position", flat=True))
    assert positions == list(range(profile.photo_count))
    return True


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
        st.tuples(st.sampled_from(["add", "delete", "order"]), st.integers(0, 5)), max_size=20
    ),
    st.booleans(),
)
def test_any_sequence_of_operations_leaves_two_to_six(operations, is_placed):
    profile = ProfileFactory(**({} if is_placed else {"location": None}))
    expected = ids(profile)
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
            if is_placed and len(expected) == 2:
                with pytest.raises(TooFewPhotos):
                    delete(profile, photo)
            else:
                delete(profile, photo)
                expected.remove(photo.pk)
        assert ids(profile) == expected
        assert is_sound(profile)
    assert profile.is_complete == (is_placed and 2 <= len(expected) <= 6)


@pytest.mark.requirement("R2.4", "P3")
class TestAtOnce:
    def test_of_parallel_uploads_of_the_last_ones_only_six_stay(self, in_parallel):
        profile = ProfileFactory(photos=4)
        results = in_parallel(*[lambda: add(profile)] * 6)
        refused = [result for result in results if isinstance(result, Exception)]
        assert [type(refusal) for refusal in refused] == [TooManyPhotos] * 4
        assert is_sound(profile)
        assert profile.photo_count == 6

    def test_of_parallel_deletions_two_photos_are_left(self, in_parallel):
        profile = ProfileFactory(photos=4)
        photos = list(profile.photos.all())
        results = in_parallel(*[lambda photo=photo: delete(profile, photo) for photo in photos])
        assert sorted(type(result).__name__ for result in results) == [
            *["NoneType"] * 2,
            *["TooFewPhotos"] * 2,
        ]
        assert is_sound(profile)
        assert profile.photo_count == 2

    def test_the_same_photo_is_deleted_once(self, in_parallel):
        profile = ProfileFactory(photos=6)
        photo = profile.photos.first()
        results = in_parallel(*[lambda: delete(profile, photo)] * 5)
        assert results.count(None) == 1
        assert is_sound(profile)
        assert profile.photo_count == 5

    @pytest.mark.parametrize("number", range(5))
    def test_deleting_adding_and_reordering_leave_no_gap(self, in_parallel, number):
        profile = ProfileFactory(photos=4)
        before = ids(profile)
        first, last = profile.photos.first(), profile.photos.last()
        results = in_parallel(
            lambda: reorder(profile, before[::-1]),
            lambda: delete(profile, first),
            lambda: add(profile),
            lambda: delete(profile, last),
            lambda: reorder(profile, before[2:] + before[:2]),
        )
        assert {type(result) for result in results if isinstance(result, Exception)} <= {
            ValidationError
        }
        assert is_sound(profile)
        assert profile.photo_count == 3

    def test_taking_the_place_away_and_photos_too_never_leaves_a_complete_one_with_less(
        self, in_parallel
    ):
        profile = ProfileFactory(photos=2)
        photos = list(profile.photos.all())
        in_parallel(
            lambda: services.remove_location(profile=profile),
            *[lambda photo=photo: delete(profile, photo) for photo in photos],
        )
        assert is_sound(profile)
        assert not profile.is_complete

    def test_an_upload_while_the_profile_is_deleted(self, in_parallel):
        profile = ProfileFactory(photos=2)
        _, added = in_parallel(
            lambda: services.delete_profile(profile=profile), lambda: add(profile)
        )
        assert not isinstance(added, Exception) or isinstance(added, NoProfile)
        assert not Profile.objects.exists()

    @pytest.mark.requirement("R2.2")
    def test_a_change_of_words_undoes_no_photo_and_no_move(self, in_parallel):
        profile = ProfileFactory(photos=2, location=None)
        stale = Profile.objects.get(pk=profile.pk)
        results = in_parallel(
            lambda: add(profile),
            lambda: services.change_profile(profile=stale, name="Balu"),
            lambda: services.set_location(profile=profile, point=place()),
            lambda: services.change_profile(profile=stale, bio="Digs."),
        )
        assert not any(isinstance(result, Exception) for result in results)
        assert is_sound(profile)
        assert (profile.name, profile.bio, profile.photo_count) == ("Balu", "Digs.", 3)
        assert profile.is_complete


@pytest.mark.requirement("R2.1")
def test_of_two_profiles_at_once_the_account_has_one(in_parallel):
    user = ProfileFactory().user
    Profile.objects.all().delete()
    words = {"name": "Balu", "birth_date": "2020-01-01"}
    results = in_parallel(*[lambda: services.create_profile(user=user, **words)] * 4)
    assert sorted(type(result).__name__ for result in results) == [
        "Profile",
        *["ProfileExists"] * 3,
    ]


@pytest.mark.requirement("R2.5")
def test_prompts_set_at_once_are_those_of_one_of_them(in_parallel):
    profile = ProfileFactory()
    answers = [[{"question": f"{n}", "answer": f"{i}"} for i in range(n)] for n in (2, 5, 9)]
    in_parallel(*[lambda a=a: services.set_prompts(profile=profile, prompts=a) for a in answers])
    kept = list(profile.prompts.values("question", "answer"))
    assert kept in answers


@pytest.mark.django_db
@pytest.mark.requirement("R2.7")
def test_changing_a_profile_that_was_deleted_says_so():
    profile = ProfileFactory()
    Profile.objects.all().delete()
    with pytest.raises(NoProfile):
        services.change_profile(profile=profile, name="Balu")
