"""Every kind of decision, and that undoing it leaves everything as it was: to the letter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import standing
from accounts.tests.factories import SessionFactory
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.tests.factories import say
from moderation.models import Decision, Subject
from moderation.tests.desk import decided, dog, subject_of, undone
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles import holding
from profiles.models import Photo, Profile
from profiles.tests.factories import PhotoFactory
from screening import bans
from screening.models import BannedMark, Finding, Response

pytestmark = pytest.mark.django_db

Kind = Decision.Kind


@pytest.fixture
def me():
    return dog()


@pytest.fixture
def friend():
    return dog()


@pytest.fixture
def message(me, friend):
    """What I wrote to a friend."""
    match = matched(me, friend)
    return say(Participant.objects.get(conversation=match.conversation_id, profile=me))


@pytest.fixture
def place(me):
    """A playground that I added."""
    return PlaygroundFactory(created_by=me.user)


@pytest.fixture
def review(me):
    """What I think of another."""
    return ReviewFactory(user=me.user)


@pytest.fixture
def seen(client_for, me, friend, message, place, review):
    """`seen()`: what the API says of me, to me, to a friend and to a stranger."""
    stranger = dog()
    near = "playgrounds?near=40.7359,-73.9911&radius_m=100"
    reviews = f"playgrounds/{review.playground_id}/reviews"
    talk = f"conversations/{message.conversation_id}"
    paths = {
        me: ("me", "me/profile", talk, f"{talk}/messages", "matches", "deck", near),
        friend: (f"profiles/{me.pk}", talk, f"{talk}/messages", "matches", reviews),
        stranger: (f"profiles/{me.pk}", "deck", near, f"playgrounds/{place.pk}", reviews),
    }

    def now():
        answers = {}
        for reader, wanted in paths.items():
            client = client_for(reader.user)
            for path in wanted:
                answer = client.get(f"/api/v1/{path}")
                answers[reader.pk, path] = answer.status_code, answer.content
        return answers

    return now


@pytest.fixture
def things(me, message, place, review):
    """What of mine can be removed."""
    rows = (me, me.photos.first(), me.prompts.first(), message, place, review)
    return {subject_of(row): row for row in rows}


@pytest.mark.parametrize("kind", [*Kind, *Subject])
def test_undoing_restores_what_everybody_saw(kind, me, things, seen):
    before = seen()
    if kind in things:
        decision = decided(things[kind], Kind.REMOVE)
    else:
        decision = decided(me, kind, subject=(Subject.PROFILE, me.pk) if kind == "remove" else None)
    assert (seen() == before) == (kind in (Kind.DISMISS, Kind.WARN, Kind.LIMIT))
    assert undone(decision)
    assert seen() == before


def test_a_place_that_is_nobodys_is_removed_and_found_again(client_for):
    place = PlaygroundFactory()
    client, path = client_for(dog().user), f"/api/v1/playgrounds/{place.pk}"
    before = client.get(path).content
    decisions = [decided(place, Kind.REMOVE) for _ in range(2)]
    assert decisions[0].person is None
    assert client.get(path).status_code == 404
    undone(decisions[0])
    assert client.get(path).status_code == 404
    undone(decisions[1])
    assert client.get(path).content == before


# --- Several decisions at once --------------------------------------------------------------------


def standing_of(profile):
    user = profile.user
    user.refresh_from_db()
    return user.limited_until, user.suspended_until, user.banned_at is not None, user.is_active


@pytest.mark.parametrize(("kind", "column"), [("limit", 0), ("suspend", 1)])
@pytest.mark.parametrize("days", [(3, 9), (9, 3)])
@pytest.mark.parametrize("first", [0, 1])
def test_of_two_that_end_by_themselves_the_longer_one_stays(me, kind, column, days, first):
    both = [decided(me, kind, days=each) for each in days]
    assert standing_of(me)[column] == max(each.until for each in both)
    undone(both[first])
    assert standing_of(me)[column] == both[1 - first].until
    undone(both[1 - first])
    assert standing_of(me) == (None, None, False, True)


def test_whoever_is_no_longer_banned_may_still_be_suspended(me):
    suspension, ban = decided(me, "suspend"), decided(me, "ban")
    undone(ban)
    assert standing_of(me) == (None, suspension.until, False, False)
    undone(suspension)
    assert standing_of(me) == (None, None, False, True)


def test_two_bans_hold_until_both_are_undone(me):
    one, other = decided(me, "ban"), decided(me, "ban")
    undone(one)
    assert standing_of(me)[2]
    assert set(BannedMark.objects.values_list("decision_id", flat=True)) == {other.pk}
    undone(other)
    assert standing_of(me) == (None, None, False, True)
    assert not BannedMark.objects.exists()


def test_what_was_there_before_any_decision_is_there_again(me):
    until = timezone.now() + timedelta(days=5)
    standing.limit(user=me.user, until=until)
    standing.deactivate(user=me.user)
    decisions = [decided(me, "limit", days=each) for each in (2, 8, 9)] + [decided(me, "ban")]
    for decision in decisions:
        undone(decision)
    assert standing_of(me) == (until, None, False, False)


def test_a_suspension_that_is_over_leaves_nothing_to_undo(me, time_machine):
    decision = decided(me, "suspend")
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    standing.unsuspend(user=me.user)
    current = decided(me, "suspend", days=3)
    undone(decision)
    assert standing_of(me)[1] == current.until
    undone(current)
    assert standing_of(me) == (None, None, False, True)


def held(thing):
    thing.refresh_from_db()
    return (thing.bio_held_at if isinstance(thing, Profile) else thing.held_at) is not None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_content_that_two_decisions_hold_stays_held_until_both_are_undone(me, order):
    photo = me.photos.first()
    decisions = [decided(photo, "remove"), decided(me, "hold_photos")]
    assert Photo.objects.shown().count() == 0
    undone(decisions[order[0]])
    assert held(photo)
    undone(decisions[order[1]])
    assert Photo.objects.shown().filter(profile=me).count() == 3
    me.refresh_from_db()
    assert me.photo_count == 3


def test_undoing_does_not_show_what_was_held_anyway(me):
    photo, other = me.photos.all()[:2]
    holding.hold_photo(photo=photo)
    first, second = decided(photo, "remove"), decided(me, "hold_photos")
    undone(first)
    undone(second)
    assert held(photo)
    assert not held(other)


def test_what_was_written_anew_is_no_longer_the_decisions_affair(me):
    decision = decided(me, "remove")
    Profile.objects.filter(pk=me.pk).update(bio="Another one.", bio_held_at=None)
    holding.hold_bio(profile=me)
    undone(decision)
    assert held(me)


def test_photos_that_came_later_are_not_held(me):
    decided(me, "hold_photos")
    later = PhotoFactory(profile=me)
    assert not held(later)


def test_what_is_gone_does_not_keep_a_decision_from_being_undone(me, message):
    decisions = [decided(me.photos.first(), "remove"), decided(message, "remove")]
    me.photos.first().delete()
    message.conversation.delete()
    assert all(undone(decision) for decision in decisions)


def test_a_ban_marks_the_address_the_devices_and_the_photos(me):
    device, photo = uuid4(), me.photos.first()
    SessionFactory(user=me.user, device_id=device)
    Photo.objects.filter(pk=photo.pk).update(perceptual_hash=0x0F0F_0F0F_0F0F_0F0F)
    decision = decided(me, "ban")
    assert bans.is_banned_address(me.user.email)
    assert bans.is_banned_device(device)
    assert bans.is_banned_photo(0x0F0F_0F0F_0F0F_0F1F)
    undone(decision)
    assert not bans.is_banned_address(me.user.email)
    assert not bans.is_banned_device(device)
    assert not bans.is_banned_photo(0x0F0F_0F0F_0F0F_0F0F)


# --- What screening had held ----------------------------------------------------------------------


@pytest.fixture
def noticed(me):
    """A bio that screening holds until staff have looked."""
    Finding.objects.create(
        user=me.user,
        kind=Finding.Kind.CONTACT,
        response=Response.HOLD,
        subject_type="profile",
        subject_id=me.pk,
        gathered_at=timezone.now() + timedelta(seconds=1),
    )
    holding.hold_bio(profile=me)
    return me


def test_doing_nothing_shows_what_screening_held_until_somebody_had_looked(noticed):
    decision = decided(noticed, "dismiss")
    assert not held(noticed)
    undone(decision)
    assert held(noticed)


def test_a_dismissal_leaves_what_another_decision_holds(noticed):
    decided(noticed, "remove")
    decided(noticed, "dismiss")
    assert held(noticed)


def test_a_warning_leaves_what_screening_held(noticed):
    decided(noticed, "warn")
    assert held(noticed)
