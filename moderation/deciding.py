"""Decisions: made, confirmed by a second pair of eyes, and undone; each in one transaction.

Locked from the top down: the person's account and profile, the case, then whatever the effect locks
(conversations, places), the streams last of all. So decisions about one person wait for each other.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from events.publishing import recorded
from moderation import authority, casework, content, effects, settling
from moderation.models import Case, Decision
from moderation.rules import RULES
from pupmatch.lib import audit
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from screening import bans

Kind, State = Decision.Kind, Decision.State

TIMED = (Kind.LIMIT, Kind.SUSPEND)
CONTENT = (Kind.REMOVE, Kind.HOLD_PHOTOS)
MAX_DAYS = 3650


class DoesNotFit(Problem):
    """The kind of decision, what it is about and how long it lasts do not go together."""

    default_code = "does_not_fit"
    default_detail = "This decision does not fit the case."


class ProposalWaits(Problem):
    """A ban was proposed, and nobody has said yes or no to it."""

    default_code = "proposal_waits"
    default_detail = "A ban waits to be confirmed or declined; until then suspend, or do nothing."


class NotProposed(Problem):
    """There is nothing to confirm, or no longer."""

    default_code = "not_proposed"
    default_detail = "This decision does not wait to be confirmed."


class SecondEyes(Forbidden):
    """Whoever proposed it is not the second pair of eyes."""

    default_code = "second_eyes"
    default_detail = "Somebody else has to confirm this."


class NotInForce(Problem):
    """What has no effect cannot be undone."""

    default_code = "not_in_force"
    default_detail = "This decision is not in force."


@recorded()
def decide(
    *,
    case: Case,
    by: User,
    kind: str,
    reason: str,
    statement: str = "",
    note: str = "",
    days: int | None = None,
    subject: tuple[str, UUID] | None = None,
    seen_at: datetime | None = None,
) -> Decision:
    """Decide a case: have the effect, close it, settle its reports and tell everybody concerned.

    `days` is how long a limit or suspension lasts; `subject`, a type and an id, is what is removed.
    What was written after `seen_at` is not shown by a dismissal: nobody has looked at it.
    Without a `statement` the person is told the rule alone. A ban that needs a second pair of eyes
    is only proposed: the case stays open, and the person may be suspended meanwhile. Raises
    NotFound, CaseClosed, CaseClaimed, OwnCase, NotAllowed, ProposalWaits and DoesNotFit.
    """
    case = casework.work_on(case=case, by=by)
    person = _account(case.about_id)
    authority.check(by, authority.NEEDED[kind], person)
    decision = Decision(
        case=case,
        person=person,
        kind=kind,
        reason=reason,
        statement=statement.strip() or RULES[reason].told,
        note=note.strip(),
        decided_by=by,
        before={"seen_at": seen_at.isoformat()} if seen_at else {},
    )
    _fit(decision, person, days, subject)
    is_proposal = kind == Kind.BAN and person is not None and needs_second_eyes(person)
    waits = case.decisions.filter(state=State.PROPOSED).exists()
    if waits and kind != Kind.SUSPEND:
        raise ProposalWaits
    if is_proposal:
        decision.state = State.PROPOSED
        decision.save(force_insert=True)
    else:
        _enforce(decision, person)
    if is_proposal or waits:
        settling.put_back(case)
    else:
        settling.close(case, decision)
    _record(decision, by, "propose" if is_proposal else kind, reason)
    return decision


@recorded()
def remove_at_sight(*, person: User, by: User, reason: str, subject: tuple[str, UUID]) -> Decision:
    """Remove something that staff came across and nobody reported.

    The decision stands in a case of its own, closed from the beginning; one that is open about the
    person stays as it is. Raises NotFound, NotAllowed and DoesNotFit.
    """
    found = casework.lock_people([person.pk]).get(person.pk)
    if found is None:
        raise NotFound
    authority.check(by, authority.NEEDED[Kind.REMOVE], found)
    decision = Decision(
        case=casework.closed_case(about=found),
        person=found,
        kind=Kind.REMOVE,
        reason=reason,
        statement=RULES[reason].told,
        decided_by=by,
    )
    _fit(decision, found, None, subject)
    _enforce(decision, found)
    _record(decision, by, Kind.REMOVE, reason)
    return decision


@recorded()
def confirm(*, decision: Decision, by: User) -> Decision:
    """Let a proposed ban come into force: by somebody else than whoever proposed it.

    Of somebody who left meanwhile, what was marked then stays out. Raises NotFound, NotProposed,
    NotAllowed, OwnCase and SecondEyes.
    """
    decision, case, person = lock(decision)
    authority.check(by, authority.NEEDED[decision.kind], person)
    casework.check_impartial(case, by)
    if decision.state != State.PROPOSED:
        raise NotProposed
    if decision.decided_by_id == by.pk:
        raise SecondEyes
    decision.confirmed_by = by
    _enforce(decision, person)
    settling.close(case, decision)
    _record(decision, by, "confirm", decision.reason)
    return decision


@recorded()
def decline(*, decision: Decision, by: User) -> Decision:
    """Turn a proposed ban down, also one's own; its case goes back to the queue.

    Raises NotFound, NotProposed, NotAllowed and OwnCase.
    """
    decision, case, person = lock(decision)
    authority.check(by, authority.NEEDED[decision.kind], person)
    casework.check_impartial(case, by)
    if decision.state != State.PROPOSED:
        raise NotProposed
    decision.state, decision.undone_by, decision.undone_at = State.DECLINED, by, timezone.now()
    decision.save(update_fields=["state", "undone_by", "undone_at"])
    bans.unmark(decision_id=decision.pk)
    settling.put_back(case)
    _record(decision, by, "decline", decision.reason)
    return decision


@recorded()
def undo(*, decision: Decision, by: User, reason: str, reopen: bool = False) -> bool:
    """Restore what was there before a decision, as far as no other one says otherwise.

    Its reports count as dismissed; with `reopen` they wait again, in the case or in the one that is
    open about the same person now. Undoing a dismissal always does that. Harmless to repeat: says
    whether it changed anything. Raises NotFound, NotInForce, NotAllowed and OwnCase.
    """
    decision, case, person = lock(decision)
    authority.check(by, "undo_decision", person)
    casework.check_impartial(case, by)
    return take_back(decision, case, person, by=by, reason=reason, reopen=reopen)


def take_back(
    decision: Decision, case: Case, person: User | None, *, by: User, reason: str, reopen: bool
) -> bool:
    """The same for whoever was found to be allowed to, and has locked them."""
    if decision.state == State.UNDONE:
        return False
    if decision.state != State.IN_FORCE:
        raise NotInForce
    decision.state, decision.undone_by, decision.undone_at = State.UNDONE, by, timezone.now()
    decision.save(update_fields=["state", "undone_by", "undone_at"])
    effects.lift(decision, person)
    # Also what keeps out somebody who left.
    bans.unmark(decision_id=decision.pk)
    settling.unsettle(case, decision, by=by, reopen=reopen or decision.kind == Kind.DISMISS)
    _record(decision, by, "undo", reason)
    return True


def needs_second_eyes(person: User) -> bool:
    """Whether a ban of this account is somebody else's to confirm."""
    days = settings.FOUR_EYES_AFTER_DAYS
    return days == 0 or person.created_at < timezone.now() - timedelta(days=days)


