"""The whole corpus at a town of real processes, front and all.

python -m tests.input.barrage               each row at each place: most of an hour
python -m tests.input.barrage --share 0.02  some of it

It fails on an error of ours, on a refusal that is no problem document, on a request that is hung up on
or not answered in time, and when a process died. What is taken stays; so that nobody runs out of things
to name, each of several people sends a part of the corpus. That a refusal changes nothing,
`test_corpus.py` shows.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from tests.faults.parts import PYTHON, ROOT
from tests.input.insiders import Insider
from tests.input.towns import EarnestTown, earnest_town

PEOPLE, AT_ONCE = 12, 3


def send(town: EarnestTown, me: Insider, number: int, share: float) -> dict:
    """One person's part."""
    done = subprocess.run(
        [PYTHON, "-m", "tests.input.volley", town.url, str(number), str(PEOPLE), str(share)],
        cwd=ROOT,
        env={**os.environ, **town.env()},
        input=json.dumps(asdict(me)).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"person {number}: {found['asked']} requests, {len(found['complaints'])} wrong", flush=True
    )
    return found


def main() -> int:
    """Run it in a town of its own; 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1)
    share = parser.parse_args().share
    with earnest_town() as town:
        people, alive = town.insiders(PEOPLE), town.pids()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            parts = [pool.submit(send, town, me, at, share) for at, me in enumerate(people)]
            found = [part.result() for part in parts]
        dead = alive.items() - town.pids().items()
    complaints = [line for part in found for line in part["complaints"]]
    asked = sum(part["asked"] for part in found)
    print("\n".join(complaints[:100]))
    print(f"{asked} requests, {len(complaints)} wrong, {len(dead)} dead workers")
    return int(bool(complaints or dead))


if __name__ == "__main__":
    sys.exit(main())
