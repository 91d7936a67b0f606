-- A town in an empty, migrated database. bench/town.py runs it, step by step; it has made the table
-- `city` (n, latitude, longitude, dogs, first) and the functions luck(n, k), a number in [0, 1) that
-- depends on nothing but the seed, and id(kind, n), a UUIDv7. Steps marked (rich) are left out of a lean town.
--
-- Triggers and foreign keys are off meanwhile, so each step keeps what they would.

-- Where dogs live: scattered by 8 km around their city's centre, snapped to the cells of profiles.cells.
CREATE TEMP TABLE dog AS
WITH thrown AS (
    SELECT city.n AS city, first + k AS n, latitude + north * 8000 / 111195 AS lat,
           longitude + east * 8000 / 111195 / cos(radians(latitude)) AS lon
    FROM city, generate_series(0, dogs - 1) k,
    LATERAL (SELECT sqrt(-2 * ln(1 - luck(first + k, 1))) AS far, 2 * pi() * luck(first + k, 2) AS turn) polar,
    LATERAL (SELECT far * cos(turn) AS north, far * sin(turn) AS east) plane
), band AS (
    SELECT *, (floor((lat + 90) * 100) + 0.5::float8) / 100 - 90 AS centre FROM thrown
), cell AS (
    SELECT *, 360 / greatest(1, floor(36000 * cos(radians(centre)))) AS step FROM band
)
SELECT n, city, id(1, n) AS user_id, id(2, n) AS profile_id, centre AS lat,
       floor((lon + 180) / step) * step - 180 + step / 2 AS lon, NULL::text AS role, 0 AS decided,
       (current_date - interval '60 days' - luck(n, 3) * interval '14 years')::date AS birth_date,
       floor(luck(n, 4) * 3)::smallint AS activity_level,
       now() + ln(1 - luck(n, 5)) * interval '4 days' AS last_active_at
FROM cell;
CREATE UNIQUE INDEX ON dog (n);
ANALYZE dog;

-- Who plays a part in the measurements: of the densest city, or of the whole town for `random`.
CREATE TEMP TABLE part AS
SELECT * FROM (VALUES ('fresh', 48, 0), ('dense', 48, 0), ('heavy 1k', 12, 1000), ('heavy 5k', 12, 5000),
                      ('heavy 20k', 12, 20000), ('100 matches', 12, 0), ('500 matches', 6, 0)
) AS part (role, number, decided)
-- Whoever decided on half of the city, or is matched with it, is nobody to learn from.
WHERE greatest(decided, substring(role FROM '^\d+')::int) * 2 < (SELECT dogs FROM city WHERE n = 1);
WITH seat AS (
    SELECT n, row_number() OVER (ORDER BY luck(n, 6), n) AS seat FROM dog WHERE city = 1
), part AS (
    SELECT *, sum(number) OVER (ORDER BY role) AS last FROM part
)
UPDATE dog SET role = part.role, decided = part.decided, last_active_at = now() - interval '1 hour',
               birth_date = current_date - interval '4 years' - luck(dog.n, 3) * interval '3 years'
FROM seat JOIN part ON seat > last - number AND seat <= last
WHERE dog.n = seat.n;
UPDATE dog SET role = 'random'
WHERE role IS NULL AND n IN (SELECT n FROM dog ORDER BY luck(n, 7), n LIMIT 240);

-- Accounts
INSERT INTO accounts_user (id, email, password, is_active, is_staff, is_superuser, created_at)
SELECT user_id, 'dog' || n || '@bench.example', '!', role IS NOT NULL OR luck(n, 8) < 0.995, false, false,
       now() - luck(n, 9) * interval '1 year'
FROM dog ORDER BY n;

-- Sign-ins
INSERT INTO accounts_session (id, user_id, ip_address, user_agent, created_at, last_used_at, expires_at, end_reason)
SELECT id(3, n), user_id, '127.0.0.1', 'bench', now() - interval '1 day', now(), now() + interval '60 days', ''
FROM dog ORDER BY n;

-- Attempts to sign in (rich)
INSERT INTO accounts_authenticationattempt
    (id, user_id, email_digest, method, outcome, ip_address, user_agent, created_at)
SELECT id(17, n), user_id, '', 'password', 'accepted', '127.0.0.1', 'bench', now() - interval '1 day'
FROM dog ORDER BY n;

