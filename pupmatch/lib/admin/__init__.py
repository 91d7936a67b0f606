"""The shared half of the admin, and the lists of the tables that serve every room."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry

from pupmatch.lib.admin import jobs
from pupmatch.lib.admin.base import ReadOnlyAdmin
from pupmatch.lib.admin.when import MadeFilter
from pupmatch.lib.models import DiscardedFile, IdempotentAnswer, RequestCounter

__all__ = ["jobs"]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """What staff did."""

    icon = "history_edu"
    list_display = ("action_time", "user", "content_type", "object_repr", "what")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("user", "object_id")
    search_help_text = "Id of a row, or of a member of staff"
    fields = ("action_time", "user", "content_type", "object_id", "object_repr", "what")

    @admin.display(description="what")
    def what(self, entry: LogEntry) -> str:
        """The change in words."""
        return entry.get_change_message() or entry.get_action_flag_display()


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    """Answers kept to be repeated; what they say is between the app and its person."""

    icon = "replay"
    list_display = ("key", "user", "status", "created_at")
    list_filter = (MadeFilter,)
    list_select_related = ("user",)
    search_fields = ("id", "user")
    search_help_text = "Id of an answer or account"
    fields = ("user", "key", "fingerprint", "status", "created_at")


@admin.register(RequestCounter)
class RequestCounterAdmin(ReadOnlyAdmin):
    """Counters of rate limits."""

    icon = "speed"
    list_display = ("key", "count", "window_ends_at")
    search_fields = ("key__startswith",)
    search_help_text = "Beginning of a key"


@admin.register(DiscardedFile)
class DiscardedFileAdmin(ReadOnlyAdmin):
    """Files that are to be removed."""

    icon = "auto_delete"
    list_display = ("name", "remove_after")
    search_fields = ("name__startswith",)
    search_help_text = "Beginning of a file's name"
