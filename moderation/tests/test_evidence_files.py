"""The photos of evidence: kept aside once, and gone together with the case."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.credentials import remove_account
from matching.tests.factories import matched
from moderation import evidence
from moderation.models import Case, EvidenceFile, Report, Subject
from moderation.tests.reported import about, names_of, private_files, with_files
from profiles.photos import delete_photo
from profiles.tests.factories import PhotoFactory, ProfileFactory
from pupmatch.lib import files, private
from pupmatch.lib.models import HeldFile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def match():
    made = matched()
    with_files(made.high)
    return made


@pytest.mark.requirement("R3.4")
def test_a_deleted_photo_is_public_until_its_copy_is_made_and_no_longer(match, run_jobs):
    photo = match.high.photos.first()
    about(Subject.PHOTO, photo, match.low.user)
    remove_account(user=match.high.user)
    assert default_storage.exists(photo.large.name)
    files.purge()
    assert default_storage.exists(photo.large.name)
    run_jobs()
    assert not default_storage.exists(photo.large.name)


@pytest.mark.parametrize("killed_in", ["private.store", "files.keep", "files.let_go"])
def test_a_copy_that_was_interrupted_is_made_again(match, monkeypatch, killed_in):
    made = about(Subject.PROFILE, match.high, match.low.user)
    names = names_of(match.high)
    module, name = killed_in.split(".")
    owner = {"private": private, "files": files}[module]
    real, calls = getattr(owner, name), []

    def killed(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, killed)
    with pytest.raises(KeyboardInterrupt):
        evidence.copy_files(made.evidence.pk)
    monkeypatch.setattr(owner, name, real)
    remove_account(user=match.high.user)
    assert evidence.copy_files(made.evidence.pk) == len(names) - 1
    assert evidence.copy_files(made.evidence.pk) == 0
    kept = made.evidence.files.values_list("name", flat=True)
    assert {private.read(name) for name in kept} == {name.encode() for name in names}
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        files.purge()
    assert len(private_files()) == len(names)


def test_two_jobs_at_once_make_one_copy_of_each(match, in_parallel):
    made = about(Subject.PROFILE, match.high, match.low.user)
    copied = in_parallel(*[lambda: evidence.copy_files(made.evidence.pk)] * 2)
    assert sum(copied) == made.evidence.files.count() == 6
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        files.purge()
    kept = made.evidence.files.values_list("name", flat=True)
    assert all(private.read(name) for name in kept)


def test_reports_of_one_case_share_their_copies(match, run_jobs):
    about(Subject.PROFILE, match.high, match.low.user)
    about(Subject.PHOTO, match.high.photos.first(), match.low.user)
    run_jobs()
    about(Subject.PROFILE, match.high, ProfileFactory().user)
    assert not HeldFile.objects.exists()
    assert EvidenceFile.objects.count() == 18
    assert EvidenceFile.objects.values("name").distinct().count() == 6
    assert len(private_files()) == 6
    for number in (2, 1, 0):
        Report.objects.first().delete()
        files.purge()
        assert len(private_files()) == (6 if number else 0)


def test_evidence_that_goes_before_it_is_copied_lets_the_files_go(match):
    about(Subject.PROFILE, match.high, match.low.user)
    names = names_of(match.high)
    remove_account(user=match.high.user)
    Case.objects.get().delete()
    files.purge()
    assert not HeldFile.objects.exists()
    assert not any(default_storage.exists(name) for name in names)


def test_a_photo_that_is_deleted_while_it_is_reported_is_kept_or_gone_for_both(in_parallel):
    for _ in range(8):
        match = matched()
        photo = PhotoFactory(profile=match.high)
        with_files(match.high)
        made, _ = in_parallel(
            lambda match=match, photo=photo: about(Subject.PHOTO, photo, match.low.user),
            lambda match=match, photo=photo: delete_photo(profile=match.high, photo=photo),
        )
        if isinstance(made, Report):
            evidence.copy_files(made.evidence.pk)
            kept = made.evidence.files.filter(photo_id=photo.pk)
            assert kept.count() == 3
            assert all(private.read(file.name) == file.source.encode() for file in kept)
        assert not default_storage.exists(photo.large.name)


def test_staff_see_a_photo_at_its_address_and_then_at_its_copys(match, run_jobs):
    made = about(Subject.PROFILE, match.high, match.low.user)
    source = made.evidence.content["profile"]["photos"][0]["files"]["small"]
    assert evidence.address(made.evidence.files.get(source=source)).endswith(source)
    run_jobs()
    assert "/private/" in evidence.address(made.evidence.files.get(source=source))
