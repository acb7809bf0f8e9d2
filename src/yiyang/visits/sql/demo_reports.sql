-- One report on each visit that was done or at which nobody was met. The sealed answers are a handful of readings.
INSERT INTO visits_report (visit_id, person_id, area_code, means, met, version, answers, abnormal, place, began_at, ended_at,
    received_at, made_by_id, made_by_name)
SELECT v.id, v.person_id, v.area_code, v.means, v.state = 'done', %(version)s,
    CASE WHEN v.state <> 'done' THEN %(not_met)s::bytea
        WHEN lot.is_bad THEN (%(bad)s::bytea[])[1 + lot.reading %% %(kinds)s]
        ELSE (%(sealed)s::bytea[])[1 + CASE WHEN lot.r < 700 THEN 0 ELSE lot.reading %% %(variants)s END] END,
    lot.is_bad, CASE WHEN v.means = 'home' THEN CASE WHEN lot.r < 970 THEN 'near' ELSE 'far' END ELSE '' END,
    day.began, day.began + make_interval(mins => v.minutes), day.began + make_interval(mins => v.minutes + lot.r / 10),
    v.visitor_id, u.name
FROM visits_visit AS v JOIN accounts_user AS u ON u.id = v.visitor_id
CROSS JOIN LATERAL (
    SELECT d.r, d.reading, v.state = 'done' AND v.done_on >= %(since)s AND d.r < %(share)s AS is_bad
    FROM (SELECT ('x' || substr(md5(v.number || v.person_id::text), 1, 7))::bit(28)::int %% 1000 AS r,
        ('x' || substr(md5(v.number || v.person_id::text), 9, 7))::bit(28)::int AS reading) AS d
) AS lot
CROSS JOIN LATERAL (
    SELECT (coalesce(v.done_on, v."on") + make_interval(mins => coalesce(v.at, 540)))::timestamp AT TIME ZONE 'Asia/Shanghai' AS began
) AS day
WHERE v.month = %(month)s AND v.state IN ('done', 'not_found')
ORDER BY v.person_id, v.number
