from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import standing
from accounts.tests.factories import UserFactory
from matching.services import Oneself, unmatch
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.services import delete_for_me, unsend
from messaging.tests.factories import conversation, say, sides_of
from moderation import subjects
from moderation.blocking import block
from moderation.models import Subject
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, PromptFactory
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db


def find(viewer, kind, row):
    return subjects.find(viewer=viewer, subject_type=kind, subject_id=row.pk)


@pytest.fixture
def me():
    return ProfileFactory().user


@pytest.fixture
def other():
    return ProfileFactory(name="Rex")


def test_whoever_can_be_seen_can_be_reported_with_what_they_show(me, other):
    prompt = PromptFactory(profile=other)
    for kind, row, label in (
        (Subject.PROFILE, other, "the profile of Rex"),
        (Subject.PHOTO, other.photos.last(), "photo 2 of Rex"),
        (Subject.PROMPT, prompt, "prompt 1 of Rex"),
    ):
        found = find(me, kind, row)
        assert (found.row, found.owner, found.label) == (row, other.user, label)
        assert not found.is_held
        assert subjects.get(subject_type=kind, subject_id=row.pk) == found


def test_who_is_hidden_cannot_be_told_from_who_is_gone(me):
    blocking, hidden = ProfileFactory(), ProfileFactory(paused_at=timezone.now())
    block(blocker=blocking.user, blocked=me.profile)
    for row in (blocking, hidden, Profile(pk=uuid4())):
        with pytest.raises(NotFound):
            find(me, Subject.PROFILE, row)
    for row in (blocking, hidden):
        with pytest.raises(NotFound):
            find(me, Subject.PHOTO, row.photos.first())


def test_somebody_without_a_profile_can_report(other):
    assert find(UserFactory(), Subject.PROFILE, other).owner == other.user


@pytest.mark.parametrize("end", ["unmatch", "they block", "I block", "deleted", "suspended"])
def test_what_was_said_stays_reportable_whatever_becomes_of_the_match(end):
    match = matched()
    me, other = match.low, match.high
    mine, theirs = sides_of(match.conversation)
    message = say(theirs)
    if end == "unmatch":
        unmatch(match=match, by=other)
    elif end == "they block":
        block(blocker=other.user, blocked=me)
    elif end == "I block":
        block(blocker=me.user, blocked=other)
    elif end == "deleted":
        delete_for_me(participant=mine)
    else:
        standing.ban(user=other.user)
    assert find(me.user, Subject.MESSAGE, message).owner == other.user
    assert find(me.user, Subject.PROFILE, other).owner == other.user
    assert find(me.user, Subject.PHOTO, other.photos.first()).owner == other.user


def test_an_unsent_message_can_be_reported():
    mine, theirs = sides_of(conversation())
    message = say(theirs)
    unsend(message=message)
    assert find(mine.profile.user, Subject.MESSAGE, message).row == message


def test_nobody_reports_messages_of_strangers(me):
    _, theirs = sides_of(conversation())
    with pytest.raises(NotFound):
        find(me, Subject.MESSAGE, say(theirs))
    assert not Participant.objects.filter(profile__user=me).exists()


def test_nobody_reports_themselves():
    mine, _ = sides_of(conversation())
    me = mine.profile.user
    own = PlaygroundFactory(created_by=me, source="", source_id="")
    for kind, row in (
        (Subject.PROFILE, me.profile),
        (Subject.PHOTO, me.profile.photos.first()),
        (Subject.MESSAGE, say(mine)),
        (Subject.PLAYGROUND, own),
        (Subject.REVIEW, ReviewFactory(user=me)),
    ):
        with pytest.raises(Oneself):
            find(me, kind, row)


def test_a_place_belongs_to_whoever_added_it_or_to_nobody(me, other):
    added = PlaygroundFactory(created_by=other.user, source="", source_id="")
    assert find(me, Subject.PLAYGROUND, added).owner == other.user
    assert find(me, Subject.PLAYGROUND, PlaygroundFactory()).owner is None


def test_a_review_belongs_to_whoever_wrote_it(me, other):
    review = ReviewFactory(user=other.user, playground__name="Dog run")
    found = find(me, Subject.REVIEW, review)
    assert (found.owner, found.label) == (other.user, "a review of Dog run")


def test_staff_hold_and_release_things_of_every_kind(other):
    _, theirs = sides_of(conversation())
    Profile.objects.filter(pk=other.pk).update(bio="Write to me at …")
    for kind, row in (
        (Subject.PROFILE, other),
        (Subject.PHOTO, other.photos.first()),
        (Subject.PROMPT, PromptFactory(profile=other)),
        (Subject.MESSAGE, say(theirs)),
        (Subject.PLAYGROUND, PlaygroundFactory()),
        (Subject.REVIEW, ReviewFactory()),
    ):
        thing = subjects.get(subject_type=kind, subject_id=row.pk)
        assert [subjects.hold(thing), subjects.hold(thing)] == [True, False]
        assert subjects.get(subject_type=kind, subject_id=row.pk).is_held
        assert [subjects.release(thing), subjects.release(thing)] == [True, False]
        assert not subjects.get(subject_type=kind, subject_id=row.pk).is_held


def test_what_is_gone_is_nothing():
    assert subjects.get(subject_type=Subject.PHOTO, subject_id=uuid4()) is None
