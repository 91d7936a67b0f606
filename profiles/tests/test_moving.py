"""Photos that are held leave the addresses that people may have kept."""

from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from profiles import moving, photos, services
from profiles.holding import hold_photo, release_photo
from profiles.models import Photo
from profiles.tests.acts import RENDITIONS, add
from profiles.tests.factories import ProfileFactory
from pupmatch.lib import files
from pupmatch.lib.models import DiscardedFile

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R2.4", "R3.4")]

SIZES = ("small", "medium", "large")


def stored(settings) -> list[str]:
    root = settings.MEDIA_ROOT
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def names(photo) -> list[str]:
    photo.refresh_from_db()
    return sorted(getattr(photo, size).name for size in SIZES)


def fetched(url: str) -> bytes:
    """What is there; nothing where there is nothing."""
    answer = Client().get(url)
    return b"".join(answer.streaming_content) if answer.status_code == 200 else b""


@pytest.fixture
def photo():
    return add(ProfileFactory(photos=0))


def test_who_kept_its_address_finds_nothing_there(photo, run_jobs, settings, client_for):
    kept = [getattr(photo, size).url for size in SIZES]
    assert all(map(fetched, kept))
    hold_photo(photo=photo)
    run_jobs()
    assert not any(map(fetched, kept))
    # Its owner still sees all of it, at addresses that nobody else was ever told.
    [mine] = client_for(photo.profile.user).get("/api/v1/me/profile").json()["photos"]
    assert not set(mine["renditions"].values()) & set(kept)
    for size, url in mine["renditions"].items():
        assert fetched(url) == RENDITIONS.files[size]
    assert stored(settings) == names(photo)
    assert not DiscardedFile.objects.exists()


def test_released_it_stays_at_its_new_address(photo, run_jobs, settings):
    hold_photo(photo=photo)
    run_jobs()
    moved = names(photo)
    release_photo(photo=photo)
    assert run_jobs() == 0
    assert stored(settings) == names(photo) == moved
    hold_photo(photo=photo)
    run_jobs()
    assert not set(stored(settings)) & set(moved)


def test_what_is_shown_or_gone_is_not_moved(photo, run_jobs, settings):
    before = names(photo)
    assert not moving.move_files(photo.pk)
    assert not moving.move_files(uuid4())
    hold_photo(photo=photo)
    release_photo(photo=photo)
    run_jobs()
    assert stored(settings) == names(photo) == before
    hold_photo(photo=photo)
    services.delete_profile(profile=photo.profile)
    run_jobs()
    files.purge()
    assert stored(settings) == []


def _deleted(photo):
    services.delete_profile(profile=photo.profile)


def _released(photo):
    release_photo(photo=photo)


def _moved(photo):
    assert moving.move_files(photo.pk)


@pytest.mark.parametrize("meanwhile", [_deleted, _released, _moved])
def test_whatever_happens_while_it_copies_no_file_is_lost_and_none_is_left(
    photo, meanwhile, monkeypatch, settings
):
    hold_photo(photo=photo)
    once = [meanwhile]

    def slowly(contents):
        found = photos.store_files(contents)
        if once:
            once.pop()(photo)
        return found

    monkeypatch.setattr(moving, "store_files", slowly)
    assert not moving.move_files(photo.pk)
    files.purge()
    left = Photo.objects.filter(pk=photo.pk).first()
    assert stored(settings) == (names(left) if left else [])
    assert not DiscardedFile.objects.exists()


@pytest.mark.parametrize("step", ["store_files", "_rename"])
def test_killed_half_way_it_is_done_again_and_nothing_is_left_behind(
    photo, step, monkeypatch, settings
):
    before = names(photo)
    hold_photo(photo=photo)
    real = getattr(moving, step)

    class Killed(BaseException):
        pass

    def killed(*arguments):
        if step == "store_files":
            real(*arguments)
        raise Killed

    monkeypatch.setattr(moving, step, killed)
    with pytest.raises(Killed):
        moving.move_files(photo.pk)
    assert names(photo) == before
    monkeypatch.setattr(moving, step, real)
    assert moving.move_files(photo.pk)
    assert len(names(photo)) == 3
    # The copies of the first try are on the list, and go with its hour.
    DiscardedFile.objects.update(remove_after="2000-01-01T00:00:00Z")
    files.purge()
    assert stored(settings) == names(photo)


def test_what_evidence_holds_stays_where_it_is_until_it_is_copied(photo, run_jobs):
    before, holder = names(photo), uuid4()
    files.hold(before, holder=holder)
    hold_photo(photo=photo)
    run_jobs()
    assert all(map(default_storage.exists, [*before, *names(photo)]))
    files.let_go(before, holder=holder)
    files.purge()
    assert not any(map(default_storage.exists, before))


def test_a_file_that_is_gone_stops_nobody(photo, run_jobs):
    default_storage.delete(photo.medium.name)
    small, medium = photo.small.name, photo.medium.name
    hold_photo(photo=photo)
    run_jobs()
    photo.refresh_from_db()
    assert photo.small.name != small
    assert photo.medium.name == medium
