"""Stand-ins for Apple and Google, and a clock that stands still."""

from copy import deepcopy
from functools import partial

import pytest
import time_machine

from accounts.social import keys
from accounts.tests.openid_provider import CLIENT_ID, Person, openid_provider


@pytest.fixture
def clock():
    """Of 2026-11-21T08:00:00Z, until it is shifted."""
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def provider(settings):
    """The server behind both, which are switched on."""
    with openid_provider() as server:
        config = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        for name in config:
            config[name].update(CLIENT_IDS=["ios.pupmatch.example", CLIENT_ID], KEYS_URL=server.url)
        settings.SOCIALACCOUNT_PROVIDERS = config
        keys.keys_at.cache_clear()
        yield server
        keys.keys_at.cache_clear()


@pytest.fixture
def at_google(provider):
    """`at_google("1234", email=…)`: somebody whom Google knows; by default at Gmail."""
    google = partial(Person, provider, "https://accounts.google.com")
    return lambda subject="1234", email="rex@gmail.com", email_verified=True, **claims: google(
        subject, email=email, email_verified=email_verified, **claims
    )


@pytest.fixture
def at_apple(provider):
    """The same of Apple, which says true and false in words, too."""
    apple = partial(Person, provider, "https://appleid.apple.com")
    return lambda subject="001.abc", email="rex@icloud.example", email_verified="true", **claims: (
        apple(subject, email=email, email_verified=email_verified, **claims)
    )
