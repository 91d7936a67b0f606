"""How the sidebar and the front page are laid out; each admin says where it belongs."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.db.models import QuerySet
from django.http import HttpRequest


class Section(StrEnum):
    """Groups of the sidebar, in order."""

    DESK = "Desk"
    PEOPLE = "People"
    MEETING = "Meeting"
    PLACES = "Places"
    SAFETY = "Safety"
    SYSTEM = "System"


def visible(site: AdminSite, request: HttpRequest) -> list[Any]:
    """The admins of the lists that the person may see, in the order of their sections."""
    order = list(Section)
    ours = [item for item in site._registry.values() if hasattr(item, "section")]
    ours.sort(key=lambda item: order.index(item.section))
    return [item for item in ours if item.has_view_permission(request)]


class Page(NamedTuple):
    """A page in the sidebar that is no list: its name among the admin's addresses, and for whom."""

    title: str
    icon: str
    address: str
    permission: str


class Figure(NamedTuple):
    """A number on the front page: what it counts, and the query string that lists just that."""

    title: str
    rows: Callable[[], QuerySet]
    query: str = ""
