"""Conversations between two people who matched."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from playgrounds.models import Playground
from profiles.models import Profile
from pupmatch.lib.ids import UUIDModel


class Conversation(UUIDModel):
    """What two people write to each other while they are matched; `low` has the smaller id."""

    low = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    last_position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__lt=F("high")), name="conversation_pair_ordered"
            ),
            models.UniqueConstraint(
                fields=["low", "high"],
                condition=Q(closed_at=None),
                name="conversation_one_open_per_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"


class Participant(UUIDModel):
    """One side of a conversation: what they have read, and from where on they still see it."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="participations")
    other = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    read_position = models.PositiveIntegerField(default=0)
    cleared_position = models.PositiveIntegerField(
        default=0, help_text="Messages up to here were deleted for this side."
    )
    unread_count = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="Deleted for this side until the next message."
    )
    updated_at = models.DateTimeField(default=timezone.now, help_text="The latest message's time.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "profile"], name="participant_once"),
            models.CheckConstraint(condition=~Q(profile=F("other")), name="participant_not_alone"),
        ]
        indexes = [
            models.Index(
                fields=["profile", "-updated_at", "-id"],
                condition=Q(deleted_at=None),
                name="inbox_by_recency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} in {self.conversation_id}"


class Message(UUIDModel):
    """One message; its position counts 1, 2, 3 … in its conversation."""

    class Kind(models.TextChoices):
        TEXT = "text"
        PLAYGROUND = "playground"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    position = models.PositiveIntegerField()
    sender = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    body = models.TextField(max_length=4000, null=True, blank=True)  # noqa: DJ001 (absent in a shared place)
    playground = models.ForeignKey(
        Playground, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "position"], name="message_position_once"
            ),
            models.UniqueConstraint(
                fields=["conversation", "sender", "client_id"], name="message_client_id_once"
            ),
            models.CheckConstraint(condition=Q(position__gte=1), name="message_position_counts"),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=False, body=None)
                | Q(kind="text", body__isnull=False, playground=None) & ~Q(body="")
                | Q(kind="playground", body=None),
                name="message_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"