-- Streams of events
INSERT INTO events_stream (user_id, last_position, acknowledged_position, wants_notifications)
SELECT user_id, 0, 0, false FROM dog ORDER BY n;

-- Preferences
INSERT INTO profiles_preferences (user_id, min_age, max_age, max_distance, distance_unit, activity_level, updated_at)
SELECT user_id,
       CASE WHEN role > '' THEN 0 ELSE floor(luck(n, 10) * 3) END,
       CASE WHEN role > '' THEN 20 ELSE 8 + floor(luck(n, 11) * 13) END,
       CASE WHEN role > '' AND role <> 'random' THEN 25
            ELSE (ARRAY[5, 10, 25, 25, 25, 50])[1 + floor(luck(n, 12) * 6)::int] END,
       CASE WHEN role IS NULL AND luck(n, 13) < 0.2 THEN 'kilometers' ELSE 'miles' END,
       CASE WHEN luck(n, 14) < 0.5 THEN floor(luck(n, 15) * 3) END,
       now() - interval '1 day'
FROM dog ORDER BY n;

-- Profiles: most of them complete, here and at rest
INSERT INTO profiles_profile
    (id, user_id, name, birth_date, bio, breed_id, sex, size, activity_level, temperament, play_styles,
     neutered, good_with_children, photo_count, location, previous_location, location_shows_at, paused_at,
     last_active_at, created_at, updated_at)
SELECT profile_id, user_id, (ARRAY['Biscuit', 'Luna', 'Rex', 'Maple', 'Otto', 'Pixel'])[1 + n % 6] || ' ' || n,
       birth_date,
       'Loves long walks by the water, and everybody who throws a ball. Knows ' || n % 10 || ' tricks.',
       CASE WHEN luck(n, 16) < 0.8 THEN breeds.ids[1 + floor(luck(n, 17) * cardinality(breeds.ids))::int] END,
       (ARRAY['female', 'male'])[1 + n % 2],
       (ARRAY['small', 'medium', 'large', 'giant'])[1 + floor(luck(n, 18) * 4)::int], activity_level,
       (ARRAY['{friendly,playful}', '{calm,gentle}', '{curious}'])[1 + n % 3]::varchar[],
       (ARRAY['{chase,fetch}', '{swim,run}', '{dig}'])[1 + n % 3]::varchar[],
       luck(n, 19) < 0.7, luck(n, 20) < 0.7,
       CASE WHEN role IS NULL AND luck(n, 21) < 0.03 THEN 1 ELSE 2 END,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography,
       CASE WHEN moves THEN ST_SetSRID(ST_MakePoint(lon, lat + 0.01), 4326)::geography END,
       now() + CASE WHEN moves THEN interval '45 minutes' ELSE interval '-1 day' END,
       CASE WHEN role IS NULL AND luck(n, 22) < 0.02 THEN now() - interval '1 day' END,
       last_active_at, now() - luck(n, 9) * interval '1 year', now() - interval '1 day'
FROM dog, LATERAL (SELECT role IS NULL AND luck(n, 23) < 0.01 AS moves) place,
     (SELECT array_agg(id ORDER BY name) AS ids FROM profiles_breed) breeds
ORDER BY n;

-- Photos (rich)
INSERT INTO profiles_photo
    (id, profile_id, position, width, height, byte_size, thumbhash, small, medium, large, created_at,
     reviewed_at)
SELECT id(4, n * 2 + place), profile_id, place, 1600, 1200, 400000, 'k9cFFYJ2iHZ3d3h4h2aHh3iHdoB4CGc=',
       file || '-small.webp', file || '-medium.webp', file || '-large.webp', now() - interval '1 day',
       now() - interval '1 day'
FROM dog, generate_series(0, 1) place,
     LATERAL (SELECT 'photos/' || md5(n || ':' || place) AS file) named
ORDER BY n, place;

-- Prompts (rich)
INSERT INTO profiles_prompt (id, profile_id, position, question, answer)
SELECT id(5, n * 2 + place), profile_id, place,
       (ARRAY['My favourite toy is …', 'My idea of a perfect afternoon is …'])[1 + place],
       (ARRAY['a squeaking hedgehog', 'a swim, a nap and a swim'])[1 + place]
FROM dog, generate_series(0, 1) place ORDER BY n, place;

-- Playgrounds: one for twenty dogs, where dogs are
INSERT INTO playgrounds_playground
    (id, name, description, place, location, features, source, source_id, attribution, created_at, updated_at)
