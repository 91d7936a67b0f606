"""What staff make of a document: a badge that lapses by itself, or a reason.

Either way the document goes; that it was shown, and what became of it, stays.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from events.publishing import recorded
from profiles.locks import lock
from profiles.models import Profile
from pupmatch.lib import files
from pupmatch.lib.audit import record
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from verification.models import Verification
from verification.services import VerificationDecided
from verification.telling import tell

Kind, State = Verification.Kind, Verification.State


class NoReason(Problem):
    """The owner is to know why."""

    default_code = "reason_needed"
    default_detail = "Say why; the owner reads it."


class NoDate(Problem):
    """A vaccination lasts as long as its record says."""

    default_code = "date_needed"
    default_detail = "Give the day that the record is valid until, and has not passed."


class OwnDog(Forbidden):
    """Nobody gives their own dog a badge, superusers included."""

    default_detail = "This is your own dog; somebody else decides."


@recorded()
def confirm(*, verification: Verification, by: User, expires_on: date | None = None) -> bool:
    """Give the badge, and say whether that changed anything.

    It lasts `Verification.BADGE`, or until the end of `expires_on` (UTC) if that is sooner; of a
    vaccination record that is the last day on which it is valid, and has to be given. Raises NoDate,
    NotFound, OwnDog, and VerificationDecided for one that was refused.
    """
    verification = _locked(verification, by)
    if verification.state == State.CONFIRMED:
        return False
    _expect(verification, State.WAITING)
    expires_at = _end(verification.kind, expires_on)
    _decide(verification, State.CONFIRMED, expires_at=expires_at)
    record(
        by=by,
        action="verification.confirm",
        subject=verification,
        profile=verification.profile_id,
        kind=verification.kind,
        expires_at=expires_at,
    )
    return True


@recorded()
def refuse(*, verification: Verification, by: User, reason: str) -> bool:
    """Refuse it for a reason that the owner reads, and say whether that changed anything.

    Raises NoReason, NotFound, OwnDog, and VerificationDecided for one that was confirmed: see `revoke`.
    """
    return _refuse(verification, by, reason, State.WAITING, "verification.refuse")


@recorded()
def revoke(*, verification: Verification, by: User, reason: str) -> bool:
    """Take the badge away that it gave, and say whether that changed anything.

    What another one gave stays. Raises NoReason, NotFound, OwnDog, and VerificationDecided for
    one that waits.
    """
    return _refuse(verification, by, reason, State.CONFIRMED, "verification.revoke")


def _refuse(verification: Verification, by: User, reason: str, state: str, action: str) -> bool:
    reason = reason.strip()
    if not reason:
        raise NoReason
    verification = _locked(verification, by)
    if verification.state == State.REFUSED:
        return False
    _expect(verification, state)
    _decide(verification, State.REFUSED, reason=reason)
    record(
        by=by,
        action=action,
        subject=verification,
        reason=reason,
        profile=verification.profile_id,
        kind=verification.kind,
    )
    return True


def _locked(verification: Verification, by: User) -> Verification:
    # The dog first, as everywhere: its badge follows from all of its verifications.
    profile = lock(verification.profile)
    if profile.user_id == by.pk:
        raise OwnDog
    found = profile.verifications.select_for_update().filter(pk=verification.pk).first()
    if found is None:
        raise NotFound
    return found


def _expect(verification: Verification, state: str) -> None:
    if verification.state != state:
        raise VerificationDecided(f"It is {verification.get_state_display().lower()} by now.")


def _decide(
    verification: Verification,
    state: str,
    *,
    expires_at: datetime | None = None,
    reason: str = "",
) -> None:
    # A trigger lists the document for removal when its name goes from the row.
    verification.state, verification.document = state, ""
    verification.expires_at, verification.reason = expires_at, reason
    verification.decided_at = timezone.now()
    verification.save(update_fields=["state", "document", "expires_at", "reason", "decided_at"])
    confirmed = Verification.objects.filter(profile=verification.profile, state=State.CONFIRMED)
    Profile.objects.filter(pk=verification.profile_id).update(
        verified_until=confirmed.aggregate(end=Max("expires_at"))["end"]
    )
    tell(verification)
    files.purge_after_commit()


def _end(kind: str, expires_on: date | None) -> datetime:
    now = timezone.now()
    longest = now + Verification.BADGE
    if expires_on is None:
        if kind == Kind.VACCINATION:
            raise NoDate
        return longest
    end = datetime.combine(expires_on + timedelta(days=1), time(), UTC)
    if end <= now:
        raise NoDate
    return min(longest, end)
