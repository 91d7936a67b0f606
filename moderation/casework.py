"""Cases: what gathers in them, whose turn they are, and who is working on which.

Locks are taken in one order: accounts by id, profiles by id, the case, then what `messaging` and
`events` lock. Claims and notes lock the case alone, and nothing after it.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from moderation.digests import digest_of
from moderation.models import Case, Note, Report
from moderation.models.cases import DUE_WITHIN, Severity
from profiles.models import Profile
from pupmatch.lib import audit
from pupmatch.lib.problems import Forbidden, NotFound, Problem

LONGEST = max(DUE_WITHIN.values())
# By how much a case moves ahead whenever the weight of its reports doubles.
AHEAD_PER_DOUBLING = timedelta(hours=12)


class CaseClaimed(Problem):
    """Somebody else is working on it; `until` says how long they have it."""

    default_code = "case_claimed"
    default_detail = "Somebody else is working on this case."


class CaseClosed(Problem):
    """It was decided meanwhile."""

    default_code = "case_closed"
    default_detail = "This case is closed."


class OwnCase(Forbidden):
    """Nobody decides about themselves, nor about what they reported."""

    default_detail = "This case is about you."


# --- What gathers ---------------------------------------------------------------------------------


def lock_people(ids: Iterable[UUID | None]) -> dict[UUID, User]:
    """Lock accounts, then their profiles, each in the order of the ids; says who is still there."""
    wanted = {pk for pk in ids if pk}
    people = User.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    found = {user.pk: user for user in people}
    dogs = Profile.objects.filter(user__in=found).order_by("pk").select_for_update(no_key=True)
    list(dogs.values_list("pk"))
    return found


def open_case(*, about: User | None, playground_id: UUID | None, severity: Severity) -> Case:
    """The one open case about a person, or a place that is nobody's, locked; a new one if need be.

    The caller has locked the person by `lock_people`.
    """
    key = {"about": about} if about else {"playground_id": playground_id}
    waiting = Case.objects.open().filter(**key).select_for_update(no_key=True)
    while True:
        if found := waiting.first():
            return found
        due_at = timezone.now() + DUE_WITHIN[severity]
        new = Case(
            **key,
            about_digest=digest_of(about) if about else "",
            severity=severity,
            due_at=due_at,
            ranked_at=rank(due_at=due_at, weight=0),
        )
        # Of several at once one is stored, and all take up that one.
        Case.objects.bulk_create([new], ignore_conflicts=True)


def closed_case(*, about: User) -> Case:
    """A case for what staff came across and decided on the spot."""
    now = timezone.now()
    return Case.objects.create(
        about=about,
        about_digest=digest_of(about),
        opened_at=now,
        due_at=now,
        ranked_at=now,
        closed_at=now,
    )


def gather(
    *, case: Case, severity: Severity, weight: float = 0, reports: int = 0, findings: int = 0
) -> None:
    """Count reports or findings into a case that the caller has locked.

    It takes on the highest severity; its due time moves ahead only, counted from when something
    that grave came in.
    """
    case.severity = max(case.severity, severity)
    case.due_at = min(case.due_at, timezone.now() + DUE_WITHIN[severity])
    case.weight += weight
    case.report_count += reports
    case.finding_count += findings
    case.ranked_at = rank(due_at=case.due_at, weight=case.weight)
    fields = ["severity", "due_at", "weight", "report_count", "finding_count", "ranked_at"]
    case.save(update_fields=fields)


def rank(*, due_at: datetime, weight: float) -> datetime:
    """A case's place in the queue; earlier comes first.

    The earliest due time first, which keeps the greatest delay smallest (J. R. Jackson, 1955), and
    half a day ahead of that for each doubling of 1 + weight: many good reports move a case ahead,
    but no crowd of them moves it ahead of everything.
    """
    return due_at - LONGEST - AHEAD_PER_DOUBLING * math.log2(1 + max(0.0, weight))


# --- Who works on it ------------------------------------------------------------------------------


def work_on(*, case: Case, by: User) -> Case:
    """The case, fresh and locked with its person, for whoever is about to decide it.

    It is then claimed by them. Raises NotFound, CaseClosed, CaseClaimed or OwnCase.
    """
    lock_people([case.about_id])
    return _claim(_lock(case.pk), by)


def _lock(pk: UUID) -> Case:
    found = Case.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _claim(case: Case, by: User) -> Case:
    now = timezone.now()
    if case.closed_at:
        raise CaseClosed
    check_impartial(case, by)
    if case.is_claimed_by_other(by, now):
        raise CaseClaimed(until=case.claimed_until)
    case.claimed_by, case.claimed_until = by, now + Case.CLAIM
    case.save(update_fields=["claimed_by", "claimed_until"])
    return case


def check_impartial(case: Case, by: User) -> None:
    """Raises OwnCase for whom it is about and whoever reported something in it, superusers too."""
    if case.about_id == by.pk:
        raise OwnCase
    if case.reports.filter(reporter=by).exists():
        raise OwnCase("You reported something in this case; somebody else decides it.")


@transaction.atomic
def claim(*, case: Case, by: User) -> Case:
    """Keep a case for oneself for Case.CLAIM; work on it, or another claim, extends that.

    Raises NotFound, CaseClosed, CaseClaimed or OwnCase.
    """
    claimed = _claim(_lock(case.pk), by)
    audit.record(by=by, action="case.claim", subject=claimed)
    return claimed


@transaction.atomic
def open_by_staff(*, about: User, by: User, note: str) -> Case:
    """Open a case that nobody reported, or take on the one that is open; it is then claimed.

    Raises NotFound, CaseClaimed or OwnCase.
    """
    person = lock_people([about.pk]).get(about.pk)
    if person is None:
        raise NotFound
    case = open_case(about=person, playground_id=None, severity=Severity.NORMAL)
    claimed = _claim(case, by)
    Note.objects.create(case=claimed, author=by, text=note)
    audit.record(by=by, action="case.open", subject=claimed, reason=note)
    return claimed


@transaction.atomic
def release(*, case: Case, by: User) -> bool:
    """Let a case go back to the queue; says whether it was claimed. Raises NotFound, CaseClaimed."""
    locked = _lock(case.pk)
    if locked.is_claimed_by_other(by, timezone.now()):
        raise CaseClaimed(until=locked.claimed_until)
    was_claimed = locked.claimed_by_id is not None
    locked.claimed_by = locked.claimed_until = None
    locked.save(update_fields=["claimed_by", "claimed_until"])
    audit.record(by=by, action="case.release", subject=locked)
    return was_claimed


@transaction.atomic
def next_case(*, by: User, after: Case | None = None) -> Case | None:
    """Claim the most urgent case that nobody else has; None when there is nothing to do.

    Two who ask at once get two cases. `after` is the one that they leave as it is.
    """
    own = Report.objects.filter(case=OuterRef("pk"), reporter=by)
    free = Case.objects.free_for(by).filter(~Exists(own)).exclude(about=by).in_order()
    if after is not None:
        free = free.exclude(pk=after.pk)
    found = free.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if found is None:
        return None
    claimed = _claim(found, by)
    audit.record(by=by, action="case.claim", subject=claimed)
    return claimed


@transaction.atomic
def add_note(*, case: Case, by: User, text: str) -> Note:
    """Tell other staff something about a case, open or closed; a claim of one's own is extended."""
    locked = _lock(case.pk)
    now = timezone.now()
    if locked.closed_at is None and locked.claimed_by_id == by.pk:
        Case.objects.filter(pk=locked.pk).update(claimed_until=now + Case.CLAIM)
    note = Note.objects.create(case=locked, author=by, text=text)
    audit.record(by=by, action="case.note", subject=locked, note=note.pk)
    return note
