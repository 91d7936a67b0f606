import pytest

from profiles.tests.factories import ProfileFactory


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)
