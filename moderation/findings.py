"""What was noticed by itself, on its way into cases."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from moderation.casework import gather, lock_people, open_case
from moderation.models.cases import Severity
from screening.models import Finding, Response

Kind = Finding.Kind

SEVERITIES = {
    Kind.CONTACT: Severity.LOW,
    Kind.LINK: Severity.LOW,
    Kind.TERM: Severity.LOW,
    Kind.SIMILAR_OPENERS: Severity.NORMAL,
    Kind.MANY_OPENERS: Severity.NORMAL,
    Kind.BANNED_PHOTO: Severity.HIGH,
    Kind.BANNED_TEXT: Severity.HIGH,
    Kind.BANNED_DEVICE: Severity.HIGH,
}
BATCH = 500


def gather_findings() -> int:
    """Take up every new finding in its person's case, and say how many there were.

    A transaction for each person. Safe to run twice at once: each finding is counted once.
    """
    taken = 0
    while people := _people_with_news():
        taken += sum(_gather_of(user_id) for user_id in people)
    return taken


def _people_with_news() -> list[UUID]:
    news = Finding.objects.new().order_by("created_at").values_list("user_id", flat=True)
    return list(dict.fromkeys(news[:BATCH]))


@transaction.atomic
def _gather_of(user_id: UUID) -> int:
    # The account first, as everybody does: whoever is being erased takes their findings along.
    user = lock_people([user_id]).get(user_id)
    news = list(Finding.objects.new().filter(user=user_id)) if user else []
    if not news:
        return 0
    severity = max(severity_of(finding) for finding in news)
    case = open_case(about=user, playground_id=None, severity=severity)
    gather(case=case, severity=severity, findings=len(news))
    taken = Finding.objects.filter(pk__in=[finding.pk for finding in news])
    return taken.update(gathered_at=timezone.now())


def severity_of(finding: Finding) -> Severity:
    """How long it may wait; what is held until somebody looks at it does not wait for a week."""
    severity = SEVERITIES[Kind(finding.kind)]
    return max(severity, Severity.NORMAL) if finding.response == Response.HOLD else severity
