"""What staff did stays as it was written."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import RequestFactory

from pupmatch.lib.audit import record, watched
from pupmatch.lib.middleware import RequestIdMiddleware
from pupmatch.lib.models import AuditEntry, DiscardedFile

NOT_EMPTIED = """
CREATE TRIGGER lib_audit_is_not_emptied BEFORE TRUNCATE ON lib_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION lib_refuse_to_rewrite()
"""


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        record(by=None, action="job.run_again")
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_what_and_from_where(rf: RequestFactory):
    subject = DiscardedFile(name="photos/1.jpg")
    written = []

    def view(request):
        written.append(
            record(by=None, action="file.keep", subject=subject, reason="A case", case=UUID(int=7))
        )
        return {}

    RequestIdMiddleware(view)(
        rf.post("/admin/", REMOTE_ADDR="198.51.100.7", headers={"X-Request-ID": "request-of-staff"})
    )
    entry = AuditEntry.objects.get()
    assert entry == written[0]
    assert isinstance(written[0].at, datetime)
    assert written[0].at.tzinfo == UTC
    assert (entry.actor_id, entry.action, entry.reason) == (None, "file.keep", "A case")
    assert (entry.subject_type, entry.subject_id) == ("lib.discardedfile", "photos/1.jpg")
    assert entry.data == {"case": str(UUID(int=7))}
    assert (entry.ip_address, entry.request_id) == ("198.51.100.7", "request-of-staff")


@pytest.mark.django_db
def test_a_job_has_no_address_and_no_request():
    # The context of the test before, or of whatever a worker's thread served earlier, is no matter.
    entry = record(by=None, action="suspension.end")
    assert (entry.ip_address, entry.request_id) == (None, "")


@pytest.mark.django_db
def test_whoever_watches_sees_what_was_written():
    with watched() as written:
        entry = record(by=None, action="one")
    record(by=None, action="two")
    assert written == [entry]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda entry: AuditEntry.objects.update(reason="Nothing happened"),
        lambda entry: AuditEntry.objects.all().delete(),
        lambda entry: entry.delete(),
        lambda entry: entry.save(),
        lambda entry: _sql("UPDATE lib_auditentry SET actor_id = NULL"),
        lambda entry: _sql("DELETE FROM lib_auditentry"),
    ],
)
def test_no_entry_is_changed_or_removed(rewrite):
    entry = record(by=None, action="user.deactivate")
    with pytest.raises(DatabaseError, match="neither changed nor removed"), transaction.atomic():
        rewrite(entry)
    assert AuditEntry.objects.get().action == "user.deactivate"


@pytest.mark.django_db
def test_the_log_has_it_too_once_it_is_kept(caplog, django_capture_on_commit_callbacks):
    """Where no restored backup takes it back; by ids, without the words of a reason."""
    caplog.set_level("INFO")
    subject, case = DiscardedFile(pk=7), UUID(int=7)
    with django_capture_on_commit_callbacks(execute=True):
        record(by=None, action="file.keep", subject=subject, reason="Rex said so", case=case)
        assert not caplog.records
    [line] = caplog.records
    told = (line.getMessage(), line.actor_id, line.subject, line.data)
    assert told == ("staff: file.keep", None, "lib.discardedfile 7", {"case": str(case)})
    assert "Rex" not in str(vars(line))


@pytest.mark.django_db
def test_the_table_is_not_emptied():
    record(by=None, action="user.deactivate")
    _sql(NOT_EMPTIED)  # the suite does without, as its tests that commit empty every table
    with pytest.raises(DatabaseError, match="neither changed nor removed"), transaction.atomic():
        _sql("TRUNCATE lib_auditentry")
    assert AuditEntry.objects.exists()


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
