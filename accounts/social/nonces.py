"""Numbers used once: they make an ID token fresh, and worthless to whoever copies it.

The provider is told the hash and writes it into the token; what was hashed stays in the app until it
brings the token. So a token that was stolen on the way says nothing of what it takes to use it, and
one that was used is good no more.
"""

import hashlib
import secrets

from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.social.models import SignInNonce


class NonceRefused(ValidationError):
    """Never handed out, used, or too old."""

    def __init__(self) -> None:
        detail = ErrorDetail("This nonce is no longer good; ask for a new one.", "invalid_nonce")
        super().__init__({"nonce": [detail]})


def digest(nonce: str) -> str:
    """What the provider is told, and the table keeps: SHA-256, in hexadecimal."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def hand_out() -> tuple[str, SignInNonce]:
    """A new one, and the row that remembers it."""
    nonce = secrets.token_urlsafe(32)
    return nonce, SignInNonce.objects.create(
        digest=digest(nonce), expires_at=timezone.now() + SignInNonce.LIFETIME
    )


def spend(nonce: str) -> None:
    """Use it up, whatever comes of it. Raises NonceRefused.

    To be called outside of a transaction that may be undone.
    """
    found = SignInNonce.objects.filter(digest=digest(nonce), expires_at__gt=timezone.now())
    # One statement: of several at once, one finds the row.
    if not found.delete()[0]:
        raise NonceRefused


def forget_old() -> int:
    """Remove those that nobody came back with, and say how many."""
    return SignInNonce.objects.filter(expires_at__lte=timezone.now()).delete()[0]
