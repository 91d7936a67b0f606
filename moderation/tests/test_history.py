from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import SessionFactory, UserFactory
from moderation import history
from moderation.digests import digest_of
from moderation.models import Appeal, Case, Decision, Reason, Report, Subject
from moderation.reporting import report
from moderation.tests.factories import CaseFactory, NoteFactory, ReportFactory, staff
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory, PromptFactory
from screening.models import Finding, Response

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    dog = ProfileFactory(name="Rex")
    PromptFactory(profile=dog)
    return CaseFactory(about=dog.user, about_digest=digest_of(dog.user))


def decided(case, kind=Decision.Kind.WARN):
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
    return Decision.objects.create(
        case=case, person=case.about, kind=kind, reason=Reason.SPAM, in_force_at=timezone.now(),
        decided_by=staff(),
    )  # fmt: skip


def fill(case, number):
    """So many of everything that stands beside a case."""
    person = case.about
    for n in range(number):
        earlier = CaseFactory(about=person, closed_at=timezone.now())
        Appeal.objects.create(decision=decided(earlier), text="No.")
        SessionFactory(user=person, device_id=uuid4() if n % 2 else None)
        NoteFactory(case=case)
        Block.objects.create(blocker=UserFactory(), blocked=person)
        Finding.objects.create(
            user=person, kind="link", response=Response.FLAG, subject_type="profile",
            subject_id=person.profile.pk,
        )  # fmt: skip
        report(
            reporter=person,
            subject_type=Subject.PROFILE,
            subject_id=ProfileFactory().pk,
            reason=Reason.SPAM,
        )


def test_a_case_shows_the_person_with_all_that_is_known(case):
    fill(case, 2)
    Report.objects.filter(reporter=case.about)[:1].get().delete()
    Report.objects.filter(reporter=case.about).update(outcome="acted", decided_at=timezone.now())
    device = uuid4()
    for _ in range(2):
        SessionFactory(user=case.about, device_id=device, user_agent="PupMatch/2")
    found = history.of(case.pk)
    assert (found.case, found.person, found.profile.name) == (case, case.about, "Rex")
    assert len(found.profile.photos.all()) == 2
    assert len(found.profile.prompts.all()) == 1
    assert [len(each.decisions_shown) for each in found.earlier] == [1, 1]
    assert {decision.appeal.text for decision in found.decisions} == {"No."}
    assert found.reports_made == {"waiting": 0, "acted": 1, "dismissed": 0}
    assert (found.blocks_received, len(found.notes), len(found.findings)) == (2, 2, 2)
    assert len(found.sign_ins) == 4
    latest, _ = found.devices
    assert (latest.id, latest.sign_ins, latest.user_agent) == (device, 2, "PupMatch/2")


def test_who_came_back_with_the_address_has_what_they_left_with_beside_them(case):
    decided(case)
    address = case.about.email
    case.about.delete()
    again = ProfileFactory(user__email=address).user
    current = CaseFactory(about=again, about_digest=digest_of(again))
    found = history.of(current.pk)
    assert found.earlier == [case]
    assert [decision.case_id for decision in found.decisions] == [case.pk]


def test_a_case_of_somebody_who_left_and_of_a_place():
    gone = ReportFactory().case
    gone.about.delete()
    found = history.of(gone.pk)
    assert (found.person, found.profile, found.sign_ins) == (None, None, [])
    [reported] = history.reports_of(found.case)
    assert reported.thing is None
    place = PlaygroundFactory()
    closed = CaseFactory(about=None, playground_id=place.pk, closed_at=timezone.now())
    current = CaseFactory(about=None, playground_id=place.pk)
    assert history.of(current.pk).earlier == [closed]
    assert history.of(uuid4()) is None


def test_reports_stand_by_weight_with_their_evidence_and_their_reporters_record(case):
    light = ReportFactory(about=case.about, weight=0.5)
    heavy = ReportFactory(about=case.about, weight=1.5, reporter=light.reporter,
                          subject_type="photo", subject_id=case.about.profile.photos.first().pk)  # fmt: skip
    ReportFactory(reporter=light.reporter, outcome="dismissed", decided_at=timezone.now())
    first, second = history.reports_of(case)
    assert (first.report, second.report) == (heavy, light)
    assert first.record == (0, 1)
    assert first.record.weight == pytest.approx(2 / 3)
    assert first.thing.label == "photo 1 of Rex"
    assert second.evidence.content["messages"] == []


def test_what_stands_beside_a_case_costs_the_same_for_a_little_and_for_a_lot(case):
    fill(case, 1)
    ReportFactory(about=case.about)
    with CaptureQueriesContext(connection) as little:
        history.reports_of(history.of(case.pk).case)
    fill(case, 10)
    ReportFactory.create_batch(10, about=case.about)
    with CaptureQueriesContext(connection) as lot:
        shown = history.of(case.pk)
        assert len(history.reports_of(shown.case)) == 11
    assert len(lot) == len(little) <= 12
