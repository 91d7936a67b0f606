"""Tasks for every second, for workers under `pupmatch.lib.tests.ticking`."""

import time

from pupmatch.lib.jobs import JobFailed, task


@task(queue="probe", every="* * * * * *")
def tick() -> None:
    """Nothing; that it was enqueued is enough."""


@task(queue="probe", every="* * * * * *", tries=2)
def stumble() -> None:
    """Take longer than a tick, and fail."""
    time.sleep(1.5)
    raise JobFailed("Slow and clumsy", retry_in=0)
