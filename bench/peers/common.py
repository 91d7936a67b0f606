"""What the three peers share: who is asking, ids, and the address of the next page."""

import base64
import json
import os
import time
import uuid
from typing import NamedTuple

import jwt

JWT_KEY = os.environ["PEER_JWT_KEY"]
SECRET_KEY = os.environ["PEER_SECRET_KEY"]
WAKEUPS = "SELECT pg_notify('pupmatch_wakeups', $1)"
STILL_ACTIVE = "UPDATE profiles_profile SET last_active_at = now() WHERE id = $1"
SERVER_SETTINGS = {"statement_timeout": "5000", "lock_timeout": "2000", "jit": "off"}
POOL_SIZE = 4  # as many connections as the product's threads


class NotSignedIn(Exception):
    """Without a token, or with one that is worth nothing."""


class Claims(NamedTuple):
    session_id: uuid.UUID
    user_id: uuid.UUID


def claims_of(authorization: str) -> Claims:
    """Whose token this is, its signature, issuer, audience and end verified."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn
    try:
        claims = jwt.decode(
            token, JWT_KEY, algorithms=["HS256"], audience="pupmatch-app", issuer="pupmatch"
        )
        return Claims(uuid.UUID(claims["sid"]), uuid.UUID(claims["sub"]))
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise NotSignedIn from error


def uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562)."""
    random = int.from_bytes(os.urandom(10), "big")
    number = time.time_ns() // 1_000_000 << 80 | random
    number = number & ~(0xF << 76 | 0b11 << 62) | 0x7 << 76 | 0b10 << 62
    return uuid.UUID(int=number)


def next_page(url: str, *values: object) -> str:
    """The address of what comes after `values`."""
    cursor = base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode()
    return f"{url}{'&' if '?' in url else '?'}cursor={cursor.rstrip('=')}"


def wakeup(*user_ids: uuid.UUID) -> str:
    """The word that has realtime processes look at these people's streams."""
    return json.dumps({"wake": [str(user_id) for user_id in user_ids]}, separators=(",", ":"))
