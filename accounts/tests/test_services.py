"""The sign-in log, secrets at rest, mails, and clearing up."""

import json
import logging
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone
from pythonjsonlogger.json import JsonFormatter

from accounts.models import AuthenticationAttempt, RefreshTokenRecord, Session, email_digest
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from pupmatch.lib.models import IdempotentAnswer, RequestCounter

pytestmark = pytest.mark.django_db

CONFIRM = "/api/v1/auth/password/reset/confirm"


def attempts() -> list[tuple]:
    rows = AuthenticationAttempt.objects.order_by("id")
    return list(rows.values_list("method", "outcome", "user__email"))


@pytest.mark.requirement("R12.6")
def test_every_attempt_is_logged_with_its_outcome(api, client_for):
    rex = UserFactory(email="rex@pupmatch.example")
    account = {"email": "luna@pupmatch.example", "password": PASSWORD}
    pair = api.post("/api/v1/auth/register", account).data
    api.post("/api/v1/auth/register", account)
    api.post("/api/v1/auth/token", account)
    api.post("/api/v1/auth/token", {**account, "password": "wrong"})
    api.post("/api/v1/auth/token", {"email": "nobody@pupmatch.example", "password": "x"})
    api.post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]})
    api.post("/api/v1/auth/token/refresh", {"refresh": "nonsense"})
    api.post(CONFIRM, {"token": f"{rex.pk.hex}.x", "password": PASSWORD})
    api.post(CONFIRM, {"token": "nonsense", "password": PASSWORD})
    client_for(rex).delete("/api/v1/me", {"password": "wrong"})
    luna = account["email"]
    assert attempts() == [
        ("register", "accepted", luna),
        ("register", "refused", luna),
        ("password", "accepted", luna),
        ("password", "refused", luna),
        ("password", "refused", None),
        ("refresh", "accepted", luna),
        ("refresh", "refused", None),
        ("reset", "refused", rex.email),
        ("reset", "refused", None),
        ("confirm", "refused", rex.email),
    ]


@pytest.mark.requirement("R12.6")
def test_an_attempt_says_from_where_and_keeps_unknown_addresses_as_digests(api):
    api.post(
        "/api/v1/auth/token",
        {"email": "nobody@pupmatch.example", "password": "x"},
        REMOTE_ADDR="192.0.2.7",
        HTTP_USER_AGENT="x" * 300,
    )
    attempt = AuthenticationAttempt.objects.get()
    assert (attempt.ip_address, attempt.user_agent) == ("192.0.2.7", "x" * 200)
    assert attempt.email_digest == email_digest("nobody@pupmatch.example")


@pytest.mark.requirement("R12.6")
def test_the_log_has_one_structured_line_without_address_or_token(api, caplog):
    caplog.set_level(logging.INFO)
    user = UserFactory(email="rex@pupmatch.example")
    pair = api.post("/api/v1/auth/token", {"email": user.email, "password": PASSWORD}).data
    api.post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]})
    api.post("/api/v1/auth/token/refresh", {"refresh": pair["access"]})
    records = [record for record in caplog.records if record.name == "accounts.attempts"]
    lines = [json.loads(JsonFormatter().format(record)) for record in records]
    assert [(line["method"], line["outcome"]) for line in lines] == [
        ("password", "accepted"),
        ("refresh", "accepted"),
        ("refresh", "refused"),
    ]
    assert [line["user_id"] for line in lines] == [str(user.pk), str(user.pk), None]
    everything = caplog.text + json.dumps(lines)
    secrets = (user.email, PASSWORD, pair["access"], pair["refresh"])
    assert not any(secret in everything for secret in secrets)


@pytest.mark.requirement("R12.6")
@pytest.mark.parametrize(
    ("is_staff", "password", "outcome"),
    [(True, PASSWORD, "accepted"), (True, "wrong", "refused"), (False, PASSWORD, "refused")],
)
def test_sign_ins_of_staff_are_logged(client, is_staff, password, outcome):
    user = UserFactory(is_staff=is_staff)
    client.post("/admin/login/", {"username": user.email, "password": password})
    assert attempts() == [("admin", outcome, user.email)]
    assert ("_auth_user_id" in client.session) == (outcome == "accepted")


