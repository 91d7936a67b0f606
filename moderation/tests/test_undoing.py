"""Undoing decisions; and decisions that fail before they are made."""

import pytest
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.tests.factories import UserFactory
from moderation import appeals, authority, deciding
from moderation.counters import CASES
from moderation.models import Case, Decision, Report
from moderation.tests.desk import MODERATOR, case_of, decided, dog, lead, outcomes, told, undone
from moderation.tests.factories import ReportFactory, staff
from pupmatch.lib.models import AuditEntry, Job

pytestmark = pytest.mark.django_db

Kind, State = Decision.Kind, Decision.State


def test_undoing_is_told_to_the_person_and_to_the_reporters():
    me, reporter = dog(), UserFactory()
    decision = decided(me, Kind.WARN, case=case_of(me, reporter=reporter))
    by = lead()
    assert deciding.undo(decision=decision, by=by, reason="A mistake.")
    assert not deciding.undo(decision=decision, by=lead(), reason="Again.")
    decision.refresh_from_db()
    assert (decision.state, decision.undone_by) == (State.UNDONE, by)
    report = Report.objects.get(reporter=reporter)
    assert report.outcome == "dismissed"
    assert told(me.user) == [
        ("decision.created", str(decision.pk)),
        ("decision.updated", str(decision.pk)),
    ]
    assert told(reporter) == [("report.decided", str(report.pk))] * 2
    entry = AuditEntry.objects.get(action="decision.undo")
    assert (entry.actor_id, entry.reason) == (by.pk, "A mistake.")


def test_undoing_needs_its_permission():
    decision = decided(dog(), Kind.WARN)
    with pytest.raises(authority.NotAllowed):
        deciding.undo(decision=decision, by=staff(*MODERATOR), reason="")


@pytest.mark.parametrize("kind", ["dismiss", "warn"])
def test_a_case_can_be_taken_up_again(kind):
    me = dog()
    decision = decided(me, kind)
    undone(decision, reopen=True)
    case = Case.objects.get()
    assert (case.closed_at, outcomes(case)) == (None, {"waiting"})
    assert Report.objects.get().decided_at is None
    assert not CASES.check(repair=False)
    again = decided(me, Kind.LIMIT, case=case)
    assert outcomes(again.case) == {"acted"}


def test_what_is_taken_up_again_joins_the_case_that_is_open_by_then():
    me, reporter = dog(), UserFactory()
    decision = decided(me, Kind.DISMISS, case=case_of(me, reporter=reporter))
    repeated = case_of(me, reporter=reporter)
    other = ReportFactory(case=decision.case, about=me.user, outcome="dismissed", weight=3,
                          decided_at=timezone.now())  # fmt: skip
    undone(decision)
    current = Case.objects.open().get()
    assert current == repeated
    other.refresh_from_db()
    assert (other.case, other.outcome) == (current, "waiting")
    # What was reported twice meanwhile waits once.
    assert list(Report.objects.filter(reporter=reporter, outcome="waiting")) == [
        current.reports.get(reporter=reporter)
    ]
    assert (current.report_count, current.weight) == (2, 4)
    assert not CASES.check(repair=False)


def test_an_appeal_that_waits_is_granted_by_undoing():
    me = dog()
    decision = decided(me, Kind.WARN)
    appeal = appeals.appeal(decision=decision, by_person=me.user, text="It was not me.")
    undone(decision)
    appeal.refresh_from_db()
    assert appeal.outcome == "granted"


def test_decisions_outlive_the_account():
    me = dog()
    decisions = [decided(me, kind) for kind in ("warn", "hold_photos", "suspend", "ban")]
    remove_account(user=me.user)
    for decision in decisions:
        assert undone(decision)
        decision.refresh_from_db()
        assert (decision.person, decision.state) == (None, State.UNDONE)


# --- All or nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind.values)
def test_what_fails_at_the_end_leaves_nothing_behind(kind, monkeypatch):
    me, by = dog(), lead()
    case = case_of(me)
    Job.objects.all().delete()
    before = (list(Case.objects.values()), list(Report.objects.values()), told(me.user))
    me.user.refresh_from_db()
    user = dict(me.user.__dict__)

    def fail(**kwargs):
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("pupmatch.lib.audit.record", fail)
    with pytest.raises(RuntimeError):
        decided(me, kind, by=by, case=case)
    assert before == (list(Case.objects.values()), list(Report.objects.values()), told(me.user))
    assert not Decision.objects.exists()
    assert not Job.objects.exists()
    me.user.refresh_from_db()
    assert {**me.user.__dict__, "_state": 0} == {**user, "_state": 0}
    assert me.photos.shown().count() == 3
