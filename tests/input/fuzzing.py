"""Schemathesis over the whole schema, with every check, against a town of real processes.

python -m tests.input.fuzzing                      some thousand cases, minutes
python -m tests.input.fuzzing --cases 20000        at least so many

It fails on the first kind of answer that the schema does not promise, and when a process died. No
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
from collections.abc import Iterable
from pathlib import Path
from urllib.request import urlopen

import yaml

from tests.faults.machinery import ROOT
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


def run(town: EarnestTown, me: Insider | None, name: str, *options: str) -> int:
    """One run, as one person or as newcomers; how many cases it made. Raises CalledProcessError."""
    schema = f"{town.url}/api/v1/schema"
    settings = town.folder / f"{name}.toml"
    with urlopen(schema) as answer:
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
    done.check_returncode()
    return int(re.search(r"([\d,]+) generated", done.stdout)[1].replace(",", ""))


def fuzz(town: EarnestTown, cases: int) -> int:
    """Newcomers once; one person after the other until there are so many cases."""
    only = [word for name in ENDINGS for word in ("--include-operation-id", name)]
    without = [word for name in ENDINGS for word in ("--exclude-operation-id", name)]
    often = str(max(10, min(60, cases // 300)))
    made = run(town, None, "newcomers", "--phases", "examples,coverage,fuzzing", "-n", often, *only)
    number = 0
    while made < cases:
        number += 1
        [me] = town.insiders(1)
        # The long way through every operation, and then from one to the next.
        made += run(
            town,
            me,
            f"person-{number}",
            "--phases",
            "examples,coverage,fuzzing",
            "-n",
            often,
            *without,
        )
        made += run(town, me, f"walks-{number}", "--phases", "stateful", "-n", often, *without)
        print(f"--- {made} cases", flush=True)
    return made


def main() -> int:
    """Run it in a town of its own; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=3_000)
    cases = parser.parse_args().cases
    with earnest_town() as town:
        alive = town.pids()
        made = fuzz(town, cases)
        dead = alive.items() - town.pids().items()
    print(f"{made} cases, {len(dead)} dead workers")
    return int(bool(dead))


if __name__ == "__main__":
    sys.exit(main())
