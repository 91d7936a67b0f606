"""Passwords, the address, and the end of an account."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from accounts.models import Session, User
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory

pytestmark = pytest.mark.django_db

ME, TOKEN = "/api/v1/me", "/api/v1/auth/token"
RESET, CONFIRM = "/api/v1/auth/password/reset", "/api/v1/auth/password/reset/confirm"
CHANGE, VERIFY = "/api/v1/auth/password/change", "/api/v1/auth/email/verify"
RESEND = "/api/v1/auth/email/resend"
NEW = "a swim in the lake"


def token_in(mail) -> str:
    return re.search(r"https://pupmatch\.example/[a-z-]+#token=(\S+)", mail.body)[1]


def errors(answer) -> set[tuple[str, str]]:
    return {(error["pointer"], error["code"]) for error in answer.data["errors"]}


@pytest.fixture
def reset_link(api, mails):
    def ask(user) -> str:
        assert api.post(RESET, {"email": user.email}).status_code == 202
        return token_in(mails()[-1])

    return ask


@pytest.mark.requirement("R1.4")
def test_asking_for_a_reset_answers_alike_for_every_address(api, mails, django_assert_num_queries):
    UserFactory(email="known@pupmatch.example")
    UserFactory(email="closed@pupmatch.example", is_active=False)
    answers = []
    for name in ("known", "unknown", "closed"):
        with django_assert_num_queries(2):  # a look-up and a job, known or not
            answers.append(api.post(RESET, {"email": f"{name}@pupmatch.example"}))
    assert {answer.status_code for answer in answers} == {202}
    assert {answer.content for answer in answers} == {b""}
    headers = [{name for name, _ in answer.items()} for answer in answers]
    assert all(names == headers[0] for names in headers)
    assert [mail.to for mail in mails()] == [["known@pupmatch.example"]]


@pytest.mark.requirement("R1.4")
def test_a_reset_sets_the_password_ends_every_sign_in_and_verifies_the_address(
    api, client_for, reset_link
):
    user = UserFactory()
    client = client_for(user)
    answer = api.post(CONFIRM, {"token": reset_link(user), "password": NEW})
    assert answer.status_code == 204
    assert client.get(ME).status_code == 401
    assert Session.objects.get().end_reason == Session.EndReason.PASSWORD
    signing_in = [api.post(TOKEN, {"email": user.email, "password": p}) for p in (PASSWORD, NEW)]
    assert [a.status_code for a in signing_in] == [401, 200]
    user.refresh_from_db()
    assert user.is_email_verified


@pytest.mark.requirement("R1.4")
def test_a_reset_link_works_once(api, reset_link):
    token = reset_link(UserFactory())
    answers = [api.post(CONFIRM, {"token": token, "password": NEW}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 400]
    assert errors(answers[1]) == {("/token", "invalid_token")}


@pytest.mark.requirement("R1.4")
def test_a_reset_link_works_for_an_hour(api, reset_link):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = reset_link(UserFactory())
        clock.shift(timedelta(hours=1, seconds=1))
        assert api.post(CONFIRM, {"token": token, "password": NEW}).status_code == 400
        clock.shift(timedelta(seconds=-1))
        assert api.post(CONFIRM, {"token": token, "password": NEW}).status_code == 204


def test_a_weak_password_leaves_the_reset_link_good(api, reset_link):
    token = reset_link(UserFactory())
    answer = api.post(CONFIRM, {"token": token, "password": "12345678"})
    assert {pointer for pointer, _ in errors(answer)} == {"/password"}
    assert api.post(CONFIRM, {"token": token, "password": NEW}).status_code == 204


def test_another_password_or_address_ends_a_reset_link(api, client_for, reset_link):
    for body, change in (
        ({"current_password": PASSWORD, "password": NEW}, lambda c, b: c.post(CHANGE, b)),
        ({"current_password": PASSWORD, "email": "b@b.example"}, lambda c, b: c.patch(ME, b)),
    ):
        user = UserFactory()
        token = reset_link(user)
        assert change(client_for(user), body).status_code in {200, 204}
        assert api.post(CONFIRM, {"token": token, "password": NEW}).status_code == 400


def test_a_reset_link_of_a_closed_account_opens_nothing(api, reset_link):
    user = UserFactory()
    token = reset_link(user)
    User.objects.update(is_active=False)
    assert api.post(CONFIRM, {"token": token, "password": NEW}).status_code == 400


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("url", [CONFIRM, VERIFY])
@pytest.mark.parametrize(
    "token", ["x", ".", "0" * 32 + ".x-y", "x" * 2049, "", None, 7, "١٢٣", "a:b:c", "🐶" * 99]
)
def test_nonsense_is_no_link(api, url, token):
    answer = api.post(url, {"token": token, "password": NEW})
    assert answer.status_code == 400
    assert {pointer for pointer, _ in errors(answer)} == {"/token"}


def test_a_reset_link_of_one_account_opens_no_other(api, reset_link):
    mine, other = UserFactory.create_batch(2)
    _, secret = reset_link(mine).split(".")
    answer = api.post(CONFIRM, {"token": f"{other.pk.hex}.{secret}", "password": NEW})
    assert answer.status_code == 400


def test_one_address_gets_five_reset_mails_an_hour_from_wherever_they_are_asked(
    api, mails, real_limits
):
    user = UserFactory()
    for n in range(7):
        answer = api.post(RESET, {"email": user.email}, REMOTE_ADDR=f"192.0.2.{n}")
        assert answer.status_code == 202
    assert len(mails()) == 5


def test_a_changed_password_ends_every_other_sign_in(client_for, api):
    user = UserFactory()
    here, there = client_for(user), client_for(user)
    answer = here.post(CHANGE, {"current_password": PASSWORD, "password": NEW})
    assert answer.status_code == 204
    assert [c.get(ME).status_code for c in (here, there)] == [200, 401]
    assert api.post(TOKEN, {"email": user.email, "password": NEW}).status_code == 200


def test_a_password_is_changed_by_the_current_one_only(client_for):
    client = client_for(UserFactory())
    answer = client.post(CHANGE, {"current_password": "wrong", "password": NEW})
    assert answer.status_code == 400
    assert errors(answer) == {("/current_password", "wrong_password")}


def test_a_weak_new_password_changes_nothing(client_for, api):
    user = UserFactory()
    answer = client_for(user).post(CHANGE, {"current_password": PASSWORD, "password": "12345678"})
    assert {pointer for pointer, _ in errors(answer)} == {"/password"}
    assert api.post(TOKEN, {"email": user.email, "password": PASSWORD}).status_code == 200


def test_a_registered_address_is_verified_by_the_mailed_link(api, mails):
    api.post("/api/v1/auth/register", {"email": "a@pupmatch.example", "password": PASSWORD})
    token = token_in(mails()[0])
    # Mail programs open links ahead of people, so a second use is harmless.
    assert [api.post(VERIFY, {"token": token}).status_code for _ in range(2)] == [204, 204]
    assert User.objects.get().is_email_verified
    assert "a@pupmatch.example" not in str(signing.b64_decode(token.split(":")[0].encode()))


def test_a_verification_link_works_for_three_days(client_for, api, mails):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client_for(UserFactory()).post(RESEND)
        token = token_in(mails()[0])
        clock.shift(timedelta(days=3, seconds=1))
        answer = api.post(VERIFY, {"token": token})
    assert errors(answer) == {("/token", "invalid_token")}


def test_a_verification_link_proves_no_other_address(client_for, api, mails):
    client = client_for(UserFactory())
    client.post(RESEND)
    token = token_in(mails()[0])
    client.patch(ME, {"email": "other@pupmatch.example", "current_password": PASSWORD})
    assert api.post(VERIFY, {"token": token}).status_code == 400
    assert not User.objects.get().is_email_verified


def test_a_verified_address_is_mailed_no_further_link(client_for, mails):
    client = client_for(UserFactory(email_verified_at=timezone.now()))
    assert client.post(RESEND).status_code == 202
    assert mails() == []


def test_the_account_is_told_without_secrets(client_for):
    user = UserFactory(email_verified_at=timezone.now())
    answer = client_for(user).get(ME)
    assert set(answer.data) == {"id", "email", "email_verified", "created_at"}
    assert answer.data["email_verified"] is True
    assert "private" in answer["Cache-Control"]


def test_another_address_is_unverified_and_both_are_told(client_for, mails, api):
    user = UserFactory(email="old@pupmatch.example", email_verified_at=timezone.now())
    body = {"email": "New@pupmatch.example", "current_password": PASSWORD}
    answer = client_for(user).patch(ME, body)
    assert answer.status_code == 200
    assert (answer.data["email"], answer.data["email_verified"]) == ("new@pupmatch.example", False)
    assert [mail.to for mail in mails()] == [["new@pupmatch.example"], ["old@pupmatch.example"]]
    assert api.post(VERIFY, {"token": token_in(mails()[0])}).status_code == 204


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"email": "new@pupmatch.example"}, ("/current_password", "required")),
        (
            {"email": "new@pupmatch.example", "current_password": "wrong"},
            ("/current_password", "wrong_password"),
        ),
        ({"email": "nonsense", "current_password": PASSWORD}, ("/email", "invalid")),
    ],
)
def test_another_address_needs_the_current_password(client_for, mails, body, expected):
    answer = client_for(UserFactory()).patch(ME, body)
    assert answer.status_code == 400
    assert errors(answer) == {expected}
    assert mails() == []


def test_a_taken_address_is_a_conflict(client_for):
    UserFactory(email="taken@pupmatch.example")
    body = {"email": "taken@pupmatch.example", "current_password": PASSWORD}
    answer = client_for(UserFactory()).patch(ME, body)
    assert (answer.status_code, answer.data["code"]) == (409, "email_taken")


def test_the_same_address_or_none_changes_nothing(client_for, mails):
    user = UserFactory(email_verified_at=timezone.now())
    for body in ({}, {"email": user.email, "current_password": PASSWORD}):
        answer = client_for(user).patch(ME, body)
        assert (answer.status_code, answer.data["email_verified"]) == (200, True)
    assert mails() == []


@pytest.mark.requirement("R12.5")
def test_rights_are_not_for_the_taking(client_for, api):
    rights = {"is_staff": True, "is_superuser": True, "email_verified_at": "2026-01-01T00:00:00Z"}
    account = {"email": "a@pupmatch.example", "password": PASSWORD}
    api.post("/api/v1/auth/register", {**account, **rights})
    user = User.objects.get()
    client_for(user).patch(ME, {**rights, "id": "x"})
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, user.is_email_verified) == (False, False, False)


@pytest.mark.requirement("R2.7")
def test_an_erased_account_leaves_nothing_and_takes_nobody_with_it(client_for, api):
    user, other = UserFactory.create_batch(2)
    client, friend = client_for(user), client_for(other)
    SessionFactory(user=user)
    api.post(TOKEN, {"email": user.email, "password": "wrong"})
    assert client.delete(ME, {"password": PASSWORD}).status_code == 204
    assert list(User.objects.all()) == [other]
    assert friend.get(ME).status_code == 200
    assert client.get(ME).status_code == 401
    again = {"email": user.email, "password": PASSWORD}
    assert api.post(TOKEN, again).status_code == 401
    assert api.post("/api/v1/auth/register", again).status_code == 201


@pytest.mark.requirement("R2.7")
def test_erasure_needs_the_password(client_for):
    client = client_for(UserFactory())
    for body, code in (({}, "required"), ({"password": "wrong"}, "wrong_password")):
        answer = client.delete(ME, body)
        assert answer.status_code == 400
        assert errors(answer) == {("/password", code)}
    assert User.objects.count() == 1


@pytest.mark.usefixtures("real_limits")
@pytest.mark.requirement("R12.3", "R12.4")
@pytest.mark.parametrize(
    ("method", "url", "limit"),
    [("post", CHANGE, 10), ("patch", ME, 10), ("delete", ME, 10), ("post", RESEND, 5)],
)
def test_guesses_of_the_password_and_mails_are_limited(client_for, method, url, limit):
    client = client_for(UserFactory())
    answers = [getattr(client, method)(url, {"password": "x"}) for _ in range(limit + 1)]
    assert answers[-2].status_code != 429
    assert answers[-1].status_code == 429
    assert client.get(ME).status_code == 200
