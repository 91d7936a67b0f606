"""docs/data.md, read: what becomes of every table and column."""

import re
from typing import NamedTuple

from django.apps import apps
from django.db.models import Model

from tests.pages import page

FATES = ("goes", "nameless", "stays", "nobody's")
ROW = re.compile(r"^\| `([a-z_.]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


class Fate(NamedTuple):
    """One table's row."""

    table: str
    becomes: str
    told: frozenset[str]
    left_out: frozenset[str]

    @property
    def kind(self) -> str:
        """The first word of what becomes of it."""
        return re.split(r"[\s,;:]", self.becomes, maxsplit=1)[0]


def _columns(cell: str) -> frozenset[str]:
    return frozenset(re.findall(r"`([a-z_0-9]+)`", cell))


def read() -> list[Fate]:
    """Every row of the page."""
    text = page("data.md")
    return [
        Fate(table, becomes.strip(), _columns(told), _columns(left_out))
        for table, becomes, told, left_out in ROW.findall(text)
    ]


def models() -> dict[str, type[Model]]:
    """Every table that a model stands for, ours and others', by the name that the page uses."""
    every = apps.get_models(include_auto_created=True)
    return {model._meta.label_lower: model for model in every if not model._meta.proxy}
