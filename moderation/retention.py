"""How long what staff work with is kept."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from moderation.models import Appeal, Case, Decision, Note, Report
from pupmatch.lib import files

BATCH = 100


def forget_closed_cases() -> int:
    """Remove cases closed longer ago than settings.CASES_KEPT_DAYS, and say how many.

    Reports, evidence with its files, notes and decisions go with them; entries of the audit stay. A
    decision that still keeps somebody out or something from being shown, or that they appeal, stays
    with the bare case: as long as it has an effect it can be read, and undone.
    """
    past = timezone.now() - timedelta(days=settings.CASES_KEPT_DAYS)
    old = Case.objects.filter(closed_at__lt=past).order_by("closed_at")
    _strip(old.filter(Exists(_lasting())).order_by())
    removed = 0
    while batch := list(old.exclude(Exists(_lasting())).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            removed += Case.objects.filter(pk__in=batch).delete()[1].get(Case._meta.label, 0)
    files.purge()
    return removed


def _lasting() -> QuerySet[Decision]:
    now, kinds = timezone.now(), Decision.Kind
    keeps_out = Q(kind=kinds.BAN) | Q(kind__in=[kinds.LIMIT, kinds.SUSPEND], until__gt=now)
    holds = Q(kind__in=[kinds.REMOVE, kinds.HOLD_PHOTOS])
    appealed = Q(appeal__outcome=Appeal.Outcome.WAITING)
    # Who left has nothing that could be held; a place stays.
    concerned = Q(person__isnull=False) | Q(case__playground_id__isnull=False)
    effective = Decision.objects.in_force().filter(concerned, case=OuterRef("pk"))
    return effective.filter(keeps_out | holds | appealed)


@transaction.atomic
def _strip(cases: QuerySet[Case]) -> None:
    Report.objects.filter(case__in=cases).delete()
    Note.objects.filter(case__in=cases).delete()
