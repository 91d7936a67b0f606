-- As 0002_candidates.sql has them, but that neither a move nor what else happens meanwhile tells others
-- of a place before it shows, or that there is one (docs/adr/0002-cells.md).
CREATE OR REPLACE VIEW matching_candidate_source AS
SELECT profile.id AS profile_id,
       shown.is_current,
       matching_place_id(shown.point) AS place_id,
       shown.point,
       shown.shows_from,
       shown.shows_until,
       profile.activity_level,
       (profile.last_active_at AT TIME ZONE 'UTC')::date AS active_on,
       profile.birth_date,
       wishes.min_age,
       wishes.max_age
FROM profiles_profile profile
JOIN profiles_preferences wishes ON wishes.user_id = profile.user_id
JOIN accounts_user account ON account.id = profile.user_id AND account.is_active
CROSS JOIN LATERAL (VALUES
    (true, profile.location, profile.location_shows_at, NULL::timestamptz),
    (false, profile.previous_location,
     coalesce(profile.previous_shows_at, 'epoch'::timestamptz), profile.location_shows_at)
) AS shown (is_current, point, shows_from, shows_until)
WHERE profile.is_complete AND profile.paused_at IS NULL AND shown.point IS NOT NULL;

-- The caller holds the profile's row lock, so that of two changes at once the later one sees both.
CREATE OR REPLACE FUNCTION matching_refresh_candidate(_profile_id uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    _now timestamptz := clock_timestamp();
    _before matching_candidate;
    _previous matching_candidate;
BEGIN
    INSERT INTO matching_place (id, point, x, y, z)
    SELECT place_id, point, (matching_ecef(point)).*
    FROM matching_candidate_source WHERE profile_id = _profile_id
    ON CONFLICT DO NOTHING;

    SELECT * INTO _before FROM matching_candidate WHERE profile_id = _profile_id AND is_current;
    SELECT * INTO _previous FROM matching_candidate
    WHERE profile_id = _profile_id AND NOT is_current;

    DELETE FROM matching_candidate old
    WHERE profile_id = _profile_id AND NOT EXISTS (
        SELECT FROM matching_candidate_source source
        WHERE source.profile_id = _profile_id AND source.is_current = old.is_current
    );

    INSERT INTO matching_candidate AS old (
        profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,
        birth_date, min_age, max_age, changed_at)
    SELECT profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,
           birth_date, min_age, max_age,
           CASE
               -- Listed anew, or somebody else's choice: news, wherever the dog shows by then.
               WHEN _before IS NULL
                    OR (_before.activity_level, _before.birth_date, _before.min_age, _before.max_age)
                       IS DISTINCT FROM (activity_level, birth_date, min_age, max_age)
               THEN _now
               -- A move is no news, neither where it leads nor where it began: whoever reads a deck
               -- could tell that something changed, and so the moment of the move. So where others
               -- see the dog keeps its news, too, whichever of the rows says so.
               WHEN is_current AND (place_id, shows_from) = (_before.place_id, _before.shows_from)
               THEN _before.changed_at
               WHEN NOT is_current
                    AND (place_id, shows_from) = (_previous.place_id, _previous.shows_from)
               THEN _previous.changed_at
               WHEN NOT is_current AND place_id = _before.place_id THEN _before.changed_at
               ELSE 'epoch'
           END
    FROM matching_candidate_source WHERE profile_id = _profile_id
    ON CONFLICT (profile_id, is_current) DO UPDATE SET
        place_id = excluded.place_id,
        shows_from = excluded.shows_from,
        shows_until = excluded.shows_until,
        activity_level = excluded.activity_level,
        active_on = excluded.active_on,
        birth_date = excluded.birth_date,
        min_age = excluded.min_age,
        max_age = excluded.max_age,
        changed_at = excluded.changed_at
    WHERE (old.place_id, old.shows_from, old.shows_until, old.activity_level, old.active_on,
           old.birth_date, old.min_age, old.max_age)
          IS DISTINCT FROM
          (excluded.place_id, excluded.shows_from, excluded.shows_until, excluded.activity_level,
           excluded.active_on, excluded.birth_date, excluded.min_age, excluded.max_age);
END $$;
