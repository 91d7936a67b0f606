"""Appeals: what its addressee says to a decision, once, and what other staff answer."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from events.publishing import publish, recorded
from moderation import authority, casework, deciding, settling
from moderation.models import Appeal, Decision
from pupmatch.lib import audit
from pupmatch.lib.constraints import violated
from pupmatch.lib.problems import Forbidden, NotFound, Problem

APPEALABLE = timedelta(days=180)

Outcome = Appeal.Outcome


class AlreadyAppealed(Problem):
    """One appeal for each decision."""

    default_code = "already_appealed"
    default_detail = "You have appealed against this decision; the answer is final."


class NotAppealable(Problem):
    """It was undone, or is too old."""

    default_code = "not_appealable"
    default_detail = "This decision was undone, or is too old to appeal against."


class AppealDecided(Problem):
    """Somebody else was faster."""

    default_code = "appeal_decided"
    default_detail = "This appeal is decided."


class OwnDecision(Forbidden):
    """An appeal is for eyes that have not seen the case before."""

    default_code = "own_decision"
    default_detail = "Somebody else has to decide this appeal: the decision is yours."


def is_appealable(decision: Decision, now: datetime) -> bool:
    """Whether there is anything to appeal against, and still time to."""
    return (
        decision.state == Decision.State.IN_FORCE
        and decision.in_force_at is not None
        and now < decision.in_force_at + APPEALABLE
    )


@recorded()
def appeal(*, decision: Decision, by_person: User, text: str) -> Appeal:
    """Object to a decision about oneself.

    Raises NotFound for anybody else's, AlreadyAppealed, and NotAppealable once it was undone or is
    older than APPEALABLE.
    """
    told = Decision.objects.told_to(by_person).filter(pk=decision.pk)
    found = told.select_for_update(no_key=True).first()
    if found is None:
        raise NotFound
    if not is_appealable(found, timezone.now()):
        raise NotAppealable
    try:
        with transaction.atomic():
            new = Appeal.objects.create(decision=found, text=text)
    except IntegrityError as error:
        if violated(error) != "moderation_appeal_decision_id_key":
            raise
        raise AlreadyAppealed from error
    publish([by_person.pk], "decision.updated", {"id": found.pk})
    return new


@recorded()
def decide_appeal(*, appeal: Appeal, by: User, grant: bool, answer: str) -> Appeal:
    """Let a decision stand, or undo it; the person is told `answer`.

    Raises NotFound, AppealDecided, NotAllowed, OwnCase, and OwnDecision for whoever made or
    confirmed it, superusers included.
    """
    decision, case, person = deciding.lock(appeal.decision)
    waiting = Appeal.objects.select_for_update(no_key=True).filter(decision=decision).first()
    if waiting is None:
        raise NotFound
    authority.check(by, "decide_appeal", person)
    casework.check_impartial(case, by)
    if by.pk in (decision.decided_by_id, decision.confirmed_by_id):
        raise OwnDecision
    if waiting.outcome != Outcome.WAITING:
        raise AppealDecided
    waiting.outcome = Outcome.GRANTED if grant else Outcome.UPHELD
    waiting.answer, waiting.decided_by, waiting.decided_at = answer.strip(), by, timezone.now()
    waiting.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    if grant:
        deciding.take_back(decision, case, person, by=by, reason="appeal", reopen=False)
    else:
        settling.tell(decision)
    audit.record(
        by=by,
        action=f"appeal.{'grant' if grant else 'uphold'}",
        subject=waiting,
        decision=decision.pk,
        person=decision.person_id,
    )
    return waiting
