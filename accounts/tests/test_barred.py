"""What is left to whoever is suspended or banned, and how they get there."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import credentials, standing
from accounts.links import reset_token
from accounts.models import AuthenticationAttempt, Session, User
from accounts.refusals import AccountBanned
from accounts.tests.factories import PASSWORD, UserFactory
from pupmatch.lib.requests import Caller

pytestmark = pytest.mark.django_db

TOKEN, REFRESH, ME = "/api/v1/auth/token", "/api/v1/auth/token/refresh", "/api/v1/me"
CALLER = Caller("192.0.2.1", "tests")
UNTIL = timezone.now().replace(microsecond=0) + timedelta(days=7)

BAR = {
    "account_suspended": lambda user: standing.suspend(user=user, until=UNTIL),
    "account_banned": lambda user: standing.ban(user=user),
}


@pytest.fixture(params=BAR)
def code(request):
    return request.param


@pytest.fixture
def barred(code):
    user = UserFactory()
    BAR[code](user)
    user.refresh_from_db()
    return user


def sign_in(api, user, **fields):
    answer = api.post(TOKEN, {"email": user.email, "password": PASSWORD, **fields})
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.data.get('access')}")
    return answer


def test_a_barred_person_signs_in_to_be_told_why(api, barred, code):
    assert sign_in(api, barred).status_code == 200
    answer = api.get(ME)
    assert (answer.status_code, answer.data["code"]) == (403, code)
    assert answer["Content-Type"] == "application/problem+json"
    until = UNTIL.isoformat().replace("+00:00", "Z")
    assert answer.json().get("until") == (until if code == "account_suspended" else None)


def test_a_ban_is_told_before_a_suspension(api, barred):
    for bar in BAR.values():
        bar(barred)
    sign_in(api, barred)
    assert api.get(ME).data["code"] == "account_banned"


@pytest.mark.requirement("R1.6")
def test_a_token_from_before_is_worth_nothing(client_for, code):
    user = UserFactory()
    client = client_for(user)
    BAR[code](user)
    assert client.get(ME).data["code"] == "session_ended"
    refused = client.post(REFRESH, {"refresh": client.tokens.refresh})
    assert (refused.status_code, refused.data["code"]) == (401, "refresh_refused")


def test_refreshing_works_and_opens_no_more(api, barred, code):
    pair = sign_in(api, barred).data
    pair = api.post(REFRESH, {"refresh": pair["refresh"]}).data
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert api.get(ME).data["code"] == code


@pytest.mark.parametrize("address", ["logout", "logout-all"])
def test_a_barred_person_can_sign_out(api, barred, address):
    sign_in(api, barred)
    assert api.post(f"/api/v1/auth/{address}").status_code == 204
    assert not Session.objects.live().exists()


@pytest.mark.requirement("R2.7")
def test_a_barred_person_can_go_for_good(api, barred):
    sign_in(api, barred)
    assert api.delete(ME, {"password": PASSWORD}).status_code == 204
    assert not User.objects.exists()


def test_a_barred_person_can_set_a_new_password(api, barred, mails):
    api.post("/api/v1/auth/password/reset", {"email": barred.email})
    assert [mail.to for mail in mails()] == [[barred.email]]
    words = {"token": reset_token(barred), "password": "a nap in the sun"}
    assert api.post("/api/v1/auth/password/reset/confirm", words).status_code == 204
    assert sign_in(api, barred, password="a nap in the sun").status_code == 200


def test_what_stays_open_when_a_suspension_ends_is_everything(api, barred):
    sign_in(api, barred)
    standing.unsuspend(user=barred)
    standing.unban(user=barred)
    assert api.get(ME).status_code == 200


@pytest.mark.requirement("R1.3")
def test_an_account_out_of_use_is_as_if_it_were_not_there_also_when_it_is_barred(api, barred):
    sign_in(api, barred)
    standing.deactivate(user=barred)
    assert api.get(ME).data["code"] == "session_ended"
    assert sign_in(api, barred).data["code"] == "invalid_credentials"
    token = reset_token(barred)
    words = {"token": token, "password": "a nap in the sun"}
    answer = api.post("/api/v1/auth/password/reset/confirm", words)
    assert answer.data["errors"][0]["code"] == "invalid_token"


def test_whoever_is_barred_while_they_move_stays_at_their_address(monkeypatch, code):
    user = UserFactory()

    def barred_while_asked(*args, **kwargs):
        BAR[code](user)

    monkeypatch.setattr(credentials, "confirm", barred_while_asked)
    with pytest.raises(Exception, match="account is"):
        credentials.change_email(
            user=user, email="away@pupmatch.example", current_password=PASSWORD, caller=CALLER
        )
    assert not User.objects.filter(email="away@pupmatch.example").exists()


def test_what_is_refused_to_a_barred_person_is_no_failed_attempt(api, barred):
    sign_in(api, barred)
    api.get(ME)
    assert AuthenticationAttempt.objects.get().outcome == "accepted"
    assert AccountBanned.status_code == 403


# --- Which installation it was --------------------------------------------------------------------


@pytest.mark.parametrize("address", ["register", "token"])
def test_a_sign_in_remembers_the_installation(api, address):
    user, device_id = UserFactory.build(), uuid4()
    if address == "token":
        user.save()
    fields = {"email": user.email, "password": PASSWORD}
    answer = api.post(f"/api/v1/auth/{address}", {**fields, "device_id": device_id})
    assert answer.status_code in (200, 201)
    assert Session.objects.get().device_id == device_id
    api.post(REFRESH, {"refresh": answer.data["refresh"]})
    assert Session.objects.get().device_id == device_id


def test_an_app_may_keep_its_installation_to_itself(api):
    assert sign_in(api, UserFactory()).status_code == 200
    assert Session.objects.get().device_id is None
    nonsense = sign_in(api, UserFactory(), device_id="mine")
    assert nonsense.data["errors"][0]["pointer"] == "/device_id"
