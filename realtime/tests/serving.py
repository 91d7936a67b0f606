"""The whole API for programs that talk to it: the web part in a thread, realtime in a process."""

import pytest

from realtime.tests.machinery import Process


@pytest.fixture
def served(realtime: Process, live_server, settings) -> str:
    """Its address; tickets lead to the realtime process."""
    settings.REALTIME_URL = f"ws://{realtime.host}/ws"
    return live_server.url
