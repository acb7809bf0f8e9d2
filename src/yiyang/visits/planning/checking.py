"""Every promise of a plan checked anew, in SQL over the plan itself: nothing of the planner is used but its roads.

A rule is a query whose rows are faults. What a plan says of itself (way, turn) is reckoned again from coordinates.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from yiyang.visits.planning.problem import STOPS, UNSERVED, Fault, Problem, Solution
from yiyang.visits.planning.reasons import PROMISES
from yiyang.visits.planning.roads import ways

# Seat, then stops: a round's stops with where he was before, and what the visit asks.
_STEPS = """
create table step as
select s.visit, s.visitor, s.is_second, s.day, s.turn, s."at" as starts, s.way_minutes, s.way_metres,
    v.person, v.first, v.last, v.opens, v.closes, v.minutes, v.skills, v.needs_two, v.gap, v.usual, v.deputy,
    v.town, w.town as visitor_town, w.begins, w.ends, w.minutes as most, w.days, w.skills as has,
    case when v.away then v.lon else w.lon end as lon, case when v.away then v.lat else w.lat end as lat,
    case when v.away then v.urban else w.urban end as urban,
    w.lon as seat_lon, w.lat as seat_lat, w.urban as seat_urban,
    coalesce(lag(case when v.away then v.lon else w.lon end) over round, w.lon) as from_lon,
    coalesce(lag(case when v.away then v.lat else w.lat end) over round, w.lat) as from_lat,
    coalesce(lag(case when v.away then v.urban else w.urban end) over round, w.urban) as from_urban,
    coalesce(lag(s."at" + v.minutes) over round, 0) as free_at,
    row_number() over round as place, lead(s.visit) over round is null as is_last
