"""Writing into people's streams.

A service that tells somebody something is decorated with `@recorded()` in place of
`@transaction.atomic`, and calls `publish` wherever it knows what happened. The outermost such block
numbers the events as the last thing before it commits: the rows that give out the numbers are
locked for a moment only, and everybody locks them in the same order, so that crossing writes queue
and never deadlock. A number is visible only together with all those before it, so that a reader
with a cursor cannot step over an event that commits late.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from events.wakeups import wake
from pupmatch.lib.jobs import enqueue_many
from pupmatch.lib.prepared import prepared

# What the rooms above make of events; by its name, because it stands above all of them.
NOTIFY = "notifications.tasks.notify"
BURST = timedelta(seconds=2)


T = TypeVar("T")


class News(NamedTuple):
    """An event that has no number yet."""

    user_id: UUID
    type: str
    data: dict[str, Any]
    notifies: bool


_collected: ContextVar[list[News] | None] = ContextVar("collected", default=None)


class NotRecording(RuntimeError):
    """`publish` was called outside `recorded()`: a mistake in the calling code."""


@contextmanager
def recorded() -> Iterator[None]:
    """A transaction at whose end the events published inside it are numbered and stored.

    Also a decorator. One inside another joins it; when the inner one fails, its events go with it.
    """
    outer = _collected.get()
    if outer is not None:
        with _joined(outer):
            yield
        return
    news: list[News] = []
    token = _collected.set(news)
    try:
        with transaction.atomic():
            yield
            if news:
                _append(news)
    finally:
        _collected.reset(token)


@contextmanager
def _joined(news: list[News]) -> Iterator[None]:
    length = len(news)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        del news[length:]
        raise


def publish(
    user_ids: Iterable[UUID], type: str, data: dict[str, Any], *, notifies: bool = False
) -> None:
    """Tell people that something happened, when the surrounding `recorded()` block commits.

    `data` holds ids, numbers and times only. With `notifies`, a person who wants notifications
    gets one about it unless they turn out to know already.
    """
    news = _collected.get()
    if news is None:
        raise NotRecording
    news.extend(News(user_id, type, data, notifies) for user_id in user_ids)


def withdraw(user_id: UUID) -> None:
    """Tell a person nothing of what this transaction published: they are gone, and their stream."""
    news = _collected.get()
    if news is None:
        raise NotRecording
    news[:] = [event for event in news if event.user_id != user_id]


# Two plain statements: joined into one they cost the database three times as much, and the rows were
# locked for longer. Rows are locked in the order in which they are given, which is that of the ids.
# `notify_from` stays while a notification is waiting: a burst makes one job.
NUMBER = """
INSERT INTO events_stream AS stream
    (user_id, last_position, acknowledged_position, wants_notifications)
VALUES {rows}
ON CONFLICT (user_id) DO UPDATE SET
    last_position = stream.last_position + excluded.last_position,
    notify_from = CASE
        WHEN stream.notify_from IS NULL AND stream.wants_notifications
            AND stream.user_id = ANY(%s::uuid[])
        THEN stream.last_position + 1
        ELSE stream.notify_from
    END
RETURNING user_id, last_position, notify_from
"""
# A statement has 65,535 parameters at most.
AT_ONCE = 5000
STORE = "INSERT INTO events_event (stream_id, position, type, data, at) VALUES {rows}"


def _append(news: list[News]) -> None:
    by_person: dict[UUID, list[News]] = {}
    for event in sorted(news, key=attrgetter("user_id")):
        by_person.setdefault(event.user_id, []).append(event)
    firsts, to_notify = _number(by_person)
    rows = [
        # As the API writes it: Django's own encoder cuts times to milliseconds.
        (user_id, position, event.type, json.dumps(event.data, cls=JSONEncoder))
        for user_id, events in by_person.items()
        for position, event in enumerate(events, firsts[user_id])
    ]
    with prepared() as cursor:
        for some in _in_slices(rows):
            # nosemgrep: sql-by-format (placeholders alone)
            cursor.execute(
                STORE.format(rows=_many("(%s, %s, %s, %s, clock_timestamp())", some)),
                [value for row in some for value in row],
            )
    if to_notify:
        # A moment later: a burst becomes one notification, and who is reading has read.
        jobs = [{"user_id": user_id} for user_id in to_notify]
        enqueue_many(NOTIFY, jobs, at=timezone.now() + BURST)
    transaction.on_commit(partial(wake, list(by_person)), robust=True)


def _number(by_person: dict[UUID, list[News]]) -> tuple[dict[UUID, int], list[UUID]]:
    """Lock the streams and let them go on: each one's first new position, and whom to notify."""
    notified = [
        user_id for user_id, events in by_person.items() if any(event.notifies for event in events)
    ]
    streams: list[tuple[UUID, int, int]] = []
    with prepared() as cursor:
        for some in _in_slices(list(by_person.items())):
            steps = [value for user_id, events in some for value in (user_id, len(events))]
            # nosemgrep: sql-by-format (placeholders alone)
            cursor.execute(
                NUMBER.format(rows=_many("(%s, %s, 0, false)", some)), [*steps, notified]
            )
            streams += cursor.fetchall()
    firsts = {user_id: end - len(by_person[user_id]) + 1 for user_id, end, _ in streams}
    return firsts, [user_id for user_id, _, waits in streams if waits == firsts[user_id]]


def _in_slices(rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _many(row: str, rows: Collection[object]) -> str:
    return ", ".join([row] * len(rows))
