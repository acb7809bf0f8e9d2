"""Months ordered, put in force, dropped, reckoned again: the only code that writes runs."""

from __future__ import annotations

import re
import uuid
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import Scope
from yiyang.areas.logic import ancestors, name
from yiyang.areas.logic import span as area_span
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.entitlement.models import MonthRun
from yiyang.entitlement.months import in_force, month_of
from yiyang.registry.models import Delivery

State, Purpose = MonthRun.State, MonthRun.Purpose
LEVELS = ("county", "city", "province")
# From the job's beginning to its end; the page's bar counts them.
WAITING = {State.ORDERED: "reckon_month", State.RUNNING: "reckon_month", State.STARTING: "start_month"}


def order(*, by: Scope, area: int, month: str, known: date | None = None, is_scheduled: bool = False) -> MonthRun:
    """Order the run of a month; a worker makes it.

    Args:
        known: what became known later is left out; None = everything known today.

    Raises:
        UsageError: no such area or month, one is under way or in force already, or another area's run covers it.
        PermissionDenied: not his area.
    """
    by.require("run.decide", area)
    known = known or knowable()[1]
    _check(area, month, known)
    _check_alone(area)
    if _in_force_for(area, month):
        raise UsageError(
            f"{month} 的月度运行已启用，不再改写。后来才知道的情况请用“补算”。",
            f"The run of {month} is in force and is not rewritten; reckon it again for what became known later.",
        )
    before = _newest(area)
    if before is not None and before.month > month:
        raise UsageError(
            f"{before.month} 已启用，不能再运行更早的 {month}；请用“补算”。",
            f"{before.month} is in force; an earlier month can only be reckoned again.",
        )
    ready = MonthRun.objects.filter(area_code=area, purpose=Purpose.MONTH, state__in=(State.READY, State.FAILED))
    for old in ready:
        drop(by=by, run=old, reason="由新的运行取代")
    return _make(by, area, month, known, Purpose.MONTH, before, is_scheduled=is_scheduled)


def reckon_again(*, by: Scope, run: MonthRun, known: date | None = None) -> MonthRun:
    """Order a month in force to be reckoned with what is known today: the difference is back-pay and recovery.

    Raises:
        UsageError: the run is not in force, or is being reckoned again already.
    """
    by.require("run.decide", run.area_code)
    if run.state != State.IN_FORCE or run.purpose != Purpose.MONTH:
        raise UsageError("只有已启用的月度运行可以补算。", "Only a run in force can be reckoned again.")
    known = known or knowable()[1]
    _check(run.area_code, run.month, known)
    return _make(by, run.area_code, run.month, known, Purpose.RECKON_AGAIN, run)


def start(*, by: Scope, run: MonthRun, reason: str = "") -> None:
    """Order that a ready run is put in force: from then on it is what everybody of its area is told.

    Raises:
        UsageError: it is not ready, a newer one is in force, or another run of the month is.
    """
    by.require("run.decide", run.area_code)
    if run.purpose != Purpose.MONTH:
        raise UsageError("补算不用启用，结果直接列为补发、追回。", "What is reckoned again is not put in force.")
    newest = _newest(run.area_code)
    if (newest.pk if newest else None) != run.previous_id:
        raise UsageError(
            "这次运行之后另有月份启用，它比较的对象已不是最新，请重新运行。",
            "Another run was put in force since; this one compares with an older one. Run it again.",
        )
    try:
        with transaction.atomic():
            _move(run, (State.READY,), State.STARTING, by, reason)
    except IntegrityError as error:
        raise UsageError(
            f"{run.month} 已有启用的月度运行，同一月份同一地区只能启用一次。",
            f"A run of {run.month} is in force here already; there can be only one.",
        ) from error
    _enqueue("start_month", run, by)


def drop(*, by: Scope, run: MonthRun, reason: str) -> None:
    """Set a run aside that is ready, failed or waiting; nothing comes of it.

    Raises:
        UsageError: it is in force or running, or no reason is given.
    """
    by.require("run.decide", run.area_code)
    if not reason.strip():
        raise UsageError("作废须写明理由。", "Dropping needs a reason.")
    _move(run, (State.READY, State.FAILED, State.ORDERED), State.DROPPED, by, reason)


def again(*, by: Scope, run: MonthRun) -> None:
    """Order the job once more that a run waits for, after what ailed it was mended.

    Raises:
        UsageError: it waits for nothing, or its job is in the queue.
    """
    by.require("run.decide", run.area_code)
    if run.state == State.FAILED:
        _move(run, (State.FAILED,), State.ORDERED, by, "")
    if run.state not in WAITING:
        raise UsageError("这次运行没有等待中的任务。", "The run waits for no job.")
    try:
        with transaction.atomic():
            _enqueue(WAITING[State(run.state)], run, by)
    except AlreadyEnqueued as error:
        raise UsageError("任务已在排队，请稍候。", "Its job is in the queue.") from error
    record("decide", what=f"run:{run.pk}", area=run.area_code, detail={"again": run.state})


