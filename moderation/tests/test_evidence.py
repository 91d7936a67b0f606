"""What was reported stays as it was, whatever becomes of the original."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.credentials import remove_account
from matching.services import unmatch
from matching.tests.factories import matched
from messaging.services import edit, unsend
from messaging.tests.factories import say, share, sides_of
from moderation.blocking import block
from moderation.models import Case, Report, Subject
from moderation.tests.reported import about, names_of, with_files
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.photos import delete_photo
from profiles.services import delete_profile
from profiles.tests.factories import ProfileFactory, PromptFactory
from pupmatch.lib import private
from pupmatch.lib.models import DiscardedFile, HeldFile

pytestmark = pytest.mark.django_db


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
