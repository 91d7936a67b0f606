"""Changing or recovering what one signs in with, and erasing the account."""

import logging
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts import links, lockout, mails
from accounts.attempts import Method, record_attempt
from accounts.departures import announce_erasure
from accounts.models import (
    AuthenticationAttempt,
    Session,
    User,
    email_digest,
    normalize_email,
)
from accounts.posting import is_own_address
from accounts.refusals import AddressRefused, StaffAccount, check_standing
from accounts.services import (
    EmailTaken,
    check_password_rules,
    end_sessions,
    lock_unchanged,
)
from accounts.social import identities
from accounts.social.services import drop_strangers
from events.publishing import publish, recorded, withdraw
from pupmatch.lib import files
from pupmatch.lib.constraints import violated
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.requests import Caller
from pupmatch.lib.retries import deletes_a_crowd
from screening.bans import is_banned_address

logger = logging.getLogger(__name__)


class WrongPassword(ValidationError):
    """The password that protects a change is not the account's."""

    def __init__(self, field: str) -> None:
        detail = ErrorDetail("This is not the current password.", code="wrong_password")
        super().__init__({field: [detail]})


class LinkRefused(ValidationError):
    """The token of a mailed link is false, used or too old."""

    def __init__(self) -> None:
        detail = ErrorDetail("This link is no longer good; ask for a new one.", "invalid_token")
        super().__init__({"token": [detail]})


def confirm(
    user: User,
    *,
    field: str,
    caller: Caller,
    password: str = "",
    token: identities.IdToken | None = None,
) -> None:
    """Be sure of who asks: by the password, or by a fresh ID token of a linked provider.

    Raises WrongPassword, pointing at `field`, or what `identities.confirm` does.
    """
    if token:
        identities.confirm(user=user, token=token, caller=caller)
        return
    accepted = user.check_password(password)
    record_attempt(method=Method.CONFIRM, accepted=accepted, caller=caller, user=user)
    if not accepted:
        raise WrongPassword(field)


def _refuse_staff(user: User) -> None:
    # Before the password is looked at: here would be another place to guess it.
    if user.is_staff:
        raise StaffAccount


def set_password(user: User, password: str) -> None:
    """Give a locked account another password, and tell its owner by mail; the caller ends sign-ins."""
    user.set_password(password)
    user.save(update_fields=["password"])
    enqueue("accounts.tasks.mail_password_changed", user_id=user.pk)
    # For whoever restores a backup, in which the old one is still good.
    transaction.on_commit(lambda: logger.info("password changed", extra={"user_id": str(user.pk)}))


def change_password(
    *,
    session: Session,
    password: str,
    caller: Caller,
    current_password: str = "",
    token: identities.IdToken | None = None,
) -> None:
    """Set a new password and end every sign-in but `session`.

    Raises StaffAccount, what `confirm` does, or ValidationError for a weak one.
    """
    _refuse_staff(session.user)
    confirm(
        session.user,
        field="current_password",
        password=current_password,
        token=token,
        caller=caller,
    )
    check_password_rules(password, session.user)
    with recorded():
        user = lock_unchanged(session.user)
        if user is None:
            raise WrongPassword("current_password")
        set_password(user, password)
        end_sessions(user.sessions.exclude(pk=session.pk), Session.EndReason.PASSWORD)


def request_password_reset(*, email: str) -> None:
    """Have a link mailed that sets a new password, if the address has an account.

    For an unknown address the same is done: a job that finds nobody to write to.
    """
    user = User.objects.filter(email=normalize_email(email)).first()
    found = user.pk if user and user.may_sign_in else None
    enqueue("accounts.tasks.mail_password_reset", user_id=found)


