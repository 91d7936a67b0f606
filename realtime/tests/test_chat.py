"""`python -m examples.chat`, as two people run it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD
from messaging.models import Message
from realtime.tests.machinery import eventually
from realtime.tests.serving import served  # noqa: F401 (a fixture)


class Chat:
    """Somebody's terminal."""

    def __init__(self, address: str, email: str, log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                # A shell in the background ignores Ctrl-C, and so does whatever it starts.
                [
                    "env",
                    "--default-signal=INT",
                    sys.executable,
                    "-m",
                    "examples.chat",
                    address,
                    email,
                ],
                cwd=settings.BASE_DIR,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # or it would ask the terminal for the password
            )
        self.type(PASSWORD)

    def type(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def shows(self, words: str) -> bool:
        """Whether there is a line of a number and these words."""
        return bool(re.search(rf"^ *\d+  {re.escape(words)}$", self.log.read_text(), re.MULTILINE))

    def leave(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture
def chat(served, tmp_path):  # noqa: F811
    """`chat(user)`: they are signed in, and hear what happens."""
    chats = []

    def start(user):
        chats.append(Chat(served, user.email, tmp_path / f"{len(chats)}.log"))
        return chats[-1]

    yield start
    for one in chats:
        one.process.kill()
        one.process.wait()
        one.process.stdin.close()


@pytest.mark.requirement("R7.1")
def test_two_people_talk_in_two_terminals(chat, realtime, me, them):
    one, other = chat(me.user), chat(them.user)
    eventually(lambda: realtime.figure("pupmatch_realtime_sockets") == 2, seconds=20)
    one.type("Park at five?")
    eventually(lambda: one.shows("Park at five?") and other.shows("Park at five?"))
    other.type("  Yes – with a ball  ")
    eventually(lambda: one.shows("Yes – with a ball") and other.shows("Yes – with a ball"))
    assert [one.leave(), other.leave()] == [0, 0]
    bodies = Message.objects.order_by("position").values_list("body", flat=True)
    assert list(bodies) == ["Park at five?", "Yes – with a ball"]
    assert "Traceback" not in one.log.read_text() + other.log.read_text()
