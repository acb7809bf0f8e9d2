"""What the worker does with runs. They stand in the queue of deliveries, so that neither runs while the other does."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import Scope, platform
from yiyang.accounts.jobs import scope_of_job
from yiyang.audit.record import work
from yiyang.entitlement import month_actions, months, reckoning, replay, starting
from yiyang.entitlement.models import MonthRun
from yiyang.registry.tasks_exports import AGAIN

log = structlog.get_logger("yiyang.entitlement")
State = MonthRun.State


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def reckon_month(run: int, user: int | None, request: str) -> None:
    """Make a run that was ordered, from the registry to who changed."""
    scope = platform(f"月度运行 #{run}", request)
    found = _find(scope, run)
    if found.state not in (State.ORDERED, State.RUNNING):
        return
    if _may_still(scope, found, user, request, State.FAILED):
        reckoning.reckon(scope, found)


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def start_month(run: int, user: int | None, request: str) -> None:
    """Put a run in force, with all that follows from it."""
    scope = platform(f"启用月度运行 #{run}", request)
    found = _find(scope, run)
    if found.state == State.STARTING and _may_still(scope, found, user, request, State.READY):
        starting.put_in_force(scope, found)


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def replay_month(run: int, user: int | None, request: str) -> None:
    """Make a run once more from what it kept, compare it to the byte, and note what came of it."""
    scope = platform(f"重做核对 #{run}", request)
    found = _find(scope, run)
    differences = replay.differences(months.folder_of(found))
    with work(scope):
        replay.note(found, differences)


@app.periodic(cron="0 1 1 * *")
@app.task(queue="registry", queueing_lock="order_months", pass_context=False)
def order_months(timestamp: int) -> None:
    """On the first of every month: a run for every area that has had one in force."""
    scope = platform("每月定时运行")
    with work(scope):
        made = month_actions.order_scheduled(by=scope, on=timezone.localdate())
    log.info("months ordered", runs=len(made))


def _find(scope: Scope, run: int) -> MonthRun:
    with work(scope):
        return MonthRun.objects.select_related("previous").get(pk=run)


def _may_still(scope: Scope, run: MonthRun, user: int | None, request: str, back_to: str) -> bool:
    """Whether who ordered still may; if not, the run waits for somebody who does."""
    try:
        if user is not None:
            scope_of_job(user, request).require("run.decide", run.area_code)
    except PermissionDenied:
        said = [
            "下达人已没有这项权限，请由有权限的人员重新办理。",
            "Whoever ordered it has lost the right.",
        ]
        with work(scope):
            MonthRun.objects.filter(pk=run.pk).update(state=back_to, problems=[said])
        return False
    return True
