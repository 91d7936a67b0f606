"""Passwords that attackers try first are refused, wherever one is set."""

import gzip
import hashlib
import secrets
import time
from pathlib import Path

import django.contrib.auth
import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.links import reset_token
from accounts.models import User
from accounts.passwords import COMMON, HashList, hash_list
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.staff_sign_in import browser, clerk

BREACHED = "hunter2 went for a walk"


def sums(passwords, cut=40):
    return sorted(hashlib.sha1(word.encode()).hexdigest().upper()[:cut] for word in passwords)


@pytest.fixture
def pwned(tmp_path, settings):
    """A file as it is downloaded, with one password that people here choose."""
    lines = sums([BREACHED, *(f"x{number}" for number in range(999))])
    path = tmp_path / "pwned-passwords.txt"
    path.write_text("".join(f"{line}:{number}\r\n" for number, line in enumerate(lines)))
    settings.BREACHED_PASSWORDS_FILE = path
    return path


def codes_of(password):
    try:
        validate_password(password, User(email="somebody@pupmatch.example"))
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


# --- The list -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", ":3", ":12345678\r"])
@pytest.mark.parametrize("cut", [12, 40])
@pytest.mark.parametrize("count", [1, 2, 3, 100])
def test_everything_listed_is_found_and_nothing_else(tmp_path, ending, cut, count):
    words = [f"word {number}" for number in range(count)]
    for last in ("\n", ""):
        path = tmp_path / f"list{len(last)}"
        path.write_text("\n".join(f"{line}{ending}" for line in sums(words, cut)) + last)
        listed = HashList(path)
        assert all(word in listed for word in words)
        assert not any(f"other {number}" in listed for number in range(500))


def test_a_look_up_reads_no_more_of_a_list_that_is_a_thousand_times_as_long(tmp_path):
    def seconds(lines):
        path = tmp_path / str(lines)
        path.write_text(
            "".join(
                f"{number:040X}:1\n"
                for number in range(0, lines * 10**40 // lines, 10**40 // lines)
            )
        )
        listed = HashList(path)
        words = [get_random_string(12) for _ in range(2000)]
        began = time.perf_counter()
        assert not any(word in listed for word in words)
        return time.perf_counter() - began

    assert seconds(300_000) < 20 * seconds(300)


def test_our_own_list_has_what_django_and_our_own_people_think_of():
    path = Path(django.contrib.auth.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt") as file:
        words = [line.strip() for line in file]
    listed = hash_list(COMMON)
    assert [word for word in words if len(word) >= 4 and word not in listed] == []
    assert all(word in listed for word in ("pupmatch", "iloveyou", "elizabeth", "strawberry"))
    assert not any(secrets.token_urlsafe(9) in listed for _ in range(2000))
    assert len(COMMON.read_text().splitlines()) > 60_000


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "password",
    [
        "password", "PassWord", "ＰＡＳＳＷＯＲＤ", "ｐassword１", "password!", "Password2026!",
        "pupmatch123", "trustno1", "iloveyou", "elizabeth1!", "Straw\u00adberry".replace("\u00ad", ""),
    ],
)  # fmt: skip
def test_common_ones_are_recognised_in_disguise(password):
    assert "password_too_common" in codes_of(password)


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery staple", "vNx3-qq9!", "köter läuft 7"]
)
def test_others_are_good(password):
    assert codes_of(password) == set()


def test_a_deployers_list_counts_too(pwned):
    assert codes_of(BREACHED) == {"password_breached"}
    assert codes_of(BREACHED.upper()) == {"password_breached"}
    assert codes_of(PASSWORD) == set()


# --- Wherever one is set --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("password", "code"),
    [("Password2026!", "password_too_common"), (BREACHED, "password_breached")],
)
def test_they_are_refused_in_the_app(api, client_for, pwned, password, code):
    user = UserFactory()
    mine = client_for(user)
    answers = [
        api.post("/api/v1/auth/register", {"email": "a@pupmatch.example", "password": password}),
        api.post(
            "/api/v1/auth/password/reset/confirm",
            {"token": reset_token(user), "password": password},
        ),
        mine.post(
            "/api/v1/auth/password/change", {"current_password": PASSWORD, "password": password}
        ),
    ]
    for answer in answers:
        assert answer.status_code == 400
        assert [(e["pointer"], e["code"]) for e in answer.data["errors"]] == [("/password", code)]
    user.refresh_from_db()
    assert user.check_password(password) is False
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_they_are_refused_of_staff(pwned):
    boss = clerk(is_superuser=True)
    client = browser()
    client.force_login(boss)
    both = {"new_password1": BREACHED, "new_password2": BREACHED}
    mine = client.post(
        reverse("staff:change_password"), {"old_password": PASSWORD, **both}, secure=True
    )
    assert "data breach" in mine.content.decode()
    other = UserFactory()
    path = reverse("admin:auth_user_password_change", args=[other.pk])
    given = {"password1": BREACHED, "password2": BREACHED, "usable_password": "true"}
    assert "data breach" in client.post(path, given, secure=True).content.decode()
    added = {"email": "new@pupmatch.example", **given}
    page = client.post(reverse("admin:accounts_user_add"), added, secure=True)
    assert "data breach" in page.content.decode()
    assert set(User.objects.values_list("pk", flat=True)) == {boss.pk, other.pk}
    assert User.objects.get(pk=boss.pk).check_password(PASSWORD)


# --- How long they may be -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("letter", ["a", "\u0390", "\ufdfa", "a\u0301"])
def test_as_much_for_a_password_as_a_body_holds_costs_nobody_anything(api, letter):
    user, huge = clerk(), letter * (60_000 // len(letter.encode()))
    began = time.process_time()
    answer = api.post("/api/v1/auth/token", {"email": user.email, "password": huge})
    assert answer.data["errors"][0]["code"] == "max_length"
    answer = api.post("/api/v1/auth/register", {"email": "b@pupmatch.example", "password": huge})
    assert {error["code"] for error in answer.data["errors"]} == {"max_length"}
    form = {"username": user.email, "password": huge}
    assert browser().post(reverse("admin:login"), form, secure=True).status_code in {200, 413}
    assert time.process_time() - began < 1


@pytest.mark.parametrize("domain", ["\ufdfa." * 15_000, "\ufdfa" * 15_000, "\u0390." * 15_000])
def test_nor_does_as_much_for_an_address(api, domain):
    """Each of the first letters is eighteen once it is normalised."""
    for address in ("x", f"x@{domain}"):  # the first imports and prepares
        began = time.thread_time()
        answer = api.post("/api/v1/auth/token", {"email": address, "password": PASSWORD})
        took = time.thread_time() - began
    assert answer.data["errors"][0]["code"] == "max_length"
    assert took < 0.1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["password1", "short"])
def test_the_first_account_of_staff_has_no_listed_password_either(monkeypatch, password):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    with pytest.raises(CommandError):
        call_command("createsuperuser", interactive=False, email="boss@pupmatch.example")
    assert not User.objects.exists()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Boss@pupmatch.example", verbosity=0)
    assert User.objects.get(is_superuser=True).email == "boss@pupmatch.example"


def test_digits_alone_may_be_a_password_unless_they_are_listed():
    assert codes_of("83461872640275") == set()
    assert codes_of("123456789") == {"password_too_common"}
