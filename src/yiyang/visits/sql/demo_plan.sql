-- Each visit to its village's visitor; one of a person's several visits lies within its own days, others spread evenly.
WITH days AS (
    SELECT d::date AS on_day, row_number() OVER (ORDER BY d) - 1 AS n, count(*) OVER () AS total
    FROM generate_series((%(month)s || '-01')::date, (%(month)s || '-01')::date + interval '1 month - 1 day', interval '1 day') AS d
    WHERE extract(isodow FROM d) < 6
),
-- What is more than 400 minutes a day for the village's visitor, the calls first, goes to others of the town who have room.
own AS (
    SELECT v.id, v.first, v.last, v.needs_two, v.means <> 'home' AS is_call, v.minutes, v.number, p.area_code - p.area_code %% 1000 AS town,
        p.visitor_id, p.deputy_id, v.person_id, v.minutes + CASE WHEN v.means = 'home' THEN 15 ELSE 0 END AS cost,
        sum(v.minutes + CASE WHEN v.means = 'home' THEN 15 ELSE 0 END)
            OVER (PARTITION BY p.visitor_id ORDER BY v.means <> 'home', md5(v.person_id::text), v.number) AS so_far
    FROM visits_visit AS v JOIN visits_post AS p ON p.area_code = v.area_code AND p.ends IS NULL
    WHERE v.month = %(month)s AND v.state = 'owed'
),
room AS (
    SELECT r.town, r.visitor_id, sum(r.spare) OVER (PARTITION BY r.town ORDER BY r.visitor_id) AS until,
        sum(r.spare) OVER (PARTITION BY r.town ORDER BY r.visitor_id) - r.spare AS since
    FROM (
        SELECT p.area_code - p.area_code %% 1000 AS town, p.visitor_id,
            greatest((SELECT count(*) FROM days) * 400 - coalesce(sum(o.cost), 0), 0) AS spare
        FROM visits_post AS p LEFT JOIN own AS o ON o.visitor_id = p.visitor_id WHERE p.ends IS NULL GROUP BY 1, 2
    ) AS r
),
over AS (
    SELECT o.*, CASE WHEN o.so_far > (SELECT count(*) FROM days) * 400 THEN
        sum(o.cost) FILTER (WHERE o.so_far > (SELECT count(*) FROM days) * 400) OVER (PARTITION BY o.town ORDER BY o.id) END AS more
    FROM own AS o
),
near AS (
    SELECT o.*, r.visitor_id AS helper, CASE WHEN o.more IS NOT NULL AND r.visitor_id IS NULL THEN
        sum(o.cost) FILTER (WHERE o.more IS NOT NULL AND r.visitor_id IS NULL) OVER (ORDER BY o.town, o.id) END AS far
    FROM over AS o LEFT JOIN room AS r ON r.town = o.town AND o.more > r.since AND o.more <= r.until
),
-- Where the town is full, others of the county have room: what their own towns left of it.
elsewhere AS (
    SELECT l.visitor_id, sum(l.spare) OVER (ORDER BY l.town, l.visitor_id) AS until,
        sum(l.spare) OVER (ORDER BY l.town, l.visitor_id) - l.spare AS since
    FROM (
        SELECT r.town, r.visitor_id, greatest(r.until - greatest(r.since, coalesce(t.more, 0)), 0) AS spare
        FROM room AS r LEFT JOIN (SELECT town, max(more) AS more FROM over GROUP BY 1) AS t ON t.town = r.town
    ) AS l WHERE l.spare > 0
),
mine AS (
    SELECT o.id, o.first, o.last, g.visitor_id, o.needs_two, o.deputy_id, o.is_call, o.minutes,
        row_number() OVER (PARTITION BY g.visitor_id ORDER BY o.first, md5(o.person_id::text), o.number) AS place,
        -- Where it lies in the minutes of those with the same days, from 0 to 1; each visitor begins somewhere else.
        ((sum(o.cost) OVER (PARTITION BY g.visitor_id, o.first, o.last ORDER BY md5(o.person_id::text), o.number) - o.cost / 2.0)
            / sum(o.cost) OVER (PARTITION BY g.visitor_id, o.first, o.last) + g.visitor_id %% 10 / 10.0) %% 1.0 AS part
    FROM near AS o LEFT JOIN elsewhere AS e ON o.far > e.since AND o.far <= e.until
    -- Where the whole county is full it is more than that after all.
    CROSS JOIN LATERAL (SELECT coalesce(o.helper, e.visitor_id, o.visitor_id) AS visitor_id) AS g
),
-- The same minutes on each of the days that a visit may be on: then no day is much longer than another.
windows AS (
    SELECT w.first, w.last, array_agg(d.on_day ORDER BY d.on_day) AS days
    FROM (SELECT DISTINCT first, last FROM mine) AS w JOIN days AS d ON d.on_day BETWEEN w.first AND w.last GROUP BY 1, 2
),
placed AS (
    SELECT m.*, coalesce(w.days[1 + floor(m.part * cardinality(w.days))::int], m.last) AS on_day
    FROM mine AS m LEFT JOIN windows AS w ON w.first = m.first AND w.last = m.last
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
