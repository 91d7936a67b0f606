"""Lockout of whoever guesses at a sign-in, the same for everybody's account and for nobody's.

    counted = lockout.count(email=…, ip_address=…, device=…)   # before anything is looked at
    lockout.take_back(counted)                                 # it was right

Each attempt counts as failed until it is taken back, on up to three counters, the narrowest first:

    place    this account from this network, or from this device if the account was signed in on it
    network  whatever account, from this network
    account  this account, from wherever it was never signed in

A counter that is full refuses, and what it refuses counts on no wider one. So strangers fill their
own places and the account's, and none of them is asked of the owner: at a known device there is the
place alone, in a known network no `account`. A counter begins anew a quarter of an hour after its
first failure, however many came meanwhile.

Counted before and not after: what is tried in parallel would all be looked at before the first
failure is written. One statement counts and decides, under the locks of its rows, so it is exact
whatever runs beside it. The counters are rows of django-axes, in which accounts are keyed digests:
unknown addresses are locked like known ones, and not stored (docs/adr/0022-lockout.md).
"""

import hashlib
import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from rest_framework import status

from accounts.models import FailedSignIn, email_digest
from pupmatch.lib.prepared import prepared
from pupmatch.lib.problems import Problem
from pupmatch.lib.requests import network_of

logger = logging.getLogger(__name__)

# In the place of an address: wherever it came from.
EVERYWHERE = "::"


class Step(StrEnum):
    """What is guessed at. The value is how the account's own counter is told from others.

    Only whoever has the password gets to guess at codes, so those of an account are few: nobody
    else can be locked out by it.
    """

    PASSWORD = ""
    CODES = "codes"


class Locked(Problem):
    """The same words whoever it was, right or wrong."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "sign_in_locked"
    default_detail = "Too many failed attempts. Wait a while, or set a new password."

    def __init__(self, wait: float) -> None:
        """`wait` in seconds becomes Retry-After."""
        super().__init__()
        self.wait = wait


class Counted(NamedTuple):
    """An attempt on its counters, the narrowest first."""

    rows: list[int]


AGAIN = """
    ON CONFLICT (username, ip_address, user_agent) DO UPDATE SET
        failures_since_start = CASE WHEN kept.attempt_time <= %(since)s
            THEN 1 ELSE kept.failures_since_start + 1 END,
        attempt_time = CASE WHEN kept.attempt_time <= %(since)s
            THEN excluded.attempt_time ELSE kept.attempt_time END
    RETURNING id, failures_since_start AS failures, attempt_time AS began
"""
ONE_MORE = """
    INSERT INTO axes_accessattempt AS kept (
        username, ip_address, user_agent, failures_since_start, attempt_time,
        http_accept, path_info, get_data, post_data
    )
