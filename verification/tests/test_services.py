"""What owners show, what staff decide, and what is left of it."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from events.models import Event
from profiles.services import NoProfile, delete_profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.files import purge
from pupmatch.lib.models import AuditEntry, DiscardedFile
from pupmatch.lib.problems import NotFound
from verification import deciding, services
from verification.counters import BADGES
from verification.deciding import NoDate, NoReason
from verification.models import Verification
from verification.services import VerificationDecided, VerificationWaiting
from verification.tests.documents import stored
from verification.tests.factories import DOCUMENT, VerificationFactory, clerk

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
IN_A_MONTH = date(2026, 6, 1)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def badge(profile) -> datetime | None:
    profile.refresh_from_db()
    return profile.verified_until


def told(user) -> list[dict]:
    return list(
        Event.objects.filter(stream=user.pk, type="verification.decided")
        .order_by("position")
        .values_list("data", flat=True)
    )


def test_a_document_that_is_shown_is_kept(waiting):
    assert stored() == [waiting.document]
    assert waiting.document.startswith("private:verifications/")
    assert not DiscardedFile.objects.exists()
    assert waiting.state == "waiting"


def test_one_that_nobody_took_over_goes_within_the_hour():
    services.store_document(DOCUMENT)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert purge() == 1
    assert stored() == []


def test_one_of_a_kind_waits_at_a_time(waiting):
    with pytest.raises(VerificationWaiting):
        VerificationFactory(profile=waiting.profile)
    VerificationFactory(profile=waiting.profile, kind="photo")
    assert waiting.profile.verifications.waiting().count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(in_parallel):
    profile = ProfileFactory()
    documents = [services.store_document(DOCUMENT) for _ in range(3)]
    outcomes = in_parallel(
        *(
            partial(services.show, profile=profile, kind="photo", document=each)
            for each in documents
        )
    )
    assert sum(isinstance(each, VerificationWaiting) for each in outcomes) == 2
    shown = profile.verifications.get()
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert purge() == 2
    assert stored() == [shown.document]


def test_nothing_is_shown_for_a_dog_that_is_gone():
    profile = ProfileFactory()
    gone = type(profile)(pk=profile.pk)
    profile.delete()
    with pytest.raises(NoProfile):
        services.show(profile=gone, kind="photo", document="private:x.webp")


def test_taking_it_back_removes_the_document(waiting, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.take_back(verification=waiting)
    assert stored() == []
    assert not Verification.objects.exists()
    with pytest.raises(NotFound):
        services.take_back(verification=waiting)


@pytest.mark.parametrize("verb", [deciding.confirm, deciding.refuse])
def test_a_decision_removes_the_document(waiting, boss, verb, django_capture_on_commit_callbacks):
    how = (
        {"reason": "Blurred."} if verb is deciding.refuse else {"expires_on": timezone.localdate()}
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert verb(verification=waiting, by=boss, **how)
    assert stored() == []
    assert not DiscardedFile.objects.exists()
    waiting.refresh_from_db()
    assert waiting.document == ""
    assert waiting.decided_at
    with pytest.raises(VerificationDecided):
        services.take_back(verification=waiting)


@pytest.mark.django_db(transaction=True)
def test_a_decision_that_is_rolled_back_keeps_the_document(waiting, boss):
    with transaction.atomic():
        deciding.refuse(verification=waiting, by=boss, reason="Blurred.")
        transaction.set_rollback(True)
    assert purge() == 0
    assert stored() == [waiting.document]
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert told(waiting.profile.user) == []


def test_a_photo_gives_the_badge_for_a_year(at_noon, boss):
    shown = VerificationFactory(kind="photo")
    assert deciding.confirm(verification=shown, by=boss)
    assert badge(shown.profile) == NOW + Verification.BADGE
    assert told(shown.profile.user) == [{"id": str(shown.pk), "state": "confirmed"}]


def test_a_vaccination_lasts_as_long_as_its_record_says(at_noon, boss):
    shown = VerificationFactory()
    with pytest.raises(NoDate):
        deciding.confirm(verification=shown, by=boss)
    with pytest.raises(NoDate):
        deciding.confirm(verification=shown, by=boss, expires_on=date(2026, 4, 30))
    assert deciding.confirm(verification=shown, by=boss, expires_on=IN_A_MONTH)
    # Its last day is a day of the badge, too.
    assert badge(shown.profile) == datetime(2026, 6, 2, tzinfo=UTC)


def test_but_no_longer_than_any_badge(at_noon, boss):
    shown = VerificationFactory()
    deciding.confirm(verification=shown, by=boss, expires_on=date(2029, 1, 1))
    assert badge(shown.profile) == NOW + Verification.BADGE


def test_the_badge_lasts_until_the_later_end(at_noon, boss):
    record = VerificationFactory()
    photo = VerificationFactory(profile=record.profile, kind="photo")
    deciding.confirm(verification=photo, by=boss)
    deciding.confirm(verification=record, by=boss, expires_on=IN_A_MONTH)
    assert badge(record.profile) == NOW + Verification.BADGE
    assert deciding.revoke(verification=photo, by=boss, reason="Not this dog.")
    assert badge(record.profile) == datetime(2026, 6, 2, tzinfo=UTC)
    assert deciding.revoke(verification=record, by=boss, reason="Forged.")
    assert badge(record.profile) is None


def test_a_badge_that_was_taken_back_has_a_reason_and_no_end(waiting, boss):
    deciding.confirm(verification=waiting, by=boss, expires_on=timezone.localdate())
    deciding.revoke(verification=waiting, by=boss, reason=" Forged. ")
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason, waiting.expires_at) == ("refused", "Forged.", None)
    assert [each["state"] for each in told(waiting.profile.user)] == ["confirmed", "refused"]


def test_deciding_twice_changes_nothing_and_deciding_otherwise_is_refused(waiting, boss):
    today = timezone.localdate()
    deciding.confirm(verification=waiting, by=boss, expires_on=today)
    assert not deciding.confirm(verification=waiting, by=clerk(), expires_on=today)
    with pytest.raises(VerificationDecided, match="confirmed"):
        deciding.refuse(verification=waiting, by=boss, reason="Late.")
    deciding.revoke(verification=waiting, by=boss, reason="Forged.")
    assert not deciding.revoke(verification=waiting, by=boss, reason="Forged.")
    assert not deciding.refuse(verification=waiting, by=boss, reason="Forged.")
    with pytest.raises(VerificationDecided, match="refused"):
        deciding.confirm(verification=waiting, by=boss, expires_on=today)
    assert AuditEntry.objects.count() == 2


def test_what_waits_has_no_badge_to_take_back(waiting, boss):
    with pytest.raises(VerificationDecided, match="waiting"):
        deciding.revoke(verification=waiting, by=boss, reason="Forged.")


@pytest.mark.parametrize("verb", [deciding.refuse, deciding.revoke])
def test_the_owner_is_to_know_why(waiting, boss, verb):
    with pytest.raises(NoReason):
        verb(verification=waiting, by=boss, reason=" ")


def test_every_decision_is_on_record_in_its_transaction(waiting, boss):
    deciding.confirm(verification=waiting, by=boss, expires_on=timezone.localdate())
    deciding.revoke(verification=waiting, by=boss, reason="Forged.")
    confirmed, revoked = AuditEntry.objects.order_by("pk")
    for entry in (confirmed, revoked):
        assert (entry.actor_id, entry.subject_id) == (boss.pk, str(waiting.pk))
        assert entry.data["profile"] == str(waiting.profile_id)
    assert confirmed.action == "verification.confirm"
    assert (revoked.action, revoked.reason) == ("verification.revoke", "Forged.")


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(in_parallel):
    for _ in range(5):
        shown, one, other = VerificationFactory(kind="photo"), clerk(), clerk()
        outcomes = in_parallel(
            partial(deciding.confirm, verification=shown, by=one),
            partial(deciding.refuse, verification=shown, by=other, reason="No."),
        )
        assert sorted(map(str, map(type, outcomes))) == sorted(
            map(str, [bool, VerificationDecided])
        )
        shown.refresh_from_db()
        assert (shown.state == "confirmed") == (badge(shown.profile) is not None)
        assert len(told(shown.profile.user)) == 1
    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_taking_it_back_do_not_break_each_other(in_parallel, boss):
    for _ in range(5):
        shown = VerificationFactory(kind="photo")
        taken, confirmed = in_parallel(
            partial(services.take_back, verification=shown),
            partial(deciding.confirm, verification=shown, by=boss),
        )
        if confirmed is True:
            assert isinstance(taken, VerificationDecided)
        else:
            assert taken is None
            assert isinstance(confirmed, NotFound)
    assert stored() == []


def test_documents_go_with_the_dog(waiting, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        delete_profile(profile=waiting.profile)
    assert stored() == []


def test_however_a_document_leaves_its_row_its_file_goes(waiting):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM verification_verification")
    assert purge() == 1
    assert stored() == []


def test_a_document_cannot_outlive_its_decision(waiting):
    with pytest.raises(IntegrityError, match="verification_document_goes_with_the_decision"):
        Verification.objects.update(state="refused", decided_at=timezone.now())


def test_a_badge_that_does_not_follow_is_found_and_repaired(boss):
    shown = VerificationFactory(kind="photo")
    deciding.confirm(verification=shown, by=boss)
    until = badge(shown.profile)
    type(shown.profile).objects.update(verified_until=None)
    assert BADGES.check(repair=True) == {"profiles_profile.verified_until": 1}
    assert badge(shown.profile) == until
    assert not BADGES.check(repair=True)


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_decides_about_their_own_dog(boss, is_superuser):
    own = VerificationFactory(profile__user=clerk(is_superuser=is_superuser))
    owner = own.profile.user
    today = timezone.localdate()
    with pytest.raises(deciding.OwnDog):
        deciding.confirm(verification=own, by=owner, expires_on=today)
    with pytest.raises(deciding.OwnDog):
        deciding.refuse(verification=own, by=owner, reason="Mine.")
    assert deciding.confirm(verification=own, by=boss, expires_on=today)
    with pytest.raises(deciding.OwnDog):
        deciding.revoke(verification=own, by=owner, reason="Mine.")
