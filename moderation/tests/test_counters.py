import pytest

from moderation.counters import CASES
from moderation.models import Case
from moderation.tasks import repair_counters
from moderation.tests.factories import ReportFactory
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


def test_what_open_cases_count_is_compared_with_their_reports_and_set_right():
    user = ProfileFactory().user
    for weight in (0.1, 0.2, 0.7):
        case = ReportFactory(about=user, weight=weight).case
    closed = ReportFactory().case
    Case.objects.filter(pk=closed.pk).update(closed_at=closed.opened_at, report_count=7)
    assert not CASES.check(repair=False)
    Case.objects.filter(pk=case.pk).update(report_count=9, weight=9)
    wrong = {"moderation_case.report_count": 1, "moderation_case.weight": 1}
    assert CASES.check(repair=False) == wrong
    repair_counters()
    case.refresh_from_db()
    assert (case.report_count, case.weight) == (3, pytest.approx(1))
    closed.refresh_from_db()
    assert closed.report_count == 7
