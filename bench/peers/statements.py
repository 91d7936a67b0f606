"""One statement for each endpoint, which also looks the sign-in up and makes the JSON.

$1 is the session, $2 the user and $3 where media lie, unless it says otherwise; without a live
session there is no row.
"""

ME = """
WITH me AS MATERIALIZED (
    SELECT p.*, w.min_age, w.max_age, w.max_distance, w.distance_unit, w.read_receipts,
           coalesce(w.activity_level, p.activity_level) AS wanted, w.activity_level AS chosen,
           CASE w.distance_unit WHEN 'miles' THEN 1609.344 ELSE 1000 END::float8 AS unit_m,
           CASE w.distance_unit WHEN 'miles' THEN 'mi' ELSE 'km' END AS unit_name,
           p.last_active_at < now() - interval '1 hour' AS is_stale
    FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
    JOIN profiles_profile p ON p.user_id = u.id JOIN profiles_preferences w ON w.user_id = u.id
    WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
)"""


def point(column: str) -> str:
    """A place, in degrees with seven places."""
    return f"""CASE WHEN {column} IS NOT NULL THEN json_build_object(
        'latitude', round(st_y({column}::geometry)::numeric, 7)::float8,
        'longitude', round(st_x({column}::geometry)::numeric, 7)::float8) END"""


def moment(column: str) -> str:
    return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


AGE = "extract(year FROM age(current_date, p.birth_date))::int"
LEVELS = "(ARRAY['low', 'medium', 'high'])"
PLACE = f"""json_build_object('id', place.id, 'name', place.name, 'place', place.place,
    'location', {point("place.location")})"""
DESCRIPTION = f"""
    'id', p.id, 'name', p.name, 'age', {AGE},
    'breed', (SELECT name FROM profiles_breed WHERE id = p.breed_id), 'sex', p.sex, 'size', p.size,
    'activity_level', {LEVELS}[1 + p.activity_level], 'temperament', p.temperament,
    'play_styles', p.play_styles, 'neutered', p.neutered,
    'good_with_small_dogs', p.good_with_small_dogs, 'good_with_children', p.good_with_children,
    'is_verified', coalesce(p.verified_until > now(), false)"""
PHOTO = """'id', id, 'width', width, 'height', height, 'byte_size', byte_size, 'thumbhash', thumbhash,
        'renditions', json_build_object('small', $3 || small, 'medium', $3 || medium, 'large', $3 || large)"""
PROMPT = "'id', id, 'question', question, 'answer', answer"
# Without what is held, and numbered by what is shown.
SHOWN_CONTENT = f"""
    'bio', CASE WHEN p.bio_held_at IS NULL THEN p.bio ELSE '' END,
    'photos', coalesce((SELECT json_agg(json_build_object({PHOTO}, 'position', place) ORDER BY position) FROM (
        SELECT *, row_number() OVER (ORDER BY position) - 1 AS place
        FROM profiles_photo WHERE profile_id = p.id AND held_at IS NULL) photo), '[]'),
    'prompts', coalesce((SELECT json_agg(json_build_object({PROMPT}) ORDER BY position)
        FROM profiles_prompt WHERE profile_id = p.id AND held_at IS NULL), '[]')"""
OWN_CONTENT = f"""
    'bio', p.bio, 'is_bio_held', p.bio_held_at IS NOT NULL, 'verified_until', {moment("p.verified_until")},
    'photos', coalesce((SELECT json_agg(json_build_object({PHOTO}, 'position', position,
        'is_held', held_at IS NOT NULL) ORDER BY position) FROM profiles_photo WHERE profile_id = p.id), '[]'),
    'prompts', coalesce((SELECT json_agg(json_build_object({PROMPT}, 'is_held', held_at IS NOT NULL)
        ORDER BY position) FROM profiles_prompt WHERE profile_id = p.id), '[]')"""
FAVORITES = f"""
    'favorite_playgrounds', coalesce((SELECT json_agg({PLACE} ORDER BY f.id DESC)
        FROM playgrounds_favorite f JOIN playgrounds_playground place ON place.id = f.playground_id
        WHERE f.user_id = p.user_id AND place.held_at IS NULL), '[]')"""


def spoken(metres: str) -> str:
    whole = f"greatest(2, ceil({metres} / me.unit_m))::int"
    return f"""json_build_object('value', {whole}, 'unit', me.distance_unit,
        'text', 'within ' || {whole} || ' ' || me.unit_name)"""


SHOWN = "CASE WHEN p.location_shows_at <= now() THEN p.location ELSE p.previous_location END"
FAR = f"st_distance(me.location, {SHOWN})"
# Of profile p, `far.metres` away.
CARD = f"""json_build_object({DESCRIPTION}, {SHOWN_CONTENT}, {FAVORITES},
    'distance', CASE WHEN far.metres IS NOT NULL THEN {spoken("far.metres")} END)"""
# After the end of a match, or of an account, a card keeps little more than the name.
FORMER = f"""json_build_object({DESCRIPTION}, 'bio', '', 'photos', '[]'::json,
    'prompts', '[]'::json, 'favorite_playgrounds', '[]'::json, 'distance', NULL)"""

PROFILE = f"""{ME}
SELECT json_build_object({DESCRIPTION}, {OWN_CONTENT}, {FAVORITES},
    'birth_date', p.birth_date, 'location', {point("p.location")}, 'is_complete', p.is_complete,
    'missing', array_remove(ARRAY[CASE WHEN p.photo_count < 2 THEN 'photos' END,
                                  CASE WHEN p.location IS NULL THEN 'location' END], NULL),
    'is_paused', p.paused_at IS NOT NULL)
FROM me p"""

