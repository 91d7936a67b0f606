"""What a device is reached by: the tokens of Expo and the subscriptions of Web Push, checked."""

import base64
import binascii
import hashlib
import json
import re
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from django.conf import settings
from django.core.exceptions import ValidationError

MAX_TOKEN = 4096
EXPO_TOKEN = re.compile(r"ExponentPushToken\[[A-Za-z0-9_-]{8,200}\]")
# Letters that every reader of addresses takes alike: no user@, no backslash, nothing to decode.
ENDPOINT = re.compile(
    r"(https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?)/[A-Za-z0-9._~/:?&=%+,;-]{1,2000}"
)
KEYS = ("auth", "p256dh")
AUTH_BYTES = 16


def checked_expo_token(token: str) -> str:
    """The token as it is; raises ValidationError for one that Expo cannot have given out."""
    if not EXPO_TOKEN.fullmatch(token):
        raise ValidationError("This is no Expo push token.", code="invalid_token")
    return token


def checked_subscription(token: str) -> str:
    """A browser's PushSubscription, as JSON of just what is needed to write to it.

    Raises ValidationError; also for an endpoint that is no known push service's, because the server
    will send requests there.
    """
    try:
        sent = json.loads(token)
        endpoint, keys = sent["endpoint"], {name: sent["keys"][name] for name in KEYS}
        if not all(isinstance(text, str) for text in (endpoint, *keys.values())):
            raise ValueError("not text")
        if len(_decoded(keys["auth"])) != AUTH_BYTES:
            raise ValueError("not as long as RFC 8291 has it")
        # Raises ValueError for what is no point of the curve.
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _decoded(keys["p256dh"]))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ValidationError("This is no push subscription.", code="invalid_token") from error
    if not is_known_endpoint(endpoint):
        raise ValidationError("This push service is not known here.", code="unknown_push_service")
    return json.dumps({"endpoint": endpoint, "keys": keys}, sort_keys=True)


def _decoded(text: str) -> bytes:
    # Base64url, as browsers write it: without padding. The strict decoder refuses other letters.
    raw = text.rstrip("=").encode("ascii").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not Base64") from error


def is_known_endpoint(endpoint: str) -> bool:
    """Whether the address belongs to a push service named by settings.WEBPUSH_HOSTS.

    An entry is a host that answers https, `*.` and a domain for all hosts below it, or an origin
    with its scheme, for tests on one's own machine.
    """
    found = ENDPOINT.fullmatch(endpoint)
    return found is not None and any(_belongs(found[1], entry) for entry in settings.WEBPUSH_HOSTS)


def _belongs(origin: str, entry: str) -> bool:
    if "://" in entry:
        return origin == entry
    if entry.startswith("*."):
        return origin.startswith("https://") and origin.endswith(entry[1:])
    return origin == f"https://{entry}"


def digest(provider: str, token: str) -> str:
    """What tells one installation's token from all others; browsers are told apart by endpoint."""
    address = endpoint_of(token) if provider == "webpush" else token
    return hashlib.sha256(f"{provider}:{address}".encode()).hexdigest()


def endpoint_of(token: str) -> str:
    """The address in a checked subscription."""
    return subscription(token)["endpoint"]


def subscription(token: str) -> dict[str, Any]:
    """A checked subscription, parsed."""
    return json.loads(token)


def ending(provider: str, token: str) -> str:
    """The last letters, by which an app or a member of staff recognises a token."""
    return (endpoint_of(token) if provider == "webpush" else token.rstrip("]"))[-4:]


def without_tokens(text: str) -> str:
    """A provider's words without what would let a reader write to somebody's device."""
    text = re.sub(r"(Expo(?:nent)?PushToken)\[[^\]]*\]?", r"\1[…]", text)
    return re.sub(r"https?://[^\s\"'<>]+", lambda found: _host(found[0]), text)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "…"
    except ValueError:
        return "…"
