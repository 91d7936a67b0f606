"""What procrastinate leaves to us: rescue, hand back, run again, discard, forget."""

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.db.models.functions import Now
from procrastinate.contrib.django import app

from pupmatch.lib.jobs.attempts import Backoff
from pupmatch.lib.models import Job, JobFailure, JobQuerySet

logger = logging.getLogger(__name__)

KEPT = timedelta(days=3)
FAILED_KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 10_000
WORKER_LOST = "The worker died while it ran this."


def rescue() -> int:
    """Put jobs whose worker died back into the queue, and say how many jobs there were.

    It counts as a try: what kills every worker that takes it up ends as failed.
    """
    # Nearly always there is none; then nothing is locked.
    return _rescue() if Job.objects.abandoned().exists() else 0


@transaction.atomic
def _rescue() -> int:
    # Of several workers that come to the rescue, each takes what the others have not.
    found = list(Job.objects.abandoned().select_for_update(of=("self",), skip_locked=True))
    spent = {job.pk for job in found if job.attempts + 1 >= _tries(job)}
    jobs = Job.objects.filter(pk__in=[job.pk for job in found])
    jobs.filter(pk__in=spent).update(status="failed", worker=None, attempts=F("attempts") + 1)
    jobs.filter(status="doing").update(status="todo", worker=None, attempts=F("attempts") + 1)
    JobFailure.objects.bulk_create(
        JobFailure(job=job, attempt=job.attempts + 1, error=WORKER_LOST) for job in found
    )
    if found:
        logger.warning("%d jobs of a dead worker rescued, %d given up", len(found), len(spent))
    return len(found)


def _tries(job: Job) -> int:
    known = app.tasks.get(job.task_name)
    strategy = known.retry_strategy if known else None
    return strategy.tries if isinstance(strategy, Backoff) else 1


def hand_back(worker_id: int) -> int:
    """Put what a worker has not finished back into the queue; to be called as its last act."""
    unfinished = Job.objects.filter(worker=worker_id, status="doing")
    return unfinished.update(status="todo", worker=None)


def run_again(jobs: JobQuerySet) -> int:
    """Put failed jobs back into the queue, with all their tries."""
    return jobs.failed().update(status="todo", attempts=0, worker=None, scheduled_at=Now())


def discard(jobs: JobQuerySet) -> int:
    """Give up jobs that failed or wait; the rows stay for a while, as those of finished jobs do."""
    return jobs.filter(status__in=("failed", "todo")).update(status="cancelled")


def forget_finished(now: datetime) -> int:
    """Delete jobs that ended long ago, with their events and failures.

    A few thousand ids at a time: one statement over all would hit the statement time-out.
    """
    ends = Job.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return 0
    starts = range(ends["first"], ends["last"] + 1, FORGOTTEN_AT_ONCE)
    return sum(_forget(now, start, start + FORGOTTEN_AT_ONCE) for start in starts)


def _forget(now: datetime, first: int, end: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs job USING (
                SELECT job_id, max(at) AS at FROM procrastinate_events
                WHERE job_id >= %(first)s AND job_id < %(end)s AND type <> 'scheduled'
                GROUP BY job_id
            ) last
            WHERE job.id = last.job_id AND (
                job.status IN ('succeeded', 'cancelled', 'aborted') AND last.at < %(kept)s
                OR job.status = 'failed' AND last.at < %(failed_kept)s
            )
            """,
            {
                "first": first,
                "end": end,
                "kept": now - KEPT,
                "failed_kept": now - FAILED_KEPT,
            },
        )
        return cursor.rowcount
