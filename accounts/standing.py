"""What staff do to an account: put it out of use and back, sign it out, set a password."""

from django.db import transaction

from accounts.models import Session, User
from accounts.services import end_sessions
from events.publishing import recorded


def _lock(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


@recorded()
def deactivate(*, user: User) -> None:
    """Nobody can sign in any more or sees the profile, and every sign-in ends at once."""
    _lock(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(user.sessions.all(), Session.EndReason.STAFF)


@transaction.atomic
def reactivate(*, user: User) -> None:
    """The account may sign in again; sign-ins that ended stay ended."""
    _lock(user)
    User.objects.filter(pk=user.pk).update(is_active=True)


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
