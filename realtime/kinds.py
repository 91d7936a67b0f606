"""Every kind of event and what its `data` is: the table that openapi.yaml is made from.

A kind that is published and not listed here fails a test (tests/test_schema.py).
"""

from typing import Any

from drf_spectacular.utils import (
    PolymorphicProxySerializer,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers

from matching.serializers import LikeReceivedSerializer, MatchSerializer
from messaging.serializers import MessageSerializer
from moderation.decision_serializers import DecisionSerializer
from moderation.serializers import ReportSerializer


class ExactSerializer(serializers.Serializer):
    """These fields and never any other, which tells it from what it stands in for."""

    is_exact = True


class MessageNewsSerializer(MessageSerializer):
    """The message as it is now; and how many there are in its conversation that I have not read."""

    unread_count = serializers.IntegerField()

    class Meta(MessageSerializer.Meta):
        fields: Any = (*MessageSerializer.Meta.fields, "unread_count")
        read_only_fields: Any = fields


class GoneMessageSerializer(ExactSerializer):
    """A message that its author's departure, or I for myself, took away meanwhile."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    position = serializers.IntegerField()
    sender_id = serializers.UUIDField()
    unread_count = serializers.IntegerField()


class ReceiptSerializer(ExactSerializer):
    """How far the profile has come in the conversation."""

    conversation_id = serializers.UUIDField()
    profile_id = serializers.UUIDField()
    position = serializers.IntegerField()


class OwnReceiptSerializer(ReceiptSerializer):
    """How far I have read, here or on another device, and how many are left."""

    unread_count = serializers.IntegerField()


class DeletedConversationSerializer(ExactSerializer):
    """What I deleted for myself: the messages up to this position."""

    conversation_id = serializers.UUIDField()
    position = serializers.IntegerField()


class GoneMatchSerializer(ExactSerializer):
    """A match that is over already; its end comes further on."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()


class EndedMatchSerializer(GoneMatchSerializer):
    """A match that is over, since when."""

    ended_at = serializers.DateTimeField()


class GoneLikeSerializer(ExactSerializer):
    """A like that no longer waits for me, and whose it was."""

    id = serializers.UUIDField()
    profile_id = serializers.UUIDField()


class SignInSerializer(ExactSerializer):
    """One of my sign-ins, as in `GET /auth/sessions`."""

    session_id = serializers.UUIDField()


class VerificationDecidedSerializer(ExactSerializer):
    """A document of mine that staff decided about, as in `GET /me/verifications`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(["confirmed", "refused"])


class GoneSerializer(ExactSerializer):
    """Something that is no longer kept."""

    id = serializers.UUIDField()


def one_of(name: str, *shapes: type[serializers.Serializer]) -> PolymorphicProxySerializer:
    """The first of these, as long as the thing is there to be shown; else another."""
    return PolymorphicProxySerializer(name, list(shapes), resource_type_field_name=None)


MESSAGE = one_of("MessageData", MessageNewsSerializer, GoneMessageSerializer)
DECISION = one_of("DecisionData", DecisionSerializer, GoneSerializer)
NOTHING = {"type": "object", "additionalProperties": False}

KINDS: dict[str, Any] = {
    "message.created": MESSAGE,
    "message.updated": MESSAGE,
    "message.deleted": MESSAGE,
    "conversation.read": one_of("ReadData", OwnReceiptSerializer, ReceiptSerializer),
    "conversation.delivered": ReceiptSerializer,
    "conversation.deleted": DeletedConversationSerializer,
    "match.created": one_of("MatchData", MatchSerializer, GoneMatchSerializer),
    "match.ended": EndedMatchSerializer,
    "like.received": one_of("LikeData", LikeReceivedSerializer, GoneLikeSerializer),
    "like.removed": GoneLikeSerializer,
    "verification.decided": VerificationDecidedSerializer,
    "decision.created": DECISION,
    "decision.updated": DECISION,
    "report.decided": one_of("ReportData", ReportSerializer, GoneSerializer),
    "account.updated": NOTHING,
    "account.signed_in": SignInSerializer,
    "account.signed_out": SignInSerializer,
    "account.export_ready": NOTHING,
}


def _shown_as(shape: Any) -> serializers.Field:
    field = type("ShownField", (serializers.JSONField,), {})
    return extend_schema_field(shape)(field)()


def _event(kind: str, data: Any) -> serializers.Serializer:
    name = "".join(word.capitalize() for word in kind.replace("_", ".").split("."))
    fields: dict[str, Any] = {
        "position": serializers.IntegerField(
            help_text="1, 2, 3 … in my own stream, without a gap."
        ),
        "type": serializers.CharField(),
        "at": serializers.DateTimeField(),
        "data": _shown_as(data),
    }
    return inline_serializer(f"{name}Event", fields)


def event_field() -> serializers.Field:
    """An event of any kind, for the schema."""
    events: dict[str, Any] = {kind: _event(kind, data) for kind, data in KINDS.items()}
    return _shown_as(PolymorphicProxySerializer("Event", events, resource_type_field_name="type"))
