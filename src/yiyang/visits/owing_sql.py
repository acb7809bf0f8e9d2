"""The statements that say who is owed which visits. Pure: policy and days in, SQL out.

Everybody's rules are asked in one pass over the people; the strictest of each figure counts.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from yiyang.areas.logic import normalise, span
from yiyang.engine.facts import FactBook, as_int
from yiyang.visits.conditions_sql import condition_sql
from yiyang.visits.policy import AlertKind, Rule, Visits, condition

# People of the latest month, alive, with one file.
HERE = "p.is_current AND p.alive IS DISTINCT FROM 0 AND p.merged_into_id IS NULL"
# A household of more elders in need than this is a collective one (a home, a hospital): their turns are spread.
HOUSEHOLD = 6


def month_days(month: str) -> tuple[date, date]:
    """First and last day of a month.

    >>> month_days("2026-02")[1].day
    28
    """
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def texts(values: Iterable[str]) -> str:
    """SQL: an array of texts of policy (slugs, which hold no quotes)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"ARRAY[{listed}]::text[]"


def holds_sql(rule: Rule | AlertKind, reference: int, book: FactBook) -> str:
    """SQL: whether a rule certainly holds for the person of a row `p`; never NULL."""
    parts = [f"p.groups ?| {texts(rule.groups)}"] if rule.groups else []
    parts += [condition_sql(condition(rule.who, book), reference)] if rule.who else []
    found = f"coalesce({' OR '.join(f'({part})' for part in parts)}, false)"
    if isinstance(rule, Rule) and rule.area:
        low, high = span(normalise(rule.area))
        return f"(p.area_code >= {low} AND p.area_code < {high} AND {found})"
    return found


def excused_sql(policy: Visits, reference: int, book: FactBook) -> str:
    """SQL: why nobody need visit the person of a row `p`, in words; NULL = there is no reason."""
    cases = [
        f"WHEN coalesce({condition_sql(condition(each.who, book), reference)}, false) THEN {quoted(each.zh)}"
        for each in policy.excused.values()
        if each.who
    ]
    gone = f"WHEN NOT p.is_current OR p.merged_into_id IS NOT NULL THEN {quoted(policy.excused['gone'].zh)}"
    return f"CASE {' '.join([*cases, gone])} END"


def quoted(text: str) -> str:
    """SQL: a text of policy; `%` is doubled, for statements are sent with parameters."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def _greatest(policy: Visits, name: str, reference: int, book: FactBook, least: int) -> str:
    cases = [
        f"CASE WHEN {holds_sql(rule, reference, book)} THEN {value} ELSE {least} END"
        for rule in policy.rules.values()
        if (value := getattr(rule, name) or 0) > least
    ]
    return f"greatest({', '.join([str(least), *cases])})"


def _least(policy: Visits, name: str, reference: int, book: FactBook) -> str:
    """SQL: the least of what the rules that hold say, NULL where none says anything."""
    cases = [
        f"CASE WHEN {holds_sql(rule, reference, book)} THEN {value} END"
        for rule in policy.rules.values()
        if (value := getattr(rule, name)) is not None
    ]
    return f"least({', '.join(['NULL::int', *cases])})"


def _any(policy: Visits, rules: Iterable[Rule], reference: int, book: FactBook) -> str:
    return " OR ".join(holds_sql(rule, reference, book) for rule in rules) or "false"


def _gathered(policy: Visits, name: str, values: Iterable[str], reference: int, book: FactBook) -> str:
    """SQL: those of the values that some rule which holds names, as a JSON list."""
    naming = {value: [rule for rule in policy.rules.values() if value in getattr(rule, name)] for value in values}
    cases = [f"CASE WHEN {_any(policy, rules, reference, book)} THEN '{value}' END" for value, rules in naming.items()]
    return f"to_jsonb(array_remove(ARRAY[{', '.join(cases) or 'NULL'}]::text[], NULL))"


def people_sql(policy: Visits, reference: date, book: FactBook) -> str:
    """SQL: everybody in an area for whom a rule holds, and what is owed to him.

    Columns: person, home, area_code, has_phone, times, at_home, seen_every, minutes, needs_two, skills, counts,
    groups, excuse. `home` is one key for a household, unless that is a collective one of many.
    Parameters: %(low)s, %(high)s.
    """
    on = as_int(reference)
    shown = (
        f"SELECT coalesce(jsonb_agg(g ORDER BY g), '[]') FROM jsonb_array_elements_text(p.groups) AS g "
        f"WHERE g = ANY({texts(policy.visited)})"
    )
    means = [way for way in policy.means if any(way in rule.means for rule in policy.rules.values())]
    return (
        f"SELECT p.id AS person, CASE WHEN p.household IS NOT NULL AND count(*) OVER (PARTITION BY p.household) "
        f"<= {HOUSEHOLD} THEN p.household ELSE p.id END AS home, p.area_code, p.phone IS NOT NULL AS has_phone, "
        f"{_greatest(policy, 'times', on, book, 0)} AS times, "
        f"{_greatest(policy, 'at_home', on, book, 0)} AS at_home, "
        f"{_least(policy, 'seen_every', on, book)} AS seen_every, "
        f"{_greatest(policy, 'minutes', on, book, policy.defaults.minutes)} AS minutes, "
        f"({_any(policy, [r for r in policy.rules.values() if r.needs_two], on, book)}) AS needs_two, "
        f"{_gathered(policy, 'skills', policy.skills, on, book)} AS skills, "
        f"{_gathered(policy, 'means', means, on, book)} AS counts, ({shown}) AS groups, "
        f"{excused_sql(policy, on, book)} AS excuse "
        f"FROM registry_person AS p WHERE {HERE} AND p.area_code >= %(low)s AND p.area_code < %(high)s "
        f"AND ({_any(policy, policy.rules.values(), on, book)})"
    )


# Windows part the month evenly: the k-th of n visits lies in its n-th part, and not before the day counted from.
# Whose turn it is, is seen at home: everybody's turn comes once in `seen_every` months, and each month has its share.
# A household's turn comes at once, so that one way leads to all of it.
OWE = """
INSERT INTO visits_visit (person_id, area_code, month, number, cause, groups, means, counts, gap, first, last, opens,
    closes, minutes, skills, needs_two, state, state_since, done_by_name, tries, next_step, reason)
