"""Reports with their evidence, the cases they gather in, and what staff decide."""

from moderation.models.cases import Case, Note
from moderation.models.decisions import Appeal, Decision
from moderation.models.reports import Evidence, EvidenceFile, Reason, Report, Subject

__all__ = [
    "Appeal", "Case", "Decision", "Evidence", "EvidenceFile", "Note", "Reason", "Report", "Subject",
]  # fmt: skip