"""
# Rows are locked from the narrowest to the widest, by everybody.
COUNT = f"""
WITH known AS (
    SELECT
        %(is_known)s OR coalesce(bool_or(device_id = %(device)s::uuid), false) AS device,
        coalesce(bool_or(ip_address <<= %(network)s::inet), false) AS network
    FROM accounts_session
    WHERE %(asks_sessions)s
        AND user_id = (SELECT id FROM accounts_user WHERE email = %(email)s)
), place AS (
    {ONE_MORE}
    SELECT %(account)s,
        CASE WHEN device THEN %(everywhere)s::inet ELSE %(address)s::inet END,
        CASE WHEN device THEN %(device_key)s ELSE '' END,
        1, %(now)s::timestamptz, '', '', '', ''
    FROM known
    {AGAIN}
), network AS (
    {ONE_MORE}
    SELECT '', %(address)s::inet, '', 1, %(now)s::timestamptz, '', '', '', ''
    FROM known, place
    WHERE NOT known.device AND place.failures <= %(most_place)s
    {AGAIN}
), account AS (
    {ONE_MORE}
    SELECT %(account)s, %(everywhere)s::inet, %(step)s, 1, %(now)s::timestamptz, '', '', '', ''
    FROM known, network
    WHERE NOT known.network AND network.failures <= %(most_network)s
    {AGAIN}
)
SELECT id, failures <= %(most_place)s, began FROM place
UNION ALL SELECT id, failures <= %(most_network)s, began FROM network
UNION ALL SELECT id, failures <= %(most_account)s, began FROM account
"""  # noqa: S608 # nosec (of texts above, and nothing else)


def count(
    *,
    email: str,
    ip_address: str,
    device: object = None,
    is_known: bool = False,
    step: Step = Step.PASSWORD,
) -> Counted:
    """Count an attempt as failed until it is taken back. Raises Locked.

    `device` is an installation's id, or whatever else tells devices apart; `is_known` says that the
    account was signed in on it, where its sign-ins do not tell.
    """
    now, network, account = timezone.now(), network_of(ip_address), email_digest(email)
    given = {
        "email": email,
        "account": account,
        "network": network,
        "address": network.partition("/")[0],
        "everywhere": EVERYWHERE,
        "device": None if is_known else device,
        "device_key": hashlib.sha256(f"{account}:{device}".encode()).hexdigest(),
        "is_known": is_known,
        "step": step.value,
        # The app asks for no code: a sign-in to it does not say who may guess at one.
        "asks_sessions": step is Step.PASSWORD,
        "now": now,
        "since": now - lasts(),
        "most_place": limit("place"),
        "most_network": limit("network"),
        "most_account": limit("codes" if step is Step.CODES else "account"),
    }
    with prepared() as cursor:
        cursor.execute(COUNT, given)
        rows = cursor.fetchall()
    refusals = [began for _, is_allowed, began in rows if not is_allowed]
    if refusals:
        logger.warning("sign-in locked", extra={"ip_address": ip_address})
        raise Locked((max(refusals) + lasts() - now).total_seconds())
    return Counted([row for row, *_ in rows])


def lasts() -> timedelta:
    """How long a counter counts, and so the longest that it locks."""
    return timedelta(seconds=settings.SIGN_IN_LOCK_SECONDS)


def limit(counter: str) -> int:
    """How many failures are let in."""
    return max(1, round(settings.SIGN_IN_LOCKS[counter] * settings.RATE_LIMIT_SCALE))


TAKE_BACK = """
WITH counted AS (
    SELECT id FROM axes_accessattempt WHERE id = ANY(%(rows)s)
    ORDER BY array_position(%(rows)s, id) FOR UPDATE
)
UPDATE axes_accessattempt AS kept
SET failures_since_start = CASE WHEN kept.id = %(forgiven)s
    THEN 0 ELSE greatest(failures_since_start - 1, 0) END
FROM counted WHERE kept.id = counted.id
"""


def take_back(counted: Counted, *, forgives: bool = False) -> None:
    """It was right. What `forgives` clears the place, too, and nothing that others failed at."""
    forgiven = counted.rows[0] if forgives else None
    with prepared() as cursor:
        cursor.execute(TAKE_BACK, {"rows": counted.rows, "forgiven": forgiven})


# --- Forgetting -----------------------------------------------------------------------------------


def forgive(email: str) -> int:
    """Forget what failed on this account, and nothing of others from the same network."""
    return _forget(Q(username=email_digest(email)))


def lift(failed: FailedSignIn) -> int:
    """Forget what failed on the account and in the network of this row, so that neither is locked."""
    of_account = Q(username=failed.username) & ~Q(username="")
    return _forget(of_account | Q(username="", ip_address=failed.ip_address))


def forget_old() -> int:
    """Remove what is too long ago to count, and say how many."""
    return _forget(Q(attempt_time__lt=timezone.now() - lasts()))


@transaction.atomic
def _forget(which: Q) -> int:
    # In the order in which counting locks them.
    breadth = Case(
        When(username="", then=Value(1)),
        When(ip_address=EVERYWHERE, user_agent__in=list(Step), then=Value(2)),
        default=Value(0),
    )
    rows = FailedSignIn.objects.filter(which).order_by(breadth, "pk").select_for_update()
    return FailedSignIn.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]


# --- What is locked -------------------------------------------------------------------------------


def kind(row: FailedSignIn) -> str:
    """What a row counts: one of settings.SIGN_IN_LOCKS."""
    if not row.username:
        return "network"
    if row.ip_address == EVERYWHERE and row.user_agent in list(Step):
        return "codes" if row.user_agent == Step.CODES else "account"
    return "place"


def counts(row: FailedSignIn) -> bool:
    """Whether the row is young enough."""
    return until(row) > timezone.now()


def is_locked(row: FailedSignIn) -> bool:
    """Whether the next attempt is refused."""
    return counts(row) and row.failures_since_start >= limit(kind(row))


def until(row: FailedSignIn) -> datetime:
    """When this row counts no more."""
    return row.attempt_time + lasts()


def locks_of(email: str) -> list[FailedSignIn]:
    """The counters of an account that refuse whoever comes that way."""
    return [
        row for row in FailedSignIn.objects.filter(username=email_digest(email)) if is_locked(row)
    ]
