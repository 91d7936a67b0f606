"""How many jobs a second are enqueued, and done by one worker with its four threads.

    python -m bench.jobs [jobs]

On a migrated database that DATABASE_URL names and whose queue is empty; jobs of its own are all that
it leaves there. The tasks do nothing, so that only the queue is measured.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import transaction  # noqa: E402

from pupmatch.lib.ids import uuid7  # noqa: E402
from pupmatch.lib.jobs import enqueue, enqueue_many, task  # noqa: E402
from pupmatch.lib.jobs.worker import work  # noqa: E402
from pupmatch.lib.models import Job  # noqa: E402

BATCH = 100


@task(queue="bench")
def nothing(user_id: str) -> None:
    """Nothing at all."""


# The worker runs this file in the same way, and calls it by the same name.
NOTHING = "__main__.nothing"


def one_by_one(count: int, *, lock: str | None = None) -> None:
    """Each in a transaction of its own, as requests do."""
    for _ in range(count):
        user_id = uuid7()
        with transaction.atomic():
            enqueue(NOTHING, user_id=user_id, lock=lock and f"{lock}:{user_id}")


def in_batches(count: int) -> None:
    for _ in range(count // BATCH):
        enqueue_many(NOTHING, [{"user_id": uuid7()} for _ in range(BATCH)])


def drained() -> float:
    """Seconds that a worker takes, from its first finished job to its last."""
    waiting = Job.objects.filter(queue_name="bench", status__in=("todo", "doing"))
    worker = subprocess.Popen([sys.executable, "-m", "bench.jobs", "work"])
    total = waiting.count()
    try:
        while waiting.count() == total:
            time.sleep(0.01)
        began, left = time.perf_counter(), waiting.count()
        while waiting.exists():
            time.sleep(0.05)
        return (time.perf_counter() - began) * total / left
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()


def rate(count: int, seconds: float) -> str:
    return f"{count / seconds:>8,.0f} jobs/s"


def main(count: int) -> None:
    for title, enqueued in (
        ("one by one", lambda: one_by_one(count)),
        ("each with a lock", lambda: one_by_one(count, lock="user")),
        (f"batches of {BATCH}", lambda: in_batches(count)),
    ):
        began = time.perf_counter()
        enqueued()
        spent = time.perf_counter() - began
        print(f"{title:18} enqueued {rate(count, spent)}   done {rate(count, drained())}")


if __name__ == "__main__":
    if sys.argv[1:] == ["work"]:
        asyncio.run(work(concurrency=settings.WORKER_CONCURRENCY, grace=10))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 2000)
