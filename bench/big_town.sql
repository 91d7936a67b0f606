-- A large town in an empty, migrated database: :dogs complete profiles scattered around :cities
-- cities, each with likes, passes, conversations and messages. Deterministic by setseed.
-- psql -v dogs=50000 -v cities=20 -f bench/big_town.sql
\set ON_ERROR_STOP on
SET statement_timeout = 0;
SET synchronous_commit = off;
SELECT setseed(0.42);

CREATE TEMP TABLE city AS
SELECT n, 25 + random() * 35 AS lat, -120 + random() * 140 AS lon, 1.0 / n AS weight
FROM generate_series(1, :cities) n;

CREATE TEMP TABLE dog AS
SELECT n, gen_random_uuid() AS profile_id, gen_random_uuid() AS user_id,
       1 + floor(:cities * random() * random() * random())::int AS city,
       sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS north,
       sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS east
FROM generate_series(1, :dogs) n;

INSERT INTO accounts_user (id, email, password, is_active, is_staff, is_superuser, created_at)
SELECT user_id, 'dog' || n || '@bench.example', '!', true, false, false, now() FROM dog;

INSERT INTO profiles_preferences
    (user_id, min_age, max_age, max_distance, distance_unit, activity_level, updated_at)
SELECT user_id, floor(random() * 3), 8 + floor(random() * 13), 25, 'miles', NULL, now() FROM dog;

-- Cell centres as profiles.cells makes them.
WITH raw AS (
    SELECT dog.*, city.lat + north * 0.07 AS lat,
           city.lon + east * 0.07 / cos(radians(city.lat)) AS lon
    FROM dog JOIN city ON city.n = dog.city
), band AS (
    SELECT *, floor((lat + 90) * 100)::int AS band FROM raw
), cell AS (
    SELECT *, (band + 0.5) / 100 - 90 AS centre,
           greatest(1, floor(36000 * cos(radians((band + 0.5) / 100 - 90)))) AS cells FROM band
)
INSERT INTO profiles_profile
    (id, user_id, name, birth_date, bio, activity_level, temperament, play_styles, photo_count,
     location, location_shows_at, last_active_at, created_at, updated_at)
SELECT profile_id, user_id, 'Dog ' || n, current_date - (random() * 4500)::int, '',
       floor(random() * 3), '{}', '{}', 2,
       ST_SetSRID(ST_MakePoint((floor((lon + 180) / 360 * cells) + 0.5) * 360 / cells - 180, centre),
                  4326)::geography,
       now() - interval '1 day', now() - random() * interval '30 days', now(), now()
FROM cell;

INSERT INTO profiles_photo
    (id, profile_id, position, width, height, byte_size, thumbhash, small, medium, large, created_at)
SELECT gen_random_uuid(), profile_id, position, 1000, 1000, 100000, '',
       'b/' || n || position || 's', 'b/' || n || position || 'm', 'b/' || n || position || 'l', now()
FROM dog, generate_series(0, 1) position;

-- Neighbours decide on neighbours: dogs of one city, numbered, look at the next ones in a circle.
CREATE TEMP TABLE seat AS
SELECT city, profile_id, row_number() OVER (PARTITION BY city ORDER BY n) - 1 AS seat,
       count(*) OVER (PARTITION BY city) AS seats
FROM dog;
CREATE INDEX ON seat (city, seat);

CREATE TEMP TABLE decision AS
SELECT a.profile_id AS actor, b.profile_id AS target, step, random() AS luck
FROM seat a, generate_series(1, 40) step
JOIN LATERAL (
    SELECT profile_id FROM seat b WHERE b.city = a.city AND b.seat = (a.seat + step * step) % a.seats
) b ON true
WHERE a.profile_id <> b.profile_id;

INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
SELECT gen_random_uuid(), actor, target, '', now() - luck * interval '60 days'
FROM decision WHERE luck < 0.3 ON CONFLICT DO NOTHING;
INSERT INTO matching_pass (id, passer_id, passed_id, created_at)
SELECT gen_random_uuid(), actor, target, now() - luck * interval '60 days'
FROM decision WHERE luck >= 0.3 ON CONFLICT DO NOTHING;

