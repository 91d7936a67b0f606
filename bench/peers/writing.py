"""The statements that write; a like must lock both profiles before it looks, so it takes two.

$1 is the session and $2 the user. Everybody's row locks are taken in the order of ids.
"""

from bench.peers.statements import ME, MESSAGE

# Both streams go on, and each gets its event; `told` is (user_id, type, data).
TELL = """
numbered AS (
    INSERT INTO events_stream AS stream (user_id, last_position, acknowledged_position, wants_notifications)
    SELECT user_id, 1, 0, false FROM told ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET last_position = stream.last_position + 1,
        notify_from = CASE WHEN stream.notify_from IS NULL AND stream.wants_notifications
            AND stream.user_id <> $2 THEN stream.last_position + 1 ELSE stream.notify_from END
    RETURNING user_id, last_position
), stored AS (
    INSERT INTO events_event (stream_id, position, type, data, at)
    SELECT user_id, last_position, type, data, clock_timestamp() FROM numbered JOIN told USING (user_id)
)"""

# $3 the conversation, $4 the new id, $5 the client's id, $6 the body
SEND = f"""{ME}, step AS (
    UPDATE messaging_conversation c SET last_position = last_position + 1
    FROM me JOIN messaging_participant side ON side.profile_id = me.id
    WHERE c.id = $3 AND c.closed_at IS NULL AND side.conversation_id = c.id
    RETURNING c.id, c.last_position, me.id AS sender_id
), m AS (
    INSERT INTO messaging_message (id, conversation_id, position, sender_id, client_id, kind, body, created_at)
    SELECT $4, id, last_position, sender_id, $5, 'text', $6, clock_timestamp() FROM step
    ON CONFLICT (conversation_id, sender_id, client_id) DO NOTHING RETURNING *
), delivered AS (
    UPDATE messaging_participant side SET last_message_id = m.id, updated_at = m.created_at, deleted_at = NULL,
        unread_count = unread_count + (profile_id <> m.sender_id)::int
    FROM m WHERE side.conversation_id = m.conversation_id
    RETURNING side.profile_id, side.unread_count
), told AS (
    SELECT p.user_id, 'message.created' AS type, jsonb_build_object('id', m.id,
        'conversation_id', m.conversation_id, 'position', m.position, 'sender_id', m.sender_id,
        'unread_count', delivered.unread_count) AS data
    FROM m, delivered JOIN profiles_profile p ON p.id = delivered.profile_id
), {TELL}
SELECT {MESSAGE} AS message, (SELECT array_agg(user_id) FROM told) AS people,
       (SELECT CASE WHEN is_stale THEN id END FROM me) AS stale
FROM m"""

# $3 whom
LOCK = f"""{ME}
SELECT p.id, me.id AS liker, me.is_complete, CASE WHEN me.is_stale THEN me.id END AS stale
FROM me, profiles_profile p
WHERE p.id IN (me.id, $3) ORDER BY p.id FOR NO KEY UPDATE OF p"""

# $1 who, $2 their account, $3 whom, $4 the comment, $5 the new id
LIKE = f"""
WITH other AS (
    SELECT p.id, p.user_id FROM profiles_profile p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.id = $3 AND p.id <> $1 AND u.is_active
      AND NOT EXISTS (SELECT 1 FROM accounts_block WHERE blocker_id = $2 AND blocked_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM accounts_block WHERE blocker_id = u.id AND blocked_id = $2)
      AND (p.is_complete AND p.paused_at IS NULL
           OR EXISTS (SELECT 1 FROM matching_match WHERE ended_at IS NULL
                      AND low_id = least($1, p.id) AND high_id = greatest($1, p.id)))
), unpassed AS (
    DELETE FROM matching_pass USING other WHERE passer_id = $1 AND passed_id = other.id
), liked AS (
    INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
    SELECT $5, $1, id, $4, clock_timestamp() FROM other
    ON CONFLICT (liker_id, liked_id) DO NOTHING RETURNING id
), returned AS (SELECT 1 FROM matching_like, other WHERE liker_id = other.id AND liked_id = $1
), told AS (
    SELECT other.user_id, 'like.received' AS type,
           jsonb_build_object('id', liked.id, 'profile_id', $1::uuid) AS data
    FROM liked, other
    WHERE NOT EXISTS (SELECT 1 FROM returned)
      AND NOT EXISTS (SELECT 1 FROM matching_pass WHERE passer_id = other.id AND passed_id = $1)
), {TELL}
SELECT other.user_id, EXISTS (SELECT 1 FROM liked) AS is_new, EXISTS (SELECT 1 FROM returned) AS is_mutual
FROM other"""
