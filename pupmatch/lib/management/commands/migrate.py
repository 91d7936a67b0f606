"""`migrate` with time-outs that suit migrations instead of requests."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections


class Command(DjangoMigrate):
    """A migration may run for long, but may not queue for long: readers would queue behind it."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '2s'")
        try:
            super().handle(*args, **options)
        finally:
            # A caller in the same process goes on with the limits of a request.
            if not connection.in_atomic_block:
                connection.close()
