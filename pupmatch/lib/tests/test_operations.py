"""What whoever runs it relies on: health, figures, and the check of the database."""

from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from pupmatch.lib import health

pytestmark = pytest.mark.django_db


def verify() -> str:
    out = StringIO()
    call_command("verify_database", stdout=out, no_color=True)
    return out.getvalue()


@pytest.fixture
def one_migration_pending():
    [last] = MigrationLoader(connection).graph.leaf_nodes("matching")
    MigrationRecorder(connection).record_unapplied(*last)


def test_a_good_database_is_said_to_be_good():
    said = verify()
    assert "FAIL" not in said
    assert len(said.splitlines()) == 7
    assert "Greenwich to the Eiffel Tower" in said


def test_a_pending_migration_is_found(one_migration_pending):
    with pytest.raises(CommandError, match="1 of 7 checks failed"):
        verify()


def test_missing_limits_are_found():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    with pytest.raises(CommandError, match="1 of 7 checks failed"):
        verify()


def test_a_broken_check_is_one_line_and_the_others_go_on():
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA other; SET LOCAL search_path = other")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_database", stdout=out, no_color=True)
    assert out.getvalue().startswith("ok   PostgreSQL")
    assert "FAIL" in out.getvalue()


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(health, "_known", ("", 0.0))


def test_alive_asks_nobody(api, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = api.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_everything_is_applied(api):
    answer = api.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_not_ready_while_a_migration_is_pending(api, one_migration_pending):
    answer = api.get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "migrations pending")
    assert answer["Retry-After"]


def test_whoever_asks_all_the_time_makes_nobody_look(api, django_assert_num_queries):
    assert api.get("/health/ready").status_code == 200
    with django_assert_num_queries(0):
        assert api.get("/health/ready").status_code == 200


def test_figures_are_for_whoever_shows_the_token(api, settings):
    settings.METRICS_TOKEN = "a token for the scraper"
    assert api.get("/metrics").status_code == 404
    assert api.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    shown = api.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})
    assert shown.status_code == 200
    assert b"django_http_requests_total" in shown.content


def test_migrating_again_changes_nothing_and_keeps_the_limits():
    out = StringIO()
    call_command("migrate", stdout=out, no_color=True)
    assert "No migrations to apply" in out.getvalue()


@pytest.mark.parametrize("path", ["api/docs", "api/v1/schema", ""])
def test_the_documentation_is_public(api, path):
    assert api.get(f"/{path}").status_code in (200, 302)


def test_the_documentation_asks_nobody_else(api):
    page = api.get("/api/docs").content.decode()
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_noticed_before_it_is_used():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    assert connection.is_usable()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()
    connection.close()
    assert connection.cursor().execute("SELECT 1").fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_what_the_server_says_of_itself_is_no_end(django_assert_num_queries):
    with psycopg.connect(**connection.get_connection_params()) as other, connection.cursor() as own:
        own.execute("LISTEN something")
        other.execute("NOTIFY something")
        other.commit()
        assert connection.is_usable()
        own.execute("UNLISTEN *")
