"""What staff do to an account: limit, suspend or ban its owner, put it out of use, and undo that.

A person may be limited, suspended, banned and deactivated at once; the account is in use again when
nothing of what keeps it out of use is left. Each says whether it changed anything.

Locked from the top down: the account, its sign-ins, the profile, its open conversations by id, the
streams. Once a decision is committed nothing of the person's is stored any more: what is on its way
is waited for, and what comes later asks under the same locks (`accounts.barriers`).
"""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from accounts.barriers import wait_for_writes
from accounts.models import Session, User
from accounts.services import end_sessions
from events.publishing import recorded
from pupmatch.lib.jobs import enqueue


def _lock(user: User) -> User:
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not (account.is_active or account.is_barred or account.deactivated_at):
        # Out of use since before the reason was kept: lifting a ban must not put it to use.
        account.deactivated_at = timezone.now()
    return account


@recorded()
def limit(*, user: User, until: datetime) -> bool:
    """Until then no likes and no messages; everything else stays, sign-ins too."""
    return _settle(_lock(user), limited_until=until)


@recorded()
def unlimit(*, user: User) -> bool:
    """The person may like and write again."""
    return _settle(_lock(user), limited_until=None)


@recorded()
def suspend(*, user: User, until: datetime) -> bool:
    """Out of everybody's sight and signed out, until a time at which it ends by itself.

    The person may sign in again for little: to read decisions, appeal, and erase the account.
    """
    is_changed = _settle(_lock(user), suspended_until=until)
    if is_changed:
        enqueue("accounts.tasks.end_suspension", user_id=user.pk, at=until)
    return is_changed


@recorded()
def unsuspend(*, user: User) -> bool:
    """End a suspension before its time."""
    return _settle(_lock(user), suspended_until=None)


@recorded()
def end_suspension(*, user_id: UUID) -> bool:
    """End a suspension whose time has come, and nothing that was made to last longer meanwhile."""
    due = User.objects.filter(pk=user_id, suspended_until__lte=Now())
    account = due.select_for_update(no_key=True).first()
    return account is not None and _settle(account, suspended_until=None)


def end_suspensions() -> int:
    """End those whose time has come, should the job of one be lost; says how many."""
    due = User.objects.filter(suspended_until__lte=Now()).values_list("pk", flat=True)
    return sum(end_suspension(user_id=pk) for pk in due)


@recorded()
def ban(*, user: User) -> bool:
    """The same as a suspension, for good."""
    account = _lock(user)
    return _settle(account, banned_at=account.banned_at or timezone.now())


@recorded()
def unban(*, user: User) -> bool:
    """Lift a ban; sign-ins that ended stay ended."""
    return _settle(_lock(user), banned_at=None)


@recorded()
def deactivate(*, user: User) -> bool:
    """Out of use for another reason than a decision: nobody can sign in, not even to appeal."""
    account = _lock(user)
    return _settle(account, deactivated_at=account.deactivated_at or timezone.now())


@recorded()
def reactivate(*, user: User) -> bool:
    """The account may sign in again, which lifts neither a suspension nor a ban."""
    return _settle(_lock(user), deactivated_at=None)


def _settle(account: User, **columns: datetime | None) -> bool:
    """Write how the locked account stands, with what follows from it."""
    changed = {name: value for name, value in columns.items() if getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    account.is_active = account.deactivated_at is None and not account.is_barred
    if any(changed.values()):
        # A limit leaves sign-ins as they are: also the one in which somebody barred appeals.
        if changed.keys() != {"limited_until"} and not account.is_active:
            end_sessions(account.sessions.all(), Session.EndReason.STAFF)
        wait_for_writes(account)
    if changed:
        account.save(update_fields=[*changed, "is_active", "deactivated_at"])
    return bool(changed)


@recorded()
def sign_out(*, user: User) -> int:
    """End every sign-in, and say how many there were."""
    _lock(user)
    return end_sessions(user.sessions.all(), Session.EndReason.STAFF)


@recorded()
def end_session(*, session: Session) -> bool:
    """End one sign-in; says whether it was still live."""
    _lock(session.user)
    return bool(end_sessions(Session.objects.filter(pk=session.pk), Session.EndReason.STAFF))
