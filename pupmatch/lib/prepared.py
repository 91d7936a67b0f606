"""SQL by hand whose values the server binds, so that it keeps the plan of what comes again."""

from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def prepared() -> Any:
    """A cursor like `connection.cursor()`; `PREPARED_STATEMENTS` says whether plans are kept.

    For what is done all the time, in as few texts as there are statements: each is parsed and
    planned once for a connection. In place of a list, `= ANY(%s)`.
    """
    connection.ensure_connection()
    return connection._prepare_cursor(ServerBindingCursor(connection.connection))  # type: ignore[attr-defined, call-arg]
