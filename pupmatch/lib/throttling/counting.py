"""Counting a request against several limits at once: against all of them or, past one, none.

In Redis where there is one, else and while it is away in PostgreSQL; what is read all the time, in
memory. Each is exact by itself.
"""

import ipaddress
import math
import time
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.transaction import TransactionManagementError

from pupmatch.lib.problems import Problem
from pupmatch.lib.requests import current_request
from pupmatch.lib.throttling import in_memory, in_postgres, in_redis, refusals
from pupmatch.lib.throttling.limits import IN_MEMORY, Count, Kind, Limit, are_off, limit_of


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
    refused = {limit: found for limit, found in counts.items() if not found.is_allowed}
    for limit, found in refused.items():
        refusals.note(limit, found)
    if refused:
        return max(refused.values(), key=lambda found: found.seconds_left)
    return min(counts.values(), key=lambda found: found.remaining)


def _counted(limits: Sequence[Limit]) -> dict[Limit, Count]:
    """How it stands with each limit, as far as it was asked."""
    near = [limit for limit in limits if limit.scope in IN_MEMORY]
    # In one order: two requests that lock the same rows must not wait for each other.
    far = sorted(set(limits).difference(near), key=lambda limit: limit.key)
    found = dict(zip(near, in_memory.count(near), strict=True)) if near else {}
    if not far or not _all_allow(found):
        return found
    elsewhere = dict(zip(far, _in_store(far), strict=True))
    if near and not _all_allow(elsewhere):
        in_memory.take_back(near)
    return elsewhere | found


def _all_allow(counts: dict[Limit, Count]) -> bool:
    return all(found.is_allowed for found in counts.values())


def _in_store(limits: Sequence[Limit]) -> list[Count]:
    counts = in_redis.count(limits) if settings.REDIS_URL else None
    return in_postgres.count(limits) if counts is None else counts


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


def take(scope: str, person: UUID, number: int, *, refusal: type[UsedUp]) -> None:
    """Count so many things that are handed to a person now, all of them or, past the limit, none.

    In PostgreSQL, at once, whatever becomes of the request. More than a whole window has count as
    all of it. Raises `refusal`; a scope that the settings leave out has no limit.
    """
    if are_off() or scope not in settings.RATE_LIMITS or not number:
        return
    limit = limit_of(scope, Kind.PERSON, str(person))
    found = in_postgres.take(limit, min(number, limit.allowed))
    _show(found)
    if not found.is_allowed:
        raise refusal(limit, found)


def is_within(scope: str, caller: str) -> bool:
    """Count something that happens in any case, and say whether it is within the limit of `scope`.

    Together with the caller's transaction, as `spend` does; nobody is refused or listed for it.
    """
    if are_off():
        return True
    [found] = in_postgres.count([limit_of(scope, Kind.OTHER, caller)])
    return found.is_allowed


def _show(found: Count) -> None:
    """Let the answer to the current request tell of this limit, if it is the nearest."""
    request = current_request.get()
    told = getattr(request, "rate_limit", None)
    if request is not None and (told is None or found.remaining <= told.remaining):
        request.rate_limit = found  # type: ignore[attr-defined]


def forget_past_windows(at: float | None = None) -> int:
    """Remove the counters of windows that have turned, and say how many."""
    return in_postgres.forget_past(at or time.time()) + refusals.forget_old()