-- Every dog is matched with five others, and has written ten messages with each.
CREATE TEMP TABLE pair AS
SELECT DISTINCT least(actor, target) AS low, greatest(actor, target) AS high
FROM decision WHERE step <= 5;
ALTER TABLE pair ADD id uuid DEFAULT gen_random_uuid();

INSERT INTO messaging_conversation (id, low_id, high_id, last_position, created_at)
SELECT id, low, high, 10, now() - interval '30 days' FROM pair;
INSERT INTO messaging_participant
    (id, conversation_id, profile_id, other_id, read_position, cleared_position, unread_count,
     updated_at)
SELECT gen_random_uuid(), id, low, high, 10, 0, 0, now() - random() * interval '30 days' FROM pair
UNION ALL
SELECT gen_random_uuid(), id, high, low, 10, 0, 0, now() - random() * interval '30 days' FROM pair;
INSERT INTO messaging_message
    (id, conversation_id, position, sender_id, client_id, kind, body, created_at)
SELECT gen_random_uuid(), id, position, CASE position % 2 WHEN 0 THEN low ELSE high END,
       gen_random_uuid(), 'text',
       -- A word that everybody writes, some that many do, and one of the rest of the dictionary.
       concat_ws(' ', 'Hello', (ARRAY['park', 'beach', 'ball', 'walk'])[1 + floor(random() * 4)::int],
                 'w' || floor(200 * random())::int, 'w' || floor(50000 * random() ^ 2)::int),
       now() - (10 - position) * interval '1 hour' FROM pair, generate_series(1, 10) position;
INSERT INTO matching_match (id, low_id, high_id, conversation_id, created_at)
SELECT gen_random_uuid(), low, high, id, now() - random() * interval '30 days' FROM pair;

INSERT INTO playgrounds_playground
    (id, name, description, place, location, features, source, source_id, attribution, created_at,
     updated_at)
SELECT gen_random_uuid(),
       (ARRAY['Willow','River','Oak','Hill','Lake','Meadow'])[1 + place % 6] || ' '
       || (ARRAY['Park','Green','Run','Field','Lawn'])[1 + place % 5] || ' ' || place, '',
       'District ' || place % 100,
       ST_SetSRID(ST_MakePoint(lon + random() - 0.5, lat + random() - 0.5), 4326)::geography,
       '{}', '', '', '', now(), now()
FROM generate_series(1, :dogs / 5) place JOIN city ON city.n = 1 + place % :cities;

-- Two favourites, two sign-ins and five attempts for each person; some blocks.
INSERT INTO playgrounds_favorite (id, user_id, playground_id, created_at)
SELECT gen_random_uuid(), person.id, place.id, now()
FROM (SELECT id, row_number() OVER () AS n FROM accounts_user) person
JOIN (SELECT id, row_number() OVER () - 1 AS n FROM playgrounds_playground) place
  ON place.n IN (person.n % (:dogs / 5), person.n * 7 % (:dogs / 5))
ON CONFLICT DO NOTHING;
INSERT INTO accounts_session
    (id, user_id, ip_address, user_agent, created_at, last_used_at, expires_at, end_reason)
SELECT gen_random_uuid(), id, '127.0.0.1', '', now(), now(), now() + interval '60 days', ''
FROM accounts_user, generate_series(1, 2);
INSERT INTO accounts_authenticationattempt
    (id, user_id, email_digest, method, outcome, ip_address, user_agent, created_at)
SELECT gen_random_uuid(), id, '', 'password', 'accepted', '127.0.0.1', '', now()
FROM accounts_user, generate_series(1, 5);
INSERT INTO accounts_block (id, blocker_id, blocked_id, blocked_name, created_at)
SELECT gen_random_uuid(), a.user_id, b.user_id, '', now()
FROM matching_pass decision
JOIN profiles_profile a ON a.id = decision.passer_id
JOIN profiles_profile b ON b.id = decision.passed_id
LIMIT :dogs / 2;

VACUUM ANALYZE;
