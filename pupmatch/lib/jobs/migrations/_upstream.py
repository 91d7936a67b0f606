"""procrastinate's migrations, to be taken over with a way back, which its own do not have.

Whoever goes back has an empty queue afterwards.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from django.db import migrations
from django.db.migrations.operations.base import Operation
from procrastinate.contrib.django import migrations as upstream

DROP_EVERYTHING = """
DROP TABLE procrastinate_periodic_defers, procrastinate_events, procrastinate_jobs CASCADE;
DROP TABLE IF EXISTS procrastinate_workers;
DO $$
DECLARE
    function regprocedure;
BEGIN
    FOR function IN SELECT oid FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE 'DROP FUNCTION ' || function;
    END LOOP;
END $$;
DROP TYPE IF EXISTS procrastinate_job_to_defer_v1;
DROP TYPE procrastinate_job_status;
DROP TYPE procrastinate_job_event_type;
"""


def names() -> list[str]:
    """Those of the installed release, in order."""
    return sorted(module.name for module in pkgutil.iter_modules(upstream.__path__))


def operations(first: str, last: str) -> Iterator[Operation]:
    """What the migrations numbered `first` to `last` do; going back is left to an operation more."""
    for name in names():
        if first <= name[:4] <= last:
            for operation in import_module(f"{upstream.__name__}.{name}").Migration.operations:
                if isinstance(operation, migrations.RunSQL):
                    yield migrations.RunSQL(operation.sql, migrations.RunSQL.noop)
                else:
                    yield operation


def statements(first: str, last: str) -> list[str]:
    """Their SQL alone."""
    return [
        str(each.sql) for each in operations(first, last) if isinstance(each, migrations.RunSQL)
    ]
