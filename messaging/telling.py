"""What people are told of their messages: which one, and how many they have not read."""

from uuid import UUID

from django.db.models import Q

from events.publishing import publish
from messaging.models import Message, Participant
from profiles.models import Profile


def tell_change(message: Message, type: str) -> None:
    """Whoever deleted it together with the conversation has nothing to change."""
    sides = Participant.objects.filter(
        conversation=message.conversation_id, cleared_position__lt=message.position
    )
    for user_id, unread_count in sides.values_list("profile__user_id", "unread_count"):
        publish([user_id], type, told(message, unread_count))


def told(message: Message, unread_count: int) -> dict[str, UUID | int]:
    """What is stored of an event: which message, and the reader's own figure."""
    return {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "position": message.position,
        "sender_id": message.sender_id,
        "unread_count": unread_count,
    }


def tell_all_gone(*, profile: Profile) -> None:
    """Tell both sides of every conversation of a profile that is about to be deleted.

    Call it inside `recorded()`.
    """
    sides = Participant.objects.filter(Q(profile=profile) | Q(other=profile), deleted_at=None)
    for conversation_id, end, user_id in sides.values_list(
        "conversation_id", "conversation__last_position", "profile__user_id"
    ):
        gone = {"conversation_id": conversation_id, "position": end}
        publish([user_id], "conversation.deleted", gone)
