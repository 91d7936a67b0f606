"""Work for later: photos of evidence, findings, and what is kept no longer."""

from uuid import UUID

from moderation import evidence, findings, retention
from pupmatch.lib.jobs import task


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
