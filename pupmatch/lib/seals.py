"""Text that only we can read: sealed with a key made from SECRET_KEY (AES-SIV, RFC 5297)."""

import base64
import hashlib
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings


class NotSealed(ValueError):
    """Not a text that we sealed for this purpose."""


@cache
def _cipher(use: str) -> AESSIV:
    return AESSIV(hashlib.sha512(f"{use}:{settings.SECRET_KEY}".encode()).digest())


def seal(plain: str, *, use: str, purpose: str = "") -> str:
    """`plain` as letters and digits that reveal nothing and fit no other use and purpose.

    The same text is sealed alike every time, so that an unchanged page has an unchanged ETag.
    """
    sealed = _cipher(use).encrypt(plain.encode(), [purpose.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(text: str, *, use: str, purpose: str = "") -> str:
    """What was sealed. Raises NotSealed."""
    try:
        sealed = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
        return _cipher(use).decrypt(sealed, [purpose.encode()]).decode()
    except (InvalidTag, ValueError) as error:
        raise NotSealed from error
