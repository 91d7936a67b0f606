"""Work for later: photos of evidence, findings, mails, and what is kept no longer."""

from uuid import UUID

from moderation import evidence, findings, mails, retention
from moderation.counters import COUNTERS
from moderation.models import Decision
from pupmatch.lib.jobs import task
from pupmatch.lib.mail import deliver


@task(queue="moderation", tries=12)
def copy_evidence_files(evidence_id: UUID | str) -> None:
    """Copy the photos of a report's evidence to where only staff see them."""
    evidence.copy_files(UUID(str(evidence_id)))


@task(queue="moderation", tries=6)
def gather_findings() -> None:
    """Take up what was noticed by itself in cases."""
    findings.gather_findings()


@task(queue="upkeep", tries=3, every="53 3 * * *")
def forget_closed_cases() -> None:
    """Cases that were closed long ago, with all that is in them."""
    retention.forget_closed_cases()


@task(queue="upkeep", tries=3, every="38 4 * * *")
def repair_counters() -> None:
    """Set right what open cases count of their reports."""
    for counters in COUNTERS:
        counters.check(repair=True)


@task(queue="mail", tries=12)
def mail_decision(decision_id: str, state: str) -> None:
    """What a person is told of a decision, or of its end; nothing once that is overtaken.

    To unverified addresses, too: whoever is barred may never open the app again. The mail quotes
    nothing, so a stranger learns nothing by it.
    """
    found = Decision.objects.filter(pk=decision_id, state=state)
    decision = found.select_related("case", "person").first()
    if decision is not None and (mail := mails.about(decision)):
        deliver(mail)
