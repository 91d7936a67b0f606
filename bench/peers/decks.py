"""The deck: ranked on the spot, and read from where the product keeps it."""

from bench.peers.statements import CARD, LEVELS, ME, SHOWN, spoken

CAPITAL_LEVELS = "(ARRAY['Low', 'Medium', 'High'])"
UTC_DATE = "(p.last_active_at AT TIME ZONE 'UTC')::date"
UTC_TODAY = "(now() AT TIME ZONE 'UTC')::date"
TEXTS = {
    "distance": "'Within ' || greatest(2, ceil(page.metres / me.unit_m))::int || ' ' || me.unit_name",
    "age": """CASE WHEN abs(p.birth_date - me.birth_date) / 365.25 < 0.5 THEN 'Nearly the same age'
        WHEN abs(p.birth_date - me.birth_date) / 365.25 < 1.5 THEN 'About a year apart'
        ELSE 'About ' || round((abs(p.birth_date - me.birth_date) / 365.25)::float8) || ' years apart' END""",
    "activity_level": f"""{CAPITAL_LEVELS}[1 + p.activity_level] || ' energy, ' || CASE
        WHEN p.activity_level = me.wanted
        THEN CASE WHEN me.chosen IS NULL THEN 'like your dog' ELSE 'as you prefer' END
        ELSE CASE WHEN me.chosen IS NULL THEN 'your dog has ' ELSE 'you prefer ' END
            || {LEVELS}[1 + me.wanted] END""",
    "recency": f"""CASE WHEN {UTC_TODAY} - {UTC_DATE} < 1 THEN 'Active today'
        WHEN {UTC_TODAY} - {UTC_DATE} < 7 THEN 'Active this week'
        WHEN {UTC_TODAY} - {UTC_DATE} < 30 THEN 'Active this month' ELSE 'Not seen for a while' END""",
    "mutual_interest": """CASE WHEN page.mutual_interest > 0 THEN 'Likes you already'
        ELSE 'Has not decided about you' END""",
}
PARTS = ", ".join(
    f"json_build_object('name', '{name}', 'points', page.{name}::float8, 'text', {text})"
    for name, text in TEXTS.items()
)
ITEMS = f"""
SELECT (SELECT coalesce(json_agg(json_build_object('profile', {CARD},
        'distance', {spoken("page.metres")}, 'compatibility', json_build_object(
            'score', round(page.score::numeric, 1)::float8, 'parts', json_build_array({PARTS}))) ORDER BY page.row), '[]')
    FROM page JOIN profiles_profile p ON p.id = page.id
    CROSS JOIN LATERAL (SELECT page.metres) far WHERE page.row <= 20) AS results,
    (SELECT ARRAY[score::text, tie_break] FROM page WHERE row = 20 AND (SELECT count(*) > 20 FROM page)) AS last,
    CASE WHEN me.is_stale THEN me.id END AS stale, me.is_complete
FROM me"""

