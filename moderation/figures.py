"""How the desk is doing, and what the public is told about it. Each figure is one query by an index.

What was removed after settings.CASES_KEPT_DAYS is not counted any more: a report about a whole year
is made of two exports.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Aggregate, Case, CharField, Count, DurationField, F, Q, Value, When
from django.db.models.functions import TruncWeek
from django.utils import timezone

from moderation import photo_review
from moderation.models import Appeal, Decision, Reason, Report
from moderation.models import Case as ModerationCase
from moderation.rules import RULES
from verification.models import Verification

WEEKS = 12
RECENT = timedelta(days=7)


class Median(Aggregate):
    """The middle one of some lengths of time; None of none."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


# --- The dashboard --------------------------------------------------------------------------------


class Desk(NamedTuple):
    """What waits, and how fast it goes: six queries."""

    open: int
    overdue: int
    decided_today: int
    median_to_decision: timedelta | None
    appeals_waiting: int
    proposals_waiting: int
    photos_to_review: int
    verifications_waiting: int


def desk() -> Desk:
    """As it is now; the median is that of the cases closed within seven days."""
    now, cases = timezone.now(), ModerationCase.objects.all()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = cases.open().aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=now))
    )
    lately = cases.filter(closed_at__gt=now - RECENT).aggregate(
        decided_today=Count("pk", filter=Q(closed_at__gte=midnight)),
        median_to_decision=Median(F("closed_at") - F("opened_at")),
    )
    return Desk(
        **waiting,
        **lately,
        appeals_waiting=Appeal.objects.waiting().count(),
        proposals_waiting=Decision.objects.proposed().count(),
        photos_to_review=photo_review.waiting().count(),
        verifications_waiting=Verification.objects.waiting().count(),
    )


class Weekly(NamedTuple):
    """A count for each week and name: `counts[name][n]` is that of `weeks[n]`, a Monday."""

    weeks: list[date]
    counts: dict[str, list[int]]


def reports_by_reason() -> Weekly:
    """Reports of this week and the eleven before it."""
    rows = Report.objects.filter(created_at__gte=_mondays()[0])
    return _weekly(rows.annotate(week=TruncWeek("created_at"), name=F("reason")), Reason.values)


def decisions_by_kind() -> Weekly:
    """Decisions of this week and the eleven before it, whatever became of them."""
    rows = Decision.objects.filter(created_at__gte=_mondays()[0], in_force_at__isnull=False)
    kinds = Decision.Kind.values
    return _weekly(rows.annotate(week=TruncWeek("created_at"), name=F("kind")), kinds)


def appeals_granted() -> float | None:
    """Which share of the appeals that were answered in those weeks was granted."""
    answered = Appeal.objects.filter(decided_at__gte=_mondays()[0])
    granted = Q(outcome=Appeal.Outcome.GRANTED)
    count = answered.aggregate(all=Count("pk"), granted=Count("pk", filter=granted))
    return count["granted"] / count["all"] if count["all"] else None


def _mondays() -> list[datetime]:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def _weekly(rows: Any, names: Iterable[str]) -> Weekly:
    weeks = [monday.date() for monday in _mondays()]
    found = rows.order_by().values_list("week", "name").annotate(count=Count("pk"))
    counts = Counter({(week.date(), name): count for week, name, count in found})
    return Weekly(weeks, {name: [counts[week, name] for week in weeks] for name in names})


# --- Reports for the public -----------------------------------------------------------------------


class Row(NamedTuple):
    """One figure of a transparency report: of a rule, and its place in the EU's categories."""

    section: str
    category: str
    rule: str
    indicator: str
    value: float


def transparency(since: datetime, until: datetime) -> list[Row]:
    """What articles 15 and 24 of the EU's Digital Services Act ask for, of [since, until[.

    Notices are what people reported; measures are counted by who saw it first. Four queries. Times
    are hours, as medians.
    """
    span = (since, until)
    return [*_notices(span), *_measures(span), *_undone(span), *_complaints(span), *_automated()]


def _within(name: str, span: tuple[datetime, datetime]) -> Q:
    return Q(**{f"{name}__gte": span[0], f"{name}__lt": span[1]})


def _notices(span: tuple[datetime, datetime]) -> Iterator[Row]:
    rows = Report.objects.filter(_within("created_at", span)).order_by().values_list("reason")
    outcomes = Report.Outcome
    counted = rows.annotate(
        received=Count("pk"),
        length=Median(F("decided_at") - F("created_at")),
        waiting=Count("pk", filter=Q(outcome=outcomes.WAITING)),
        acted=Count("pk", filter=Q(outcome=outcomes.ACTED)),
        dismissed=Count("pk", filter=Q(outcome=outcomes.DISMISSED)),
    )
    for reason, received, length, *settled in counted.order_by("reason"):
        yield _row("notices", reason, "received", received)
        for outcome, count in zip(("waiting", "acted", "dismissed"), settled, strict=True):
            yield _row("notices", reason, outcome, count)
        if length is not None:
            yield _row("notices", reason, "median hours to decision", _hours(length))


# Who saw first what a case is about.
FIRST_SEEN = Case(
    When(case__report_count__gt=0, then=Value("after notices")),
    When(case__finding_count__gt=0, then=Value("after software noticed")),
    default=Value("on own initiative"),
    output_field=CharField(),
)


def _measures(span: tuple[datetime, datetime]) -> Iterator[Row]:
    rows = Decision.objects.filter(_within("created_at", span), in_force_at__isnull=False)
    counted = rows.exclude(kind=Decision.Kind.DISMISS).order_by().values("reason", "kind")
    for row in counted.annotate(seen=FIRST_SEEN, count=Count("pk")).order_by("reason", "kind"):
        yield _row("measures", row["reason"], f"{row['kind']}, {row['seen']}", row["count"])


def _undone(span: tuple[datetime, datetime]) -> Iterator[Row]:
    rows = Decision.objects.filter(_within("created_at", span), state=Decision.State.UNDONE)
    counted = rows.exclude(kind=Decision.Kind.DISMISS).order_by().values("reason", "kind")
    for row in counted.annotate(count=Count("pk")).order_by("reason", "kind"):
        yield _row("measures taken back", row["reason"], row["kind"], row["count"])


def _complaints(span: tuple[datetime, datetime]) -> Iterator[Row]:
    rows = Appeal.objects.filter(_within("decided_at", span)).order_by()
    counted = rows.values("decision__reason", "outcome").annotate(
        count=Count("pk"), hours=Median(F("decided_at") - F("created_at"))
    )
    for row in counted.order_by("decision__reason", "outcome"):
        reason, outcome = row["decision__reason"], row["outcome"]
        yield _row("complaints", reason, outcome, row["count"])
        yield _row("complaints", reason, f"{outcome}, median hours", _hours(row["hours"]))


def _automated() -> Iterator[Row]:
    # Software tells staff and holds until they have looked; it decides nothing.
    yield Row("automated means", "", "", "decisions by software alone", 0)


def _row(section: str, reason: str, indicator: str, value: float) -> Row:
    return Row(section, RULES[reason].category, reason, indicator, value)


def _hours(length: timedelta) -> float:
    return round(length / timedelta(hours=1), 1)
