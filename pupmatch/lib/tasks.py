"""Upkeep of what serves every room."""

from django.utils import timezone

from pupmatch.lib import files, idempotency, throttling
from pupmatch.lib.jobs import services, task


@task(queue="upkeep", tries=3, every="7 * * * *")
def purge_files() -> None:
    """Files that nothing refers to any more and that did not go together with their rows."""
    files.purge()


@task(queue="upkeep", tries=3, every="13 3 * * *")
def forget_requests() -> None:
    """Windows of rate limits that are over, and answers that are not repeated any more."""
    throttling.forget_past_windows()
    idempotency.forget_expired_answers()


@task(queue="upkeep", tries=3, every="43 3 * * *")
def forget_finished_jobs() -> None:
    """Jobs that ended days ago; failed ones are kept for longer."""
    services.forget_finished(timezone.now())
