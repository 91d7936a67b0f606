"""Querysets that are compiled once for each process, to prepared SQL with named values."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, TypedDict

from django.core.files.storage import Storage, storages
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.utils import timezone
from psycopg import RawCursor, sql

from pupmatch.lib.documents.expressions import Param

PLACEHOLDER = re.compile("%[s%]")


class Surroundings(TypedDict):
    """What every document may need to know that is in no table."""

    now: datetime
    today: date
    media: str


def surroundings(request: Any) -> Surroundings:
    """The time, the day, and where files are, for whoever asks by this request."""
    media = _before_any_name(storages["default"])
    if media.startswith("/"):
        media = f"{request.scheme}://{request.get_host()}{media}"
    now = timezone.now()
    return {"now": now, "today": timezone.localdate(now), "media": media}


@lru_cache(maxsize=1)
def _before_any_name(storage: Storage) -> str:
    return storage.url("~").removesuffix("~")


class Statement:
    """A queryset with `Param`s, run with their values; rows are plain tuples.

    `build` makes the queryset when it is needed first, for models are not there earlier. Values are bound by the server, which keeps the plan where `PREPARED_STATEMENTS` is on.
    """

    def __init__(self, build: Callable[[], QuerySet]) -> None:
        self.build = build

    def rows(self, values: Mapping[str, Any]) -> list[tuple]:
        """What it finds with these values."""
        text, names, _ = self._compiled
        with connection.wrap_database_errors, _cursor() as cursor:
            cursor.execute(text, [values[name] for name in names])
            return cursor.fetchall()

    def row(self, values: Mapping[str, Any]) -> tuple | None:
        """The first row, if there is one."""
        found = self.rows(values)
        return found[0] if found else None

    @property
    def compiler(self) -> Any:
        """Django's compiler of the queryset, which knows what stands where in a row."""
        return self._compiled[2]

    @cached_property
    def _compiled(self) -> tuple[str, list[str], Any]:
        """The SQL, with `$1` for the first of the names; what is no Param is written into it.

        Two threads may both make it, each with a compiler of its own; either result serves.
        """
        connection.ensure_connection()
        compiler = self.build().query.get_compiler(DEFAULT_DB_ALIAS)
        text, params = compiler.as_sql()
        names: dict[str, None] = dict.fromkeys(each.name for each in params if _is_open(each))
        numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
        ahead = iter(params)

        def written(placeholder: re.Match) -> str:
            if placeholder[0] == "%%":
                return "%"
            param = next(ahead)
            if _is_open(param):
                return numbers[param.name]
            return sql.Literal(param).as_string(connection.connection)

        return PLACEHOLDER.sub(written, text), list(names), compiler


def _is_open(param: Any) -> bool:
    return isinstance(param, Param)


class _Cursor(RawCursor):
    """Binds on the server; `$1` as PostgreSQL has it.

    With placeholders of its own psycopg would look through long statements for them each time.
    """

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # Where Django's log of queries looks for what was run.
        self._query = super()._convert_query(query, params)
        return self._query


def _cursor() -> Any:
    """A cursor by Django's rules for connections."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    return connection._prepare_cursor(  # type: ignore[attr-defined]
        _Cursor(connection.connection)
    )
