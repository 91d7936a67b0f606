"""Writing to each other: each change under the conversation's row lock."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.refusals import check_may_write
from events.publishing import publish, recorded
from messaging.former import set_aside, times_changed
from messaging.models import Conversation, Message, Participant
from messaging.openers import is_opener, look_at
from messaging.receipts import acknowledge, mark_read, mark_shown
from messaging.storing import NotStored, step, store, store_conversation
from messaging.telling import tell_all_gone, tell_change, told
from playgrounds.models import Playground
from playgrounds.services import hold
from profiles.models import Profile
from pupmatch.lib.problems import NotFound, Problem

__all__ = [
    "acknowledge", "close_conversation", "delete_for_me", "edit", "forget_for", "mark_read",
    "mark_shown", "open_conversation", "send", "tell_all_gone", "unsend",
]  # fmt: skip

# How long a message can be changed or taken back.
CHANGEABLE_FOR = timedelta(minutes=15)
MOST_EDITS = 10


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


class TooLate(Problem):
    """What was said stands."""

    default_code = "too_late"
    default_detail = "Messages can be edited or unsent for 15 minutes."


class TooManyEdits(Problem):
    """What it said before is set aside each time, and a report keeps all of that."""

    default_code = "too_many_edits"
    default_detail = f"A message can be edited {MOST_EDITS} times."


class MessageHeld(Problem):
    """It is held, and what it says is to stay as it is until somebody has looked at it."""

    default_code = "message_held"
    default_detail = "This message is being held back; it can be unsent, but not edited."


class NotText(Problem):
    """There are no words to change: a playground was shared, or the message was unsent."""

    default_code = "not_text"
    default_detail = "Only the text of a message that was not unsent can be edited."


@transaction.atomic(savepoint=False)
def open_conversation(*, low: Profile, high: Profile, match_id: UUID) -> Conversation:
    """A conversation for a pair whose match is just being made."""
    conversation = Conversation(low=low, high=high)
    store_conversation(conversation, match_id)
    return conversation


@transaction.atomic
def close_conversation(*, conversation_id: UUID) -> datetime:
    """End writing for good, and say when; both can still read until they delete it."""
    # Waits for a message that is being sent, and makes the next one wait: none slips in after.
    Conversation.objects.lock(conversation_id)
    now = timezone.now()
    Conversation.objects.filter(pk=conversation_id, closed_at=None).update(closed_at=now)
    Participant.objects.filter(conversation=conversation_id, closed_at=None).update(closed_at=now)
    return now


def send(
    *,
    participant: Participant,
    client_id: UUID,
    body: str | None = None,
    playground_id: UUID | None = None,
    reply_to: UUID | None = None,
) -> tuple[Message, bool]:
    """Append a message; the second value says whether it is new.

    Harmless to repeat with the same `client_id`. What is written before the other side answers is
    looked at, and perhaps held. Raises MatchEnded, ClientIdReused, UnknownReply or
    UnknownPlayground.
    """
    message = Message(
        conversation_id=participant.conversation_id,
        sender_id=participant.profile_id,
        client_id=client_id,
        kind=Message.Kind.TEXT if playground_id is None else Message.Kind.PLAYGROUND,
        body=body,
        playground_id=playground_id,
        reply_to_id=reply_to,
    )
    try:
        _append(message)
    except NotStored:
        return _sent_before(message), False
    return message, True


@recorded()
def _append(message: Message) -> None:
    if step(message):
        look_at(message)
    sides = store(message)
    _check_references(message)
    for side in sides:
        is_the_other = side.profile_id != message.sender_id
        told_of = told(message, side.unread_count)
        publish([side.user_id], "message.created", told_of, notifies=is_the_other)


def _sent_before(message: Message) -> Message:
    """The message that was sent with this one's `client_id`. Raises MatchEnded without one."""
    earlier = Message.objects.filter(
        conversation=message.conversation_id,
        sender=message.sender_id,
        client_id=message.client_id,
    ).first()
    if earlier is None:
        raise MatchEnded
    content = ("body", "playground_id", "reply_to_id")
    # An edited or unsent message is still the one that was sent with this id.
    is_unchanged = earlier.edited_at is None and earlier.deleted_at is None
    if is_unchanged and any(getattr(earlier, name) != getattr(message, name) for name in content):
        raise ClientIdReused
    return earlier


