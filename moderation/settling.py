"""What becomes of a case and its reports once something is decided, and who is told."""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from events.publishing import publish
from moderation import casework
from moderation.models import Appeal, Case, Decision, Report
from moderation.models.cases import Severity
from pupmatch.lib.constraints import violated
from pupmatch.lib.jobs import enqueue

Outcome = Report.Outcome

ONE_OPEN = ("case_one_open_per_person", "case_one_open_per_playground")


def close(case: Case, decision: Decision) -> None:
    """Close a case that the caller has locked, and settle the reports that wait in it."""
    case.closed_at, case.claimed_by, case.claimed_until = decision.in_force_at, None, None
    case.save(update_fields=["closed_at", "claimed_by", "claimed_until"])
    _settle(case, Outcome.WAITING, outcome_of(decision))


def put_back(case: Case) -> None:
    """Let an open case go from whoever has claimed it."""
    case.claimed_by = case.claimed_until = None
    case.save(update_fields=["claimed_by", "claimed_until"])


def unsettle(case: Case, decision: Decision, *, by: User, reopen: bool) -> None:
    """Have the reports follow a decision that was undone, and its appeal; tell everybody."""
    others = case.decisions.in_force().exclude(kind=Decision.Kind.DISMISS)
    if reopen:
        _reopen(case, outcome_of(decision))
    elif case.closed_at and not others.exclude(pk=decision.pk).exists():
        _settle(case, Outcome.ACTED, Outcome.DISMISSED)
    waiting = Appeal.objects.filter(decision=decision, outcome=Appeal.Outcome.WAITING)
    waiting.update(outcome=Appeal.Outcome.GRANTED, decided_by=by, decided_at=timezone.now())
    tell(decision)


def outcome_of(decision: Decision) -> Outcome:
    """How the reports end that a decision answers."""
    return Outcome.DISMISSED if decision.kind == Decision.Kind.DISMISS else Outcome.ACTED


def _settle(case: Case, before: Outcome, after: Outcome) -> None:
    """Give a case's reports another outcome, and tell their reporters."""
    rows = case.reports.filter(outcome=before).order_by("pk")
    reporters = dict(rows.values_list("pk", "reporter_id"))
    Report.objects.filter(pk__in=reporters).update(outcome=after, decided_at=timezone.now())
    for pk, reporter_id in reporters.items():
        if reporter_id:
            publish([reporter_id], "report.decided", {"id": pk})


def _reopen(case: Case, settled: Outcome) -> None:
    """Let a case's reports wait again: in it, or in the one that is open about the same now."""
    current = _open_again(case)
    same = {name: OuterRef(name) for name in ("reporter", "subject_type", "subject_id")}
    repeated = Report.objects.filter(outcome=Outcome.WAITING, **same)
    rows = case.reports.filter(~Exists(repeated), outcome=settled)
    weights = dict(rows.values_list("pk", "weight"))
    waiting = Report.objects.filter(pk__in=weights)
    waiting.update(case=current, outcome=Outcome.WAITING, decided_at=None)
    if current.pk == case.pk:
        current.report_count, current.weight = 0, 0
    casework.gather(
        case=current,
        severity=Severity(case.severity),
        reports=len(weights),
        weight=sum(weights.values()),
    )


def _open_again(case: Case) -> Case:
    try:
        with transaction.atomic():
            case.closed_at = None
            case.save(update_fields=["closed_at"])
            return case
    except IntegrityError as error:
        if violated(error) not in ONE_OPEN:
            raise
    about = {"about": case.about_id} if case.about_id else {"playground_id": case.playground_id}
    return Case.objects.open().select_for_update(no_key=True).get(**about)


def tell(decision: Decision, *, is_new: bool = False) -> None:
    """Tell a person what was decided about them, or became of it: in their stream and by mail."""
    if decision.person_id is None or decision.kind == Decision.Kind.DISMISS:
        return
    kind = "decision.created" if is_new else "decision.updated"
    publish([decision.person_id], kind, {"id": decision.pk})
    enqueue("moderation.tasks.mail_decision", decision_id=decision.pk, state=decision.state)
