"""What an app does to sign people in with Apple and Google."""

from django.utils import timezone

from accounts.tests.factories import UserFactory

NONCE = "/api/v1/auth/social/nonce"
ME, TOKEN, REGISTER = "/api/v1/me", "/api/v1/auth/token", "/api/v1/auth/register"
GOOGLE, APPLE = "/api/v1/auth/social/google", "/api/v1/auth/social/apple"
WAYS_IN, LINK_GOOGLE, LINK_APPLE = (
    "/api/v1/me/social",
    "/api/v1/me/social/google",
    "/api/v1/me/social/apple",
)


def shown(api, person, **how):
    """An ID token of theirs, fresh, with its nonce."""
    asked = api.post(NONCE).json()
    return {"id_token": person.token(asked["hashed_nonce"], **how), "nonce": asked["nonce"]}


def enter(api, person, device_id=None, **how):
    """Sign in."""
    address = APPLE if "apple" in person.issuer else GOOGLE
    device = {"device_id": str(device_id)} if device_id else {}
    return api.post(address, {**shown(api, person, **how), **device})


def codes(answer):
    """Which fields are wrong, and how."""
    return {(error["pointer"], error["code"]) for error in answer.json().get("errors", [])}


def reset_token(sent):
    """Of the last mail that lets somebody set a password."""
    letters = [mail.body for mail in sent if "reset-password#token=" in mail.body]
    return letters[-1].split("#token=")[1].split()[0]


def said(answer):
    """Its status, and what the problem is."""
    return answer.status_code, answer.json().get("code")


def verified(**fields):
    """An account whose address is its owner's."""
    return UserFactory(email_verified_at=timezone.now(), **fields)
