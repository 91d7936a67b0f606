"""What happens when the same thing arrives many times at one instant."""

from functools import partial

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.credentials import (
    WrongPassword,
    change_email,
    change_password,
    confirm_password_reset,
    erase,
)
from accounts.links import reset_token
from accounts.models import AuthenticationAttempt, RefreshTokenRecord, Session, User
from accounts.services import EmailTaken, refresh, register, sign_in
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tokens import read_refresh
from pupmatch.lib.requests import Caller

pytestmark = pytest.mark.django_db(transaction=True)

CALLER = Caller("192.0.2.1", "race")


def test_eight_parallel_refreshes_of_one_token_give_one_that_follows(in_parallel, client_for):
    token = client_for(UserFactory()).tokens.refresh
    pairs = in_parallel(*[partial(refresh, token=token, caller=CALLER)] * 8)
    assert len({read_refresh(pair.refresh)["jti"] for pair in pairs}) == 1
    assert len({pair.access for pair in pairs}) == 8
    assert Session.objects.count() == 1
    spent = RefreshTokenRecord.objects.exclude(spent_at=None)
    assert (spent.count(), RefreshTokenRecord.objects.count()) == (1, 2)


def test_a_late_refresh_among_eight_ends_the_family_for_all(in_parallel, client_for, settings):
    settings.REFRESH_REUSE_LEEWAY *= 0
    token = client_for(UserFactory()).tokens.refresh
    outcomes = in_parallel(*[partial(refresh, token=token, caller=CALLER)] * 8)
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 7
    assert not Session.objects.live().exists()


@pytest.mark.requirement("R1.4")
def test_one_reset_link_sets_one_password_however_often_it_is_used_at_once(in_parallel):
    user = UserFactory()
    token = reset_token(user)
    words = [f"a walk around lake {n}" for n in range(8)]
    uses = [
        partial(confirm_password_reset, token=token, password=word, caller=CALLER) for word in words
    ]
    outcomes = in_parallel(*uses)
    assert outcomes.count(None) == 1
    user.refresh_from_db()
    assert user.check_password(words[outcomes.index(None)])


@pytest.mark.requirement("R1.1")
def test_one_address_registered_eight_times_at_once_is_one_account(in_parallel):
    attempt = partial(register, email="a@pupmatch.example", password=PASSWORD, caller=CALLER)
    outcomes = in_parallel(*[attempt] * 8)
    assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 7
    assert User.objects.count() == 1
    assert AuthenticationAttempt.objects.filter(outcome="accepted").count() == 1


def test_a_sign_in_that_crosses_a_password_change_opens_nothing(monkeypatch):
    user = UserFactory()

    def changed_while_hashing(backend, request, **credentials):
        found = User.objects.get(pk=user.pk)
        other = User.objects.get(pk=user.pk)
        other.set_password("a swim in the lake")
        other.save()
        return found

    backend = "accounts.services.AllowAllUsersModelBackend.authenticate"
    monkeypatch.setattr(backend, changed_while_hashing)
    with pytest.raises(Exception, match="There is no account with"):
        sign_in(email=user.email, password=PASSWORD, caller=CALLER)
    assert not Session.objects.exists()


def test_what_a_password_protects_is_refused_when_it_changed_meanwhile(client_for):
    client_for(user := UserFactory())
    session = Session.objects.select_related("user").get()
    user.set_password("a swim in the lake")
    user.save()
    words = {"current_password": PASSWORD, "caller": CALLER}
    with pytest.raises(WrongPassword):
        change_password(session=session, password="a nap in the sun", **words)
    with pytest.raises(WrongPassword):
        change_email(user=session.user, email="b@pupmatch.example", **words)


@pytest.mark.requirement("R2.7")
def test_an_account_erased_twice_at_once_while_it_is_used_is_gone(in_parallel, client_for):
    user = UserFactory()
    client = client_for(user)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {client.tokens.access}"}

    def delete():
        return APIClient().delete("/api/v1/me", {"password": PASSWORD}, **headers).status_code

    def rotate():
        body = {"refresh": client.tokens.refresh}
        return APIClient().post("/api/v1/auth/token/refresh", body).status_code

    def enter():
        body = {"email": user.email, "password": PASSWORD}
        return APIClient().post("/api/v1/auth/token", body).status_code

    outcomes = in_parallel(delete, delete, rotate, rotate, enter, enter)
    assert 204 in outcomes[:2]
    assert set(outcomes) <= {200, 204, 401}
    assert not User.objects.exists()
    assert not Session.objects.exists()


@pytest.mark.requirement("R2.7")
def test_an_erasure_that_somebody_writes_into_is_tried_again(monkeypatch, client_for):
    user = UserFactory()
    client_for(user)
    session = Session.objects.get()
    real, written = User.delete, []

    def written_into(self):
        deleted = real(self)
        if not written:
            # As a request of another connection would, between two deletions of the cascade.
            written.append(1)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO accounts_refreshtokenrecord (jti, session_id, created_at)"
                    " VALUES (gen_random_uuid(), %s, now())",
                    [session.pk],
                )
        return deleted

    monkeypatch.setattr(User, "delete", written_into)
    erase(user=user, password=PASSWORD, caller=CALLER)
    assert written
    assert not User.objects.exists()
