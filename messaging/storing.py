"""Writing a conversation or a message, and whatever changes with it.

This is what happens most. By hand, because the database then works no more than it must
(`bench/writes.py`): each statement returns what the next one needs, and nothing is asked first.
"""

from typing import Any, NamedTuple
from uuid import UUID

from accounts.models import User
from accounts.refusals import MAY_WRITE, check_may_write
from messaging.models import Conversation, Message
from pupmatch.lib.ids import uuid7
from pupmatch.lib.prepared import prepared

OPEN = """
INSERT INTO messaging_conversation (id, low_id, high_id, last_position, created_at)
VALUES (%(id)s, %(low_id)s, %(high_id)s, 0, %(created_at)s)
"""
FACE = """
INSERT INTO messaging_participant
    (id, conversation_id, match_id, profile_id, other_id, read_position, cleared_position,
     unread_count, updated_at)
VALUES
    (%(low_side)s, %(id)s, %(match_id)s, %(low_id)s, %(high_id)s, 0, 0, 0, %(created_at)s),
    (%(high_side)s, %(id)s, %(match_id)s, %(high_id)s, %(low_id)s, 0, 0, 0, %(created_at)s)
"""
# Locks the conversation, so that positions have no gap and nothing is written behind the end.
STEP = """
UPDATE messaging_conversation SET
    last_position = last_position + 1,
    only_sender_id = CASE WHEN last_position = 0 OR only_sender_id = %(sender_id)s
        THEN %(sender_id)s END
WHERE id = %(conversation_id)s AND closed_at IS NULL
RETURNING last_position, only_sender_id IS NOT NULL
"""
# Locked by then, so that this statement sees whether the sender was stopped.
WRITE = f"""
INSERT INTO messaging_message
    (id, conversation_id, position, sender_id, client_id, kind, body, playground_id, reply_to_id,
     held_at, created_at)
VALUES
    (%(id)s, %(conversation_id)s, %(position)s, %(sender_id)s, %(client_id)s, %(kind)s, %(body)s,
     %(playground_id)s, %(reply_to_id)s, %(held_at)s, clock_timestamp())
ON CONFLICT (conversation_id, sender_id, client_id) DO NOTHING
RETURNING created_at, (
    SELECT id FROM accounts_user
    WHERE id = (SELECT user_id FROM profiles_profile WHERE id = sender_id) AND NOT ({MAY_WRITE})
)
"""  # noqa: S608 # nosec (no input)
# A conversation that one side had deleted comes back, from this message on.
DELIVER = """
UPDATE messaging_participant AS side SET
    last_message_id = %(id)s,
    updated_at = %(created_at)s,
    deleted_at = NULL,
    unread_count = unread_count + (profile_id <> %(sender_id)s)::integer
WHERE conversation_id = %(conversation_id)s
RETURNING profile_id, (SELECT user_id FROM profiles_profile WHERE id = profile_id), unread_count
"""


class NotStored(Exception):
    """Nothing can be written any more, or this was written before."""


class Side(NamedTuple):
    """One side of the conversation after the message: whose, and how much they have not read."""

    profile_id: UUID
    user_id: UUID
    unread_count: int


def store_conversation(conversation: Conversation, match_id: UUID) -> None:
    """Write a new conversation, and the inbox row of each of the two."""
    sides = {"match_id": match_id, "low_side": uuid7(), "high_side": uuid7()}
    with prepared() as cursor:
        cursor.execute(OPEN, vars(conversation))
        cursor.execute(FACE, vars(conversation) | sides)
    conversation._state.adding = False


def step(message: Message) -> bool:
    """Give a message its position; says whether its sender is without an answer until now.

    Raises NotStored when the conversation is closed.
    """
    message.position, is_opener = _returned(STEP, message)
    return is_opener


def store(message: Message) -> list[Side]:
    """Store a message that has its position, and give it its time; says how both sides stand.

    Raises NotStored when the `client_id` was used before, and what `accounts.refusals` say of a
    sender who may not write; the caller rolls back, because the conversation has made its step.
    """
    message.created_at, stopped_id = _returned(WRITE, message)
    if stopped_id:
        check_may_write(User.objects.get(pk=stopped_id))
    message._state.adding = False
    with prepared() as cursor:
        cursor.execute(DELIVER, vars(message))
        return [Side(*row) for row in cursor.fetchall()]


def _returned(statement: str, message: Message) -> tuple[Any, ...]:
    with prepared() as cursor:
        cursor.execute(statement, vars(message))
        row = cursor.fetchone()
    if row is None:
        raise NotStored
    return row
