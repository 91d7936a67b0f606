"""Whether what is stored agrees with itself, and with what was promised, after all that happened."""

import subprocess
from collections import Counter

import psycopg

from tests.faults.parts import PYTHON, ROOT
from tests.faults.stage import Stage


def of_files(connection: psycopg.Connection, stage: Stage) -> list[str]:
    """Each photo has its files, and no file is without a photo or a note that it is to go."""
    rows = connection.execute("SELECT small, medium, large FROM profiles_photo").fetchall()
    # Those that came with the town never had any.
    owned = {name for row in rows for name in row if not name.startswith("photos/fa/")}
    listed = {name for (name,) in connection.execute("SELECT name FROM lib_discardedfile")}
    stored = stage.stored()
    faults = [f"{len(owned - stored)} files of photos are missing"] if owned - stored else []
    if stray := stored - owned - listed:
        faults.append(f"{len(stray)} of {len(stored)} files are nobody's: {sorted(stray)[:3]}")
    if empty := owned & listed:
        faults.append(f"{len(empty)} files of photos are about to be removed")
    return faults


def of_mails(stage: Stage, promised: list[str]) -> list[str]:
    """Each mail that was promised came, at least once."""
    missing = Counter(promised) - Counter(stage.post.received)
    return [f"{missing.total()} of {len(promised)} mails never came"] if missing else []


def of_counters(stage: Stage) -> list[str]:
    """Nothing that is counted or repeated is wrong."""
    command = [PYTHON, "manage.py", "check_counters"]
    env = {**stage.parts["web"].env, **stage.env()}
    checked = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    return [f"counters: {checked.stdout} {checked.stderr[-500:]}"] if checked.returncode else []


def of_log(stage: Stage) -> list[str]:
    """Nothing was an internal error; else what the web process wrote about it."""
    told = stage.parts["web"].log.read_text(errors="replace")
    return [f"web: {each[:3000]}" for each in told.split("ERROR ") if "Server Error (500)" in each]
