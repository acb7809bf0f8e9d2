-- What an abnormal report found; the kind by the same lot as its answers.
INSERT INTO visits_finding (number, person_id, area_code, report_id, kind, severity, unit, words, state, state_since, due, escalated,
    found_by, found_by_name, found_at)
SELECT visits_new_number(r.area_code, (r.ended_at AT TIME ZONE 'Asia/Shanghai')::date), r.person_id, r.area_code, r.id, (%(kinds)s::text[])[lot.n],
    (%(severities)s::text[])[lot.n], (%(units)s::text[])[lot.n], (%(words)s::text[])[lot.n], 'open', r.ended_at,
    now() + interval '1 day', 0, r.made_by_id, r.made_by_name, r.ended_at
FROM visits_report AS r JOIN visits_visit AS v ON v.id = r.visit_id
CROSS JOIN LATERAL (SELECT 1 + ('x' || substr(md5(v.number || v.person_id::text), 9, 7))::bit(28)::int %% %(count)s AS n) AS lot
WHERE r.abnormal
ORDER BY r.ended_at, r.id
