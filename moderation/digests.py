"""Recognising somebody who left, without keeping who they were."""

import hashlib
import hmac

from django.conf import settings

from accounts.models import User, normalize_email


def digest_of(user: User) -> str:
    """A keyed hash of the account's address, which stays with its cases when the account goes.

    Somebody who comes back with the same address is found by it; without SECRET_KEY nobody can
    tell whose it is, nor compare it with digests made for other uses.
    """
    key = hashlib.sha256(b"case-digest:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, normalize_email(user.email).encode(), hashlib.sha256).hexdigest()
