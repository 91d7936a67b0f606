"""Real processes that count requests all at once, and a Redis of the test's own."""

import multiprocessing
import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections

from pupmatch.lib.throttling import in_redis

REDIS = shutil.which("valkey-server") or shutil.which("redis-server")
_processes: Any = multiprocessing.get_context("fork")


class RedisServer:
    """A server that keeps nothing; `url` is where it is, or was."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "RedisServer":
        command = [REDIS, "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen([*command, "--loglevel", "warning"])
        while self._is_away():
            assert self.process.poll() is None
            time.sleep(0.02)
        return self

    def _is_away(self) -> bool:
        with socket.socket() as probe:
            return bool(probe.connect_ex(("127.0.0.1", self.port)))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Nonsense(socketserver.StreamRequestHandler):
    """Answers all questions of Redis with one figure."""

    def handle(self) -> None:
        while self.rfile.readline():
            self.wfile.write(b":1\r\n")


@contextmanager
def no_redis(protocol: int) -> Iterator[str]:
    """The address of something that answers and is no Redis, asked by that version of the protocol."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Nonsense) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"redis://127.0.0.1:{server.server_address[1]}/0?protocol={protocol}"
        finally:
            server.shutdown()


def in_processes(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returns, in a process of its own, all of them let go at one barrier."""
    # None of them may use a connection of ours.
    connections.close_all()
    in_redis._client.cache_clear()
    in_redis._script.cache_clear()
    barrier, answers = _processes.Barrier(len(work)), _processes.Queue()
    children = [
        _processes.Process(target=_at_the_barrier, args=(barrier, answers, number, each))
        for number, each in enumerate(work)
    ]
    for child in children:
        child.start()
    try:
        found = dict(answers.get(timeout=900) for _ in children)
    except BaseException:
        for child in children:
            child.kill()
        raise
    for child in children:
        child.join()
    return [found[number] for number in range(len(work))]


def _at_the_barrier(barrier: Any, answers: Any, number: int, work: Callable[[], Any]) -> None:
    try:
        connections["default"].ensure_connection()
        barrier.wait(timeout=60)
        answers.put((number, work()))
    except BaseException as error:
        answers.put((number, error))
        raise
    finally:
        connections.close_all()
