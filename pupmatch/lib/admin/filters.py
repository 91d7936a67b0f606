"""Filters by words instead of columns."""

from collections.abc import Iterable

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest


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
