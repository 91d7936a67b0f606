"""Sign in with Apple and Google where there is an account with the address already."""

from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import AuthenticationAttempt, Session, User
from accounts.services import EmailTaken
from accounts.social import services
from accounts.social.identities import Identity
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.social import ME, REGISTER, TOKEN, enter, reset_token, said, shown, verified
from pupmatch.lib.models import Job

pytestmark = pytest.mark.django_db


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
