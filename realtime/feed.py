"""Reading streams as their owners see them: the one way for the socket, the poll and the API."""

import datetime
import json
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from rest_framework.serializers import DateTimeField
from rest_framework.utils.encoders import JSONEncoder

from events.reading import CursorAhead, CursorExpired, Stored, Stretch, read_many
from realtime.shapes import Item, Reader, Shape, shaped

_moments = DateTimeField()

# Of a page, written as JSON. A hundred long messages would be six times as much, and somebody who
# takes what they asked for slowly keeps it here meanwhile.
PAGE_BYTES = 256 * 1024


class Told(NamedTuple):
    """An event as its reader sees it."""

    position: int
    type: str
    at: datetime.datetime
    data: Shape

    def as_dict(self) -> Shape:
        """The event in the form of the API."""
        return self._asdict() | {"at": _moments.to_representation(self.at)}

    def as_text(self) -> str:
        """The event as a frame of the socket."""
        return encode(self.as_dict())

    def in_short(self) -> "Told":
        """The event with the ids alone that matter once it is written."""
        kept = ("conversation_id", "position")
        return self._replace(data={name: self.data[name] for name in kept if name in self.data})


def encode(frame: dict[str, Any]) -> str:
    """A frame, as compact as the API's answers."""
    return json.dumps(frame, cls=JSONEncoder, separators=(",", ":"), ensure_ascii=False)


class Cursor(NamedTuple):
    """Where a reader stands."""

    reader: Reader
    after: int


class Page(NamedTuple):
    """The next events after a cursor, also as frames; with a refusal there are none."""

    events: list[Told]
    texts: list[str]
    position: int
    end: int
    refusal: CursorAhead | CursorExpired | None = None

    @property
    def has_more(self) -> bool:
        """Whether there are further events."""
        return self.position < self.end


def page(cursor: Cursor) -> Page:
    """The next events after one cursor. Raises CursorAhead or CursorExpired."""
    found = pages([cursor])[cursor]
    if found.refusal:
        raise found.refusal
    return found


def pages(cursors: Collection[Cursor]) -> dict[Cursor, Page]:
    """The next events after each of these cursors: a hundred, or as many as fit into PAGE_BYTES.

    Costs as much for a crowd as for one person; once more for each further place at which a
    person's own readers stand.
    """
    stretches = _stretches({(cursor.reader.user_id, cursor.after) for cursor in cursors})
    found = {
        cursor: _unshaped(stretches[cursor.reader.user_id, cursor.after]) for cursor in set(cursors)
    }
    items = [
        Item(cursor.reader, Stored(*told)) for cursor, one in found.items() for told in one.events
    ]
    shapes = iter(shaped(items))
    return {
        cursor: _fitting(one, [told._replace(data=next(shapes)) for told in one.events])
        for cursor, one in found.items()
    }


def _fitting(page: Page, events: list[Told]) -> Page:
    """The page with as many of these events as fit, in order, and at least one."""
    texts: list[str] = []
    room = PAGE_BYTES
    for told in events:
        text = told.as_text()
        room -= len(text.encode())
        if texts and room < 0:
            break
        texts.append(text)
    kept = events[: len(texts)]
    return page._replace(
        events=kept, texts=texts, position=kept[-1].position if kept else page.position
    )


def _stretches(places: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Stretch]:
    """Reads each person's stream at one place by one query, then at their further places."""
    found: dict[tuple[UUID, int], Stretch] = {}
    left = set(places)
    while left:
        now = dict(left)
        found |= {(user_id, now[user_id]): stretch for user_id, stretch in read_many(now).items()}
        left -= set(now.items())
    return found


def _unshaped(stretch: Stretch) -> Page:
    try:
        stretch.check()
    except (CursorAhead, CursorExpired) as refusal:
        return Page([], [], stretch.end, stretch.end, refusal)
    events = [Told(*event) for event in stretch.events]
    return Page(events, [], stretch.position, stretch.end)
