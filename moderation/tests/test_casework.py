from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from moderation import casework
from moderation.casework import CaseClaimed, CaseClosed, OwnCase
from moderation.models import Case, Note
from moderation.models.cases import DUE_WITHIN, Severity
from moderation.tests.factories import CaseFactory, ReportFactory, staff
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_person_has_one_open_case_and_a_place_another():
    user = ProfileFactory().user
    place = CaseFactory(about=None, playground_id=user.pk)
    first = casework.open_case(about=user, playground_id=None, severity=Severity.LOW)
    assert casework.open_case(about=user, playground_id=None, severity=Severity.HIGH) == first
    assert casework.open_case(about=None, playground_id=user.pk, severity=Severity.LOW) == place
    Case.objects.filter(pk=first.pk).update(closed_at=timezone.now())
    again = casework.open_case(about=user, playground_id=None, severity=Severity.LOW)
    assert again != first
    assert again.about_digest == first.about_digest != ""


def test_what_gathers_moves_a_case_ahead_and_never_back():
    case = CaseFactory(severity=Severity.LOW)
    was_due, was_ranked = case.due_at, case.ranked_at
    casework.gather(case=case, severity=Severity.CRITICAL, weight=1, reports=1)
    assert case.severity == Severity.CRITICAL
    assert case.due_at < was_due
    assert case.ranked_at < was_ranked
    is_due, is_ranked = case.due_at, case.ranked_at
    casework.gather(case=case, severity=Severity.LOW, weight=1, reports=1, findings=2)
    case.refresh_from_db()
    assert (case.severity, case.due_at) == (Severity.CRITICAL, is_due)
    assert case.ranked_at < is_ranked
    assert (case.weight, case.report_count, case.finding_count) == (2, 2, 2)


def test_the_queue_is_by_due_time_and_half_a_day_ahead_for_each_doubling_of_the_weight():
    now = timezone.now()
    light = casework.rank(due_at=now, weight=0)
    assert light == now - DUE_WITHIN[Severity.LOW]
    assert casework.rank(due_at=now, weight=1) == light - timedelta(hours=12)
    assert casework.rank(due_at=now, weight=3) == light - timedelta(hours=24)
    assert casework.rank(due_at=now + timedelta(days=3), weight=20) > light


def test_a_claim_keeps_others_away_until_it_is_over():
    case, me, other = CaseFactory(), staff(), staff()
    casework.claim(case=case, by=me)
    for refused in (casework.claim, casework.release, casework.work_on):
        with pytest.raises(CaseClaimed) as error:
            refused(case=case, by=other)
        assert error.value.members["until"] > timezone.now()
    Case.objects.update(claimed_until=timezone.now())
    assert casework.claim(case=case, by=other).claimed_by == other
    assert list(
        AuditEntry.objects.order_by("id").values_list("actor_id", "action", "subject_id")
    ) == [(me.pk, "case.claim", str(case.pk)), (other.pk, "case.claim", str(case.pk))]


def test_work_extends_a_claim():
    case, me = CaseFactory(), staff()
    casework.claim(case=case, by=me)
    for work in (
        lambda: casework.add_note(case=case, by=me, text="Looked at it."),
        lambda: casework.work_on(case=case, by=me),
        lambda: casework.claim(case=case, by=me),
    ):
        Case.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
        work()
        case.refresh_from_db()
        assert case.claimed_until > timezone.now() + timedelta(minutes=29)
    assert case.notes.get().text == "Looked at it."


def test_a_note_of_somebody_else_claims_nothing():
    case, me = CaseFactory(), staff()
    casework.add_note(case=case, by=me, text="For whoever has it.")
    case.refresh_from_db()
    assert case.claimed_by is None
    assert Note.objects.get().author == me


def test_a_released_case_is_free():
    case, me = CaseFactory(), staff()
    assert not casework.release(case=case, by=me)
    casework.claim(case=case, by=me)
    assert casework.release(case=case, by=me)
    assert casework.claim(case=case, by=staff()).claimed_by != me


def test_nobody_works_on_a_closed_case_nor_on_their_own():
    case = CaseFactory()
    with pytest.raises(OwnCase):
        casework.claim(case=case, by=case.about)
    Case.objects.update(closed_at=timezone.now())
    with pytest.raises(CaseClosed):
        casework.work_on(case=case, by=staff())


def test_the_next_case_is_the_most_urgent_one_that_is_free():
    me, now = staff(), timezone.now()
    later = CaseFactory()
    urgent = CaseFactory(severity=Severity.CRITICAL)
    taken = CaseFactory(severity=Severity.CRITICAL, opened_at=now - timedelta(days=9))
    casework.claim(case=taken, by=staff())
    own = CaseFactory(about=me, severity=Severity.CRITICAL)
    CaseFactory(closed_at=now, severity=Severity.CRITICAL)
    assert casework.next_case(by=me) == urgent
    assert casework.next_case(by=me) == urgent
    assert casework.next_case(by=me, after=urgent) == later
    other = staff()
    assert casework.next_case(by=other) == own
    assert casework.next_case(by=other, after=own) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_claim_at_once_one_wins(in_parallel):
    for _ in range(10):
        case = CaseFactory()
        people = [staff(), staff()]
        claims = [partial(casework.claim, case=case, by=by) for by in people]
        results = in_parallel(*claims)
        assert sorted(isinstance(result, CaseClaimed) for result in results) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_for_the_next_case_at_once_get_different_ones(in_parallel):
    cases = {CaseFactory().pk for _ in range(4)}
    people = [staff() for _ in range(4)]
    results = in_parallel(*(lambda by=by: casework.next_case(by=by) for by in people))
    assert {case.pk for case in results if case} <= cases
    assert len({case.pk for case in results if case}) == len([case for case in results if case])


def test_the_factory_of_reports_gathers_them_in_one_case():
    user = ProfileFactory().user
    ReportFactory.create_batch(3, about=user)
    assert Case.objects.get().report_count == 3
    assert UserFactory().cases.count() == 0
