"""What everybody was told, for the tests of the rooms above."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from events.models import Event, Stream

Told = list[tuple[str, dict[str, Any]]]


class Watch:
    """Looks at all streams there are, each time from where it last stopped."""

    def __init__(self) -> None:
        self._ends: dict[UUID, int] = {}
        self.told()

    def told(self) -> dict[UUID, Told]:
        """What has happened since, by person, in order; nobody who was told nothing."""
        found: dict[UUID, Told] = defaultdict(list)
        for event in Event.objects.order_by("stream", "position"):
            if event.position > self._ends.get(event.stream_id, 0):
                found[event.stream_id].append((event.type, event.data))
        for user_id, events in found.items():
            self._ends[user_id] = self._ends.get(user_id, 0) + len(events)
        return dict(found)

    def types(self) -> dict[UUID, list[str]]:
        """The same without the data."""
        return {user_id: [name for name, _ in events] for user_id, events in self.told().items()}


class Bells:
    """Lets people want notifications, and tells for whom one was ordered."""

    def __init__(self, *user_ids: UUID) -> None:
        for user_id in user_ids:
            Stream.objects.update_or_create(user_id=user_id, defaults={"wants_notifications": True})
        self.rung()

    def rung(self) -> set[UUID]:
        """Who is to be notified of what has happened since."""
        waiting = Stream.objects.exclude(notify_from=None)
        found = set(waiting.values_list("user", flat=True))
        waiting.update(notify_from=None)
        return found
