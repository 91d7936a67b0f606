"""The town, once for each module that asks about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from accounts.social import keys
from accounts.tests.openid_provider import CLIENT_ID, OpenIdProvider, openid_provider
from notifications.tests.conftest import VAPID_PRIVATE_KEY
from tests.access.changes import around_tests
from tests.access.world import World


@contextmanager
def at_google_and_apple() -> Iterator[OpenIdProvider]:
    """A server behind both, which are switched on."""
    with openid_provider() as server:
        config = deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
        for each in config.values():
            each.update(CLIENT_IDS=[CLIENT_ID], KEYS_URL=server.url)
        with override_settings(SOCIALACCOUNT_PROVIDERS=config):
            yield server
        keys.keys_at.cache_clear()


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The town, in a transaction that is undone after the module's last test.

    Tests undo what they do by themselves (`changes.undone`); so it is made once for all of them.
    """
    files: Path = tmp_path_factory.mktemp("files")
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # passwords are not what is tried
    with (
        django_db_blocker.unblock(),
        override_settings(
            MEDIA_ROOT=files / "media",
            PRIVATE_ROOT=files / "private",
            RATE_LIMIT_SCALE=1_000_000,
            PASSWORD_HASHERS=quick,
            VAPID_PRIVATE_KEY=VAPID_PRIVATE_KEY,
        ),
        at_google_and_apple() as provider,
        around_tests(),
    ):
        yield World(files, provider)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def private_surroundings(
    request: pytest.FixtureRequest, private_surroundings: None, settings: Any
) -> None:
    """As everywhere; but the town's files are where they were when it was made."""
    if "world" in request.fixturenames:
        files = request.getfixturevalue("world").files
        settings.MEDIA_ROOT, settings.PRIVATE_ROOT = files / "media", files / "private"
