"""What the worker does: circles and siting that were ordered."""

from __future__ import annotations

import structlog
from django.core.exceptions import PermissionDenied
from procrastinate.contrib.django import app

from yiyang.access.scope import platform
from yiyang.accounts.jobs import scope_of_job
from yiyang.audit.record import work
from yiyang.reach import reckoning as job
from yiyang.reach.files import USE
from yiyang.reach.models import Reckoning
from yiyang.registry.tasks_exports import AGAIN

log = structlog.get_logger("yiyang.reach")
LOST = {"zh": "下达人已没有这项权限，请由有权限的人员重新办理。", "en": "Whoever ordered it has lost the right."}


@app.task(queue="long", retry=AGAIN, pass_context=False)
def reckon_reach(reckoning: int, user: int | None, request: str) -> None:
    """Answer a question that was ordered."""
    scope = platform(f"可达与选址测算 #{reckoning}", request)
    with work(scope):
        found = Reckoning.objects.filter(pk=reckoning).first()
    if found is None:
        return
    try:
        if user is not None:
            scope_of_job(user, request).require(USE, found.area_code)
    except PermissionDenied:
        with work(scope):
            Reckoning.objects.filter(pk=reckoning).update(state=Reckoning.State.FAILED, problems=[LOST])
        return
    job.make(scope, found)
    log.info("reckoned", reckoning=reckoning)
