"""ID tokens that are none of ours: each is refused in the same words, and nothing is made of it."""

import base64
import json
import re
import time
import warnings

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from django.utils import timezone

from accounts.models import AuthenticationAttempt, Session, SignInNonce, User
from accounts.social.nonces import digest, forget_old
from accounts.tests.openid_provider import CLIENT_ID, private_key, public_jwk
from accounts.tests.social import APPLE, GOOGLE, NONCE, codes, enter, shown

pytestmark = pytest.mark.django_db

NOW = int(time.time())
STRANGER = private_key("RS256", 7)
PUBLIC_PEM = (
    private_key("RS256")
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def is_refused(answer):
    assert answer.status_code == 400, answer.content
    assert codes(answer) == {("/id_token", "invalid_token")}
    assert not User.objects.exists()
    assert not Session.objects.exists()
    attempt = AuthenticationAttempt.objects.get()
    assert (attempt.outcome, attempt.user) == ("refused", None)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "other.example"},
        {"aud": ["other.example"]},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "other.example"]},
        {"aud": [CLIENT_ID, "other.example"], "azp": CLIENT_ID},
        {"aud": ...},
        {"aud": ""},
        {"azp": "other.example"},
        {"azp": [CLIENT_ID]},
        {"azp": None},
        {"iss": "https://evil.example"},
        {"iss": "https://appleid.apple.com"},
        {"iss": "https://accounts.google.com/"},
        {"iss": "https://accounts.google.com.evil.example"},
        {"iss": ["https://accounts.google.com"]},
        {"iss": ...},
        {"exp": NOW - 3600},
        {"exp": ...},
        {"exp": "never"},
        {"exp": None},
        {"exp": -(10**400)},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": [1]},
        {"iat": NOW + 3600},
        {"iat": ...},
        {"iat": "soon"},
        {"iat": float("inf")},
        {"nbf": NOW + 3600},
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": "x" * 192},
        {"sub": "a\x00b"},
        {"sub": "ä"},
        {"nonce": ...},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": "another"},
        {"nonce": "ä"},
        {"nonce": [1]},
    ],
    # Without the time: processes that share the suite collect the same names.
    ids=lambda claims: re.sub(r"\d{6,}", "…", repr(claims)),
)
def test_every_claim_is_looked_at(api, at_google, claims):
    is_refused(enter(api, at_google(), **claims))


def test_the_bare_nonce_is_not_its_hash(api, at_google):
    asked = api.post(NONCE).json()
    token = at_google().token(asked["nonce"])
    is_refused(api.post(GOOGLE, {"id_token": token, "nonce": asked["nonce"]}))


def unsigned(person, nonce):
    head, body, _ = person.token(nonce).split(".")
    for header in ({"alg": "none", "kid": "one"}, {"alg": "RS256", "kid": "one"}):
        head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
        yield f"{head}.{body}."


