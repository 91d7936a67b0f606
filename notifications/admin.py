"""Notifications, as staff see them: who was told when and what providers said, never what was told."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    Outage,
    PushAttempt,
)
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.admin.when import MadeFilter

ATTEMPTS_SHOWN = 50


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What was told to whom, and what became of it."""

    section = Section.SYSTEM
    icon = "notifications"
    explanation = (
        "One thing that somebody was told, or is to be told, about a stretch of their stream. Its page "
        "shows to which devices it went. Texts are not kept."
    )
    list_display = ("created_at", "whose", "channel", "kind", "label", "stretch")
    list_filter = ("state", "channel", "kind", MadeFilter)
    list_select_related = ("user",)
    search_fields = ("id", "user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of a notification or account"
    fields = (
        "whose", ("channel", "kind", "subject_id"), ("label", "stretch", "created_at"),
        "ways", "requests",
    )  # fmt: skip

    def title_of(self, row: Any) -> str:
        """What it is about."""
        return f"{row.get_kind_display() or 'Several things'}, {row.created_at:%Y-%m-%d %H:%M}"

    @display(description="to")
    def whose(self, notification: Notification) -> SafeString:
        """Who was told."""
        return link(notification.user)

    @display(
        description="state",
        label={"sent": "success", "waiting": "info", "failed": "danger"},
    )
    def label(self, notification: Notification) -> str:
        """What became of it."""
        return notification.state

    @display(description="events")
    def stretch(self, notification: Notification) -> str:
        """The part of the person's stream that it tells of."""
        return f"{notification.from_position}–{notification.to_position}"

    @display(description="deliveries")
    def ways(self, notification: Notification) -> SafeString:
        """Each device's."""
        rows = notification.deliveries.select_related("device")
        return render_to_string("admin/notifications/deliveries.html", {"deliveries": rows})

    @display(description="attempts")
    def requests(self, notification: Notification) -> SafeString:
        """Every request to a provider."""
        rows = notification.attempts.select_related("device").order_by("-pk")
        context = {"attempts": rows[:ATTEMPTS_SHOWN]}
        return render_to_string("admin/notifications/attempts.html", context)


@admin.register(PushAttempt)
class PushAttemptAdmin(ReadOnlyAdmin):
    """Requests to providers, and what they said."""

    section = Section.SYSTEM
    icon = "send"
    explanation = (
        "One request to a provider, as far as it was about one delivery, with the answer in the "
        "provider's words. “Gone” is ordinary: the app was removed. “Failed” with 401 or 403 means a "
        "key of ours."
    )
    list_display = ("created_at", "provider", "step", "label", "status_code", "detail", "about")
    list_filter = ("provider", "step", "verdict", MadeFilter)
    list_select_related = ("notification",)
    search_fields = ("id", "notification", "device", "notification__user__email__startswith")
    search_help_text = "Beginning of an address, or id of a notification or device"
    fields = (
        "about", "device", ("provider", "step", "label"), ("status_code", "detail"),
        ("ticket", "duration_ms", "created_at"),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[PushAttempt]:
        """With what it was about."""
        return super().get_queryset(request).select_related("notification", "device")

    @display(
        description="verdict",
        label={
            "accepted": "success",
            "delivered": "success",
            "failed": "danger",
            "gone": "warning",
        },
    )
    def label(self, attempt: PushAttempt) -> str:
        """What the answer means."""
        return attempt.verdict

    @display(description="notification")
    def about(self, attempt: PushAttempt) -> SafeString:
        """What was to be told."""
        return link(attempt.notification)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Notifications on their way to single devices."""

    section = Section.SYSTEM
    icon = "outbox"
    explanation = (
        "One notification on its way to one device. A waiting one is sent when it is due; one that "
        "the provider accepted is due when we ask for its receipt, which tells whether the device's "
        "maker took it. Nothing tells whether anybody saw it."
    )
    list_display = ("about", "device", "state", "due_at", "tries", "sent_at")
    list_filter = ("state",)
    list_select_related = ("notification", "device")
    search_fields = ("id", "notification", "device", "notification__user__email__startswith")
    search_help_text = "Beginning of an address, or id of a delivery, notification or device"

    @display(description="notification")
    def about(self, delivery: Delivery) -> SafeString:
        """What is told."""
        return link(delivery.notification)


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """Where people are pushed to. Tokens are shown to nobody."""

    section = Section.PEOPLE
    icon = "phone_iphone"
    person_path = "user"
    list_display = ("whose", "provider", "platform", "ending", "time_zone", "registered_at")
    list_filter = ("provider", "platform", MadeFilter)
    list_select_related = ("user",)
    search_fields = ("id", "user", "session", "installation_id", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of a device, account or sign-in"
    fields = (
        "whose", ("provider", "platform", "ending"), ("time_zone", "locale"), "installation_id",
        ("created_at", "registered_at", "token_set_at"),
    )  # fmt: skip

    @display(description="account")
    def whose(self, device: Device) -> SafeString:
        """Who is pushed to."""
        return link(device.user)

    @display(description="token")
    def ending(self, device: Device) -> str:
        """Its last letters."""
        return f"…{device.token_ending}"


@admin.register(NotificationPreferences)
class NotificationPreferencesAdmin(ReadOnlyAdmin):
    """What people want to be told."""

    section = Section.PEOPLE
    icon = "tune"
    list_display = ("whose", "muted", "mailed", "quiet", "zone", "held_until")
    list_filter = (state_filter("held_until", absent="Not held", present="Held"),)
    list_select_related = ("user",)
    search_fields = ("user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of an account"
    fields = (
        "whose", ("muted", "mailed"), "previews", ("quiet", "zone"), ("held_until", "mailed_at"),
    )  # fmt: skip

    def title_of(self, row: Any) -> str:
        """Whose."""
        return f"Notifications of {row.user}"

    @display(description="account")
    def whose(self, preferences: NotificationPreferences) -> SafeString:
        """Whose."""
        return link(preferences.user)

    @display(description="quiet hours")
    def quiet(self, preferences: NotificationPreferences) -> str:
        """Both ends."""
        hours = preferences.quiet_hours
        return f"{hours['start']:%H:%M}–{hours['end']:%H:%M}" if hours else "–"


@admin.register(Outage)
class OutageAdmin(ReadOnlyAdmin):
    """Providers that are left alone for a while."""

    section = Section.SYSTEM
    icon = "cloud_off"
    explanation = (
        "A provider that did not answer, or asked for a pause, as often in a row as it says: nothing "
        "is sent to it before the time shown, then one batch tries again. The first that succeeds "
        "removes the row, so that an empty list means that all is well."
    )
    list_display = ("provider", "failures", "until")
    search_fields = ("provider",)
