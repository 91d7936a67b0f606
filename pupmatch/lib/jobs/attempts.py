"""One try of a job: what it leaves for staff when it fails, and when the next one is."""

import logging
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from errno import errorcode
from pathlib import Path
from traceback import FrameSummary, extract_tb

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as RunningJob

from pupmatch.lib.logs import current_request_id
from pupmatch.lib.models import Job, JobFailure

logger = logging.getLogger(__name__)

# Tries that the running job has had before this one.
_tries_before: ContextVar[int] = ContextVar("tries_before", default=0)
LONGEST_WAIT = 3600
FRAMES_SHOWN = 12
UNKNOWN = """This worker knows no task of this name.

Either it is older than what enqueued the job,
or the task has another name by now.
Deploy the workers first, then run it again."""


class JobFailed(Exception):
    """A failure in words for staff: no address, no name, no text of anybody's.

    `retry_in` seconds is when the other side wants to be asked again; `is_final` means never.
    """

    def __init__(
        self, words: str, *, retry_in: float | None = None, is_final: bool = False
    ) -> None:
        super().__init__(words)
        self.retry_in = retry_in
        self.is_final = is_final


class Backoff(BaseRetryStrategy):
    """Tries again after about 2, 4, 8 … seconds, each time give or take a half."""

    def __init__(self, tries: int) -> None:
        self.tries = tries

    def get_retry_decision(
        self, *, exception: BaseException, job: RunningJob
    ) -> RetryDecision | None:
        """When to try again; None when that was the last time."""
        asked = exception if isinstance(exception, JobFailed) else JobFailed("")
        if asked.is_final or job.attempts + 1 >= self.tries:
            return None
        wait = asked.retry_in
        if wait is None:
            # Jobs that failed together, of a mail server's pause, do not come back together.
            wait = min(2.0 ** (job.attempts + 1), LONGEST_WAIT) * random.uniform(0.5, 1.5)
        return RetryDecision(retry_at=timezone.now() + timedelta(seconds=wait))


@contextmanager
def attempt(job: RunningJob) -> Iterator[None]:
    """Run a task in here: its log lines carry the job's id, its failure is noted for staff."""
    token = current_request_id.set(f"job-{job.id}")
    tries = _tries_before.set(job.attempts)
    try:
        yield
    except Exception as error:
        _note(job, error)
        raise
    finally:
        _tries_before.reset(tries)
        current_request_id.reset(token)


def is_first_try() -> bool:
    """Whether the job that runs is not tried again after a failure; so, too, outside of any job."""
    return _tries_before.get() == 0


def is_overtaken(job: RunningJob) -> bool:
    """Whether a later job for the same is due already, after a slow one or a long silence."""
    # Not by a queueing lock, which would keep a job that failed from going back into the queue.
    later = Job.objects.due(timezone.now()).filter(task_name=job.task_name, pk__gt=job.id)
    return later.exists()


def note_unknown(job: RunningJob) -> None:
    """Tell staff why a job was given up that no worker could even begin."""
    _note_text(job, UNKNOWN)


def _note(job: RunningJob, error: Exception) -> None:
    _note_text(job, described(error))


def _note_text(job: RunningJob, text: str) -> None:
    logger.warning(
        "%s failed: %s",
        job.task_name,
        text.splitlines()[0],
        extra={"task": job.task_name, "attempt": job.attempts + 1},
    )
    try:
        JobFailure.objects.create(job_id=job.id, attempt=job.attempts + 1, error=text)  # type: ignore[misc]
    except DatabaseError as unreachable:
        # It may be the very thing that failed; the job is rescued all the same.
        logger.warning("the failure could not be noted: %s", type(unreachable).__name__)


def described(error: BaseException) -> str:
    """What happened and where. Only words that are known to name nobody are kept.

    Messages quote what they stumbled over: an address that a mail server refused, a row that broke
    a constraint.
    """
    lines = [_what(error)]
    while error.__cause__:
        error = error.__cause__
        lines.append(f"because of {_what(error)}")
    frames = [frame for frame in extract_tb(error.__traceback__) if not _is_ours(frame)]
    return "\n".join([*lines, "", *map(_where, frames[-FRAMES_SHOWN:])])


def _what(error: BaseException) -> str:
    if isinstance(error, JobFailed):
        return str(error)
    words = _safe_words(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _safe_words(error: BaseException) -> str:
    # smtplib's errors are OSErrors, too, with the server's words for strerror.
    if isinstance(error, OSError) and error.errno and error.errno in errorcode:
        return os.strerror(error.errno)
    diagnosis = getattr(error, "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or "")


def _is_ours(frame: FrameSummary) -> bool:
    """The way to every task, which tells nothing about this one."""
    return Path(frame.filename).parent == Path(__file__).parent


def _where(frame: FrameSummary) -> str:
    path = Path(frame.filename)
    base = settings.BASE_DIR
    if path.is_relative_to(base):
        path = path.relative_to(base)
    return f"{path}:{frame.lineno} in {frame.name}: {frame.line}"
