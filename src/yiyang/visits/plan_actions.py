"""Plans ordered, put in force, dropped; a day planned anew: the only code that writes them."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import Scope, acting, platform
from yiyang.accounts.models import User
from yiyang.areas.logic import level, span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.registry import store
from yiyang.visits import owing, plan_tables
from yiyang.visits.models import Plan, Post, Visit
from yiyang.visits.owing_sql import month_days
from yiyang.visits.planning.problem import Change

State = Plan.State
UNDER_WAY = (State.ORDERED, State.RUNNING)
SECONDS = (10, 3600)


@dataclass(frozen=True)
class Replanned:
    """What planning a day anew changed: visits that somebody else makes, that were left for another day; seconds."""

    moved: int
    left: int
    seconds: float


def order_plan(*, by: Scope, area_code: int, month: str, seconds: int = 600) -> Plan:
    """Order a month's plan of a county or town; a worker makes it. What is owed is laid out first.

    Args:
        seconds: how long the search may take.

    Raises:
        UsageError: no such month or a past one, no county or town, nobody is named to visit there, nobody is owed a
            visit, or one is under way. PermissionDenied.
    """
    by.require("visit.plan", area_code)
    if level(area_code) not in ("county", "town"):
        raise UsageError("探访计划按县（市、区）或乡镇（街道）编制。", "Plans are made for a county or a town.")
    if not SECONDS[0] <= seconds <= SECONDS[1]:
        raise UsageError("编制时限在 10 秒到 1 小时之间。", "A plan takes 10 to 3600 seconds.")
    low, high = span(area_code)
    if not Visit.objects.filter(month=month, area_code__gte=low, area_code__lt=high).exists():
        # The first time. Later the night does it, and the job itself before it plans.
        owing.owe(by=by, area_code=area_code, month=month)
    first, last = month_days(month)
    with acting(by), transaction.atomic():
        _refuse(area_code, month, low, high, last)
        made: Plan = Plan.objects.create(
            area_code=area_code, month=month, seconds=seconds, ordered_by=by.user, ordered_by_name=by.name,
            starts=max(first, timezone.localdate()),
        )  # fmt: skip
        record("decide", what=f"plan:{made.pk}", area=area_code, detail={"month": month})
        _enqueue(made, by)
    return made


def _refuse(area_code: int, month: str, low: int, high: int, last: date) -> None:
    with connection.cursor() as cursor:
        # Two orders at once: the second sees the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"yiyang.plans.{month}"])
    if last < timezone.localdate():
        raise UsageError("这个月已经过去，不能再编制计划。", "The month has passed.")
    if Plan.objects.filter(area_code=area_code, month=month, state__in=UNDER_WAY).exists():
        raise UsageError(f"{month} 的计划正在编制，请等它完成。", f"A plan of {month} is being made already.")
    if not Post.objects.filter(area_code__gte=low, area_code__lt=high, ends=None).exists():
        raise UsageError("这里还没有设探访岗，请先为每个村设一名探访员。", "Nobody is named to visit there.")
    owed = Visit.objects.filter(month=month, area_code__gte=low, area_code__lt=high, last__gte=timezone.localdate())
    if not owed.filter(state__in=(Visit.State.OWED, Visit.State.PLANNED)).exists():
        raise UsageError(f"{month} 没有还要安排的探访。", f"No visit of {month} is left to be planned.")


def _enqueue(plan: Plan, by: Scope) -> None:
    from yiyang.visits import tasks

    job = tasks.make_plan.configure(lock=f"plan:{plan.area_code}", queueing_lock=f"make_plan:{plan.pk}")
    job.defer(plan=plan.pk, user=by.user, request=by.request)


def drop_plan(*, by: Scope, plan: Plan) -> None:
    """Set a plan aside that is not in force; one that is being made stops having an effect. Raises UsageError."""
    by.require("visit.plan", plan.area_code)
    _move(by, plan, (*UNDER_WAY, State.READY, State.FAILED), State.DROPPED)


drop = drop_plan


def again(*, by: Scope, plan: Plan) -> None:
    """Order a failed plan once more. Raises UsageError where it did not fail."""
    by.require("visit.plan", plan.area_code)
    with acting(by), transaction.atomic():
        _move(by, plan, (State.FAILED,), State.ORDERED)
        # One that waits in the queue already will do.
        with suppress(AlreadyEnqueued), transaction.atomic():
            _enqueue(plan, by)


PUT = """
UPDATE visits_visit AS v SET visitor_id = s.visitor_id, second_id = t.visitor_id, "on" = s.on, turn = s.turn, at = s.at,
    plan_id = s.plan_id, state_since = CASE WHEN v.state = 'planned' THEN v.state_since ELSE now() END,
    state = 'planned', reason = ''
FROM visits_stop AS s LEFT JOIN visits_stop AS t ON t.plan_id = s.plan_id AND t.visit_id = s.visit_id AND t.is_second
WHERE s.plan_id = %s AND NOT s.is_second AND s.visit_id = v.id AND v.state IN ('owed', 'planned') AND s.on >= %s
"""
# Of a plan that waited for its decision: what it had placed on days that are over is owed still.
PAST = """
UPDATE visits_visit AS v SET state = 'owed', visitor_id = NULL, second_id = NULL, "on" = NULL, turn = NULL, at = NULL,
    plan_id = NULL, reason = '计划启用时，安排的日期（' || s.on || '）已过'
FROM visits_stop AS s
WHERE s.plan_id = %s AND NOT s.is_second AND s.visit_id = v.id AND v.state IN ('owed', 'planned') AND s.on < %s
    AND (v.on IS NULL OR v.on < %s)
