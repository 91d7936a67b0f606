"""Reading streams: for one person or for many at once, by one query."""

import datetime
import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from rest_framework import status

from pupmatch.lib.problems import Problem

PAGE = 100


class CursorExpired(Problem):
    """What came after the cursor is no longer kept.

    The problem's `position` is where the stream ends: fetch everything anew and go on from there.
    """

    status_code = status.HTTP_410_GONE
    default_code = "cursor_expired"
    default_detail = "Events this old are no longer kept. Fetch anew what you show, then go on."


class CursorAhead(Problem):
    """The cursor was never given out."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "cursor_ahead"
    default_detail = "The stream has not come that far."


class Stored(NamedTuple):
    """An event as it is stored: `data` names things by their ids."""

    position: int
    type: str
    at: datetime.datetime
    data: dict[str, Any]


class Stretch(NamedTuple):
    """The next events of one person after a cursor, and where the whole stream ends."""

    after: int
    end: int
    events: list[Stored]

    @property
    def position(self) -> int:
        """Where a reader stands who has these events."""
        return self.events[-1].position if self.events else self.after

    @property
    def has_more(self) -> bool:
        """Whether there are further ones."""
        return self.position < self.end

    def check(self) -> None:
        """Raise CursorAhead, or CursorExpired.

        Numbers have no gaps, so one that is missing tells by itself that it was cleared away.
        """
        if self.after > self.end:
            raise CursorAhead
        wanted = min(self.end - self.after, PAGE)
        if len(self.events) < wanted or self.position != self.after + len(self.events):
            raise CursorExpired(position=self.end)


READ = """
SELECT reader.user_id, coalesce(stream.last_position, 0), event.position, event.type, event.at,
    event.data
FROM unnest(%s::uuid[], %s::bigint[]) AS reader (user_id, after)
LEFT JOIN events_stream AS stream USING (user_id)
LEFT JOIN LATERAL (
    SELECT * FROM events_event
    WHERE stream_id = reader.user_id AND position > reader.after
        AND position <= stream.last_position
    ORDER BY position LIMIT %s
) AS event ON true
ORDER BY reader.user_id, event.position
"""


def read_many(cursors: Mapping[UUID, int]) -> dict[UUID, Stretch]:
    """The next events of each of these people after their cursor; unchecked."""
    found: dict[UUID, Stretch] = {}
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(cursors), list(cursors.values()), PAGE])
        for user_id, end, position, type_, at, data in cursor.fetchall():
            stretch = found.setdefault(user_id, Stretch(cursors[user_id], end, []))
            if position is not None:
                stretch.events.append(Stored(position, type_, at, _parsed(data)))
    return found


def _parsed(data: Any) -> dict[str, Any]:
    # Django reads jsonb as text, so that its own fields can choose a decoder.
    return json.loads(data)


def read(user_id: UUID, after: int) -> Stretch:
    """The next events of one person. Raises CursorAhead or CursorExpired."""
    stretch = read_many({user_id: after})[user_id]
    stretch.check()
    return stretch
