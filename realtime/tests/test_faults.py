"""PostgreSQL and Redis may go and come back at any time; sockets stay open meanwhile."""

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from django.db import connection, connections

from accounts import standing
from accounts.tests.factories import UserFactory
from events import wakeups
from realtime.tests.machinery import Phone, Process, eventually, free_port, ticket_for
from realtime.tests.streams import fill, sign_in


@pytest.fixture
def user(transactional_db):
    return UserFactory()


def cut(process):
    """Every connection of the process to PostgreSQL is gone, as after a kill."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_sockets_outlive_their_connections_to_postgresql(phone, realtime, user):
    mine = phone(user, after=0)
    mine.hear()
    for round in range(4):
        assert cut(realtime) > 0
        fill(user, 3)
        heard = [mine.hear(timeout=4)["position"] for _ in range(3)]
        assert heard == [3 * round + n for n in (1, 2, 3)]
    assert mine.is_quiet()


def test_everything_works_again_after_postgresql_was_away(phone, realtime, user, me, them, match):
    session = sign_in(user).session
    mine = phone(user, session=session)
    mine.hear()
    cut(realtime)
    assert phone(me.user).hear()["type"] == "ready"
    cut(realtime)
    headers = {"Authorization": f"Bearer {sign_in(user).access}"}
    assert httpx.get(f"{realtime.url}/api/v1/events", headers=headers).status_code == 200
    cut(realtime)
    one, other = phone(me.user), phone(them.user)
    for each in (one, other):
        each.hear()
    cut(realtime)
    one.say("typing", conversation_id=match.conversation_id)
    eventually(lambda: _typing_arrives(one, other, match))
    cut(realtime)
    standing.end_session(session=session)
    assert mine.closing()[1] == 4403


def _typing_arrives(one, other, match):
    # A word about typing may get lost; the next one arrives.
    one.say("typing", conversation_id=match.conversation_id)
    try:
        return other.hear(timeout=0.5)["type"] == "typing"
    except TimeoutError:
        return False


def test_without_postgresql_it_lives_on_and_says_so(transactional_db):
    name = connection.settings_dict["NAME"]
    user = UserFactory()
    ticket, access = ticket_for(user), sign_in(user).access
    connections.close_all()
    process = Process()
    try:
        with hidden(name):
            assert httpx.get(f"{process.url}/health/live").status_code == 200
            assert httpx.get(f"{process.url}/health/ready").status_code == 503
            headers = {"Authorization": f"Bearer {access}"}
            refused = httpx.get(f"{process.url}/api/v1/events", headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
            assert refused.headers["Retry-After"]
            away = Phone(process, ticket)
            assert away.closing() == ([{"type": "error", "code": "unavailable"}], 1013)
            away.close()
        back = Phone(process, ticket, after=0)
        back.hear()
        fill(user, 1)
        assert back.hear()["position"] == 1
        back.close()
    finally:
        process.stop()


@contextmanager
def maintenance():
    """A connection to another database of the same server."""
    params = connection.get_connection_params() | {"dbname": "postgres", "autocommit": True}
    for name in ("context", "cursor_factory"):
        params.pop(name)
    with psycopg.connect(**params) as elsewhere:
        yield elsewhere


@contextmanager
def hidden(name):
    """The database lets nobody in, and throws everybody out."""
    allow = f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS'
    with maintenance() as elsewhere:
        elsewhere.execute(f"{allow} false")
        try:
            elsewhere.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            yield
        finally:
            elsewhere.execute(f"{allow} true")


# Redis --------------------------------------------------------------------------------------------

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")


class Redis:
    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        command = [SERVER, "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen([*command, "--loglevel", "warning"])
        eventually(self._answers)

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.mark.skipif(SERVER is None, reason="there is no Redis here")
def test_redis_carries_wake_ups_and_may_go_and_come_back(user, settings, monkeypatch):
    server = Redis()
    server.start()
    settings.REDIS_URL = server.url
    monkeypatch.setattr(wakeups, "REST_S", 0.1)
    process = Process(TEST_REDIS_URL=server.url)
    try:
        mine = Phone(process, ticket_for(user), after=0)
        mine.hear()
        by_redis = 'pupmatch_realtime_wakeups_total{way="redis"}'
        eventually(lambda: _woken(process, user, mine, by_redis))
        server.kill()
        fill(user, 1)
        assert "position" in mine.hear(timeout=2)
        server.start()
        eventually(lambda: _woken(process, user, mine, by_redis), seconds=8)
        mine.close()
    finally:
        process.stop()
        server.kill()


def _woken(process, user, phone, way):
    before = process.figure(way)
    fill(user, 1)
    began = time.monotonic()
    assert "data" in phone.hear(timeout=2)
    assert time.monotonic() - began < 2
    return process.figure(way) > before
