from datetime import timedelta

import pytest
from django.utils import timezone

from moderation.models import Appeal, Case, Decision, Evidence, EvidenceFile, Note, Reason, Report
from moderation.retention import forget_closed_cases
from moderation.tests.factories import NoteFactory, ReportFactory, staff
from pupmatch.lib import audit, files, private
from pupmatch.lib.models import AuditEntry, DiscardedFile

pytestmark = pytest.mark.django_db

Kind = Decision.Kind


def closed(days, kind=Kind.DISMISS, **fields):
    """A case that was closed so many days ago, with a report, a file, a note and a decision."""
    case = ReportFactory().case
    NoteFactory(case=case)
    name = private.new_name("evidence")
    private.store({name: b"x"})
    files.keep([name])
    EvidenceFile.objects.create(
        evidence=case.reports.get().evidence, photo_id=case.pk, source="photos/a.webp", name=name
    )
    at = timezone.now() - timedelta(days=days)
    case.decisions.create(
        person=case.about, kind=kind, reason=Reason.SPAM, in_force_at=at, **fields
    )
    case.closed_at = at
    case.save()
    return case


def test_closed_cases_go_after_180_days_with_everything_in_them(run_jobs):
    old, recent, waiting = closed(181), closed(179), ReportFactory().case
    audit.record(by=staff(), action="case.claim", subject=old)
    name = old.reports.get().evidence.files.get().name
    assert forget_closed_cases() == 1
    assert set(Case.objects.all()) == {recent, waiting}
    for model in (Report, Evidence):
        assert model.objects.count() == 2
    assert Note.objects.count() == EvidenceFile.objects.count() == Decision.objects.count() == 1
    with pytest.raises(OSError, match="No such file"):
        private.read(name)
    assert not DiscardedFile.objects.exists()
    assert AuditEntry.objects.get().subject_id == str(old.pk)


def test_how_long_is_a_setting(settings):
    settings.CASES_KEPT_DAYS = 10
    closed(11)
    assert forget_closed_cases() == 1


def test_what_still_keeps_somebody_out_stays_without_the_evidence():
    now = timezone.now()
    banned = closed(200, Kind.BAN)
    suspended = closed(200, Kind.SUSPEND, until=now + timedelta(days=9))
    over = closed(200, Kind.SUSPEND, until=now - timedelta(days=9))
    undone = closed(200, Kind.BAN, state=Decision.State.UNDONE, undone_at=now)
    appealed = closed(200, Kind.WARN)
    Appeal.objects.create(decision=appealed.decisions.get(), text="No.")
    held = closed(200, Kind.HOLD_PHOTOS)
    erased = closed(200, Kind.BAN)
    erased.about.delete()
    assert forget_closed_cases() == 3
    assert set(Case.objects.all()) == {banned, suspended, appealed, held}
    assert not {over, undone, erased} & set(Case.objects.all())
    assert Decision.objects.count() == 4
    assert not Report.objects.exists()
    assert not Note.objects.exists()
    assert not EvidenceFile.objects.exists()
    assert forget_closed_cases() == 0


def test_more_than_a_batch_goes(monkeypatch):
    monkeypatch.setattr("moderation.retention.BATCH", 2)
    for _ in range(5):
        closed(200)
    assert forget_closed_cases() == 5
