"""The queue as staff see it."""

import pytest
from django.urls import reverse

from pupmatch.lib.jobs import enqueue
from pupmatch.lib.models import AuditEntry, Job
from pupmatch.lib.tests.admin_pages import address, staff, superuser
from pupmatch.lib.tests.probes import traces

pytestmark = pytest.mark.django_db

PROBES = "pupmatch.lib.tests.probes"
CLERK = ("lib.view_job", "lib.change_job")


def job(name="leave_a_trace", status=None, **arguments):
    enqueue(f"{PROBES}.{name}", **(arguments or {"key": "a"}))
    latest = Job.objects.latest("pk")
    if status:
        Job.objects.filter(pk=latest.pk).update(status=status)
    return latest


@pytest.fixture
def failed(run_jobs):
    """A job that has failed for the last time, of something with words for staff."""
    row = job("fail", words="Out of biscuits")
    for _ in range(3):
        Job.objects.filter(pk=row.pk).update(scheduled_at=None)
        run_jobs(raising=False)
    row.refresh_from_db()
    assert row.status == "failed"
    return row


def act(client, row, verb):
    return client.post(reverse(f"admin:lib_job_{verb}", args=[row.pk]), {"_form_submitted": "True"})


def act_on_all(client, verb):
    chosen = list(Job.objects.values_list("pk", flat=True))
    form = {"action": f"{verb}_selected", "_selected_action": chosen}
    return client.post(address(Job, "changelist"), form, follow=True)


def status(row):
    row.refresh_from_db()
    return row.status


def listed(client, **params):
    page = client.get(address(Job, "changelist"), params)
    return {row.pk for row in page.context["cl"].result_list}


def test_the_list_is_searched_and_filtered(failed):
    client, waiting = superuser(), job("urgent")
    assert listed(client) == {failed.pk, waiting.pk}
    assert listed(client, q="urg") == {waiting.pk}
    assert listed(client, q=str(failed.pk)) == {failed.pk}
    assert listed(client, status="failed") == {failed.pk}
    assert listed(client, task=f"{PROBES}.urgent") == {waiting.pk}
    assert listed(client, queue="mail") == set()


def test_upkeep_that_went_well_is_listed_when_asked_for():
    client, mail = superuser(), job(status="succeeded")
    done, failed = (job(status=status) for status in ("succeeded", "failed"))
    Job.objects.filter(pk__in=(done.pk, failed.pk)).update(
        task_name="pupmatch.lib.tasks.purge_files"
    )
    assert listed(client) == {mail.pk, failed.pk}
    assert listed(client, show="all") == {mail.pk, failed.pk, done.pk}
    assert listed(client, q=str(done.pk)) == {done.pk}
    page = client.get(address(Job, "changelist")).content.decode()
    assert "Worth looking at" in page


def test_a_failed_job_tells_why(failed):
    client = superuser()
    row = client.get(address(Job, "changelist")).content.decode()
    assert "Out of biscuits" in row
    page = client.get(address(failed, "change")).content.decode()
    assert page.count("Out of biscuits") == 4
    assert "try 3 failed" in page
    assert "given up" in page
    assert "probes.py" in page
    assert "&quot;words&quot;: &quot;Out of biscuits&quot;" in page


def test_staff_run_a_failed_job_again(failed, run_jobs):
    answer = act(staff(*CLERK), failed, "run_again")
    assert answer.status_code == 302
    assert status(failed) == "todo"
    assert AuditEntry.objects.about(failed).get().action == "job.run_again"
    assert run_jobs(raising=False) == 1
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == ("todo", 1)


def test_staff_discard_what_need_not_be_done(failed):
    assert act(staff(*CLERK), failed, "discard").status_code == 302
    assert status(failed) == "cancelled"
    assert AuditEntry.objects.about(failed).get().action == "job.discard"


def test_many_jobs_run_again_or_are_discarded_at_once(run_jobs):
    client = superuser()
    rows = [job(status="failed", key=str(n)) for n in range(3)]
    done = job(status="succeeded")
    assert "Jobs that run again: 3." in act_on_all(client, "run_again").content.decode()
    assert run_jobs() == 3
    assert traces() == {"0": 1, "1": 1, "2": 1}
    waiting = job()
    assert "Jobs discarded: 1." in act_on_all(client, "discard").content.decode()
    assert status(waiting) == "cancelled"
    assert {status(row) for row in (*rows, done)} == {"succeeded"}


@pytest.mark.parametrize("state", ["doing", "succeeded", "cancelled"])
def test_other_jobs_are_left_alone(state):
    client, row = superuser(), job(status=state)
    for verb in ("run_again", "discard"):
        assert act(client, row, verb).status_code == 403
        act_on_all(client, verb)
    assert status(row) == state


def test_who_may_only_look_changes_nothing(failed):
    client = staff("lib.view_job")
    for verb in ("run_again", "discard"):
        assert act(client, failed, verb).status_code == 403
        act_on_all(client, verb)
    assert status(failed) == "failed"
