"""The tokens in the links that are mailed: signed, expiring, and stored nowhere."""

import uuid

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing

from accounts.models import User, email_digest

VERIFICATION_SALT = "accounts.verify-email"
NOBODY = uuid.UUID(int=0)


def reset_token(user: User) -> str:
    """A token that sets a new password once, within PASSWORD_RESET_TIMEOUT.

    It is made from the password's hash, so a new password is its end.
    """
    return f"{user.pk.hex}.{default_token_generator.make_token(user)}"


def reset_subject(token: str) -> uuid.UUID:
    """The account that a reset token speaks of; not yet checked, and nobody for nonsense."""
    try:
        return uuid.UUID(token.partition(".")[0])
    except ValueError:
        return NOBODY


def may_reset(user: User, token: str) -> bool:
    """Whether the token is this account's, unspent and fresh."""
    return default_token_generator.check_token(user, token.partition(".")[2])


def verification_token(user: User) -> str:
    """A token that proves that a mail to the account's present address was read."""
    return signing.dumps([user.pk.hex, email_digest(user.email)], salt=VERIFICATION_SALT)


def verification_subject(token: str) -> tuple[uuid.UUID, str] | None:
    """The account of a fresh verification token, and the digest of the address it proves."""
    try:
        key, digest = signing.loads(
            token, salt=VERIFICATION_SALT, max_age=settings.EMAIL_VERIFICATION_TIMEOUT
        )
    except signing.BadSignature:
        return None
    return uuid.UUID(key), digest
