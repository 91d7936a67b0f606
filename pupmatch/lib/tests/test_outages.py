"""Nobody waits for the database for longer than their patience lasts, and nobody else suffers for it."""

import socket
import time
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import OperationalError, close_old_connections, connection, transaction
from django.test import RequestFactory
from psycopg.pq import TransactionStatus

from pupmatch.lib.database.base import DatabaseWrapper
from pupmatch.lib.database.patient import PatientConnection
from pupmatch.lib.models import DiscardedFile
from pupmatch.lib.outages import waited
from pupmatch.lib.patience import LEAST_S, current, limited

IDLE = TransactionStatus.IDLE
SLOWLY = "SELECT pg_sleep(5)"


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def run_often(times):
    for _ in range(times):
        run("SELECT pg_sleep(0.2)")


@transaction.atomic
def write_and_wait():
    DiscardedFile.objects.create(name="half", remove_after="2030-01-01T00:00Z")
    run(SLOWLY)


@transaction.atomic
def write_nothing():
    run("SELECT pg_sleep(0.0005)")
    with transaction.atomic():
        run("SELECT 1")


@contextmanager
def given_up(seconds):
    """What happens in here takes too long; afterwards all is as at the next request."""
    with limited(seconds), pytest.raises(OperationalError, match="took too long"):
        yield
    # At once, so that the server learns of it; not only at the next request.
    assert connection.connection is None or connection.connection.closed
    close_old_connections()


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    """Connected as a process is, outside of any test's transaction; nothing is written, so that no
    table has to be emptied.
    """
    with django_db_blocker.unblock():
        yield
        close_old_connections()


@pytest.fixture
def stopwatch():
    began = time.monotonic()
    return lambda: time.monotonic() - began


@pytest.mark.usefixtures("database")
def test_a_statement_is_given_up_in_time_and_the_next_one_finds_a_new_connection(stopwatch):
    with given_up(0.5):
        run(SLOWLY)
    assert stopwatch() < 2
    with limited(5):
        assert run("SELECT 1") == (1,)


@pytest.mark.usefixtures("database")
def test_all_statements_of_a_request_count_together(stopwatch):
    with given_up(0.6):
        run_often(10)
    assert stopwatch() < 2


@pytest.mark.usefixtures("database")
def test_only_waiting_for_the_database_counts():
    with limited(0.5):
        time.sleep(0.7)
        assert run("SELECT 1") == (1,)


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_of_a_transaction_that_was_given_up():
    with given_up(0.5):
        write_and_wait()
    assert not DiscardedFile.objects.exists()


@pytest.mark.usefixtures("database")
def test_what_was_given_up_does_not_run_on_in_the_server():
    with given_up(0.3):
        run("SELECT pg_sleep(4) /* given up */")
    deadline = time.monotonic() + 2.5
    others = "FROM pg_stat_activity WHERE query LIKE '%%given up%%' AND pid <> pg_backend_pid()"
    while run(f"SELECT count(*) {others} AND state = 'active'") != (0,):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.usefixtures("database")
def test_without_a_limit_there_is_none():
    assert current.get() is None
    run("SELECT pg_sleep(0.5)")
    with limited(0):
        run("SELECT pg_sleep(0.5)")


def spend_all():
    current.get().left_s = 0


@pytest.mark.parametrize("step", ["register_geometry_adapters", "init_connection_state"])
@pytest.mark.usefixtures("database")
def test_a_connection_that_is_half_made_when_patience_ends_is_not_kept(monkeypatch, step):
    """It would not commit what it is told, and nobody would know."""
    real = getattr(DatabaseWrapper, step)

    def too_late(wrapper, *args):
        spend_all()
        with connection.wrap_database_errors:
            (args[0] if args else wrapper.connection).execute("SELECT 1")
        return real(wrapper, *args)

    connection.close()
    monkeypatch.setattr(DatabaseWrapper, step, too_late)
    with limited(5), pytest.raises(OperationalError, match="took too long"):
        connection.ensure_connection()
    assert connection.connection is None


@pytest.mark.usefixtures("database")
def test_what_asks_nobody_works_without_patience():
    """Else the end of a transaction that was committed would be an error, and a trap for the next."""
    run("SELECT 1")
    with limited(5):
        spend_all()
        connection.set_autocommit(False)
        connection.set_autocommit(True)
    assert connection.connection.autocommit


@pytest.mark.usefixtures("database")
def test_however_little_patience_there_is_django_and_the_driver_agree_on_who_commits():
    for step in range(400):
        with suppress(OperationalError), limited(0.0001 * (step % 40 + 1)):
            write_nothing()
        close_old_connections()
        if connection.connection is not None:
            assert connection.connection.autocommit is connection.autocommit is True
            assert connection.connection.info.transaction_status == IDLE


def test_whoever_waited_too_long_already_has_a_moment_left():
    with limited(2.5, waited_s=2):
        assert current.get().left_s == 0.5
    with limited(2.5, waited_s=20):
        assert current.get().left_s == LEAST_S
    with limited(0.1, waited_s=20):
        assert current.get().left_s == 0.1


@pytest.mark.parametrize("accepts", [True, False], ids=["accepts", "is full"])
def test_a_server_that_does_not_speak_is_given_up_sooner_than_by_psycopg(accepts, stopwatch):
    with socket.create_server(("127.0.0.1", 0), backlog=1 if accepts else 0) as server:
        port = server.getsockname()[1]
        with limited(0.5), pytest.raises(psycopg.OperationalError):
            PatientConnection.connect(host="127.0.0.1", port=port, dbname="x", connect_timeout=2)
        assert stopwatch() < 1.5


@pytest.mark.parametrize(
    ("stamp", "least", "most"),
    [
        (lambda now: f"{now - 1_500_000}", 1.4, 3),
        (lambda now: f"{now}", 0, 1),
        (lambda now: f"{now + 9_000_000}", 0, 0),
        (lambda now: f"{now - 90_000_000}", 0, 0),
        (lambda now: "yesterday", 0, 0),
        (lambda now: f"-{now}", 0, 0),
        (lambda now: "9" * 17, 0, 0),
        (lambda now: "٣" * 16, 0, 0),
        (lambda now: "", 0, 0),
    ],
)
def test_the_fronts_stamp_says_for_how_long_a_request_has_been_with_us(stamp, least, most):
    header = stamp(int(time.time() * 1_000_000))
    request = RequestFactory().get("/", headers={"X-Request-Start": header})
    assert least <= waited(request) <= most


@pytest.mark.usefixtures("database")
def test_a_request_has_the_patience_of_the_settings(api, settings, monkeypatch, stopwatch):
    """The readiness of a database that thinks for long is 503, in time."""
    settings.DATABASE_PATIENCE_MS = 500
    monkeypatch.setattr("pupmatch.lib.health.MigrationExecutor", lambda _: run(SLOWLY))
    answer = api.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert stopwatch() < 2.5
