"""Addresses and devices that are not to come back."""

from uuid import uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models import AuthenticationAttempt, User
from accounts.tests.factories import PASSWORD, UserFactory
from pupmatch.lib.models import Job
from screening import bans
from screening.models import BannedMark, Finding

pytestmark = pytest.mark.django_db

REGISTER, TOKEN, ME = "/api/v1/auth/register", "/api/v1/auth/token", "/api/v1/me"
BANNED = "rex.barker@gmail.com"


@pytest.fixture
def device():
    """A banned one, and a banned address."""
    bans.mark(kind=BannedMark.Kind.ADDRESS, value=BANNED, decision_id=uuid4())
    device_id = uuid4()
    bans.mark(kind=BannedMark.Kind.DEVICE, value=device_id, decision_id=uuid4())
    return device_id


def register(api, email="new@pupmatch.example", **fields):
    return api.post(REGISTER, {"email": email, "password": PASSWORD, **fields})


@pytest.mark.parametrize("email", [BANNED, "RexBarker+again@googlemail.com"])
def test_a_banned_address_cannot_register(api, device, mails, email):
    answer = register(api, email)
    assert (answer.status_code, answer.json()["code"]) == (403, "registration_refused")
    assert not User.objects.exists()
    assert mails() == []
    attempt = AuthenticationAttempt.objects.get()
    assert (attempt.method, attempt.outcome == "accepted") == ("register", False)


def test_nor_by_another_domain_of_its_provider(api):
    bans.mark(kind=BannedMark.Kind.ADDRESS, value="rex@icloud.com", decision_id=uuid4())
    assert register(api, "rex+2@me.com").json()["code"] == "registration_refused"


def test_nor_a_banned_device_in_the_same_words(api, device):
    by_device = register(api, device_id=str(device)).json()
    by_address = register(api, BANNED).json()
    assert by_device.pop("request_id") != by_address.pop("request_id")
    assert by_device == by_address
    assert not User.objects.exists()
    assert register(api, device_id=str(uuid4())).status_code == 201


def test_a_known_address_is_a_conflict_as_ever(api, device):
    UserFactory(email=BANNED)
    for fields in ({}, {"device_id": str(device)}):
        answer = register(api, BANNED, **fields)
        assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_a_refused_registration_hashes_like_any_other(api, device, monkeypatch):
    hashed = []
    encode = Argon2PasswordHasher.encode
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: hashed.append(1) or encode(*a))
    register(api, BANNED)
    refused = len(hashed)
    register(api)
    assert 0 < refused == len(hashed) - refused


def test_no_account_moves_to_a_banned_address(client_for, device):
    user = UserFactory(email="old@pupmatch.example")
    client = client_for(user)
    answer = client.patch(ME, {"email": BANNED, "current_password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "address_refused")
    user.refresh_from_db()
    assert user.email == "old@pupmatch.example"
    UserFactory(email=BANNED)
    answer = client.patch(ME, {"email": BANNED, "current_password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_after_the_decision_is_undone_they_may(api):
    decision_id = uuid4()
    bans.mark(kind=BannedMark.Kind.ADDRESS, value=BANNED, decision_id=decision_id)
    assert register(api, BANNED).status_code == 403
    bans.unmark(decision_id=decision_id)
    assert register(api, BANNED).status_code == 201


def test_signing_in_on_a_banned_device_is_told_to_staff_and_not_refused(api, device):
    user = UserFactory()
    for _ in "ab":
        credentials = {"email": user.email, "password": PASSWORD, "device_id": str(device)}
        assert api.post(TOKEN, credentials).status_code == 200
    finding = Finding.objects.get()
    assert (finding.user, finding.kind, finding.response) == (user, "banned_device", "flag")
    assert Job.objects.filter(task_name="moderation.tasks.gather_findings").count() == 1


def test_another_device_is_not_told(api, device):
    user = UserFactory()
    api.post(TOKEN, {"email": user.email, "password": PASSWORD, "device_id": str(uuid4())})
    api.post(TOKEN, {"email": user.email, "password": PASSWORD})
    assert not Finding.objects.exists()
