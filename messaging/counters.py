"""What conversations and their sides count and repeat, and what it is counted from."""

from pupmatch.lib.counters import Counters

ENDS = Counters(
    table="messaging_conversation",
    columns=("last_position", "only_sender_id"),
    owner="messaging_conversation",
    expected="""
        SELECT id AS owner_id, id, coalesce((
            SELECT max(position) FROM messaging_message WHERE conversation_id = talk.id
        ), 0) AS last_position, (
            SELECT first.sender_id FROM messaging_message AS first
            WHERE first.conversation_id = talk.id AND first.position = 1 AND NOT EXISTS (
                SELECT FROM messaging_message AS answer
                WHERE answer.conversation_id = talk.id AND answer.sender_id <> first.sender_id
            )
        ) AS only_sender_id
        FROM messaging_conversation AS talk WHERE id = ANY(%(ids)s)
    """,
)
# Nobody has come further than the end, and what was read was delivered.
SIDES = Counters(
    table="messaging_participant",
    columns=(
        "read_position", "delivered_position", "shown_position", "cleared_position",
        "other_read_position", "other_delivered_position", "unread_count", "last_message_id",
        "updated_at", "closed_at",
    ),
    owner="messaging_conversation",
    expected="""
        SELECT talk.id AS owner_id, side.id,
            least(side.read_position, last.position) AS read_position,
            least(greatest(side.delivered_position, side.read_position), last.position)
                AS delivered_position,
            least(side.shown_position, last.position) AS shown_position,
            least(side.cleared_position, last.position) AS cleared_position,
            least(other.read_position, last.position) AS other_read_position,
            least(greatest(other.delivered_position, other.read_position), last.position)
                AS other_delivered_position,
            (SELECT count(*) FROM messaging_message AS message
             WHERE message.conversation_id = talk.id
                AND message.position > greatest(side.read_position, side.cleared_position)
                AND message.sender_id <> side.profile_id AND message.deleted_at IS NULL
            ) AS unread_count,
            last.id AS last_message_id,
            coalesce(last.created_at, talk.created_at) AS updated_at,
            talk.closed_at
        FROM messaging_conversation AS talk
        JOIN messaging_participant AS side ON side.conversation_id = talk.id
        JOIN messaging_participant AS other
            ON other.conversation_id = talk.id AND other.profile_id = side.other_id
        CROSS JOIN LATERAL (
            SELECT * FROM (
                SELECT id, position, created_at FROM messaging_message
                WHERE conversation_id = talk.id ORDER BY position DESC LIMIT 1
            ) AS message
            UNION ALL SELECT NULL, 0, NULL ORDER BY position DESC LIMIT 1
        ) AS last
        WHERE talk.id = ANY(%(ids)s)
    """,
)  # fmt: skip
COUNTERS = [ENDS, SIDES]
