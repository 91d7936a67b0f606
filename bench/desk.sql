-- The desk's queue in a town that bench/town.py has filled: 4,000 open cases with 10,000 reports, and
-- 2,000 closed ones before them. bench/desk_queue.py runs it; the functions luck and id are the town's.

-- Who signs in from where: three to an address, and a thousand behind one.
UPDATE accounts_session SET ip_address = '10.0.0.0'::inet + (hashtext(user_id::text) & 4095),
    device_id = md5((hashtext(user_id::text) & 8191)::text)::uuid;
UPDATE accounts_authenticationattempt SET ip_address = CASE
    WHEN hashtext(user_id::text) & 15 = 0 THEN '192.0.2.1'::inet
    ELSE '10.0.0.0'::inet + (hashtext(user_id::text) & 4095) END;

CREATE TEMP TABLE accused AS
SELECT row_number() OVER (ORDER BY luck(hashtext(id::text), 50)) AS n, id AS profile_id, user_id, name
FROM profiles_profile LIMIT 4000;
CREATE TEMP TABLE witness AS
SELECT row_number() OVER (ORDER BY luck(hashtext(id::text), 51)) AS n, user_id FROM profiles_profile;
CREATE UNIQUE INDEX ON accused (n);
CREATE UNIQUE INDEX ON witness (n);

-- Cases: n from 1 to 4,000 are open, those above were closed with a decision.
INSERT INTO moderation_case
    (id, about_id, about_digest, severity, weight, report_count, finding_count, opened_at, due_at,
     ranked_at, closed_at)
SELECT id(60, n), user_id, encode(sha256(user_id::text::bytea), 'hex'), 1, 0, 0, 0, opened_at, opened_at,
    opened_at, CASE WHEN n > 4000 THEN opened_at + interval '1 day' END
FROM (
    SELECT n, user_id, now() - luck(n, 52) * interval '10 days' AS opened_at FROM accused
    UNION ALL
    SELECT n + 4000, user_id, now() - interval '20 days' - luck(n, 53) * interval '100 days'
    FROM accused WHERE n <= 2000
) AS found;

-- Reports: one in each case, and six thousand more where there are some already.
CREATE TEMP TABLE made AS
SELECT k, CASE WHEN k <= 4000 THEN k ELSE 1 + floor(4000 * luck(k, 54) * luck(k, 54))::bigint END AS n
FROM generate_series(1, 10000) AS k
UNION ALL
SELECT 10000 + k, 4000 + k FROM generate_series(1, 2000) AS k;
INSERT INTO moderation_report
    (id, case_id, reporter_id, subject_type, subject_id, reason, text, weight, outcome, created_at, decided_at)
SELECT id(61, k), kase.id, witness.user_id,
    CASE WHEN k % 3 = 0 THEN 'message' WHEN k % 3 = 1 THEN 'photo' ELSE 'profile' END,
    CASE WHEN k % 3 = 2 THEN profile.id ELSE id(62, k) END,
    (ARRAY['harassment', 'scam', 'fake', 'not_a_dog', 'animal_cruelty', 'spam', 'spam', 'other'])
        [1 + floor(8 * luck(k, 55))::int],
    'They wrote to me again although I had asked them to stop.', 0.1 + 1.8 * luck(k, 56),
    CASE WHEN made.n <= 4000 THEN 'waiting' WHEN luck(k, 57) < 0.5 THEN 'acted' ELSE 'dismissed' END,
    kase.opened_at + luck(k, 58) * interval '1 hour', kase.closed_at
FROM made
JOIN moderation_case AS kase ON kase.id = id(60, made.n)
JOIN profiles_profile AS profile ON profile.user_id = kase.about_id
JOIN witness ON witness.n = 1 + (k * 7919) % (SELECT count(*) FROM witness)
WHERE witness.user_id <> kase.about_id;

