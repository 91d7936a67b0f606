"""Wake-ups find a way, whatever is at the address of Redis."""

from uuid import uuid4

import pytest
from django.db import connection

from events import wakeups
from pupmatch.lib.tests.counting_at_once import no_redis

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    """`heard()`: what PostgreSQL carried up to now."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {wakeups.CHANNEL}")
    yield lambda: [each.payload for each in connection.connection.notifies(timeout=1)]
    with connection.cursor() as cursor:
        cursor.execute("UNLISTEN *")


def test_they_go_through_postgresql_when_what_answers_is_no_redis(
    heard, settings, monkeypatch, caplog
):
    monkeypatch.setattr(wakeups, "_rests_until", 0.0)
    somebody = uuid4()
    with no_redis(protocol=3) as settings.REDIS_URL:
        wakeups.wake([somebody])
        wakeups.wake([somebody])
        wakeups._redis(settings.REDIS_URL).close()
    told = heard()
    assert "Redis does not answer" in caplog.text
    assert told == [f'{{"wake":["{somebody}"]}}'] * 2
