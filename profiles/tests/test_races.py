"""What happens at the same instant, each in a connection of its own."""

from functools import partial

import pytest
from django.db.models import UUIDField
from rest_framework.exceptions import ValidationError

from profiles import services, uploads
from profiles.decoding import Decoder
from profiles.models import Profile
from profiles.services import NoProfile, TooManyPhotos
from profiles.tests.acts import add, delete, ids, is_sound, reorder, send, shown
from profiles.tests.factories import ProfileFactory, place
from pupmatch.lib.documents import Instances, Param


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


@pytest.fixture
def room_for_all(monkeypatch):
    """More may wait to be decoded than ever come here at once."""
    decoder = Decoder(waiting=10, patience=60)
    monkeypatch.setattr(uploads, "DECODER", decoder)
    yield
    decoder.close()


@pytest.mark.requirement("R2.4", "P3")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("room_for_all")
def test_of_parallel_uploads_over_http_six_stay(client_for, in_parallel):
    profile = ProfileFactory(photos=3)
    clients = [client_for(profile.user) for _ in range(6)]
    responses = in_parallel(*[lambda c=c: send(c) for c in clients])
    assert sorted(response.status_code for response in responses) == [201] * 3 + [409] * 3
    assert [photo["position"] for photo in shown(clients[0])] == [0, 1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("room_for_all")
def test_of_one_upload_sent_twice_at_once_one_is_stored(client_for, in_parallel):
    profile = ProfileFactory(photos=0)
    clients = [client_for(profile.user) for _ in range(4)]
    key = {"Idempotency-Key": "once"}
    responses = in_parallel(*[lambda c=c: send(c, **key) for c in clients])
    assert [response.status_code for response in responses] == [201] * 4
    assert len({response.json()["id"] for response in responses}) == 1
    assert profile.photos.count() == 1


def test_places_read_by_many_threads_are_each_dogs_own(in_parallel):
    """GEOS, which reads them, keeps a state for each thread; ours must not be handed on."""
    found = Instances(lambda: Profile.objects.filter(pk=Param("pk", UUIDField())))
    dogs = [ProfileFactory(location=place(10 * number, 7 * number)) for number in range(1, 7)]
    rows = {dog.pk: found.statement.rows({"pk": dog.pk})[0] for dog in dogs}
    found.instance(rows[dogs[0].pk])  # made by a thread that reads nothing afterwards

    def read(dog):
        return {found.instance(rows[dog.pk]).location.coords for _ in range(15_000)}

    assert in_parallel(*(partial(read, dog) for dog in dogs)) == [
        {dog.location.coords} for dog in dogs
    ]
