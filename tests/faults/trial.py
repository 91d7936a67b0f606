"""Kill everything at random while people talk, then see whether anything was lost.

python -m tests.faults.trial --seconds 600 --kills 120     the long one
pytest tests/faults                                         the short one
"""

import argparse
import asyncio
import contextlib
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.machinery import Town
from tests.faults.people import Person, disturb, listen, write
from tests.faults.settlers import settle
from tests.faults.verdict import unfinished, verdict

CATCH_UP_S = 60
# How much longer than asked a trial goes on, on a slow machine, for the cuts that it owes.
OVERTIME_S = 180
QUEUE_EMPTY_WITHIN_S = 10


@dataclass
class Outcome:
    """What happened, in figures."""

    seed: int
    faults: list[str] = field(default_factory=list)
    kills: Counter = field(default_factory=Counter)
    acknowledged: int = 0
    heard: int = 0
    disconnects: int = 0
    pushes: int = 0
    queue_empty_after_s: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        lines = [
            f"seed {self.seed}",
            f"{self.kills.total()} kills ({kills}), {self.disconnects} sockets cut",
            f"{self.acknowledged} messages acknowledged, {self.heard} events heard",
            f"{self.pushes} pushes; queue empty {self.queue_empty_after_s:.1f} s after the end",
            f"{len(self.faults)} faults",
            *self.faults[:20],
        ]
        return "\n".join(lines)


def run(
    *,
    seconds: float,
    kills: int,
    pairs: int = 16,
    pace_s: float = 0.02,
    cut_every_s: float = 0.5,
    cuts: int = 0,
    seed: int | None = None,
) -> Outcome:
    """One trial from an empty database to its verdict, with at least so many sockets cut."""
    outcome = Outcome(seed if seed is not None else random.randrange(2**32))
    random.seed(outcome.seed)
    with town() as built:
        people = settle(built, pairs)
        crowd = _Crowd(built, people, pace_s, cut_every_s)
        asyncio.run(crowd.live(outcome, seconds, kills, cuts))
        with built.connect() as connection:
            outcome.faults += verdict(connection, people, built.pushes)
        outcome.acknowledged = sum(len(person.acknowledged) for person in people)
        outcome.heard = sum(len(person.events) for person in people)
        outcome.disconnects = sum(person.disconnects for person in people)
        outcome.pushes = built.pushes.read_text().count("\n") if built.pushes.exists() else 0
    return outcome


@contextlib.contextmanager
def town() -> Iterator[Town]:
    """A town that is gone afterwards, whatever happens."""
    built = Town()
    try:
        built.start()
        yield built
    finally:
        built.stop()
        built.remove()


@dataclass
class _Crowd:
    built: Town
    people: list[Person]
    pace_s: float
    cut_every_s: float

    async def live(self, outcome: Outcome, seconds: float, kills: int, cuts: int) -> None:
        over = asyncio.Event()
        url = self.built.url
        listeners = [asyncio.create_task(listen(person, url)) for person in self.people]
        writers = [
            asyncio.create_task(write(person, url, over, self.pace_s)) for person in self.people
        ]
        cutting = asyncio.create_task(disturb(self.people, over, self.cut_every_s))
        try:
            await _kill_now_and_then(self.built, outcome, seconds, kills)
            await self._until_cut(cuts)
            over.set()
            await asyncio.gather(*writers, cutting)
            await _until_queue_is_empty(self.built, outcome)
            await until_all_is_heard(self.built, self.people)
        finally:
            over.set()
            for task in (*listeners, *writers, cutting):
                task.cancel()
            await asyncio.gather(*listeners, *writers, cutting, return_exceptions=True)

    async def _until_cut(self, times: int) -> None:
        deadline = time.monotonic() + OVERTIME_S
        while time.monotonic() < deadline:
            if sum(person.disconnects for person in self.people) >= times:
                return
            await asyncio.sleep(0.1)


async def _kill_now_and_then(built: Town, outcome: Outcome, seconds: float, kills: int) -> None:
    end = time.monotonic() + seconds
    for number in range(kills):
        pause = (end - time.monotonic()) / (kills - number)
        await asyncio.sleep(max(0.0, pause) * random.uniform(0.5, 1.0))
        victim = random.choice(built.victims)
        # In a thread: meanwhile the people go on.
        outcome.kills[await asyncio.to_thread(_kill, built, victim)] += 1
    await asyncio.sleep(max(0.0, end - time.monotonic()))


def _kill(built: Town, victim: str) -> str:
    """Kill one part, or one process of it, and see that it comes back."""
    for each in built.parts.values():
        each.revive()
    part = built.parts[victim]
    if random.random() < 0.5 and part.kill_one(random.randrange(100)):
        # Whoever started it has to see to it: PostgreSQL recovers, the web server respawns.
        part.wait_until_up()
        return f"a process of {victim}"
    part.kill()
    time.sleep(random.uniform(0, 1))
    built.restart(victim)
    return victim


async def _until_queue_is_empty(built: Town, outcome: Outcome) -> None:
    began = time.monotonic()
    with built.connect() as connection:
        while left := unfinished(connection):
            outcome.queue_empty_after_s = time.monotonic() - began
            if outcome.queue_empty_after_s > CATCH_UP_S:
                outcome.faults.append(f"{left} jobs are left after {CATCH_UP_S} s")
                return
            await asyncio.sleep(0.1)
    outcome.queue_empty_after_s = time.monotonic() - began
    if outcome.queue_empty_after_s > QUEUE_EMPTY_WITHIN_S:
        outcome.faults.append(f"the queue took {outcome.queue_empty_after_s:.1f} s to empty")


async def until_all_is_heard(built: Town, people: list[Person]) -> None:
    """Give everybody time to hear the end; the verdict then says who did not."""
    with built.connect() as connection:
        ends = dict(
            connection.execute("SELECT user_id::text, last_position FROM events_stream").fetchall()
        )
    deadline = time.monotonic() + CATCH_UP_S
    while time.monotonic() < deadline:
        if all(len(person.events) >= ends.get(person.user_id, 0) for person in people):
            await asyncio.sleep(1)  # what would come twice comes now
            return
        await asyncio.sleep(0.1)


def main() -> None:
    """Run one and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--pairs", type=int, default=16)
    parser.add_argument("--pace", type=float, default=0.02, help="seconds between one's messages")
    parser.add_argument("--seed", type=int)
    asked = parser.parse_args()
    outcome = run(
        seconds=asked.seconds,
        kills=asked.kills,
        pairs=asked.pairs,
        pace_s=asked.pace,
        seed=asked.seed,
    )
    print(outcome)
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
