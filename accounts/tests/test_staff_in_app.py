"""Accounts of staff in the people's app: they are changed elsewhere, and guessed at no more often."""

import pytest

from accounts import lockout
from accounts.lockout import EVERYWHERE
from accounts.models import AuthenticationAttempt, FailedSignIn, User
from accounts.tests.authenticators import app_of
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.staff_sign_in import browser, clerk, give_password
from accounts.tests.test_staff_lockout import LOCKED, fails, heard

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_locks")]

ME, TOKEN = "/api/v1/me", "/api/v1/auth/token"


def guess(api, user, password="wrong", **headers):
    return api.post(TOKEN, {"email": user.email, "password": password}, **headers)


def failures() -> list[int]:
    """How often guesses at the account failed, by places and by the account itself."""
    of_account = FailedSignIn.objects.exclude(username="").order_by("ip_address")
    at_places = of_account.exclude(ip_address=EVERYWHERE)
    return [
        sum(rows.values_list("failures_since_start", flat=True))
        for rows in (at_places, of_account.filter(ip_address=EVERYWHERE))
    ]


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_staff_neither_change_nor_erase_their_account_in_the_app(client_for, password):
    user = UserFactory(is_staff=True)
    client = client_for(user)
    change = {"email": "new@pupmatch.example", "current_password": password}
    renewed = {"current_password": password, "password": "another long walk"}
    for answer in (
        client.patch(ME, change),
        client.delete(ME, {"password": password}),
        client.post("/api/v1/auth/password/change", renewed),
    ):
        assert (answer.status_code, answer.data["code"]) == (403, "staff_account")
        assert "administrator" in answer.data["detail"]
    assert User.objects.get().email == user.email
    assert client.get(ME).status_code == 200
    assert not AuthenticationAttempt.objects.filter(method="confirm").exists()


def test_guesses_in_the_app_lock_staff_out_of_both(api):
    user = clerk()
    answers = [guess(api, user) for _ in range(5)]
    assert heard(give_password(browser(), user)) == [LOCKED]
    answers.append(guess(api, user, PASSWORD))
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert AuthenticationAttempt.objects.filter(method="password", outcome="refused").count() == 6


def test_guesses_in_the_admin_lock_staff_out_of_the_app(api):
    user = clerk()
    fails(user, 5)
    assert guess(api, user, PASSWORD).status_code == 429
    lockout.forgive(user.email)
    assert guess(api, user, PASSWORD).status_code == 200


def test_the_right_password_counts_nothing_and_forgives_nothing(api):
    user = clerk()
    app_of(user)
    guess(api, user)
    guess(api, user)
    for _ in range(6):
        assert guess(api, user, PASSWORD).status_code == 200
    assert failures() == [2, 2]


@pytest.mark.requirement("R1.3")
def test_what_is_locked_is_hashed_for_nobody(api, monkeypatch):
    user, hashed = clerk(), []
    look = User.check_password
    monkeypatch.setattr(
        User, "check_password", lambda self, raw: hashed.append(1) or look(self, raw)
    )
    for _ in range(8):
        guess(api, user)
    assert len(hashed) == 5
