"""The tokens of a sign-in: a short-lived access token, and a refresh token for the next pair."""

import time
import uuid
from functools import lru_cache
from typing import Any, NamedTuple

from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import RefreshTokenRecord, Session

SESSION_CLAIM = "sid"


class TokenPair(NamedTuple):
    """What an app keeps of a sign-in."""

    access: str
    refresh: str
    session_id: uuid.UUID


def issue_pair(session: Session, *, jti: uuid.UUID | None = None) -> TokenPair:
    """A new pair of the session's family; the refresh token is noted, to be spent once.

    With `jti` it is one that was noted already.
    """
    # Not `for_user`, which warns of everybody who is barred and signs in to appeal.
    refresh = RefreshToken()
    refresh["sub"], refresh[SESSION_CLAIM] = str(session.user_id), str(session.pk)
    if jti is not None:
        refresh["jti"] = jti.hex
    access = refresh.access_token
    for token in (refresh, access):
        # A server whose clock is a moment behind would refuse a token "of the future".
        del token["iat"]
    if jti is None:
        RefreshTokenRecord.objects.create(jti=token_id(refresh), session=session)
    return TokenPair(access=str(access), refresh=str(refresh), session_id=session.pk)


def read_access(text: str | bytes) -> Token:
    """The verified claims of an access token; raises TokenError."""
    return _read(AccessToken, text)


class Claims(NamedTuple):
    """Whose access token it is, and of which sign-in."""

    user: uuid.UUID
    session: uuid.UUID


def read_claims(text: bytes) -> Claims:
    """What an access token says; raises TokenError.

    An app shows the same token until it expires, so what was verified is remembered for a while.
    """
    claims, expires_at = _verified(text)
    if expires_at <= time.time():
        raise ExpiredTokenError("The token has expired.")
    return claims


@lru_cache(maxsize=4096)
def _verified(text: bytes) -> tuple[Claims, int]:
    token = read_access(text)
    return Claims(user=uuid.UUID(token["sub"]), session=session_id(token)), token["exp"]


def read_refresh(text: str | bytes) -> Token:
    """The verified claims of a refresh token; raises TokenError."""
    return _read(RefreshToken, text)


def _read(kind: Any, text: str | bytes) -> Token:
    token = kind(text)
    try:
        session_id(token), token_id(token), uuid.UUID(token["sub"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise TokenError("The token names no sign-in.") from error
    return token


def session_id(token: Token) -> uuid.UUID:
    """The sign-in that the token belongs to."""
    return uuid.UUID(token[SESSION_CLAIM])


def token_id(token: Token) -> uuid.UUID:
    """The token's own id."""
    return uuid.UUID(token["jti"])