SELECT w.person, w.area_code, %(month)s, w.number, CASE WHEN w.number = 1 THEN 'monthly' ELSE 'risk' END, w.groups,
    w.means, CASE WHEN w.must THEN '["home"]'::jsonb ELSE w.counts END,
    CASE WHEN w.times > 1 THEN least(%(gap)s, %(days)s / w.times - 1) ELSE 0 END,
    greatest(w.first, %(from)s), w.last, %(opens)s, %(closes)s,
    CASE WHEN w.means = 'home' THEN w.minutes ELSE %(call)s END,
    CASE WHEN w.means = 'home' THEN w.skills ELSE '[]'::jsonb END, w.needs_two AND w.means = 'home', 'owed', now(), '',
    0, '', ''
FROM (
    SELECT o.*, n AS number, m.must, CASE WHEN m.must OR o.counts = '["home"]'::jsonb THEN 'home'
            WHEN o.counts ? 'phone' AND (o.has_phone OR NOT o.counts ? 'neighbour') THEN 'phone'
            WHEN o.counts ? 'neighbour' THEN 'neighbour' ELSE 'home' END AS means,
        %(start)s::date + (n - 1) * %(days)s / o.times AS first,
        %(start)s::date + n * %(days)s / o.times - 1 AS last
    FROM owing AS o CROSS JOIN LATERAL generate_series(1, o.times) AS n
    CROSS JOIN LATERAL (
        SELECT n <= greatest(
            o.at_home, coalesce(((o.home %% o.seen_every + %(turn)s) %% o.seen_every = 0)::int, 0)) AS must
    ) AS m
    WHERE o.excuse IS NULL
) AS w WHERE w.last >= %(from)s
ON CONFLICT (person_id, month, cause, number, alert_id) DO NOTHING
"""
# Who was to be seen at home last month and was not, is seen this month, whosever turn it is.
SEE = """
UPDATE visits_visit AS v SET means = 'home', counts = '["home"]', minutes = o.minutes, skills = o.skills,
    needs_two = o.needs_two, state = 'owed', visitor_id = NULL, second_id = NULL, "on" = NULL, turn = NULL, at = NULL,
    state_since = now(), reason = '上月应上门而没有上门'
