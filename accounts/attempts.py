"""The sign-in log: every attempt to prove who one is, in the database and as one log line."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import AuthenticationAttempt, User, email_digest, normalize_email
from pupmatch.lib.requests import Caller

logger = logging.getLogger(__name__)

Method = AuthenticationAttempt.Method
Outcome = AuthenticationAttempt.Outcome


@transaction.atomic(savepoint=False)
def record_attempt(
    *,
    method: Method,
    accepted: bool,
    caller: Caller,
    user: User | None = None,
    email: str = "",
    session_id: UUID | None = None,
) -> None:
    """Note one attempt. Without `user`, `email` finds the account, or stays as a digest.

    A refused attempt is noted outside the transaction that refuses, or it would vanish with it.
    """
    named = Q(pk=user.pk) if user else Q(email=normalize_email(email))
    # Locked, so that the account cannot go before the row that names it is there.
    user = User.objects.select_for_update(no_key=True).filter(named).first()
    _note(
        method=method,
        outcome=Outcome.ACCEPTED if accepted else Outcome.REFUSED,
        caller=caller,
        user=user,
        email_digest="" if user or not email else email_digest(email),
        session_id=session_id,
    )


def record_sign_in(*, method: Method, caller: Caller, user: User, session_id: UUID) -> None:
    """Note one that was accepted, of an account that is new or locked."""
    _note(method=method, outcome=Outcome.ACCEPTED, caller=caller, user=user, session_id=session_id)


def _note(*, caller: Caller, **columns: Any) -> None:
    attempt = AuthenticationAttempt.objects.create(
        ip_address=caller.ip_address, user_agent=caller.user_agent, **columns
    )
    # Neither address nor token: the log is read and kept by more hands than the table.
    logger.info(
        "authentication attempt: %s %s",
        attempt.method,
        attempt.outcome,
        extra={
            "attempt_id": str(attempt.pk),
            "method": str(attempt.method),
            "outcome": str(attempt.outcome),
            "user_id": str(attempt.user_id) if attempt.user_id else None,
            "ip_address": caller.ip_address,
        },
    )
