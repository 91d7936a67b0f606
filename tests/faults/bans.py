"""A ban while everybody is busy: from its commit on there is nothing more of that person.

python -m tests.faults.bans --bans 12     the long one
pytest tests/faults/test_bans.py          the short one

Some twenty people like, write and look at decks, among themselves and with one who does so on many
connections at once and is then banned, by the service, in a process of its own.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.casts import Ban, announce, settle
from tests.faults.crowd import Actor, Closing, crowd_of
from tests.faults.judging import judge, pushes_about
from tests.faults.machinery import Town
from tests.faults.trial import town

CLOSED_WITHIN_S = 2.0
PATIENCE_S = 60


@dataclass
class Outcome:
    """What happened, in figures; seconds are counted from the commit of each ban."""

    faults: list[str] = field(default_factory=list)
    bans: int = 0
    took_s: list[float] = field(default_factory=list)
    before: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    decks: int = 0
    sockets: list[Closing] = field(default_factory=list)
    polls: list[Closing] = field(default_factory=list)
    # Pushes whose request was on its way at the commit.
    crossing_s: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.bans} bans, each of which took {_spread(self.took_s)}",
            f"before, of the banned: {_listed(self.before)}",
            f"after: {self.decks} decks without them; refused {_listed(self.refused)}",
            f"sockets closed after {_spread(each.after_s for each in self.sockets)}",
            f"polls ended after {_spread(each.after_s for each in self.polls)}",
            f"pushes that crossed the commit: {len(self.crossing_s)}, {_spread(self.crossing_s)}",
            f"{len(self.faults)} faults",
            *self.faults[:20],
        ]
        return "\n".join(lines)


def _listed(counts: Counter) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "nothing"


def _spread(seconds: Iterable[float]) -> str:
    found = sorted(seconds)
    if not found:
        return "–"
    return f"{1000 * statistics.median(found):.0f} ms (median), {1000 * found[-1]:.0f} ms (max)"


def run(
    *,
    bans: int = 1,
    before_s: float = 3.0,
    after_s: float = 4.0,
    pace_s: float = 0.05,
    closed_within_s: float = CLOSED_WITHIN_S,
) -> Outcome:
    """So many bans, one after the other, from an empty database to the verdict."""
    outcome = Outcome()
    with town() as built:
        for cast in settle(built, bans):
            crowd = crowd_of(cast, built.url, pace_s)
            ban = asyncio.run(_ban_in_the_middle(built, crowd, before_s, after_s))
            _note(outcome, built, crowd, ban)
    outcome.faults += [
        f"closed {each.after_s:.2f} s after the commit, {each.code}"
        for each in (*outcome.sockets, *outcome.polls)
        if each.after_s > closed_within_s
    ]
    return outcome


async def _ban_in_the_middle(
    built: Town, crowd: list[Actor], before_s: float, after_s: float
) -> Ban:
    target, *_ = crowd
    over = asyncio.Event()
    tasks = [asyncio.create_task(work) for actor in crowd for work in actor.life(over)]
    try:
        announced = await announce(built, target.user_id)
        await asyncio.sleep(before_s * random.uniform(0.5, 1))
        await _until_busy(built, target)
        ban = await announced.decide()
        await target.come_back()
        await asyncio.sleep(after_s)
        over.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)
        return ban
    finally:
        over.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until_busy(built: Town, target: Actor) -> None:
    """Until there was enough of them for the rest to mean something; on a slow machine that lasts."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        done = Counter(call.kind for call in target.calls if call.is_done)
        if done["message"] >= 20 and done["like"] >= 10 and pushes_about(built.pushes, target):
            return
        await asyncio.sleep(0.1)


def _note(outcome: Outcome, built: Town, crowd: list[Actor], ban: Ban) -> None:
    target, *others = crowd
    outcome.bans += 1
    outcome.took_s.append(ban.committed - ban.began)
    outcome.before += Counter(
        call.kind for call in target.calls if call.ended < ban.committed and call.is_done
    )
    outcome.before["push"] += sum(at < ban.committed for at in pushes_about(built.pushes, target))
    late = [call for call in target.calls if call.began > ban.committed]
    outcome.refused += Counter(f"{call.status} {call.code}" for call in late if call.code)
    decks = [call for actor in others for call in actor.calls if call.kind == "deck"]
    outcome.decks += sum(call.began > ban.committed for call in decks)
    outcome.sockets += [each.since(ban.committed) for each in target.sockets]
    outcome.polls += [each.since(ban.committed) for each in target.polls]
    with built.connect() as connection:
        verdict = judge(connection, built.pushes, crowd, ban)
    outcome.crossing_s += verdict.crossing_s
    outcome.faults += verdict.faults


def main() -> None:
    """Run one and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bans", type=int, default=12)
    parser.add_argument("--before", type=float, default=5.0, help="seconds of life before each ban")
    parser.add_argument("--after", type=float, default=6.0, help="seconds of life after it")
    parser.add_argument("--pace", type=float, default=0.05, help="seconds between one's requests")
    asked = parser.parse_args()
    began = time.monotonic()
    outcome = run(bans=asked.bans, before_s=asked.before, after_s=asked.after, pace_s=asked.pace)
    print(outcome)
    print(f"{time.monotonic() - began:.0f} s in all")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
