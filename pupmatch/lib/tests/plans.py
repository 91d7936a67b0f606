"""How PostgreSQL means to run a query: by which index, and reading no table whole."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from psycopg.errors import Diagnostic


def assert_plan(
    query: QuerySet | str,
    params: Any = None,
    *,
    uses: str | Collection[str],
    small: Collection[str] = (),
) -> None:
    """The plan of a queryset, or of SQL with its params, goes by these indexes.

    An index is named by its name or the beginning of it, as generated ones end in a hash. Tables
    that may be read whole, because in this test they are next to empty, are named in `small`. Ask on
    tables of some thousand rows, after ANALYZE: of a page or two anything is read whole.
    """
    nodes = list(_nodes(_explained(query, params)))
    used = {node["Index Name"] for node in nodes if "Index Name" in node}
    shown = "\n".join(f"{node['Node Type']} {_name(node)}" for node in nodes)
    for name in [uses] if isinstance(uses, str) else uses:
        assert any(index.startswith(name) for index in used), f"{name} is not used:\n{shown}"
    whole = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    assert whole <= set(small), f"read whole: {sorted(whole - set(small))}:\n{shown}"


def plans_inside(run: Callable[[], Any]) -> list[str]:
    """The plans, with what they read, of all statements that `run` causes in database functions."""
    said: list[str] = []

    def hear(note: Diagnostic) -> None:
        said.append(note.message_primary or "")

    with connection.cursor() as cursor:
        cursor.execute("LOAD 'auto_explain'")
        for name in ("log_nested_statements", "log_analyze"):
            cursor.execute(f"SET auto_explain.{name} = on")
        cursor.execute("SET auto_explain.log_min_duration = 0")
        cursor.execute("SET client_min_messages = log")
        connection.connection.add_notice_handler(hear)
        try:
            run()
        finally:
            connection.connection.remove_notice_handler(hear)
            cursor.execute("SET auto_explain.log_min_duration = -1")
            cursor.execute("SET client_min_messages = notice")
    return said


def _explained(query: QuerySet | str, params: Any) -> dict[str, Any]:
    if isinstance(query, str):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", params)
            [found] = cursor.fetchone()
        plan = json.loads(found) if isinstance(found, str) else found
    else:
        plan = json.loads(query.explain(format="json"))
    return plan[0]["Plan"]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)


def _name(node: dict[str, Any]) -> str:
    return node.get("Index Name") or node.get("Relation Name") or ""
