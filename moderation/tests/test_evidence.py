"""What was reported stays as it was, whatever becomes of the original."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.credentials import remove_account
from matching.services import unmatch
from matching.tests.factories import matched
from messaging.services import edit, unsend
from messaging.tests.factories import say, share, sides_of
from moderation import evidence
from moderation.blocking import block
from moderation.models import Case, EvidenceFile, Reason, Report, Subject
from moderation.reporting import report
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.models import Photo
from profiles.photos import delete_photo
from profiles.services import delete_profile
from profiles.tests.factories import PhotoFactory, ProfileFactory, PromptFactory
from pupmatch.lib import files, private
from pupmatch.lib.models import DiscardedFile, HeldFile

pytestmark = pytest.mark.django_db


def about(kind, row, reporter):
    made, _ = report(
        reporter=reporter, subject_type=kind, subject_id=row.pk, reason=Reason.HARASSMENT
    )
    return made


def with_files(profile):
    """The files of its photos, each with its own name in it."""
    for name in names_of(profile):
        default_storage.save(name, ContentFile(name.encode()))
    return profile


def names_of(profile):
    rows = Photo.objects.filter(profile=profile).values_list("small", "medium", "large")
    return [name for row in rows for name in row]


def private_files():
    """What the private storage holds, by what is in it."""
    folder = Path(settings.PRIVATE_ROOT)
    return [path.read_text() for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def match():
    made = matched()
    with_files(made.high)
    return made


@pytest.fixture
def mine(match):
    return sides_of(match.conversation)[0]


@pytest.fixture
def theirs(match):
    return sides_of(match.conversation)[1]


# --- What is frozen -------------------------------------------------------------------------------


def test_a_message_is_kept_among_ten_before_and_ten_after(mine, theirs, match):
    said = [say(side, f"{n}") for n in range(15) for side in (mine, theirs)]
    subject = said[13]
    content = about(Subject.MESSAGE, subject, mine.profile.user).evidence.content
    assert [row["position"] for row in content["messages"]] == list(range(4, 25))
    [marked] = [row for row in content["messages"] if row["is_subject"]]
    assert {"type": "message", **marked} == content["subject"]
    assert (marked["body"], marked["sender_id"]) == ("6", str(match.high_id))
    assert content["people"] == {str(p.pk): p.name for p in (match.low, match.high)}
    assert content["profile"]["name"] == match.high.name


def test_a_shared_place_is_kept_by_name(mine, theirs):
    message = share(theirs)
    content = about(Subject.MESSAGE, message, mine.profile.user).evidence.content
    assert content["subject"]["playground"]["name"] == message.playground.name


def test_a_profile_is_kept_as_it_stood():
    dog = ProfileFactory(bio="Likes sticks.")
    prompt = PromptFactory(profile=dog, answer="Bones.")
    me = ProfileFactory().user
    content = about(Subject.PROMPT, prompt, me).evidence.content
    assert content["subject"]["answer"] == "Bones."
    kept = content["profile"]
    assert (kept["id"], kept["bio"], kept["age"]) == (str(dog.pk), "Likes sticks.", 3)
    assert [photo["files"]["large"] for photo in kept["photos"]] == [
        photo.large.name for photo in dog.photos.all()
    ]
    assert "location" not in kept
    assert content["messages"] == []


def test_a_place_is_kept_with_whoever_added_it():
    owner = ProfileFactory()
    place = PlaygroundFactory(created_by=owner.user, source="", source_id="", description="Free!")
    me = ProfileFactory().user
    content = about(Subject.PLAYGROUND, place, me).evidence.content
    assert content["playground"]["description"] == "Free!"
    assert content["profile"]["id"] == str(owner.pk)
    nobodys = about(Subject.PLAYGROUND, PlaygroundFactory(), me).evidence.content
    assert nobodys["profile"] is None


def test_a_review_is_kept_with_its_place():
    review = ReviewFactory(text="Rats!", stars=1)
    content = about(Subject.REVIEW, review, ProfileFactory().user).evidence.content
    assert (content["review"]["text"], content["review"]["stars"]) == ("Rats!", 1)
    assert content["playground"]["name"] == review.playground.name
    assert content["profile"] is None


def test_a_message_that_was_edited_or_unsent_is_kept_with_what_it_said(mine, theirs):
    message = say(theirs, "I know where you live.")
    edit(message=message, body="Nice dog.")
    unsend(message=message)
    reply = say(mine, "What was that?")
    content = about(Subject.MESSAGE, message, mine.profile.user).evidence.content
    assert content["subject"]["body"] is None
    assert [said["body"] for said in content["subject"]["former"]] == [
        "I know where you live.",
        "Nice dog.",
    ]
    assert [row["id"] for row in content["messages"]] == [str(message.pk), str(reply.pk)]


def test_what_was_said_before_is_known_for_three_days(mine, theirs):
    message = say(theirs, "I know where you live.")
    unsend(message=message)
    with time_machine.travel(timezone.now() + timedelta(days=3, seconds=1)):
        content = about(Subject.MESSAGE, message, mine.profile.user).evidence.content
    assert content["subject"]["former"] == []


def test_nothing_changes_evidence_once_it_is_there(mine, theirs):
    kept = about(Subject.MESSAGE, say(theirs), mine.profile.user).evidence
    kept.content = {}
    with pytest.raises(DatabaseError, match="neither changed"), transaction.atomic():
        kept.save()


# --- What it survives -----------------------------------------------------------------------------

AFTERWARDS = {
    "unsend": lambda match, message: unsend(message=message),
    "edit": lambda match, message: edit(message=message, body="Nice dog."),
    "unmatch": lambda match, message: unmatch(match=match, by=match.high),
    "block": lambda match, message: block(blocker=match.high.user, blocked=match.low),
    "photo": lambda match, message: delete_photo(
        profile=match.high, photo=match.high.photos.first(), keeps_complete=False
    ),
    "profile": lambda match, message: delete_profile(profile=match.high),
    "account": lambda match, message: remove_account(user=match.high.user),
    "reporter": lambda match, message: remove_account(user=match.low.user),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R2.7", "R3.4")
@pytest.mark.parametrize("copied", ["before", "afterwards"])
@pytest.mark.parametrize("what", AFTERWARDS)
def test_evidence_survives(what, copied, match, mine, theirs, run_jobs):
    message = say(theirs, "I know where you live.")
    made = about(Subject.MESSAGE, message, mine.profile.user)
    before, names = made.evidence.content, names_of(match.high)
    if copied == "before":
        run_jobs()
    AFTERWARDS[what](match, message)
    run_jobs()
    made.evidence.refresh_from_db()
    assert made.evidence.content == before
    assert before["subject"]["body"] == "I know where you live."
    kept = dict(made.evidence.files.values_list("source", "name"))
    assert set(kept) == set(names)
    assert {private.read(name) for name in kept.values()} == {name.encode() for name in names}
    gone = {"photo": names[:3], "profile": names, "account": names}.get(what, [])
    assert [name for name in names if not default_storage.exists(name)] == gone
    assert not HeldFile.objects.exists()
    assert not DiscardedFile.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R2.7")
def test_after_erasure_the_case_stays_and_names_nobody_but_by_a_keyed_hash(match, mine, theirs):
    about(Subject.MESSAGE, say(theirs), mine.profile.user)
    address = match.high.user.email
    remove_account(user=match.high.user)
    case = Case.objects.get()
    assert case.about is None
    assert len(case.about_digest) == 64
    assert address not in str(Report.objects.values()) + str(Case.objects.values())


@pytest.mark.django_db(transaction=True)
def test_the_hash_is_of_the_address_that_somebody_left_with(match, mine, theirs):
    about(Subject.MESSAGE, say(theirs), mine.profile.user)
    before, user = Case.objects.get().about_digest, match.high.user
    user.email = "moved@pupmatch.example"
    user.save()
    remove_account(user=user)
    assert Case.objects.get().about_digest != before


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_make_one_copy_of_each(match, in_parallel):
    made = about(Subject.PROFILE, match.high, match.low.user)
    copied = in_parallel(*[lambda: evidence.copy_files(made.evidence.pk)] * 2)
    assert sum(copied) == made.evidence.files.count() == 6
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        files.purge()
    kept = made.evidence.files.values_list("name", flat=True)
    assert all(private.read(name) for name in kept)


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
def test_evidence_that_goes_before_it_is_copied_lets_the_files_go(match):
    about(Subject.PROFILE, match.high, match.low.user)
    names = names_of(match.high)
    remove_account(user=match.high.user)
    Case.objects.get().delete()
    files.purge()
    assert not HeldFile.objects.exists()
    assert not any(default_storage.exists(name) for name in names)


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
def test_staff_see_a_photo_at_its_address_and_then_at_its_copys(match, run_jobs):
    made = about(Subject.PROFILE, match.high, match.low.user)
    source = made.evidence.content["profile"]["photos"][0]["files"]["small"]
    assert evidence.picture_urls([made.evidence])[source].endswith(source)
    run_jobs()
    assert "/private/" in evidence.picture_urls([made.evidence])[source]
