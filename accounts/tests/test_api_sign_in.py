"""Registration, sign-in, refresh, sign-out, and the list of sign-ins."""

import time

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils import timezone

from accounts import standing
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.sign_ins import bearer
from accounts.tokens import read_access
from pupmatch.lib.logs import RequestIdFilter

pytestmark = pytest.mark.django_db

REGISTER, TOKEN, REFRESH, ME = (
    "/api/v1/auth/register",
    "/api/v1/auth/token",
    "/api/v1/auth/token/refresh",
    "/api/v1/me",
)


@pytest.mark.requirement("R1.1", "R1.2")
def test_registration_makes_an_account_that_is_signed_in(api, mails):
    answer = api.post(REGISTER, {"email": "Luna@Pupmatch.Example", "password": PASSWORD})
    assert answer.status_code == 201
    assert set(answer.data) == {"user", "access", "refresh"}
    user = User.objects.get()
    assert answer.json()["user"] == {
        "id": str(user.pk),
        "email": "luna@pupmatch.example",
        "email_verified": False,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert answer["Cache-Control"] == "no-store"
    assert bearer(api, answer.data["access"]).get(ME).status_code == 200
    assert [mail.to for mail in mails()] == [["luna@pupmatch.example"]]


@pytest.mark.requirement("R1.1")
def test_only_a_salted_memory_hard_hash_is_stored(api):
    for name in ("a", "b"):
        api.post(REGISTER, {"email": f"{name}@pupmatch.example", "password": PASSWORD})
    hashes = list(User.objects.values_list("password", flat=True))
    assert all(text.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$") for text in hashes)
    assert len(set(hashes)) == 2
    assert not any(PASSWORD in text for text in hashes)


def test_a_known_address_is_a_conflict_however_it_is_capitalised(api):
    UserFactory(email="rex@pupmatch.example")
    answer = api.post(REGISTER, {"email": "REX@pupmatch.example", "password": PASSWORD})
    assert (answer.status_code, answer.data["code"]) == (409, "email_taken")
    assert User.objects.count() == 1


def test_a_refusal_is_logged_with_whose_good_token_it_was(api, client_for, caplog):
    caplog.handler.addFilter(RequestIdFilter())
    user = UserFactory()
    client_for(user).get(f"/api/v1/profiles/{user.pk}")
    api.get("/api/v1/me")
    api.get("/api/v1/me", HTTP_AUTHORIZATION="Bearer nonsense")
    logged = [record for record in caplog.records if record.name == "django.request"]
    assert [record.status_code for record in logged] == [409, 401, 401]
    assert [getattr(record, "user_id", None) for record in logged] == [str(user.pk), None, None]


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("password1", "password_too_common"),
        ("bellawalks", "password_too_similar"),
        ("x" * 129, "max_length"),
        ("", "blank"),
        (None, "null"),
        (["a walk in the park"], "invalid"),
    ],
)
def test_weak_passwords_are_refused_with_a_pointer(api, password, code):
    answer = api.post(REGISTER, {"email": "bellawalks@pupmatch.example", "password": password})
    assert answer.status_code == 400
    assert {(e["pointer"], e["code"]) for e in answer.data["errors"]} >= {("/password", code)}
    assert not User.objects.exists()


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "a@b",
        "a b@pupmatch.example",
        '"a\x01b"@pupmatch.example',
        '"a b"@pupmatch.example',
        "a@pupmatch.example\r\nBcc: b@pupmatch.example",
        "a@" + "x" * 260 + ".example",
        "a@\u2024.example",
        "ä@pupmatch.example",
        "\u212aay@pupmatch.example",  # a Kelvin sign, of which lower case makes a k
        "\u017fam@pupmatch.example",
        "ａｄａ@pupmatch.example",
        "a\u200bb@pupmatch.example",
        "a\u202eb@pupmatch.example",
        "a@pupmatch.example.",
        "a@b@pupmatch.example",
        "a@[127.0.0.1]",
        "a@pupmatch.example\u2028Bcc: b@pupmatch.example",
        "",
        None,
        7,
        {"a": 1},
    ],
)
def test_what_is_no_address_is_refused_with_a_pointer(api, email):
    answer = api.post(REGISTER, {"email": email, "password": PASSWORD})
    assert answer.status_code == 400
    assert {e["pointer"] for e in answer.data["errors"]} == {"/email"}


