"""What the desk's lists share: who sees words, and that nobody reads the cases about themselves."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from moderation.admin.pages import is_own, may, staff
from pupmatch.lib.admin.base import ReadOnlyAdmin
from pupmatch.lib.admin.history import history


class DeskAdmin(ReadOnlyAdmin):
    """Rows about somebody, whom `person_path` leads to.

    Whoever does not work cases sees what there is of them and how they end: no words, no names, no
    addresses. What is about oneself is for others.
    """

    # Columns and fields with words, names or addresses.
    private: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Without what is private, and always with something that leads to the page."""
        columns = [*super().get_list_display(request)]
        if may(request, "work_case"):
            return columns
        lead = ["__str__"] if columns[0] in self.private else []
        return lead + [name for name in columns if name not in self.private]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The same of the page."""
        fields = super().get_fields(request, obj)
        return fields if may(request, "work_case") else [f for f in fields if f not in self.private]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """By address only for those who see addresses; nor do others find out who reported."""
        fields = list(super().get_search_fields(request))
        if may(request, "work_case"):
            return fields
        return [name for name in fields if name not in self.private and "email" not in name]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Whatever is looked for, nothing about oneself."""
        if not staff(request).is_superuser:
            queryset = queryset.exclude(**{self.person_path: request.user.pk})
        return super().get_search_results(request, queryset, search_term)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """By role, and not about oneself."""
        is_mine = obj is not None and is_own(request, self._person_id(obj))
        return super().has_view_permission(request, obj) and not is_mine

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page or of what is done on it; 404 when it is gone, 403 about oneself."""
        found = super().row(request, object_id)
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found

    def title_for(self, request: HttpRequest, row: Model) -> str:
        """What a page is called, with a name for those who see names."""
        return self.title_of(row) if may(request, "work_case") else str(row)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """What staff did to a row; without names and reasons for those who see no words."""
        if may(request, "work_case"):
            return super().history_view(request, object_id, extra_context)
        row = self.row(request, object_id)
        page = history(request, row)["page"]
        for entry in page:
            entry.reason, entry.data = "", {}
        bare = {
            "title": f"What staff did: {self.title_for(request, row)}",
            "entries": [(entry, "staff") for entry in page],
            "page": page,
        }
        return super().history_view(request, object_id, {**(extra_context or {}), **bare})

    def _person_id(self, row: Any) -> UUID | None:
        *way, last = self.person_path.split("__")
        for name in way:
            row = getattr(row, name)
        found: UUID | None = getattr(row, f"{last}_id")
        return found
