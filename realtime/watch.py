"""What has changed for whoever is connected: the question that is asked once a second."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol
from uuid import UUID

from django.db import connection
from django.utils import timezone

from events.models import Stream


class Watched(Protocol):
    """Somebody's socket or poll: whose it is, by which sign-in, and how far it has come."""

    user_id: str
    session_id: str
    position: int


class Change(NamedTuple):
    """`number` counts the watched from 1. Whoever is signed in has events to be read."""

    number: int
    is_signed_in: bool


# Ten thousand are asked about and hardly any come back.
CHANGES = """
SELECT watched.number, session.id IS NOT NULL
FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) WITH ORDINALITY
    AS watched (user_id, session_id, position, number)
LEFT JOIN events_stream AS stream ON stream.user_id = watched.user_id
LEFT JOIN (
    accounts_session AS session
    JOIN accounts_user AS person ON person.id = session.user_id AND person.is_active
) ON session.id = watched.session_id AND session.user_id = watched.user_id
    AND session.ended_at IS NULL AND session.expires_at > %s
WHERE stream.last_position > watched.position OR session.id IS NULL
"""


def changes(watched: Iterable[Watched]) -> list[Change]:
    """Those of them who have something to read, or whose sign-in is over."""
    columns = zip(
        *((row.user_id, row.session_id, str(row.position)) for row in watched), strict=True
    )
    # Joined here: adapting twenty thousand ids one by one costs more than the query.
    arrays = ["{" + ",".join(column) + "}" for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [*arrays, timezone.now()])
        return [Change(*row) for row in cursor.fetchall()]


def is_behind(user_id: UUID, position: int) -> bool:
    """Whether something happened to this person after `position`."""
    return Stream.objects.filter(user=user_id, last_position__gt=position).exists()
