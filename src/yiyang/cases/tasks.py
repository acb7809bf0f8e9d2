"""What the worker does with cases."""

from __future__ import annotations

import structlog
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.audit.record import record, work
from yiyang.cases import escalation, hooks

log = structlog.get_logger("yiyang.cases")


@app.periodic(cron="20 0 * * *")
@app.task(queue="system", queueing_lock="cases.daily", pass_context=False)
def daily(timestamp: int) -> None:
    """Begin what is due today, and show overdue cases to the level above."""
    with work(platform("个案每日办理")):
        today = timezone.localdate()
        begun, risen = escalation.begin(today), escalation.escalate(today)
        record("system", what="cases:daily", detail={"begun": begun, "escalated": risen})
    log.info("cases of the day", begun=begun, escalated=risen)


@app.periodic(cron="* * * * *")
@app.task(queue="system", queueing_lock="cases.events", pass_context=False)
def send_events(timestamp: int) -> None:
    """Deliver steps to the departments that want to be told; each in a transaction of its own."""
    for key in hooks.due():
        hooks.deliver(key)
