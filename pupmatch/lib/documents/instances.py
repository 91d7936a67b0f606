"""Instances of models, found by a statement that was compiled once."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from pupmatch.lib.documents.statements import Statement

M = TypeVar("M", bound=Model)


class Instances(Generic[M]):
    """A queryset with Params, `select_related` and `only` included; without prefetching."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self.statement = Statement(build)
        # Places are read by GEOS, whose readers belong to the thread that made them.
        self._of_thread = threading.local()

    def first(self, values: Mapping[str, Any]) -> M | None:
        """What it finds first with these values."""
        rows = self.statement.rows(values)
        return self.instance(rows[0]) if rows else None

    def instance(self, row: tuple) -> M:
        """What a row of the statement stands for."""
        make: Callable[[tuple], M] | None = getattr(self._of_thread, "make", None)
        if make is None:
            make = self._of_thread.make = self._prepare()
        return make(row)

    def _prepare(self) -> Callable[[tuple], M]:
        """What Django's ModelIterable does to a row, prepared as far as it can be."""
        compiler = self.statement.compiler
        select, info = compiler.select, compiler.klass_info
        start, *_, last = info["select_fields"]
        names = [column[0].target.attname for column in select[start : last + 1]]
        # The stubs are of Django 6.
        populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters([column[0] for column in select])

        def made(row: tuple) -> M:
            found = list(row)
            for at, (steps, expression) in converters.items():
                for step in steps:
                    found[at] = step(found[at], expression, connection)
            instance = info["model"].from_db(DEFAULT_DB_ALIAS, names, found[start : last + 1])
            for populator in populators:
                populator.populate(found, instance)
            return instance

        return made
