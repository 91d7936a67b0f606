"""How far somebody of staff is signed in, and for how long: what the session of the admin holds.

Between the password and the second step nobody is signed in: the session only says whose password
was right, for a few minutes.
"""

import time
from datetime import timedelta
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import load_backend, login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import SecondFactor, User

PENDING, SIGNED_IN = "staff_password_was_right", "staff_sign_in"
TO_FINISH = timedelta(minutes=10)
CONFIRMED_FOR = timedelta(minutes=5)
# So often a request is noted at most; a sign-in may end that much earlier than it could.
NOTED_EVERY = timedelta(minutes=1)


class Pending(NamedTuple):
    """Somebody whose password was right, and where they want to go."""

    user: User
    leads_to: str


# --- Between the two steps ------------------------------------------------------------------------


def begin(request: HttpRequest, user: User, *, leads_to: str) -> None:
    """Note that the password was right, under a new key that nobody else can know."""
    request.session.flush()
    request.session[PENDING] = {
        "user": str(user.pk),
        "backend": user.backend,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
        "leads_to": leads_to,
    }


def pending(request: HttpRequest) -> Pending | None:
    """Who is between the steps, unless it took too long or the account has changed."""
    noted = request.session.get(PENDING)
    if noted is None or time.time() - noted["at"] > TO_FINISH.total_seconds():
        return None
    user: Any = load_backend(noted["backend"]).get_user(noted["user"])
    if user is None or not may_enter(user):
        return None
    if not constant_time_compare(noted["hash"], user.get_session_auth_hash()):
        return None
    user.backend = noted["backend"]
    return Pending(user, noted["leads_to"])


def may_enter(user: User) -> bool:
    """Whether the admin is open to this account at all."""
    return user.is_active and user.is_staff


# --- Signed in ------------------------------------------------------------------------------------


def sign_in(request: HttpRequest, user: User, factor: SecondFactor | None) -> None:
    """Both steps are done: a new session, which knows nothing of the one before."""
    request.session.flush()
    login(request, user, backend=user.backend)
    now = time.time()
    request.session[SIGNED_IN] = {"factor": None, "at": now, "seen": now}
    confirm(request, factor)


def is_claimed(request: HttpRequest) -> bool:
    """Whether the session says that somebody is signed in, be it true or not any more."""
    return request.user.is_authenticated or SIGNED_IN in request.session


def why_over(request: HttpRequest) -> str | None:
    """Why whoever claims to be signed in is so no more, in words; None while all is well."""
    user: Any = request.user
    noted = request.session.get(SIGNED_IN)
    if not may_enter(user):
        return "Sign in again."
    if noted is None:
        return "Sign in again." if is_required() else None
    if time.time() - noted["seen"] > settings.STAFF_IDLE_MINUTES * 60:
        return f"You were signed out after {settings.STAFF_IDLE_MINUTES} minutes without a request."
    if time.time() - noted["at"] >= settings.STAFF_SIGN_IN_HOURS * 60 * 60:
        return f"A sign-in lasts {settings.STAFF_SIGN_IN_HOURS} hours. Sign in again."
    if not _factor_stands(user, noted["factor"]):
        return "The second factor that you signed in with is gone. Sign in again."
    return None


def _factor_stands(user: User, pk: int | None) -> bool:
    if pk is None:
        return not is_required()
    return SecondFactor.objects.filter(pk=pk, user=user).exists()


def note_request(request: HttpRequest) -> None:
    """The sign-in is in use."""
    now = time.time()
    noted = request.session.get(SIGNED_IN) or {"factor": None, "at": now, "seen": 0}
    if now - noted["seen"] >= NOTED_EVERY.total_seconds():
        request.session[SIGNED_IN] = {**noted, "seen": now}


def forget_over() -> None:
    """Remove what the session table still holds of those that are over."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def is_required() -> bool:
    """Whether nobody gets in without a second factor."""
    return settings.STAFF_SECOND_FACTOR == "required"


def keep(request: HttpRequest, factor: SecondFactor) -> None:
    """The sign-in stands on this factor from now on, if the one before it was just replaced."""
    noted = request.session[SIGNED_IN]
    user: Any = request.user
    if not _factor_stands(user, noted["factor"]):
        request.session[SIGNED_IN] = {**noted, "factor": factor.pk}


# --- Asked again ----------------------------------------------------------------------------------


def confirm(request: HttpRequest, factor: SecondFactor | None) -> None:
    """Somebody has just shown who they are, by this factor."""
    noted = {"factor": factor.pk} if factor else {}
    request.session[SIGNED_IN] |= noted | {"confirmed": time.time()}


def is_confirmed(request: HttpRequest) -> bool:
    """Whether that was a moment ago."""
    confirmed = request.session[SIGNED_IN].get("confirmed", 0)
    return time.time() - confirmed <= CONFIRMED_FOR.total_seconds()
