-- Of a hundred planned visits some ninety-six are done; of a month that is over nothing stays open.
WITH lot AS (
    SELECT v.id, v."on", v.visitor_id, ('x' || substr(md5(v.person_id::text || v.month || v.number), 1, 7))::bit(28)::int %% 1000 AS r
    FROM visits_visit AS v WHERE v.month = %(month)s AND v.state = 'planned' AND v."on" < %(today)s
)
UPDATE visits_visit AS v
SET state = CASE WHEN r < 962 THEN 'done' WHEN r < 975 THEN 'excused' WHEN %(over)s THEN 'missed' WHEN r < 988 THEN 'not_found'
        ELSE v.state END,
    done_on = CASE WHEN r < 962 THEN least(v."on" + (r %% 12 = 0 AND extract(isodow FROM v."on") < 5)::int, v.last) END,
    done_by_name = CASE WHEN r < 962 THEN u.name ELSE '' END,
    -- Who could be called is called, asked after at a neighbour's, or seen on the way.
    means = CASE WHEN v.means = 'home' OR r %% 10 < 1 THEN 'home' WHEN r %% 10 < 7 AND v.counts ? 'phone' THEN 'phone'
        ELSE v.means END,
    tries = CASE WHEN r >= 975 THEN 2 ELSE 0 END,
    next_step = CASE WHEN r BETWEEN 975 AND 987 AND NOT %(over)s THEN 'neighbour' ELSE '' END,
    reason = CASE WHEN r BETWEEN 962 AND 974 THEN '住院，已电话联系家属' WHEN r >= 975 AND %(over)s THEN '月末仍未见到' ELSE '' END,
    state_since = v."on" + interval '16 hours'
FROM lot, accounts_user AS u
WHERE v.id = lot.id AND u.id = v.visitor_id
