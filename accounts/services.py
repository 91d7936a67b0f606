"""Signing up, in and out.

Rows are locked from the top down, the account before its sign-ins, so that no two flows wait for
each other.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.backends import AllowAllUsersModelBackend
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.fields import get_error_detail
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from accounts import lockout, places
from accounts.attempts import Method, record_attempt, record_sign_in
from accounts.models import (
    AuthenticationAttempt,
    RefreshTokenRecord,
    Session,
    SessionQuerySet,
    User,
)
from accounts.refusals import RegistrationRefused
from accounts.tokens import TokenPair, issue_pair, read_refresh, session_id, token_id
from events.publishing import publish, recorded
from pupmatch.lib.constraints import violated
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.problems import NotSignedIn, Problem
from pupmatch.lib.requests import Caller
from screening.bans import is_banned_address, is_banned_device
from screening.services import look_at_device

# Live ones of a person, and those that have ended and are kept.
MOST_SIGN_INS = 50
MOST_ENDED = 500


class EmailTaken(Problem):
    """One address, one account."""

    default_code = "email_taken"
    default_detail = "There is an account with this e-mail address; sign in, or set a new password."


class InvalidCredentials(NotSignedIn):
    """The same words for a wrong password, an unknown address and a closed account."""

    default_code = "invalid_credentials"
    default_detail = "There is no account with this e-mail address and password."


class RefreshRefused(NotSignedIn):
    """Not a refresh token, or one whose sign-in has ended."""

    default_code = "refresh_refused"
    default_detail = "This refresh token is no longer good; sign in again."


def check_password_rules(password: str, user: User) -> None:
    """Raises ValidationError, pointing at `password`, for one that is easily guessed."""
    try:
        validate_password(password, user)
    except DjangoValidationError as error:
        raise ValidationError({"password": get_error_detail(error)}) from error


def register(
    *, email: str, password: str, caller: Caller, device_id: uuid.UUID | None = None
) -> tuple[User, TokenPair]:
    """Make an account, sign it in, and mail a link that verifies the address.

    Raises EmailTaken, RegistrationRefused, or ValidationError for a weak password.
    """
    user = User(email=email)
    check_password_rules(password, user)
    user.set_password(password)
    try:
        with recorded():
            user.save(force_insert=True)
            # Not before: a known address is answered as ever, and all this takes as long for any.
            if is_banned_address(email) or (device_id and is_banned_device(device_id)):
                raise RegistrationRefused
            pair = open_session(user=user, device_id=device_id, **caller._asdict())
            record_sign_in(
                method=Method.REGISTER, caller=caller, user=user, session_id=pair.session_id
            )
            enqueue("accounts.tasks.mail_verification", user_id=user.pk)
    except RegistrationRefused:
        record_attempt(method=Method.REGISTER, accepted=False, caller=caller, email=email)
        raise
    except IntegrityError as error:
        if violated(error) != "user_email_once":
            raise
        record_attempt(method=Method.REGISTER, accepted=False, caller=caller, email=email)
        raise EmailTaken from error
    return user, pair


def sign_in(
    *,
    email: str,
    password: str,
    caller: Caller,
    device_id: uuid.UUID | None = None,
) -> TokenPair:
    """A new sign-in for whoever knows the password, barred people included.

    Raises InvalidCredentials, and Locked before the password is looked at.
    """
    try:
        counted = lockout.count(email=email, ip_address=caller.ip_address, device=device_id)
        known = _known(email, password)
        pair = _enter(known, counted, caller, device_id) if known else None
        if pair is None:
            raise InvalidCredentials
    except (InvalidCredentials, lockout.Locked):
        record_attempt(method=Method.PASSWORD, accepted=False, caller=caller, email=email)
        raise
    return pair


@recorded()
def _enter(
    known: User, counted: lockout.Counted, caller: Caller, device_id: uuid.UUID | None
) -> TokenPair | None:
    user = lock_unchanged(known)
    if user is None:
        return None
    places.tell_if_new(user=user, caller=caller, device_id=device_id)
    session = start_session(user=user, device_id=device_id, **caller._asdict())
    record_sign_in(method=Method.PASSWORD, caller=caller, user=user, session_id=session.pk)
    if device_id and not user.is_barred:
        look_at_device(user_id=user.pk, device_id=device_id, detail="signed in on it")
    # The app asks for no second factor, so of staff it forgives nothing.
    lockout.take_back(counted, forgives=not user.is_staff)
    return issue_pair(session)


def _known(email: str, password: str) -> User | None:
    """Whose address and password these are, if they open anything."""
    # Django hashes once for an unknown address, a wrong password and a closed account alike.
    found = AllowAllUsersModelBackend().authenticate(None, username=email, password=password)
    return found if isinstance(found, User) and found.may_sign_in else None


def lock_unchanged(user: User) -> User | None:
    """The account's row, locked, if it opens anything by the password that was just checked.

    Hashing takes a while: a password that was changed meanwhile opens nothing.
    """
    unchanged = User.objects.filter(pk=user.pk, password=user.password)
    found = unchanged.select_for_update(no_key=True).first()
    return found if found and found.may_sign_in else None


@recorded()
def open_session(
    *, user: User, ip_address: str, user_agent: str, device_id: uuid.UUID | None = None
) -> TokenPair:
    """Sign `user` in on one more device, and tell the others."""
    return issue_pair(
        start_session(user=user, ip_address=ip_address, user_agent=user_agent, device_id=device_id)
    )


def start_session(
    *, user: User, ip_address: str, user_agent: str, device_id: uuid.UUID | None = None
) -> Session:
    """The same inside `recorded()`, where the session is wanted, too.

    Past MOST_SIGN_INS the one that was used longest ago ends, and past MOST_ENDED the oldest goes:
    whoever knows the password could make so many that no ban marks all their devices in time.
    """
    newest = user.sessions.live().order_by("-last_used_at", "-pk")
    if surplus := list(newest.values_list("pk", flat=True)[MOST_SIGN_INS - 1 :]):
        end_sessions(Session.objects.filter(pk__in=surplus), Session.EndReason.SURPLUS)
    ended = user.sessions.exclude(ended_at=None).order_by("-pk").values("pk")
    Session.objects.filter(pk__in=ended[MOST_ENDED:]).delete()
    session = Session.objects.create(
        user=user,
        ip_address=ip_address,
        user_agent=user_agent,
        device_id=device_id,
        expires_at=_expiry(),
    )
    publish([user.pk], "account.signed_in", {"session_id": session.pk})
    return session


@recorded()
def end_sessions(sessions: SessionQuerySet, reason: Session.EndReason) -> int:
    """End those that are live, at once, and tell the others. Says how many."""
    # Locked first: of two who end the same sign-in, one finds it ended.
    live = sessions.live().select_for_update(no_key=True).order_by("pk")
    owners = dict(live.values_list("pk", "user_id"))
    Session.objects.filter(pk__in=owners).end(reason)
    for pk, user_id in owners.items():
        publish([user_id], "account.signed_out", {"session_id": pk})
    return len(owners)


def refresh(*, token: str, caller: Caller) -> TokenPair:
    """Spend a refresh token for a new pair of its family. Raises RefreshRefused.

    Spent again within settings.REFRESH_REUSE_LEEWAY it gives the refresh token that followed once
    more, because an app may have lost the first answer; later it is a copy in wrong hands, and ends
    the family. So a family has one token at a time that opens anything, whoever has copies.
    """
    try:
        claims = read_refresh(token)
    except TokenError as error:
        record_attempt(method=Method.REFRESH, accepted=False, caller=caller)
        raise RefreshRefused from error
    with recorded():
        user = User.objects.select_for_update(no_key=True).filter(pk=claims["sub"]).first()
        pair = _rotate(claims, caller) if user and user.may_sign_in else None
        record_attempt(
            method=Method.REFRESH,
            accepted=pair is not None,
            caller=caller,
            user=user,
            session_id=session_id(claims),
        )
    if pair is None:
        raise RefreshRefused
    return pair


def _rotate(claims: Token, caller: Caller) -> TokenPair | None:
    family = Session.objects.filter(pk=session_id(claims), user_id=claims["sub"])
    # Of parallel uses, each decides after the one before it has committed.
    session = family.live().select_for_update().first()
    if session is None:
        return None
    if not _may_spend(session, token_id(claims)):
        end_sessions(family, Session.EndReason.REUSE)
        return None
    follows = _successor(session, token_id(claims))
    session.ip_address, session.user_agent = caller
    session.last_used_at, session.expires_at = timezone.now(), _expiry()
    session.save(update_fields=["ip_address", "user_agent", "last_used_at", "expires_at"])
    return issue_pair(session, jti=follows)


def _may_spend(session: Session, jti: uuid.UUID) -> bool:
    """Whether the token was not used before, or a moment ago."""
    record = session.refresh_tokens.filter(jti=jti).first()
    if record is None:
        return False
    return (
        record.spent_at is None or timezone.now() - record.spent_at <= settings.REFRESH_REUSE_LEEWAY
    )


def _successor(session: Session, jti: uuid.UUID) -> uuid.UUID | None:
    """The token of the family that is unused, if this one is spent already; else this one is now.

    Any other that is unused is none any more: sign-ins from before 0.5.0 may have several.
    """
    if session.refresh_tokens.filter(jti=jti, spent_at=None).update(spent_at=timezone.now()):
        session.refresh_tokens.filter(spent_at=None).delete()
        return None
    newest = session.refresh_tokens.filter(spent_at=None).order_by("-created_at").first()
    return newest.jti if newest else None


def _expiry() -> datetime:
    return timezone.now() + RefreshToken.lifetime


def clear_expired() -> int:
    """Remove what has outlived its use: old sign-ins, spent refresh tokens, old attempts."""
    now = timezone.now()
    past = now - Session.KEPT
    stale = [
        Session.objects.filter(Q(ended_at__lt=past) | Q(expires_at__lt=past)),
        RefreshTokenRecord.objects.filter(
            Q(spent_at__lt=now - timedelta(days=1))
            # What follows a token is handed out once more a moment later, and lasts from then.
            | Q(created_at__lt=now - RefreshToken.lifetime - timedelta(days=1))
        ),
        AuthenticationAttempt.objects.filter(created_at__lt=now - AuthenticationAttempt.KEPT),
    ]
    return sum(rows.delete()[0] for rows in stale)
