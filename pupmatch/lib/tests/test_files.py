from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from pupmatch.lib.files import hold, keep, let_go, purge, purge_after_commit, store
from pupmatch.lib.ids import uuid7
from pupmatch.lib.models import DiscardedFile

pytestmark = pytest.mark.django_db

NAMES = ["dogs/a.webp", "dogs/b.webp"]


def discard(*names) -> None:
    DiscardedFile.objects.bulk_create(DiscardedFile(name=name) for name in names)


def there() -> list[str]:
    return [name for name in NAMES if default_storage.exists(name)]


@pytest.fixture
def stored():
    store({name: name.encode() for name in NAMES})


@pytest.mark.usefixtures("stored")
def test_kept_files_stay_and_abandoned_ones_go_after_an_hour():
    keep(NAMES[:1])
    assert purge() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert purge() == 1
    assert there() == NAMES[:1]
    with default_storage.open(NAMES[0]) as file:
        assert file.read() == NAMES[0].encode()


@pytest.mark.requirement("R3.4")
@pytest.mark.usefixtures("stored")
def test_a_discarded_file_goes_with_the_next_purge(capsys):
    keep(NAMES)
    discard(NAMES[1])
    call_command("purge_files")
    assert there() == NAMES[:1]
    assert "1 files removed" in capsys.readouterr().out


@pytest.mark.usefixtures("stored")
def test_a_rollback_takes_the_keeping_back():
    with transaction.atomic():
        keep(NAMES)
        transaction.set_rollback(True)
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert purge() == 2
    assert there() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stored")
def test_a_rollback_takes_the_discarding_back():
    keep(NAMES)
    with transaction.atomic():
        discard(*NAMES)
        purge_after_commit()
        transaction.set_rollback(True)
    assert purge() == 0
    assert there() == NAMES


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R2.7", "R3.4")
@pytest.mark.usefixtures("stored")
def test_files_go_right_after_the_commit_and_not_before():
    keep(NAMES)
    with transaction.atomic():
        discard(*NAMES)
        purge_after_commit()
        assert there() == NAMES
    assert there() == []


@pytest.mark.django_db(transaction=True)
def test_storing_refuses_to_be_undone_by_a_rollback():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        store({NAMES[0]: b""})
    assert there() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stored")
def test_a_storage_that_is_down_fails_no_commit_and_is_asked_again(monkeypatch, caplog):
    keep(NAMES)
    real = default_storage.delete

    def half_down(name):
        if name == NAMES[0]:
            raise OSError("unplugged")
        real(name)

    monkeypatch.setattr(default_storage, "delete", half_down)
    with transaction.atomic():
        discard(*NAMES)
        purge_after_commit()
    assert there() == NAMES[:1]
    assert "could not be removed" in caplog.text
    monkeypatch.undo()
    assert purge() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert purge() == 1
    assert there() == []


@pytest.mark.usefixtures("stored")
def test_a_held_file_stays_until_its_last_holder_lets_go():
    keep(NAMES)
    one, two = uuid7(), uuid7()
    for _ in range(2):
        hold(NAMES[:1], holder=one)
    hold(NAMES[:1], holder=two)
    discard(*NAMES)
    assert purge(batch=1) == 1
    let_go(NAMES, holder=one)
    assert purge() == 0
    assert there() == NAMES[:1]
    let_go(NAMES, holder=two)
    assert purge() == 1
    assert there() == []


def test_a_purge_works_through_more_than_one_batch():
    discard(*(f"gone/{n}" for n in range(7)))
    assert purge(batch=3) == 7


def test_a_purge_steps_over_what_the_storage_holds_on_to(monkeypatch):
    def down(name):
        raise OSError

    monkeypatch.setattr(default_storage, "delete", down)
    discard(*(f"stuck/{n}" for n in range(7)))
    assert purge(batch=3) == 0
    assert DiscardedFile.objects.count() == 7


def test_a_purge_waits_for_a_storage_that_is_away_once_and_not_for_each_file(monkeypatch):
    asked = []

    def away(name):
        asked.append(name)
        raise TimeoutError

    monkeypatch.setattr(default_storage, "delete", away)
    discard(*(f"away/{n}" for n in range(7)))
    assert purge(batch=3) == 0
    assert len(asked) == 1
    monkeypatch.undo()
    assert purge(batch=3) == 6
    assert [file.name for file in DiscardedFile.objects.all()] == asked


@pytest.mark.django_db(transaction=True)
def test_two_purges_at_once_share_the_work(in_parallel):
    discard(*(f"gone/{n}" for n in range(40)))
    outcomes = in_parallel(*[lambda: purge(batch=2)] * 4)
    assert sum(outcomes) == 40
    assert not DiscardedFile.objects.exists()


def test_the_database_dates_what_a_trigger_discards():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO lib_discardedfile (name) VALUES ('gone/x')")
    assert DiscardedFile.objects.get().remove_after <= timezone.now()
