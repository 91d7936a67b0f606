"""Migrations beside people who use the tables."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from pupmatch.lib.management.commands import migrate

pytestmark = pytest.mark.django_db(transaction=True)

# What somebody who reads puts up with, by the promise of docs/operations.md.
READER_WAITS_MS = 300


@pytest.fixture(autouse=True)
def changes(settings) -> Iterator[None]:
    settings.MIGRATION_MODULES = {
        **settings.MIGRATION_MODULES,
        "demo": "pupmatch.lib.tests.changes",
    }
    to("0001")
    yield
    with elsewhere() as other:
        other.execute("DROP TABLE IF EXISTS change_in_test")
        other.execute("DELETE FROM django_migrations WHERE app = 'demo'")


def to(name: str) -> str:
    out = StringIO()
    call_command("migrate", "demo", name, stdout=out, no_color=True)
    return out.getvalue()


@contextmanager
def elsewhere() -> Iterator[psycopg.Connection]:
    """A connection as another process has it."""
    parameters = connection.get_connection_params()
    chosen = {
        key: parameters[key] for key in ("dbname", "host", "user", "port") if parameters.get(key)
    }
    with psycopg.connect(**chosen, autocommit=True) as other:
        yield other


@contextmanager
def in_the_background(work: Callable[[], str]) -> Iterator[list[str]]:
    said: list[str] = []

    def run() -> None:
        try:
            said.append(work())
        except CommandError as error:
            said.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield said
    thread.join(timeout=60)
    assert not thread.is_alive()


def columns() -> set[str]:
    with elsewhere() as other:
        found = other.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'change_in_test'::regclass AND attnum > 0"
        )
        return {name for (name,) in found}


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def queues(other: psycopg.Connection) -> bool:
    return bool(
        other.execute(
            "SELECT 1 FROM pg_locks WHERE relation = 'change_in_test'::regclass AND NOT granted"
        ).fetchone()
    )


def test_readers_get_through_while_a_migration_waits_for_a_table():
    with elsewhere() as blocker, elsewhere() as reader:
        reader.execute(f"SET lock_timeout = {READER_WAITS_MS}")
        blocker.execute("BEGIN")
        blocker.execute("SELECT * FROM change_in_test")
        with in_the_background(lambda: to("0002")) as said:
            # Each of these queues behind the migration, and raises if it does so for too long.
            for _ in range(3):
                wait_until(lambda: queues(reader))
                reader.execute("SELECT * FROM change_in_test")
            assert columns() == {"id"}
            blocker.execute("ROLLBACK")
    assert "A table is in use" in said[0]
    assert "At work: " in said[0], said
    assert "OK" in said[0]
    assert columns() == {"id", "size"}


def test_a_table_that_is_never_free_ends_it_with_nothing_done(monkeypatch):
    monkeypatch.setattr(migrate, "GIVE_UP_AFTER_S", 0)
    with elsewhere() as blocker:
        blocker.execute("BEGIN")
        blocker.execute("SELECT * FROM change_in_test")
        with pytest.raises(CommandError, match="in use all the time"):
            to("0002")
    assert columns() == {"id"}
    to("0002")
    assert columns() == {"id", "size"}


def test_an_index_that_is_made_concurrently_waits_and_makes_nobody_wait():
    to("0002")
    with elsewhere() as blocker, elsewhere() as writer:
        writer.execute(f"SET lock_timeout = {READER_WAITS_MS}")
        blocker.execute("BEGIN")
        blocker.execute("INSERT INTO change_in_test VALUES (2)")
        with in_the_background(lambda: to("0003")) as said:
            wait_until(lambda: is_valid(writer) is False)
            time.sleep(3 * migrate.LOCK_TIMEOUT_MS / 1000)
            writer.execute("INSERT INTO change_in_test VALUES (3)")
            assert is_valid(writer) is False
            blocker.execute("COMMIT")
        assert "in use" not in said[0]
        assert is_valid(writer)


def is_valid(other: psycopg.Connection) -> bool | None:
    found = other.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('change_by_size')"
    ).fetchone()
    return found and found[0]


def test_an_index_that_was_left_half_made_is_made_anew():
    to("0002")
    with elsewhere() as other:
        other.execute("CREATE INDEX change_by_size ON change_in_test (size)")
        other.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'change_by_size'::regclass"
        )
        to("0003")
        assert is_valid(other)


def test_two_at_once_apply_each_change_once():
    with (
        in_the_background(lambda: to("0003")) as first,
        in_the_background(lambda: to("0003")) as second,
    ):
        pass
    assert sorted(said[0].count("OK") for said in (first, second)) == [0, 2]


def test_whoever_calls_it_goes_on_with_the_limits_of_a_request():
    def limits() -> tuple:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
            )
            return cursor.fetchone()

    before = limits()
    to("0002")
    assert limits() == before
    assert "0" not in before
