"""What the worker does with deliveries: each job is one transaction at its end, so a killed one leaves nothing half."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.scope import Scope, platform
from yiyang.accounts.jobs import scope_of_job
from yiyang.audit.record import work
from yiyang.base.errors import YiyangError
from yiyang.registry import accepting, actions
from yiyang.registry.intake import check
from yiyang.registry.limits import exceeded, load_limits
from yiyang.registry.models import Delivery
from yiyang.registry.progress import Progress

log = structlog.get_logger("yiyang.registry")
State = Delivery.State


def stage_of(delivery: Delivery) -> Path:
    """Where the check of a delivery puts what accepting it will copy."""
    return (Path(settings.DATA) / delivery.file).parent / "stage"


@app.task(queue="registry", pass_context=False)
def check_delivery(delivery: int, user: int | None, request: str) -> None:
    """Read, judge and compare a delivery, and leave it for a decision."""
    scope = platform(f"数据检查 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
        if found.state not in (State.RECEIVED, State.CHECKING):
            return
        Delivery.objects.filter(pk=delivery).update(state=State.CHECKING, problems=[])
    _try(scope, found, _check)


def _check(scope: Scope, delivery: Delivery) -> None:
    stage = stage_of(delivery)
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    with work(scope), Progress(delivery.pk, accepting.CHECK_STEPS) as tell:
        actions.refuse_out_of_time(delivery)
        checked = check(actions.came(delivery), accepting.load_facts(), stage, tell)
        tell("计算对个人的影响")
        preview = accepting.preview(delivery, stage)
        over = exceeded(checked.counts, load_limits())
        accepting.put_quarantine(delivery, stage)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.STOPPED if over else State.CHECKED,
            counts=checked.counts,
            preview={**checked.as_json(), **preview, "stands_on": actions.stands_on(delivery)},
            problems=[list(sentence) for sentence in over],
        )


@app.task(queue="registry", pass_context=False)
def accept_delivery(delivery: int, user: int | None, request: str) -> None:
    """Bring a checked delivery into the registry."""
    scope = platform(f"数据入库 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
        if found.state != State.ACCEPTING:
            return
        stale = found.preview.get("stands_on") != actions.stands_on(found) or not stage_of(found).exists()
    if user is not None:
        scope_of_job(user, request).require("delivery.decide", found.area_code)
    if stale:
        # Another delivery of the series went in meanwhile: what was previewed is no longer what would happen.
        with work(scope):
            Delivery.objects.filter(pk=delivery).update(state=State.RECEIVED)
            actions.order_check(found, scope)
        return
    _try(scope, found, _accept)


def _accept(scope: Scope, delivery: Delivery) -> None:
    bring_in(scope, delivery)


def bring_in(scope: Scope, delivery: Delivery, *, resolve: bool = True) -> None:
    """One unit of work: all of the delivery or nothing."""
    stage = stage_of(delivery)
    with work(scope), Progress(delivery.pk, accepting.ACCEPT_STEPS) as tell:
        accepting.bring_in(delivery, stage, tell, resolve=resolve)
    shutil.rmtree(stage, ignore_errors=True)


@app.task(queue="registry", pass_context=False)
def take_back_delivery(delivery: int, user: int | None, request: str) -> None:
    """Undo an accepted delivery."""
    scope = platform(f"数据撤回 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
        if found.state != State.TAKING_BACK:
            return
    if user is not None:
        scope_of_job(user, request).require("delivery.decide", found.area_code)
    with work(scope), Progress(delivery, accepting.TAKE_BACK_STEPS) as tell:
        accepting.take_out(found, as_of=timezone.localdate(), tell=tell)


def _try(scope: Scope, delivery: Delivery, job: Any) -> None:
    """A file that cannot be used is an answer, not a failure of the worker."""
    try:
        job(scope, delivery)
    except YiyangError as error:
        log.warning("delivery cannot be used", delivery=delivery.pk, kind=type(error).__name__)
        said = [[zh, en] for zh, en in (error.problems or ((error.zh, error.en),))]
        with work(scope):
            Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED, problems=said)
