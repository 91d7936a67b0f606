-- 5,000 people in an empty, migrated database, of whom twenty each have exactly 1, 30, 100 and 500
-- matches with others who have about six, and ten conversations of 6,000 messages; likes, passes and
-- blocks besides. About 350,000 messages, in less than half a minute.
--     psql -v ON_ERROR_STOP=1 -f bench/talks.sql
SET statement_timeout = 0;
SET synchronous_commit = off;
DO 'BEGIN PERFORM setseed(0.42); END';

CREATE TEMP TABLE person AS
SELECT n, gen_random_uuid() AS profile_id, gen_random_uuid() AS user_id,
       CASE WHEN n <= 80 THEN (ARRAY[1, 30, 100, 500])[1 + (n - 1) / 20] ELSE 3 END AS matches
FROM generate_series(1, 5000) AS n;
INSERT INTO accounts_user (id, email, password, is_active, is_staff, is_superuser, created_at)
SELECT user_id, 'talks' || n || '@bench.example', '!', true, false, false, now() FROM person;
INSERT INTO profiles_preferences
    (user_id, min_age, max_age, max_distance, distance_unit, updated_at)
SELECT user_id, 0, 20, 25, 'miles', now() FROM person;
INSERT INTO profiles_profile
    (id, user_id, name, birth_date, bio, activity_level, temperament, play_styles, photo_count,
     location, location_shows_at, last_active_at, created_at, updated_at)
SELECT profile_id, user_id, 'Dog ' || n, '2022-01-01', '', 1, '{}', '{}', 2,
       ST_MakePoint(-73.95, 40.745)::geography, now() - interval '1 day', now(), now(), now()
FROM person;
INSERT INTO profiles_photo
    (id, profile_id, position, width, height, byte_size, thumbhash, small, medium, large, created_at,
     reviewed_at)
SELECT gen_random_uuid(), profile_id, position, 1000, 1000, 100000, '',
       'talks/' || n || position || 's', 'talks/' || n || position || 'm',
       'talks/' || n || position || 'l', now(), now()
FROM person, generate_series(0, 1) AS position;

CREATE TEMP TABLE pair AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS match_id, random() AS luck,
       least(a.profile_id, b.profile_id) AS low, greatest(a.profile_id, b.profile_id) AS high,
       CASE WHEN a.n BETWEEN 81 AND 90 AND step = 1 THEN 6000 END AS length
FROM person AS a
JOIN generate_series(1, 500) AS step ON step <= a.matches
JOIN person AS b ON b.n = 101 + (a.n * 131 + step * 7) % 4900
WHERE a.n <> b.n;
DELETE FROM pair USING pair AS twin
WHERE pair.low = twin.low AND pair.high = twin.high AND pair.id > twin.id;
UPDATE pair SET length = coalesce(length, 1 + floor(20 * luck));

INSERT INTO messaging_conversation (id, low_id, high_id, last_position, created_at)
SELECT id, low, high, length, now() - interval '30 days' FROM pair;
INSERT INTO matching_match (id, low_id, high_id, conversation_id, created_at)
SELECT match_id, low, high, id, now() - interval '30 days' FROM pair;
-- In the order in which people write: those of one conversation lie far from each other.
INSERT INTO messaging_message
    (id, conversation_id, position, sender_id, client_id, kind, body, created_at)
SELECT gen_random_uuid(), id, position, CASE position % 2 WHEN 0 THEN low ELSE high END,
       gen_random_uuid(), 'text',
       'Hello w' || floor(200 * random())::int || ' w' || floor(50000 * random() ^ 2)::int,
       now() - luck * interval '20 days' - (length - position) * interval '1 minute'
FROM pair, generate_series(1, length) AS position
ORDER BY luck + position * 0.37 - floor(luck + position * 0.37);
INSERT INTO messaging_participant
    (id, conversation_id, match_id, profile_id, other_id, last_message_id, read_position,
     delivered_position, cleared_position, other_read_position, other_delivered_position,
     unread_count, updated_at)
SELECT gen_random_uuid(), pair.id, match_id, me, other, latest.id, length / 2, length / 2, 0,
       length / 2, length / 2, unread.number, latest.created_at
FROM pair
CROSS JOIN LATERAL (VALUES (low, high), (high, low)) AS side (me, other)
JOIN messaging_message AS latest
    ON latest.conversation_id = pair.id AND latest.position = pair.length
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM messaging_message AS message
    WHERE message.conversation_id = pair.id AND message.position > length / 2 AND sender_id <> me
) AS unread;

INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
SELECT gen_random_uuid(), liker, liked, '', now() - interval '30 days'
FROM pair CROSS JOIN LATERAL (VALUES (low, high), (high, low)) AS side (liker, liked);
INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
SELECT gen_random_uuid(), a.profile_id, b.profile_id, '', now() - random() * interval '60 days'
FROM person AS a CROSS JOIN generate_series(1, 20) AS step
JOIN person AS b ON b.n = 1 + (a.n * 37 + step * 191) % 5000
WHERE a.n <> b.n ON CONFLICT DO NOTHING;
INSERT INTO matching_pass (id, passer_id, passed_id, created_at)
SELECT gen_random_uuid(), a.profile_id, b.profile_id, now() - random() * interval '60 days'
FROM person AS a CROSS JOIN generate_series(1, 30) AS step
JOIN person AS b ON b.n = 1 + (a.n * 41 + step * 97) % 5000
WHERE a.n <> b.n ON CONFLICT DO NOTHING;
INSERT INTO accounts_block (id, blocker_id, blocked_id, blocked_name, created_at)
SELECT gen_random_uuid(), a.user_id, b.user_id, '', now()
FROM person AS a JOIN person AS b ON b.n = 1 + (a.n * 17) % 5000
WHERE a.n <> b.n ON CONFLICT DO NOTHING;
INSERT INTO events_stream (user_id, last_position, acknowledged_position, wants_notifications)
SELECT user_id, 0, 0, false FROM person;
VACUUM ANALYZE;
