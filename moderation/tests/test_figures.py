from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from moderation import appeals, casework, figures
from moderation.models import Case, Decision
from moderation.tests.desk import an_old_dog, case_of, decided, dog, lead, undone
from profiles.models import Photo
from verification.tests.factories import VerificationFactory

pytestmark = pytest.mark.django_db

Kind = Decision.Kind
# A Wednesday.
NOW = datetime(2026, 6, 17, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def test_an_empty_desk():
    assert figures.desk() == (0, 0, 0, None, 0, 0, 0, 0)
    assert figures.appeals_granted() is None
    assert set(map(tuple, figures.reports_by_reason().counts.values())) == {(0,) * 12}


def test_what_waits_and_how_fast_it_goes():
    waiting = [case_of(dog()) for _ in range(3)]
    Case.objects.filter(pk=waiting[0].pk).update(due_at=NOW - timedelta(hours=1))
    decided(an_old_dog(), Kind.BAN)
    for hours, ago in ((1, 0), (3, 2), (5, 6), (90, 8)):
        closed = decided(dog(), Kind.WARN).case
        closed_at = NOW - timedelta(days=ago)
        opened_at = closed_at - timedelta(hours=hours)
        Case.objects.filter(pk=closed.pk).update(opened_at=opened_at, closed_at=closed_at)
    decision = decided(dog(), Kind.LIMIT)
    Case.objects.filter(pk=decision.case_id).update(opened_at=NOW - timedelta(hours=9))
    appeals.appeal(decision=decision, by_person=decision.person, text="No.")
    VerificationFactory()
    Photo.objects.exclude(pk=Photo.objects.first().pk).update(reviewed_at=NOW)
    desk = figures.desk()
    assert desk == figures.Desk(
        open=4,
        overdue=1,
        decided_today=2,
        median_to_decision=timedelta(hours=4),
        appeals_waiting=1,
        proposals_waiting=1,
        photos_to_review=1,
        verifications_waiting=1,
    )


def test_reports_and_decisions_by_the_week():
    for weeks in (0, 0, 1, 11, 12):
        decision = decided(dog(), Kind.WARN)
        made_at = NOW - timedelta(weeks=weeks)
        decision.case.reports.update(created_at=made_at)
        Decision.objects.filter(pk=decision.pk).update(created_at=made_at)
    decided(an_old_dog(), Kind.BAN)
    reports, decisions = figures.reports_by_reason(), figures.decisions_by_kind()
    assert reports.weeks[0].isoformat() == "2026-03-30"
    assert reports.weeks[-1].isoformat() == "2026-06-15"
    assert reports.weeks == decisions.weeks
    assert reports.counts["spam"] == [1, *[0] * 9, 1, 3]
    assert decisions.counts["warn"] == [1, *[0] * 9, 1, 2]
    assert sum(decisions.counts["ban"]) == 0  # only proposed
    assert set(decisions.counts) == set(Kind.values)


def test_the_share_of_appeals_that_were_granted():
    for grant in (True, False, False, False):
        decision = decided(dog(), Kind.WARN)
        appeal = appeals.appeal(decision=decision, by_person=decision.person, text="No.")
        appeals.decide_appeal(appeal=appeal, by=lead(), grant=grant, answer="So be it.")
    assert figures.appeals_granted() == 0.25


def test_a_transparency_report(clock):
    since = NOW - timedelta(days=30)
    for kind in (Kind.WARN, Kind.WARN, Kind.DISMISS):
        case = case_of(dog(), reason="animal_cruelty")
        clock.move_to(timezone.now() + timedelta(hours=2), tick=False)
        decided(None, kind, case=case, reason="animal_cruelty")
    noticed = casework.open_case(about=dog().user, playground_id=None, severity=2)
    casework.gather(case=noticed, severity=2, findings=1)
    undone(decided(None, Kind.LIMIT, case=noticed))
    own = casework.open_case(about=dog().user, playground_id=None, severity=2)
    decision = decided(None, Kind.SUSPEND, case=own)
    appeal = appeals.appeal(decision=decision, by_person=decision.person, text="No.")
    clock.move_to(timezone.now() + timedelta(hours=5), tick=False)
    appeals.decide_appeal(appeal=appeal, by=lead(), grant=False, answer="So be it.")
    waiting = case_of(dog(), reason="animal_cruelty")
    rows = figures.transparency(since, timezone.now() + timedelta(seconds=1))
    assert [row[:1] + row[2:] for row in rows] == [
        ("notices", "animal_cruelty", "received", 4),
        ("notices", "animal_cruelty", "waiting", 1),
        ("notices", "animal_cruelty", "acted", 2),
        ("notices", "animal_cruelty", "dismissed", 1),
        ("notices", "animal_cruelty", "median hours to decision", 2.0),
        ("measures", "animal_cruelty", "warn, after notices", 2),
        ("measures", "spam", "limit, after software noticed", 1),
        ("measures", "spam", "suspend, on own initiative", 1),
        ("measures taken back", "spam", "limit", 1),
        ("complaints", "spam", "upheld", 1),
        ("complaints", "spam", "upheld, median hours", 5.0),
        ("automated means", "", "decisions by software alone", 0),
    ]
    assert rows[0].category == "ANIMAL_WELFARE"
    assert figures.transparency(since - timedelta(days=9), since) == rows[-1:]
    assert waiting.closed_at is None


def test_figures_cost_the_same_for_little_and_for_much(django_assert_num_queries):
    for count in (1, 5):
        for _ in range(count):
            undone(decided(dog(), Kind.WARN))
        with django_assert_num_queries(6):
            figures.desk()
        with django_assert_num_queries(3):
            figures.reports_by_reason(), figures.decisions_by_kind(), figures.appeals_granted()
        with django_assert_num_queries(4):
            figures.transparency(NOW - timedelta(days=30), NOW + timedelta(days=1))
