"""What the worker does with visits: plans, every night what is owed, every few minutes what is late."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.accounts.jobs import scope_of_job
from yiyang.audit.record import record, work
from yiyang.registry.tasks_exports import AGAIN
from yiyang.visits import actions, findings, owing, plan_making
from yiyang.visits.models import Plan

log = structlog.get_logger("yiyang.visits")


@app.task(queue="long", retry=AGAIN, pass_context=False)
def make_plan(plan: int, user: int | None, request: str) -> None:
    """Make a plan that was ordered."""
    scope = platform(f"探访计划 #{plan}", request)
    with work(scope):
        found = Plan.objects.get(pk=plan)
    try:
        if user is not None:
            scope_of_job(user, request).require("visit.plan", found.area_code)
    except PermissionDenied:
        said = {
            "zh": "下达人已没有这项权限，请由有权限的人员重新办理。",
            "en": "Whoever ordered it has lost the right.",
        }
        with work(scope):
            Plan.objects.filter(pk=plan).update(state=Plan.State.FAILED, problems=[said])
        return
    plan_making.make(scope, found)


@app.periodic(cron="40 0 * * *")
@app.task(queue="system", queueing_lock="visits.nightly", pass_context=False)
def visits_nightly(timestamp: int) -> None:
    """Bring up to date what is owed; count signs of life; note what was missed."""
    today = timezone.localdate()
    with work(platform("探访每日办理")):
        owed = owing.bring_up_to_date(today)
        signs, missed = actions.count_signs(today), actions.miss(today)
        record("system", what="visits:nightly", detail={**vars(owed), "signs": signs, "missed": missed})
    log.info("visits of the night", signs=signs, missed=missed, **vars(owed))


@app.periodic(cron="*/10 * * * *")
@app.task(queue="system", queueing_lock="visits.late", pass_context=False)
def visits_late(timestamp: int) -> None:
    """Findings that are late go up; who was not found in time is missing."""
    now = timezone.now()
    with work(platform("探访超时督办")):
        missing, risen = actions.late_steps(now), findings.escalate(now)
        if missing or risen:
            record("system", what="visits:late", detail={"missing": missing, "escalated": risen})
    if missing or risen:
        log.info("late findings", missing=missing, escalated=risen)
