"""The deck against every dog scored and sorted for each request: filling it, and reading it.

    python -m bench.town --dogs 1000000 --lean     (in a database of its own; also 10000, 100000, and --dense 16)
    python -m bench.deck [--rounds 7] [--seconds 10] URL [URL ...]

The databases must run on this machine: what is compared is the processor time of their backends, which
Linux counts in nanoseconds. Filling and the naive query (matching/tests/naive.py, as Django sends it)
take turns in random order over towns and viewers, and both must name the same 200 dogs in the same
order. Then pgbench reads the first town's decks, and asks the naive query, with two clients: 80 % viewers from
anywhere, 15 % from the densest city, 5 % with a long history.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

import psycopg  # noqa: E402 (Django must be set up first)
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402
from tqdm import tqdm  # noqa: E402

from bench.results import bars, table, write  # noqa: E402
from matching.deck import READ  # noqa: E402
from matching.ranking import FILL, SIZE, Outlook, parameters_of  # noqa: E402
from matching.tests import naive  # noqa: E402
from profiles.models import Profile  # noqa: E402
from pupmatch.environment import env  # noqa: E402

ROLES = ("random", "dense", "fresh", "heavy 1k", "heavy 5k", "heavy 20k")
VIEWERS = 6
PAGE = 20
# Of a hundred requests, how many come from whom.
MIX = {"random": 80, "dense": 15, "heavy 20k": 5}


class Town:
    """A database that bench.town filled, and how busy our connection keeps it."""

    def __init__(self, url: str) -> None:
        self.alias = url.rsplit("/", 1)[-1]
        connections.databases[self.alias] = connections.databases["default"] | env.db_url_config(
            url
        )
        self.url = url
        self.connection = connections[self.alias]
        self.connection.ensure_connection()
        self.raw: psycopg.Connection = self.connection.connection
        self.raw.execute("SET statement_timeout = 0")
        self.now = timezone.now()
        [self.dogs] = self.raw.execute("SELECT count(*) FROM matching_candidate").fetchone()
        self.viewers = {role: list(self._viewers(role)) for role in ROLES}

    def _viewers(self, role: str) -> Iterator[Profile]:
        named = "SELECT profile_id FROM bench.viewer WHERE role = %s ORDER BY number LIMIT %s"
        for (pk,) in self.raw.execute(named, [role, VIEWERS * 10]).fetchall():
            people = Profile.objects.using(self.alias).select_related("user__preferences")
            yield people.get(pk=pk)

    def cpu_ms(self, work: Callable[[], Any]) -> tuple[float, Any]:
        """How long the backend computed for it."""
        stat = Path(f"/proc/{self.raw.info.backend_pid}/schedstat")
        before = int(stat.read_text().split()[0])
        found = work()
        return (int(stat.read_text().split()[0]) - before) / 1e6, found

    def naive(self, viewer: Profile, count: int = SIZE) -> list:
        query = naive.deck(viewer, self.now).values_list("pk")[:count].query
        sql, values = query.sql_with_params()
        return [pk for (pk, *_) in self.raw.execute(sql, values).fetchall()]

    def fill(self, viewer: Profile) -> None:
        # Prepared, as the product does it.
        parameters = parameters_of(Outlook.of(viewer, self.now), self.now)
        self.raw.execute(FILL, parameters, prepare=True)

    def fill_first(self, viewer: Profile) -> None:
        self.raw.execute("DELETE FROM matching_deck WHERE viewer_id = %s", [viewer.pk])
        self.fill(viewer)

    def filled(self, viewer: Profile) -> list:
        kept = "SELECT profile_ids FROM matching_deck WHERE viewer_id = %s"
        return self.raw.execute(kept, [viewer.pk]).fetchone()[0]

    def reading(self, viewer: Profile) -> dict:
        outlook = Outlook.of(viewer, self.now)
        return outlook._asdict() | {
            "user_id": viewer.user_id, "basis": outlook.basis, "now": self.now,
            "score": None, "tie": None, "limit": PAGE + 1,
        }  # fmt: skip

    def read(self, viewer: Profile) -> list:
        return self.raw.execute(READ, self.reading(viewer), prepare=True).fetchall()


class Found(NamedTuple):
    """Medians of backend milliseconds, by town and role."""

    naive: dict
    first: dict
    fill: dict
    read: dict
    worst: dict
    compared: int


def measure(towns: list[Town], rounds: int) -> Found:
    """Everything once in each round, in random order."""
    times: dict = defaultdict(list)
    compared = 0
    for town in towns:
        for viewers in town.viewers.values():
            for viewer in viewers[:1]:
                town.fill(viewer), town.read(viewer)  # warm
    work = [(town, role) for town in towns for role in ROLES if town.viewers[role]]
    for number in tqdm(range(rounds), unit="round"):
        for town, role in random.sample(work, len(work)):
            viewer = town.viewers[role][number % len(town.viewers[role])]
            designs = {"first": town.fill_first, "fill": town.fill, "naive": town.naive}
            # A naive query in the very dense city takes many seconds; two of them are enough.
            if town.dogs > 500_000 and role != "dense" and number >= 3:
                del designs["naive"]
            found = {}
            for name in random.sample(list(designs), len(designs)):
                ms, found[name] = town.cpu_ms(partial(designs[name], viewer))
                times[name, town.alias, role].append(ms)
            if "naive" in found:
                assert found["naive"] == town.filled(viewer), (town.alias, role, viewer.pk)
                compared += 1
            for _ in range(3):
                ms, _ = town.cpu_ms(partial(town.read, viewer))
                times["read", town.alias, role].append(ms)
    medians: dict = {"naive": {}, "first": {}, "fill": {}, "read": {}}
    for (name, alias, role), spent in times.items():
        medians[name][alias, role] = statistics.median(spent)
    worst = {key[1:]: max(spent) for key, spent in times.items() if key[0] == "first"}
    return Found(**medians, worst=worst, compared=compared)


# --- pgbench --------------------------------------------------------------------------------------


class Rate(NamedTuple):
    """What pgbench saw."""

    tps: float
    p50: float
    p95: float
    p99: float


def scripts(town: Town, folder: Path, name: str) -> list[str]:
    """One for each viewer, weighted as the mix says; pgbench takes at most 128."""
    cursor = psycopg.ClientCursor(town.raw)
    arguments = []
    for role, share in MIX.items():
        viewers = town.viewers[role][: 40 if role == "random" else 8]
        for number, viewer in enumerate(viewers):
            if name == "read":
                town.fill(viewer)
                text = cursor.mogrify(READ, town.reading(viewer))
            else:
                query = naive.deck(viewer, town.now).values_list("pk")[: PAGE + 1].query
                text = cursor.mogrify(*query.sql_with_params())
            file = folder / f"{name}-{role.replace(' ', '')}-{number}.sql"
            # A colon would begin a variable of pgbench.
            file.write_text(re.sub(r"\s*\n\s*", " ", text) + ";\n")
            arguments += ["-f", f"{file}@{share * 240 // len(viewers)}"]
    return arguments


def pgbench(town: Town, arguments: list[str], seconds: int, folder: Path) -> Rate:
    for old in folder.glob("pgbench_log*"):
        old.unlink()
    info = town.raw.info
    command = ["pgbench", "-n", "-h", info.host, "-p", str(info.port), "-U", info.user]
    command += ["-c", "2", "-j", "1", "-T", str(seconds), "-l", *arguments, info.dbname]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    took = sorted(
        int(line.split()[2]) / 1000
        for log in folder.glob("pgbench_log*")
        for line in log.read_text().splitlines()
    )
    p50, p95, p99 = (
        took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99)
    )
    tps = re.findall(r"tps = ([\d.]+)", done.stdout)[0]
    return Rate(float(tps), p50, p95, p99)


def race(town: Town, seconds: int) -> dict[str, list[Rate]]:
    """Reading and the naive query, three times in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contenders = {each: scripts(town, folder, each) for each in ("read", "naive")}
        town.raw.commit()
        rates: dict[str, list[Rate]] = {each: [] for each in contenders}
        for _ in range(3):
            for each, arguments in contenders.items():
                rates[each].append(pgbench(town, arguments, seconds, folder))
    return rates


