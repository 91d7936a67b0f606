-- Whoever may be in somebody's deck, kept narrow, so that filling a deck reads one index and no
-- profile. Triggers keep it, because then no write anywhere can forget to: the API, staff, a shell.

-- All dogs of a cell stand on its centre. Microdegrees tell any two centres apart.
CREATE FUNCTION matching_place_id(point geography) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT round((ST_Y(point::geometry) + 90) * 1e6)::bigint * 360000001
         + round((ST_X(point::geometry) + 180) * 1e6)::bigint
$$;

-- Earth-centred coordinates on the WGS 84 ellipsoid, in metres.
CREATE TYPE matching_ecef AS (x float8, y float8, z float8);
CREATE FUNCTION matching_ecef(point geography) RETURNS matching_ecef
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (
        radius * cos(latitude) * cos(longitude),
        radius * cos(latitude) * sin(longitude),
        radius * (1 - 0.00669437999014) * sin(latitude)
    )::matching_ecef
    FROM (SELECT radians(ST_Y(point::geometry)) AS latitude,
                 radians(ST_X(point::geometry)) AS longitude) degrees,
         LATERAL (SELECT 6378137 / sqrt(1 - 0.00669437999014 * sin(latitude) ^ 2) AS radius) normal
$$;

-- What the table has to hold. A dog that has moved has two rows, one for each side of the moment
-- at which others see it.
CREATE VIEW matching_candidate_source AS
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
    (false, profile.previous_location, 'epoch'::timestamptz, profile.location_shows_at)
) AS shown (is_current, point, shows_from, shows_until)
WHERE profile.is_complete AND profile.paused_at IS NULL AND shown.point IS NOT NULL;

-- The caller holds the profile's row lock, so that of two changes at once the later one sees both.
CREATE FUNCTION matching_refresh_candidate(_profile_id uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO matching_place (id, point, x, y, z)
    SELECT place_id, point, (matching_ecef(point)).*
    FROM matching_candidate_source WHERE profile_id = _profile_id
    ON CONFLICT DO NOTHING;

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
           -- A move is no news, neither where it leads nor where it began: whoever reads a deck
           -- could tell that something changed, and so the moment of the move.
           CASE WHEN is_current AND shows_from <= clock_timestamp()
                THEN clock_timestamp() ELSE 'epoch' END
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
        -- Being around is no news either: it happens to everybody every day.
        changed_at = CASE
            WHEN (old.activity_level, old.birth_date, old.min_age, old.max_age)
                 IS DISTINCT FROM
                 (excluded.activity_level, excluded.birth_date, excluded.min_age, excluded.max_age)
            THEN excluded.changed_at ELSE old.changed_at END
    WHERE (old.place_id, old.shows_from, old.shows_until, old.activity_level, old.active_on,
           old.birth_date, old.min_age, old.max_age)
          IS DISTINCT FROM
          (excluded.place_id, excluded.shows_from, excluded.shows_until, excluded.activity_level,
           excluded.active_on, excluded.birth_date, excluded.min_age, excluded.max_age);
END $$;

CREATE FUNCTION matching_profile_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM matching_candidate WHERE profile_id = OLD.id;
        DELETE FROM matching_deck WHERE viewer_id = OLD.id;
    ELSE
        PERFORM matching_refresh_candidate(NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION matching_refresh_candidate_of(_user_id uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    _profile_id uuid;
BEGIN
    SELECT id INTO _profile_id FROM profiles_profile WHERE user_id = _user_id FOR NO KEY UPDATE;
    IF FOUND THEN
        PERFORM matching_refresh_candidate(_profile_id);
    END IF;
END $$;

CREATE FUNCTION matching_preferences_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM matching_refresh_candidate_of(coalesce(NEW.user_id, OLD.user_id));
    RETURN NULL;
END $$;

CREATE FUNCTION matching_account_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM matching_refresh_candidate_of(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER matching_profile_added AFTER INSERT OR DELETE ON profiles_profile
FOR EACH ROW EXECUTE FUNCTION matching_profile_changed();

CREATE TRIGGER matching_profile_changed AFTER UPDATE ON profiles_profile
FOR EACH ROW WHEN (
    (OLD.is_complete, OLD.paused_at, OLD.location_shows_at, OLD.activity_level, OLD.birth_date,
     OLD.user_id, (OLD.last_active_at AT TIME ZONE 'UTC')::date)
    IS DISTINCT FROM
    (NEW.is_complete, NEW.paused_at, NEW.location_shows_at, NEW.activity_level, NEW.birth_date,
     NEW.user_id, (NEW.last_active_at AT TIME ZONE 'UTC')::date)
    -- Bytes, not points: `=` of two geographies compares their boxes.
    OR OLD.location::bytea IS DISTINCT FROM NEW.location::bytea
    OR OLD.previous_location::bytea IS DISTINCT FROM NEW.previous_location::bytea
) EXECUTE FUNCTION matching_profile_changed();

CREATE TRIGGER matching_preferences_added AFTER INSERT OR DELETE ON profiles_preferences
FOR EACH ROW EXECUTE FUNCTION matching_preferences_changed();

CREATE TRIGGER matching_preferences_changed AFTER UPDATE ON profiles_preferences
FOR EACH ROW WHEN ((OLD.min_age, OLD.max_age) IS DISTINCT FROM (NEW.min_age, NEW.max_age))
EXECUTE FUNCTION matching_preferences_changed();

CREATE TRIGGER matching_account_changed AFTER UPDATE ON accounts_user
FOR EACH ROW WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active)
EXECUTE FUNCTION matching_account_changed();

-- Only what was vacuumed can be read from an index alone.
ALTER TABLE matching_candidate SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02
);
