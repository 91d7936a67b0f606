"""What a request wrote: cheaply when it wrote nothing, and exactly when it did."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

WRITTEN = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""
# What a refused request may leave behind: that it was made, and that a nonce was used.
NOTES = {"lib_requestcounter", "accounts_authenticationattempt", "accounts_signinnonce"}


def written() -> dict[str, int]:
    """How many rows of which table this transaction has written so far, undone ones included."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return dict(cursor.fetchall())


def rows(tables: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Every row of these tables, in one order."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            # Names of our own tables.
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" AS t ORDER BY t::text')
            found[table] = [json.loads(row) for [row] in cursor.fetchall()]
    return found


class _Undone(Exception):
    pass


def around_tests() -> Any:
    """A transaction around tests, in which a durable one counts as an outermost one."""
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]  # as Django's TestCase says
    return atomic


@contextmanager
def back_again() -> Iterator[None]:
    """Undo whatever is written in here."""
    try:
        with around_tests():
            yield
            raise _Undone
    except _Undone:
        pass


class Written:
    """What was written, as far as somebody looks before it is undone."""

    def __init__(self) -> None:
        self.began = written()
        self.after: dict[str, list] = {}
        self.before: dict[str, list] = {}

    def look(self) -> None:
        """Keep what stands now in the tables that were written to; others cannot have changed."""
        counted = written()
        self.after = rows({name for name in counted if counted[name] != self.began.get(name)})

    @property
    def tables(self) -> set[str]:
        """Those whose rows differ from what they were; notes of the request itself are left out."""
        return {name for name in self.after if self.after[name] != self.before[name]} - NOTES


@contextmanager
def undone() -> Iterator[Written]:
    """The same; what was looked at is compared with what is there again."""
    found = Written()
    with back_again():
        yield found
    found.before = rows(set(found.after))