def _check_references(message: Message) -> None:
    if message.playground_id:
        try:
            hold(playground_id=message.playground_id)
        except NotFound as error:
            raise UnknownPlayground from error
    if message.reply_to_id:
        others = Message.objects.filter(conversation=message.conversation_id).exclude(pk=message.pk)
        if not others.filter(pk=message.reply_to_id).exists():
            raise UnknownReply


@recorded()
def edit(*, message: Message, body: str) -> Message:
    """Change the words of a message. The same words change nothing.

    Raises NotText, MessageHeld, MatchEnded, TooLate, TooManyEdits, or what `accounts.refusals` say.
    """
    conversation = Conversation.objects.lock(message.conversation_id)
    message.refresh_from_db(from_queryset=Message.objects.select_related("sender__user"))
    if message.body is None:
        raise NotText
    if message.held_at:
        raise MessageHeld
    if message.body == body:
        return message
    if conversation.closed_at:
        raise MatchEnded
    check_may_write(message.sender.user)
    _check_time(message)
    if times_changed(message) >= MOST_EDITS:
        raise TooManyEdits
    set_aside(message)
    message.body, message.edited_at = body, timezone.now()
    if is_opener(message):
        look_at(message)
    message.save(update_fields=["body", "edited_at", "held_at"])
    tell_change(message, "message.updated")
    return message


@recorded()
def unsend(*, message: Message) -> None:
    """Take a message back: its place stays, what it said is gone for both. Harmless to repeat.

    Of a held one nothing is left to hold. Also after the end: nobody is held to what they said.
    Raises TooLate.
    """
    Conversation.objects.lock(message.conversation_id)
    message.refresh_from_db()
    if message.deleted_at:
        return
    _check_time(message)
    set_aside(message)
    message.body, message.playground, message.held_at = None, None, None
    message.deleted_at = timezone.now()
    message.save(update_fields=["body", "playground", "held_at", "deleted_at"])
    unseen_by = Participant.objects.filter(
        conversation=message.conversation_id,
        read_position__lt=message.position,
        cleared_position__lt=message.position,
    ).exclude(profile=message.sender_id)
    unseen_by.filter(unread_count__gt=0).update(unread_count=F("unread_count") - 1)
    tell_change(message, "message.deleted")


def _check_time(message: Message) -> None:
    if timezone.now() - message.created_at > CHANGEABLE_FOR:
        raise TooLate


@recorded()
def delete_for_me(*, participant: Participant) -> None:
    """Take the conversation out of this side's inbox; a new message brings it back from there on.

    It counts as deleted, not as read: the other side learns nothing of it.
    """
    conversation = Conversation.objects.lock(participant.conversation_id)
    end = conversation.last_position
    is_new = Participant.objects.filter(pk=participant.pk, deleted_at=None).update(
        deleted_at=timezone.now(), cleared_position=end, unread_count=0
    )
    if is_new:
        gone = {"conversation_id": conversation.pk, "position": end}
        publish([conversation.people[participant.profile_id]], "conversation.deleted", gone)


@recorded()
def forget_for(*, profile: Profile, other: Profile) -> None:
    """Take every conversation with `other` away from `profile`: what blocking somebody means."""
    sides = Participant.objects.inbox_of(profile).filter(other=other)
    for participant in sides.order_by("conversation"):
        delete_for_me(participant=participant)


def is_shared(playground: Playground) -> bool:
    """Whether a message shows this place to somebody."""
    return Message.objects.filter(playground=playground).exists()
