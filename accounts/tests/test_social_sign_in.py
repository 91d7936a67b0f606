"""Sign in with Apple and Google: whose account a token opens, and which accounts it makes."""

from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.utils import timezone

from accounts import standing
from accounts.models import AuthenticationAttempt, Session, User
from accounts.services import EmailTaken
from accounts.social import services
from accounts.social.identities import Identity
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.social import APPLE, GOOGLE, NONCE, enter, reset_token, shown
from events.models import Event
from pupmatch.lib.models import Job
from screening import bans
from screening.models import BannedMark, Finding

pytestmark = pytest.mark.django_db

ME, TOKEN, REGISTER = "/api/v1/me", "/api/v1/auth/token", "/api/v1/auth/register"


def said(answer):
    return answer.status_code, answer.json().get("code")


def verified(**fields):
    return UserFactory(email_verified_at=timezone.now(), **fields)


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
    for address in (GOOGLE, APPLE):
        assert said(api.post(address, {})) == (404, "provider_off")


# --- Accounts that were there before -------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "claims", "is_linked"),
    [
        ("at_google", {}, True),
        ("at_google", {"email": "Rex@GMail.com"}, True),
        ("at_google", {"email": "rex@barker.example", "hd": "barker.example"}, True),
        ("at_google", {"email": "rex@barker.example"}, False),
        ("at_google", {"email": "rex@barker.example", "hd": ""}, False),
        ("at_google", {"email": "rex@notgmail.com"}, False),
        ("at_google", {"email": "rex@gmail.com.evil.example"}, False),
        ("at_apple", {"email": "rex@barker.example"}, True),
        ("at_apple", {"email": "x7@privaterelay.appleid.com", "is_private_email": "true"}, True),
    ],
)
def test_an_address_is_enough_only_where_the_provider_speaks_for_it(
    api, request, who, claims, is_linked, mails
):
    person = request.getfixturevalue(who)(**claims)
    user = verified(email=person.more["email"].lower())
    answer = enter(api, person)
    if is_linked:
        assert answer.status_code == 200
        assert answer.json()["user"]["id"] == str(user.pk)
        assert [mail.subject.split()[-1] for mail in mails() if "was added" in mail.subject]
    else:
        assert said(answer) == (409, "email_taken")
        assert "settings" in answer.json()["detail"]
    assert SocialAccount.objects.filter(user=user).exists() == is_linked
    assert User.objects.count() == 1


def test_a_linked_account_keeps_its_password_and_sign_ins(api, at_google, client_for):
    user = verified(email="rex@gmail.com")
    client = client_for(user)
    enter(api, at_google())
    assert client.get(ME).status_code == 200
    assert api.post(TOKEN, {"email": user.email, "password": PASSWORD}).status_code == 200


def test_another_one_of_the_same_provider_does_not_inherit_the_account(api, at_google):
    enter(api, at_google("1"))
    assert said(enter(api, at_google("2"))) == (409, "email_taken")


def test_both_providers_may_lead_to_one_account(api, at_google, at_apple):
    enter(api, at_google())
    assert enter(api, at_apple(email="rex@gmail.com")).status_code == 200
    assert User.objects.get().socialaccount_set.count() == 2


# --- Whoever was there first with somebody else's address ----------------------------------------


def test_who_registered_with_the_address_keeps_nothing_of_it(api, at_google, client_for, mails):
    """Pre-hijacking: a password and a sign-in wait in an account for the owner of the address."""
    stolen = {"email": "rex@gmail.com", "password": "a trap in the park"}
    trap = api.post(REGISTER, stolen).json()
    user = User.objects.get()
    attacker = client_for(user)
    api.post("/api/v1/auth/password/reset", {"email": stolen["email"]})
    sent = mails()

    answer = enter(api, at_google())
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.pk)
    assert answer.json()["user"]["email_verified"] is True
    assert said(api.post(TOKEN, stolen)) == (401, "invalid_credentials")
    assert said(attacker.get(ME)) == (401, "session_ended")
    assert said(api.post("/api/v1/auth/token/refresh", {"refresh": trap["refresh"]})) == (
        401,
        "refresh_refused",
    )
    token = reset_token(sent)
    body = {"token": token, "password": "another trap in the park"}
    assert api.post("/api/v1/auth/password/reset/confirm", body).status_code == 400
    assert Session.objects.live().count() == 1


