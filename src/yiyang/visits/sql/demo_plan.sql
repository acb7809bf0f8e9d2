-- Each visit to its village's visitor; one of a person's several visits lies within its own days, others spread evenly.
WITH days AS (
    SELECT d::date AS on_day, row_number() OVER (ORDER BY d) - 1 AS n, count(*) OVER () AS total
    FROM generate_series((%(month)s || '-01')::date, (%(month)s || '-01')::date + interval '1 month - 1 day', interval '1 day') AS d
    WHERE extract(isodow FROM d) < 6
),
mine AS (
    SELECT v.id, v.first, v.last, p.visitor_id, v.needs_two, p.deputy_id, v.means <> 'home' AS is_call, v.minutes,
        row_number() OVER (PARTITION BY p.visitor_id ORDER BY v.first, md5(v.person_id::text), v.number) - 1 AS place,
        count(*) OVER (PARTITION BY p.visitor_id) AS total
    FROM visits_visit AS v JOIN visits_post AS p ON p.area_code = v.area_code AND p.ends IS NULL
    WHERE v.month = %(month)s AND v.state = 'owed'
),
placed AS (
    SELECT m.*, coalesce(
        (SELECT d.on_day FROM days AS d WHERE d.n = (m.place * d.total + m.visitor_id * 7 %% d.total) / m.total AND d.on_day BETWEEN m.first AND m.last),
        (SELECT min(d.on_day) FROM days AS d WHERE d.on_day BETWEEN m.first AND m.last AND d.n >= m.place %% 5
            + (SELECT min(e.n) FROM days AS e WHERE e.on_day >= m.first)),
        (SELECT min(d.on_day) FROM days AS d WHERE d.on_day BETWEEN m.first AND m.last), m.last
    ) AS on_day
    FROM mine AS m
),
-- First the round, a quarter of an hour on the way to each, then the calls one after the other.
turns AS (
    SELECT t.*, row_number() OVER way AS turn,
        510 + coalesce(sum(t.minutes + CASE WHEN t.is_call THEN 0 ELSE 15 END) OVER (way ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS at
    FROM placed AS t WINDOW way AS (PARTITION BY t.visitor_id, t.on_day ORDER BY t.is_call, t.place)
)
UPDATE visits_visit AS v
SET visitor_id = t.visitor_id, second_id = CASE WHEN t.needs_two THEN t.deputy_id END, plan_id = %(plan)s, "on" = t.on_day,
    turn = t.turn, at = least(t.at, 1070), state = 'planned', state_since = (%(month)s || '-01')::timestamptz
FROM turns AS t WHERE v.id = t.id
