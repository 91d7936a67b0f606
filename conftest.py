"""What every room's tests share."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.gis.db.models.fields import get_srid_info
from django.db import connection, connections
from django.test import TestCase, TransactionTestCase
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import open_session
from pupmatch.lib.tests.emptying import empty_tables, keep_what_migrations_wrote
from pupmatch.lib.tests.working import empty_queue, run_due_jobs
from pupmatch.lib.throttling import refusals

# Examples that touch the database share one test's transaction on purpose, and a busy machine says
# nothing about the code.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.function_scoped_fixture,
        hypothesis.HealthCheck.too_slow,
    ],
)
hypothesis.settings.register_profile(
    "ci", parent=hypothesis.settings.get_profile("house"), derandomize=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--assault`: what has a short and a long form runs in the long one."""
    parser.addoption("--assault", action="store_true", help="the long forms; see tests/assault.py")


@pytest.fixture(scope="session")
def sized(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`sized(20, 500)`: how many, in the suite and in `make assault`."""
    return lambda short, long: long if request.config.getoption("--assault") else short


class Client(APIClient):
    """An API client whose requests commit, as far as `on_commit` is concerned.

    `data` of an answer is what an app reads, whether Python or the database wrote it.
    """

    def request(self, **kwargs: Any) -> Any:
        """Send it, then run what waits for the commit: removal of files."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer = super().request(**kwargs)
        if answer.headers.get("Content-Type") == "application/json" and answer.content:
            answer.data = answer.json()
        return answer


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, with what Django reads once and keeps already read.

    Otherwise the first test to touch a geography column counts a query more than the others.
    """
    with django_db_blocker.unblock():
        get_srid_info(4326, connection)
        with connection.cursor() as cursor:
            # Tests that commit empty every table behind them.
            cursor.execute("DROP TRIGGER IF EXISTS lib_audit_is_not_emptied ON lib_auditentry")
        keep_what_migrations_wrote()


# Django's empties and fills every table; `pupmatch.lib.tests.emptying` says what that costs.
TransactionTestCase._fixture_teardown = lambda self: empty_tables()


@pytest.fixture(autouse=True)
def private_surroundings(settings: Any, tmp_path: Path) -> None:
    """Files go to the test's own folder; limits are out of the way unless `real_limits` is asked."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.RATE_LIMIT_SCALE = 1_000_000
    settings.LIMITS_FILE = str(tmp_path / "limits")
    refusals.forget_known()


@pytest.fixture(autouse=True)
def empty_queue_afterwards(
    request: pytest.FixtureRequest, django_db_blocker: Any
) -> Iterator[None]:
    """Jobs of tests that commit are gone before the next test, as their other rows are."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (mark and mark.kwargs.get("transaction")):
        with django_db_blocker.unblock():
            empty_queue()


@pytest.fixture
def real_limits(private_surroundings: None, settings: Any) -> None:
    """The rate limits of production."""
    settings.RATE_LIMIT_SCALE = 1


@pytest.fixture
def real_locks(private_surroundings: None, settings: Any) -> None:
    """The lockout of production, without the limits that would be met first."""
    settings.RATE_LIMIT_SCALE = 1
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, (1000000, 60))


@pytest.fixture
def api() -> Client:
    """A client that is not signed in."""
    return Client()


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    """`client_for(user)`: a client with a real sign-in; `.tokens` holds the pair."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.tokens = open_session(user=user, ip_address="127.0.0.1", user_agent="tests")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {client.tokens.access}")
        return client

    return signed_in


@pytest.fixture
def run_jobs(db: None) -> Callable[..., int]:
    """`run_jobs()`: what a worker would do now, as `pupmatch.lib.tests.working` says."""
    return run_due_jobs


@pytest.fixture
def mails(run_jobs: Callable[..., int], mailoutbox: list) -> Callable[[], list]:
    """`mails()`: everything that was mailed, up to now."""

    def sent() -> list:
        run_jobs()
        return mailoutbox

    return sent


@pytest.fixture
def in_parallel(transactional_db: None) -> Callable[..., list]:
    """`in_parallel(f, g, …)`: calls each in a thread of its own, all released at one barrier.

    Returns what they returned, in order; an exception is returned and not raised.
    """

    def run(*functions: Callable[[], Any]) -> list:
        barrier = threading.Barrier(len(functions))

        def at_the_barrier(function: Callable[[], Any]) -> Any:
            try:
                connection.ensure_connection()  # so that connecting does not spread the start
                barrier.wait(timeout=10)
                return function()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(at_the_barrier, functions))

    return run