def test_nor_does_who_left_a_link_in_it(api, at_google, client_for):
    """The same with a link in place of the password: an account moved to the victim's address."""
    enter(api, at_google("attacker", email="attacker@gmail.com"))
    user = User.objects.get()
    attacker = client_for(user)
    moved = {"email": "rex@gmail.com", **shown(api, at_google("attacker"))}
    assert attacker.patch(ME, moved).status_code == 200

    answer = enter(api, at_google("victim", email="rex@gmail.com"))
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.pk)
    assert attacker.get(ME).status_code == 401
    again = enter(api, at_google("attacker", email="attacker@gmail.com"))
    assert again.status_code == 201
    assert again.json()["user"]["id"] != str(user.pk)


def test_nor_where_the_owner_takes_it_back_by_mail(api, at_google, at_apple, client_for, mails):
    enter(api, at_google("attacker", email="attacker@gmail.com"))
    user = User.objects.get()
    moved = {"email": "rex@barker.example", **shown(api, at_google("attacker"))}
    assert client_for(user).patch(ME, moved).status_code == 200
    # Google does not speak for this address, so the owner is sent to the mailed link.
    victim = at_google("victim", email="rex@barker.example")
    assert said(enter(api, victim)) == (409, "email_taken")
    api.post("/api/v1/auth/password/reset", {"email": "rex@barker.example"})
    token = reset_token(mails())
    body = {"token": token, "password": "my own dog's name"}
    assert api.post("/api/v1/auth/password/reset/confirm", body).status_code == 204
    assert not user.socialaccount_set.exists()
    assert not Session.objects.live().exists()
    again = enter(api, at_google("attacker", email="attacker@gmail.com"))
    assert again.json()["user"]["id"] != str(user.pk)


def test_an_unconfirmed_account_is_not_handed_over_on_a_word_that_is_none(api, at_google):
    user = UserFactory(email="rex@barker.example")
    assert said(enter(api, at_google(email="rex@barker.example"))) == (409, "email_taken")
    unverified = at_google(
        "5", email="rex@barker.example", email_verified=False, hd="barker.example"
    )
    assert said(enter(api, unverified)) == (403, "address_unverified")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_no_mail_is_queued_with_an_address_or_a_token(api, at_google):
    verified(email="rex@gmail.com")
    enter(api, at_google())
    (job,) = Job.objects.filter(task_name="accounts.tasks.mail_provider_changed")
    assert set(job.args) == {"user_id", "provider", "change"}


def test_the_owner_is_told_of_a_sign_in_from_somewhere_new(api, at_google, mails, settings):
    settings.NEW_SIGN_IN_MAIL = True
    device_id = uuid4()
    enter(api, at_google(), device_id=device_id)
    enter(api, at_google(), device_id=device_id)
    assert mails() == []
    enter(api, at_google(), device_id=uuid4())
    assert [mail.to for mail in mails()] == [["rex@gmail.com"]]
    log = AuthenticationAttempt.objects.filter(outcome="accepted")
    assert {row.session_id for row in log} == {session.pk for session in Session.objects.all()}


def test_whoever_comes_second_with_the_same_subject_finds_the_account_just_made(api, at_google):
    """What the second of two first sign-ins sees that looked for the link before it was there."""
    enter(api, at_google())
    late = Identity("google", "1234", email="rex@gmail.com", is_authoritative=False)
    assert services._of_same_address(late) == User.objects.get()
    other = late._replace(subject="5", is_authoritative=True)
    with pytest.raises(EmailTaken):
        services._of_same_address(other)
