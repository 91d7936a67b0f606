"""Whom an ID token speaks of."""

from typing import NamedTuple

from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet

from accounts.attempts import Method, record_attempt
from accounts.models import User, normalize_email
from accounts.social import nonces
from accounts.social.id_tokens import TokenRefused
from accounts.social.nonces import NonceRefused
from accounts.social.providers import maker_of, switched_on
from pupmatch.lib.requests import Caller

MAX_ADDRESS = 254


class IdToken(NamedTuple):
    """What an app brings: the provider's token, and the nonce whose hash is in it."""

    id_token: str
    nonce: str


class Identity(NamedTuple):
    """Somebody, as a provider knows them; `email` is empty unless it says that it was verified."""

    provider: str
    subject: str
    email: str
    is_authoritative: bool

    def links(self) -> QuerySet[SocialAccount]:
        """The row that links it with an account: one at most."""
        return SocialAccount.objects.filter(provider=self.provider, uid=self.subject)


def read(*, provider: str, token: IdToken, caller: Caller, user: User | None = None) -> Identity:
    """Whose token it is; it is then used up. One that is refused goes into the sign-in log.

    Raises NotFound, ProviderOff, ProviderUnavailable, TokenRefused or NonceRefused.
    """
    source = switched_on(provider)
    try:
        login = source.verify_token(None, token._asdict())
        nonces.spend(token.nonce)
    except (TokenRefused, NonceRefused):
        record_attempt(method=Method(provider), accepted=False, caller=caller, user=user)
        raise
    return _identity(login)


def confirm(*, user: User, token: IdToken, caller: Caller) -> None:
    """Be sure that `user` is there, by a token of a provider that is linked, made just now.

    Raises what `read` does; TokenRefused for somebody else's, too.
    """
    provider = maker_of(token.id_token)
    if provider is None:
        record_attempt(method=Method.CONFIRM, accepted=False, caller=caller, user=user)
        raise TokenRefused
    identity = read(provider=provider, token=token, caller=caller, user=user)
    accepted = identity.links().filter(user=user).exists()
    record_attempt(method=Method(provider), accepted=accepted, caller=caller, user=user)
    if not accepted:
        raise TokenRefused


def _identity(login: SocialLogin) -> Identity:
    told = [address.email for address in login.email_addresses if address.verified]
    return Identity(
        provider=login.account.provider,
        subject=login.account.uid,
        email=_address(told[0]) if told else "",
        is_authoritative=login.state["is_authoritative"],
    )


def _address(text: str) -> str:
    """In the form in which we keep addresses; nothing for one that we would not take."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    is_plain = text.isascii() and '"' not in text and len(text) <= MAX_ADDRESS
    return normalize_email(text) if is_plain else ""
