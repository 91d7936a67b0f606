"""Counting a request against several limits at once: against all of them or, past one, none.

In Redis where there is one, else and while it is away in PostgreSQL; each exact by itself.
"""

import ipaddress
import math
import time
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import InternalError, connection
from django.db.transaction import TransactionManagementError
from psycopg.errors import ReadOnlySqlTransaction

from pupmatch.lib.problems import Problem
from pupmatch.lib.requests import current_request
from pupmatch.lib.throttling import in_postgres, in_redis, refusals
from pupmatch.lib.throttling.limits import Count, Kind, Limit, are_off, limit_of


class UsedUp(Problem):
    """A limit that a service holds, in its own transaction, was reached."""

    status_code = 429

    def __init__(self, limit: Limit, count: Count) -> None:
        super().__init__()
        self.refused = (limit, count)
        self.wait = math.ceil(count.seconds_left)


def count(limits: Sequence[Limit]) -> Count:
    """Count one request and say how it stands with the limit that is nearest.

    Past any of them the others are as they were: what is refused uses up nothing.
    """
    known = refusals.known(limits)
    if known is not None:
        return known
    counts = _counted(limits)
    refused = [pair for pair in zip(limits, counts, strict=True) if not pair[1].is_allowed]
    for limit, found in refused:
        refusals.note(limit, found)
    if refused:
        return max((found for _, found in refused), key=lambda found: found.seconds_left)
    return min(counts, key=lambda found: found.remaining)


def _counted(limits: Sequence[Limit]) -> list[Count]:
    # In one order: two requests that lock the same rows must not wait for each other.
    ordered = sorted(limits, key=lambda limit: limit.key)
    counts = in_redis.count(ordered) if settings.REDIS_URL else None
    if counts is None:
        counts = _in_postgres(ordered)
    by_key = {limit.key: found for limit, found in zip(ordered, counts, strict=True)}
    return [by_key[limit.key] for limit in limits]


def _in_postgres(limits: Sequence[Limit]) -> list[Count]:
    try:
        return in_postgres.count(limits)
    except InternalError as error:
        is_read_only = isinstance(error.__cause__, ReadOnlySqlTransaction)
        if not is_read_only or any(limit.scope != "read" for limit in limits):
            raise
    # A database that takes no writes can still be read; what costs more is not to be had uncounted.
    return [Count(limit.allowed, 1, limit.seconds) for limit in limits]


def count_request(scope: str, caller: str) -> Count:
    """Count one request of `caller`, an address or whatever a service limits, against `scope`."""
    limit = limit_of(scope, Kind.ADDRESS if _is_address(caller) else Kind.OTHER, caller)
    return Count(limit.allowed, 1, limit.seconds) if are_off() else count([limit])


def _is_address(caller: str) -> bool:
    try:
        ipaddress.ip_network(caller)
    except ValueError:
        return False
    return True


def spend(scope: str, person: UUID, *, refusal: type[UsedUp]) -> None:
    """Count something that a person does against `scope`, together with the caller's transaction.

    What is rolled back was not counted, and what is not counted was not done; so in PostgreSQL
    always. Raises `refusal`; a scope that the settings leave out has no limit.
    """
    if are_off() or scope not in settings.RATE_LIMITS:
        return
    if not connection.in_atomic_block:
        raise TransactionManagementError("It is counted by the transaction that does it")
    limit = limit_of(scope, Kind.PERSON, str(person))
    [found] = in_postgres.count([limit])
    _show(found)
    if not found.is_allowed:
        raise refusal(limit, found)


def _show(found: Count) -> None:
    """Let the answer to the current request tell of this limit, if it is the nearest."""
    request = current_request.get()
    told = getattr(request, "rate_limit", None)
    if request is not None and (told is None or found.remaining <= told.remaining):
        request.rate_limit = found  # type: ignore[attr-defined]


def forget_past_windows(at: float | None = None) -> int:
    """Remove the counters of windows that have turned, and say how many."""
    return in_postgres.forget_past(at or time.time()) + refusals.forget_old()