SELECT id(6, n),
       (ARRAY['Willow', 'River', 'Oak', 'Hill', 'Lake', 'Meadow'])[1 + n % 6] || ' '
       || (ARRAY['Park', 'Green', 'Run', 'Field', 'Lawn'])[1 + n % 5] || ' ' || n, '', 'District ' || n % 100,
       ST_SetSRID(ST_MakePoint(lon + (luck(n, 24) - 0.5) / 100, lat + (luck(n, 25) - 0.5) / 100), 4326)::geography,
       (ARRAY['{fenced,water}', '{off_leash,shade,benches}', '{}'])[1 + n % 3]::varchar[], '', '', '',
       now() - interval '1 year', now() - interval '1 year'
FROM dog WHERE n % 20 = 0 ORDER BY n;

-- Favourites (rich)
INSERT INTO playgrounds_favorite (id, user_id, playground_id, created_at)
SELECT id(7, n), user_id, id(6, greatest(20, n - n % 20)), now() - interval '1 day' FROM dog ORDER BY n;

-- Neighbours meet neighbours: dogs of one city, numbered along its cells, look at those that come next.
-- Each draws at most once from each of eight stretches of numbers, so no two decide on each other.
CREATE TEMP TABLE seat AS
SELECT n, city, row_number() OVER (PARTITION BY city ORDER BY lat, lon, n) - 1 AS seat,
       count(*) OVER (PARTITION BY city) AS seats
FROM dog WHERE role IS NULL OR role IN ('random', 'dense');
CREATE UNIQUE INDEX ON seat (city, seat);
ANALYZE seat;
CREATE TEMP TABLE meeting AS
SELECT a.n AS actor, b.n AS target, stretch, luck(a.n, 40 + stretch) AS luck
FROM seat a, generate_series(0, 7) stretch,
     LATERAL (SELECT least(3200, (a.seats - 1) / 2) / 8 AS length) l,
     LATERAL (SELECT (a.seat + 1 + stretch * length + floor(luck(a.n, 30 + stretch) * length)::int) % a.seats AS seat) other
JOIN seat b ON true
WHERE length > 0 AND b.city = a.city AND b.seat = other.seat
  AND (stretch < 6 OR luck(a.n, 40 + stretch) < CASE stretch WHEN 6 THEN 0.15 ELSE 0.2 END);
ANALYZE meeting;

-- Decisions: six for each dog
CREATE TEMP TABLE decision AS
SELECT row_number() OVER (ORDER BY actor, target) AS n, actor, target, luck < 0.4 AS likes, luck(actor, 50 + stretch) AS age
FROM meeting WHERE stretch < 6;

-- Decisions: those of heavy viewers, on the best of their own deck
INSERT INTO decision
SELECT 1000000000 + row_number() OVER (ORDER BY actor, target), actor, target, luck(target, 60) < 0.4, luck(target, 61)
FROM (
    SELECT me.n AS actor, other.n AS target, me.decided,
           row_number() OVER (PARTITION BY me.n ORDER BY
               30 * exp(-metres / 8000) + 20 * greatest(0, 1 - abs(other.birth_date - me.birth_date) / 1826.0)
               - 10 * abs(other.activity_level - me.activity_level)
               + 15 * exp(-greatest(0, current_date - other.last_active_at::date) / 3.0) DESC, other.n) AS rank
    FROM dog me JOIN seat USING (city) JOIN dog other ON other.n = seat.n,
    LATERAL (SELECT 111195 * sqrt((other.lat - me.lat) ^ 2
                                  + ((other.lon - me.lon) * cos(radians(me.lat))) ^ 2) AS metres) far
    WHERE me.decided > 0
) ranked WHERE rank <= decided;

-- Decisions: forty likes and forty passes that each of those received who have not decided on anybody
INSERT INTO decision
SELECT 2000000000 + me.n * 100 + k, other.n, me.n, k % 2 = 0, luck(k, 62)
FROM dog me, generate_series(0, 79) k JOIN seat other ON other.city = 1
WHERE me.role = 'fresh' AND other.seats > 4000 AND other.seat = (me.n + k * 41) % other.seats;

-- Likes
INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
SELECT id(8, d.n), a.profile_id, b.profile_id, CASE WHEN d.n % 5 = 0 THEN 'What a smile!' ELSE '' END,
       now() - d.age * interval '60 days'
FROM decision d JOIN dog a ON a.n = actor JOIN dog b ON b.n = target WHERE likes ORDER BY d.n;

