"""Schemathesis over the whole schema, with every check, against a town of real processes.

python -m tests.input.fuzzing                      some thousand cases, minutes
python -m tests.input.fuzzing --cases 20000        at least so many

It fails on any kind of answer that the schema does not promise, and when a process died. No
operation is left out; two runs, because some of them end what the others need:

- as one person, with all that `tests.input.people` gives: everything but ENDINGS;
- ENDINGS, each case as somebody who has just signed up.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import yaml

from tests.faults.parts import ROOT
from tests.input.insiders import Insider
from tests.input.towns import EarnestTown, earnest_town

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# What ends the sign-in or the dog that every other operation is asked with.
ENDINGS = (
    "auth_logout",
    "auth_logout_all",
    "auth_sessions_destroy",
    "me_destroy",
    "me_profile_destroy",
)
# How often an id is one that there is; else it is made up.
KNOWN = 0.6
PASSWORD = "a walk in the park"  # everybody's there


class Run(NamedTuple):
    """How many cases it made, and whether everything held."""

    cases: int
    held: bool


def config(me: Insider | None, paths: dict) -> str:
    """schemathesis.toml: whose sign-in, and which ids there are for each gap and member."""
    lines = ["continue-on-failure = true"]
    if me is None:
        lines += [f"[dictionaries.passwords]\nvalues = {json.dumps([PASSWORD])}"]
        return "\n".join([*lines, "[parameters]", _binding("body.password", "passwords")])
    lines += [f'headers = {{ Authorization = "Bearer {me.access}" }}']
    for name, ids in me.ids.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(ids)}"]
    members = {"profile_id": "strangers", "subject_id": "strangers", "playground_id": "playgrounds"}
    lines += ["[parameters]"]
    lines += [_binding(f"body.{member}", name) for member, name in members.items()]
    for path, methods in paths.items():
        for method, operation in methods.items():
            lines += _ids(me, path, method.upper(), operation.get("parameters", []))
    return "\n".join(lines)


def _ids(me: Insider, path: str, method: str, parameters: Iterable[dict]) -> Iterable[str]:
    name = me.list_of(method, path)
    for parameter in parameters:
        if name and parameter["in"] == "path":
            yield "[[operations]]"
            yield f'include-path = "{path}"\ninclude-method = "{method}"'
            yield "[operations.parameters]"
            yield _binding(f"path.{parameter['name']}", name)


def _binding(place: str, name: str) -> str:
    return f'"{place}" = {{ dictionary = "{name}", probability = {KNOWN} }}'


def run(town: EarnestTown, me: Insider | None, name: str, *options: str) -> Run:
    """One run, as one person or as newcomers."""
    schema = f"{town.url}/api/v1/schema"
    settings = town.folder / f"{name}.toml"
    with urlopen(schema) as answer:  # loopback
        settings.write_text(config(me, yaml.safe_load(answer)["paths"]), encoding="utf-8")
    command = [SCHEMATHESIS, "--config-file", settings, "--no-color", "run", schema]
    command += ["--checks", "all", "--suppress-health-check", "all", *options]
    hooks = f"tests.input.schemathesis_{'hooks' if me else 'newcomers'}"
    told = {"SCHEMATHESIS_HOOKS": hooks, "NEWCOMERS_API": f"{town.url}/api/v1"}
    done = subprocess.run(
        [*map(str, command)],
        cwd=ROOT,
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        text=True,
    )
    print(done.stdout, flush=True)
    made = re.search(r"([\d,]+) generated", done.stdout)
    return Run(int(made[1].replace(",", "")) if made else 0, done.returncode == 0)


def fuzz(town: EarnestTown, cases: int) -> Iterator[Run]:
    """Newcomers once; then one person after the other until there are so many cases."""
    only = [word for name in ENDINGS for word in ("--include-operation-id", name)]
    without = [word for name in ENDINGS for word in ("--exclude-operation-id", name)]
    each = ["--phases", "examples,coverage,fuzzing", "-n", str(max(10, min(60, cases // 300)))]
    made = [run(town, None, "newcomers", *each, *only)]
    yield made[0]
    while sum(one.cases for one in made) < cases:
        [me] = town.insiders(1)
        name = f"person-{len(made)}"
        # Through every operation, and then from one to the next.
        made.append(run(town, me, name, *each, *without))
        yield made[-1]
        made.append(run(town, me, f"{name}-walks", "--phases", "stateful", "-n", "20", *without))
        yield made[-1]
        print(f"--- {sum(one.cases for one in made)} cases", flush=True)


def main() -> int:
    """Run it in a town of its own; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=3_000)
    cases = parser.parse_args().cases
    with earnest_town() as town:
        alive = town.pids()
        runs = list(fuzz(town, cases))
        dead = alive.items() - town.pids().items()
    made, failed = sum(one.cases for one in runs), sum(not one.held for one in runs)
    print(
        f"{made} cases in {len(runs)} runs, {failed} runs with failures, {len(dead)} dead workers"
    )
    return int(bool(failed or dead or made < cases))


if __name__ == "__main__":
    sys.exit(main())
