"""Conversations between two people who matched."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from messaging.words import Matches, Words, query_for
from playgrounds.models import Playground
from profiles.models import Profile
from pupmatch.lib.ids import UUIDModel
from pupmatch.lib.problems import NotFound


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Conversations under their row locks."""

    def lock(self, pk: UUID) -> "Conversation":
        """The conversation, fresh and locked until the transaction ends, with whose it is.

        Raises NotFound when it went with one of the two.
        """
        found = self.lock_all([pk])
        if not found:
            raise NotFound
        return found[0]

    def lock_all(self, pks: Collection[UUID]) -> list["Conversation"]:
        """The same for several, in the one order in which everybody locks them."""
        rows = self.filter(pk__in=pks).order_by("pk").select_related("low", "high")
        fields = ("last_position", "closed_at", "low__user_id", "high__user_id")
        return list(rows.only(*fields).select_for_update(of=("self",), no_key=True))


class Conversation(UUIDModel):
    """What two people write to each other while they are matched; `low` has the smaller id."""

    low = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    last_position = models.PositiveIntegerField(default=0)
    only_sender_id = models.UUIDField(
        null=True, blank=True, help_text="Who wrote it all, until the other side answers."
    )
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

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

    @property
    def people(self) -> dict[UUID, UUID]:
        """The account behind the profile of either side."""
        return {self.low_id: self.low.user_id, self.high_id: self.high.user_id}


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Sides of conversations, by who may see what of them."""

    def inbox_of(self, profile: Profile) -> "ParticipantQuerySet":
        """Somebody's sides of the conversations that they did not delete."""
        return self.filter(profile=profile, deleted_at=None)


class Participant(UUIDModel):
    """One side of a conversation: what they have read, and from where on they still see it.

    A line of somebody's inbox stands in this row, with the last message beside it. What it repeats
    of the conversation, the match and the other side is written together with those, under the
    conversation's lock; `messaging.counters` compares.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    match_id = models.UUIDField(
        null=True, blank=True, help_text="The match, whose table stands a room above."
    )
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="participations")
    other = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="+")
    # Neither constraint nor index: messages go together with their conversation, and so does this.
    last_message = models.ForeignKey(
        "Message",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="The one at the end, even where this side cleared it away.",
    )
    read_position = models.PositiveIntegerField(default=0)
    delivered_position = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Up to here some device of this side's has everything."
    )
    shown_position = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Up to here it came while it was open on a screen."
    )
    cleared_position = models.PositiveIntegerField(
        default=0, help_text="Messages up to here were deleted for this side."
    )
    other_read_position = models.PositiveIntegerField(default=0, db_default=0)
    other_delivered_position = models.PositiveIntegerField(default=0, db_default=0)
    unread_count = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="Deleted for this side until the next message."
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="The conversation's.")
    updated_at = models.DateTimeField(default=timezone.now, help_text="The latest message's time.")

    objects = ParticipantQuerySet.as_manager()

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


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, by who may see them."""

    def visible_to(self, profile: Profile) -> "MessageQuerySet":
        """Those in the conversations of somebody's inbox, after what they deleted for themselves."""
        sides = Participant.objects.inbox_of(profile).filter(
            conversation=OuterRef("conversation"), cleared_position__lt=OuterRef("position")
        )
        return self.filter(Exists(sides))

    def saying(self, text: str) -> "MessageQuerySet":
        """Those that show the words that somebody looks for; none for no words."""
        wanted = query_for(text)
        shown = self.filter(held_at=None)
        return shown.filter(Matches(Words("body"), wanted)) if wanted else self.none()


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
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="While it is set, nobody is shown what it says."
    )

    objects = MessageQuerySet.as_manager()

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
        # Words wait in a short list until there are enough of them to be sorted in at once. Not
        # partial, although unsent messages have none: the planner reads no statistics of such.
        indexes = [
            GinIndex(
                Words("body"),
                gin_pending_list_limit=256,
                name="message_by_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"

    @property
    def shown_body(self) -> str | None:
        """The words that both sides see."""
        return None if self.held_at else self.body

    @property
    def shown_playground(self) -> Playground | None:
        """The shared place that both sides see; none that is held itself."""
        place = None if self.held_at else self.playground
        return None if place is None or place.is_held else place


class FormerWords(UUIDModel):
    """What a message said before it was edited or unsent, for a few days and for nobody to read.

    Sealed, and opened by `messaging.former` alone, for whoever has to judge a report of the message
    or of one beside it. Whoever writes something and takes it back has said it nevertheless.
    """

    KEPT = timedelta(days=3)

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    sealed = models.TextField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "former words"
        indexes = [models.Index(fields=["replaced_at"], name="former_words_by_age")]

    def __str__(self) -> str:
        return f"replaced {self.replaced_at:%Y-%m-%d %H:%M}"
