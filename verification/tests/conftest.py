import pytest

from verification.tests.factories import VerificationFactory, clerk


@pytest.fixture
def boss():
    """Somebody who decides."""
    return clerk()


@pytest.fixture
def waiting():
    return VerificationFactory()


@pytest.fixture
def mine(client_for, waiting):
    """The owner's client."""
    return client_for(waiting.profile.user)
