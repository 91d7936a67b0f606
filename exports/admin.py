"""That people asked for their data, and whether they got it; never what is in it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from unfold.decorators import display

from exports.models import Export
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.sections import Section


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Copies of people's data, which only they can fetch."""

    section = Section.SYSTEM
    icon = "folder_zip"
    person_path = "user"
    explanation = (
        "Somebody asked for everything that is stored about them. Nobody else can open the file, which is "
        "removed after seven days, together with the account, or when they ask anew. One that has been "
        "preparing for long has a failed job."
    )
    list_display = ("requested_at", "whose", "state", "prepared_at", "size", "expires_at")
    search_fields = ("id", "user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of an export or account"
    fields = ("whose", ("requested_at", "prepared_at", "expires_at"), ("state", "size"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """With whose they are."""
        return super().get_queryset(request).select_related("user")

    @display(description="of")
    def whose(self, export: Export) -> SafeString:
        """Who asked."""
        return link(export.user)

    @display(description="state", label={"ready": "success", "preparing": "info"})
    def state(self, export: Export) -> str:
        """Whether there is a file."""
        return "ready" if export.is_prepared else "preparing"

    @display(description="size")
    def size(self, export: Export) -> str:
        """Of the file."""
        return filesizeformat(export.byte_size) if export.byte_size else "–"
