-- As 0002_page.sql has it, but that no move tells of itself (docs/adr/0002-cells.md).
CREATE OR REPLACE FUNCTION matching_page(
    _viewer_id uuid, _user_id uuid, _from geography, _max_distance_m float8, _born_after date,
    _born_until date, _age int, _basis text, _at timestamptz, _score int, _tie bigint, _count int
) RETURNS SETOF matching_shown
LANGUAGE plpgsql STABLE ROWS 20
-- Each condition is to be a probe of an index, for each dog looked at and no more: then a long
-- history costs what a short one does.
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off
SET enable_bitmapscan = off
AS $$
DECLARE
    _kept matching_deck;
    _has_news boolean;
BEGIN
    SELECT * INTO _kept FROM matching_deck WHERE viewer_id = _viewer_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- Two seconds: whoever was just changing something may not have committed yet.
    _has_news := EXISTS (
        SELECT FROM matching_like
        WHERE liked_id = _viewer_id AND created_at > _kept.as_of - interval '2 seconds'
    ) OR EXISTS (
        SELECT FROM (
            -- The limit is for a day on which thousands change at once; decks are short-lived.
            SELECT profile_id, place_id, birth_date, min_age, max_age, shows_from, shows_until
            FROM matching_candidate
            WHERE changed_at > _kept.filled_at - interval '2 seconds'
            ORDER BY changed_at DESC LIMIT 1000
        ) changed
        CROSS JOIN LATERAL (
            SELECT FROM matching_place
            WHERE id = changed.place_id AND ST_DWithin(point, _from, 1.01 * _max_distance_m, false)
            LIMIT 1
        ) near
        WHERE changed.profile_id <> _viewer_id
          AND birth_date > _born_after AND birth_date <= _born_until
          AND min_age <= _age AND max_age >= _age
          -- Not where somebody is on the way to: nobody may know of that.
          AND shows_from <= _at AND (shows_until IS NULL OR shows_until > _at)
    );
    RETURN NEXT (
        _kept.as_of, _kept.basis = _basis, _kept.after_score::int, _kept.after_tie, _kept.is_whole,
        _kept.refill_asked_at IS NULL, cardinality(_kept.profile_ids), _has_news,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    )::matching_shown;
    RETURN QUERY
        SELECT NULL::timestamptz, NULL::boolean, NULL::integer, NULL::bigint, NULL::boolean,
               NULL::boolean, NULL::integer, NULL::boolean,
               ranked.profile_id, ranked.tie, ranked.distance::int, ranked.age::int,
               ranked.activity_level::int, ranked.recency::int, ranked.mutual_interest::int,
               ranked.place::int, shown.*
        FROM unnest(
            _kept.profile_ids, _kept.ties, _kept.distance_points, _kept.age_points,
            _kept.activity_points, _kept.recency_points, _kept.interest_points
        ) WITH ORDINALITY AS ranked (
            profile_id, tie, distance, age, activity_level, recency, mutual_interest, place)
        CROSS JOIN LATERAL (
            SELECT profile.birth_date, profile.activity_level::int,
                   (profile.last_active_at AT TIME ZONE 'UTC')::date,
                   ST_Distance(
                       CASE WHEN location_shows_at <= _at THEN location ELSE previous_location END,
                       _from)
            FROM profiles_profile profile JOIN accounts_user account ON account.id = profile.user_id
            WHERE profile.id = ranked.profile_id
              AND is_complete AND paused_at IS NULL AND is_active
              -- Whoever was seen to move, or changed, since they were ranked waits for the next deck,
              -- and so does whoever has moved again by now: or that would tell of it.
              AND CASE WHEN location_shows_at <= _at THEN location_shows_at <= _kept.as_of
                       ELSE previous_location IS NOT NULL
                            AND coalesce(previous_shows_at, 'epoch') <= _kept.as_of END
              AND (SELECT true FROM matching_candidate
                   WHERE profile_id = profile.id AND changed_at > _kept.filled_at LIMIT 1) IS NULL
              AND (SELECT true FROM accounts_block
                   WHERE blocker_id = _user_id AND blocked_id = account.id) IS NULL
              AND (SELECT true FROM accounts_block
                   WHERE blocker_id = account.id AND blocked_id = _user_id) IS NULL
            -- Keeps the order: what has a limit is joined row by row and in no other way.
            LIMIT 1
        ) AS shown
        WHERE (_score IS NULL
               OR distance + age + ranked.activity_level + recency + mutual_interest < _score
               OR distance + age + ranked.activity_level + recency + mutual_interest = _score
                  AND tie > _tie)
          AND (SELECT true FROM matching_like
               WHERE liker_id = _viewer_id AND liked_id = ranked.profile_id) IS NULL
          AND (SELECT true FROM matching_pass
               WHERE passer_id = _viewer_id AND passed_id = ranked.profile_id) IS NULL
          AND (SELECT true FROM matching_pass
               WHERE passer_id = ranked.profile_id AND passed_id = _viewer_id) IS NULL
        LIMIT _count;
END $$;
