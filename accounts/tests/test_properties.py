"""P1, P2 and P14, and tokens that somebody else made."""

import base64
import json
import uuid
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone
from hypothesis import assume, example, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from rest_framework_simplejwt.exceptions import TokenError

from accounts.services import open_session
from accounts.tests.factories import UserFactory
from accounts.tokens import TokenPair, read_access, read_refresh

ME = "/api/v1/me"
LIFETIME = settings.ACCESS_TOKEN_LIFETIME
passwords = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=128
)


def pair_for(user) -> TokenPair:
    return open_session(user=user, ip_address="127.0.0.1", user_agent="")


def status_with(api, token) -> int:
    text = token.decode("latin-1") if isinstance(token, bytes) else token
    return api.get(ME, HTTP_AUTHORIZATION=f"Bearer {text}").status_code


@pytest.mark.requirement("P1")
@pytest.mark.django_db
@budget(max_examples=50)
@given(pk=st.uuids())
def test_a_token_decodes_to_the_user_it_was_made_for(api, pk):
    assume(pk != uuid.UUID(int=0))
    user = UserFactory(pk=pk, email=f"{pk}@pupmatch.example")
    try:
        pair = pair_for(user)
        assert uuid.UUID(read_access(pair.access)["sub"]) == pk
        assert uuid.UUID(read_refresh(pair.refresh)["sub"]) == pk
        answer = api.get(ME, HTTP_AUTHORIZATION=f"Bearer {pair.access}")
        assert answer.data["id"] == str(pk)
    finally:
        user.delete()


@pytest.mark.requirement("P2")
@budget(max_examples=25)
@given(password=passwords, other=passwords)
@example(password="🐕" * 128, other="🐕" * 127)
@example(password="a" * 72 + "b", other="a" * 72 + "c")  # where bcrypt would stop reading
@example(password=" lead ", other="lead")
def test_a_password_verifies_against_its_hash_and_cannot_be_read_from_it(password, other):
    encoded, again = make_password(password), make_password(password)
    assert check_password(password, encoded)
    assert check_password(other, encoded) == (other == password)
    assert encoded != again  # nothing of it but salt and digest, both new each time
    settings_part, salt, digest = encoded.rsplit("$", 2)
    assert settings_part == "argon2$argon2id$v=19$m=19456,t=2,p=1"
    assert len(base64.b64decode(salt + "==")) >= 16
    assert len(base64.b64decode(digest + "==")) == 32


@pytest.mark.requirement("P14", "R1.6")
@pytest.mark.django_db
@budget(max_examples=60)
@given(age=st.integers(min_value=0, max_value=70 * 24 * 3600))
@example(age=LIFETIME - 1)
@example(age=LIFETIME)
@example(age=60 * 24 * 3600)
def test_an_expired_token_never_authenticates(api, age):
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        pair = pair_for(UserFactory())
        clock.shift(timedelta(seconds=age))
        assert status_with(api, pair.access) == (200 if age < LIFETIME else 401)
        answer = api.post("/api/v1/auth/token/refresh", {"refresh": pair.refresh})
        assert answer.status_code == (200 if age < 60 * 24 * 3600 else 401)


def forged(claims: dict, *, header: dict | None = None, key: str = "", alg: str = "none") -> str:
    return jwt.encode(claims, key or None, algorithm=alg, headers=header)


def unsigned(header: object, payload: object = ()) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in (header, payload))
    return b".".join([*(part.rstrip(b"=") for part in parts), b"c2ln"]).decode()


@pytest.mark.requirement("R1.5", "P14")
@pytest.mark.django_db
def test_tokens_that_somebody_else_made_are_refused(api):
    claims = read_access(pair_for(UserFactory()).access).payload
    mine, wrong = settings.SIMPLE_JWT["SIGNING_KEY"], "w" * 64
    assert status_with(api, forged(claims, key=mine, alg="HS256")) == 200
    later = {**claims, "exp": claims["exp"] + 10_000}
    names = ("iss", "aud", "sub", "sid", "jti", "token_type")
    stranger = UserFactory()
    attacks = [
        forged({**later, "sub": str(stranger.pk)}, key=mine, alg="HS256"),
        forged(later),
        unsigned({"alg": "None", "typ": "JWT"}, later),
        unsigned({"typ": "JWT"}, later),
        forged(later, key=wrong, alg="HS256"),
        forged(later, key=mine, alg="HS384"),
        forged(later, key=wrong, alg="HS256", header={"jku": "http://127.0.0.1:1/keys"}),
        forged(later, key="\x00" * 64, alg="HS256", header={"kid": "../../../dev/null"}),
        *(forged({**later, name: "x"}, key=mine, alg="HS256") for name in names),
        *(
            forged({k: v for k, v in later.items() if k != name}, key=mine, alg="HS256")
            for name in (*names, "exp")
        ),
        unsigned({"alg": "HS256", "deep": json.loads("[" * 900 + "]" * 900)}),
        unsigned({"alg": ["HS256"]}),
        unsigned({"alg": "HS256", "crit": ["b64"], "b64": False}),
        unsigned([]),
        unsigned(7),
        "[" * 5000,
        base64.urlsafe_b64encode(b'{"alg":' + b"[" * 6000).decode() + ".e30.c2ln",
    ]
    assert {status_with(api, attack) for attack in attacks} == {401}


@pytest.mark.requirement("R1.5")
@pytest.mark.django_db
@budget(max_examples=150)
@given(header=st.binary(max_size=200).filter(lambda b: not set(b) & set(b"\r\n\x00")))
@example(header=b"Bearer \xff.\xff.\xff")
@example(header=b"Bearer ....")
def test_no_authorization_header_is_an_error_of_ours(api, header):
    answer = api.get(ME, HTTP_AUTHORIZATION=header.decode("latin-1"))
    assert answer.status_code == 401


@pytest.mark.requirement("R1.5")
@budget(max_examples=150)
@given(data=st.data())
def test_a_token_with_any_part_changed_is_no_token(data):
    token = forged({"sub": "x"}, key=settings.SIMPLE_JWT["SIGNING_KEY"], alg="HS256")
    at = data.draw(st.integers(0, len(token) - 2))  # the last character may hold unused bits
    letter = data.draw(st.sampled_from("abcXYZ019-_."))
    assume(token[at] != letter)
    with pytest.raises(TokenError):
        read_access(token[:at] + letter + token[at + 1 :])