INSERT INTO moderation_evidence (id, report_id, taken_at, content)
SELECT gen_random_uuid(), report.id, report.created_at, jsonb_build_object(
    'subject', jsonb_build_object('type', report.subject_type, 'id', report.subject_id, 'body', 'Hello!'),
    'profile', jsonb_build_object('id', profile.id, 'name', profile.name, 'age', 3, 'bio', profile.bio,
        'prompts', '[]'::jsonb, 'photos', coalesce(photos.shown, '[]'::jsonb)),
    'people', jsonb_build_object(profile.id, profile.name),
    'messages', CASE WHEN report.subject_type = 'message' THEN talk.shown ELSE '[]'::jsonb END)
FROM moderation_report AS report
JOIN moderation_case AS kase ON kase.id = report.case_id
JOIN profiles_profile AS profile ON profile.user_id = kase.about_id
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('id', photo.id, 'width', width, 'height', height, 'files',
        jsonb_build_object('small', small, 'medium', medium, 'large', large))) AS shown
    FROM profiles_photo AS photo WHERE photo.profile_id = profile.id
) AS photos
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('id', id(62, position), 'position', position, 'kind', 'text',
        'sender_id', profile.id, 'body', 'Shall we meet at the park at five, by the old oak?',
        'created_at', report.created_at, 'edited_at', null, 'deleted_at', null, 'former', '[]'::jsonb,
        'is_subject', position = 11)) AS shown
    FROM generate_series(1, 21) AS position
) AS talk;
INSERT INTO moderation_evidencefile (id, evidence_id, photo_id, source, name)
SELECT gen_random_uuid(), evidence.id, photo.id, file.name, 'private:evidence/' || file.name
FROM moderation_evidence AS evidence
JOIN moderation_report AS report ON report.id = evidence.report_id
JOIN moderation_case AS kase ON kase.id = report.case_id
JOIN profiles_profile AS profile ON profile.user_id = kase.about_id
JOIN profiles_photo AS photo ON photo.profile_id = profile.id
CROSS JOIN LATERAL (VALUES (photo.small), (photo.medium), (photo.large)) AS file (name);

-- What cases repeat of their reports, as moderation.casework counts it.
UPDATE moderation_case AS kase SET severity = found.severity, weight = found.weight,
    report_count = found.number,
    due_at = opened_at + found.within,
    ranked_at = opened_at + found.within - interval '7 days'
        - interval '12 hours' * log(2, (1 + found.weight)::numeric)::float8
FROM (
    SELECT case_id, max(severity) AS severity, sum(weight) AS weight, count(*) AS number,
        min(within) AS within
    FROM moderation_report JOIN (VALUES
        ('not_a_dog', 1, interval '7 days'), ('other', 1, interval '7 days'),
        ('fake', 2, interval '3 days'), ('spam', 2, interval '3 days'),
        ('harassment', 3, interval '1 day'), ('scam', 3, interval '1 day'),
        ('animal_cruelty', 4, interval '4 hours')
    ) AS grave (reason, severity, within) USING (reason)
    GROUP BY case_id
) AS found
WHERE found.case_id = kase.id;

INSERT INTO moderation_decision
    (id, case_id, person_id, kind, state, reason, statement, note, subject_type, before, created_at, in_force_at)
SELECT gen_random_uuid(), id, about_id, CASE WHEN luck(hashtext(id::text), 59) < 0.5 THEN 'dismiss' ELSE 'warn' END,
    'in_force', 'spam', '', '', '', '{}', closed_at, closed_at
FROM moderation_case WHERE closed_at IS NOT NULL;

INSERT INTO moderation_note (id, case_id, text, created_at)
SELECT gen_random_uuid(), id, 'Seen this before.', opened_at FROM moderation_case WHERE report_count > 3;
INSERT INTO screening_finding (id, user_id, kind, response, subject_type, subject_id, detail, created_at, gathered_at)
SELECT gen_random_uuid(), user_id, 'link', 'flag', 'profile', profile_id, 'example.com', now(), now()
FROM accused WHERE n % 2 = 0;
ANALYZE;