def order_replay(*, by: Scope, run: MonthRun) -> None:
    """Order that a run is made once more from what it kept, and compared to the byte.

    Raises:
        UsageError: it was never made, or a replay of it is waiting already.
    """
    by.require("run.decide", run.area_code)
    if run.state not in (State.READY, State.IN_FORCE):
        raise UsageError("只有已完成的运行可以重做核对。", "Only a finished run can be replayed.")
    try:
        with transaction.atomic():
            _enqueue("replay_month", run, by)
    except AlreadyEnqueued as error:
        raise UsageError("已在排队，请稍候。", "It is in the queue.") from error
    record("decide", what=f"run:{run.pk}", area=run.area_code, detail={"replay": True})


def order_scheduled(*, by: Scope, on: date) -> list[MonthRun]:
    """Order the month of a day for every area that has had one in force; what cannot be ordered is left out."""
    from yiyang.entitlement.months import newest

    made = []
    for last in newest():
        try:
            with transaction.atomic():
                made.append(order(by=by, area=last.area_code, month=month_of(on), is_scheduled=True))
        except UsageError as problem:
            record("system", what="run", area=last.area_code, reason=problem.zh[:400])
    return made


def knowable() -> tuple[str, date]:
    """The latest month that can be run, and the latest day of knowledge: today, or as far as what was delivered."""
    today = timezone.localdate()
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED).aggregate(month=Max("month"), known=Max("known"))
    return max(month_of(today), accepted["month"] or ""), max(today, accepted["known"] or today)


def _check(area: int, month: str, known: date) -> None:
    problems = []
    latest, last_day = knowable()
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        problems.append((f"月份应形如 2026-11，现在是“{month}”。", f"a month looks like 2026-11, this is {month}"))
    elif month > latest:
        problems.append(("不能运行还没有到的月份。", "a month that has not come cannot be run"))
    if not Area.objects.filter(code=area, valid_to=None, level__in=LEVELS).exists():
        problems.append(("月度运行按县（市、区）或市下达，请选择这样的区划。", "choose a county or a city"))
    if known > last_day:
        problems.append(("获知日期不能在今天之后。", "the day of knowledge cannot lie ahead"))
    if problems:
        raise UsageError("不能下达这次运行：", "The run cannot be ordered:", problems)


def _check_alone(area: int) -> None:
    """An area is always run on the same level: else two runs would tell one person two things."""
    low, high = area_span(area)
    others = MonthRun.objects.filter(state__in=(State.STARTING, State.IN_FORCE), purpose=Purpose.MONTH)
    above = others.filter(area_code__in=ancestors(area)).first()
    below = others.filter(area_code__gte=low, area_code__lt=high).exclude(area_code=area).first()
    if other := above or below:
        raise UsageError(
            f"这里的月度运行按{name(other.area_code)}下达，请对{name(other.area_code)}下达。",
            f"Months are run for {name(other.area_code)} here; order it there.",
        )


def _in_force_for(area: int, month: str) -> bool:
    rows = MonthRun.objects.filter(area_code=area, month=month, purpose=Purpose.MONTH)
    return bool(rows.filter(state__in=(State.STARTING, State.IN_FORCE)).exists())


def _newest(area: int) -> MonthRun | None:
    """The newest run in force of exactly this area."""
    found = in_force(area)
    return found if found is not None and found.area_code == area else None


def _make(
    by: Scope, area: int, month: str, known: date, purpose: str, before: MonthRun | None, *, is_scheduled: bool = False
) -> MonthRun:
    run = MonthRun(
        area_code=area, month=month, purpose=purpose, known=known, previous=before, is_scheduled=is_scheduled,
        is_baseline=purpose == Purpose.MONTH and before is None,
        folder=f"runs/{uuid.uuid4().hex}", ordered_by=by.user, ordered_by_name=by.name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise UsageError(
            f"{month} 的{run.get_purpose_display()}正在排队或运行，请等它完成。",
            f"One of {month} is waiting or running already.",
        ) from error
    record("decide", what=f"run:{run.pk}", area=area, detail={"month": month, "purpose": purpose})
    _enqueue("reckon_month", run, by)
    return run


def _enqueue(task: str, run: MonthRun, by: Scope) -> None:
    """In the caller's transaction; jobs of one area run one after the other."""
    from yiyang.entitlement import tasks

    job = getattr(tasks, task).configure(lock=f"run:{run.area_code}", queueing_lock=f"{task}:{run.pk}")
    job.defer(run=run.pk, user=by.user, request=by.request)


def _move(run: MonthRun, of: tuple[str, ...], to: str, by: Scope, reason: str) -> None:
    """Compare and swap: of two decisions at once one wins and the other is told."""
    moved = MonthRun.objects.filter(pk=run.pk, state__in=of).update(
        state=to, decided_by_name=by.name, decided_at=timezone.now(), reason=reason.strip()[:400]
    )
    run.refresh_from_db()
    if not moved:
        now = run.get_state_display()
        raise UsageError(f"这次运行现在是“{now}”，不能这样办理。", f"The run is {run.state} now.")
    record("decide", what=f"run:{run.pk}", area=run.area_code, reason=reason, detail={"state": to})
