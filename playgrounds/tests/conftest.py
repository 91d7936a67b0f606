import pytest

from accounts.tests.factories import UserFactory


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(client_for, user):
    return client_for(user)