-- Passes
INSERT INTO matching_pass (id, passer_id, passed_id, created_at)
SELECT id(9, d.n), a.profile_id, b.profile_id, now() - d.age * interval '60 days'
FROM decision d JOIN dog a ON a.n = actor JOIN dog b ON b.n = target WHERE NOT likes ORDER BY d.n;

-- Blocks
INSERT INTO accounts_block (id, blocker_id, blocked_id, blocked_name, created_at)
SELECT id(10, row_number() OVER (ORDER BY actor)), a.user_id, b.user_id, '', now() - interval '3 days'
FROM meeting JOIN dog a ON a.n = actor JOIN dog b ON b.n = target WHERE stretch = 7;

-- Matches: of one dog in seven, and of those who have a hundred or five hundred
CREATE TEMP TABLE pair AS
SELECT row_number() OVER (ORDER BY a, b) AS n, id(11, row_number() OVER (ORDER BY a, b)) AS conversation_id,
       least(a, b) AS low, greatest(a, b) AS high, often
FROM (
    SELECT actor AS a, target AS b, 8 AS often FROM meeting WHERE stretch = 6
    UNION ALL
    SELECT me.n, other.n, 12
    FROM dog me, generate_series(1, substring(me.role FROM '^(\d+) matches')::int + 20) k
    JOIN seat other ON other.city = 1
    WHERE me.role LIKE '%matches' AND other.seat = (me.n * 7 + 2000 + k * 3) % other.seats
) found;
-- Ids grow with n, so that the lower number is the lower id.
CREATE TEMP TABLE couple AS
SELECT pair.*, now() - interval '2 days' - luck(pair.n, 70) * interval '30 days' AS since, luck(pair.n, 71) < 0.3 AS is_unread,
       now() - luck(pair.n, 72) * interval '20 hours' AS last_at,
       a.profile_id AS low_id, a.user_id AS low_user_id, b.profile_id AS high_id, b.user_id AS high_user_id
FROM pair JOIN dog a ON a.n = low JOIN dog b ON b.n = high;
INSERT INTO messaging_conversation (id, low_id, high_id, last_position, created_at)
SELECT conversation_id, low_id, high_id, often, since FROM couple ORDER BY n;
INSERT INTO messaging_participant
    (id, conversation_id, match_id, profile_id, other_id, last_message_id, read_position, delivered_position,
     shown_position, cleared_position, other_read_position, other_delivered_position, unread_count, updated_at)
SELECT id(12, n * 2), conversation_id, id(13, n), low_id, high_id, id(15, n * 20 + often),
       often - 2 * is_unread::int, often, 0, 0, often, often, is_unread::int, last_at
FROM couple
UNION ALL
SELECT id(12, n * 2 + 1), conversation_id, id(13, n), high_id, low_id, id(15, n * 20 + often),
       often, often, 0, 0, often - 2 * is_unread::int, often, 0, last_at
FROM couple;
INSERT INTO matching_match (id, low_id, high_id, conversation_id, created_at)
SELECT id(13, n), low_id, high_id, conversation_id, since FROM couple ORDER BY n;
INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
SELECT id(14, n * 2), low_id, high_id, '', since FROM couple
UNION ALL
SELECT id(14, n * 2 + 1), high_id, low_id, '', since FROM couple;

-- Messages
INSERT INTO messaging_message
    (id, conversation_id, position, sender_id, client_id, kind, body, created_at)
SELECT id(15, n * 20 + place), conversation_id, place, CASE place % 2 WHEN 0 THEN low_id ELSE high_id END,
       id(16, n * 20 + place), 'text',
       -- A word that everybody writes, some that many do, and one of the rest of the dictionary.
       concat_ws(' ', 'Hello', (ARRAY['park', 'beach', 'ball', 'walk'])[1 + (n + place) % 4],
                 'w' || floor(200 * luck(n * 20 + place, 73)), 'w' || floor(50000 * luck(n * 20 + place, 74) ^ 2)),
       last_at - (often - place) * interval '1 hour'
FROM couple, generate_series(1, often) place ORDER BY n, place;

-- The parts, for the measurements to read
CREATE TABLE bench.viewer AS
SELECT row_number() OVER (PARTITION BY role ORDER BY luck(n, 75), n) AS number, role, profile_id, user_id, id(3, n) AS session_id
FROM dog WHERE role IS NOT NULL;
