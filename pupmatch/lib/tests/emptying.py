"""Emptying the tables behind tests that commit, in a tenth of the time of Django's `flush`.

`flush` truncates every table, a new file for each table and index, and then makes content types and
permissions anew. Here only tables that hold something are emptied, without their triggers; and what
migrations have written (breeds, roles, listed words) is put back when a test has changed it.
"""

from typing import Any

from django.db import connection

KEPT = "kept_for_tests"
TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND relname NOT IN ('spatial_ref_sys', 'django_migrations')
    ORDER BY relname
"""


def keep_what_migrations_wrote() -> None:
    """Remember the rows of a new test database, or bring one that is used again to that state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [KEPT])
        if cursor.fetchone()[0]:
            # A run that was killed may have left something.
            empty_tables()
            return
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _filled(cursor, _tables(cursor)):
            cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')


def empty_tables() -> None:
    """Leave the database as its migrations did."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace",
            [KEPT],
        )
        kept = {name for (name,) in cursor.fetchall()}
        tables = _tables(cursor)
        stale = set(_filled(cursor, [table for table in tables if table not in kept]))
        changed = {table for table in kept if _differs(cursor, table)}
        if stale | changed:
            # Neither triggers nor the order of foreign keys: everything goes at once.
            deletions = "; ".join(f'DELETE FROM "{table}"' for table in sorted(stale | changed))
            copies = "; ".join(
                f'INSERT INTO "{table}" SELECT * FROM {KEPT}."{table}"' for table in sorted(changed)
            )
            cursor.execute(
                "BEGIN; SET LOCAL session_replication_role = replica; "
                f"{deletions}; {copies or 'SELECT 1'}; COMMIT"
            )


def _tables(cursor: Any) -> list[str]:
    cursor.execute(TABLES)
    return [name for (name,) in cursor.fetchall()]


def _filled(cursor: Any, tables: list[str]) -> list[str]:
    """Those that hold a row."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables
    )
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]


def _differs(cursor: Any, table: str) -> bool:
    sums = " , ".join(
        f"(SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {schema}.\"{table}\" AS row)"
        for schema in ("public", KEPT)
    )
    cursor.execute(f"SELECT {sums}")
    now, then = cursor.fetchone()
    return now != then
