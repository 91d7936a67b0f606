"""The long forms of what the tests of attack and force try in seconds: `make assault`.

python -m tests.assault                 each in turn, then a table; hours
python -m tests.assault privacy         one of them

Each line of docs/security.md that quotes a figure names one of these.
"""

import argparse
import shlex
import subprocess
import sys
import time

# Name: the command, after `python -m`. Those of pytest read `--assault` as "in full size"; there a
# test that runs for long does not hang.
PYTEST = ["--assault", "-q", "-o", "faulthandler_timeout=0"]
LONG_FORMS: dict[str, str] = {
    "trial": "tests.faults.trial --seconds 600 --kills 120",
    "cuts": "pytest tests/faults/test_trial.py",
    "bans": "tests.faults.bans",
    "access": "pytest tests/access",
    "privacy": "pytest tests/privacy -s",
    "drill": "tests.drill",
    "town": "pytest tests/town",
    "limits": "pytest pupmatch/lib/tests/test_limits_at_once.py matching/tests/test_likes_a_day.py",
    "ends": "pytest realtime/tests/test_ends.py",
    "alike": "bench.alike",
    "social": "pytest accounts/tests/test_social_races.py",
    "outages": "tests.faults.outages",
    "uploads": "bench.uploads",
    # Each line of the log would keep the request that it tells of, of a hundred thousand.
    "input": "pytest tests/input -n auto --log-level CRITICAL",
    "barrage": "tests.input.barrage --share 0.1",
    "schemathesis": "tests.input.fuzzing --cases 20000",
    "erasure": "pytest exports tests/erasure",
}


def run(name: str) -> tuple[str, float]:
    """Run one, and say how it ended and after how many seconds."""
    began = time.monotonic()
    print(f"--- {name}: python -m {LONG_FORMS[name]}", flush=True)
    module, *arguments = shlex.split(LONG_FORMS[name])
    if module == "pytest":
        arguments += PYTEST
    code = subprocess.run([sys.executable, "-m", module, *arguments]).returncode
    return ("held" if code == 0 else f"FAILED ({code})"), time.monotonic() - began


def main() -> int:
    """Run those that are named, or all; 1 when one did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(LONG_FORMS))
    names = parser.parse_args().names or list(LONG_FORMS)
    if unknown := set(names) - set(LONG_FORMS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    results = {name: run(name) for name in names}
    for name, (outcome, seconds) in results.items():
        print(f"{name:20} {outcome:12} {seconds:8.0f} s")
    return int(any(outcome != "held" for outcome, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main())
