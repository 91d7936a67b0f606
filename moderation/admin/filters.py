"""How the queue is narrowed down."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from moderation.models import Case, Reason, Report
from moderation.models.cases import Severity


class StateFilter(SimpleListFilter):
    """Open cases unless others are asked for; a search looks at all of them."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Beside the default."""
        return [("mine", "Claimed by me"), ("overdue", "Overdue"), ("closed", "Closed")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The default under its name."""
        default, *others = super().choices(changelist)
        yield {**default, "display": "Open"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The cases in the state chosen."""
        if request.GET.get(SEARCH_VAR) and not self.value():
            return queryset
        cases = Case.objects.open()
        match self.value():
            case "mine":
                cases = cases.filter(claimed_by=request.user.pk)
            case "overdue":
                cases = Case.objects.overdue()
            case "closed":
                cases = Case.objects.exclude(closed_at=None)
        return queryset & cases


class SeverityFilter(SimpleListFilter):
    """By the harm that may come of waiting."""

    title = "severity"
    parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every severity, the highest first."""
        return [(str(one.value), one.label.capitalize()) for one in reversed(Severity)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The cases of the severity chosen."""
        offered = {value for value, _ in self.lookup_choices}
        return queryset.filter(severity=self.value()) if self.value() in offered else queryset


class ReasonFilter(SimpleListFilter):
    """By what somebody reported."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every reason."""
        return [(value, label.capitalize()) for value, label in Reason.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The cases with a report of the reason chosen."""
        if self.value() not in Reason.values:
            return queryset
        reports = Report.objects.filter(case=OuterRef("pk"), reason=self.value())
        return queryset.filter(Exists(reports))
