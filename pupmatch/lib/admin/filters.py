"""Filters by words instead of columns."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest


class WaitingFirst(SimpleListFilter):
    """A filter whose default is not everything but what waits."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """The default under its name."""
        default, *others = super().choices(changelist)
        yield {**default, "display": "Waiting"}
        yield from others


def state_filter(field: str, *, absent: str, present: str) -> type[SimpleListFilter]:
    """A filter by whether a column says anything, in the words for the two cases."""

    class StateFilter(SimpleListFilter):
        title = "state"
        parameter_name = "state"

        def lookups(
            self, request: HttpRequest, model_admin: ModelAdmin
        ) -> Iterable[tuple[str, str]]:
            return [("absent", absent), ("present", present)]

        def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
            match self.value():
                case "absent":
                    return queryset.filter(**{f"{field}__isnull": True})
                case "present":
                    return queryset.filter(**{f"{field}__isnull": False})
            return queryset

    return StateFilter
