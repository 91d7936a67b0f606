"""The mails about an account."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from accounts.links import reset_token, verification_token
from accounts.models import User
from pupmatch.lib.seals import seal, unseal


def verification(user: User) -> EmailMessage:
    """Asks whether the address is the person's own."""
    link = _link("verify-email", verification_token(user))
    return _mail("Confirm your e-mail address", "verify_email", user.email, link=link)


def password_reset(user: User) -> EmailMessage:
    """Lets the person set a new password."""
    link = _link("reset-password", reset_token(user))
    return _mail("Set a new password", "reset_password", user.email, link=link)


def address_changed(old_address: str) -> EmailMessage:
    """Warns the address that an account has left."""
    return _mail("Your e-mail address was changed", "address_changed", old_address)


def password_changed(user: User) -> EmailMessage:
    """Tells somebody that their password is another one now."""
    return _mail(
        "Your password was changed", "password_changed", user.email, is_staff=user.is_staff
    )


FACTOR_CHANGES = {
    "added": "A passkey or an authenticator app was added to your sign-in to the PupMatch admin.",
    "removed": "A passkey or an authenticator app was removed from your sign-in to the PupMatch admin.",
    "renewed": "New recovery codes were made for your sign-in to the PupMatch admin.",
    "reset": "The second factors of your sign-in to the PupMatch admin were reset. Next time you set up new ones.",
}


def factor_changed(user: User, change: str) -> EmailMessage:
    """Tells somebody of staff that they sign in with something else now."""
    subject = "Your sign-in to the admin was changed"
    return _mail(subject, "factor_changed", user.email, change=FACTOR_CHANGES[change])


def provider_changed(user: User, provider: str, change: str) -> EmailMessage:
    """Tells somebody that Apple or Google opens their account now, or does no more."""
    subject = f"Sign in with {provider.capitalize()} was {change}"
    return _mail(subject, "provider_changed", user.email, provider=provider, change=change)


def new_sign_in(user: User, signed_in_at: datetime) -> EmailMessage:
    """Tells somebody of a sign-in from somewhere new; nothing that its maker said of themselves."""
    return _mail("New sign-in to PupMatch", "new_sign_in", user.email, signed_in_at=signed_in_at)


def seal_address(address: str) -> str:
    """An address for the queue, where nobody needs to read it."""
    return seal(address, use="address")


def unseal_address(sealed: str) -> str:
    """The address again. Raises NotSealed."""
    return unseal(sealed, use="address")


def _link(page: str, token: str) -> str:
    # Behind a #, where browsers keep it out of every server's log and of the Referer.
    return f"{settings.APP_URL}/{page}#token={token}"


def _mail(subject: str, template: str, address: str, **context: object) -> EmailMessage:
    body = render_to_string(f"accounts/{template}.txt", {**context, "app_url": settings.APP_URL})
    return EmailMessage(subject, body, to=[address])
