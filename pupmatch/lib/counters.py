"""Columns that repeat what other rows say, compared with those rows, and set right.

Services keep them right; this is for what a bug, a restored backup or an older release left. A room
says in its `counters.py` what should hold; `matching.counters` runs all of them.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

BATCH = 1000


@dataclass(frozen=True)
class Counters:
    """`columns` of `table`, and a query for what they should hold.

    It goes by the rows of `owner`, some at a time: `expected` selects, for those whose ids are in
    `%(ids)s`, `owner_id`, the `id` of a row in `table`, and what each of the columns should hold.
    Whoever changes them locks the owner.
    """

    table: str
    columns: tuple[str, ...]
    owner: str
    expected: str

    def check(self, *, repair: bool, batch: int = BATCH) -> Counter[str]:
        """How many rows were wrong, by `table.column`; each once it was found by itself.

        Reads some owners by one statement, so whatever is being written meanwhile is in it wholly or
        not at all, and locks only those of them that have something to repair.
        """
        wrong: Counter[str] = Counter()
        for ids in self._batches(batch):
            counts, owners = self._find(ids)
            wrong.update(counts)
            if repair and owners:
                self._repair(owners)
        return +wrong

    def _batches(self, size: int) -> Iterator[list[UUID]]:
        after = None
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT id FROM {self.owner} WHERE %(after)s::uuid IS NULL OR id > %(after)s"  # noqa: S608 # nosec
                    " ORDER BY id LIMIT %(size)s",
                    {"after": after, "size": size},
                )
                ids = [id for (id,) in cursor.fetchall()]
            if not ids:
                return
            yield ids
            after = ids[-1]

    def _find(self, ids: list[UUID]) -> tuple[dict[str, int], list[UUID]]:
        counts = [f"count(*) FILTER (WHERE {self._differs(name)})" for name in self.columns]
        differs = " OR ".join(map(self._differs, self.columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT array_agg(DISTINCT should.owner_id), {', '.join(counts)}"  # noqa: S608 # nosec
                f" FROM {self.table} AS row JOIN ({self.expected}) AS should ON should.id = row.id"
                f" WHERE {differs}",
                {"ids": ids},
            )
            owners, *numbers = cursor.fetchone()
        names = [f"{self.table}.{name}" for name in self.columns]
        return dict(zip(names, numbers, strict=True)), owners or []

    @transaction.atomic
    def _repair(self, owners: list[UUID]) -> None:
        changes = ", ".join(f"{name} = should.{name}" for name in self.columns)
        differs = " OR ".join(map(self._differs, self.columns))
        with connection.cursor() as cursor:
            # Of its own: what is compared next is what stands there once nobody else writes.
            # nosemgrep: sql-by-format (names of ours)
            cursor.execute(
                f"SELECT FROM {self.owner} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",  # nosec
                [owners],
            )
            cursor.execute(
                f"UPDATE {self.table} AS row SET {changes} FROM ({self.expected}) AS should"  # noqa: S608 # nosec
                f" WHERE should.id = row.id AND ({differs})",
                {"ids": owners},
            )

    @staticmethod
    def _differs(name: str) -> str:
        return f"row.{name} IS DISTINCT FROM should.{name}"
