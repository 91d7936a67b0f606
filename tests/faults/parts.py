"""One process of a town, which may be killed and started again, and how to find out whether it is up."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
# Recovery after a kill reads the whole log since the last checkpoint.
PATIENCE_S = 60


def lasting_port() -> int:
    """One that no connection gets by chance, for what is away now and then."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Part:
    """One process of the town, with everything it starts."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        folder: Path,
        env: dict[str, str] | None = None,
        user: str | None = None,
        is_up: Callable[[], bool],
    ) -> None:
        self.name, self.command, self.user, self.is_up = name, command, user, is_up
        self.env = {**os.environ, **(env or {})}
        self.folder, self.log = folder, folder / f"{name}.log"
        self.process: subprocess.Popen | None = None
        self.kills = 0

    def start(self) -> None:
        """Start it; `wait_until_up` tells when it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd="/" if self.user else ROOT,
                env=self.env,
                user=self.user,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        """Until it answers; fails with the end of its log."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.is_up():
            self.revive()
            if time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise TimeoutError(f"{self.name} did not come up:\n{tail}")
            time.sleep(0.05)

    def revive(self) -> None:
        """Start it again if it gave up, as bin/run and Docker would.

        Granian does when one of its workers dies twice within five seconds, the other still answering.
        """
        if self.process is not None and self.process.poll() is not None:
            self.start()

    def family(self) -> list[psutil.Process]:
        """The process and all below it."""
        if self.process is None:
            return []
        try:
            top = psutil.Process(self.process.pid)
            return [top, *top.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """End it with everything below it, by SIGKILL, as the kernel would when memory is short."""
        self.kills += 1
        self._end(self.family())

    def kill_one(self, index: int) -> bool:
        """End one of the processes below it; says whether there was one."""
        below = self.family()[1:]
        if not below:
            return False
        self.kills += 1
        self._end([below[index % len(below)]])
        return True

    def _end(self, processes: list[psutil.Process]) -> None:
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(processes, timeout=10)
        if self.process is not None:
            self.process.poll()

    def stop(self) -> float:
        """End it the polite way, then the other; says how many seconds it took."""
        began = time.monotonic()
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._end(self.family())
        return time.monotonic() - began


def answers(port: int, path: str = "") -> bool:
    """Whether somebody accepts connections there and, with a path, answers it with 200."""
    try:
        if not path:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:  # loopback only
            return answer.status == 200
    except OSError:
        return False
