"""What may happen to a town, each as a context: it begins, it lasts, it is over."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg

from tests.faults.stage import Stage

# The front looks once a second who is there.
NOTICED_S = 3
OURS_ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'pupmatch'"


@dataclass(frozen=True)
class Trouble:
    """`felt_by` is refused meanwhile, some of it at least; the others have to be answered."""

    name: str
    happen: Callable[[Stage], AbstractContextManager[None]]
    seconds: float = 6
    felt_by: tuple[str, ...] = ()
    # Whether anything at all may be refused, or only what feels it.
    is_everywhere: bool = False
    # Whether there is nobody but the front to answer, be it for some.
    is_front_alone: bool = False
    # Whether it is over at the end, so that all has to be well again.
    ends: bool = True
    needs: Callable[[Stage], bool] = lambda stage: True


@contextlib.contextmanager
def killed(stage: Stage) -> Iterator[None]:
    """PostgreSQL with all its processes, by kill -9; started again at the end."""
    stage.parts["postgres"].kill()
    yield
    stage.restart("postgres")


@contextlib.contextmanager
def one_killed(stage: Stage) -> Iterator[None]:
    """One of its processes, again and again: each time PostgreSQL ends all and recovers."""
    part, over = stage.parts["postgres"], threading.Event()

    def kill() -> None:
        while not over.wait(1.5):
            backends = [each for each in part.family()[1:] if "pupmatch" in _title(each)]
            if backends:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(backends[0].pid, signal.SIGKILL)

    with _meanwhile(kill, over):
        yield


@contextlib.contextmanager
def restarted(stage: Stage) -> Iterator[None]:
    """A fast shutdown, and up again at once."""
    part = stage.parts["postgres"]
    assert part.process is not None
    part.process.send_signal(signal.SIGINT)
    part.process.wait(timeout=30)
    stage.restart("postgres")
    yield


@contextlib.contextmanager
def stopped(stage: Stage) -> Iterator[None]:
    """All its processes stand still; whoever asks waits."""
    family = stage.parts["postgres"].family()
    _signal(family, signal.SIGSTOP)
    yield
    _signal(family, signal.SIGCONT)


@contextlib.contextmanager
def out_of_connections(stage: Stage) -> Iterator[None]:
    """Somebody else has every connection; ours were lost a moment before."""
    eaten: list[psycopg.Connection] = []
    over, is_full = threading.Event(), threading.Event()
    first = stage.connect("postgres")

    def eat() -> None:
        while not over.is_set():
            try:
                eaten.append(stage.connect("postgres"))
            except psycopg.OperationalError:
                is_full.set()

    with first, _meanwhile(eat, over):
        is_full.wait()
        # Whoever is thrown out comes back as fast as we take the place.
        while first.execute(OURS_ENDED).fetchall():
            time.sleep(0.05)
        yield
    for connection in eaten:
        connection.close()


@contextlib.contextmanager
def read_only(stage: Stage) -> Iterator[None]:
    """As a standby is, or a disk that is full."""

    def configure(change: str) -> None:
        with stage.connect("postgres") as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM {change}")
            connection.execute("SELECT pg_reload_conf()")

    configure("SET default_transaction_read_only = on")
    yield
    configure("RESET default_transaction_read_only")


@contextlib.contextmanager
def blocked(stage: Stage) -> Iterator[None]:
    """Somebody holds a lock on all messages."""
    with stage.connect() as connection, connection.transaction():
        connection.execute("LOCK TABLE messaging_message IN ACCESS EXCLUSIVE MODE")
        yield


def hangs(name: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """A way that takes everything and passes nothing on."""

    @contextlib.contextmanager
    def happen(stage: Stage) -> Iterator[None]:
        stage.ways[name].hang()
        yield
        stage.ways[name].open()

    return happen


def refuses(name: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """A way at whose end nobody is."""

    @contextlib.contextmanager
    def happen(stage: Stage) -> Iterator[None]:
        stage.ways[name].refuse()
        yield
        stage.ways[name].open()

    return happen


@contextlib.contextmanager
def slow(stage: Stage) -> Iterator[None]:
    """Each word to the database and back takes a third of a second longer."""
    stage.ways["postgres"].slow(0.3)
    yield
    stage.ways["postgres"].open()


@contextlib.contextmanager
def full(stage: Stage) -> Iterator[None]:
    """No room for photos."""
    stage.fill()
    yield
    stage.empty()


@contextlib.contextmanager
def failing_bucket(stage: Stage) -> Iterator[None]:
    """The bucket answers everything with 500."""
    assert stage.bucket
    stage.bucket.fails = True
    yield
    stage.bucket.fails = False


def dead(name: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """One of our own processes, by kill -9; started again at the end."""

    @contextlib.contextmanager
    def happen(stage: Stage) -> Iterator[None]:
        stage.parts[name].kill()
        yield
        stage.restart(name)

    return happen


def rolled(name: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """A new one in the place of ours, as after an update: its second stands in meanwhile."""

    @contextlib.contextmanager
    def happen(stage: Stage) -> Iterator[None]:
        stage.start_second(name)
        time.sleep(NOTICED_S)
        stage.parts[name].stop()
        stage.restart(name)
        time.sleep(NOTICED_S)
        stage.parts[f"{name}-2"].stop()
        yield

    return happen


def replaced(name: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """Stopped, and started again at once, with nobody in its place."""

    @contextlib.contextmanager
    def happen(stage: Stage) -> Iterator[None]:
        stage.parts[name].stop()
        stage.restart(name)
        yield

    return happen


@contextlib.contextmanager
def reloaded(stage: Stage) -> Iterator[None]:
    """The front, by SIGUSR2: a new one takes over the port, the old one ends what it has begun."""
    front = stage.parts["front"].process
    assert front is not None
    front.send_signal(signal.SIGUSR2)
    yield


def _title(process: object) -> str:
    with contextlib.suppress(Exception):
        return " ".join(process.cmdline())  # type: ignore[attr-defined]
    return ""


def _signal(processes: list, number: int) -> None:
    for process in processes:
        with contextlib.suppress(Exception):
            process.send_signal(number)


@contextlib.contextmanager
def _meanwhile(act: Callable[[], None], over: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
