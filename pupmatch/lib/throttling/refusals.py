"""Who was refused: known here for a moment, so that floods cost little, and written down for staff."""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from prometheus_client import Counter

from pupmatch.lib.audit import record
from pupmatch.lib.models import LimitedCaller
from pupmatch.lib.throttling import in_memory, in_postgres, in_redis
from pupmatch.lib.throttling.limits import Count, Kind, Limit

logger = logging.getLogger(__name__)

REFUSED = Counter("pupmatch_rate_limited", "Requests answered 429, by limit.", ["scope"])
# So long a refusal is repeated without asking: the window cannot turn earlier. Lifted limits may
# take as long to be heard of.
AGAIN_S = 1.0
MOST_KNOWN = 10_000
KEPT = timedelta(days=30)

NOTE = """
    INSERT INTO lib_limitedcaller AS known (id, key, scope, kind, caller, user_id, allowed, seconds,
        refusals, windows, since, window_ends_at)
    VALUES (gen_random_uuid(), %(key)s, %(scope)s, %(kind)s, %(caller)s,
        (SELECT id FROM {users} WHERE id = %(user)s), %(allowed)s, %(seconds)s,
        %(refusals)s, 1, %(now)s, %(ends)s)
    ON CONFLICT (key) DO UPDATE SET
        allowed = excluded.allowed, seconds = excluded.seconds,
        (refusals, windows, since, window_ends_at, lifted_at) = (
            SELECT known.refusals + excluded.refusals, known.windows, known.since,
                   known.window_ends_at, known.lifted_at
            WHERE known.window_ends_at > excluded.since AND known.lifted_at IS NULL
            UNION ALL
            SELECT excluded.refusals, known.windows + 1, excluded.since, excluded.window_ends_at, NULL
            WHERE known.window_ends_at <= excluded.since OR known.lifted_at IS NOT NULL)
"""


@dataclass(slots=True)
class Known:
    """A refusal that holds for a moment."""

    count: Count
    turns_at: float
    until: float
    missed: int = 0


_known: dict[str, Known] = {}
_lock = threading.Lock()


def known(limits: Sequence[Limit]) -> Count | None:
    """The refusal that one of these limits has just led to, if any."""
    if not _known:
        return None
    now = time.time()
    for limit in limits:
        found = _known.get(limit.key)
        if found and now < found.until and limit.allowed == found.count.limit:
            REFUSED.labels(limit.scope).inc()
            with _lock:
                found.missed += 1
            return found.count._replace(seconds_left=found.turns_at - now)
    return None


def note(limit: Limit, count: Count) -> None:
    """Remember a refusal, and write it down together with those that were repeated meanwhile."""
    now = time.time()
    turns_at = now + count.seconds_left
    with _lock:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        before = _known.get(limit.key)
        missed = before.missed if before else 0
        _known[limit.key] = Known(count, turns_at, min(turns_at, now + AGAIN_S))
    REFUSED.labels(limit.scope).inc()
    try:
        _write(limit, now, turns_at, 1 + missed)
    except DatabaseError:
        # Whoever is past a limit is refused, whether or not that can be written down.
        logger.warning("a refusal by %s was not written down", limit.scope, exc_info=True)


def _write(limit: Limit, now: float, turns_at: float, refusals: int) -> None:
    person = limit.caller.partition("/")[0] if limit.kind is Kind.PERSON else None
    values = {
        **limit._asdict(),
        "key": limit.key,
        "kind": limit.kind.value,
        "user": person,
        "refusals": refusals,
        "now": datetime.fromtimestamp(now, UTC),
        "ends": datetime.fromtimestamp(turns_at, UTC),
    }
    sql = NOTE.format(users=get_user_model()._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@transaction.atomic
def lift(*, limited: LimitedCaller, by: AbstractBaseUser, reason: str) -> None:
    """Let the caller ask again at once: the window begins anew. On record."""
    limited.lifted_at = timezone.now()
    limited.save(update_fields=["lifted_at"])
    in_postgres.forget([limited.key])
    transaction.on_commit(lambda: _forget(limited.key))
    record(by=by, action="limit.lift", subject=limited, reason=reason, scope=limited.scope)


def _forget(key: str) -> None:
    in_memory.forget([key])
    if settings.REDIS_URL:
        in_redis.forget([key])
    with suppress(KeyError):
        del _known[key]


def forget_known() -> None:
    """Ask again about everybody."""
    _known.clear()


def forget_old() -> int:
    """Remove what is too long ago to matter, and say how much."""
    return LimitedCaller.objects.filter(window_ends_at__lt=timezone.now() - KEPT).delete()[0]
