"""Lockout of staff's sign-in by account and by address, counted by django-axes.

    lockout.count(request, email)      # before anything is looked at; raises LockedOut
    lockout.take_back(request, email)  # it was right, but there is another step to go
    lockout.forgive(email)             # it was right, and all is well

Counted before and not after: what is tried in parallel would all be looked at before the first
failure is written. One that is counted is committed, so the sums are exact, whatever runs beside.
Accounts are named by their digest: unknown addresses are locked like known ones, and not stored.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import FailedSignIn, User, email_digest, normalize_email
from pupmatch.lib.requests import client_network

logger = logging.getLogger(__name__)

# An address may be a whole office, so it is locked after so many times the failures of an account.
ACCOUNTS_TO_AN_ADDRESS = 4


class Handler(AxesDatabaseHandler):
    """axes' own, which knows one limit for everything."""

    def get_failures(self, request: HttpRequest, credentials: dict | None = None) -> float:
        """The account's or the address's, whichever is nearer to its limit."""
        of_account, of_address = (
            rows.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
            for rows in self.get_user_attempts(request, credentials)
        )
        return max(of_account, of_address / ACCOUNTS_TO_AN_ADDRESS)


class LockedOut(ValidationError):
    """The same words whoever it was, right or wrong."""

    def __init__(self) -> None:
        minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
        super().__init__(
            f"Too many failed attempts. Wait {minutes} minutes, then try again.", code="locked"
        )


def counted_address(request: HttpRequest) -> str:
    """What axes counts by: the caller's address as a trusted proxy saw it, or its /64 of IPv6."""
    return client_network(request).partition("/")[0]


def count(request: HttpRequest, email: str) -> None:
    """Count an attempt as failed until it is taken back. Raises LockedOut.

    What comes while the lock stands is not counted, and makes it no longer.
    """
    credentials = _credentials(email)
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise LockedOut
    AxesProxyHandler.user_login_failed(sender=__name__, credentials=credentials, request=request)
    # Several came at once, and all were let in above: those past the limit stop here.
    seen: Any = request
    if seen.axes_failures_since_start > settings.AXES_FAILURE_LIMIT:
        logger.warning("staff sign-in locked", extra={"ip_address": seen.axes_ip_address})
        raise LockedOut


def take_back(request: HttpRequest, email: str) -> None:
    """The attempt just counted was right."""
    seen: Any = request
    FailedSignIn.objects.filter(
        username=email_digest(email),
        ip_address=seen.axes_ip_address,
        user_agent=seen.axes_user_agent,
        failures_since_start__gt=0,
    ).update(failures_since_start=F("failures_since_start") - 1)


@contextmanager
def counted_in_app(request: HttpRequest, email: str) -> Iterator[bool]:
    """Count an attempt to sign in to the app, if the account is one of staff; says if it is locked.

    Whoever knows the password takes it back, and forgives nothing: the app asks for no second
    factor. Of everybody else's account the same is read and written, and nothing of it kept, so that
    time does not tell whose account it is.
    """
    if not User.objects.filter(email=normalize_email(email), is_staff=True).exists():
        AxesProxyHandler.is_allowed(request, _credentials(email))
        _rehearse(request, email)
        yield False
        return
    try:
        count(request, email)
    except LockedOut:
        _rehearse(request, email)
        yield True
        return
    yield False
    # Not reached when the password is wrong.
    take_back(request, email)


def _rehearse(request: HttpRequest, email: str) -> None:
    """What counting costs, without counting."""
    seen: Any = request
    seen.axes_locked_out = False  # or it would be over sooner
    with transaction.atomic():
        AxesProxyHandler.user_login_failed(
            sender=__name__, credentials=_credentials(email), request=request
        )
        transaction.set_rollback(True)


def forgive(email: str) -> int:
    """Forget what failed on this account, and nothing of others from the same address."""
    return FailedSignIn.objects.filter(username=email_digest(email)).delete()[0]


def lift(failed: FailedSignIn) -> int:
    """Forget what failed on the account and at the address of this row, so that neither is locked."""
    return sum(
        FailedSignIn.objects.filter(**same).delete()[0]
        for same in ({"username": failed.username}, {"ip_address": failed.ip_address})
    )


def forget_old() -> int:
    """Remove what is too long ago to count, and say how many."""
    return FailedSignIn.objects.filter(attempt_time__lt=_since()).delete()[0]


class Standing:
    """Who and what is locked at the moment, for a page of rows."""

    def __init__(self) -> None:
        self.accounts = self._sums("username")
        self.addresses = self._sums("ip_address")
        staff = User.objects.filter(is_staff=True)
        self.names = {email_digest(user.email): user for user in staff}

    def locked(self, row: FailedSignIn) -> list[str]:
        """Of this row: its account, its address, both or nothing."""
        found = {
            "account": self.accounts.get(row.username, 0),
            "address": self.addresses.get(row.ip_address, 0) / ACCOUNTS_TO_AN_ADDRESS,
        }
        return [what for what, failures in found.items() if failures >= settings.AXES_FAILURE_LIMIT]

    def counts(self, row: FailedSignIn) -> bool:
        """Whether the row is young enough."""
        return row.attempt_time >= _since()

    def _sums(self, column: str) -> dict[Any, int]:
        rows = _counting().order_by().values_list(column)
        return dict(rows.annotate(Sum("failures_since_start")))


def until(row: FailedSignIn) -> datetime:
    """When this row counts no more."""
    return row.attempt_time + settings.AXES_COOLOFF_TIME


def _counting() -> QuerySet[FailedSignIn]:
    return FailedSignIn.objects.filter(attempt_time__gte=_since())


def _since() -> datetime:
    return timezone.now() - settings.AXES_COOLOFF_TIME


def _credentials(email: str) -> dict[str, str]:
    return {"username": email_digest(email)}