# $4: the salt of the viewer's own order among equals
NAIVE = f"""{ME}, decided AS MATERIALIZED (
    SELECT liked_id AS id FROM me JOIN matching_like ON liker_id = me.id
    UNION ALL SELECT passed_id FROM me JOIN matching_pass ON passer_id = me.id
    UNION ALL SELECT passer_id FROM me JOIN matching_pass ON passed_id = me.id
), blocked AS MATERIALIZED (
    SELECT blocked_id AS user_id FROM me JOIN accounts_block ON blocker_id = me.user_id
    UNION ALL SELECT blocker_id FROM me JOIN accounts_block ON blocked_id = me.user_id
), fans AS MATERIALIZED (SELECT liker_id AS id FROM me JOIN matching_like ON liked_id = me.id
), scored AS (
    SELECT p.id, metres, md5($4 || p.id::text) AS tie_break,
        (30 * exp(-metres / 8000.0::float8))::numeric(4, 1) AS distance,
        (20 * greatest(0, 1 - abs(p.birth_date - me.birth_date) / 1826.0::float8))::numeric(4, 1) AS age,
        (20 * (1 - abs(p.activity_level - me.wanted) / 2.0::float8))::numeric(4, 1) AS activity_level,
        (15 * exp(-greatest(0, {UTC_TODAY} - {UTC_DATE}) / 3.0::float8))::numeric(4, 1) AS recency,
        CASE WHEN p.id IN (SELECT id FROM fans) THEN 15.0 ELSE 0.0 END AS mutual_interest
    FROM me JOIN profiles_profile p ON p.user_id <> me.user_id
    JOIN accounts_user u ON u.id = p.user_id JOIN profiles_preferences w ON w.user_id = u.id,
    LATERAL (SELECT st_distance({SHOWN}, me.location) AS metres,
             least(20, extract(year FROM age(current_date, me.birth_date)))::int AS my_age) far
    WHERE p.is_complete AND p.paused_at IS NULL AND u.is_active
      AND (p.location_shows_at <= now() AND st_dwithin(p.location, me.location, me.max_distance * me.unit_m)
           OR p.location_shows_at > now()
              AND st_dwithin(p.previous_location, me.location, me.max_distance * me.unit_m))
      AND p.birth_date <= (current_date - make_interval(years => me.min_age))::date
      AND (me.max_age = 20 OR p.birth_date > (current_date - make_interval(years => me.max_age + 1))::date)
      AND w.min_age <= my_age AND w.max_age >= my_age
      AND p.id NOT IN (SELECT id FROM decided) AND p.user_id NOT IN (SELECT user_id FROM blocked)
), page AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY score DESC, tie_break) AS row
    FROM (SELECT *, distance + age + activity_level + recency + mutual_interest AS score FROM scored) s
    ORDER BY score DESC, tie_break LIMIT 21
) {ITEMS}"""

# A lateral join goes through the deck in its order and stops after a page, where sorting would look
# everybody up; scalar subqueries, because joins would read a whole history for twenty rows.
STORED = f"""{ME}, page AS MATERIALIZED (
    SELECT card.*, row_number() OVER (ORDER BY card.place) AS row,
        distance + age + activity_level + recency + mutual_interest AS score
    FROM (
        SELECT d.id, d.tie::text AS tie_break, d.place, shown.metres,
            d.distance / 10.0::float8 AS distance, d.age / 10.0::float8 AS age,
            d.activity / 10.0::float8 AS activity_level, d.recency / 10.0::float8 AS recency,
            d.interest / 10.0::float8 AS mutual_interest
        FROM me JOIN matching_deck kept ON kept.viewer_id = me.id
        CROSS JOIN LATERAL unnest(
            kept.profile_ids, kept.ties, kept.distance_points, kept.age_points, kept.activity_points,
            kept.recency_points, kept.interest_points) WITH ORDINALITY
            AS d (id, tie, distance, age, activity, recency, interest, place)
        CROSS JOIN LATERAL (
            SELECT st_distance({SHOWN}, me.location) AS metres
            FROM profiles_profile p JOIN accounts_user u ON u.id = p.user_id
            WHERE p.id = d.id AND p.is_complete AND p.paused_at IS NULL AND u.is_active
              AND (SELECT true FROM matching_like WHERE liker_id = me.id AND liked_id = p.id) IS NULL
              AND (SELECT true FROM matching_pass WHERE passer_id = me.id AND passed_id = p.id) IS NULL
              AND (SELECT true FROM matching_pass WHERE passer_id = p.id AND passed_id = me.id) IS NULL
              AND (SELECT true FROM accounts_block WHERE blocker_id = me.user_id AND blocked_id = u.id) IS NULL
              AND (SELECT true FROM accounts_block WHERE blocker_id = u.id AND blocked_id = me.user_id) IS NULL
            OFFSET 0
        ) shown LIMIT 21
    ) card
) {ITEMS}"""
IS_STORED = "SELECT to_regclass('matching_deck') IS NOT NULL"
