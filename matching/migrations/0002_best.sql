-- The best `_count` dogs for a viewer, exactly; docs/deck.md proves it. Points are in tenths.
CREATE TYPE matching_ranked AS (
    profile_id uuid, tie bigint, distance_points smallint, age_points smallint,
    activity_points smallint, recency_points smallint, interest_points smallint
);

-- Collects every dog whose score reaches a threshold, and lowers the threshold until there are
-- enough. What dogs of one place, level and day can have at most decides which part of which index
-- range has to be read at all.
CREATE FUNCTION matching_best(
    _viewer_id uuid, _from geography, _max_distance_m float8, _born_after date, _born_until date,
    _birth_date date, _age int, _level int, _at timestamptz, _today date, _salt text, _count int,
    _after_score int, _after_tie bigint, _guess int
) RETURNS SETOF matching_ranked
LANGUAGE plpgsql STABLE ROWS 200
-- The planner knows neither how few groups there are nor how short their ranges; compiling took 500
-- times as long as running.
SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off
AS $$
DECLARE
    _here matching_ecef := matching_ecef(_from);
    _threshold int := least(coalesce(_guess, 720), coalesce(_after_score, 720));
    _reach_m float8;
    _found matching_ranked[];
    _number float8;
    _places int;
    _number_before float8;
    _step int;
    -- By which factor the number of dogs grows when the threshold falls by a tenth of a point, as a
    -- logarithm: a guess at first, and then what the last step showed.
    _growth float8 := 1 / 30.0;
