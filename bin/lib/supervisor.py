"""Keeps the four processes of a development server running until SIGTERM.

supervisor.py SOCKETS HAPROXY: the folder of their sockets, and the program. `server.sh` starts it, in
a session of its own and with the addresses that deploy/haproxy.cfg reads.
"""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

# More than WORKER_GRACE.
STOP_SECONDS = 15

WEB = "-m pupmatch --log-level warning --workers 2 --workers-kill-timeout 5 --uds"
# Kept for longer than the front keeps an idle connection, which would else be closed under its hands.
REALTIME = "-m realtime --log-level warning --timeout-keep-alive 75 --uds"
WORKER = "manage.py work"
FRONT = "-db -f deploy/haproxy.cfg"


def commands(sockets: Path, haproxy: str) -> dict[str, list[str]]:
    """What runs, by name; docker-compose.yml says the same."""
    return {
        "web": [sys.executable, *WEB.split(), f"{sockets}/web"],
        "realtime": [sys.executable, *REALTIME.split(), f"{sockets}/realtime"],
        "worker": [sys.executable, *WORKER.split()],
        "front": [haproxy, *FRONT.split()],
    }


class Process:
    """One of them; each line that it writes goes on with its name before it."""

    def __init__(self, name: str, command: list[str], socket: Path) -> None:
        self.name, self.command, self.socket = name, command, socket
        self.start()

    def start(self) -> None:
        """Start it, alone in a process group."""
        # Granian does not take over what a killed one left.
        self.socket.unlink(missing_ok=True)
        self.popen = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, process_group=0
        )
        self.relay = threading.Thread(target=self._relay, args=(self.popen,), daemon=True)
        self.relay.start()

    def is_dead(self) -> bool:
        """Whether it ended by itself; its orphans, which keep its address and its output, then end, too."""
        if self.popen.poll() is None:
            return False
        self.clear()
        self._say(f"ended with status {self.popen.returncode}; starting it again\n".encode())
        return True

    def clear(self) -> None:
        """End what is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.relay.join(timeout=1)

    def _relay(self, popen: subprocess.Popen) -> None:
        for line in popen.stdout or []:
            self._say(line)

    def _say(self, line: bytes) -> None:
        # Without bin/run nobody reads; a full pipe would stop the process.
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), f"{self.name:<8} | ".encode() + line)


def stop(processes: list[Process]) -> None:
    """Tell all of them at once, and end those that do not hear it."""
    for process in processes:
        process.popen.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.popen.wait(max(0, deadline - time.monotonic()))
        process.clear()


def main(sockets: Path, haproxy: str) -> None:
    """Start them, start again what ends, until SIGTERM."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    # A file for each socket.
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    os.environ["PYTHONUNBUFFERED"] = "1"
    processes = [
        Process(name, command, sockets / name)
        for name, command in commands(sockets, haproxy).items()
    ]
    while not told:
        time.sleep(0.2)
        dead = [process for process in processes if process.is_dead()]
        if dead:
            # One that cannot start at all shall not fill the screen.
            time.sleep(0.5)
        for process in dead:
            process.start()
    stop(processes)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
