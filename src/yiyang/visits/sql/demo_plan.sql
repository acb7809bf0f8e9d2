-- Each visit to its village's visitor, on a working day of its window, so that no day of anybody is much longer than another.
WITH days AS (
    SELECT d AS on_day, row_number() OVER (ORDER BY d) - 1 AS n FROM unnest(%(days)s::date[]) AS d
),
-- What is more than his days hold goes to others of the town who have room, the calls first; some minutes of way to each door.
own AS MATERIALIZED (
    SELECT v.id, v.first, v.last, v.needs_two, v.means <> 'home' AS is_call, v.minutes, v.number, p.area_code - p.area_code %% 1000 AS town,
        p.visitor_id, p.deputy_id, v.person_id, coalesce(w.household, v.person_id) AS home, v.minutes + CASE WHEN v.means = 'home' THEN %(way)s ELSE 0 END AS cost,
        sum(v.minutes + CASE WHEN v.means = 'home' THEN %(way)s ELSE 0 END)
            OVER (PARTITION BY p.visitor_id ORDER BY v.means <> 'home', md5(coalesce(w.household, v.person_id)::text), v.person_id, v.number) AS so_far
    FROM visits_visit AS v JOIN visits_post AS p ON p.area_code = v.area_code AND p.ends IS NULL
    JOIN registry_person AS w ON w.id = v.person_id
    WHERE v.month = %(month)s AND v.state = 'owed'
),
room AS MATERIALIZED (
    SELECT r.town, r.visitor_id, sum(r.spare) OVER (PARTITION BY r.town ORDER BY r.visitor_id) AS until,
        sum(r.spare) OVER (PARTITION BY r.town ORDER BY r.visitor_id) - r.spare AS since
    FROM (
        SELECT p.area_code - p.area_code %% 1000 AS town, p.visitor_id,
            greatest((SELECT count(*) FROM days) * %(a_day)s - coalesce(sum(o.cost), 0), 0) AS spare
        FROM visits_post AS p LEFT JOIN own AS o ON o.visitor_id = p.visitor_id WHERE p.ends IS NULL GROUP BY 1, 2
    ) AS r
),
over AS MATERIALIZED (
    SELECT o.*, CASE WHEN o.so_far > (SELECT count(*) FROM days) * %(a_day)s THEN
        sum(o.cost) FILTER (WHERE o.so_far > (SELECT count(*) FROM days) * %(a_day)s) OVER (PARTITION BY o.town ORDER BY o.id) END AS more
    FROM own AS o
),
near AS MATERIALIZED (
    SELECT o.*, r.visitor_id AS helper, CASE WHEN o.more IS NOT NULL AND r.visitor_id IS NULL THEN
        sum(o.cost) FILTER (WHERE o.more IS NOT NULL AND r.visitor_id IS NULL) OVER (ORDER BY o.town, o.id) END AS far
    FROM over AS o LEFT JOIN room AS r ON r.town = o.town AND o.more > r.since AND o.more <= r.until
),
-- Where the town is full, others of the county have room: what their own towns left of it.
elsewhere AS MATERIALIZED (
    SELECT l.visitor_id, sum(l.spare) OVER (ORDER BY l.town, l.visitor_id) AS until,
        sum(l.spare) OVER (ORDER BY l.town, l.visitor_id) - l.spare AS since
    FROM (
        SELECT r.town, r.visitor_id, greatest(r.until - greatest(r.since, coalesce(t.more, 0)), 0) AS spare
        FROM room AS r LEFT JOIN (SELECT town, max(more) AS more FROM over GROUP BY 1) AS t ON t.town = r.town
    ) AS l WHERE l.spare > 0
),
mine AS MATERIALIZED (
    SELECT o.id, o.first, o.last, g.visitor_id, o.needs_two, o.deputy_id, o.is_call, o.minutes, o.cost, o.person_id, o.home, o.number,
        NOT EXISTS (SELECT FROM days AS d WHERE d.on_day NOT BETWEEN o.first AND o.last) AS is_free
    FROM near AS o LEFT JOIN elsewhere AS e ON o.far > e.since AND o.far <= e.until
    -- Where the whole county is full it is more than that after all.
    CROSS JOIN LATERAL (SELECT coalesce(o.helper, e.visitor_id, o.visitor_id) AS visitor_id) AS g
),
-- First what is bound to a part of the month: the same minutes on each of its days; each visitor begins somewhere else.
windows AS MATERIALIZED (
    -- A week that is all holidays: somebody goes all the same.
    SELECT w.first, w.last, coalesce(array_agg(d.on_day ORDER BY d.on_day) FILTER (WHERE d.on_day IS NOT NULL),
        ARRAY(SELECT g::date FROM generate_series(w.first, w.last, interval '1 day') AS g)) AS days
    FROM (SELECT DISTINCT first, last FROM mine WHERE NOT is_free) AS w LEFT JOIN days AS d ON d.on_day BETWEEN w.first AND w.last
    GROUP BY 1, 2
),
bound AS MATERIALIZED (
    SELECT m.id, m.visitor_id, m.cost, coalesce(w.days[1 + floor(m.part * cardinality(w.days))::int], m.last) AS on_day
    FROM (
        SELECT b.*, ((sum(b.cost) OVER (PARTITION BY b.visitor_id, b.first, b.last ORDER BY md5(b.home::text), b.person_id, b.number) - b.cost / 2.0)
            / sum(b.cost) OVER (PARTITION BY b.visitor_id, b.first, b.last) + b.visitor_id %% 10 / 10.0) %% 1.0 AS part
        FROM mine AS b WHERE NOT b.is_free
    ) AS m LEFT JOIN windows AS w ON w.first = m.first AND w.last = m.last
),
-- Then the others, into what is left of each day up to the visitor's mean.
mean AS MATERIALIZED (
    SELECT visitor_id, sum(cost)::numeric / (SELECT count(*) FROM days) AS a_day FROM mine GROUP BY 1
),
left_of AS MATERIALIZED (
    SELECT m.visitor_id, d.on_day, d.n, greatest(m.a_day - coalesce(sum(b.cost), 0), 0.001) AS spare
    FROM mean AS m CROSS JOIN days AS d LEFT JOIN bound AS b ON b.visitor_id = m.visitor_id AND b.on_day = d.on_day
    GROUP BY m.visitor_id, m.a_day, d.on_day, d.n
),
fill AS MATERIALIZED (
    SELECT visitor_id, on_day, sum(spare) OVER way / sum(spare) OVER (PARTITION BY visitor_id) AS until,
        (sum(spare) OVER way - spare) / sum(spare) OVER (PARTITION BY visitor_id) AS since
    FROM left_of WINDOW way AS (PARTITION BY visitor_id ORDER BY n)
),
free AS MATERIALIZED (
    SELECT m.id, f.on_day
    FROM (
        SELECT f.id, f.visitor_id, (sum(f.cost) OVER way - f.cost / 2.0) / sum(f.cost) OVER (PARTITION BY f.visitor_id) AS part
        FROM mine AS f WHERE f.is_free WINDOW way AS (PARTITION BY f.visitor_id ORDER BY md5(f.home::text), f.person_id, f.number)
    ) AS m JOIN fill AS f ON f.visitor_id = m.visitor_id AND m.part > f.since AND m.part <= f.until
),
placed AS MATERIALIZED (
    SELECT m.*, p.on_day FROM mine AS m JOIN (SELECT id, on_day FROM bound UNION ALL SELECT id, on_day FROM free) AS p ON p.id = m.id
),
-- First the round, then the calls one after the other.
turns AS MATERIALIZED (
    SELECT t.*, row_number() OVER way AS turn,
        510 + coalesce(sum(t.minutes + CASE WHEN t.is_call THEN 0 ELSE %(way)s END) OVER (way ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS at
    FROM placed AS t WINDOW way AS (PARTITION BY t.visitor_id, t.on_day ORDER BY t.is_call, md5(t.home::text), t.person_id, t.number)
)
UPDATE visits_visit AS v
SET visitor_id = t.visitor_id, second_id = CASE WHEN t.needs_two THEN t.deputy_id END, plan_id = %(plan)s, "on" = t.on_day,
    turn = t.turn, at = least(t.at, 1070), state = 'planned', state_since = (%(month)s || '-01')::timestamptz
FROM turns AS t WHERE v.id = t.id
