"""What is told to people, and what became of it."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from notifications.kinds import Kind
from notifications.models.people import Device, Provider
from pupmatch.lib.ids import UUIDModel


class Notification(UUIDModel):
    """One thing told to one person: what happened in a stretch of their stream.

    The id goes along to the devices, which drop a second one with the same. What it says is
    composed when it is sent and stored nowhere.
    """

    # As long as the events that it is about.
    KEPT = timedelta(days=30)

    class Channel(models.TextChoices):
        PUSH = "push"
        MAIL = "mail"

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        MERGED = "merged", "told by the next one"
        DROPPED = "dropped", "dropped: nothing left to tell"
        FAILED = "failed"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    channel = models.CharField(max_length=4, choices=Channel.choices)
    kind = models.CharField(
        max_length=20, choices=Kind.choices, blank=True, help_text="Empty: several things."
    )
    subject_id = models.UUIDField(
        null=True, blank=True, help_text="The one conversation, match or like that it is about."
    )
    from_position = models.BigIntegerField()
    to_position = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_position__gte=1, to_position__gte=F("from_position")),
                name="notification_covers_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display() or 'Several things'}, {self.from_position}–{self.to_position}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries, by what is to be done about them."""

    def waiting(self) -> "DeliveryQuerySet":
        """Those that are to be sent, now or later."""
        return self.filter(state=Delivery.State.WAITING)

    def due(self, moment: datetime) -> "DeliveryQuerySet":
        """Those that are to be sent by now. What somebody is sending is due when their time is up."""
        return self.waiting().filter(due_at__lte=moment)

    def unconfirmed(self, moment: datetime) -> "DeliveryQuerySet":
        """Those whose receipt should be there; only Expo gives any, and tickets for them."""
        return self.filter(state=Delivery.State.ACCEPTED, due_at__lte=moment).exclude(ticket="")


class Delivery(UUIDModel):
    """A notification on its way to one device."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted", "accepted by the provider"
        DELIVERED = "delivered", "delivered, says the receipt"
        UNCONFIRMED = "unconfirmed", "accepted, but no receipt came"
        MERGED = "merged", "told by the next one"
        DROPPED = "dropped", "dropped: nothing left to tell"
        FAILED = "failed"

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    # The constraint stands in the migration: the database deletes it together with the device, also
    # when it is made at the very moment at which the device goes.
    device = models.ForeignKey(
        Device, on_delete=models.DO_NOTHING, db_constraint=False, related_name="deliveries"
    )
    state = models.CharField(max_length=11, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(help_text="When to send it, or to ask for its receipt.")
    claim = models.UUIDField(
        null=True, blank=True, help_text="Whose sending it is until it is due."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    from_position = models.BigIntegerField(help_text="Earlier ones that it tells, too, included.")
    ticket = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "device"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(claim=None), name="delivery_claimed_while_waiting"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_due"),
            models.Index(
                fields=["due_at"],
                condition=Q(state="accepted") & ~Q(ticket=""),
                name="delivery_unconfirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification_id} to {self.device_id}"


class PushAttempt(UUIDModel):
    """One request to a provider, as far as it was about one delivery; without what was said."""

    class Step(models.TextChoices):
        SEND = "send"
        RECEIPT = "receipt"

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted"
        DELIVERED = "delivered"
        PENDING = "pending", "no receipt yet"
        GONE = "gone", "device is gone"
        RETRY = "retry", "to be tried again"
        APART = "apart", "to be sent apart from the others"
        FAILED = "failed"

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="attempts"
    )
    # Without a constraint: a device may go while a request is on its way, and nothing waits for it.
    device = models.ForeignKey(
        Device,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="attempts",
        db_constraint=False,
    )
    provider = models.CharField(max_length=7, choices=Provider.choices)
    step = models.CharField(max_length=7, choices=Step.choices)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    ticket = models.CharField(max_length=100, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    duration_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.step} {self.verdict}"


class OutageQuerySet(models.QuerySet["Outage"]):
    """Outages, by whether one has to wait."""

    def rest_of(self, provider: str) -> datetime | None:
        """Until when nothing is to be sent to this provider."""
        return (
            self.filter(provider=provider, until__gt=timezone.now())
            .values_list("until", flat=True)
            .first()
        )


class Outage(models.Model):
    """A provider that does not answer, or asked for a pause: nothing is sent to it `until` then."""

    provider = models.CharField(max_length=7, choices=Provider.choices, primary_key=True)
    failures = models.PositiveIntegerField(default=0, help_text="Requests in a row.")
    until = models.DateTimeField()

    objects = OutageQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.provider} until {self.until:%Y-%m-%d %H:%M:%S}"
