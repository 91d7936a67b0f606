"""Says in plain words whether the database is as PupMatch needs it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from psycopg_pool import PoolTimeout

from pupmatch.lib.geo import distance_m

OLDEST_POSTGRESQL = 140000
OLDEST_POSTGIS = (3, 2)
EXTENSIONS = ("postgis", "pg_trgm", "unaccent")
# Greenwich and the Eiffel Tower: metres on the WGS 84 ellipsoid, computed here and by PostGIS.
HERE, THERE = Point(0.0, 51.4779, srid=4326), Point(2.2945, 48.8582, srid=4326)


class Unfit(Exception):
    """One thing that is not as it should be, and what to do about it."""


def _value(sql: str, parameters: list | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def server() -> str:
    """The server answers and is new enough."""
    version = int(_value("SHOW server_version_num"))
    if version < OLDEST_POSTGRESQL:
        raise Unfit(f"PostgreSQL {version // 10000} is too old; install 14 or newer.")
    return f"PostgreSQL {_value('SHOW server_version')} answers"


def encoding() -> str:
    """Names in any script can be stored."""
    found = _value("SHOW server_encoding")
    if found != "UTF8":
        raise Unfit(f"The database is encoded in {found}; create it with ENCODING 'UTF8'.")
    return "text is stored as UTF-8"


def extensions() -> str:
    """What the tables and queries use is installed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        installed = {row[0] for row in cursor.fetchall()}
    if missing := [name for name in EXTENSIONS if name not in installed]:
        raise Unfit(
            f"{', '.join(missing)} not installed; run CREATE EXTENSION for each as a superuser, "
            "or let `manage.py migrate` do it."
        )
    return f"extensions {', '.join(EXTENSIONS)} are installed"


def postgis() -> str:
    """PostGIS is new enough."""
    version = _value("SELECT postgis_lib_version()")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_POSTGIS:
        raise Unfit(f"PostGIS {version} is too old; install 3.2 or newer.")
    return f"PostGIS {version}"


def spatial_query() -> str:
    """PostGIS measures what it should."""
    measured = _value(
        "SELECT ST_Distance(ST_MakePoint(%s, %s)::geography, ST_MakePoint(%s, %s)::geography)",
        [HERE.x, HERE.y, THERE.x, THERE.y],
    )
    if abs(measured - distance_m(HERE, THERE)) > 0.001:
        raise Unfit(f"Greenwich to the Eiffel Tower measured {measured:.3f} m; PostGIS is broken.")
    return f"a spatial query measures {measured / 1000:.1f} km from Greenwich to the Eiffel Tower"


def migrations() -> str:
    """The tables are those of this release."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise Unfit(f"{len(pending)} migrations are pending; run manage.py migrate.")
    return f"all {len(executor.loader.applied_migrations)} migrations are applied"


def limits() -> str:
    """Time-outs arrive at the server, and it has room for our connections."""
    for name in ("statement_timeout", "lock_timeout"):
        if _value(f"SHOW {name}") == "0":
            raise Unfit(f"{name} is 0, so one stuck query can hold everything; see .env.example.")
    room = int(_value("SHOW max_connections"))
    wanted = max(settings.DATABASE_POOL_SIZE, 20)
    if room < wanted:
        raise Unfit(f"max_connections is {room}; one process alone may want {wanted}.")
    return (
        f"statement_timeout {_value('SHOW statement_timeout')}, "
        f"lock_timeout {_value('SHOW lock_timeout')}, max_connections {room}"
    )


CHECKS: tuple[Callable[[], str], ...] = (
    server,
    encoding,
    extensions,
    postgis,
    spatial_query,
    migrations,
    limits,
)


class Command(BaseCommand):
    """Exits with an error when anything is not as it should be; says all that is wrong at once."""

    help = "Check server, PostGIS, extensions, a spatial query, migrations and limits."

    def handle(self, *args: Any, **options: Any) -> None:
        failures = 0
        for is_fit, sentence in self._findings():
            style, mark = (self.style.SUCCESS, "ok  ") if is_fit else (self.style.ERROR, "FAIL")
            self.stdout.write(f"{style(mark)} {sentence}")
            failures += not is_fit
        if failures:
            raise CommandError(f"{failures} of {len(CHECKS)} checks failed.")

    def _findings(self) -> Iterator[tuple[bool, str]]:
        for check in CHECKS:
            try:
                yield True, check()
            except Unfit as finding:
                yield False, str(finding)
            except (DatabaseError, PoolTimeout) as error:
                yield False, f"{check.__name__}: {str(error).strip().splitlines()[0]}"
