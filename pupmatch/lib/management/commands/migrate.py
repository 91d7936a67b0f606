"""`migrate` beside people who use the tables."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

# Whoever reads a table queues behind a migration that queues for it: for so long at most, and then
# the migration steps back, so that they get through, and tries again.
LOCK_TIMEOUT_MS = 200
PAUSE_S = (0.5, 1.5)
GIVE_UP_AFTER_S = 15 * 60
# Of all that migrate this database, one at a time does; any number that nothing else locks by.
ONLY_ONE = 0x70757061
IN_THE_WAY = """
    SELECT string_agg(
        format('%%s (process %%s, for %%s s: %%s)', usename, pid,
               round(extract(epoch FROM clock_timestamp() - xact_start)),
               left(regexp_replace(query, '\\s+', ' ', 'g'), 60)), '; ')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND xact_start < clock_timestamp() - interval '100 milliseconds'
"""


class Command(DjangoMigrate):
    """A migration may run for long, but may not queue for long: readers would queue behind it.

    One that meets a lock is taken back as a whole and tried again, for a quarter of an hour.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with self._limits(connection), self._alone(connection):
            give_up_at = time.monotonic() + GIVE_UP_AFTER_S
            while not self._done(*args, **options):
                self._step_back(connection, give_up_at)

    def _done(self, *args: Any, **options: Any) -> bool:
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                return False
            raise
        return True

    def _step_back(self, connection: BaseDatabaseWrapper, give_up_at: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(IN_THE_WAY)
            found = cursor.fetchone()[0]
        self.stdout.write(f"\n  A table is in use. At work: {found or 'nobody any more'}")
        if time.monotonic() > give_up_at:
            raise CommandError("Gave up: a table that a migration changes was in use all the time.")
        time.sleep(random.uniform(*PAUSE_S))

    @contextmanager
    def _limits(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(LOCK_TIMEOUT_MS)])
        try:
            yield
        finally:
            # A caller in the same process goes on with the limits of a request.
            if not connection.in_atomic_block:
                connection.close()

    @contextmanager
    def _alone(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Wait until no other process migrates.

        By asking again and again: an index that is made concurrently would wait for whoever waits
        inside a statement.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONLY_ONE])
            while not cursor.fetchone()[0]:
                time.sleep(0.2)
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONLY_ONE])
        try:
            yield
        finally:
            # A connection that is gone holds nothing.
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [ONLY_ONE])
