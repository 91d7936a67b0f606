"""The drill of every release: back up, restore elsewhere, and compare all of it.

python -m tests.drill       of the database that DATABASE_URL names, and its files
pytest tests/test_backups.py
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relpersistence = 'p' AND relnamespace = 'public'::regnamespace
        AND relname <> 'spatial_ref_sys'
"""
# PostgreSQL reads an expression back with other casts and parentheses than it was given.
CASTS = re.compile(r"::[a-z ]+(\[\])?|[()\s]")
DEFINED = """
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
    UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'sequence', sequencename, last_value::text FROM pg_sequences
"""


def contents(database: str) -> dict[Any, Any]:
    """A checksum of the rows of each table, and what is defined beside them."""
    with psycopg.connect(database) as connection:
        found: dict[Any, Any] = {
            (kind, name): CASTS.sub("", text or "")
            for kind, name, text in connection.execute(DEFINED)
        }
        for (table,) in connection.execute(TABLES).fetchall():
            rows = sql.SQL(
                "SELECT count(*), md5(string_agg(digest, '' ORDER BY digest))"
                " FROM (SELECT md5(row::text) AS digest FROM {} AS row) AS digests"
            ).format(sql.Identifier(table))
            found["table", table] = connection.execute(rows).fetchone()
    return found


def files(*folders: Path) -> dict[str, str]:
    """A checksum of each file."""
    return {
        f"{folder.name}/{path.relative_to(folder)}": hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def named(parameters: dict[str, Any]) -> str:
    """The database of Django's parameters, as psycopg names it."""
    names = ("dbname", "host", "port", "user", "password")
    return psycopg.conninfo.make_conninfo(**{k: parameters[k] for k in names if parameters.get(k)})


def command(name: str, *arguments: Any, **environment: Any) -> subprocess.CompletedProcess[str]:
    """`bin/backup` or `bin/restore`."""
    return subprocess.run(
        [ROOT / "bin" / name, *map(str, arguments)],
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def empty_database(beside: str) -> Iterator[str]:
    """Another database on the same server, by the parameters of one."""
    name = f"{psycopg.conninfo.conninfo_to_dict(beside)['dbname']}_drill"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(beside, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield psycopg.conninfo.make_conninfo(beside, dbname=name)
        finally:
            connection.execute(drop)


def main() -> int:
    """1 when anything differs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    database = named(connection.get_connection_params())
    here = {"MEDIA_ROOT": settings.MEDIA_ROOT, "PRIVATE_ROOT": settings.PRIVATE_ROOT}
    with tempfile.TemporaryDirectory() as folder, empty_database(database) as other:
        there = {"MEDIA_ROOT": f"{folder}/media", "PRIVATE_ROOT": f"{folder}/private"}
        began = time.monotonic()
        saved = command("backup", f"{folder}/backups", DATABASE_URL=url(database), **here)
        between = time.monotonic()
        [backup] = Path(folder, "backups").glob("pupmatch-*Z")
        restored = command("restore", backup, "--keep-sign-ins", DATABASE_URL=url(other), **there)
        done = time.monotonic()
        print(saved.stdout + saved.stderr + restored.stdout + restored.stderr)
        before, after = contents(database), contents(other)
        kept = files(*map(Path, here.values())) == files(*map(Path, there.values()))
    differ = sorted(map(str, {key for key in before | after if before.get(key) != after.get(key)}))
    rows = sum(found[0] for (kind, _), found in before.items() if kind == "table")
    print(f"backup {between - began:.1f} s, restore {done - between:.1f} s, {rows:,} rows")
    print(f"differs: {', '.join(differ) or 'nothing'}; files {'agree' if kept else 'DIFFER'}")
    if not rows:
        print("There was nothing to back up: bin/run makes a town.")
    return int(bool(differ) or not kept or not rows)


def url(database: str) -> str:
    """The same as the environment names it."""
    parts = psycopg.conninfo.conninfo_to_dict(database)
    secret = f":{parts['password']}" if parts.get("password") else ""
    where = f"//{parts['host']}" if str(parts.get("host", "")).startswith("/") else None
    if where:
        return f"postgis://{parts['user']}@{where}/{parts['dbname']}"
    return f"postgis://{parts['user']}{secret}@{parts['host']}:{parts.get('port', 5432)}/{parts['dbname']}"


if __name__ == "__main__":
    sys.exit(main())
