"""Where people are reached, and what they want to be told."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Session, User
from notifications import tokens
from notifications.kinds import Kind
from notifications.quiet import QuietHours
from pupmatch.lib.ids import UUIDModel


class Provider(models.TextChoices):
    """Who carries a notification to a device."""

    EXPO = "expo"
    WEBPUSH = "webpush", "Web Push"


class Platform(models.TextChoices):
    """What a device runs."""

    IOS = "ios", "iOS"
    ANDROID = "android"
    WEB = "web"


class DeviceQuerySet(models.QuerySet["Device"]):
    """Devices, by whether anything may be sent to them."""

    def live(self) -> "DeviceQuerySet":
        """Those whose sign-in still counts."""
        return self.filter(
            session__ended_at=None,
            session__expires_at__gt=timezone.now(),
            user__is_active=True,
        )


class Device(UUIDModel):
    """An installation that can be pushed to, on behalf of the sign-in that registered it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices", db_index=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="devices")
    installation_id = models.UUIDField(help_text="Chosen by the app: its own `id` in the API.")
    provider = models.CharField(max_length=7, choices=Provider.choices)
    token = models.TextField(max_length=tokens.MAX_TOKEN)
    token_digest = models.CharField(max_length=64)
    token_set_at = models.DateTimeField(default=timezone.now)
    platform = models.CharField(max_length=7, choices=Platform.choices)
    time_zone = models.CharField(max_length=64)
    locale = models.CharField(max_length=35)
    created_at = models.DateTimeField(default=timezone.now)
    registered_at = models.DateTimeField(default=timezone.now, help_text="Last said to be here.")

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "installation_id"], name="device_once"),
            models.UniqueConstraint(fields=["token_digest"], name="device_token_once"),
            models.CheckConstraint(
                condition=Q(provider__in=Provider.values), name="device_provider_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} …{self.token_ending}"

    @property
    def token_ending(self) -> str:
        """As much of the token as is shown to anybody."""
        return tokens.ending(self.provider, self.token)


class NotificationPreferencesQuerySet(models.QuerySet["NotificationPreferences"]):
    """Preferences, by what follows from them."""

    def wanting_digest(self) -> "NotificationPreferencesQuerySet":
        """Of people who want mail about something, at an address that is known to be theirs."""
        return self.exclude(mailed=[]).filter(
            user__email_verified_at__isnull=False, user__is_active=True
        )


class NotificationPreferences(models.Model):
    """What a person wants to be told, how and when. Without a row: the defaults."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="notification_preferences"
    )
    # What differs from the defaults: everything is pushed and nothing mailed.
    muted = ArrayField(
        models.CharField(max_length=20, choices=Kind.choices), default=list, blank=True
    )
    mailed = ArrayField(
        models.CharField(max_length=20, choices=Kind.choices), default=list, blank=True
    )
    previews = models.BooleanField(default=True, help_text="Pushes may show a message's text.")
    quiet_start = models.TimeField(null=True, blank=True)
    quiet_end = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: the device's.")
    device_time_zone = models.CharField(
        max_length=64, blank=True, help_text="Of the device that was registered last."
    )
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="A notification waits for the end of the quiet hours."
    )
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="The last digest's time.")

    objects = NotificationPreferencesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "notification preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(muted__contained_by=Kind.values, mailed__contained_by=Kind.values),
                name="notification_kinds_known",
            ),
            models.CheckConstraint(
                condition=Q(quiet_start=None, quiet_end=None)
                | Q(quiet_start__isnull=False, quiet_end__isnull=False)
                & ~Q(quiet_start=F("quiet_end")),
                name="quiet_hours_have_two_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["held_until"],
                condition=Q(held_until__isnull=False),
                name="notification_held_until",
            )
        ]

    def __str__(self) -> str:
        return f"notification preferences of {self.user_id}"

    @property
    def zone(self) -> str:
        """The IANA name of the time zone that the quiet hours are told in."""
        return self.time_zone or self.device_time_zone or "UTC"

    @property
    def pushed(self) -> set[str]:
        """The kinds that go to devices."""
        return set(Kind.values) - set(self.muted)

    @property
    def kinds(self) -> dict[str, dict[str, bool]]:
        """By kind, which ways it is told."""
        return {
            kind: {"push": kind in self.pushed, "email": kind in self.mailed}
            for kind in Kind.values
        }

    @property
    def quiet_hours(self) -> dict[str, time] | None:
        """Their two ends; None for none."""
        if self.quiet_start is None or self.quiet_end is None:
            return None
        return {"start": self.quiet_start, "end": self.quiet_end}

    def quiet_until(self, moment: datetime) -> datetime | None:
        """The end of the quiet hours that hold at `moment`; None when none do."""
        if self.quiet_hours is None:
            return None
        return QuietHours(**self.quiet_hours, zone=ZoneInfo(self.zone)).until(moment)


def preferences_of(user_ids: set[UUID]) -> dict[UUID, NotificationPreferences]:
    """The preferences of each of these people, in one query."""
    stored = NotificationPreferences.objects.in_bulk(user_ids)
    return {pk: stored.get(pk) or NotificationPreferences(user_id=pk) for pk in user_ids}
