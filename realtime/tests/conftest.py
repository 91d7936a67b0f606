from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from matching.models import Match
from matching.tests.factories import matched
from messaging import services as messaging
from messaging.models import Message, Participant
from profiles.models import Profile
from pupmatch.lib.ids import uuid7
from realtime.tests.machinery import Phone, Process, ticket_for


@pytest.fixture(scope="session")
def process(django_db_setup: None) -> Iterator[Process]:
    """One for all tests: starting it takes longer than most of them."""
    process = Process()
    yield process
    process.stop()


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database, for tests that other processes look at.

    In place of the general one: truncating every table takes ten times as long as emptying those
    that are in use.
    """
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        yield
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_events; DELETE FROM procrastinate_jobs")
        User.objects.all().delete()


@pytest.fixture(autouse=True)
def empty_queue_afterwards() -> None:
    """Done above."""


@pytest.fixture
def realtime(process: Process, transactional_db: None) -> Process:
    """The process, on a database in which everything is committed."""
    return process


@pytest.fixture(scope="session")
def impatient_process(django_db_setup: None) -> Iterator[Process]:
    process = Process(command=["realtime.tests.impatient"])
    yield process
    process.stop()


@pytest.fixture
def impatient(impatient_process: Process, transactional_db: None) -> Process:
    """One that does not wait long for anybody."""
    return impatient_process


@pytest.fixture
def phone(realtime: Process) -> Iterator[Callable[..., Phone]]:
    """`phone(user, after=…)`: an open socket, which the test need not close."""
    phones: list[Phone] = []

    def opened(user: User, **options: Any) -> Phone:
        session = options.pop("session", None)
        ticket = options.pop("ticket", None) or ticket_for(user, session)
        phones.append(Phone(realtime, ticket, **options))
        return phones[-1]

    yield opened
    for one in phones:
        one.close()


@pytest.fixture
def match(realtime: Process) -> Match:
    return matched()


@pytest.fixture
def me(match: Match) -> Profile:
    return match.low


@pytest.fixture
def them(match: Match) -> Profile:
    return match.high


@pytest.fixture
def write(match: Match) -> Callable[..., Message]:
    """`write(profile, "Hello!")`: a message in their conversation."""

    def written(sender: Profile, body: str = "Hello!") -> Message:
        side = Participant.objects.get(conversation=match.conversation_id, profile=sender)
        message, _ = messaging.send(participant=side, client_id=uuid7(), body=body)
        return message

    return written
