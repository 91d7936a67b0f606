"""How migrations change tables while people use them."""

import re
from typing import Any

from django.contrib.gis.db.backends.postgis.schema import PostGISSchemaEditor

CONCURRENTLY = re.compile(r"(CREATE|DROP)\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY", re.IGNORECASE)
NAME = re.compile(r'CONCURRENTLY\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"?(\w+)"?', re.IGNORECASE)
HALF_MADE = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid"


class SchemaEditor(PostGISSchemaEditor):
    """Django's for PostGIS; what is made concurrently may wait as long as it likes."""

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Run one statement.

        An index that is made concurrently waits for whoever was there first, and nobody for it. One
        that was left half made, by a process that was killed, is made anew.
        """
        if self.collect_sql or not CONCURRENTLY.match(str(sql)):
            super().execute(sql, params)
            return
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            patience = cursor.fetchone()[0]
            cursor.execute("SET lock_timeout = 0")
            index = self.quote_name(NAME.search(str(sql))[1])  # type: ignore[index]
            cursor.execute(HALF_MADE, [index])
            if cursor.fetchone():
                # nosemgrep: sql-by-format (a migration's own words)
                cursor.execute(f"DROP INDEX CONCURRENTLY {index}")
        try:
            super().execute(sql, params)
        finally:
            with self.connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