@pytest.mark.requirement("R1.1")
@pytest.mark.parametrize(
    ("spelled", "kept"),
    [
        ("a@MÜNCHEN.example", "a@xn--mnchen-3ya.example"),
        ("a@mu\u0308nchen.example", "a@xn--mnchen-3ya.example"),
        ("a@XN--MNCHEN-3YA.example", "a@xn--mnchen-3ya.example"),
        ("  Ada@Pupmatch.Example\u00a0\n", "ada@pupmatch.example"),
        ("ada@ｐｕｐｍａｔｃｈ.example", "ada@pupmatch.example"),
        # Other mailboxes, as far as anybody but their host can know.
        ("ada+dogs@pupmatch.example", "ada+dogs@pupmatch.example"),
        ("a.d.a@pupmatch.example", "a.d.a@pupmatch.example"),
    ],
)
def test_an_address_is_kept_in_one_form_and_found_by_any(api, spelled, kept):
    register = {"email": spelled, "password": PASSWORD}
    assert api.post(REGISTER, register).status_code == 201
    assert User.objects.get().email == kept
    for other in (spelled, kept, kept.upper()):
        assert api.post(TOKEN, {"email": other, "password": PASSWORD}).status_code == 200
        assert api.post(REGISTER, {**register, "email": other}).status_code == 409


def test_blanks_belong_to_a_password(api):
    UserFactory(email="a@pupmatch.example")
    answer = api.post(TOKEN, {"email": "a@pupmatch.example", "password": f" {PASSWORD}"})
    assert answer.status_code == 401


@pytest.mark.requirement("R1.2")
def test_sign_in_answers_a_pair_that_works(api):
    user = UserFactory()
    answer = api.post(TOKEN, {"email": user.email.upper(), "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.data) == {"access", "refresh"}
    assert answer["Cache-Control"] == "no-store"
    assert bearer(api, answer.data["access"]).get(ME).data["id"] == str(user.pk)


@pytest.mark.requirement("R1.2")
def test_tokens_name_issuer_audience_account_and_sign_in(client_for):
    user = UserFactory()
    with time_machine.travel(timezone.now(), tick=False):
        claims = read_access(client_for(user).tokens.access)
        assert claims["exp"] == int(time.time()) + 900
    assert claims["iss"] == "pupmatch"
    assert claims["aud"] == "pupmatch-app"
    assert claims["sub"] == str(user.pk)
    assert claims["sid"] == str(user.sessions.get().pk)


@pytest.mark.requirement("R1.3")
def test_wrong_password_unknown_address_and_closed_account_answer_alike(api):
    UserFactory(email="known@pupmatch.example")
    UserFactory(email="closed@pupmatch.example", is_active=False)
    tries = [("known", "wrong"), ("unknown", PASSWORD), ("closed", PASSWORD), ("closed", "wrong")]
    answers = [
        api.post(TOKEN, {"email": f"{name}@pupmatch.example", "password": password})
        for name, password in tries
    ]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "invalid_credentials"
    headers = [{name for name, _ in answer.items()} for answer in answers]
    assert all(names == headers[0] for names in headers)
    assert answers[0]["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.requirement("R1.3")
@pytest.mark.parametrize(
    ("email", "password", "status"),
    [
        ("known@pupmatch.example", PASSWORD, 200),
        ("known@pupmatch.example", "wrong", 401),
        ("unknown@pupmatch.example", PASSWORD, 401),
        ("closed@pupmatch.example", PASSWORD, 401),
        ("banned@pupmatch.example", PASSWORD, 200),
        ("banned@pupmatch.example", "wrong", 401),
    ],
)
def test_every_sign_in_costs_exactly_one_hash(
    api, monkeypatch, django_assert_num_queries, email, password, status
):
    UserFactory(email="known@pupmatch.example")
    UserFactory(email="closed@pupmatch.example", is_active=False)
    standing.ban(user=UserFactory(email="banned@pupmatch.example"))
    runs = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)
        counted = lambda *args, _real=real: runs.append(1) or _real(*args)  # noqa: E731
        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    # The lockout, find, and the log with its account locked; success sees how many sign-ins there are,
    # opens one with its token, takes back what was counted, and tells the other devices (number, event,
    # wake-up), all but the first two in a savepoint.
    with django_assert_num_queries(14 if status == 200 else 4):
        answer = api.post(TOKEN, {"email": email, "password": password})
    assert answer.status_code == status
    assert len(runs) == 1


@pytest.mark.usefixtures("real_limits")
@pytest.mark.requirement("R12.3", "R12.4")
@pytest.mark.parametrize(("url", "limit"), [(REGISTER, 20), (TOKEN, 10), (REFRESH, 60)])
def test_attempts_are_limited_before_any_hash_is_made(api, monkeypatch, url, limit):
    body = {"email": "no address", "password": "x", "refresh": "x"}
    answers = [api.post(url, body) for _ in range(limit + 1)]
    assert 429 not in {answer.status_code for answer in answers[:-1]}
    assert (answers[-1].status_code, answers[-1].data["code"]) == (429, "throttled")
    assert int(answers[-1]["Retry-After"]) >= 1
