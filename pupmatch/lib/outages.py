"""What is away or overloaded, told from what is wrong in our code: 503 and never 500, for a while.

The handler of the API asks here, and so does the middleware for everything else: the admin, which
answers with a page, and plain views.
"""

import errno
import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from psycopg.errors import (
    IdleInTransactionSessionTimeout,
    ProgramLimitExceeded,
    ReadOnlySqlTransaction,
    StatementTooComplex,
    TooManyArguments,
    TooManyColumns,
)
from psycopg_pool import PoolTimeout

from pupmatch.lib.patience import limited
from pupmatch.lib.problems import Unavailable, problem_response
from pupmatch.lib.requests import is_staffs

logger = logging.getLogger(__name__)

# Deadlocks, time-outs of locks and statements, lost and refused connections, full disks, memory and
# lists of connections are all OperationalErrors. So is what PostgreSQL is too small for, a mistake.
DATABASE = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PoolTimeout,
)
TOO_MUCH = (ProgramLimitExceeded, StatementTooComplex, TooManyColumns, TooManyArguments)
# Of what is an internal error to the driver.
PASSING = (ReadOnlySqlTransaction, IdleInTransactionSessionTimeout)
ELSEWHERE = (
    ConnectionError,
    TimeoutError,
    redis.ConnectionError,
    redis.TimeoutError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.OutOfMemoryError,
)
# For whoever can do without: it is away, or what answers there is none, and reading its answer fails.
NO_REDIS = (redis.RedisError, TypeError, ValueError, LookupError, AttributeError)
FILES = {
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "ESTALE", "EMFILE", "ENFILE")
}
# What the front writes down when a request arrives: microseconds since 1970.
STAMP = re.compile("[0-9]{16}")
LONGEST_QUEUE_S = 60.0
# Longer than an app's requests: a search over everything may take staff a while.
STAFFS_PATIENCE_S = 10.0

View = Callable[[HttpRequest], HttpResponse]


def is_outage(error: BaseException) -> bool:
    """Whether something that we need is away, full or too slow, so that trying again may help."""
    if isinstance(error, DATABASE):
        return not isinstance(error.__cause__ or error, TOO_MUCH)
    if isinstance(error, InternalError):
        return isinstance(error.__cause__, PASSING)
    if isinstance(error, ELSEWHERE):
        return True
    # botocore's time-outs are OSErrors without a number.
    if isinstance(error, OSError) and error.errno in FILES:
        return True
    return _is_buckets(error)


def _is_buckets(error: BaseException) -> bool:
    """Whether the bucket does not answer, or with a failure of its own; our keys are our mistake."""
    # Loaded only where there is a bucket.
    botocore: Any = sys.modules.get("botocore.exceptions")
    if botocore is None:
        return False
    if isinstance(error, botocore.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or status == 429
    return isinstance(error, botocore.HTTPClientError | botocore.ConnectionError)


class OutageMiddleware:
    """Limits how long a request waits for the database, and answers when that is away."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seconds, waited_s = settings.DATABASE_PATIENCE_MS / 1000, waited(request)
        if is_staffs(request):
            seconds, waited_s = seconds and STAFFS_PATIENCE_S, 0
        with limited(seconds, waited_s=waited_s):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django's hook, for what a view raises outside of REST framework."""
        return unavailable(request, error) if is_outage(error) else None


def waited(request: HttpRequest) -> float:
    """For how many seconds the request has been with us already, by the front's clock and ours.

    Whoever comes without a front may say what they like, to their own harm; clocks that do not
    agree still leave everybody `patience.LEAST_S`.
    """
    stamp = request.META.get("HTTP_X_REQUEST_START", "")
    if not STAMP.fullmatch(stamp):
        return 0
    seconds = time.time() - int(stamp) / 1_000_000
    return seconds if 0 < seconds < LONGEST_QUEUE_S else 0


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """503: a page for staff, a problem for everybody else."""
    note(error)
    if is_staffs(request) and request.accepts("text/html"):
        # Without the request, whose session and person are in the database.
        response = HttpResponse(render_to_string("unavailable.html"), status=503)
    else:
        response = problem_response(
            request,
            http_status=503,
            code=Unavailable.default_code,
            detail=Unavailable.default_detail,
        )
    response["Retry-After"] = str(Unavailable.wait)
    response["Cache-Control"] = "no-store"
    return response


def note(error: BaseException) -> None:
    """Tell the log what is away; of the words, which may quote what was sent, the driver's alone."""
    cause = error.__cause__
    words = str(cause) if isinstance(cause, psycopg.OperationalError) and not cause.sqlstate else ""
    logger.warning("unavailable: %s %s", type(cause or error).__name__, words.partition("\n")[0])
