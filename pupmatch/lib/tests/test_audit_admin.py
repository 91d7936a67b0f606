"""The record as staff see it: the list, the page of an entry, what was done to a row, what one did."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pupmatch.lib.admin.history import LATEST_SHOWN
from pupmatch.lib.audit import record
from pupmatch.lib.ids import first_id_of, uuid7
from pupmatch.lib.models import AuditEntry, DiscardedFile
from pupmatch.lib.tests.admin_pages import PROBE, address, staff, superuser

pytestmark = pytest.mark.django_db


def clerk(name="clerk"):
    return get_user_model().objects.create_user(f"{name}@pupmatch.example", is_staff=True)


def file():
    return DiscardedFile.objects.create(name=f"photos/{uuid7()}.webp")


def listed(client, **params):
    page = client.get(address(AuditEntry, "changelist"), params)
    assert page.status_code == 200
    return set(page.context["cl"].result_list)


def text(client, row, page="change"):
    return client.get(address(row, page)).content.decode()


def test_the_record_is_filtered_by_action_and_by_who_did_it():
    one, two = clerk("one"), clerk("two")
    first = record(by=one, action="user.deactivate")
    second = record(by=two, action="user.deactivate")
    third = record(by=None, action="suspension.end")
    client = superuser()
    assert listed(client) == {first, second, third}
    assert listed(client, action="user.deactivate") == {first, second}
    assert listed(client, actor=str(one.pk)) == {first}
    assert listed(client, actor="job") == {third}
    assert listed(client, actor="nobody") == set()
    [actions, actors, _] = client.get(address(AuditEntry, "changelist")).context["cl"].filter_specs
    assert actions.lookup_choices == [
        (verb, verb) for verb in ("suspension.end", "user.deactivate")
    ]
    assert actors.lookup_choices == [
        (str(one.pk), "one@pupmatch.example"),
        (str(two.pk), "two@pupmatch.example"),
        ("job", "Jobs"),
    ]


def test_the_record_is_filtered_by_day():
    entries = {}
    for moment in (
        datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 30, 0, 0, 1, tzinfo=UTC),
    ):
        entries[moment] = AuditEntry.objects.create(
            pk=first_id_of(moment), at=moment, action="suspension.end"
        )
    client = superuser()
    wanted = {entry for moment, entry in entries.items() if moment.day == 29}
    assert listed(client, day="2026-03-29") == wanted
    assert listed(client, q=" 2026-03-29") == wanted
    for nonsense in ("2026-02-30", "yesterday"):
        assert listed(client, day=nonsense) == set(entries.values())
        assert listed(client, q=nonsense) == set()
    today = record(by=None, action="suspension.end")
    assert listed(client, day=timezone.localdate().isoformat()) == {today}


def test_entries_are_found_by_every_id_on_them():
    actor, subject = clerk(), file()
    entry = record(by=actor, action="file.discard", subject=subject)
    record(by=clerk("other"), action="file.discard", subject=file())
    client = superuser()
    for wanted in (entry.pk, actor.pk, subject.pk):
        assert listed(client, q=str(wanted)) == {entry}


def test_an_entry_leads_to_what_it_is_about_while_that_is_there():
    actor, subject = clerk(), file()
    entry = record(by=actor, action="file.discard", subject=subject, reason=PROBE, count=3)
    client = superuser()
    page = text(client, entry)
    for shown in ("clerk@pupmatch.example", "file.discard", "&quot;count&quot;: 3"):
        assert shown in page
    assert PROBE not in page
    assert f'href="{address(subject, "change")}"' in page
    link = address(subject, "change")
    subject.delete()
    assert link not in text(client, entry)


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("lib.discardedfile", "no such file"),
        ("lib.job", "no number"),
        ("gone.model", "1"),
        ("", ""),
    ],
)
def test_an_entry_about_what_never_was_has_a_page_too(kind, key):
    entry = AuditEntry.objects.create(action="odd.one", subject_type=kind, subject_id=key)
    assert "odd.one" in text(superuser(), entry)


def test_whoever_left_is_known_by_their_id():
    actor = clerk()
    entry = record(by=actor, action="file.discard")
    pk = actor.pk
    actor.delete()
    client = superuser()
    assert str(pk) in text(client, entry)
    assert listed(client, actor=str(pk)) == {entry}


def test_what_was_done_to_a_row_is_on_its_history():
    subject = file()
    for number in range(120):
        record(by=clerk(f"clerk{number}"), action=f"file.try_{number}", subject=subject)
    record(by=None, action="file.other", subject=file())
    client = superuser()
    with CaptureQueriesContext(connection) as queries:
        page = text(client, subject, "history")
    assert len(queries) < 20
    assert "file.try_119" in page
    assert "clerk119@pupmatch.example" in page
    assert "file.try_19<" not in page
    assert "file.other" not in page
    assert "Page 1 of 2" in page
    earlier = client.get(address(subject, "history") + "?p=2").content.decode()
    assert "file.try_19<" in earlier


def test_a_history_is_for_whoever_may_see_the_row():
    subject = file()
    assert staff("lib.view_job").get(address(subject, "history")).status_code == 403


def test_the_front_page_says_what_one_did_last():
    client = superuser()
    me = get_user_model().objects.get(is_superuser=True)
    subject = file()
    record(by=clerk(), action="file.others", subject=subject)
    for number in range(LATEST_SHOWN + 1):
        record(by=me, action=f"file.mine_{number}", subject=subject)
    record(by=me, action="file.delete", subject=file())
    page = client.get(reverse("admin:index")).content.decode()
    assert "What you did last" in page
    assert f'href="{address(subject, "change")}"' in page
    assert "file.others" not in page
    assert "file.delete" in page
    assert f"file.mine_{LATEST_SHOWN}" in page
    assert "file.mine_1<" not in page


def test_the_distinct_values_of_the_filters_are_read_along_the_index():
    for number in range(30):
        record(by=None, action=f"verb.number_{number % 3}")
    with CaptureQueriesContext(connection) as queries:
        listed(superuser())
    [walk] = [q["sql"] for q in queries if "RECURSIVE" in q["sql"] and "SELECT action" in q["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {walk}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "audit_of_action" in plan
