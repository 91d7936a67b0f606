"""Writing to each other: each change under the conversation's row lock."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from messaging.models import Conversation, Message, Participant
from playgrounds.services import hold
from profiles.models import Profile
from pupmatch.lib.problems import NotFound, Problem


class MatchEnded(Problem):
    """The match behind the conversation is over, and so is the conversation."""

    default_code = "match_ended"
    default_detail = "This match has ended; the conversation can be read, but not continued."


class ClientIdReused(Problem):
    """The client id belongs to another message."""

    default_code = "client_id_reused"
    default_detail = "This client_id was used for a message with other content."


class UnknownReply(Problem):
    """The message to reply to is not in this conversation."""

    status_code = 400
    default_code = "unknown_reply_to"
    default_detail = "reply_to names no message of this conversation."


class UnknownPlayground(Problem):
    """The playground to share does not exist."""

    status_code = 400
    default_code = "unknown_playground"
    default_detail = "playground_id names no playground."


@transaction.atomic
def open_conversation(*, low: Profile, high: Profile) -> Conversation:
    """A conversation for a pair whose match was just made."""
    conversation = Conversation.objects.create(low=low, high=high)
    Participant.objects.bulk_create(
        Participant(
            conversation=conversation, profile=me, other=other, updated_at=conversation.created_at
        )
        for me, other in ((low, high), (high, low))
    )
    return conversation


@transaction.atomic
def close_conversation(*, conversation_id: UUID) -> None:
    """End writing for good; both can still read until they delete it."""
    # Waits for a message that is being sent, and makes the next one wait: none slips in after.
    lock(conversation_id)
    Conversation.objects.filter(pk=conversation_id, closed_at=None).update(closed_at=timezone.now())


def lock(conversation_id: UUID) -> Conversation:
    """The conversation's row, fresh and locked until the transaction ends.

    Raises NotFound when it went with one of the two.
    """
    found = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def send(
    *,
    participant: Participant,
    client_id: UUID,
    body: str | None = None,
    playground_id: UUID | None = None,
    reply_to: UUID | None = None,
) -> tuple[Message, bool]:
    """Append a message; the second value says whether it is new.

    Harmless to repeat with the same `client_id`. Raises MatchEnded, ClientIdReused, UnknownReply or
    UnknownPlayground.
    """
    conversation = lock(participant.conversation_id)
    content = {"body": body, "playground_id": playground_id, "reply_to_id": reply_to}
    earlier = Message.objects.filter(
        conversation=conversation, sender=participant.profile_id, client_id=client_id
    ).first()
    if earlier:
        return _repeated(earlier, content), False
    if conversation.closed_at:
        raise MatchEnded
    _check_references(conversation, playground_id, reply_to)
    message = Message.objects.create(
        conversation=conversation,
        position=conversation.last_position + 1,
        sender_id=participant.profile_id,
        client_id=client_id,
        kind=Message.Kind.TEXT if playground_id is None else Message.Kind.PLAYGROUND,
        **content,
    )
    _deliver(message)
    return message, True


def _repeated(earlier: Message, content: dict[str, Any]) -> Message:
    # An edited or unsent message is still the one that was sent with this id.
    is_unchanged = earlier.edited_at is None and earlier.deleted_at is None
    if is_unchanged and any(getattr(earlier, name) != value for name, value in content.items()):
        raise ClientIdReused
    return earlier


def _check_references(
    conversation: Conversation, playground_id: UUID | None, reply_to: UUID | None
) -> None:
    if playground_id:
        try:
            hold(playground_id=playground_id)
        except NotFound as error:
            raise UnknownPlayground from error
    if reply_to and not conversation.messages.filter(pk=reply_to).exists():
        raise UnknownReply


def _deliver(message: Message) -> None:
    Conversation.objects.filter(pk=message.conversation_id).update(last_position=message.position)
    sides = Participant.objects.filter(conversation=message.conversation_id)
    # A conversation that one side had deleted comes back, from this message on.
    news = {"updated_at": message.created_at, "deleted_at": None}
    sides.filter(profile=message.sender_id).update(**news)
    sides.exclude(profile=message.sender_id).update(**news, unread_count=F("unread_count") + 1)


@transaction.atomic
def mark_read(*, participant: Participant, position: int) -> Participant:
    """Everything up to `position` was read; beyond the end means the end, backwards does nothing."""
    conversation = lock(participant.conversation_id)
    participant.refresh_from_db()
    position = max(participant.read_position, min(position, conversation.last_position))
    participant.read_position = position
    participant.unread_count = (
        conversation.messages.filter(
            position__gt=max(position, participant.cleared_position), deleted_at=None
        )
        .exclude(sender=participant.profile_id)
        .count()
    )
    participant.save(update_fields=["read_position", "unread_count"])
    return participant


@transaction.atomic
def delete_for_me(*, participant: Participant) -> None:
    """Take the conversation out of this side's inbox; a new message brings it back from there on."""
    conversation = lock(participant.conversation_id)
    end = conversation.last_position
    Participant.objects.filter(pk=participant.pk).update(
        deleted_at=timezone.now(), cleared_position=end, read_position=end, unread_count=0
    )


@transaction.atomic
def forget_for(*, profile: Profile, other: Profile) -> None:
    """Take every conversation with `other` away from `profile`: what blocking somebody means."""
    for participant in Participant.objects.filter(profile=profile, other=other).order_by("pk"):
        delete_for_me(participant=participant)
