"""Sign in with Apple and Google: whose account a token opens, and which accounts it makes."""

from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.utils import timezone

from accounts import standing
from accounts.models import AuthenticationAttempt, Session, User
from accounts.tests.factories import UserFactory
from accounts.tests.social import (
    APPLE,
    GOOGLE,
    ME,
    NONCE,
    enter,
    said,
    shown,
)
from events.models import Event
from pupmatch.lib.tests.admin_pages import address, superuser
from screening import bans
from screening.models import BannedMark, Finding

pytestmark = pytest.mark.django_db


def bearer(api, answer):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    return api


# --- Accounts of their own -----------------------------------------------------------------------


@pytest.mark.requirement("R1.2")
@pytest.mark.parametrize("who", ["at_google", "at_apple"])
def test_somebody_new_gets_an_account_and_is_signed_in(api, request, who, mails):
    person = request.getfixturevalue(who)(email="Rex.Barker@Mail.Example")
    answer = enter(api, person, device_id=(device_id := uuid4()))
    assert answer.status_code == 201
    assert set(answer.json()) == {"user", "access", "refresh"}
    assert answer["Cache-Control"] == "no-store"
    user = User.objects.get()
    assert answer.json()["user"] == {
        "id": str(user.pk),
        "email": "rex.barker@mail.example",
        "email_verified": True,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert not user.has_usable_password()
    assert user.sessions.get().device_id == device_id
    assert bearer(api, answer).get(ME).json()["id"] == str(user.pk)
    assert mails() == []


def test_the_same_person_comes_back_to_it_whatever_the_address_is_then(api, at_google):
    first = enter(api, at_google())
    again = enter(api, at_google(email="other@gmail.com", email_verified=False))
    without = enter(api, at_google(email=...))
    assert (first.status_code, again.status_code, without.status_code) == (201, 200, 200)
    assert {answer.json()["user"]["id"] for answer in (first, again, without)} == {
        str(User.objects.get().pk)
    }
    assert Session.objects.count() == 3
    assert User.objects.get().email == "rex@gmail.com"


def test_the_same_subject_at_two_providers_is_two_people(api, at_google, at_apple):
    enter(api, at_google("42", email="a@gmail.com"))
    enter(api, at_apple("42", email="b@icloud.example"))
    assert User.objects.count() == SocialAccount.objects.count() == 2


def test_of_all_that_the_provider_says_only_the_address_is_stored(api, at_google):
    enter(api, at_google(name="Rex Barker", picture="https://pictures.example/1", hd="b.example"))
    stored = SocialAccount.objects.get()
    assert (stored.provider, stored.uid) == ("google", "1234")
    assert stored.extra_data == {"email": "rex@gmail.com"}
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "accounts.google.com"])
def test_google_calls_itself_by_two_names(api, at_google, issuer):
    assert enter(api, at_google(iss=issuer)).status_code == 201


def test_a_token_may_be_for_the_server_and_asked_for_by_the_app(api, at_google):
    assert enter(api, at_google(azp="ios.pupmatch.example")).status_code == 201


@pytest.mark.requirement("R12.6")
def test_every_attempt_is_logged_and_every_sign_in_told(api, at_google):
    person = at_google()
    enter(api, person)
    enter(api, person, aud="other.example")
    enter(api, at_google("5", email=...))
    user = User.objects.get()
    log = AuthenticationAttempt.objects.order_by("created_at")
    assert [(row.method, row.outcome, row.user) for row in log] == [
        ("google", "accepted", user),
        ("google", "refused", None),
        ("google", "refused", None),
    ]
    assert [event.type for event in Event.objects.filter(stream=user.pk)] == ["account.signed_in"]


