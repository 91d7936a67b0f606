"""Where somebody's traces stand: in which tables, in which files."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.db import connection


def tables() -> dict[str, str]:
    """Every row of every table as text, but for what Django notes of itself."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor, include_views=False)
        found = {}
        for name in sorted(set(names) - {"django_migrations", "spatial_ref_sys"}):
            cursor.execute(f'SELECT "{name}"::text FROM "{name}"')
            found[name] = "\n".join(row for (row,) in cursor.fetchall())
    return found


def stored() -> dict[str, bytes]:
    """Every stored file by its name, zips unpacked."""
    found: dict[str, bytes] = {}
    for root in (Path(settings.MEDIA_ROOT), Path(settings.PRIVATE_ROOT)):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                found[str(path.relative_to(root.parent))] = _content(path)
    return found


def _content(path: Path) -> bytes:
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def standing(traces: Mapping[str, str]) -> dict[str, set[str]]:
    """By trace, the tables and files in which it stands; those that stand nowhere are left out."""
    texts = {**tables(), **{name: f"{name}\n{content!r}" for name, content in stored().items()}}
    found = {
        name: {place for place, text in texts.items() if trace in text}
        for name, trace in traces.items()
    }
    return {name: places for name, places in found.items() if places}
