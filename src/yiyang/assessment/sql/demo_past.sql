-- The past of the demo county in a few statements; parted by "-- next". The first gives every request its number.
CREATE TEMP TABLE demo_past ON COMMIT DROP AS
SELECT n, r.*, r.ended::timestamptz AS ended_at, r.ended::timestamptz - make_interval(mins => r.minutes) AS began_at,
    assessment_new_number('SQ', r.area, r.on_day::date - 9) AS number
FROM jsonb_array_elements(%(rows)s::jsonb) WITH ORDINALITY AS e (row, n)
CROSS JOIN LATERAL jsonb_to_record(e.row) AS r (person bigint, area bigint, agency bigint, lead bigint, second bigint,
    ended text, minutes int, version text, level int, level_by_points int, points int, parts jsonb, rules jsonb,
    on_day text, valid_from text, valid_to text, used text)
-- next
INSERT INTO assessment_request (number, person_id, area_code, instrument, kind, channel, purposes, reason, cause,
    again_because, provider_code, state, state_since, due, escalated, with_check, place, asked_by_name, asked_at)
SELECT number, person, area, 'gbt_42195_2022', 'first', CASE WHEN n %% 3 = 0 THEN 'self' ELSE 'township' END,
    '["nursing_subsidy"]', '', '', '', '', 'requested', now(), NULL, 0, false, '', %(name)s, began_at - interval '9 days'
FROM demo_past
-- next
UPDATE assessment_request AS q SET state = 'planned', agency_id = d.agency, lead_id = d.lead, second_id = d.second,
    appointed = date_trunc('hour', d.began_at)
FROM demo_past AS d WHERE d.number = q.number
-- next
INSERT INTO assessment_form (request_id, version, answers, sha256, filled_by_id, began_at, ended_at, received_at, is_current)
SELECT q.id, d.version, (%(sealed)s::bytea[])[d.n], (%(prints)s::text[])[d.n], d.lead, d.began_at, d.ended_at,
    d.ended_at + interval '3 minutes', true
FROM demo_past AS d JOIN assessment_request AS q ON q.number = d.number
-- next
UPDATE assessment_request AS q SET state = 'filled' FROM demo_past AS d WHERE d.number = q.number
-- next
INSERT INTO assessment_signature (form_id, assessor_id, sha256, signed_at)
SELECT f.id, w.who, f.sha256, f.ended_at + make_interval(mins => w.after)
FROM demo_past AS d JOIN assessment_request AS q ON q.number = d.number JOIN assessment_form AS f ON f.request_id = q.id
CROSS JOIN LATERAL (VALUES (d.lead, 4), (d.second, 30)) AS w (who, after)
-- next
UPDATE assessment_request AS q SET state = 'signed' FROM demo_past AS d WHERE d.number = q.number
-- next
INSERT INTO assessment_check (form_id, passed, findings, words, by, by_name, at)
SELECT f.id, true, '[]', '抽看录像，与表一致。', %(officer)s, %(name)s, f.ended_at + interval '2 days'
FROM demo_past AS d JOIN assessment_request AS q ON q.number = d.number JOIN assessment_form AS f ON f.request_id = q.id
-- next
UPDATE assessment_request AS q SET state = 'issued', due = NULL FROM demo_past AS d WHERE d.number = q.number
-- next
INSERT INTO assessment_result (number, token, request_id, person_id, area_code, instrument, version, level,
    level_by_points, points, parts, rules, assessed_on, valid_from, valid_to, state, effect, known, issued_by_name, issued_at)
SELECT assessment_new_number('PG', d.area, d.on_day::date + 2),
    replace(gen_random_uuid()::text, '-', ''),
    q.id, d.person, d.area, q.instrument, d.version, d.level, d.level_by_points, d.points, d.parts, d.rules,
    d.on_day::date, d.valid_from::date, d.valid_to::date, 'valid', '[]',
    (SELECT coalesce(jsonb_object_agg(w, p.facts -> w), '{}') FROM unnest(%(watched)s::text[]) AS w), %(name)s,
    d.ended_at + interval '2 days'
FROM demo_past AS d JOIN assessment_request AS q ON q.number = d.number JOIN registry_person AS p ON p.id = d.person
-- next
INSERT INTO assessment_use (result_id, purpose, department, about, at, by_name)
SELECT r.id, d.used, CASE WHEN d.used = 'long_term_care_insurance' THEN 'medical_insurance' ELSE 'civil_affairs' END, '',
    r.issued_at + interval '6 days', %(name)s
FROM demo_past AS d JOIN assessment_request AS q ON q.number = d.number JOIN assessment_result AS r ON r.request_id = q.id
WHERE d.used <> ''
