"""What the worker does with assessments."""

from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.assessment import due, escalation, hints
from yiyang.assessment.rules import rules
from yiyang.audit.record import record, work

log = structlog.get_logger("yiyang.assessment")
NAME, LATE, CHANGED = "到期复评", "评估超期督办", "情况变化复评"


@app.periodic(cron="30 0 * * *")
@app.task(queue="system", queueing_lock="assessment.daily", pass_context=False)
def open_routine_assessments(timestamp: int) -> None:
    """Open the routine re-assessments that fall due, where policy lets them open by themselves."""
    if not rules().routine.opens_by_itself:
        return
    with work(platform(NAME)):
        opened = due.open_routine(timezone.localdate(), NAME)
        record("system", what="assessment:daily", detail={"opened": opened})
    log.info("assessments of the day", opened=opened)


@app.periodic(cron="35 0 * * *")
@app.task(queue="system", queueing_lock="assessment.late", pass_context=False)
def raise_late_assessments(timestamp: int) -> None:
    """Show the steps that are late to the levels above, as policy says."""
    with work(platform(LATE)):
        risen = escalation.escalate(timezone.localdate())
        record("system", what="assessment:late", detail={"escalated": risen})
    log.info("late assessments", escalated=risen)


@app.periodic(cron="7 * * * *")
@app.task(queue="system", queueing_lock="assessment.hints", pass_context=False)
def open_immediate_assessments(timestamp: int) -> None:
    """Open the immediate re-assessments for what has happened, where policy lets them open by themselves."""
    if not rules().immediate.opens_by_itself:
        return
    with work(platform(CHANGED)):
        opened = hints.open_immediate(timezone.localdate(), CHANGED)
        if opened:
            record("system", what="assessment:hints", detail={"opened": opened})
    log.info("assessments on hints", opened=opened)