@pytest.mark.requirement("R12.3")
def test_sign_ins_of_staff_are_limited_before_any_hash_is_made(client, real_limits):
    form = {"username": UserFactory(is_staff=True).email, "password": "wrong"}
    for _ in range(10):
        client.post("/admin/login/", form)
    answer = client.post("/admin/login/", {**form, "password": PASSWORD})
    assert b"Too many attempts" in answer.content
    assert "_auth_user_id" not in client.session


def test_an_empty_form_of_staff_is_no_attempt(client):
    client.post("/admin/login/", {"username": "", "password": ""})
    assert attempts() == []


@pytest.mark.requirement("R12.7")
def test_no_password_and_no_token_is_readable_in_the_database(api, mails):
    account = {"email": "rex@pupmatch.example", "password": PASSWORD}
    pair = api.post("/api/v1/auth/register", account).data
    api.post("/api/v1/auth/password/reset", {"email": account["email"]})
    links = [mail.body.split("#token=")[1].split()[0] for mail in mails()]
    secrets = [PASSWORD, pair["access"], pair["refresh"], *links]
    tables = [model._meta.db_table for model in apps.get_models()]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            rows = "\n".join(row for (row,) in cursor.fetchall())
            assert not [secret for secret in secrets if secret in rows], table


@pytest.mark.requirement("R2.7")
def test_erasure_forgets_attempts_from_before_the_address_had_an_account(api, client_for):
    account = {"email": "rex@pupmatch.example", "password": PASSWORD}
    api.post("/api/v1/auth/token", account)
    pair = api.post("/api/v1/auth/register", account).data
    api.delete("/api/v1/me", {"password": PASSWORD}, HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert not AuthenticationAttempt.objects.exists()


@pytest.mark.requirement("R2.7")
def test_whatever_points_at_an_account_goes_with_it_or_lets_go_of_it():
    """Erasure is one cascade; a row that protected itself would make it impossible."""
    protecting = [
        f"{field.model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model._meta.label == "accounts.User"
        and field.remote_field.on_delete not in {models.CASCADE, models.SET_NULL}
    ]
    assert protecting == []


def test_mails_are_plain_text_that_nothing_escapes(api, mails):
    email = "o'hara&co@pupmatch.example"
    api.post("/api/v1/auth/register", {"email": email, "password": PASSWORD})
    assert mails()[0].content_subtype == "plain"
    assert mails()[0].to == [email]
    assert "&#x27;" not in mails()[0].body


def test_what_outlived_its_use_is_cleared_and_nothing_else(client_for, api, capsys):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        kept = client_for(UserFactory())
        old = kept.tokens
        SessionFactory(ended_at=timezone.now(), end_reason="logout")
        SessionFactory(expires_at=timezone.now())
        answer = api.post("/api/v1/auth/token/refresh", {"refresh": old.refresh}).data
        IdempotentAnswer.objects.create(user=UserFactory(), key="k", fingerprint="f")
        clock.shift(timedelta(days=30))
        call_command("clear_expired")
        assert Session.objects.count() == 3
        clock.shift(timedelta(seconds=1))
        call_command("clear_expired")
        assert Session.objects.count() == 1
        assert (RefreshTokenRecord.objects.count(), RequestCounter.objects.count()) == (1, 0)
        assert AuthenticationAttempt.objects.count() == 1
        assert not IdempotentAnswer.objects.exists()
        # Still good; the spent one still ends the family, its record gone or not.
        body = {"refresh": answer["refresh"]}
        assert api.post("/api/v1/auth/token/refresh", body).status_code == 200
        body = {"refresh": old.refresh}
        assert api.post("/api/v1/auth/token/refresh", body).status_code == 401
        assert not Session.objects.live().exists()
        clock.shift(timedelta(days=91))
        call_command("clear_expired")
        assert not AuthenticationAttempt.objects.exists()
    assert "rows removed" in capsys.readouterr().out
