"""From somebody whom Apple or Google knows to an account, and which of them belong together.

Whoever knows an address first is not always its owner. So a link is made with an account of the same
address only where the provider speaks for it, and whatever somebody else may have left in an account
whose address nobody had confirmed (a password, sign-ins, links) ends with it: docs/adr/0023.
"""

import uuid

from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from accounts import places
from accounts.attempts import Method, record_attempt, record_sign_in
from accounts.models import Session, User
from accounts.refusals import RegistrationRefused, SignInEnded, StaffAccount, check_standing
from accounts.services import (
    EmailTaken,
    InvalidCredentials,
    end_sessions,
    lock_unchanged,
    start_session,
)
from accounts.social.identities import Identity, IdToken, read
from accounts.social.providers import is_on
from accounts.tokens import TokenPair, issue_pair
from events.publishing import publish, recorded
from pupmatch.lib.constraints import violated
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from pupmatch.lib.requests import Caller
from screening.bans import is_banned_address, is_banned_device
from screening.services import look_at_device

# What two first sign-ins at once break: whoever comes second finds what the first one made.
ONE_OF_TWO = ("user_email_once", "socialaccount_socialaccount_provider_uid_fc810c6e_uniq")
ADDRESS_TAKEN = (
    "There is an account with this e-mail address. Sign in as you did before, or set a new password, "
    "and add this provider in the settings."
)


class AddressUnverified(Forbidden):
    """No account without an address that the person was shown to have."""

    default_code = "address_unverified"
    default_detail = (
        "No confirmed e-mail address came along; share one, or register with a password."
    )


class ProviderTaken(Problem):
    """One of a provider's accounts opens one of ours."""

    default_code = "provider_taken"
    default_detail = "This belongs to another account already."


class ProviderLinked(Problem):
    """One link for each provider."""

    default_code = "provider_linked"
    default_detail = "Another one of this provider is linked; remove that first."


class LastWayIn(Problem):
    """Nobody locks themselves out."""

    default_code = "last_way_in"
    default_detail = "You could not sign in any more; set a password first, by the mailed link."


def sign_in(
    *, provider: str, token: IdToken, caller: Caller, device_id: uuid.UUID | None = None
) -> tuple[User, TokenPair, bool]:
    """Sign in whom the token speaks of; says whether the account was made for that.

    Raises what `identities.read` does, EmailTaken, AddressUnverified, RegistrationRefused,
    InvalidCredentials for an account out of use, and StaffAccount.
    """
    identity = read(provider=provider, token=token, caller=caller)
    try:
        try:
            return _enter(identity, caller, device_id)
        except IntegrityError as error:
            if violated(error) not in ONE_OF_TWO:
                raise
        return _enter(identity, caller, device_id)
    except Problem:
        owner = User.objects.filter(pk__in=identity.links().values("user_id")).first()
        record_attempt(
            method=Method(provider),
            accepted=False,
            caller=caller,
            user=owner,
            email=identity.email,
        )
        raise


@recorded()
def _enter(
    identity: Identity, caller: Caller, device_id: uuid.UUID | None
) -> tuple[User, TokenPair, bool]:
    known = _linked(identity) or _of_same_address(identity)
    user = known or _register(identity, device_id)
    if known:
        places.tell_if_new(user=user, caller=caller, device_id=device_id)
    session = start_session(user=user, device_id=device_id, **caller._asdict())
    method = Method(identity.provider)
    record_sign_in(method=method, caller=caller, user=user, session_id=session.pk)
    if known and device_id and not user.is_barred:
        look_at_device(user_id=user.pk, device_id=device_id, detail="signed in on it")
    return user, issue_pair(session), known is None


def _linked(identity: Identity) -> User | None:
    """Whose account it opens already, locked."""
    owner = User.objects.filter(pk__in=identity.links().values("user_id"))
    user = owner.select_for_update(no_key=True).first()
    # Looked at again: while we waited for the lock, the link may have gone.
    link = identity.links().filter(user=user).first() if user else None
    if user is None or link is None:
        return None
    if user.is_staff:
        raise StaffAccount
    if not user.may_sign_in:
        raise InvalidCredentials("There is no account that this opens.")
    link.save(update_fields=["last_login"])
    return user


