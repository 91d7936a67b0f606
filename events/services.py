"""Keeping streams: clearing what is over."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from events.models import KEPT

FORGET = """
DELETE FROM events_event WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM events_event WHERE at < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def forget_expired(batch: int = 5000, until: datetime | None = None) -> int:
    """Remove events that are no longer kept, in short transactions; says how many.

    Readers wait for nothing: one whose cursor is that old finds the gap and is told so.
    """
    until = until or timezone.now() - KEPT
    removed = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET, [until, batch])
            removed += cursor.rowcount
            if cursor.rowcount < batch:
                return removed
