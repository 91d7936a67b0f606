"""Tasks that leave a trace, for tests of workers; the settings for tests make them known."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection

from pupmatch.lib.jobs import JobFailed, task
from pupmatch.lib.models import RequestCounter

# A worker on a new database catches up with upkeep, which clears counters.
KEPT = timedelta(days=1)


def traces() -> dict[str, int]:
    """How often each job ran."""
    return dict(RequestCounter.objects.values_list("key", "count"))


@task(queue="probe")
def leave_a_trace(key: str, seconds: float = 0) -> None:
    """Count one more run of `key`; takes a while, if it should."""
    time.sleep(seconds)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lib_requestcounter VALUES (%s, %s, 1)"
            " ON CONFLICT (key) DO UPDATE SET count = lib_requestcounter.count + 1",
            [key, datetime.now(UTC) + KEPT],
        )


@task(queue="probe")
def wait_for(path: str, key: str) -> None:
    """Say that it has begun, and end once there is a file."""
    leave_a_trace(f"begun {key}")
    while not Path(path).exists():
        time.sleep(0.02)
    leave_a_trace(key)


@task(queue="probe", tries=3)
def fail(words: str = "") -> None:
    """Fail: in `words` that staff may read, or of something that it was told in confidence."""
    if words:
        raise JobFailed(words)
    raise ValueError("rex@pupmatch.example lives at 12 Kennel Lane")


@task(queue="probe", priority=10)
def urgent(key: str) -> None:
    """Leave a trace before others do."""
    leave_a_trace(key)
