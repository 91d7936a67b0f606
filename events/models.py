"""One durable sequence for each person: 1, 2, 3 … without a gap."""

import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

# How long an event can be asked for.
KEPT = datetime.timedelta(days=30)


class Stream(models.Model):
    """How far a person's sequence has come. Its row lock is what makes the numbers gap-free."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="stream",
    )
    last_position = models.BigIntegerField(default=0)
    acknowledged_position = models.BigIntegerField(
        default=0, help_text="Up to here some device of the person's said that it has everything."
    )
    wants_notifications = models.BooleanField(
        default=False, help_text="There is somewhere to push or mail to."
    )
    notify_from = models.BigIntegerField(
        null=True, blank=True, help_text="The first event that the waiting notification is about."
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["user"], condition=~Q(notify_from=None), name="stream_to_notify_of"
            )
        ]

    def __str__(self) -> str:
        return f"stream of {self.user_id}"


class EventQuerySet(models.QuerySet["Event"]):
    """Events, by whose they are and where a reader stands."""

    def after(self, user_id: UUID, position: int) -> "EventQuerySet":
        """What happened to a person after `position`, oldest first."""
        return self.filter(stream=user_id, position__gt=position).order_by("position")

    def expired(self) -> "EventQuerySet":
        """Those that are older than what is kept."""
        return self.filter(at__lt=timezone.now() - KEPT)


class Event(models.Model):
    """One thing that happened to one person.

    `data` holds ids, numbers and times only. What they name is looked up when the event is read, so
    that a text that was unsent or erased is gone from here, too.
    """

    pk = models.CompositePrimaryKey("stream_id", "position")
    stream = models.ForeignKey(
        Stream, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    position = models.BigIntegerField()
    type = models.CharField(max_length=40)
    data = models.JSONField()
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        # Rows come in the order of time, which is all that a BRIN index needs.
        indexes = [BrinIndex(fields=["at"], name="event_by_time", autosummarize=True)]

    def __str__(self) -> str:
        return f"{self.type} at {self.position}"
