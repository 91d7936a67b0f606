"""Lockout of staff's sign-in to the admin: `accounts.lockout`, with browsers in place of devices.

Whoever has passed every step gets a cookie that says so of this browser. It opens nothing: a guess
from there counts on a counter of its own, so that strangers who fail elsewhere lock nobody out who
works here as every day.
"""

import hashlib
from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts import lockout
from accounts.lockout import Counted, Step, forgive, take_back
from accounts.models import User, email_digest, normalize_email
from pupmatch.lib.requests import client_ip

__all__ = ["Counted", "LockedOut", "Step", "count", "forgive", "take_back"]

COOKIE = "__Host-staff_browser" if settings.SESSION_COOKIE_SECURE else "staff_browser"
COOKIE_LASTS = timedelta(days=90)
SALT = "accounts.staff.browser"


class LockedOut(ValidationError):
    """The same words whoever it was, right or wrong."""

    def __init__(self) -> None:
        minutes = settings.SIGN_IN_LOCK_SECONDS // 60
        super().__init__(
            f"Too many failed attempts. Wait {minutes} minutes, then try again.", code="locked"
        )


def count(request: HttpRequest, email: str, step: Step = Step.PASSWORD) -> Counted:
    """Count an attempt as failed until it is taken back. Raises LockedOut."""
    browser = _browser(request, email)
    try:
        return lockout.count(
            email=normalize_email(email),
            ip_address=client_ip(request),
            device=browser,
            is_known=browser is not None,
            step=step,
        )
    except lockout.Locked as error:
        raise LockedOut from error


# --- Browsers -------------------------------------------------------------------------------------


def remember_browser(request: HttpRequest, user: User) -> None:
    """Have the answer to this request bring the cookie of somebody who passed every step."""
    request.remembered_browser = signing.dumps(  # type: ignore[attr-defined]
        [_mark(user.email), _browser(request, user.email) or token_urlsafe(16)], salt=SALT
    )


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Bring it."""
    if value := getattr(request, "remembered_browser", None):
        response.set_cookie(
            COOKIE,
            value,
            max_age=COOKIE_LASTS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _browser(request: HttpRequest, email: str) -> str | None:
    """What this browser is told from others by, if the account was signed in on it."""
    try:
        mark, name = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_LASTS)
    except signing.BadSignature:
        return None
    return name if mark == _mark(email) else None


def _mark(email: str) -> str:
    # Not the digest by which tables name the account: a cookie is read by whoever has the browser.
    return hashlib.sha256(f"{SALT}:{email_digest(email)}".encode()).hexdigest()[:16]
