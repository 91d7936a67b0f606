import asyncio
from uuid import UUID

import pytest
from django.db import OperationalError

from messaging import services as messaging
from realtime.errands import Errands
from realtime.tests.machinery import some_id
from realtime.threads import DatabaseThreads


class Database:
    """What the errands told it, and what it says to them."""

    def __init__(self):
        self.told = []
        self.raises = {}

    def acknowledge(self, *, user_id, position):
        self._take("acknowledged", user_id, position)

    def mark_shown(self, *, user_id, conversation_id, position):
        self._take("shown", user_id, position)

    def _take(self, what, user_id, position):
        if user_id in self.raises:
            raise self.raises[user_id]
        self.told.append((what, user_id, position))


@pytest.fixture
def database(monkeypatch):
    database = Database()
    for name in ("acknowledge", "mark_shown"):
        monkeypatch.setattr(messaging, name, getattr(database, name))
    return database


@pytest.fixture
def errands():
    threads = DatabaseThreads("test", 1)
    yield Errands(threads)
    threads.close()


def test_the_latest_word_is_told_once(database, errands):
    one, other, talk = some_id(), some_id(), some_id()
    for position in (3, 5, 4):
        errands.acknowledge(one, position)
        errands.mark_shown(other, talk, position)
    for _ in range(2):
        asyncio.run(errands.run())
    assert database.told == [("shown", UUID(other), 5), ("acknowledged", UUID(one), 5)]


def test_what_the_database_cannot_take_is_told_the_next_time(database, errands):
    one, other, talk = some_id(), some_id(), some_id()
    errands.acknowledge(one, 3)
    errands.mark_shown(other, talk, 4)
    database.raises = {UUID(one): OperationalError("away"), UUID(other): OperationalError("away")}
    with pytest.raises(OperationalError):
        asyncio.run(errands.run())
    errands.acknowledge(one, 2)
    database.raises = {}
    asyncio.run(errands.run())
    assert database.told == [("shown", UUID(other), 4), ("acknowledged", UUID(one), 3)]


def test_one_errand_that_fails_does_not_keep_the_others(database, errands):
    one, other = some_id(), some_id()
    database.raises = {UUID(one): LookupError("what is this?")}
    for person in (one, other):
        errands.acknowledge(person, 1)
    asyncio.run(errands.run())
    asyncio.run(errands.run())
    assert database.told == [("acknowledged", UUID(other), 1)]
