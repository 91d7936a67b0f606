"""The files of photos: none is lost by a rollback, none outlives its row."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from profiles import services
from profiles.models import Photo, Profile
from profiles.tests.acts import RENDITIONS, add
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.files import purge
from pupmatch.lib.models import DiscardedFile
from pupmatch.lib.policies import FILE

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R3.4")]


def stored(settings):
    root = settings.MEDIA_ROOT
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def names(*photos):
    return sorted(
        getattr(photo, name).name for photo in photos for name in ("small", "medium", "large")
    )


@pytest.fixture
def profile():
    profile = ProfileFactory(photos=0)
    for _ in range(3):
        add(profile)
    return profile


@pytest.mark.requirement("R3.1", "R3.6")
def test_a_photo_has_three_files_under_names_that_nobody_can_guess(settings):
    photo = add(ProfileFactory(photos=0))
    assert stored(settings) == names(photo)
    assert not DiscardedFile.objects.exists()
    assert len({name.split("-")[-1] for name in names(photo)}) == 3
    token = photo.small.name.removeprefix("photos/").split("/")[1].removesuffix("-small.webp")
    assert len(token) == 22  # 128 bits
    assert str(photo.pk) not in photo.small.name
    with default_storage.open(photo.large.name) as file:
        assert file.read() == RENDITIONS.files["large"]


def test_deleting_a_photo_removes_its_files(profile, settings, django_capture_on_commit_callbacks):
    first, *others = profile.photos.all()
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_photo(profile=profile, photo=first)
    assert stored(settings) == names(*others)
    assert not DiscardedFile.objects.exists()


@pytest.mark.requirement("R2.7")
def test_deleting_the_profile_removes_all_of_them(
    profile, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_profile(profile=profile)
    assert stored(settings) == []


def _all_at_once(profile):
    Photo.objects.filter(profile=profile).delete()


def _in_sql(profile):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM profiles_photo WHERE profile_id = %s", [profile.pk])


def _with_the_account(profile):
    profile.user.delete()


@pytest.mark.requirement("R2.7")
@pytest.mark.parametrize("delete", [_all_at_once, _in_sql, _with_the_account])
def test_however_a_photo_goes_its_files_are_listed_for_removal(profile, settings, delete):
    before = names(*profile.photos.all())
    delete(profile)
    assert sorted(DiscardedFile.objects.values_list("name", flat=True)) == before
    assert stored(settings) == before
    assert purge() == 9
    assert stored(settings) == []


@pytest.mark.requirement("R2.7")
def test_with_the_account_goes_every_row_of_the_dog(profile):
    profile.prompts.create(position=0, question="Why?", answer="Because.")
    profile.moves.create()
    other = ProfileFactory()
    profile.user.delete()
    assert list(Profile.objects.all()) == [other]
    with connection.cursor() as cursor:
        for table, left in (("photo", 2), ("prompt", 0), ("locationmove", 0), ("preferences", 1)):
            cursor.execute(f"SELECT count(*) FROM profiles_{table}")
            assert cursor.fetchone() == (left,)


def test_a_rollback_keeps_the_files(profile, settings, django_capture_on_commit_callbacks):
    before = stored(settings)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        services.delete_photo(profile=profile, photo=profile.photos.first())
        transaction.set_rollback(True)
    purge()
    assert stored(settings) == before == names(*profile.photos.all())


def test_an_upload_that_fails_half_way_leaves_nothing_behind(profile, settings, monkeypatch):
    """The second of three files meets a full disk."""
    before, save, saved = stored(settings), default_storage.save, []

    def full_disk(name, content, max_length=None):
        if saved:
            raise OSError("no space left on device")
        saved.append(save(name, content, max_length))

    monkeypatch.setattr(default_storage._wrapped, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        services.store_renditions(RENDITIONS)
    monkeypatch.undo()
    assert len(stored(settings)) == len(before) + 1
    assert purge() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert purge() == 3
    assert stored(settings) == before


def test_an_upload_that_is_refused_as_the_seventh_leaves_nothing_behind(settings):
    profile = ProfileFactory(photos=6)
    with pytest.raises(services.TooManyPhotos):
        add(profile)
    assert len(stored(settings)) == 3
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        purge()
    assert stored(settings) == []


def test_two_names_for_one_file_are_listed_once():
    photo = ProfileFactory().photos.first()
    Photo.objects.filter(pk=photo.pk).update(small="a.webp", medium="a.webp", large="b.webp")
    photo.delete()
    assert set(DiscardedFile.objects.values_list("name", flat=True)) == {"a.webp", "b.webp"}


@pytest.mark.requirement("R3.6", "R3.1")
class TestServing:
    URL = "/media/photos/ab/dog.webp"

    @pytest.fixture(autouse=True)
    def file(self):
        default_storage.save("photos/ab/dog.webp", ContentFile(RENDITIONS.files["small"]))

    def test_a_rendition_is_cacheable_for_good_and_never_sniffed(self, api):
        response = api.get(self.URL)
        assert response.status_code == 200
        assert b"".join(response.streaming_content) == RENDITIONS.files["small"]
        assert response["Content-Type"] == "image/webp"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == FILE

    def test_somebody_who_has_it_gets_it_no_second_time(self, api):
        response = api.get(self.URL)
        seen = {"If-Modified-Since": response["Last-Modified"]}
        assert b"".join(response.streaming_content)
        again = api.get(self.URL, headers=seen)
        assert (again.status_code, again.content) == (304, b"")
        assert "immutable" in again["Cache-Control"]

    @pytest.mark.parametrize(
        "path",
        [
            "photos/ab/cat.webp",
            "photos/ab",
            "photos/ab/",
            "",
            "../settings.py",
            "..%2f..%2fetc/passwd",
            "%2e%2e/%2e%2e/etc/passwd",
            "/etc/passwd",
            "photos\\..\\..\\x",
        ],
    )
    def test_there_is_nothing_else_to_see(self, api, path):
        response = api.get(f"/media/{path}")
        assert response.status_code in (404, 400)
        assert b"root:" not in response.content
