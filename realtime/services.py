"""Tickets: handed out for a sign-in, taken back for a socket."""

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Session
from realtime.models import Ticket


class Issued(NamedTuple):
    """A new ticket, whose secret is told this once."""

    secret: str
    expires_at: datetime


class Entry(NamedTuple):
    """Whom a ticket let in, and where their stream stands."""

    user_id: UUID
    session_id: UUID
    base_url: str
    end: int
    acknowledged: int


class TicketRefused(Exception):
    """Unknown, used or too old."""


class SignInEnded(Exception):
    """The ticket is good, but its sign-in has ended meanwhile."""


def issue_ticket(*, session: Session, base_url: str) -> Issued:
    """A ticket that opens one socket within Ticket.LIFETIME."""
    secret = secrets.token_urlsafe(32)
    expires_at = timezone.now() + Ticket.LIFETIME
    Ticket.objects.create(
        digest=_digest(secret), session=session, base_url=base_url, expires_at=expires_at
    )
    return Issued(secret, expires_at)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


# One statement: of two sockets with the same ticket, the second finds none.
REDEEM = """
WITH ticket AS (
    DELETE FROM realtime_ticket WHERE digest = %(digest)s
    RETURNING session_id, base_url, expires_at
)
SELECT session.user_id, session.id, ticket.base_url,
    coalesce(stream.last_position, 0), coalesce(stream.acknowledged_position, 0),
    ticket.expires_at > %(now)s,
    session.ended_at IS NULL AND session.expires_at > %(now)s AND person.is_active
FROM ticket
JOIN accounts_session AS session ON session.id = ticket.session_id
JOIN accounts_user AS person ON person.id = session.user_id
LEFT JOIN events_stream AS stream ON stream.user_id = person.id
"""


def redeem(secret: str) -> Entry:
    """Take a ticket, which is gone afterwards. Raises TicketRefused or SignInEnded."""
    with connection.cursor() as cursor:
        cursor.execute(REDEEM, {"digest": _digest(secret), "now": timezone.now()})
        found = cursor.fetchone()
    if found is None:
        raise TicketRefused
    *entry, is_fresh, is_signed_in = found
    if not is_fresh:
        raise TicketRefused
    if not is_signed_in:
        raise SignInEnded
    return Entry(*entry)


def forget_expired_tickets() -> int:
    """Remove the tickets that nobody used, and say how many."""
    return Ticket.objects.filter(expires_at__lte=timezone.now()).delete()[0]
