"""Enqueueing, trying, giving up, and what staff see of it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent

from pupmatch.lib.ids import uuid7
from pupmatch.lib.jobs import JobFailed, UnknownTask, enqueue, enqueue_many
from pupmatch.lib.jobs.attempts import Backoff, described
from pupmatch.lib.jobs.migrations import _upstream
from pupmatch.lib.models import Job, JobFailure, RequestCounter
from pupmatch.lib.tests.probes import traces

pytestmark = pytest.mark.django_db

PROBES = "pupmatch.lib.tests.probes"
TRACE, FAIL = f"{PROBES}.leave_a_trace", f"{PROBES}.fail"


class ChangeOfMind(Exception):
    pass


# --- Enqueueing -----------------------------------------------------------------------------------


def test_a_rollback_takes_the_job_away():
    with suppress(ChangeOfMind), transaction.atomic():
        enqueue(TRACE, key="a")
        enqueue_many(TRACE, [{"key": "b"}, {"key": "c"}])
        assert Job.objects.count() == 3
        raise ChangeOfMind
    assert Job.objects.count() == 0
    assert ProcrastinateEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_nobody_sees_a_job_before_the_commit(in_parallel):
    with transaction.atomic():
        enqueue(TRACE, key="a")
        assert in_parallel(Job.objects.count) == [0]
    assert in_parallel(Job.objects.count) == [1]


def test_jobs_cost_one_statement_however_many(django_assert_num_queries):
    with django_assert_num_queries(1):
        enqueue(TRACE, key="a", at=timezone.now(), lock="x")
    with django_assert_num_queries(1):
        enqueue_many(TRACE, ({"key": str(n)} for n in range(500)))
    with django_assert_num_queries(0):
        enqueue_many(TRACE, [])
    assert Job.objects.count() == 501


def test_a_job_is_what_its_task_says():
    at = datetime(2030, 1, 1, tzinfo=UTC)
    enqueue(f"{PROBES}.urgent", key="a", at=at, lock="dog:1")
    job = Job.objects.get()
    assert (job.task_name, job.queue_name, job.priority) == (f"{PROBES}.urgent", "probe", 10)
    assert (job.status, job.scheduled_at, job.lock) == ("todo", at, "dog:1")


def test_ids_and_times_become_text():
    key, at = uuid7(), datetime(2030, 1, 1, tzinfo=UTC)
    enqueue(TRACE, key=key, seconds=at)
    assert Job.objects.get().args == {"key": str(key), "seconds": "2030-01-01T00:00:00Z"}


def test_mistakes_show_where_they_are_made():
    with pytest.raises(UnknownTask, match="no_such_task"):
        enqueue(f"{PROBES}.no_such_task")
    with pytest.raises(TypeError, match="key"):
        enqueue(TRACE)
    with pytest.raises(TypeError, match="colour"):
        enqueue_many(TRACE, [{"key": "a"}, {"key": "b", "colour": "brown"}])
    with pytest.raises(TypeError, match="not JSON serializable"):
        enqueue(TRACE, key=object())
    assert not Job.objects.exists()


# --- Running --------------------------------------------------------------------------------------


def test_due_jobs_run_the_urgent_ones_first(run_jobs):
    for key in "ab":
        enqueue(TRACE, key=key)
    enqueue(TRACE, key="later", at=timezone.now() + timedelta(hours=1))
    enqueue(f"{PROBES}.urgent", key="c")
    assert run_jobs() == 3
    in_order = RequestCounter.objects.order_by("window_ends_at").values_list("key", flat=True)
    assert list(in_order) == ["c", "a", "b"]
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert run_jobs() == 1
    assert traces() == {"a": 1, "b": 1, "c": 1, "later": 1}
    assert {job.status for job in Job.objects.all()} == {"succeeded"}


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(run_jobs):
    enqueue(FAIL)
    seen = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(4):
            run_jobs(raising=False)
            job = Job.objects.get()
            seen.append((job.status, job.attempts))
            clock.shift(timedelta(minutes=1))
    assert seen == [("todo", 1), ("todo", 2), ("failed", 3), ("failed", 3)]
    assert list(JobFailure.objects.values_list("attempt", flat=True)) == [1, 2, 3]


def test_a_failure_in_a_test_is_not_overlooked(run_jobs):
    enqueue(FAIL, words="Out of biscuits")
    enqueue(TRACE, key="a")
    with pytest.raises(JobFailed, match="Out of biscuits"):
        run_jobs()
    assert traces() == {"a": 1}


def waits(tries=10, error=None):
    """The seconds until each next try, up to None for the last."""
    with time_machine.travel(timezone.now(), tick=False):
        for attempts in range(tries):
            decision = Backoff(tries).get_retry_decision(
                exception=error or ValueError(), job=SimpleNamespace(attempts=attempts)
            )
            yield decision and (decision.retry_at - timezone.now()).total_seconds()


def test_the_next_try_is_about_twice_as_far_each_time_and_never_very_far():
    found = list(waits(tries=15))
    assert found[-1] is None
    for attempts, wait in enumerate(found[:-1]):
        middle = min(2 ** (attempts + 1), 3600)
        assert middle * 0.5 <= wait <= middle * 1.5
    assert len({next(waits()) for _ in range(20)}) == 20


def test_a_task_says_when_to_try_again_and_when_not_to():
    assert next(waits(error=JobFailed("Asked to wait", retry_in=30))) == 30
    assert next(waits(error=JobFailed("Gone for good", is_final=True))) is None


# --- What staff see of a failure --------------------------------------------------------------------


def test_a_failure_says_what_and_where_and_not_what_it_quotes(run_jobs, caplog):
    enqueue(FAIL)
    run_jobs(raising=False)
    error = JobFailure.objects.get().error
    assert error.startswith("ValueError\n")
    assert "pupmatch/lib/tests/probes.py" in error
    assert "in fail: raise ValueError" in error
    job = Job.objects.get()
    lines = [record for record in caplog.records if record.name == "pupmatch.lib.jobs.attempts"]
    assert [line.getMessage() for line in lines] == [f"{FAIL} failed: ValueError"]
    assert lines[0].request_id == f"job-{job.pk}"
    assert "Kennel" not in caplog.text


def test_safe_words_are_kept():
    RequestCounter.objects.create(key="secret key", window_ends_at=timezone.now(), count=1)
    try:
        with transaction.atomic():
            RequestCounter.objects.create(key="secret key", window_ends_at=timezone.now(), count=1)
    except IntegrityError as error:
        said = described(error)
    assert "because of UniqueViolation: lib_requestcounter_pkey" in said
    assert "secret key" not in said
    assert described(ConnectionRefusedError(111, "x")).startswith(
        "ConnectionRefusedError: Connection refused"
    )
    assert described(JobFailed("Expo answered 503")).startswith("Expo answered 503")


# --- What is registered -----------------------------------------------------------------------------


def test_periodic_tasks_are_those_that_operations_counts_on():
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert (
        periodic.items()
        >= {
            "pupmatch.lib.tasks.purge_files": "7 * * * *",
            "pupmatch.lib.tasks.forget_requests": "13 3 * * *",
            "pupmatch.lib.tasks.forget_finished_jobs": "43 3 * * *",
            "accounts.tasks.clear_expired": "23 3 * * *",
            "accounts.tasks.clear_staff_sign_ins": "47 3 * * *",
        }.items()
    )


def tick(name):
    """Enqueue it as a worker does at its time."""
    parts = {"task_name": name, "queue_name": "upkeep", "args": {"timestamp": 0}}
    Job(**parts, status="todo", priority=0, attempts=0, abort_requested=False).save_base(raw=True)


@pytest.mark.parametrize(
    "name",
    [
        "pupmatch.lib.tasks.purge_files",
        "pupmatch.lib.tasks.forget_requests",
        "pupmatch.lib.tasks.forget_finished_jobs",
        "accounts.tasks.clear_expired",
        "accounts.tasks.clear_staff_sign_ins",
    ],
)
def test_upkeep_is_harmless_twice(run_jobs, name):
    for _ in range(2):
        tick(name)
        assert run_jobs() == 1


def test_of_ticks_that_piled_up_the_last_one_counts(run_jobs, monkeypatch):
    purges = []
    monkeypatch.setattr("pupmatch.lib.files.purge", lambda: purges.append(1))
    for _ in range(3):
        tick("pupmatch.lib.tasks.purge_files")
    assert run_jobs() == 3
    assert purges == [1]
    enqueue("pupmatch.lib.tasks.purge_files")  # by hand
    run_jobs()
    assert purges == [1, 1]


# --- The tables -------------------------------------------------------------------------------------


def test_every_migration_of_procrastinate_is_taken_over():
    """After an upgrade: add a migration to pupmatch/lib/jobs/migrations with what is new."""
    assert _upstream.names()[-1] == "0041_post_retry_failed_job"


def test_enqueueing_notifies_nobody():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgenabled FROM pg_trigger"
            " WHERE tgname = 'procrastinate_jobs_notify_queue_job_inserted_v1'"
        )
        assert cursor.fetchall() == [("D",)]