@pytest.mark.parametrize(
    "claims",
    [
        {"email": ...},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": ...},
        {"email_verified": None},
        {"email_verified": "yes"},
        {"email": "nonsense"},
        {"email": '"a b"@pupmatch.example'},
        {"email": "ä@pupmatch.example"},
        {"email": "a@" + "x" * 260 + ".example"},
        {"email": "a\x00@pupmatch.example"},
        {"email": ["rex@gmail.com"]},
        {"email": 7},
    ],
    ids=repr,
)
@pytest.mark.parametrize("who", ["at_google", "at_apple"])
def test_without_a_confirmed_address_no_account_is_made(api, request, who, claims):
    answer = enter(api, request.getfixturevalue(who)(**claims))
    assert said(answer) == (403, "address_unverified")
    assert not User.objects.exists()


# --- Who may not ---------------------------------------------------------------------------------


@pytest.fixture
def banned_device():
    bans.mark(kind=BannedMark.Kind.ADDRESS, value="rex@gmail.com", decision_id=uuid4())
    device_id = uuid4()
    bans.mark(kind=BannedMark.Kind.DEVICE, value=device_id, decision_id=uuid4())
    return device_id


def test_who_is_not_to_come_back_makes_no_account(api, at_google, banned_device):
    assert said(enter(api, at_google())) == (403, "registration_refused")
    other = at_google("5", email="other@gmail.com")
    assert said(enter(api, other, device_id=banned_device)) == (403, "registration_refused")
    assert not User.objects.exists()
    assert AuthenticationAttempt.objects.filter(outcome="refused").count() == 2
    assert enter(api, other).status_code == 201


def test_a_sign_in_on_a_banned_device_is_told_to_staff(api, at_google, banned_device):
    other = at_google("5", email="other@gmail.com")
    enter(api, other)
    assert enter(api, other, device_id=banned_device).status_code == 200
    assert Finding.objects.get().kind == "banned_device"


def test_who_is_barred_signs_in_to_appeal_and_for_nothing_else(api, at_google):
    enter(api, at_google())
    standing.ban(user=User.objects.get())
    answer = enter(api, at_google())
    assert answer.status_code == 200
    assert said(bearer(api, answer).get(ME)) == (403, "account_banned")


def test_an_account_out_of_use_is_not_opened(api, at_google):
    enter(api, at_google())
    standing.deactivate(user=User.objects.get())
    assert said(enter(api, at_google())) == (401, "invalid_credentials")
    assert not Session.objects.live().exists()


def test_staff_do_not_sign_in_this_way(api, at_google):
    enter(api, at_google())
    User.objects.update(is_staff=True)
    Session.objects.all().delete()
    assert said(enter(api, at_google())) == (403, "staff_account")
    SocialAccount.objects.all().delete()
    User.objects.update(email_verified_at=timezone.now())
    assert said(enter(api, at_google())) == (409, "email_taken")
    User.objects.update(email_verified_at=None)
    assert said(enter(api, at_google())) == (409, "email_taken")
    assert not Session.objects.exists()
    assert not SocialAccount.objects.exists()


def test_a_provider_without_client_ids_is_off(api, at_google, settings):
    body = shown(api, at_google())
    settings.SOCIALACCOUNT_PROVIDERS["google"]["CLIENT_IDS"] = []
    assert said(api.post(GOOGLE, body)) == (404, "provider_off")
    assert api.post(NONCE).json()["providers"] == ["apple"]
    assert said(api.post("/api/v1/auth/social/facebook", body)) == (404, "not_found")
    assert not User.objects.exists()


def test_both_are_off_by_default(api):
    for way in (GOOGLE, APPLE):
        assert said(api.post(way, {})) == (404, "provider_off")


def test_staff_see_what_an_account_is_opened_by(api, at_google):
    enter(api, at_google())
    user = User.objects.get()
    client = superuser()
    page = client.get(address(user, "change")).content.decode()
    assert "Google since" in page
    other = client.get(address(UserFactory(), "change")).content.decode()
    assert "password only" in other
    assert Session.objects.filter(user=user).exists()
