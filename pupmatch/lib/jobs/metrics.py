"""The queue in figures, asked of the database when somebody scrapes them."""

from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, connection
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout

from pupmatch.lib.models import Job

# One statement over what waits, runs or failed; finished jobs, by far the most, are not looked at.
FIGURES = """
SELECT
    count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
    count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),
    count(*) FILTER (WHERE status = 'doing'),
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'),
    extract(epoch FROM now() - least(
        min(scheduled_at) FILTER (WHERE status = 'todo' AND scheduled_at <= now()),
        (SELECT min(at) FROM procrastinate_events WHERE type = 'deferred' AND job_id = (
            SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at IS NULL
        ))
    )),
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))
FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
STATES = ("due", "scheduled", "running", "failed")


def figures() -> tuple[dict[str, int], float, int]:
    """Jobs by state, the seconds for which the oldest due one has waited, and living workers."""
    with connection.cursor() as cursor:
        cursor.execute(FIGURES, [Job.STALLED.total_seconds()])
        *counts, age, workers = cursor.fetchone()
    return dict(zip(STATES, counts, strict=True)), max(float(age or 0), 0), workers


class QueueCollector(Collector):
    """What /metrics says about jobs; nothing while the database does not answer."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: else registering would ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        try:
            counts, age, workers = figures()
        except (DatabaseError, PoolTimeout):
            return
        jobs: Any = GaugeMetricFamily(
            "pupmatch_jobs", "Jobs that are not finished, and failed ones.", labels=["state"]
        )
        for state, count in counts.items():
            jobs.add_metric([state], count)
        yield jobs
        yield GaugeMetricFamily(
            "pupmatch_jobs_oldest_due_seconds", "How long the oldest due job has waited.", age
        )
        yield GaugeMetricFamily("pupmatch_workers", "Workers that give signs of life.", workers)