def _of_same_address(identity: Identity) -> User | None:
    """Whose account has the address, locked and linked from now on."""
    if not identity.email:
        raise AddressUnverified
    found = User.objects.filter(email=identity.email)
    user = found.select_for_update(no_key=True).first()
    if user is None:
        return None
    link = linked(user).filter(provider=identity.provider).first()
    if link and link.uid == identity.subject:
        # Of several first sign-ins at once, another one has just made both.
        return _linked(identity)
    may_link = identity.is_authoritative and user.may_sign_in and not user.is_staff
    if not may_link or (link and user.is_email_verified):
        raise EmailTaken(ADDRESS_TAKEN)
    if not user.is_email_verified:
        _hand_over(user)
    _link(user, identity)
    return user


def _hand_over(user: User) -> None:
    """To the owner of the address, from whoever made the account and never showed to be that.

    Links in mails that were sent are worth nothing any more: they hang on the password.
    """
    user.set_unusable_password()
    user.email_verified_at = timezone.now()
    user.save(update_fields=["password", "email_verified_at"])
    linked(user).delete()
    end_sessions(user.sessions.all(), Session.EndReason.PASSWORD)


def _register(identity: Identity, device_id: uuid.UUID | None) -> User:
    """A new account, without a password."""
    user = User(email=identity.email, email_verified_at=timezone.now())
    user.set_unusable_password()
    user.save(force_insert=True)
    # Not before, as in `accounts.services.register`.
    if is_banned_address(identity.email) or (device_id and is_banned_device(device_id)):
        raise RegistrationRefused
    _store(user, identity)
    return user


def _store(user: User, identity: Identity) -> None:
    SocialAccount.objects.create(
        user=user,
        provider=identity.provider,
        uid=identity.subject,
        # Of all the claims, what people know it by.
        extra_data={"email": identity.email} if identity.email else {},
    )


def _link(user: User, identity: Identity) -> None:
    _store(user, identity)
    _tell(user, identity.provider, "added")


def _tell(user: User, provider: str, change: str) -> None:
    publish([user.pk], "account.updated", {})
    enqueue(
        "accounts.tasks.mail_provider_changed", user_id=user.pk, provider=provider, change=change
    )


def drop_strangers(user: User) -> None:
    """Before a mailed link sets a password: unlink whoever does not have the account's address.

    Whoever had found out the password, or made the account with an address of somebody else, may have
    left a link. It stays where nobody can have: with the first password of a confirmed address.
    """
    if user.has_usable_password() or not user.is_email_verified:
        for link in linked(user).exclude(extra_data__email=user.email):
            link.delete()
            _tell(user, link.provider, "removed")


def linked(user: User) -> QuerySet[SocialAccount]:
    """What opens the account besides its password."""
    return SocialAccount.objects.filter(user=user).order_by("provider")


def link(*, user: User, provider: str, token: IdToken, caller: Caller) -> SocialAccount:
    """Let whom the token speaks of sign in to the account, too; harmless to repeat.

    For whoever has just shown that the account is theirs (`accounts.credentials.confirm`). Raises
    what `identities.read` does, ProviderTaken, ProviderLinked, SignInEnded where the password changed
    meanwhile, or what `check_standing` does.
    """
    identity = read(provider=provider, token=token, caller=caller, user=user)
    try:
        return _link_once(user, identity)
    except IntegrityError as error:
        if violated(error) not in ONE_OF_TWO:
            raise
        raise ProviderTaken from error


@recorded()
def _link_once(user: User, identity: Identity) -> SocialAccount:
    account = lock_unchanged(user)
    if account is None:
        raise SignInEnded
    check_standing(account)
    mine = linked(account).filter(provider=identity.provider).first()
    if mine is None:
        if identity.links().exists():
            raise ProviderTaken
        _link(account, identity)
    elif mine.uid != identity.subject:
        raise ProviderLinked
    return identity.links().get()


@recorded()
def unlink(*, user: User, provider: str) -> None:
    """Let a provider open the account no more. Raises NotFound and LastWayIn."""
    account = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    mine = linked(account) if account else SocialAccount.objects.none()
    others = {link.provider for link in mine} - {provider}
    if account is None or not mine.filter(provider=provider).exists():
        raise NotFound
    if not account.has_usable_password() and not any(is_on(name) for name in others):
        raise LastWayIn
    mine.filter(provider=provider).delete()
    _tell(account, provider, "removed")
