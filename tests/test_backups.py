"""`bin/backup` and `bin/restore`: all of it comes back, or nothing is touched."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from accounts.services import refresh
from accounts.staff.session_store import SessionStore
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from accounts.tokens import issue_pair
from matching.tests.factories import matched
from messaging.tests.factories import say, sides_of
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.requests import Caller
from tests.drill import command, contents, empty_database, files, named, url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def database() -> str:
    return named(connection.get_connection_params())


@pytest.fixture
def town(tmp_path) -> dict[str, Path]:
    """Two who met, with what stands in the storages; and the folders to go by."""
    me = ProfileFactory()
    for side in sides_of(matched(me).conversation):
        say(side)
    for root, name in (
        (settings.MEDIA_ROOT, "a/dog.webp"),
        (settings.PRIVATE_ROOT, "b/paper.webp"),
    ):
        path = Path(root, name)
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode() * 1000)
    return {"MEDIA_ROOT": settings.MEDIA_ROOT, "PRIVATE_ROOT": settings.PRIVATE_ROOT}


@pytest.fixture
def backup(town, database, tmp_path) -> Path:
    done = command("backup", tmp_path / "backups", DATABASE_URL=url(database), **town)
    assert done.returncode == 0, done.stderr
    [folder] = (tmp_path / "backups").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    return folder


@pytest.fixture
def there(tmp_path) -> dict[str, Path]:
    return {"MEDIA_ROOT": tmp_path / "there/media", "PRIVATE_ROOT": tmp_path / "there/private"}


def test_every_row_file_and_rule_comes_back(town, database, backup, there):
    with empty_database(database) as other:
        done = command("restore", backup, "--keep-sign-ins", DATABASE_URL=url(other), **there)
        assert done.returncode == 0, done.stderr
        kept = contents(database)
        assert contents(other) == kept
        assert kept["table", "messaging_message"][0] == 2
        assert ("trigger", "matching_profile_changed") in kept
        again = command("restore", backup, DATABASE_URL=url(other), **there)
        assert again.returncode == 1
        assert "restore into an empty one" in again.stderr
    assert len(files(*town.values())) >= 2
    assert files(*there.values()) == files(*town.values())


@pytest.fixture
def plain_role(database) -> Iterator[str]:
    """The name of a role, gone after the test, that `deploy/postgres/roles.sh` makes."""
    name = f"{psycopg.conninfo.conninfo_to_dict(database)['dbname']}_plain".lower()
    drop = sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(drop)
        yield name
        connection.execute(drop)


def test_a_role_that_is_no_superuser_brings_it_back(database, backup, there, plain_role):
    script = (settings.BASE_DIR / "deploy/postgres/roles.sh").read_text()
    statements = script.split("<<'SQL'\n")[1].removesuffix("SQL\n")
    # What psql alone understands, and the image's own superuser, which this server does not have.
    lines = [
        line
        for line in statements.splitlines()
        if r"\gexec" not in line and "postgres P" not in line
    ]
    statements = "\n".join(lines).replace("pupmatch", plain_role).replace(":'password'", "'x'")
    with empty_database(database) as other:
        with psycopg.connect(other) as connection:
            connection.execute(statements)
            owned = sql.SQL("ALTER DATABASE {} OWNER TO {}")
            names = (psycopg.conninfo.conninfo_to_dict(other)["dbname"], plain_role)
            connection.execute(owned.format(*map(sql.Identifier, names)))
        theirs = psycopg.conninfo.make_conninfo(other, user=plain_role, password="x")
        done = command("restore", backup, "--keep-sign-ins", DATABASE_URL=url(theirs), **there)
        assert (done.returncode, done.stderr) == (0, "")
        assert contents(other) == contents(database)
        with psycopg.connect(theirs) as connection:
            assert connection.execute("SHOW is_superuser").fetchone() == ("off",)


def test_no_sign_in_comes_back(town, database, there, tmp_path):
    live, ended = SessionFactory(), SessionFactory(ended_at=timezone.now(), end_reason="logout")
    token = issue_pair(live).refresh
    admin = SessionStore()
    admin.create()
    command("backup", tmp_path / "backups", DATABASE_URL=url(database), **town)
    [backup] = (tmp_path / "backups").iterdir()
    with empty_database(database) as other:
        done = command("restore", backup, DATABASE_URL=url(other), **there)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(other) as found:
            rows = "SELECT id, end_reason FROM accounts_session WHERE ended_at <= now()"
            assert dict(found.execute(rows).fetchall()) == {live.pk: "staff", ended.pk: "logout"}
            assert found.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        kept, restored = contents(database), contents(other)
        differ = {name for name in kept | restored if kept.get(name) != restored.get(name)}
        assert differ == {("table", "accounts_session"), ("table", "django_session")}
    # What was backed up goes on.
    assert refresh(token=token, caller=Caller("192.0.2.1", ""))
    assert SessionStore(admin.session_key).exists(admin.session_key)


def test_a_damaged_copy_touches_nothing(database, backup, there):
    Path(backup, "media/a/dog.webp").write_bytes(b"another dog")
    with empty_database(database) as other:
        done = command("restore", backup, DATABASE_URL=url(other), **there)
        assert done.returncode == 1
        assert "damaged; nothing was done" in done.stderr
        with psycopg.connect(other) as found:
            assert found.execute("SELECT to_regclass('accounts_user')").fetchone() == (None,)
    assert not there["MEDIA_ROOT"].exists()


def test_files_in_the_way_are_left_alone(database, backup, there):
    there["MEDIA_ROOT"].mkdir(parents=True)
    Path(there["MEDIA_ROOT"], "mine.webp").touch()
    with empty_database(database) as other:
        done = command("restore", backup, DATABASE_URL=url(other), **there)
        assert done.returncode == 1
        assert "holds files" in done.stderr
        with psycopg.connect(other) as found:
            assert found.execute("SELECT to_regclass('accounts_user')").fetchone() == (None,)


def test_a_database_that_is_not_there_leaves_no_backup(town, tmp_path):
    nowhere = f"postgis://nobody@/{tmp_path}/nothing"
    done = command("backup", tmp_path / "backups", DATABASE_URL=nowhere, **town)
    assert done.returncode != 0
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".part"]
    assert command("restore", tmp_path / "backups", DATABASE_URL=nowhere, **town).returncode == 1


def test_as_many_are_kept_as_were_asked_for(town, database, tmp_path):
    backups = tmp_path / "backups"
    for day in range(1, 4):
        (backups / f"pupmatch-2026010{day}T000000Z").mkdir(parents=True)
    (backups / "something-else").mkdir()
    done = command("backup", backups, "--keep", 2, DATABASE_URL=url(database), **town)
    assert done.returncode == 0, done.stderr
    left = sorted(path.name for path in backups.iterdir())
    assert len(left) == 3
    assert left[0] == "pupmatch-20260103T000000Z"
    assert left[-1] == "something-else"


@pytest.mark.parametrize(
    ("url", "argument", "password"),
    [
        ("postgis://me:a%40b\\c%25d@db:5432/dogs?sslmode=require", "me@db:5432/dogs?sslmode=require", "a@b\\c%d"),
        ("postgis://me@db/dogs", "me@db/dogs", ""),
        ("postgis://me:secret@//run/postgresql/dogs", "me@/dogs?host=/run/postgresql", "secret"),
    ],
)  # fmt: skip
def test_the_password_is_no_argument_which_everybody_on_the_machine_could_read(
    url, argument, password
):
    asked = '. bin/lib/backups.sh; where_things_are; printf "%s\n%s" "$DATABASE" "${PGPASSWORD:-}"'
    env = {"PATH": os.environ["PATH"], "DATABASE_URL": url}
    found = subprocess.run(
        ["bash", "-c", asked], cwd=settings.BASE_DIR, env=env, capture_output=True
    )
    assert found.stdout.decode().split("\n") == [f"postgresql://{argument}", password], found.stderr


def test_what_a_backup_does_not_know_is_in_the_log(client_for, caplog):
    caplog.set_level("INFO")
    user = UserFactory()
    client = client_for(user)
    change = {"current_password": PASSWORD, "password": "a swim in the lake"}
    client.post("/api/v1/auth/password/change", change)
    client.delete("/api/v1/me", {"password": change["password"]})
    told = [
        (record.message, record.user_id) for record in caplog.records if "user_id" in vars(record)
    ]
    assert [line for line in told if line[0] in ("password changed", "account erased")] == [
        ("password changed", str(user.pk)),
        ("account erased", str(user.pk)),
    ]
