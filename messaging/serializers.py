"""Shapes of conversations and messages."""

from typing import Any

from django.db.models import BooleanField, Case, Expression, F, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.authentication import USER
from messaging.models import Message, Participant
from playgrounds.serializers import FavoritePlaygroundSerializer
from profiles.models import Preferences
from profiles.preferences import share_receipts
from profiles.serializers import CardSerializer
from pupmatch.lib.documents import document
from pupmatch.lib.documents.expressions import Fixed, when
from pupmatch.lib.text import shows_something

LONGEST_MESSAGE = 4000
LONGEST_SEARCH = 200
# What a card no longer tells once the match is over, whether by an unmatch or by a block.
FORMER: dict[str, Any] = {
    "bio": "",
    "photos": [],
    "prompts": [],
    "favorite_playgrounds": [],
    "distance": None,
}


class MessageSerializer(serializers.ModelSerializer):
    """A message. `position` counts 1, 2, 3 … in its conversation; `sender_id` is a profile's id.

    While `held_at` is set, neither side is shown what it says: `body` and `playground` are null. So
    is a `playground` that is gone, or held itself.
    """

    body = serializers.CharField(source="shown_body", read_only=True, allow_null=True)
    playground = FavoritePlaygroundSerializer(
        source="shown_playground", read_only=True, allow_null=True
    )
    conversation_id = serializers.UUIDField(read_only=True)
    sender_id = serializers.UUIDField(read_only=True)
    reply_to = serializers.UUIDField(source="reply_to_id", read_only=True, allow_null=True)

    class Meta:
        model = Message
        fields = (
            "id",
            "conversation_id",
            "client_id",
            "position",
            "sender_id",
            "kind",
            "body",
            "playground",
            "reply_to",
            "created_at",
            "edited_at",
            "deleted_at",
            "held_at",
        )
        read_only_fields = fields

    def sql_body(self, at: str) -> Expression:
        return Case(When(**{f"{at}held_at": None}, then=F(f"{at}body")))

    def sql_playground(self, at: str) -> Expression:
        is_there = Q(**{f"{at}playground__isnull": False, f"{at}playground__held_at": None})
        is_shown = Q(**{f"{at}held_at": None}) & is_there
        return when(is_shown, document(FavoritePlaygroundSerializer(), f"{at}playground__"))


def body_field(**kwargs: Any) -> serializers.CharField:
    """What somebody writes; it comes back to the letter."""
    return serializers.CharField(
        max_length=LONGEST_MESSAGE, trim_whitespace=False, validators=[shows_something], **kwargs
    )


class MessageInputSerializer(serializers.Serializer):
    """Either a `body` or a `playground_id`.

    Make a new `client_id` for each message, and send it again with the same one when the answer got
    lost.
    """

    client_id = serializers.UUIDField()
    body = body_field(required=False)
    playground_id = serializers.UUIDField(required=False)
    reply_to = serializers.UUIDField(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        if ("body" in attrs) == ("playground_id" in attrs):
            raise serializers.ValidationError({"body": ["Send either body or playground_id."]})
        return attrs


class MessageEditSerializer(serializers.Serializer):
    """The new words; without any, nothing changes."""

    body = body_field(required=False)


class SearchSerializer(serializers.Serializer):
    """What to look for in messages."""

    q = serializers.CharField(
        max_length=LONGEST_SEARCH,
        help_text='All of these words; `"words in a row"`, `this or that`, `-without`. The last '
        "word may be unfinished; capitals and accents make no difference.",
    )


class ConversationSerializer(serializers.ModelSerializer):
    """A conversation in my inbox.

    `read_position` is how far I have read; `other_read_position` and `other_delivered_position` are
    how far the other side has, and has received. Those are null unless both of us have
    `read_receipts` on, and after the match ended.

    After the match ended, `closed_at` is set and `profile` keeps the name, but shows no more
    pictures, texts, places or distance.
    """

    id = serializers.UUIDField(source="conversation_id")
    match_id = serializers.UUIDField()
    profile = serializers.SerializerMethodField()
    last_message = serializers.SerializerMethodField()
    other_read_position = serializers.SerializerMethodField()
    other_delivered_position = serializers.SerializerMethodField()
    closed_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Participant
        fields = (
            "id",
            "match_id",
            "profile",
            "last_message",
            "unread_count",
            "read_position",
            "other_read_position",
            "other_delivered_position",
            "updated_at",
            "closed_at",
        )
        read_only_fields = fields

    @extend_schema_field(CardSerializer)
    def get_profile(self, participant: Participant) -> dict:
        card = CardSerializer(participant.other, context=self.context).data
        if participant.closed_at or not participant.other.user.is_active:
            return {**card, **FORMER}
        return card

    def sql_profile(self, at: str) -> Expression:
        former = {name: Fixed(value) for name, value in FORMER.items()}
        lasts = Q(closed_at=None, other__user__is_active=True)
        return Case(
            When(lasts, then=document(CardSerializer(), "other__")),
            default=document(CardSerializer(), "other__", **former),
        )

    @extend_schema_field(MessageSerializer(allow_null=True))
    def get_last_message(self, participant: Participant) -> dict | None:
        last = participant.last_message
        # The one at the end, which this side may have cleared away.
        if last is None or last.position <= participant.cleared_position:
            return None
        return MessageSerializer(last, context=self.context).data

    def sql_last_message(self, at: str) -> Expression:
        is_there = Q(last_message__position__gt=F("cleared_position"))
        return when(is_there, document(MessageSerializer(), "last_message__"))

    def get_other_read_position(self, participant: Participant) -> int | None:
        return participant.other_read_position if self._tells(participant) else None

    def sql_other_read_position(self, at: str) -> Expression:
        return self._told("other_read_position")

    def get_other_delivered_position(self, participant: Participant) -> int | None:
        return participant.other_delivered_position if self._tells(participant) else None

    def sql_other_delivered_position(self, at: str) -> Expression:
        return self._told("other_delivered_position")

    def _tells(self, participant: Participant) -> bool:
        """Whether either learns how far the other is."""
        viewer = self.context["view"].profile.user
        return participant.closed_at is None and share_receipts(viewer, participant.other.user)

    def _told(self, name: str) -> Expression:
        viewers = Subquery(Preferences.objects.filter(user=USER).values("read_receipts"))
        theirs = F("other__user__preferences__read_receipts")
        shared = (
            Q(Coalesce(wish, Value(True), output_field=BooleanField()))
            for wish in (viewers, theirs)
        )
        return Case(When(Q(*shared, closed_at=None), then=F(name)))


class ReadSerializer(serializers.Serializer):
    """How far the conversation was read."""

    position = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
