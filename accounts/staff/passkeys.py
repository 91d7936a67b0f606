"""The two ceremonies of WebAuthn, as django-allauth and fido2 know them.

The challenge waits in the session; every page that asks has a new one.
"""

from typing import Any

from allauth.core import context
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from fido2.webauthn import AuthenticationResponse

from accounts.models import SecondFactor, User
from accounts.staff import factors

# What a browser sends is parsed by fido2, which stumbles over nonsense in many ways.
NONSENSE = (ValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError)


class PasskeyRefused(ValidationError):
    """The browser's answer proves nothing."""

    def __init__(self) -> None:
        super().__init__("The passkey did not work. Try again.", code="passkey")


def registration(request: HttpRequest, user: User) -> dict:
    """What the browser needs to make a passkey."""
    with context.request_context(request):
        return _as_json(auth.begin_registration(user, passwordless=False))


def register(
    request: HttpRequest, user: User, *, name: str, credential: Any, is_first: bool
) -> SecondFactor:
    """Keep the passkey that the browser made. Raises PasskeyRefused and factors.NotTheFirst."""
    try:
        with context.request_context(request):
            made = auth.complete_registration(credential)
    except NONSENSE as error:
        raise PasskeyRefused from error
    return factors.add_passkey(
        user=user, name=name, credential=credential, sign_count=made.counter, is_first=is_first
    )


def authentication(request: HttpRequest, user: User) -> dict:
    """What the browser needs to show one of the person's passkeys."""
    with context.request_context(request):
        return _as_json(auth.begin_authentication(user))


def authenticate(request: HttpRequest, user: User, *, credential: Any) -> SecondFactor:
    """The passkey that the browser has shown. Raises PasskeyRefused."""
    try:
        with context.request_context(request):
            challenge = (auth.get_state() or {}).get("challenge")
            found = auth.complete_authentication(user, credential)
        shown = AuthenticationResponse.from_dict(credential).response.authenticator_data
    except NONSENSE as error:
        raise PasskeyRefused from error
    return _use(found.pk, challenge=challenge, sign_count=shown.counter)


@transaction.atomic
def _use(pk: int, *, challenge: str | None, sign_count: int) -> SecondFactor:
    factor = SecondFactor.objects.select_for_update().filter(pk=pk).first()
    # Gone meanwhile, the same answer a second time, or a copy of the key (Web Authentication, 6.1.1).
    if factor is None or factor.data.get("challenge") == challenge:
        raise PasskeyRefused
    if sign_count and sign_count <= factor.data["sign_count"]:
        raise PasskeyRefused
    factor.data |= {"challenge": challenge, "sign_count": sign_count}
    factor.save(update_fields=["data"])
    factor.record_usage()
    return factor


def _as_json(options: dict) -> dict:
    return {"publicKey": dict(options["publicKey"])}
