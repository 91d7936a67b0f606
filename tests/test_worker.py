"""Real worker processes, and what becomes of jobs when these are killed, stopped or cut off."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from pupmatch.lib.jobs import enqueue, enqueue_many
from pupmatch.lib.models import Job, JobFailure
from pupmatch.lib.tests.probes import traces

pytestmark = pytest.mark.django_db(transaction=True)

# A busy machine says nothing of the code; where nothing is wrong nobody waits so long.
PATIENCE_S = 60

PROBES = "pupmatch.lib.tests.probes"
TRACE, WAIT = f"{PROBES}.leave_a_trace", f"{PROBES}.wait_for"


def until(condition, seconds=PATIENCE_S):
    """Wait for it."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)


def probes():
    """Our own jobs: a worker on an empty queue also catches up with the daily upkeep."""
    return Job.objects.filter(queue_name="probe")


def states():
    return Counter(probes().values_list("status", flat=True))


def is_empty():
    return not probes().filter(status__in=("todo", "doing")).exists()


class Worker:
    """`manage.py work` on the test's database."""

    def __init__(self, log: Path, *arguments: str, settings_module: str) -> None:
        url, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "work", *arguments],
                cwd=settings.BASE_DIR,
                env={
                    **os.environ,
                    "DATABASE_URL": f"{url}/{connection.settings_dict['NAME']}",
                    "DJANGO_SETTINGS_MODULE": settings_module,
                },
                stdout=output,
                stderr=output,
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE_S)


@pytest.fixture
def work(tmp_path, db):
    """`work()`: one more worker; none is left when the test ends."""
    workers = []

    def start(*arguments, settings_module="pupmatch.settings_for_tests"):
        log = tmp_path / f"worker-{len(workers)}.log"
        workers.append(Worker(log, *arguments, settings_module=settings_module))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        print(worker.log.read_text())


def enqueue_traces(count, seconds=0.0):
    enqueue_many(TRACE, [{"key": f"{n:03}", "seconds": seconds} for n in range(count)])


def test_workers_share_the_work_and_none_does_anothers(work):
    enqueue_traces(200, seconds=0.01)
    work()
    work()
    until(is_empty)
    assert states() == {"succeeded": 200}
    assert set(traces().values()) == {1}


@pytest.mark.requirement("R11.3")
def test_killed_workers_lose_no_job(work):
    enqueue_traces(200, seconds=0.02)
    for done in (40, 80, 120):
        worker = work()
        until(lambda done=done: len(traces()) >= done)
        worker.kill()
        assert states()["doing"] > 0
    work()
    # Its start included, and the time after which silence means death; `trial` takes its time.
    until(is_empty)
    assert len(traces()) == 200
    # Four at a time were running at each of three kills; nothing else ran twice.
    assert sum(traces().values()) <= 212
    assert JobFailure.objects.count() == probes().filter(attempts__gt=1).count() > 0


def test_a_worker_that_is_told_to_stop_finishes_what_it_runs(work):
    enqueue_traces(200, seconds=0.02)
    worker = work()
    until(lambda: len(traces()) >= 50)
    assert worker.stop() == 0
    assert set(states()) == {"succeeded", "todo"}
    assert states()["succeeded"] == len(traces())
    work()
    until(is_empty)
    assert len(traces()) == 200
    assert set(traces().values()) == {1}


def test_what_does_not_finish_in_time_goes_back_into_the_queue(work, tmp_path):
    for key in ("a", "b"):
        enqueue(WAIT, path=str(tmp_path / "go"), key=key)
    worker = work("--grace", "0.5")
    until(lambda: {"begun a", "begun b"} <= set(traces()))
    assert worker.stop() == 0
    assert list(probes().values_list("status", "attempts", "worker")) == [("todo", 0, None)] * 2
    (tmp_path / "go").touch()
    work()
    until(is_empty)
    assert traces() == {"begun a": 2, "begun b": 2, "a": 1, "b": 1}


def test_a_worker_with_a_long_job_is_not_taken_for_dead(work, tmp_path):
    """Not even while it is stopping, when procrastinate's own worker gives no sign of life."""
    enqueue(WAIT, path=str(tmp_path / "go"), key="a")
    first = work()
    until(lambda: "begun a" in traces())
    first.process.send_signal(signal.SIGTERM)
    work()
    time.sleep(Job.STALLED.total_seconds() + 2)
    (tmp_path / "go").touch()
    assert first.process.wait(timeout=PATIENCE_S) == 0
    assert traces() == {"begun a": 1, "a": 1}


class Outage:
    """Nobody is connected to the test's database any more, nor can be, but the test itself."""

    def __init__(self) -> None:
        parameters = {**connection.get_connection_params(), "dbname": "postgres"}
        wanted = ("host", "port", "user", "password", "dbname")
        self.parameters = {name: parameters[name] for name in wanted if name in parameters}
        self.database = connection.settings_dict["NAME"]

    def __enter__(self) -> None:
        connection.ensure_connection()
        self.allow(False)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def __exit__(self, *_) -> None:
        self.allow(True)

    def allow(self, is_allowed: bool) -> None:
        with psycopg.connect(**self.parameters, autocommit=True) as elsewhere:
            elsewhere.execute(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS {is_allowed}')


def test_a_worker_outlives_its_database(work):
    """Three times, in the middle of things; all jobs are done by the same process."""
    enqueue_traces(300, seconds=0.02)
    worker = work()
    for done in (50, 100, 150):
        until(lambda done=done: len(traces()) >= done)
        with Outage():
            time.sleep(1)
    until(is_empty)
    assert worker.process.poll() is None
    assert len(traces()) == 300
    assert "the database failed" in worker.log.read_text()
    assert worker.stop() == 0


def test_a_worker_waits_for_its_database_and_stops_meanwhile(work):
    with Outage():
        first, second = work(), work()
        until(lambda: all("failed" in worker.log.read_text() for worker in (first, second)))
        assert first.stop() == 0
    enqueue_traces(1)
    until(is_empty)
    assert second.stop() == 0


def test_a_job_that_nobody_knows_is_given_up_and_tells_why(work):
    enqueue(TRACE, key="a")
    probes().update(task_name="pupmatch.tasks.of_next_week")
    worker = work()
    until(lambda: states() == {"failed": 1})
    failure = JobFailure.objects.get(job__in=probes())
    assert failure.attempt == 1
    assert str(failure) == "This worker knows no task of this name."
    assert worker.stop() == 0


def test_periodic_jobs_come_once_however_many_workers_there_are(work):
    for _ in range(2):
        work(settings_module="pupmatch.lib.tests.ticking")
    ticks = probes().filter(task_name="pupmatch.lib.tests.ticks.tick")
    until(lambda: ticks.filter(status="succeeded").count() >= 4)
    moments = list(ticks.annotate(at=F("args__timestamp")).values_list("at", flat=True))
    assert len(moments) == len(set(moments)) >= 4


def test_a_periodic_job_that_is_slow_and_fails_holds_up_nothing_for_long(work):
    work(settings_module="pupmatch.lib.tests.ticking")
    clumsy = probes().filter(task_name="pupmatch.lib.tests.ticks.stumble")
    # Put off once, it finds that a later one is due, and leaves the rest to that.
    until(lambda: clumsy.filter(status="succeeded").count() >= 3)
    assert clumsy.filter(status="doing").count() <= 1
    assert JobFailure.objects.filter(job__in=clumsy).count() >= 2