def confirm_password_reset(*, token: str, password: str, caller: Caller) -> None:
    """Set a new password by a mailed link, end every sign-in, and count the address as verified.

    Raises LinkRefused, or ValidationError for a weak password, which leaves the link good.
    """
    with recorded():
        # Locked: of parallel uses of one link, the second finds another password's hash.
        found = User.objects.filter(pk=links.reset_subject(token))
        user = found.select_for_update(no_key=True).first()
        accepted = user is not None and user.may_sign_in and links.may_reset(user, token)
        if user and accepted:
            check_password_rules(password, user)
            drop_strangers(user)
            set_password(user, password)
            end_sessions(user.sessions.all(), Session.EndReason.PASSWORD)
            _verify(user.pk, user.email)
            if not user.is_staff:  # or the failures at their second factor would be gone, too
                lockout.forgive(user.email)
        record_attempt(method=Method.RESET, accepted=accepted, caller=caller, user=user)
    if not accepted:
        raise LinkRefused


def send_verification(user: User) -> None:
    """Have the link mailed that verifies the address, again; nothing for one that is verified."""
    if not user.is_email_verified:
        enqueue("accounts.tasks.mail_verification", user_id=user.pk)


def verify_email(*, token: str) -> None:
    """Count the address as verified, by the token of a mailed link. Raises LinkRefused."""
    subject = links.verification_subject(token)
    user = User.objects.filter(pk=subject[0]).first() if subject else None
    if user is None or subject is None or email_digest(user.email) != subject[1]:
        raise LinkRefused
    _verify(user.pk, user.email)


@recorded()
def _verify(pk: uuid.UUID, email: str) -> None:
    # By address too: the account may have moved to another one meanwhile.
    unverified = User.objects.filter(pk=pk, email=email, email_verified_at=None)
    if unverified.update(email_verified_at=timezone.now()):
        publish([pk], "account.updated", {})


def change_email(
    *,
    user: User,
    email: str,
    caller: Caller,
    current_password: str = "",
    token: identities.IdToken | None = None,
) -> User:
    """Move the account to another address, which is mailed a link; the old one is told.

    Raises StaffAccount, what `confirm` does, EmailTaken, AddressRefused, or what `accounts.refusals` say of
    whoever is barred.
    """
    _refuse_staff(user)
    confirm(user, field="current_password", password=current_password, token=token, caller=caller)
    try:
        with recorded():
            locked = lock_unchanged(user)
            if locked is None:
                raise WrongPassword("current_password")
            # Whoever was barred meanwhile stays at the address that was barred.
            check_standing(locked)
            if locked.email != email:
                move_account(user=locked, email=email)
                if is_banned_address(email):
                    raise AddressRefused
    except IntegrityError as error:
        if violated(error) == "user_email_once":
            raise EmailTaken from error
        raise
    return locked


@recorded()
def move_account(*, user: User, email: str) -> None:
    """Give the account another address, unverified; the old one is told, if it was its owner's.

    For staff, unasked.
    """
    old_address, was_own = user.email, is_own_address(user)
    user.email, user.email_verified_at = email, None
    user.save(update_fields=["email", "email_verified_at"])
    publish([user.pk], "account.updated", {})
    enqueue("accounts.tasks.mail_verification", user_id=user.pk)
    if was_own:
        sealed = mails.seal_address(old_address)
        enqueue("accounts.tasks.mail_address_changed", sealed_address=sealed)


def erase(
    *, user: User, caller: Caller, password: str = "", token: identities.IdToken | None = None
) -> None:
    """Remove the account and everything that belongs to it, files included.

    Raises StaffAccount, or what `confirm` does.
    """
    _refuse_staff(user)
    confirm(user, field="password", password=password, token=token, caller=caller)
    remove_account(user=user)


@deletes_a_crowd
@recorded()
def remove_account(*, user: User) -> None:
    """The same for staff, who know no password."""
    # Not against those who write rows that refer to it: they may hold the profile, which we are about
    # to wait for. What they write in between, and the deletion at the end refuses, is tried again.
    locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if locked is None:
        return
    announce_erasure(locked)
    AuthenticationAttempt.objects.filter(email_digest=email_digest(locked.email)).delete()
    lockout.forgive(locked.email)
    locked.delete()
    withdraw(user.pk)
    # For whoever restores a backup, in which the account is still there.
    transaction.on_commit(lambda: logger.info("account erased", extra={"user_id": str(user.pk)}))
    files.purge_after_commit()
