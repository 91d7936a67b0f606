"""Whether an ID token is real, and meant for us (OpenID Connect Core 3.1.3.7).

allauth's own check (`allauth.socialaccount.internal.jwtkit`, 65.21) is not used, because it
- takes the algorithm from the token itself, and fails with a TypeError where that is HS256,
- looks at no nonce and no `azp`, does not ask for `sub` and `iat`, and forgives no second of skew,
- fetches the keys for each token, without a bound on size or time, and follows redirects,
- notes used tokens in the cache, which may be each process's own, or away: then it refuses all.
"""

import hmac
from collections.abc import Collection
from typing import Any

import jwt
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.social.keys import ALGORITHMS, keys_at
from accounts.social.nonces import digest

# Seconds that clocks may be apart.
SKEW = 30
MAX_SUBJECT = 191
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class TokenRefused(ValidationError):
    """The same words whatever is wrong with it."""

    def __init__(self) -> None:
        detail = ErrorDetail("This ID token is not good here; sign in again.", "invalid_token")
        super().__init__({"id_token": [detail]})


def read(
    token: str, *, nonce: str, keys_url: str, issuers: Collection[str], client_ids: Collection[str]
) -> dict[str, Any]:
    """The claims of a token that is real. Raises TokenRefused, or ProviderUnavailable."""
    try:
        header = jwt.get_unverified_header(token)
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(kid, str):
            raise TokenRefused
        # By name among the provider's own: where the token says its key could be found is not read.
        key = keys_at(keys_url).find(kid)
        if key is None:
            raise TokenRefused
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=list(issuers),
            audience=list(client_ids),
            leeway=SKEW,
            options={"require": REQUIRED},
        )
    # Besides its own, what odd numbers make of Python.
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError) as error:
        raise TokenRefused from error
    if not (_is_ours(claims, client_ids) and _names_somebody(claims) and _answers(claims, nonce)):
        raise TokenRefused
    return claims


def claimed_issuer(token: str) -> str:
    """Who made it, as it says itself; nothing for nonsense."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError):
        return ""
    return str(claims.get("iss"))


def _is_ours(claims: dict[str, Any], client_ids: Collection[str]) -> bool:
    """For us alone, and asked for by one of our apps: `azp` is the app, `aud` may be the server."""
    return isinstance(claims["aud"], str) and claims.get("azp", claims["aud"]) in client_ids


def _names_somebody(claims: dict[str, Any]) -> bool:
    subject = claims["sub"]
    is_text = isinstance(subject, str) and subject.isascii() and subject.isprintable()
    return is_text and 0 < len(subject) <= MAX_SUBJECT


def _answers(claims: dict[str, Any], nonce: str) -> bool:
    told = claims["nonce"]
    return isinstance(told, str) and hmac.compare_digest(told.encode(), digest(nonce).encode())