MESSAGE = f"""json_build_object('id', m.id, 'conversation_id', m.conversation_id,
    'client_id', m.client_id, 'position', m.position, 'sender_id', m.sender_id, 'kind', m.kind,
    'body', CASE WHEN m.held_at IS NULL THEN m.body END,
    'playground', (SELECT {PLACE} FROM playgrounds_playground place
                   WHERE id = m.playground_id AND place.held_at IS NULL AND m.held_at IS NULL),
    'reply_to', m.reply_to_id, 'created_at', {moment("m.created_at")},
    'edited_at', {moment("m.edited_at")}, 'deleted_at', {moment("m.deleted_at")},
    'held_at', {moment("m.held_at")})"""

# Lists answer with one row: the results, the last row's sort key when there is more, and whose
# profile is to be marked as active. One more than asked for tells whether there is more.
CONVERSATIONS = f"""{ME}, page AS (
    SELECT side.*, row_number() OVER (ORDER BY side.updated_at DESC, side.id DESC) AS row
    FROM me JOIN messaging_participant side ON side.profile_id = me.id AND side.deleted_at IS NULL
    ORDER BY side.updated_at DESC, side.id DESC LIMIT 21
)
SELECT (SELECT coalesce(json_agg(json_build_object(
        'id', side.conversation_id, 'match_id', side.match_id,
        'profile', CASE WHEN side.closed_at IS NULL AND u.is_active THEN {CARD} ELSE {FORMER} END,
        'last_message', (SELECT {MESSAGE} FROM messaging_message m
            WHERE m.id = side.last_message_id AND m.position > side.cleared_position),
        'unread_count', side.unread_count, 'read_position', side.read_position,
        'other_read_position', CASE WHEN tells THEN side.other_read_position END,
        'other_delivered_position', CASE WHEN tells THEN side.other_delivered_position END,
        'updated_at', {moment("side.updated_at")}, 'closed_at', {moment("side.closed_at")}
    ) ORDER BY side.row), '[]')
    FROM page side JOIN profiles_profile p ON p.id = side.other_id JOIN accounts_user u ON u.id = p.user_id
    LEFT JOIN profiles_preferences w ON w.user_id = u.id
    CROSS JOIN LATERAL (SELECT {FAR} AS metres, side.closed_at IS NULL AND me.read_receipts
        AND coalesce(w.read_receipts, true) AS tells OFFSET 0) far
    WHERE side.row <= 20) AS results,
    (SELECT ARRAY[updated_at::text, id::text] FROM page WHERE row = 20 AND (SELECT count(*) > 20 FROM page)) AS last,
    CASE WHEN me.is_stale THEN me.id END AS stale
FROM me"""

# $3: the conversation
MESSAGES = f"""{ME}, side AS (
    SELECT side.* FROM me, messaging_participant side
    WHERE side.conversation_id = $3 AND side.profile_id = me.id AND side.deleted_at IS NULL
), page AS (
    SELECT m.* FROM side JOIN messaging_message m ON m.conversation_id = side.conversation_id
    WHERE m.position > side.cleared_position ORDER BY m.position DESC LIMIT 21
)
SELECT (SELECT coalesce(json_agg(shape ORDER BY position DESC), '[]')
        FROM (SELECT {MESSAGE} AS shape, position FROM page m ORDER BY position DESC LIMIT 20) shaped) AS results,
    (SELECT ARRAY[min(position)::text] FROM (SELECT position FROM page ORDER BY 1 DESC LIMIT 20) shown
     HAVING (SELECT count(*) > 20 FROM page)) AS last,
    CASE WHEN me.is_stale THEN me.id END AS stale
FROM me, side"""

# $3 and $4: longitude and latitude
PLAYGROUNDS = f"""
WITH person AS (
    SELECT u.id FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
    WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > now() AND u.is_active
), here AS (SELECT st_setsrid(st_makepoint($3, $4), 4326)::geography AS point
), page AS (
    SELECT place.*, st_distance(place.location, here.point) AS distance_m
    FROM here, person, playgrounds_playground place WHERE st_dwithin(place.location, here.point, 5000)
        AND (place.held_at IS NULL OR place.created_by_id = person.id)
    ORDER BY distance_m, id LIMIT 21
)
SELECT (SELECT coalesce(json_agg(shape ORDER BY distance_m, id), '[]') FROM (
        SELECT json_build_object('id', id, 'name', name, 'description', description, 'place', place,
            'location', {point("location")}, 'features', features,
            'distance_m', round(distance_m::numeric, 2)::float8,
            'is_favorite', EXISTS (SELECT 1 FROM playgrounds_favorite f
                WHERE f.playground_id = page.id AND f.user_id = person.id),
            'favorites_count', (SELECT count(*) FROM playgrounds_favorite f WHERE f.playground_id = page.id),
            'stars', round((stars_total / nullif(reviews_count, 0)::float8)::numeric, 1)::float8,
            'reviews_count', reviews_count, 'is_held', held_at IS NOT NULL,
            'source', source, 'attribution', attribution, 'created_at', {moment("created_at")}) AS shape,
            distance_m, id
        FROM page ORDER BY distance_m, id LIMIT 20) shaped) AS results,
    (SELECT ARRAY[distance_m::text, id::text] FROM page ORDER BY distance_m, id
     OFFSET 19 LIMIT CASE WHEN (SELECT count(*) > 20 FROM page) THEN 1 ELSE 0 END) AS last,
    NULL::uuid AS stale
FROM person"""
