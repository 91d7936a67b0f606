"""The shared half of the admin, and the lists of the tables that serve every room."""

from django.contrib import admin

from pupmatch.lib.admin import audit, jobs, limits
from pupmatch.lib.admin.base import ReadOnlyAdmin
from pupmatch.lib.admin.when import MadeFilter
from pupmatch.lib.models import DiscardedFile, HeldFile, IdempotentAnswer, RequestCounter

__all__ = ["audit", "jobs", "limits"]


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


@admin.register(HeldFile)
class HeldFileAdmin(ReadOnlyAdmin):
    """Files that stay although their owners may go."""

    icon = "lock_clock"
    list_display = ("name", "holder")
    search_fields = ("name__startswith",)
    search_help_text = "Beginning of a file's name"
