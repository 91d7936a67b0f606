"""A worker for tests: runs due jobs here and now, on the test's own connection."""

from django.db import connection
from django.test import TestCase
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from pupmatch.lib.models import Job


def run_due_jobs(*, raising: bool = True) -> int:
    """Run every job that is due, and those that become due by it; says how many.

    The clock is Python's, so that a test can travel. What fails is noted and put off as by a real
    worker; then the first failure is raised, unless the test wants to look at what it left.
    """
    count, failures = 0, []
    while job := Job.objects.due(timezone.now()).order_by("-priority", "id").first():
        count += 1
        try:
            _run(job)
        except Exception as error:
            failures.append(error)
    if failures and raising:
        raise failures[0]
    return count


def _run(job: Job) -> None:
    task, running = app.tasks[job.task_name], job.procrastinate_job
    Job.objects.filter(pk=job.pk).update(status="doing")
    context = JobContext(
        app=app, job=running, abort_reason=lambda: None, start_timestamp=timezone.now().timestamp()
    )
    try:
        with TestCase.captureOnCommitCallbacks(execute=True):
            task(context, **running.task_kwargs)
    except Exception as error:
        retry = task.get_retry_exception(error, running)
        if retry:
            app.job_manager.retry_job_by_id(job.pk, retry_at=retry.retry_decision.retry_at)
        else:
            _finish(job, "failed")
        raise
    _finish(job, "succeeded")


def _finish(job: Job, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [job.pk, status])


def empty_queue() -> None:
    """Forget every job and worker: Django's own clearing knows of managed tables only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_workers,"
            " procrastinate_periodic_defers, lib_jobfailure"
        )