FROM owing AS o
WHERE o.person = v.person_id AND o.excuse IS NULL AND v.month = %(month)s AND v.last >= %(from)s
    AND v.cause = 'monthly' AND v.state IN ('owed', 'planned') AND v.counts <> '["home"]'::jsonb AND EXISTS (
        SELECT 1 FROM visits_visit AS b WHERE b.person_id = v.person_id AND b.month = %(before)s
            AND b.cause = 'monthly' AND b.state = 'missed' AND b.counts = '["home"]'::jsonb)
"""
# What is planned or owed still, of somebody whom nobody need visit any more; and back again where that was an error.
EXCUSE = """
UPDATE visits_visit AS v SET state = 'excused', state_since = now(), next_step = '', next_by = NULL, reason = CASE
    WHEN NOT p.is_current OR p.merged_into_id IS NOT NULL THEN coalesce({excuse}, {gone})
    ELSE coalesce({excuse}, {left}) END
FROM registry_person AS p
WHERE p.id = v.person_id AND v.month = %(month)s AND v.area_code >= %(low)s AND v.area_code < %(high)s
    AND v.state IN ('owed', 'planned', 'not_found') AND v.last >= %(from)s
    AND (({excuse}) IS NOT NULL OR NOT ({here})
        OR (v.cause IN ('monthly', 'risk') AND NOT EXISTS (
            SELECT 1 FROM owing AS o WHERE o.person = v.person_id AND o.times >= v.number)))
"""
# Only what the platform excused by itself: what somebody excused in his own words is his decision.
RESUME = """
UPDATE visits_visit AS v SET state = 'owed', state_since = now(), reason = '', visitor_id = NULL, second_id = NULL,
    "on" = NULL, turn = NULL, at = NULL, area_code = o.area_code
FROM owing AS o
WHERE o.person = v.person_id AND o.excuse IS NULL AND o.times >= v.number AND v.month = %(month)s
    AND v.cause IN ('monthly', 'risk') AND v.state = 'excused' AND v.last >= %(from)s AND v.reason = ANY(%(said)s)
"""
# Who has moved within the area is visited where he lives now, by whoever visits there.
MOVE = """
UPDATE visits_visit AS v SET area_code = o.area_code, state = 'owed', visitor_id = NULL, second_id = NULL, "on" = NULL,
    turn = NULL, at = NULL, state_since = now()
FROM owing AS o
WHERE o.person = v.person_id AND v.area_code <> o.area_code AND v.month = %(month)s AND v.last >= %(from)s
    AND v.state IN ('owed', 'planned')
"""
ALERT = """
INSERT INTO visits_visit (person_id, area_code, month, number, cause, groups, alert_id, means, counts, gap, first, last,
    opens, closes, minutes, skills, needs_two, state, state_since, done_by_name, tries, next_step, reason)
SELECT p.id, p.area_code, to_char(w.first, 'YYYY-MM'), w.number, 'alert', p.groups, %(alert)s, %(way)s,
    %(counts)s::jsonb, 0, w.first, least(w.first + %(every)s - 1, %(last)s), %(opens)s, %(closes)s, %(minutes)s, '[]',
    false, 'owed', now(), '', 0, '', ''
FROM registry_person AS p CROSS JOIN (
    SELECT n + 1 AS number, %(first)s::date + n * %(every)s AS first FROM generate_series(0, %(times)s - 1) AS n
) AS w
WHERE {here} AND p.area_code >= %(low)s AND p.area_code < %(high)s AND ({holds}) AND ({excuse}) IS NULL
    AND w.first <= %(last)s AND least(w.first + %(every)s - 1, %(last)s) >= %(from)s
ON CONFLICT (person_id, month, cause, number, alert_id) DO NOTHING
"""


def excuse_sql(policy: Visits, reference: date, book: FactBook) -> str:
    """The statement that ends visits nobody need make. Parameters: month, low, high, from."""
    words = {
        "excuse": excused_sql(policy, as_int(reference), book),
        "gone": quoted(policy.excused["gone"].zh),
        "left": quoted(policy.excused["left"].zh),
        "here": HERE,
    }
    return EXCUSE.format(**words)


def alert_sql(policy: Visits, kind: AlertKind, reference: date, book: FactBook) -> str:
    """The statement that adds an alert's visits. Parameters: those of ALERT."""
    on = as_int(reference)
    return ALERT.format(here=HERE, holds=holds_sql(kind, on, book), excuse=excused_sql(policy, on, book))


def counts_json(means: Iterable[str]) -> str:
    """Ways that count, as the table keeps them."""
    return json.dumps(list(means))
