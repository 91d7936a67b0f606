"""What sockets have to tell the database: how far people have come, and what they have seen.

Told once a second for everybody, the latest word of each person only.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from messaging import services as messaging
from realtime.threads import DATABASE_TROUBLE, DatabaseThreads

logger = logging.getLogger(__name__)

Shown = tuple[str, str]
K = TypeVar("K")


class Errands:
    """Collects, and runs when told to."""

    def __init__(self, database: DatabaseThreads) -> None:
        self._database = database
        # By person: everything up to here is on one of their devices.
        self._acknowledged: dict[str, int] = {}
        # By person and conversation: everything up to here was shown to them.
        self._shown: dict[Shown, int] = {}

    def acknowledge(self, user_id: str, position: int) -> None:
        """A device of this person has everything up to `position`."""
        _raise(self._acknowledged, user_id, position)

    def mark_shown(self, user_id: str, conversation_id: str, position: int) -> None:
        """Somebody looks at the conversation and was sent its messages up to `position`."""
        _raise(self._shown, (user_id, conversation_id), position)

    async def run(self) -> None:
        """Tell the database; what it cannot take now is told the next time."""
        acknowledged, self._acknowledged = self._acknowledged, {}
        shown, self._shown = self._shown, {}
        if not acknowledged and not shown:
            return
        try:
            await self._database.run(_tell, acknowledged.items(), shown.items())
        except DATABASE_TROUBLE:
            for user_id, position in acknowledged.items():
                _raise(self._acknowledged, user_id, position)
            for key, position in shown.items():
                _raise(self._shown, key, position)
            raise


def _raise(figures: dict[K, int], key: K, position: int) -> None:
    figures[key] = max(position, figures.get(key, 0))


def _tell(acknowledged: Iterable[tuple[str, int]], shown: Iterable[tuple[Shown, int]]) -> None:
    # What is shown first: a notification may be waiting for it.
    for (user_id, conversation_id), position in shown:
        with _alone():
            messaging.mark_shown(
                user_id=UUID(user_id), conversation_id=UUID(conversation_id), position=position
            )
    for user_id, position in acknowledged:
        with _alone():
            messaging.acknowledge(user_id=UUID(user_id), position=position)


@contextmanager
def _alone() -> Iterator[None]:
    """What goes wrong with one person's errand does not keep the others from theirs."""
    try:
        yield
    except DATABASE_TROUBLE:
        raise
    except Exception:
        logger.exception("an errand failed")