from stops s join visits v on v.id = s.visit join visitors w on w.id = s.visitor
window round as (partition by s.visitor, s.day order by s.turn, s."at")
order by s.visitor, s.day, s.turn
"""
# Rule → (query giving visit, visitor, day, detail; Chinese; English).
_RULES = {
    "once": (
        """select id as visit, null as visitor, null as day, n::varchar as detail from (
        select v.id, (select count(*) from stops s where s.visit = v.id and not s.is_second)
            + (select count(*) from unserved u where u.visit = v.id) as n from visits v) where n <> 1""",
        "探访 {visit} 在计划中出现 {detail} 次，应为 1 次", "visit {visit} is in the plan {detail} times, not once",
    ),
    "unknown": (
        """select visit, visitor, day, '' as detail from stops where visit not in (select id from visits)
        or visitor not in (select id from visitors)
        union all select visit, null, null, '' from unserved where visit not in (select id from visits)""",
        "计划含有不存在的探访或探访员", "the plan names a visit or visitor that does not exist",
    ),
    "reason": (
        """select visit, null as visitor, null as day, promise as detail from unserved
        where promise not in (select * from promises)""",
        "探访 {visit} 未安排而原因不明", "visit {visit} is not served and no promise is named",
    ),
    "days": (
        "select visit, visitor, day, '' as detail from step where day < first or day > last",
        "探访 {visit} 不在期限内", "visit {visit} is outside its days",
    ),
    "hours": (
        """select visit, visitor, day, starts::varchar as detail from step
        where starts < opens or starts + minutes > closes""",
        "探访 {visit} 不在时间窗内", "visit {visit} is outside its hours",
    ),
    "off": (
        "select visit, visitor, day, '' as detail from step where not list_contains(days, day)",
        "探访员 {visitor} 当日不在岗", "visitor {visitor} does not work on that day",
    ),
    "skills": (
        "select visit, visitor, day, '' as detail from step where not is_second and not list_has_all(has, skills)",
        "探访员 {visitor} 不具备探访 {visit} 所需技能", "visitor {visitor} lacks a skill for visit {visit}",
    ),
    "two": (
        """select visit, null as visitor, min(day) as day, '' as detail from step group by visit, needs_two
        having (needs_two and (count(*) <> 2 or count(distinct visitor) <> 2 or count(distinct day) <> 1
            or count(distinct starts) <> 1 or count(*) filter (is_second) <> 1))
        or (not needs_two and count(*) filter (is_second) > 0)""",
        "探访 {visit} 同行安排不符", "visit {visit} is not made by the two that it needs at one time",
    ),
    "reach": (
        """select visit, visitor, day, '' as detail from step s where visitor_town <> town
        and visitor is distinct from usual and visitor is distinct from deputy
        and (metres_apart > reach or exists (select 1 from visitors w where w.town = s.town
            and list_has_all(w.skills, s.skills) and exists (
                select 1 from unnest(w.days) as d(day) where d.day between s.first and s.last)))""",
        "探访员 {visitor} 不在可调派范围", "visitor {visitor} may not be called for visit {visit}",
    ),
    "spacing": (
        """select a.visit, a.visitor, a.day, (b.day - a.day)::varchar as detail from step a join step b
        on a.person = b.person and a.visit <> b.visit and not a.is_second and not b.is_second
        where (a.day, a.visit) < (b.day, b.visit) and b.day - a.day < greatest(a.gap, b.gap)""",
        "同一老年人的探访间隔不足", "visits of one person are {detail} days from each other",
    ),
    "turn": (
        "select visit, visitor, day, '' as detail from step where turn <> place",
        "路线次序有误", "the turns of a round are not 1, 2, 3 …",
    ),
    "way": (
        """select visit, visitor, day, to_minutes::varchar as detail from step
        where way_minutes <> to_minutes or abs(way_metres - to_metres) > 1""",
        "路程与坐标不符，应为 {detail} 分钟", "the way does not agree with the coordinates: {detail} minutes",
    ),
    "late": (
        "select visit, visitor, day, '' as detail from step where place > 1 and starts < free_at + to_minutes",
        "上一处结束后来不及到达", "he cannot be there in time from the stop before",
    ),
    "shift": (
        """select null as visit, visitor, day, (max(back) - min(leaves))::varchar as detail from (
        select *, starts - to_minutes as leaves, starts + minutes + home_minutes as back from step)
        group by visitor, day, begins, ends, most
        having min(leaves) < begins or max(back) > ends or max(back) - min(leaves) > most""",
        "探访员 {visitor} 当日超出工作时间（{detail} 分钟）",
        "visitor {visitor} is away too early, too late or too long: {detail} minutes",
    ),
}  # fmt: skip


def check(problem: Problem, solution: Solution) -> list[Fault]:
    """All faults of a plan, in the order of the rules; an empty list is a plan that can be gone by."""
    with duckdb.connect() as db:
        db.execute("set threads = 1")
        tables = {
            "visits": problem.visits,
            "visitors": problem.visitors,
            "stops": solution.stops.cast(STOPS),
            "unserved": solution.unserved.cast(UNSERVED),
            "promises": pa.table({"promise": list(PROMISES)}),
        }
        for name, table in tables.items():
            db.register(name, table)
        db.execute(_STEPS)
        step = db.sql("select * from step").to_arrow_table()
        db.execute("drop table step")
        db.register("step", _measured(problem, step))
        return [fault for rule in _RULES for fault in _faults(db, rule)]


def _measured(problem: Problem, step: pa.Table) -> pa.Table:
    """The steps with their ways reckoned anew: to the stop, and home from it."""

    def at(prefix: str) -> tuple[Any, Any, Any]:
        lon, lat, urban = (step[prefix + name].to_numpy() for name in ("lon", "lat", "urban"))
        return lon, lat, urban.astype(bool)

    to_metres, to_minutes = ways(problem.roads, at("from_"), at(""))
    apart, home = ways(problem.roads, at(""), at("seat_"))
    columns = {"to_metres": to_metres, "to_minutes": to_minutes, "home_minutes": home, "metres_apart": apart}
    for name, values in columns.items():
        step = step.append_column(name, pa.array(values))
    return step.append_column("reach", pa.array(np.full(step.num_rows, problem.wishes.reach_metres)))


def _faults(db: duckdb.DuckDBPyConnection, rule: str) -> list[Fault]:
    query, zh, en = _RULES[rule]
    rows = db.sql(f"select visit, visitor, day, detail from ({query}) order by all").fetchall()
    return [_fault(rule, zh, en, *row) for row in rows]


def _fault(rule: str, zh: str, en: str, visit: int | None, visitor: int | None, day: Any, detail: str) -> Fault:
    words = {"visit": visit, "visitor": visitor, "day": day, "detail": detail}
    return Fault(rule, zh.format(**words), en.format(**words), visit, visitor, day)
