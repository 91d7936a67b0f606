"""What the desk asks all day goes by indexes, however much lies behind it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from moderation import subjects, weights
from moderation.evidence import _of_case
from moderation.models import Case, Evidence, EvidenceFile, Report, Subject
from profiles.models import Photo, Profile
from pupmatch.lib.models import DiscardedFile
from pupmatch.lib.tests.plans import assert_plan
from screening.models import Finding

pytestmark = pytest.mark.django_db

PEOPLE = 3000


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker):
    """A case for each of 3,000 people, one in four open, with a report, a file and two findings."""
    with django_db_blocker.unblock():
        users = User.objects.bulk_create(
            User(email=f"desk{n}@plans.example") for n in range(PEOPLE)
        )
        try:
            yield _fill(users)
        finally:
            Case.objects.all().delete()
            User.objects.filter(email__endswith="@plans.example").delete()
            DiscardedFile.objects.all().delete()


def _fill(users):
    now = timezone.now()
    dogs = Profile.objects.bulk_create(
        Profile(user=user, name="Rex", birth_date="2022-01-01") for user in users
    )
    Photo.objects.bulk_create(
        Photo(profile=dog, position=0, width=1, height=1, byte_size=1, large=f"{dog.pk}.webp")
        for dog in dogs
    )
    cases = Case.objects.bulk_create(
        Case(
            about=user,
            about_digest=user.pk.hex,
            due_at=now + timedelta(minutes=n),
            ranked_at=now + timedelta(minutes=n),
            closed_at=now - timedelta(minutes=n) if n % 4 else None,
        )
        for n, user in enumerate(users)
    )
    reports = Report.objects.bulk_create(
        Report(
            case=case,
            reporter=users[n // 2],
            subject_type=Subject.PROFILE,
            subject_id=dogs[n].pk,
            reason="spam",
        )
        for n, case in enumerate(cases)
    )
    kept = Evidence.objects.bulk_create(Evidence(report=row, content={}) for row in reports)
    EvidenceFile.objects.bulk_create(
        EvidenceFile(
            evidence=row, photo_id=row.pk, source=f"{n}.webp", name=f"{n}" if n % 9 else ""
        )
        for n, row in enumerate(kept)
    )
    about = {"kind": "link", "response": "flag", "subject_type": "profile"}
    Finding.objects.bulk_create(
        Finding(user=user, subject_id=user.pk, gathered_at=now if n else None, **about)
        for user in users
        for n in range(2)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return cases


def test_the_queue(desk):
    page = Case.objects.open().in_order()[:50]
    assert_plan(page, uses="case_queue")
    assert_plan(
        Case.objects.free_for(desk[0].about).in_order()[:1],
        uses="case_queue",
        small=["moderation_decision"],
    )
    assert_plan(Case.objects.overdue(), uses="case_by_due_time")


def test_the_open_case_of_a_person(desk):
    assert_plan(Case.objects.open().filter(about=desk[0].about), uses="case_one_open_per_person")


def test_what_stood_beside_an_address(desk):
    found = Case.objects.filter(about_digest=desk[0].about_digest, about__isnull=False)
    assert_plan(found, uses="case_by_digest")


def test_what_one_reported_and_what_is_reported_again(desk):
    reporter = desk[0].about
    assert_plan(Report.objects.filter(reporter=reporter), uses="moderation_report_reporter_id")
    again = Report.objects.filter(
        reporter=reporter, subject_type=Subject.PROFILE, subject_id=uuid4(), outcome="waiting"
    )
    assert_plan(again, uses="re")


def test_copies_of_a_case_and_what_shares_them(desk):
    assert_plan(_of_case(desk[0]), uses=["moderation_report_case_id", "evidence_file_once"])
    assert_plan(EvidenceFile.objects.filter(name="1"), uses="evidence_file_by_copy")
    waiting = EvidenceFile.objects.filter(source="9.webp", name="")
    assert_plan(waiting, uses="evidence_file_to_copy")


def test_whether_a_photo_can_be_seen(desk):
    kind = subjects.KINDS[Subject.PHOTO]
    photo = Photo.objects.order_by("pk")[PEOPLE // 2]
    rows = kind.rows().filter(kind.seen_by(desk[0].about), pk=photo.pk)
    assert_plan(
        rows,
        uses=["profiles_photo_pkey", "profiles_profile_pkey"],
        small=["accounts_block", "messaging_participant", "profiles_breed"],
    )


def test_how_much_a_report_weighs(desk):
    values = {"case": desk[0].pk, "reporter": desk[1].about_id}
    assert_plan(
        weights.LINKED, values, uses="moderation_report_case_id", small=["accounts_session"]
    )


def test_findings_that_no_case_has_taken_up(desk):
    news = Finding.objects.new()
    assert_plan(news.order_by("created_at")[:500], uses="finding_new")
    assert_plan(news.filter(user=desk[0].about), uses="screening_finding_user_id")


def test_cases_that_were_closed_long_ago(desk):
    old = Case.objects.filter(closed_at__lt=timezone.now() - timedelta(minutes=2900))
    assert_plan(old.order_by("closed_at")[:100], uses="case_by_close")
