"""What a step of signing in to the admin means, and what it leaves behind: log, count, record."""

from typing import Any

from django.contrib.auth import logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts.attempts import Method, record_attempt
from accounts.credentials import set_password
from accounts.models import SecondFactor, Session, User
from accounts.services import end_sessions
from accounts.staff import factors, lockout, passkeys, sessions
from events.publishing import recorded
from pupmatch.lib.audit import record
from pupmatch.lib.requests import caller


class WrongPassword(ValidationError):
    """Not the account's."""

    def __init__(self) -> None:
        super().__init__("This is not your password.", code="wrong_password")


def prove_factor(
    request: HttpRequest, user: User, *, code: str = "", credential: Any = None
) -> SecondFactor:
    """The second factor that was shown, by a code or else by a passkey.

    Raises LockedOut, and WrongCode or PasskeyRefused.
    """
    with _Attempt(request, user, Method.FACTOR):
        if credential is None:
            return factors.check_code(user=user, code=code)
        return passkeys.authenticate(request, user, credential=credential)


def prove_password(request: HttpRequest, user: User, password: str) -> None:
    """For whoever is signed in already. Raises LockedOut and WrongPassword."""
    with _Attempt(request, user, Method.CONFIRM):
        if not user.check_password(password):
            raise WrongPassword


class _Attempt:
    """Counted before it is looked at, and logged however it ends."""

    def __init__(self, request: HttpRequest, user: User, method: Method) -> None:
        self.request, self.user, self.method = request, user, method

    def __enter__(self) -> None:
        step = lockout.Step.CODES if self.method == Method.FACTOR else lockout.Step.PASSWORD
        try:
            self.counted = lockout.count(self.request, self.user.email, step)
        except lockout.LockedOut:
            self._log(accepted=False)
            raise

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is None:
            lockout.take_back(self.counted)
        if kind is None or issubclass(kind, ValidationError):
            self._log(accepted=kind is None)

    def _log(self, *, accepted: bool) -> None:
        seen = caller(self.request)
        record_attempt(method=self.method, accepted=accepted, caller=seen, user=self.user)


@transaction.atomic
def finish(request: HttpRequest, user: User, factor: SecondFactor | None) -> None:
    """Every step is done: sign in."""
    record(
        by=user,
        action="staff.signed_in",
        subject=user,
        factor=factor.type if factor else "none",
    )
    lockout.forgive(user.email)
    lockout.remember_browser(request, user)
    sessions.sign_in(request, user, factor)


@transaction.atomic
def finish_first_time(request: HttpRequest, user: User, factor: SecondFactor) -> None:
    """The same, for somebody who has just added the first second factor."""
    record_attempt(method=Method.FACTOR, accepted=True, caller=caller(request), user=user)
    finish(request, user, factor)


@transaction.atomic
def sign_out(request: HttpRequest) -> None:
    """End the sign-in."""
    user: Any = request.user
    record(by=user, action="staff.signed_out", subject=user)
    logout(request)


@recorded()
def change_password(request: HttpRequest, user: User, password: str) -> None:
    """Another password of one's own, which ends every sign-in but this one, the API's too."""
    set_password(user, password)
    end_sessions(user.sessions.all(), Session.EndReason.PASSWORD)
    update_session_auth_hash(request, user)
    record(by=user, action="staff.password_changed", subject=user)
