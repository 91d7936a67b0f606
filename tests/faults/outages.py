"""Take away whatever a town needs, one thing after the other, while people use it.

python -m tests.faults.outages                the long one: every trouble, with photos in a folder, then in a bucket
pytest tests/faults/test_outages.py           the short one

Each answer has to be right, or 503 with Retry-After within three seconds; ten seconds after a trouble
all is well again; and at the end everything that was acknowledged is there, and nothing by halves.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.agreeing import of_counters, of_files, of_log, of_mails
from tests.faults.load import (
    AWAY,
    BUSY_ONES,
    POLL_S,
    RIGHT,
    WRONG,
    Log,
    Sample,
    Somebody,
    staff,
    watch,
)
from tests.faults.people import Person, listen
from tests.faults.programmes import BUCKET, DATABASE, HURRY, HURRY_MS, OTHERS, RESTARTS
from tests.faults.settlers import settle
from tests.faults.stage import Stage, staged
from tests.faults.trial import until_all_is_heard
from tests.faults.troubles import Trouble
from tests.faults.verdict import unfinished, verdict

ANSWERED_WITHIN_S = 3.0
# The admin's own patience, and a moment.
STAFF_ANSWERED_WITHIN_S = 11.0
PHOTO_TAKEN_WITHIN_S = 6.0
RECOVERED_WITHIN_S = 10.0
CALM_S = 2.0
# Whoever has not begun to do all of this tells nothing by being well.
BUSY = {"message", "deck", "photo"}
STAGES: list[tuple[str, dict[str, str], list[Trouble]]] = [
    ("", {}, DATABASE + OTHERS),
    ("", {"DATABASE_PATIENCE_MS": str(HURRY_MS)}, HURRY),
    ("bucket", {}, BUCKET),
    ("seconds", {}, RESTARTS),
]
PATIENT = {"admin", "poll"}
WATCHED = {"live": "/health/live", "ready": "/health/ready", "admin": "/admin/"}
CATCH_UP_S = 90


@dataclass
class Row:
    """One trouble, in figures."""

    name: str
    outcomes: Counter
    refused: Counter
    slowest_s: float
    recovery_s: float

    def __str__(self) -> str:
        refused = ", ".join(f"{kind} {count}" for kind, count in self.refused.most_common(4))
        return (
            f"| {self.name} | {self.outcomes.total()} | {self.outcomes[RIGHT]} |"
            f" {self.outcomes[AWAY]} | {self.outcomes[WRONG]} | {self.slowest_s:.1f} s |"
            f" {self.recovery_s:.1f} s | {refused} |"
        )


@dataclass
class Outcome:
    """What happened."""

    slack: float = 1
    rows: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    acknowledged: int = 0
    mails: int = 0
    photos: int = 0
    caught_up_s: float = 0.0

    def __str__(self) -> str:
        lines = [
            "| trouble | requests | right | 503 | wrong | slowest | recovery | most of the 503 |",
            "|---|---|---|---|---|---|---|---|",
            *map(str, self.rows),
            f"acknowledged: messages {self.acknowledged}, mails {self.mails}, photos {self.photos}",
            f"the queue was empty {self.caught_up_s:.1f} s after the end",
            f"{len(self.faults)} faults",
            *self.faults[:30],
        ]
        return "\n".join(lines)


def run(
    stage: Stage,
    troubles: Iterable[Trouble],
    *,
    pairs: int = 4,
    pace_s: float = 0.15,
    slack: float = 1,
) -> Outcome:
    """Let people live on the stage while one trouble follows the other.

    `slack` is how much longer than promised everything may take, on a machine that has other work.
    """
    outcome, log = Outcome(slack=slack), Log()
    people = settle(stage, pairs)
    asyncio.run(_live(stage, people, list(troubles), outcome, log, pace_s))
    with stage.connect() as connection:
        outcome.faults += verdict(connection, people, stage.pushes)
        outcome.faults += of_files(connection, stage)
    outcome.faults += of_mails(stage, log.mails_promised) + of_counters(stage) + of_log(stage)
    outcome.acknowledged = sum(len(person.acknowledged) for person in people)
    outcome.mails = len(log.mails_promised)
    outcome.photos = sum(each.kind == "photo" and each.outcome == RIGHT for each in log.samples)
    return outcome


def _crowd(stage: Stage, people: list[Person], log: Log, pace_s: float) -> list[Somebody]:
    """Everybody, each with a day of their own."""
    with stage.connect() as connection:
        emails = dict(connection.execute("SELECT id::text, email FROM accounts_user").fetchall())
    return [
        Somebody(
            person,
            [
                other.profile_id
                for other in people
                if other.conversation_id != person.conversation_id
            ],
            emails[person.user_id],
            stage.url,
            log,
            pace_s,
            is_busy=number < BUSY_ONES,
        )
        for number, person in enumerate(people)
    ]


async def _live(
    stage: Stage,
    people: list[Person],
    troubles: list[Trouble],
    outcome: Outcome,
    log: Log,
    pace_s: float,
) -> None:
    over, desk = asyncio.Event(), await staff(stage.url)
    town = _crowd(stage, people, log, pace_s)
    listeners = [asyncio.create_task(listen(person, stage.url)) for person in people]
    days = [asyncio.create_task(act) for each in town for act in each.day(over)]
    days += [
        asyncio.create_task(watch(kind, path, desk, log, over)) for kind, path in WATCHED.items()
    ]
    try:
        await _calm(log, 40 if troubles[0].ends else 10)
        for trouble in troubles:
            if trouble.needs(stage):
                await _suffer(stage, trouble, outcome, log)
                print(outcome.rows[-1], flush=True)
        over.set()
        await asyncio.gather(*days)
        await _catch_up(stage, outcome)
        await until_all_is_heard(stage, people)
    finally:
        over.set()
        for task in (*listeners, *days):
            task.cancel()
        await asyncio.gather(*listeners, *days, return_exceptions=True)
        await desk.aclose()


async def _suffer(stage: Stage, trouble: Trouble, outcome: Outcome, log: Log) -> None:
    """From its first moment until all is well again."""
    context = trouble.happen(stage)
    began = time.time()
    await asyncio.to_thread(context.__enter__)
    await asyncio.sleep(trouble.seconds)
    await asyncio.to_thread(context.__exit__, None, None, None)
    ended = time.time()
    if trouble.ends:
        await _calm(log, 3 * RECOVERED_WITHIN_S)
    row = _row(trouble, log.between(began, time.time()), ended)
    outcome.rows.append(row)
    samples = log.between(began, time.time())
    outcome.faults += _judged(trouble, row, samples, outcome.slack)


async def _calm(log: Log, at_most_s: float) -> None:
    """Until nobody has been refused for a while."""
    deadline = time.time() + at_most_s
    while time.time() < deadline:
        await asyncio.sleep(CALM_S / 5)
        late = log.between(time.time() - 3 * CALM_S, time.time())
        last = max((each.ended for each in late if each.outcome != RIGHT), default=0.0)
        if {each.kind for each in late} >= BUSY and last < time.time() - CALM_S:
            return


def _row(trouble: Trouble, samples: list[Sample], ended: float) -> Row:
    refused = [each for each in samples if each.outcome != RIGHT]
    return Row(
        name=trouble.name,
        outcomes=Counter(each.outcome for each in samples),
        refused=Counter(each.kind for each in refused if each.outcome == AWAY),
        slowest_s=max((each.took_s for each in samples if each.kind not in PATIENT), default=0),
        recovery_s=max((0.0, *(each.ended - ended for each in refused))),
    )


def _judged(trouble: Trouble, row: Row, samples: list[Sample], slack: float) -> list[str]:
    wrong = Counter(
        f"{each.kind}: {each.words}"
        for each in samples
        if each.outcome == WRONG and not (trouble.is_front_alone and _is_cut_short(each))
    )
    faults = [f"{count} × {words}" for words, count in wrong.most_common(8)]
    late = Counter(
        f"{each.kind} {each.outcome}" for each in samples if each.took_s > slack * _limit(each)
    )
    if late:
        faults.append(f"late answers, the latest after {row.slowest_s:.1f} s: {dict(late)}")
    if trouble.ends and row.recovery_s > slack * RECOVERED_WITHIN_S:
        faults.append(f"all was well {row.recovery_s:.1f} s after it only")
    if row.refused["live"] and "live" not in trouble.felt_by:
        faults.append("/health/live was not 200")
    faults += [f"{kind} did not feel it" for kind in trouble.felt_by if not row.refused[kind]]
    if not trouble.is_everywhere:
        others = set(row.refused) - set(trouble.felt_by)
        faults += [f"{kind} was refused {row.refused[kind]} times" for kind in sorted(others)]
    return [f"{trouble.name}: {fault}" for fault in faults]


def _is_cut_short(sample: Sample) -> bool:
    """Whether the front hung up: on a photo that was still being sent, or on a connection that had
    been of use before, as HTTP lets a server do; whoever asks then asks again on a new one.
    """
    is_photo = sample.kind == "photo" and sample.words.startswith(("ReadError", "WriteError"))
    return is_photo or sample.words.startswith("RemoteProtocolError Server disconnected")


def _limit(sample: Sample) -> float:
    """How long this answer may take."""
    if sample.kind == "admin":
        return STAFF_ANSWERED_WITHIN_S
    if sample.kind == "poll":
        return POLL_S + ANSWERED_WITHIN_S
    # Its file has to come, and to be made smaller thrice, which no database hurries.
    is_photo = sample.kind == "photo" and sample.outcome == RIGHT
    return PHOTO_TAKEN_WITHIN_S if is_photo else ANSWERED_WITHIN_S


async def _catch_up(stage: Stage, outcome: Outcome) -> None:
    """Until workers have done whatever was put off."""
    began = time.monotonic()
    with stage.connect() as connection:
        while left := unfinished(connection):
            if time.monotonic() - began > CATCH_UP_S:
                outcome.faults.append(f"{left} jobs are left after {CATCH_UP_S} s")
                break
            await asyncio.sleep(0.2)
    outcome.caught_up_s = time.monotonic() - began


def main() -> None:
    """Run them all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=4)
    parser.add_argument("--pace", type=float, default=0.15, help="seconds between one's requests")
    parser.add_argument("--only", default="", help="troubles with these words in their names")
    parser.add_argument("--pool", type=int, default=0, help="DATABASE_POOL_SIZE")
    asked = parser.parse_args()
    faults = 0
    for kind, told, troubles in STAGES:
        chosen = [each for each in troubles if asked.only in each.name]
        if chosen:
            with staged(kind, DATABASE_POOL_SIZE=str(asked.pool), **told) as stage:
                outcome = run(stage, chosen, pairs=asked.pairs, pace_s=asked.pace)
            print(outcome, flush=True)
            faults += len(outcome.faults)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