def _account(pk: UUID | None) -> User | None:
    """The locked account, as it is now."""
    return User.objects.filter(pk=pk).first() if pk else None


def lock(decision: Decision) -> tuple[Decision, Case, User | None]:
    """A decision, its case and its addressee, fresh and locked. Raises NotFound."""
    casework.lock_people([decision.person_id])
    case = Case.objects.select_for_update(no_key=True).filter(pk=decision.case_id).first()
    fresh = Decision.objects.select_for_update(no_key=True).filter(pk=decision.pk).first()
    if case is None or fresh is None:
        raise NotFound
    fresh.case = case
    return fresh, case, _account(fresh.person_id)


def _fit(
    decision: Decision, person: User | None, days: int | None, subject: tuple[str, UUID] | None
) -> None:
    """Give a decision its end and its subject, where its kind has one. Raises DoesNotFit."""
    if person is None and decision.kind not in (Kind.DISMISS, Kind.REMOVE):
        raise DoesNotFit("There is nobody whom this could be about.")
    if (decision.kind in TIMED) != (days is not None):
        raise DoesNotFit("Limits and suspensions last some days, and nothing else does.")
    if (decision.kind == Kind.REMOVE) != (subject is not None):
        raise DoesNotFit("Say what is to be removed; nothing else removes anything.")
    if days is not None:
        if not 1 <= days <= MAX_DAYS:
            raise DoesNotFit(f"It lasts from 1 to {MAX_DAYS} days.")
        decision.until = timezone.now() + timedelta(days=days)
    if subject is not None:
        name = content.Name(*subject)
        if not content.is_of_case(name, decision.case, person):
            raise DoesNotFit("This case is not about that.")
        decision.subject_type, decision.subject_id = name


def _enforce(decision: Decision, person: User | None) -> None:
    decision.state, decision.in_force_at = State.IN_FORCE, timezone.now()
    decision.save()
    decision.before = effects.apply(decision, person)
    if decision.before.get("held") == [] and decision.kind in CONTENT:
        raise DoesNotFit("There is nothing left to hold.")
    # Not before: what was on its way is stored by now, and nothing is stored after it.
    decision.in_force_at = timezone.now()
    decision.save(update_fields=["before", "in_force_at"])
    settling.tell(decision, is_new=True)


def _record(decision: Decision, by: User, verb: str, reason: str) -> None:
    audit.record(
        by=by,
        action=f"decision.{verb}",
        subject=decision,
        reason=reason,
        case=decision.case_id,
        person=decision.person_id,
        kind=decision.kind,
    )
