"""Everybody who is connected to this process, and how news reaches them.

Wake-ups say whose stream went on; whoever is woken is read for together, by the same few queries
for one person as for a crowd. Once a second one question finds whoever no wake-up reached, and
whose sign-in is over. So wake-ups may get lost, and PostgreSQL and Redis may go and come back.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import Any, Protocol

from realtime import metrics
from realtime.company import Company
from realtime.errands import Errands
from realtime.feed import pages
from realtime.listening import from_postgres, from_redis
from realtime.sockets import Code, Socket
from realtime.threads import DATABASE_TROUBLE, DatabaseThreads
from realtime.watch import changes

logger = logging.getLogger(__name__)

# Bounds a round's time and memory: each may get a page of 256 kB.
MOST_AT_ONCE = 64
MOST_SOCKETS = 20
CHECK_EVERY_S = 1.0
ERRANDS_EVERY_S = 1.0
PRESENCE_EVERY_S = 0.2
REST_S = 0.5


class Connected(Protocol):
    """A socket or a poll."""

    user_id: str
    session_id: str
    position: int

    def wake(self) -> None:
        """There may be something new."""

    def sign_out(self) -> None:
        """The sign-in has ended."""


class Person:
    """Somebody with at least one socket or poll here."""

    __slots__ = ("acknowledged", "connected")

    def __init__(self) -> None:
        self.connected: list[Connected] = []
        self.acknowledged = 0


class Hub:
    """Who is connected, and the tasks that serve them."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.database = DatabaseThreads("database", 3)
        # A thread of its own, so that nobody's events wait behind a crowd of polls.
        self._reading = DatabaseThreads("reading", 1, checks=False)
        self.errands = Errands(self.database)
        self.company = Company(self)
        self.is_stopping = False
        # How many answers to polls somebody is still taking, by person.
        self.taking: Counter[str] = Counter()
        self._due: dict[Socket, None] = {}
        self._somebody_is_due = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # Who is here ----------------------------------------------------------------------------------

    def add(self, one: Connected, *, acknowledged: int = 0) -> None:
        """From now on it is woken."""
        person = self.people.setdefault(one.user_id, Person())
        person.connected.append(one)
        person.acknowledged = max(person.acknowledged, acknowledged)

    def remove(self, one: Connected) -> None:
        """It is gone."""
        if isinstance(one, Socket):
            self._due.pop(one, None)
        person = self.people[one.user_id]
        person.connected.remove(one)
        if not person.connected:
            del self.people[one.user_id]

    def connected(self, user_id: str) -> list[Connected]:
        """Somebody's sockets and polls, the oldest first."""
        person = self.people.get(user_id)
        return person.connected if person else []

    def sockets(self, user_id: str) -> list[Socket]:
        """Somebody's sockets, as far as they are open."""
        mine = (one for one in self.connected(user_id) if isinstance(one, Socket))
        return [one for one in mine if not one.is_closed]

    def acknowledge(self, user_id: str, position: int) -> None:
        """One of this person's devices has everything up to `position`."""
        person = self.people[user_id]
        if position > person.acknowledged:
            person.acknowledged = position
            self.errands.acknowledge(user_id, position)

    # News -----------------------------------------------------------------------------------------

    def hear(self, way: str, word: dict[str, Any]) -> None:
        """Do what another process asks for (`events.wakeups`)."""
        if "wake" in word:
            metrics.WAKEUPS.labels(way).inc(len(word["wake"]))
            self.wake(word["wake"])
        elif "to" in word:
            self.company.pass_on(**word)

    async def listen_to_postgres(self) -> None:
        """Hear what comes that way, until the connection is lost."""
        await from_postgres(self.hear)

    async def listen_to_redis(self) -> None:
        """Hear what comes that way, until the connection is lost."""
        await from_redis(self.hear)

    def wake(self, user_ids: Iterable[str]) -> None:
        """These people's streams went on."""
        for user_id in user_ids:
            for one in self.connected(user_id):
                one.wake()

    def is_due(self, socket: Socket) -> bool:
        """Whether it is going to be read for already."""
        return socket in self._due

    def mark_due(self, socket: Socket) -> None:
        """Read for this socket in the next round."""
        self._due[socket] = None
        self._somebody_is_due.set()

    async def read_for_the_due(self) -> None:
        """One round: read what is next for whoever is due, and hand it out."""
        await self._somebody_is_due.wait()
        batch = list(islice(self._due, MOST_AT_ONCE))
        for socket in batch:
            del self._due[socket]
        if not self._due:
            self._somebody_is_due.clear()
        try:
            await self._read_for(batch)
        except DATABASE_TROUBLE:
            for socket in batch:
                self.mark_due(socket)
            raise

    async def _read_for(self, batch: list[Socket]) -> None:
        cursors = {socket: socket.cursor for socket in batch}
        try:
            found = await self._reading.run(pages, list(cursors.values()))
        except DATABASE_TROUBLE:
            raise
        except Exception:
            # Something of somebody's that cannot be shown must not hold up the others.
            logger.exception("reading for %s sockets failed", len(batch))
            if len(batch) == 1:
                batch[0].close(Code.ERROR)
                return
            for socket in batch:
                await self._read_for([socket])
            return
        for socket, cursor in cursors.items():
            socket.take(found[cursor])

    async def look_around(self) -> None:
        """Find whom no wake-up reached, and whose sign-in is over."""
        everybody = [one for person in self.people.values() for one in person.connected]
        if not everybody:
            return
        for number, is_signed_in in await self.database.run(changes, everybody):
            one = everybody[number - 1]
            if is_signed_in:
                metrics.OVERDUE.inc()
                one.wake()
            else:
                one.sign_out()

    # Life -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to serve."""
        steps = [
            forever(self.read_for_the_due),
            forever(self.look_around, every=CHECK_EVERY_S),
            forever(self.errands.run, every=ERRANDS_EVERY_S),
            forever(self.company.expire, every=1.0),
            forever(self.company.tell_presence, every=PRESENCE_EVERY_S),
            forever(self.listen_to_postgres),
            forever(self.listen_to_redis),
        ]
        self._tasks = [asyncio.create_task(step) for step in steps]

    def begin_to_stop(self) -> None:
        """Let polls be answered as they stand; the server itself closes the sockets."""
        self.is_stopping = True
        for person in self.people.values():
            for one in person.connected:
                if not isinstance(one, Socket):
                    one.wake()

    async def stop(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for threads in (self.database, self._reading):
            threads.close()


async def forever(step: Callable[[], Awaitable[None]], *, every: float = 0) -> None:
    """Do it again and again, whatever becomes of it; says when it begins to fail and when it ends."""
    is_failing = False
    while True:
        try:
            await step()
        except Exception:
            if not is_failing:
                logger.warning("%s fails; trying again", step.__qualname__, exc_info=True)
            is_failing = True
            await asyncio.sleep(REST_S)
        else:
            if is_failing:
                logger.warning("%s is back", step.__qualname__)
            is_failing = False
            await asyncio.sleep(every)