BEGIN
    LOOP
        -- Beyond, all other parts together (20 + 20 + 15 points) cannot make up for the distance.
        _reach_m := CASE WHEN _threshold > 550
            THEN least(_max_distance_m, -8000 * ln((_threshold - 550.5::float8) / 300))
            ELSE _max_distance_m END;
        WITH decided AS MATERIALIZED (
            SELECT liked_id AS id FROM matching_like WHERE liker_id = _viewer_id
            UNION ALL SELECT passed_id FROM matching_pass WHERE passer_id = _viewer_id
            UNION ALL SELECT passer_id FROM matching_pass WHERE passed_id = _viewer_id
            UNION ALL SELECT them.id FROM profiles_profile me
                JOIN accounts_block block ON block.blocker_id = me.user_id
                JOIN profiles_profile them ON them.user_id = block.blocked_id
                WHERE me.id = _viewer_id
            UNION ALL SELECT them.id FROM profiles_profile me
                JOIN accounts_block block ON block.blocked_id = me.user_id
                JOIN profiles_profile them ON them.user_id = block.blocker_id
                WHERE me.id = _viewer_id
            UNION ALL SELECT _viewer_id
        ), admirer AS MATERIALIZED (
            SELECT liker_id AS id FROM matching_like
            WHERE liked_id = _viewer_id AND liker_id NOT IN (SELECT id FROM decided)
        ), near AS MATERIALIZED (
            -- What a dog there lacks even if it is of the viewer's age.
            SELECT id, chord_m, near_points, _threshold - 200 - near_points AS missing
            FROM (
                -- The straight line through the ground is never longer than the way on it.
                SELECT id, sqrt((x - _here.x) * (x - _here.x) + (y - _here.y) * (y - _here.y)
                    + (z - _here.z) * (z - _here.z)) AS chord_m
                FROM matching_place
                -- On the sphere, which is quick and at most 0.6 % off.
                WHERE ST_DWithin(point, _from, 1 + 1.01 * _reach_m, false)
                OFFSET 0
            ) place, LATERAL (SELECT round(300 * exp(-chord_m / 8000))::int AS near_points OFFSET 0) points
            WHERE chord_m <= _reach_m
        ), bound AS MATERIALIZED (
            -- Of each level, whoever was around since the day on which recency still makes up for
            -- that, and is about as old as the viewer. Where nobody lacks anything, one range holds
            -- all levels. In float8: logarithms of numeric cost more than all the rest.
            SELECT id, chord_m, near_points, lowest, highest,
                   CASE WHEN missing + below > -50
                        THEN 1826 * (1 - (missing + below + 49.5::float8) / 200)
                        ELSE 'infinity' END AS most_days,
                   CASE WHEN missing + below > 0
                        THEN _today + ceil(3 * ln((missing + below - 0.5::float8) / 150))::int
                        ELSE '0001-01-01'::date END AS active_from
            FROM near JOIN (VALUES
                (0, 2, -1000),
                (0, 0, 100 * abs(_level) - 200),
                (1, 1, 100 * abs(1 - _level) - 200),
                (2, 2, 100 * abs(2 - _level) - 200)
            ) AS energy (lowest, highest, below)
                ON (missing <= 0) = (lowest < highest) AND missing + below <= 150
        ), listed AS (
            SELECT profile_id, birth_date, active_on,
                   200 - 100 * abs(activity_level - _level) AS activity_points,
                   chord_m, near_points, place_id, 0 AS interest_points
            FROM bound JOIN matching_candidate ON place_id = bound.id
            WHERE activity_level BETWEEN lowest AND highest AND active_on >= active_from
              AND abs(birth_date - _birth_date) <= most_days
              AND birth_date > _born_after AND birth_date <= _born_until
              AND min_age <= _age AND max_age >= _age
              AND shows_from <= _at AND (shows_until IS NULL OR shows_until > _at)
              AND profile_id NOT IN (SELECT id FROM decided UNION ALL SELECT id FROM admirer)
            UNION ALL
            -- Wherever they stand: the interest counts on top of what the bounds are made for.
            SELECT profile_id, birth_date, active_on, 200 - 100 * abs(activity_level - _level),
                   chord_m, round(300 * exp(-chord_m / 8000))::int, place_id, 150
            FROM admirer
            JOIN matching_candidate ON profile_id = admirer.id
            JOIN matching_place place ON place.id = place_id
            CROSS JOIN LATERAL (
                SELECT sqrt((x - _here.x) * (x - _here.x) + (y - _here.y) * (y - _here.y)
                    + (z - _here.z) * (z - _here.z)) AS chord_m
            ) line
            WHERE birth_date > _born_after AND birth_date <= _born_until
              AND min_age <= _age AND max_age >= _age
              AND shows_from <= _at AND (shows_until IS NULL OR shows_until > _at)
        ), rated AS (
            SELECT listed.*, part.*,
                   -- How long the way is at most, by Schur's comparison with a circle of the
                   -- ellipsoid's smallest radius of curvature (6,335 km).
                   chord_m * (1 + chord_m * chord_m / 9.2e14) AS most_m
            FROM listed, LATERAL (VALUES (
                round(200 * greatest(0, 1 - abs(birth_date - _birth_date) / 1826.0::float8))::int,
                round(150 * exp(-greatest(0, _today - active_on) / 3.0::float8))::int
            )) AS part (age_points, recency_points)
            WHERE near_points + part.age_points + part.recency_points + activity_points
                  + interest_points >= _threshold
        ), measured AS (
            SELECT rated.*,
                   CASE WHEN most_m <= _max_distance_m
                             AND near_points = round(300 * exp(-most_m / 8000))
                        THEN near_points
                        -- One place in some hundreds: only the geodesic itself can tell.
                        ELSE (SELECT CASE WHEN metres <= _max_distance_m
                                          THEN round(300 * exp(-metres / 8000)) END
                              FROM (SELECT ST_Distance(point, _from) AS metres
                                    FROM matching_place WHERE id = place_id) way)
                   END::int AS distance_points
            FROM rated
        ), reaching AS (
            SELECT measured.*,
                   distance_points + age_points + activity_points + recency_points
                       + interest_points AS score,
                   ('x' || left(md5(_salt || profile_id), 15))::bit(60)::bigint AS tie
            FROM measured
        ), best AS (
            SELECT * FROM reaching
            WHERE score >= _threshold AND (
                _after_score IS NULL OR score < _after_score
                OR (score = _after_score AND tie > _after_tie))
            ORDER BY score DESC, tie LIMIT _count
        )
        SELECT array_agg(
            (profile_id, tie, distance_points, age_points, activity_points, recency_points,
             interest_points)::matching_ranked
            ORDER BY score DESC, tie), (SELECT count(*) FROM near)
        INTO _found, _places FROM best;
        EXIT WHEN _threshold = 0 OR cardinality(_found) >= _count;
        _number := greatest(0.5, cardinality(_found));
        IF _number > _number_before THEN
            _growth := greatest(0.005, ln(_number / _number_before) / _step);
        END IF;
        -- With some found, small steps: in a dense city the next one may hold thousands.
        _step := least(CASE WHEN _number < 10 THEN 250 ELSE 60 END,
                       greatest(20, ln(1.5 * _count / _number) / _growth));
        _number_before := _number;
        -- Down there, and where hardly anybody lives, bounds save less than another look costs.
        _threshold := CASE
            WHEN _threshold - _step < CASE WHEN _number < 1 THEN 430 ELSE 250 END
                 OR _places < 30 THEN 0
            ELSE _threshold - _step END;
    END LOOP;
    RETURN QUERY SELECT * FROM unnest(_found);
END $$;
