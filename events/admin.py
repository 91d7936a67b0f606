"""Streams, as staff see them: what somebody's app was told, and how far it has come."""

from typing import Any

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from events.models import Stream
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.sections import Section

EVENTS_SHOWN = 50


@admin.register(Stream)
class StreamAdmin(ReadOnlyAdmin):
    """What happened to each person; by ids, as it is stored."""

    section = Section.SYSTEM
    icon = "stream"
    explanation = (
        "What each person's apps are told, one event after the other. The last position is how many "
        "there were; up to the acknowledged one, some device of theirs has said that it has them."
    )
    list_display = ("whose", "last_position", "acknowledged_position", "wants_notifications")
    list_filter = ("wants_notifications",)
    list_select_related = ("user",)
    search_fields = ("user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of an account"
    fields = (
        "whose", ("last_position", "acknowledged_position"),
        ("wants_notifications", "notify_from"), "latest",
    )  # fmt: skip

    def title_of(self, row: Any) -> str:
        """Whose it is."""
        return str(row.user)

    @display(description="of")
    def whose(self, stream: Stream) -> SafeString:
        """Whose it is."""
        return link(stream.user)

    @display(description="latest events")
    def latest(self, stream: Stream) -> SafeString:
        """The end of the stream."""
        events = stream.events.order_by("-position")[:EVENTS_SHOWN]
        return render_to_string("admin/events/latest.html", {"events": events})
