"""Access tokens that are none: forged, altered, of another kind, or no tokens at all."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings

from tests.input.corpus.rows import Row, rows
from tests.input.insiders import Insider

Forge = Callable[[Insider], str]


def _segment(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims_of(me: Insider) -> dict[str, Any]:
    """What the real one says."""
    return jwt.decode(me.access, options={"verify_signature": False})


def _signed(head: dict[str, Any], claims: dict[str, Any], key: str, by: str = "sha256") -> str:
    """By hand: no library would sign most of these."""
    plain = f"{_segment({'typ': 'JWT', 'alg': 'HS256', **head})}.{_segment(claims)}"
    return f"Bearer {plain}.{_segment(hmac.digest(key.encode(), plain.encode(), by))}"


def headed(**head: Any) -> Forge:
    """The real claims under another head, with a key that is not ours."""
    return lambda me: _signed(head, claims_of(me), "not our key")


def unsigned(alg: Any, *, signature: str = "") -> Forge:
    """The real claims, of which nobody vouches."""
    return lambda me: (
        f"Bearer {_segment({'alg': alg, 'typ': 'JWT'})}.{_segment(claims_of(me))}.{signature}"
    )


def keyed(key: str) -> Forge:
    """The real claims, signed with a key that is not ours."""
    return lambda me: _signed({}, claims_of(me), key)


def ours(size: int) -> Forge:
    """Signed with our key by another algorithm."""
    return lambda me: _signed(
        {"alg": f"HS{size}"}, claims_of(me), settings.JWT_SIGNING_KEY, f"sha{size}"
    )


def claiming(**claims: Any) -> Forge:
    """Signed by ourselves, and wrong in what it says; None leaves a claim out."""

    def forge(me: Insider) -> str:
        said = {k: v for k, v in {**claims_of(me), **claims}.items() if v is not None}
        return _signed({}, said, settings.JWT_SIGNING_KEY)

    return forge


def altered(change: Callable[[str], str]) -> Forge:
    """The real token, with something done to it."""
    return lambda me: f"Bearer {change(me.access)}"


def said(text: str) -> Forge:
    """The whole header, as it stands."""
    return lambda me: text.format(access=me.access, refresh=me.refresh)


def _flipped(token: str, part: int) -> str:
    parts = token.split(".")
    parts[part] = parts[part][:-2] + ("AA" if parts[part][-2:] != "AA" else "BB")
    return ".".join(parts)


WEIRD_KEYS = [
    "",
    "secret",
    "null",
    "0",
    "\x00",
    "password",
    "changeme",
    "PUBLIC KEY",
    "a" * 64,
    "../../dev/null",
]
HEADS: dict[str, dict[str, Any]] = {
    "a kid": {"kid": "1"},
    "a kid that is a path": {"kid": "../../../../dev/null"},
    "a kid of SQL": {"kid": "' UNION SELECT 'a'--"},
    "a kid that is an address": {"kid": "http://127.0.0.1:1/key"},
    "a kid that is a list": {"kid": [1]},
    "a jku": {"jku": "http://127.0.0.1:1/jwks.json"},
    "an x5u": {"x5u": "http://127.0.0.1:1/cert.pem"},
    "a jwk": {"jwk": {"kty": "oct", "k": "bm90IG91ciBrZXk"}},
    "an x5c": {"x5c": ["AAAA"]},
    "a crit": {"crit": ["x"]},
    "b64 off": {"b64": False, "crit": ["b64"]},
    "zipped": {"zip": "DEF"},
    "a cty": {"cty": "JWT"},
    "another typ": {"typ": "at+jwt"},
    "RS256": {"alg": "RS256"},
    "ES256": {"alg": "ES256"},
    "EdDSA": {"alg": "EdDSA"},
    "an alg of a list": {"alg": ["HS256"]},
    "an alg of null": {"alg": None},
    "an alg of 1": {"alg": 1},
    "no such alg": {"alg": "HS1"},
    "dir": {"alg": "dir", "enc": "A128GCM"},
}
CLAIMS: dict[str, dict[str, Any]] = {
    "no sub": {"sub": None},
    "a sub of 1": {"sub": 1},
    "a sub of a list": {"sub": ["x"]},
    "an empty sub": {"sub": ""},
    "a sub of SQL": {"sub": "' OR 1=1--"},
    "somebody else": {"sub": str(uuid4())},
    "a sub with NUL": {"sub": "\x00"},
    "no sign-in": {"sid": None},
    "another sign-in": {"sid": str(uuid4())},
    "a sign-in of 1": {"sid": 1},
    "a sign-in of a list": {"sid": []},
    "a sign-in that is no id": {"sid": "x"},
    "no exp": {"exp": None},
    "an exp that is over": {"exp": 1},
    "an exp of text": {"exp": "tomorrow"},
    "an exp of 1e308": {"exp": -1e308},
    "an exp of a list": {"exp": []},
    "no jti": {"jti": None},
    "a jti of 1": {"jti": 1},
    "no iss": {"iss": None},
    "another iss": {"iss": "evil"},
    "no aud": {"aud": None},
    "another aud": {"aud": "evil"},
    "an aud of 1": {"aud": 1},
    "no type": {"token_type": None},
    "a refresh type": {"token_type": "refresh"},
    "no such type": {"token_type": "admin"},
    "not yet": {"nbf": int(time.time()) + 90_000},
    "an nbf of text": {"nbf": "x"},
}
NONE_AT_ALL = {
    "Bearer alone": "Bearer",
    "Bearer and a blank": "Bearer ",
    "Basic": "Basic b3duZXI6cGFzc3dvcmQ=",
    "Token": "Token {access}",
    "JWT": "JWT {access}",
    "no scheme": "{access}",
    "Digest": 'Digest username="a"',
    "null": "Bearer null",
    "undefined": "Bearer undefined",
    "dots": "Bearer ..",
    "a dot": "Bearer .",
    "{}": "Bearer {{}}",
    "a UUID": f"Bearer {uuid4()}",
    "100 kB": "Bearer " + "A" * 30_000,
    "100 parts": "Bearer " + ".".join("a" * 100),
    "bytes": "Bearer \xff\xfe.\xff.\xff",
    "a refresh token": "Bearer {refresh}",
    "two": "Bearer {access} {access}",
    "two with a comma": "Bearer {access}, Bearer {access}",
    "quoted": 'Bearer "{access}"',
    "with a name": "Bearer token={access}",
    "deep JSON": "Bearer " + _segment(b"[" * 9_000) + ".e30.x",
    "NaN": f"Bearer {_segment(b'{{NaN}}')}.e30.x".replace("{", "").replace("}", ""),
}

ROWS: list[Row] = [
    *rows(
        "token",
        {f"unsigned, {alg!r}": unsigned(alg) for alg in ("none", "None", "NONE", "nOnE", "", None)},
        is_refused=True,
    ),
    *rows("token", {"unsigned, signed x": unsigned("none", signature="x")}, is_refused=True),
    *rows("token", {f"key {key!r}": keyed(key) for key in WEIRD_KEYS}, is_refused=True),
    *rows("token", {f"our key, HS{size}": ours(size) for size in (384, 512)}, is_refused=True),
    *rows(
        "token", {f"head: {name}": headed(**head) for name, head in HEADS.items()}, is_refused=True
    ),
    *rows(
        "token",
        {f"claims: {name}": claiming(**claims) for name, claims in CLAIMS.items()},
        is_refused=True,
    ),
    *rows(
        "token",
        {
            "no signature": altered(lambda it: it.rpartition(".")[0] + "."),
            "no third part": altered(lambda it: it.rpartition(".")[0]),
            "a fourth part": altered(lambda it: it + ".AAAA"),
            "half of it": altered(lambda it: it[: len(it) // 2]),
            "another signature": altered(lambda it: _flipped(it, 2)),
            "other claims": altered(lambda it: _flipped(it, 1)),
            "another head": altered(lambda it: _flipped(it, 0)),
            "backwards": altered(lambda it: it[::-1]),
            "in capitals": altered(str.upper),
            "twice encoded": altered(lambda it: _segment(it.encode())),
        },
        is_refused=True,
    ),
    *rows("token", {name: said(text) for name, text in NONE_AT_ALL.items()}, is_refused=True),
]
