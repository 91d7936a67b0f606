"""How far each side of a conversation has come: what reached them, what they saw, what they read."""

from uuid import UUID

from django.db.models import F, IntegerField, Max, OuterRef, Subquery, UUIDField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Least

from events.models import Event, Stream
from events.publishing import publish, recorded
from messaging.models import Conversation, Participant
from profiles.models import Preferences, Profile


@recorded()
def mark_read(*, participant: Participant, position: int) -> Participant:
    """Everything up to `position` was read; beyond the end means the end, backwards does nothing.

    The other side learns of it while both share receipts.
    """
    conversation = Conversation.objects.lock(participant.conversation_id)
    participant.refresh_from_db()
    position = min(position, conversation.last_position)
    if position <= participant.read_position:
        return participant
    participant.read_position = position
    participant.delivered_position = max(position, participant.delivered_position)
    participant.unread_count = (
        conversation.messages.filter(
            position__gt=max(position, participant.cleared_position), deleted_at=None
        )
        .exclude(sender=participant.profile_id)
        .count()
    )
    participant.save(update_fields=["read_position", "delivered_position", "unread_count"])
    _show_the_other(participant)
    read = _receipt(participant, position)
    own = read | {"unread_count": participant.unread_count}
    publish([conversation.people[participant.profile_id]], "conversation.read", own)
    if _shared([conversation]):
        publish([conversation.people[participant.other_id]], "conversation.read", read)
    return participant


def _show_the_other(participant: Participant) -> None:
    """Repeat how far this side has come in the other one's row."""
    Participant.objects.filter(
        conversation=participant.conversation_id, profile=participant.other_id
    ).update(
        other_read_position=participant.read_position,
        other_delivered_position=participant.delivered_position,
    )


def _receipt(participant: Participant, position: int) -> dict[str, UUID | int]:
    return {
        "conversation_id": participant.conversation_id,
        "profile_id": participant.profile_id,
        "position": position,
    }


def acknowledge(*, user_id: UUID, position: int) -> None:
    """Some device of this person's has their whole stream up to `position`.

    So it has the messages in there, whose senders learn of it. Harmless to repeat, and one query
    when it says nothing new.
    """
    stream = Stream.objects.filter(
        user=user_id, acknowledged_position__lt=Least(F("last_position"), Value(position))
    ).first()
    if stream is None:
        return
    position = min(position, stream.last_position)
    arrived = _messages_in(stream, position)
    if arrived:
        _mark_delivered(user_id, arrived)
    # In a transaction of its own, because streams are locked last and in order. If the process dies
    # just before, the next one does the same again, which changes nothing.
    Stream.objects.filter(user=user_id, acknowledged_position__lt=position).update(
        acknowledged_position=position
    )


def _messages_in(stream: Stream, position: int) -> dict[UUID, int]:
    """The last of the others' messages in each conversation, up to a position in the stream."""
    own = Profile.objects.filter(user=stream.user_id).values_list("pk", flat=True).first()
    events = Event.objects.after(stream.user_id, stream.acknowledged_position).order_by()
    theirs = events.filter(position__lte=position, type="message.created").exclude(
        data__sender_id=str(own)
    )
    rows = theirs.values(
        conversation=Cast(KeyTextTransform("conversation_id", "data"), UUIDField())
    ).annotate(last=Max(Cast(KeyTextTransform("position", "data"), IntegerField())))
    return {row["conversation"]: row["last"] for row in rows}


@recorded()
def _mark_delivered(user_id: UUID, arrived: dict[UUID, int]) -> None:
    """Raise this person's side of each conversation, and tell the other one."""
    shared = _shared(Conversation.objects.lock_all(arrived))
    for side in Participant.objects.filter(conversation__in=arrived, profile__user=user_id):
        position = arrived[side.conversation_id]
        if position <= side.delivered_position:
            continue
        side.delivered_position = position
        side.save(update_fields=["delivered_position"])
        _show_the_other(side)
        if side.conversation_id in shared:
            other = shared[side.conversation_id].people[side.other_id]
            publish([other], "conversation.delivered", _receipt(side, position))


def _shared(conversations: list[Conversation]) -> dict[UUID, Conversation]:
    """Those in which each learns how far the other is: both want it, and the match lasts."""
    people = [user_id for one in conversations for user_id in one.people.values()]
    withheld = Preferences.objects.filter(user__in=people, read_receipts=False)
    unwilling = set(withheld.values_list("user", flat=True))
    return {
        one.pk: one
        for one in conversations
        if one.closed_at is None and unwilling.isdisjoint(one.people.values())
    }


def mark_shown(*, user_id: UUID, conversation_id: UUID, position: int) -> None:
    """It was open on a screen of this person's when everything up to `position` came."""
    end = Conversation.objects.filter(pk=OuterRef("conversation")).values("last_position")
    Participant.objects.filter(
        conversation=conversation_id, profile__user=user_id, shown_position__lt=position
    ).update(shown_position=Least(Value(position), Subquery(end)))