# --- What comes out -------------------------------------------------------------------------------


def report(towns: list[Town], found: Found, rates: dict[str, list[Rate]]) -> str:
    rows = []
    for town in towns:
        for role in ROLES:
            key = (town.alias, role)
            if key not in found.fill:
                continue
            ours, theirs = found.first[key], found.naive[key]
            rows.append([
                f"{town.dogs:,} dogs, {role}", f"{theirs:,.1f}", f"{ours:.2f}",
                f"{found.worst[key]:.2f}", f"1/{theirs / ours:,.0f}", f"{found.fill[key]:.2f}", f"{found.read[key]:.2f}",
            ])  # fmt: skip
    head = ["", f"naive, {SIZE} dogs", f"filling, {SIZE} dogs", "at worst", "of naive", "again", f"reading {PAGE}"]  # fmt: skip
    mixed = [
        [name, *(f"{statistics.median(each[n] for each in got):,.{digits}f}" for n, digits in ((0, 0), (1, 2), (2, 2), (3, 2)))]
        for name, got in rates.items()
    ]  # fmt: skip
    ratio = statistics.median(
        mine.tps / theirs.tps for mine, theirs in zip(rates["read"], rates["naive"], strict=True)
    )
    plot = bars(
        "deck", title="Backend CPU for 200 dogs, in a dense city", label="ms", scale="log",
        groups=[f"{town.dogs:,}" for town in towns],
        series={
            "naive": [found.naive.get((town.alias, "dense"), 0) for town in towns],
            "filling": [found.first.get((town.alias, "dense"), 0) for town in towns],
            "reading 20": [found.read.get((town.alias, "dense"), 0) for town in towns],
        },
    )  # fmt: skip
    return f"""Milliseconds of the backend's processor time, medians. In {found.compared} comparisons the same
{SIZE} dogs in the same order each time: recall 1.0.

{table(head, rows)}

{plot}

pgbench, two clients, 80 % anywhere, 15 % dense city, 5 % with 20,000 decisions, {towns[0].dogs:,} dogs; medians of three turns.
Reading is **{ratio:,.0f} ×** the naive query's rate.

{table(["", "per second", "p50 ms", "p95 ms", "p99 ms"], mixed)}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "towns", nargs="+", help="URLs of databases, the largest ordinary town first"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args()
    towns = [Town(url) for url in asked.towns]
    found = measure(towns, asked.rounds)
    write("deck", "The deck", report(towns, found, race(towns[0], asked.seconds)))


if __name__ == "__main__":
    main()
