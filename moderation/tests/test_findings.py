import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.credentials import remove_account
from accounts.models import User
from moderation import findings
from moderation.models import Case, Report
from moderation.models.cases import Severity
from moderation.tests.factories import ReportFactory
from profiles.tests.factories import ProfileFactory
from screening.models import Finding, Response

pytestmark = pytest.mark.django_db

Kind = Finding.Kind


def noticed(user=None, kind=Kind.LINK, response=Response.FLAG):
    user = user or ProfileFactory().user
    return Finding.objects.create(
        user=user, kind=kind, response=response, subject_type="profile", subject_id=user.profile.pk
    )


def test_findings_gather_in_the_open_case_of_their_person():
    report = ReportFactory()
    user = report.case.about
    noticed(user)
    noticed(user, Kind.SIMILAR_OPENERS)
    other = noticed().user
    assert findings.gather_findings() == 3
    assert findings.gather_findings() == 0
    case = Case.objects.get(about=user)
    assert case == report.case
    assert (case.finding_count, case.report_count) == (2, 1)
    assert Case.objects.get(about=other).weight == 0
    assert not Finding.objects.new().exists()
    assert Report.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "response", "severity"),
    [
        (Kind.LINK, Response.FLAG, Severity.LOW),
        (Kind.LINK, Response.HOLD, Severity.NORMAL),
        (Kind.MANY_OPENERS, Response.FLAG, Severity.NORMAL),
        (Kind.BANNED_PHOTO, Response.HOLD, Severity.HIGH),
    ],
)
def test_how_long_a_finding_may_wait(kind, response, severity):
    assert findings.severity_of(Finding(kind=kind, response=response)) == severity


def test_every_kind_of_finding_has_a_severity():
    assert set(findings.SEVERITIES) == set(Kind)


def test_many_findings_of_one_person_cost_what_one_costs():
    noticed()
    with CaptureQueriesContext(connection) as one:
        findings.gather_findings()
    user = ProfileFactory().user
    for _ in range(20):
        noticed(user)
    with CaptureQueriesContext(connection) as many:
        findings.gather_findings()
    assert len(many) == len(one)


@pytest.mark.django_db(transaction=True)
def test_gathering_twice_at_once_counts_each_finding_once(in_parallel):
    people = [ProfileFactory().user for _ in range(5)]
    for user in people * 4:
        noticed(user)
    counted = in_parallel(*[findings.gather_findings] * 3)
    assert sum(counted) == 20
    assert list(Case.objects.values_list("finding_count", flat=True)) == [4] * 5


@pytest.mark.django_db(transaction=True)
def test_gathering_crosses_an_erasure_without_an_error(in_parallel):
    for _ in range(8):
        user = noticed().user
        noticed(user)
        gathered, erased = in_parallel(
            findings.gather_findings, lambda user=user: remove_account(user=user)
        )
        assert erased is None
        assert gathered in (0, 2)
        assert not User.objects.filter(pk=user.pk).exists()
