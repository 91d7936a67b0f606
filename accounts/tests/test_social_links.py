"""Linking Apple and Google with an account, and showing by them whose account it is."""

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import AuthenticationAttempt, User
from accounts.refusals import SignInEnded
from accounts.social.identities import IdToken
from accounts.social.services import link
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.social import (
    GOOGLE,
    LINK_APPLE,
    LINK_GOOGLE,
    ME,
    TOKEN,
    WAYS_IN,
    codes,
    enter,
    reset_token,
    said,
    shown,
    verified,
)
from pupmatch.lib.requests import Caller

pytestmark = pytest.mark.django_db

CHANGE, RESET = "/api/v1/auth/password/change", "/api/v1/auth/password/reset"


@pytest.fixture
def owner():
    return verified(email="owner@pupmatch.example")


@pytest.fixture
def alone(api, at_google, client_for):
    """A client of somebody who has no password: Google is the only way in."""
    enter(api, at_google())
    return client_for(User.objects.get(email="rex@gmail.com"))


def add(api, client, person, address=LINK_GOOGLE, **proof):
    return client.post(address, {**shown(api, person), **(proof or {"current_password": PASSWORD})})


def test_a_link_opens_the_account_whatever_its_address(api, owner, client_for, at_google, mails):
    client = client_for(owner)
    answer = add(api, client, at_google())
    assert answer.status_code == 200
    assert answer.json()["provider"] == "google"
    assert answer.json()["email"] == "rex@gmail.com"
    assert enter(api, at_google()).json()["user"]["id"] == str(owner.pk)
    ways = client.get(WAYS_IN).json()
    assert ways["has_password"] is True
    assert [way["provider"] for way in ways["linked"]] == ["google"]
    assert ways["linked"][0]["email"] == "rex@gmail.com"
    told = [mail for mail in mails() if mail.to == [owner.email]]
    assert "was added" in told[0].subject
    assert "rex@gmail.com" not in told[0].body


