"""The tour, against the whole API; and how `bin/tour` finds the server."""

import subprocess
from contextlib import suppress

import pytest
from django.conf import settings

from accounts.models import User
from demo.tour.__main__ import main
from notifications.models import Device
from profiles.models import Breed
from pupmatch.lib.models import Job
from realtime.tests.conftest import process, realtime, transactional_db  # noqa: F401 (fixtures)
from realtime.tests.machinery import free_port
from realtime.tests.serving import served  # noqa: F401 (a fixture)


def test_the_whole_evening(served, capsys):  # noqa: F811
    # Migrations bring them; tests that commit take them away again.
    for name in ("Beagle", "Golden Retriever"):
        Breed.objects.get_or_create(name=name)
    assert main([served]) == 0
    said = capsys.readouterr().out
    for line in (
        'opens the socket                       {"type": "ready"',
        "message.created, “At six, by the big oak?”",
        "message.updated, “At seven, by the big oak?”",
        "searches for “oak seve”                1 message",
        "registers her telephone                ios, by expo, …",
        "everything answered as it should",
    ):
        assert line in said, line
    assert not User.objects.exists()
    assert not Device.objects.exists()
    # Nothing of hers waits to be sent to a provider.
    assert not Job.objects.filter(task_name="notifications.tasks.send").exists()


def test_the_first_surprise_ends_it(served, capsys):  # noqa: F811
    assert main([f"{served}/elsewhere"]) == 1
    assert "The tour ends here" in capsys.readouterr().err


def test_without_a_server_it_says_how_to_start_one(capsys):
    assert main([f"http://127.0.0.1:{free_port()}"]) == 1
    assert "bin/run starts one" in capsys.readouterr().err


@pytest.fixture
def started():
    """A port at which bin/run seems to have started a server."""
    port = free_port()
    note = settings.BASE_DIR / ".local" / f"server-{port}.pid"
    server = subprocess.Popen(["sleep", "60"], cwd=settings.BASE_DIR, start_new_session=True)
    note.write_text(str(server.pid))
    yield port
    server.kill()
    server.wait()
    with suppress(FileNotFoundError):
        note.unlink()


def toured(**env):
    done = subprocess.run(
        [settings.BASE_DIR / "bin" / "tour"],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.stderr


def test_it_goes_to_the_server_that_runs(started):
    assert f"http://127.0.0.1:{started} " in toured()
    other = str(free_port())
    assert f"http://127.0.0.1:{other} " in toured(PORT=other)


def test_a_server_that_was_killed_is_passed_by(started):
    note = settings.BASE_DIR / ".local" / f"server-{started}.pid"
    note.write_text("999999999")
    assert f":{started} " not in toured()