def with_header(person, nonce, header, key=None):
    """A token with any header, signed by whoever has `key`."""
    algorithm = jwt.get_algorithm_by_name("RS256")
    parts = [header, json.dumps(person.claims(nonce)).encode()]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = algorithm.sign(text, key or private_key("RS256"))
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def hs256(person, nonce):
    """With the public key, which everybody knows, for a password."""
    import hashlib
    import hmac

    for secret in (PUBLIC_PEM, json.dumps(public_jwk("one", "RS256")).encode(), b""):
        body = jwt.encode(person.claims(nonce), private_key("RS256"), algorithm="RS256")
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one","typ":"JWT"}').rstrip(b"=")
        text = head + b"." + body.split(".")[1].encode()
        mac = hmac.new(secret, text, hashlib.sha256).digest()
        yield (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def with_keys_of_their_own(person, nonce):
    """Signed by a stranger's key, which the token itself shows, or says where to find."""
    theirs = {**public_jwk("one", "RS256", 7)}
    elsewhere = person.server.url.replace("/keys", "/evil")
    for more in ({"jku": elsewhere}, {"x5u": elsewhere}, {"jwk": theirs}, {"x5c": ["MIIB"]}):
        yield person.token(nonce, key=STRANGER, headers=more)


@pytest.mark.requirement("R12.1")
@pytest.mark.parametrize(
    "forged",
    [
        unsigned,
        hs256,
        with_keys_of_their_own,
        lambda person, nonce: [person.token(nonce, key=STRANGER)],
        lambda person, nonce: [person.token(nonce, alg="ES256")],
        lambda person, nonce: [person.token(nonce, alg="RS512")],
        lambda person, nonce: [person.token(nonce, alg="PS256")],
        lambda person, nonce: [person.token(nonce, kid="two")],
        lambda person, nonce: [person.token(nonce, kid="../../keys")],
        lambda person, nonce: [person.token(nonce, kid=None)],
        lambda person, nonce: [person.token(nonce)[:-2]],
        lambda person, nonce: [person.token(nonce).replace(".", "")],
        lambda person, nonce: [with_header(person, nonce, b"[" * 4000)],
        lambda person, nonce: [with_header(person, nonce, b'{"alg":"RS256","kid":["one"]}')],
        lambda person, nonce: [with_header(person, nonce, b'{"alg":["RS256"],"kid":"one"}')],
        lambda person, nonce: [with_header(person, nonce, b'["RS256","one"]')],
        lambda person, nonce: [with_header(person, nonce, b"\xff\xfe")],
        lambda person, nonce: [
            with_header(person, nonce, b'{"alg":"RS256","kid":"one","crit":["exp"],"exp":1}')
        ],
        lambda person, nonce: ["nonsense", "..", "a.b.c", "ä.ö.ü", ".".join(["e30"] * 3)],
    ],
)
def test_only_the_providers_own_keys_count(api, at_google, forged):
    person = at_google()
    asked = api.post(NONCE).json()
    for token in forged(person, asked["hashed_nonce"]):
        answer = api.post(GOOGLE, {"id_token": token, "nonce": asked["nonce"]})
        assert (answer.status_code, codes(answer)) == (400, {("/id_token", "invalid_token")}), token
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert set(person.server.asked) <= {"/keys"}
    # Nothing of it used the nonce up.
    good = person.token(asked["hashed_nonce"])
    assert api.post(GOOGLE, {"id_token": good, "nonce": asked["nonce"]}).status_code == 201


def test_the_one_providers_tokens_are_no_good_with_the_other(api, at_google, at_apple):
    for address, person in ((APPLE, at_google()), (GOOGLE, at_apple())):
        answer = api.post(address, shown(api, person))
        assert codes(answer) == {("/id_token", "invalid_token")}
    assert not User.objects.exists()


def test_a_key_is_good_for_its_own_algorithm_only(api, at_google, provider):
    provider.jwks = [public_jwk("one", "ES256"), public_jwk("two", "RS256")]
    is_refused(enter(api, at_google(), alg="RS256", kid="one"))
    assert enter(api, at_google(), alg="ES256", kid="one").status_code == 201
    assert enter(api, at_google(), alg="RS256", kid="two").status_code == 200


def test_keys_for_something_else_sign_nobody_in(api, at_google, provider):
    other = {**public_jwk("two", "RS256", 7), "use": "enc"}
    secret = {"kty": "oct", "kid": "three", "k": "c2VjcmV0", "alg": "HS256"}
    odd = {"kty": "XYZ", "kid": "four"}
    provider.jwks = [secret, odd, other, public_jwk("one", "RS256")]
    is_refused(enter(api, at_google(), kid="two", key=STRANGER))
    assert enter(api, at_google()).status_code == 201


@pytest.mark.parametrize(("late", "status"), [(20, 201), (45, 400)])
def test_clocks_may_be_half_a_minute_apart(api, at_google, late, status):
    now = int(time.time())
    assert enter(api, at_google(), iat=now + late, exp=now + 600).status_code == status
    User.objects.all().delete()
    assert enter(api, at_google(), iat=now - 600, exp=now - late).status_code == status


# --- Nonces --------------------------------------------------------------------------------------


def test_a_token_is_good_once(api, at_google):
    body = shown(api, at_google())
    assert api.post(GOOGLE, body).status_code == 201
    answer = api.post(GOOGLE, body)
    assert (answer.status_code, codes(answer)) == (400, {("/nonce", "invalid_nonce")})
    assert Session.objects.count() == 1


def test_a_nonce_that_was_never_handed_out_is_refused(api, at_google):
    nonce = "I made this up"
    body = {"id_token": at_google().token(digest(nonce)), "nonce": nonce}
    assert codes(api.post(GOOGLE, body)) == {("/nonce", "invalid_nonce")}
    assert not User.objects.exists()


def test_a_nonce_is_good_for_ten_minutes_and_then_gone(api, at_google):
    with time_machine.travel(timezone.now()) as clock:
        person = at_google()
        early, late = api.post(NONCE).json(), api.post(NONCE).json()
        for asked, after, status in ((early, 590, 201), (late, 15, 400)):
            clock.shift(after)
            token = person.token(asked["hashed_nonce"])
            answer = api.post(GOOGLE, {"id_token": token, "nonce": asked["nonce"]})
            assert answer.status_code == status
        assert codes(answer) == {("/nonce", "invalid_nonce")}
        assert (forget_old(), SignInNonce.objects.count()) == (1, 0)


def test_only_the_hash_is_stored(api):
    answer = api.post(NONCE)
    told = answer.json()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert SignInNonce.objects.get().digest == told["hashed_nonce"] == digest(told["nonce"])
    assert api.post(NONCE).json()["nonce"] != told["nonce"]


def test_the_bodies_shape_is_checked(api, provider):
    for body, wrong in (
        ({}, {"/id_token", "/nonce"}),
        ({"id_token": "x" * 8193, "nonce": "x" * 101}, {"/id_token", "/nonce"}),
        ({"id_token": ["x"], "nonce": {}}, {"/id_token", "/nonce"}),
        ({"id_token": "x", "nonce": "x", "device_id": "x"}, {"/device_id"}),
    ):
        answer = api.post(GOOGLE, body)
        assert answer.status_code == 400
        assert {pointer for pointer, _ in codes(answer)} == wrong
    assert not AuthenticationAttempt.objects.exists()


@pytest.mark.usefixtures("real_limits")
@pytest.mark.requirement("R12.3", "R12.4")
@pytest.mark.parametrize(("address", "limit"), [(NONCE, 20), (GOOGLE, 10)])
def test_attempts_are_limited(api, provider, address, limit):
    answers = [api.post(address, {}) for _ in range(limit + 1)]
    assert 429 not in {answer.status_code for answer in answers[:-1]}
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) >= 1


def test_no_warning_speaks_of_weak_keys(api, at_google):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert enter(api, at_google()).status_code == 201
