"""Rescue, handing back, running again, discarding, forgetting, and the figures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent

from pupmatch.lib.jobs import enqueue, services
from pupmatch.lib.jobs.metrics import figures
from pupmatch.lib.models import Job, JobFailure
from pupmatch.lib.tests.probes import traces

pytestmark = pytest.mark.django_db

PROBES = "pupmatch.lib.tests.probes"
TRACE, FAIL = f"{PROBES}.leave_a_trace", f"{PROBES}.fail"


def execute(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0] if cursor.description else None


def worker(silent_for=0):
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id"
    return execute(sql, timedelta(seconds=silent_for))


def job(name=TRACE, worker_id=None, **columns):
    enqueue(name, **({"key": "a"} if name == TRACE else {}))
    latest = Job.objects.latest("pk")
    Job.objects.filter(pk=latest.pk).update(worker=worker_id, **columns)
    latest.refresh_from_db()
    return latest


def state(row):
    row.refresh_from_db()
    return row.status, row.attempts, row.worker_id


def ended(status, days_ago):
    row = job(status="doing")
    Job.objects.filter(pk=row.pk).update(status=status)
    ProcrastinateEvent.objects.filter(job=row).update(at=timezone.now() - timedelta(days=days_ago))
    return row


# --- Rescue -----------------------------------------------------------------------------------------


def test_the_job_of_a_dead_worker_is_back_in_the_queue(run_jobs, caplog):
    silent, pruned = job(status="doing", worker_id=worker(6)), job(status="doing")
    assert services.rescue() == 2
    assert state(silent) == state(pruned) == ("todo", 1, None)
    assert set(JobFailure.objects.values_list("job_id", "error")) == {
        (row.pk, services.WORKER_LOST) for row in (silent, pruned)
    }
    assert "2 jobs of a dead worker rescued" in caplog.text
    assert run_jobs() == 2
    assert traces() == {"a": 2}


def test_the_living_keep_their_jobs(django_assert_num_queries):
    alive = worker(4)
    running, waiting = job(status="doing", worker_id=alive), job()
    done = job(status="succeeded")
    with django_assert_num_queries(1):
        assert services.rescue() == 0
    assert state(running) == ("doing", 0, alive)
    assert [state(row)[0] for row in (waiting, done)] == ["todo", "succeeded"]


def test_what_kills_every_worker_is_given_up():
    deadly = job(FAIL, status="doing", attempts=2)
    unknown = job(status="doing", task_name="rooms.gone.by")
    services.rescue()
    assert state(deadly) == ("failed", 3, None)
    assert state(unknown) == ("failed", 1, None)


@pytest.mark.django_db(transaction=True)
def test_two_who_come_to_the_rescue_do_not_count_it_twice(in_parallel):
    rows = [job(status="doing") for _ in range(50)]
    assert sum(in_parallel(*[services.rescue] * 4)) == 50
    assert {state(row) for row in rows} == {("todo", 1, None)}
    assert JobFailure.objects.count() == 50


def test_a_worker_hands_back_its_own_jobs_alone():
    mine, other = worker(), worker()
    row, theirs, done = (
        job(status="doing", worker_id=mine),
        job(status="doing", worker_id=other),
        job(status="succeeded", worker_id=mine),
    )
    assert services.hand_back(mine) == 1
    assert state(row) == ("todo", 0, None)  # no try was lost
    assert state(theirs) == ("doing", 0, other)
    assert state(done)[0] == "succeeded"


# --- By staff ---------------------------------------------------------------------------------------


def test_failed_jobs_run_again_with_all_their_tries(run_jobs):
    failed, waiting = job(status="failed", attempts=10), job()
    assert services.run_again(Job.objects.all()) == 1
    assert state(failed) == ("todo", 0, None)
    assert state(waiting) == ("todo", 0, None)
    assert run_jobs() == 2
    kinds = ProcrastinateEvent.objects.filter(job=failed).values_list("type", flat=True)
    assert "retried" in kinds


def test_what_failed_or_waits_can_be_discarded():
    rows = [job(status=status) for status in ("failed", "todo", "doing", "succeeded")]
    assert services.discard(Job.objects.all()) == 2
    assert [state(row)[0] for row in rows] == ["cancelled", "cancelled", "doing", "succeeded"]


# --- Forgetting -------------------------------------------------------------------------------------


def test_old_jobs_are_forgotten_with_all_that_belongs_to_them(monkeypatch):
    monkeypatch.setattr(services, "FORGOTTEN_AT_ONCE", 3)
    gone = [ended("succeeded", 4), ended("cancelled", 4), ended("failed", 31)]
    kept = [ended("succeeded", 2), ended("failed", 29), job(), job(status="doing")]
    JobFailure.objects.create(job=gone[2], attempt=1, error="x")
    JobFailure.objects.create(job=kept[1], attempt=1, error="x")
    assert services.forget_finished(timezone.now()) == 3
    assert set(Job.objects.all()) == set(kept)
    assert JobFailure.objects.get().job_id == kept[1].pk
    assert services.forget_finished(timezone.now()) == 0


def test_an_empty_queue_has_nothing_to_forget():
    assert services.forget_finished(timezone.now()) == 0


# --- Figures ----------------------------------------------------------------------------------------


def test_figures_of_an_empty_queue():
    assert figures() == ({"due": 0, "scheduled": 0, "running": 0, "failed": 0}, 0, 0)


def test_figures_count_jobs_by_state_and_tell_the_oldest(django_assert_num_queries):
    now = timezone.now()
    waiting = job()
    job(scheduled_at=now - timedelta(seconds=90))
    job(scheduled_at=now + timedelta(days=1))
    job(status="doing")
    for _ in range(2):
        job(status="failed")
    job(status="succeeded")
    worker()
    worker(silent_for=9)
    with django_assert_num_queries(1):
        counts, age, workers = figures()
    assert counts == {"due": 2, "scheduled": 1, "running": 1, "failed": 2}
    assert 85 <= age <= 95
    assert workers == 1
    ProcrastinateEvent.objects.filter(job=waiting).update(at=now - timedelta(seconds=300))
    assert 295 <= figures()[1] <= 301


def test_the_figures_are_scraped(api, settings):
    settings.METRICS_TOKEN = "a token for the scraper"
    job(status="failed")
    shown = api.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})
    lines = shown.content.decode().splitlines()
    assert 'pupmatch_jobs{state="failed"} 1.0' in lines
    assert "pupmatch_jobs_oldest_due_seconds 0.0" in lines
    assert "pupmatch_workers 0.0" in lines


def test_without_the_tables_the_other_figures_are_still_told(api, settings):
    settings.METRICS_TOKEN = "a token for the scraper"
    execute("CREATE SCHEMA other; SET LOCAL search_path = other")
    shown = api.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})
    assert shown.status_code == 200
    assert b"pupmatch_jobs" not in shown.content