"""
# What the plan could not place is owed still, and says why.
LEFT = """
UPDATE visits_visit AS v SET state = 'owed', visitor_id = NULL, second_id = NULL, "on" = NULL, turn = NULL, at = NULL,
    plan_id = NULL, reason = left(x.zh, 400)
FROM visits_plan AS p CROSS JOIN LATERAL jsonb_to_recordset(p.problems) AS x (visit bigint, zh text)
WHERE p.id = %s AND x.visit = v.id AND v.state IN ('owed', 'planned')
"""


def put_in_force(*, by: Scope, plan: Plan) -> int:
    """Visits are made as a plan says from now on; the plan before it is dropped. Returns how many visits it places.

    Raises:
        UsageError: it is not ready. PermissionDenied.
    """
    by.require("visit.plan", plan.area_code)
    with acting(by), transaction.atomic():
        before = Plan.objects.filter(area_code=plan.area_code, month=plan.month, state=State.IN_FORCE)
        before.exclude(pk=plan.pk).update(state=State.DROPPED)
        _move(by, plan, (State.READY,), State.IN_FORCE)
        with acting(platform(f"{by.name}（启用探访计划）"[:150], by.request)):
            today = timezone.localdate()
            placed = store.execute(PUT, [plan.pk, today])
            store.execute(PAST, [plan.pk, today, today])
            store.execute(LEFT, [plan.pk])
            store.execute("SELECT visits_analyze()")
    return placed


def _move(by: Scope, plan: Plan, of: tuple[str, ...], to: str) -> None:
    """Compare and swap: of two decisions at once one wins and the other is told."""
    given = {"state": to, "decided_by_name": by.name, "decided_at": timezone.now()}
    moved = Plan.objects.filter(pk=plan.pk, state__in=of).update(**given)
    plan.refresh_from_db()
    if not moved:
        raise UsageError(
            f"这份计划现在是“{plan.get_state_display()}”，不能这样办理。", f"The plan is {plan.state} now."
        )
    record("decide", what=f"plan:{plan.pk}", area=plan.area_code, detail={"state": str(to)})


def replan(*, by: Scope, visitor: User, on: date, at: int = 0, seconds: float = 10) -> Replanned:
    """Somebody does not work from a minute of a day on: others make his visits, or they wait for another day.

    Args:
        at: minutes after midnight; visits that begin before it stay as they are.

    Raises:
        UsageError: he has nothing planned then. PermissionDenied.
    """
    planned = Visit.objects.filter(visitor=visitor, on=on, state=Visit.State.PLANNED)
    some = planned.first()
    if some is None:
        raise UsageError("这一天没有安排他的探访。", "He has nothing planned on that day.")
    county = some.area_code - some.area_code % plan_tables.COUNTY
    by.require("visit.plan", some.area_code)
    began, low, high = time.monotonic(), *span(county)
    change = Change(on, at, off=(visitor.pk,))
    with (
        acting(platform(f"{by.name}（当日重排）"[:150], by.request)),
        transaction.atomic(),
        tempfile.TemporaryDirectory(prefix="yiyang-replan-") as folder,
    ):
        found = _replanned(low, high, some.month, change, seconds, Path(folder))
    detail = {"replanned": on.isoformat(), "visitor": visitor.pk, "moved": found[0], "left": found[1]}
    record("decide", what=f"account:{visitor.pk}", area=some.area_code, detail=detail)
    return Replanned(*found, round(time.monotonic() - began, 2))


MOVE = """
UPDATE visits_visit AS v SET visitor_id = n.visitor, second_id = n.second, "on" = n.day, turn = n.turn, at = n.at,
    reason = CASE WHEN (v.visitor_id, v.on) IS DISTINCT FROM (n.visitor, n.day) THEN '当日重排' ELSE v.reason END
FROM new_stops AS n WHERE n.visit = v.id AND v.state = 'planned'
    AND (v.visitor_id, v.second_id, v.on, v.turn, v.at) IS DISTINCT FROM (n.visitor, n.second, n.day, n.turn, n.at)
"""
WAIT = """
UPDATE visits_visit SET state = 'owed', state_since = now(), visitor_id = NULL, second_id = NULL, "on" = NULL,
    turn = NULL, at = NULL, reason = '当日无人可去，待重新安排' WHERE id = ANY(%s) AND state = 'planned'
"""
MOVED = """
SELECT v.id FROM visits_visit AS v JOIN new_stops AS n ON n.visit = v.id
WHERE (v.visitor_id, v.on) IS DISTINCT FROM (n.visitor, n.day)
"""
NEW_STOPS = """
CREATE TEMP TABLE new_stops (visit bigint, visitor bigint, second bigint, day date, turn smallint, at smallint)
ON COMMIT DROP
"""


def _replanned(low: int, high: int, month: str, change: Change, seconds: float, scratch: Path) -> tuple[int, int]:
    """How many visits were given to somebody else or another day, and how many wait to be planned."""
    import pyarrow.csv

    # Loaded on use: whoever serves pages needs no solver.
    from yiyang.visits.planning.replanning import replan_day

    problem, standing = plan_tables.rest_problem(low, high, month, change.day, scratch)
    after = replan_day(problem, standing, change, seconds=seconds)
    table, file = plan_tables.paired(after), scratch / "new.csv"
    pyarrow.csv.write_csv(table.combine_chunks(), file, pyarrow.csv.WriteOptions(include_header=False))
    store.execute(NEW_STOPS)
    store.copy_in("new_stops", table.column_names, file)
    moved = store.execute(MOVED)
    store.execute(MOVE)
    waiting = store.execute(WAIT, [[each["visit"] for each in after.unserved.to_pylist()]])
    store.execute("DROP TABLE new_stops")
    return moved, waiting
