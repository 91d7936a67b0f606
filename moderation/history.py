"""What stands beside a case: the person, what they did before, and who else is in it.

Each half costs the same number of queries for a little and for a lot: `of` eight, `reports_of` three
and another for each kind of thing that was reported.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Block, Session, User
from moderation import subjects
from moderation.models import Case, Decision, Evidence, EvidenceFile, Note, Report
from moderation.subjects import Thing
from moderation.weights import Record, records_of
from profiles.models import Photo, Profile, Prompt
from screening.models import Finding

# How much is shown; there are lists for the rest.
SIGN_INS = 20
SESSIONS = 200
CASES = 20
FINDINGS = 50
REPORTS = 100


class Device(NamedTuple):
    """An installation of the app that somebody signed in on."""

    id: UUID
    user_agent: str
    last_used_at: datetime
    sign_ins: int


@dataclass(frozen=True)
class History:
    """A case with its person; without one for a place that is nobody's, and after an erasure."""

    case: Case
    person: User | None
    profile: Profile | None
    # Other cases about the same person, address or place, newest first, with their decisions.
    earlier: list[Case]
    # All decisions of those and of this case, newest first, with their appeals.
    decisions: list[Decision]
    # How the reports that the person made ended, by outcome.
    reports_made: dict[str, int]
    blocks_received: int
    sign_ins: list[Session]
    devices: list[Device]
    notes: list[Note]
    findings: list[Finding]


def of(pk: UUID) -> History | None:
    """Everything that the desk shows beside a case; None where there is none."""
    case = _cases().filter(pk=pk).first()
    if case is None:
        return None
    person = case.about
    earlier = list(_earlier(case))
    sign_ins = list(_sign_ins(person)) if person else []
    return History(
        case=case,
        person=person,
        profile=getattr(person, "profile", None),
        earlier=earlier,
        decisions=_decisions(case, earlier),
        reports_made={str(name): vars(case)[f"made_{name}"] for name in Report.Outcome},
        blocks_received=vars(case)["blocks_received"],
        sign_ins=sign_ins[:SIGN_INS],
        devices=_devices(sign_ins),
        notes=list(case.notes.select_related("author").order_by("-created_at")),
        findings=list(_findings(person)) if person else [],
    )


def _number(rows: QuerySet, by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _cases() -> QuerySet[Case]:
    photos = Photo.objects.order_by("position")
    prompts = Prompt.objects.order_by("position")
    made = Report.objects.filter(reporter=OuterRef("about"))
    return (
        Case.objects.select_related("about__profile__breed", "claimed_by")
        .prefetch_related(
            Prefetch("about__profile__photos", photos), Prefetch("about__profile__prompts", prompts)
        )
        .annotate(
            blocks_received=_number(Block.objects.filter(blocked=OuterRef("about")), "blocked"),
            **{
                f"made_{name}": _number(made.filter(outcome=name), "reporter")
                for name in Report.Outcome
            },
        )
    )


def _earlier(case: Case) -> QuerySet[Case]:
    same = Q(about=case.about_id) if case.about_id else Q()
    if case.about_digest:
        same |= Q(about_digest=case.about_digest)
    if case.playground_id:
        same |= Q(playground_id=case.playground_id)
    others = Case.objects.filter(same).exclude(pk=case.pk) if same else Case.objects.none()
    return others.order_by("-opened_at")[:CASES]


def _decisions(case: Case, earlier: list[Case]) -> list[Decision]:
    rows = Decision.objects.filter(case__in=[case, *earlier])
    told = rows.select_related("appeal", "decided_by", "confirmed_by", "undone_by")
    found = list(told.order_by("-created_at"))
    for each in (case, *earlier):
        each.decisions_shown = [row for row in found if row.case_id == each.pk]  # type: ignore[attr-defined]
    return found


def _sign_ins(person: User) -> QuerySet[Session]:
    return Session.objects.filter(user=person).order_by("-last_used_at")[:SESSIONS]


def _devices(sign_ins: list[Session]) -> list[Device]:
    """The installations behind sign-ins that are sorted by last use, the latest first."""
    found: dict[UUID, Device] = {}
    for session in sign_ins:
        if (pk := session.device_id) is None:
            continue
        known = found.get(pk, Device(pk, session.user_agent, session.last_used_at, 0))
        found[pk] = known._replace(sign_ins=known.sign_ins + 1)
    return list(found.values())


def _findings(person: User) -> QuerySet[Finding]:
    return Finding.objects.filter(user=person).order_by("-created_at")[:FINDINGS]


# --- What was reported ----------------------------------------------------------------------------


class Reported(NamedTuple):
    """A report with its evidence, how reliable its reporter is, and what is left of the thing."""

    report: Report
    evidence: Evidence | None
    record: Record | None
    thing: Thing | None


def reports_of(case: Case) -> list[Reported]:
    """What a case consists of, the weightiest first; the newest REPORTS of them."""
    newest = case.reports.select_related("reporter__profile", "evidence").order_by("-created_at")
    files = Prefetch("evidence__files", EvidenceFile.objects.order_by("pk"))
    reports = list(newest.prefetch_related(files)[:REPORTS])
    records = records_of({report.reporter_id for report in reports if report.reporter_id})
    things = subjects.get_many((report.subject_type, report.subject_id) for report in reports)
    found = [
        Reported(
            report,
            getattr(report, "evidence", None),
            records.get(report.reporter_id) if report.reporter_id else None,
            things.get((report.subject_type, report.subject_id)),
        )
        for report in reports
    ]
    return sorted(found, key=lambda each: -each.report.weight)
