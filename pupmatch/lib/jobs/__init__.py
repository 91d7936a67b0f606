"""Work for later, in PostgreSQL: a job is a row of the transaction that wants it done.

    # notifications/tasks.py: imported by every process, because it is called tasks.py
    @task(queue="push", tries=6)
    def notify(user_id: str) -> None:
        services.notify(user_id=UUID(user_id))

    # anywhere, in a room below as well: by name, so that nothing imports upwards
    enqueue("notifications.tasks.notify", user_id=user.pk)
    enqueue("notifications.tasks.notify", user_id=user.pk, at=tomorrow, lock=f"push:{user.pk}")
    enqueue_many("notifications.tasks.notify", [{"user_id": pk} for pk in pks], at=soon)

Each is one statement on Django's connection; a rollback takes the job away with the rest.

* **A job is run at least once, and now and then twice**: a worker may die between the work and the
  note that it is done. So a task looks at the rows first, and does nothing where nothing is left
  to do.
* Arguments are JSON (ids and times become text) and stay readable in the database for weeks: ids
  and numbers, no names, addresses, texts or secrets. What must go in is sealed (`pupmatch.lib.seals`).
* What fails is tried again after about 2, 4, 8 … seconds, an hour at most. After `tries` it waits
  for staff, who see each failure (System → Jobs) and run it again. `JobFailed` tells them why.
* A worker's thread waits with the task: whatever it calls outside needs a time-out of its own.
* Jobs for far ahead are stepped over whenever a worker looks for the next one. Thousands of them
  cost; keep a row of your own and a periodic task instead.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.sql import queries
from procrastinate.tasks import Task
from procrastinate.types import JobToDefer
from psycopg.types.json import Jsonb

from pupmatch.lib.jobs.attempts import (
    Backoff,
    JobFailed,
    attempt,
    is_first_try,
    is_overtaken,
)

__all__ = ["JobFailed", "UnknownTask", "enqueue", "enqueue_many", "is_first_try", "task", "upkeep"]

P = ParamSpec("P")


class UnknownTask(LookupError):
    """There is no task of this name in any tasks.py."""


def task(
    *, queue: str = "default", tries: int = 10, priority: int = 0, every: str | None = None
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Let a function be a job, under its full name; it stays callable as it is.

    `queue` sorts jobs for staff; of those that are due, higher `priority` goes first. `every` is a
    cron expression (UTC): the job is then enqueued by itself, once, however many workers there are;
    it runs alone, and of several that have piled up only the last does anything.

    The function must be harmless when it runs twice.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        name = f"{function.__module__}.{function.__name__}"

        @wraps(function)
        def tried(context: JobContext, **arguments: Any) -> None:
            if every:
                arguments.pop("timestamp", None)  # of the tick, which no task has needed so far
                if is_overtaken(context.job):
                    return
            with attempt(context.job):
                function(**arguments)  # type: ignore[call-arg]

        registered: Any = app.task(
            name=name, queue=queue, priority=priority, retry=Backoff(tries), pass_context=True
        )(tried)
        if every:
            app.periodic(cron=every, lock=name)(registered)
        return function

    return register


def upkeep() -> set[str]:
    """The names of the tasks that come by themselves, again and again."""
    return {name for name, _ in app.periodic_registry.periodic_tasks}


def enqueue(
    name: str, /, *, at: datetime | None = None, lock: str | None = None, **arguments: Any
) -> None:
    """Have a task done by a worker, soon or `at` a time, if the current transaction commits.

    Of the jobs with one `lock` only one runs at a time, in the order in which they were enqueued;
    one that is waiting for its next try holds up those behind it. Raises UnknownTask, and TypeError
    for arguments that the task does not take.
    """
    _defer(name, [arguments], at=at, lock=lock)


def enqueue_many(
    name: str, /, arguments: Iterable[Mapping[str, Any]], *, at: datetime | None = None
) -> None:
    """The same for many jobs of one task, in one statement; nothing at all for none."""
    _defer(name, list(arguments), at=at, lock=None)


def _defer(name: str, arguments: list[Any], *, at: datetime | None, lock: str | None) -> None:
    found = _registered(name)
    signature = inspect.signature(found.func)
    for each in arguments:
        signature.bind(**each)  # else the mistake would show in the worker only
    rows = [
        JobToDefer(
            queue_name=found.queue,
            task_name=name,
            priority=found.priority,
            lock=lock,
            queueing_lock=None,
            args=Jsonb(each, dumps=_dumps),  # type: ignore[arg-type]
            scheduled_at=at,
        )
        for each in arguments
    ]
    if rows:
        # procrastinate's own statement, on Django's connection even where procrastinate has one of
        # its own, in a worker, and with Django's exceptions.
        with connection.cursor() as cursor:
            cursor.execute(queries["defer_jobs"], {"jobs": rows})


def _registered(name: str) -> Task[Any, Any, Any]:
    try:
        return app.tasks[name]
    except KeyError as error:
        raise UnknownTask(name) from error


def _dumps(arguments: Any) -> str:
    return json.dumps(arguments, cls=DjangoJSONEncoder)
