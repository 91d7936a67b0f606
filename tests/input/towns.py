"""A town of real processes with the settings of production, and somebody in it to attack as."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.machinery import Town
from tests.faults.parts import PYTHON, ROOT
from tests.input.insiders import Insider


class EarnestTown(Town):
    """One that shows strangers no page of a developer's, and takes any number of requests."""

    def env(self) -> dict[str, str]:
        """What its processes are told."""
        return {
            **super().env(),
            "DEBUG": "false",
            "SECRET_KEY": "of a town that lives for an hour and is on the loopback alone",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "APP_URL": "https://pupmatch.example",
            "SECURE_SSL_REDIRECT": "false",
            # Production pushes by https alone, which the stand-in does not speak.
            "EXPO_PUSH_URL": f"https://127.0.0.1:{self.ports['provider']}",
            "STATIC_ROOT": str(self.folder / "static"),
        }

    def run(self, *command: str) -> str:
        """One of our programs in it, to its end; what it said."""
        env = {**os.environ, **self.env()}
        done = subprocess.run(
            [PYTHON, *command], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode()

    def insiders(self, count: int) -> list[Insider]:
        """So many new people with a bit of everything."""
        said = self.run("-m", "tests.input.seed", str(count))
        return [Insider(**fields) for fields in json.loads(said.splitlines()[-1])]

    def pids(self) -> dict[int, str]:
        """The processes that answer, by their ids."""
        return {
            process.pid: name
            for name in ("web", "realtime", "front")
            for process in self.parts[name].family()
        }


@contextmanager
def earnest_town() -> Iterator[EarnestTown]:
    """From nothing to a town, and back."""
    town = EarnestTown()
    try:
        town.start()
        town.run("manage.py", "collectstatic", "--noinput")
        yield town
    finally:
        town.stop()
        town.remove()
