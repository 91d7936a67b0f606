"""Two people who matched, each signed in; the front."""

from collections.abc import Iterator

import pytest

from matching.tests.factories import matched
from profiles.tests.factories import ProfileFactory
from tests.fronts import Front, fronted


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def match(me):
    return matched(me)


@pytest.fixture
def mine(client_for, me):
    return client_for(me.user)


@pytest.fixture
def theirs(client_for, match, me):
    return client_for(match.other(me).user)


@pytest.fixture
def url(match):
    return f"/api/v1/conversations/{match.conversation_id}"


@pytest.fixture
def front() -> Iterator[Front]:
    """The front as the outermost proxy."""
    with fronted() as front:
        yield front