def test_to_link_again_does_no_harm(api, owner, client_for, at_google, mails):
    client = client_for(owner)
    answers = [add(api, client, at_google()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert SocialAccount.objects.count() == 1
    assert len([mail for mail in mails() if "was added" in mail.subject]) == 1


@pytest.mark.parametrize(
    ("proof", "wrong"),
    [
        ({"current_password": "wrong"}, ("/current_password", "wrong_password")),
        ({"current_id_token": "x"}, ("/current_password", "required")),
        ({"current_nonce": "x"}, ("/current_password", "required")),
        ({"current_id_token": "x", "current_nonce": "x"}, ("/id_token", "invalid_token")),
    ],
)
def test_who_found_an_unlocked_telephone_adds_no_link(
    api, owner, client_for, at_google, proof, wrong
):
    answer = add(api, client_for(owner), at_google(), **proof)
    assert answer.status_code == 400
    assert codes(answer) == {wrong}
    assert not SocialAccount.objects.exists()


def test_without_a_password_the_other_provider_is_the_proof(api, alone, at_google, at_apple):
    fresh = shown(api, at_google())
    proof = {"current_id_token": fresh["id_token"], "current_nonce": fresh["nonce"]}
    assert add(api, alone, at_apple(), LINK_APPLE, **proof).status_code == 200
    # The same proof again, for something else.
    assert codes(add(api, alone, at_apple(), LINK_APPLE, **proof)) == {("/nonce", "invalid_nonce")}


def test_what_is_added_is_no_proof_of_whose_account_it_is(api, alone, at_apple):
    new = shown(api, at_apple())
    proof = {"current_id_token": new["id_token"], "current_nonce": new["nonce"]}
    assert add(api, alone, at_apple(), LINK_APPLE, **proof).status_code == 400
    assert SocialAccount.objects.count() == 1


def test_one_persons_google_opens_one_account(api, alone, owner, client_for, at_google):
    assert said(add(api, client_for(owner), at_google())) == (409, "provider_taken")
    assert not owner.socialaccount_set.exists()


def test_an_account_has_one_link_for_each_provider(api, owner, client_for, at_google):
    client = client_for(owner)
    add(api, client, at_google("1"))
    assert said(add(api, client, at_google("2"))) == (409, "provider_linked")
    assert SocialAccount.objects.get().uid == "1"


def test_staff_link_nothing(api, client_for, at_google):
    client = client_for(UserFactory(is_staff=True))
    assert said(add(api, client, at_google())) == (403, "staff_account")
    assert not AuthenticationAttempt.objects.exists()


def test_a_provider_that_is_off_is_not_linked(api, owner, client_for, at_google, settings):
    body = {**shown(api, at_google()), "current_password": PASSWORD}
    settings.SOCIALACCOUNT_PROVIDERS["google"]["CLIENT_IDS"] = []
    assert said(client_for(owner).post(LINK_GOOGLE, body)) == (404, "provider_off")


def test_a_link_that_crosses_a_new_password_is_not_made(api, owner, at_google):
    """Whoever is being thrown out by a new password cannot leave a link behind."""
    stale = User.objects.get(pk=owner.pk)
    owner.set_password("a swim in the lake")
    owner.save()
    with pytest.raises(SignInEnded):
        link(
            user=stale,
            provider="google",
            token=IdToken(**shown(api, at_google())),
            caller=Caller("192.0.2.1", "race"),
        )
    assert not SocialAccount.objects.exists()


# --- Unlinking -----------------------------------------------------------------------------------


def test_a_link_can_be_removed(api, owner, client_for, at_google, mails):
    client = client_for(owner)
    add(api, client, at_google())
    assert client.delete(LINK_GOOGLE).status_code == 204
    assert said(client.delete(LINK_GOOGLE)) == (404, "not_found")
    assert client.get(WAYS_IN).json()["linked"] == []
    assert "was removed" in mails()[-1].subject
    # Now Google's Rex is somebody of his own.
    assert enter(api, at_google()).status_code == 201


def test_the_last_way_in_stays(api, alone, at_google, at_apple, settings):
    assert said(alone.delete(LINK_GOOGLE)) == (409, "last_way_in")
    assert said(alone.delete(LINK_APPLE)) == (404, "not_found")
    enter(api, at_apple(email="rex@gmail.com"))
    # One that is switched off opens nothing.
    settings.SOCIALACCOUNT_PROVIDERS["apple"]["CLIENT_IDS"] = []
    assert said(alone.delete(LINK_GOOGLE)) == (409, "last_way_in")
    settings.SOCIALACCOUNT_PROVIDERS["apple"]["CLIENT_IDS"] = ["app"]
    assert alone.delete(LINK_GOOGLE).status_code == 204
    assert said(alone.delete(LINK_APPLE)) == (409, "last_way_in")


# --- In place of a password ----------------------------------------------------------------------


def test_an_account_without_a_password_is_opened_by_none(api, alone):
    user = User.objects.get()
    for password in ("", "!", user.password, PASSWORD):
        answer = api.post(TOKEN, {"email": user.email, "password": password})
        assert answer.status_code in {400, 401}
    assert codes(alone.delete(ME, {"password": PASSWORD})) == {("/password", "wrong_password")}


def test_it_is_erased_by_a_fresh_token_and_leaves_nothing(api, alone, at_google):
    assert alone.delete(ME, shown(api, at_google())).status_code == 204
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    assert not AuthenticationAttempt.objects.exists()
    assert enter(api, at_google()).status_code == 201


def test_it_moves_to_another_address_by_a_fresh_token(api, alone, at_google):
    moved = {"email": "new@pupmatch.example", **shown(api, at_google())}
    assert alone.patch(ME, moved).json()["email"] == "new@pupmatch.example"
    assert enter(api, at_google()).json()["user"]["email"] == "new@pupmatch.example"


def test_it_gets_a_password_by_a_fresh_token(api, alone, at_google):
    body = {"password": "a swim in the lake", **shown(api, at_google())}
    assert alone.post(CHANGE, body).status_code == 204
    user = User.objects.get()
    assert user.check_password("a swim in the lake")
    assert user.socialaccount_set.exists()


@pytest.mark.requirement("R1.4")
def test_or_by_the_mailed_link_and_google_still_opens_it(api, alone, at_google, mails):
    user = User.objects.get()
    assert api.post(RESET, {"email": user.email}).status_code == 202
    token = reset_token(mails())
    body = {"token": token, "password": "a swim in the lake"}
    assert api.post(f"{RESET}/confirm", body).status_code == 204
    assert api.post(f"{RESET}/confirm", body).status_code == 400
    signed_in = api.post(TOKEN, {"email": user.email, "password": "a swim in the lake"})
    assert signed_in.status_code == 200
    assert enter(api, at_google()).status_code == 200
    assert alone.get(ME).status_code == 401


def test_a_first_password_of_a_confirmed_address_leaves_every_link(
    api, alone, at_google, at_apple, mails
):
    enter(api, at_apple(email="rex@gmail.com"))
    SocialAccount.objects.filter(provider="apple").update(extra_data={"email": "x@relay.example"})
    api.post(RESET, {"email": "rex@gmail.com"})
    token = reset_token(mails())
    api.post(f"{RESET}/confirm", {"token": token, "password": "a swim in the lake"})
    assert SocialAccount.objects.count() == 2


def test_a_forgotten_password_drops_links_of_other_addresses(
    api, owner, client_for, at_google, at_apple, mails
):
    """Whoever had the password may have left one: the mailed link throws that out, too."""
    client = client_for(owner)
    add(api, client, at_google())
    add(api, client, at_apple(email="owner@pupmatch.example"), LINK_APPLE)
    api.post(RESET, {"email": owner.email})
    token = reset_token(mails())
    api.post(f"{RESET}/confirm", {"token": token, "password": "a swim in the lake"})
    assert [link.provider for link in owner.socialaccount_set.all()] == ["apple"]
    assert "Google was removed" in mails()[-2].subject
    assert "password was changed" in mails()[-1].subject


@pytest.mark.parametrize("method", ["delete", "patch", "post"])
def test_only_a_fresh_token_of_a_linked_provider_will_do(api, alone, at_google, at_apple, method):
    def tried(**proof):
        body = {"email": "new@pupmatch.example"} if method == "patch" else {}
        body |= {"password": "a swim in the lake"} if method == "post" else {}
        call = getattr(alone, method)
        return call(CHANGE if method == "post" else ME, {**body, **proof})

    used = shown(api, at_google())
    assert api.post(GOOGLE, used).status_code == 200
    somebody_else = at_google("6", email="other@gmail.com")
    assert enter(api, somebody_else).status_code == 201
    foreign = {**shown(api, at_google("5")), "nonce": shown(api, at_google())["nonce"]}
    for proof, wrong in (
        ({}, {("/password" if method == "delete" else "/current_password", "required")}),
        ({"id_token": "x"}, {("/nonce", "required")}),
        (
            {"nonce": "x"},
            {("/password" if method == "delete" else "/current_password", "required")},
        ),
        ({"id_token": "x", "nonce": "x"}, {("/id_token", "invalid_token")}),
        (used, {("/nonce", "invalid_nonce")}),
        (foreign, {("/id_token", "invalid_token")}),
        (shown(api, at_google("5")), {("/id_token", "invalid_token")}),
        (shown(api, somebody_else), {("/id_token", "invalid_token")}),
        (shown(api, at_apple()), {("/id_token", "invalid_token")}),
        (shown(api, at_google(), aud="other"), {("/id_token", "invalid_token")}),
        (shown(api, at_google(), iss="https://evil.example"), {("/id_token", "invalid_token")}),
    ):
        if method == "post" and "password" in {p.strip("/") for p, _ in wrong}:
            continue
        answer = tried(**proof)
        assert (answer.status_code, codes(answer)) == (400, wrong), proof
    user = User.objects.get(email="rex@gmail.com")
    assert not user.has_usable_password()
    assert alone.get(ME).status_code == 200


def test_refused_proofs_are_in_the_log_of_the_account(api, alone, at_google):
    alone.delete(ME, shown(api, at_google("5")))
    alone.delete(ME, {"id_token": "x", "nonce": "x"})
    refused = AuthenticationAttempt.objects.filter(outcome="refused")
    assert [row.user for row in refused] == [User.objects.get()] * 2


@pytest.mark.usefixtures("real_limits")
def test_proofs_are_limited_like_guesses(api, alone):
    answers = [alone.delete(ME, {"id_token": "x", "nonce": "x"}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
