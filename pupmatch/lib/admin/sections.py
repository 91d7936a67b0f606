"""How the sidebar and the front page are laid out; each admin says where it belongs."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from django.db.models import QuerySet


class Section(StrEnum):
    """Groups of the sidebar, in order."""

    PEOPLE = "People"
    MEETING = "Meeting"
    PLACES = "Places"
    SAFETY = "Safety"
    SYSTEM = "System"


class Figure(NamedTuple):
    """A number on the front page: what it counts, and the query string that lists just that."""

    title: str
    rows: Callable[[], QuerySet]
    query: str = ""
