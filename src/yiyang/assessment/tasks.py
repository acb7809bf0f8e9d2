"""What the worker does with assessments."""

from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.assessment import due
from yiyang.assessment.rules import rules
from yiyang.audit.record import record, work

log = structlog.get_logger("yiyang.assessment")
NAME = "到期复评"


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
