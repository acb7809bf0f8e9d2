"""What the worker does with deliveries: each job is one transaction at its end, so a killed one leaves nothing half."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from procrastinate.contrib.django import app

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, platform
from yiyang.accounts.jobs import scope_of_job
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.engine.duck import connect
from yiyang.registry import accepting, actions, arriving, kept, linking, stated_contacts
from yiyang.registry.intake import check
from yiyang.registry.limits import exceeded, load_limits
from yiyang.registry.models import Delivery
from yiyang.registry.progress import Progress
from yiyang.registry.tasks_exports import AGAIN, expire_exports, make_export  # noqa: F401

log = structlog.get_logger("yiyang.registry")
State = Delivery.State
CONTACTS = "contacts.parquet"


def stage_of(delivery: Delivery) -> Path:
    """Where the check of a delivery puts what accepting it will copy."""
    return (Path(settings.DATA) / delivery.file).parent / "stage"


@app.task(queue="registry", retry=AGAIN, pass_context=False)
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
    kept.forget(stage)
    with (
        kept.opened(actions.file_of(delivery)) as plain,
        kept.taken_out(stage),
        work(scope),
        Progress(delivery.pk, accepting.CHECK_STEPS) as tell,
    ):
        actions.refuse_out_of_time(delivery)
        checked = check(actions.came(delivery, plain), accepting.load_facts(), stage, tell)
        tell("计算对个人的影响")
        preview = accepting.preview(delivery, stage)
        over = exceeded(checked.counts, load_limits())
        accepting.put_quarantine(delivery, stage)
        kept.put_away(stage)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.STOPPED if over else State.CHECKED,
            counts=checked.counts,
            preview={**checked.as_json(), **preview, "stands_on": actions.stands_on(delivery)},
            problems=[list(sentence) for sentence in over],
        )


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def accept_delivery(delivery: int, user: int | None, request: str) -> None:
    """Bring a checked delivery into the registry."""
    scope = platform(f"数据入库 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
        if found.state != State.ACCEPTING:
            # What lies beside the file is swept by the job that keeps its contacts, which may still wait.
            return
        stale = found.preview.get("stands_on") != actions.stands_on(found) or not kept.is_put_away(stage_of(found))
    if not _may_still(scope, found, user, request, State.CHECKED):
        return
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
    with (
        kept.taken_out(stage_of(delivery)) as stage,
        work(scope),
        Progress(delivery.pk, accepting.ACCEPT_STEPS) as tell,
    ):
        accepting.bring_in(delivery, stage, tell, resolve=resolve)
        actions.order_contacts(delivery, scope)


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def take_back_delivery(delivery: int, user: int | None, request: str) -> None:
    """Undo an accepted delivery."""
    scope = platform(f"数据撤回 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
        if found.state != State.TAKING_BACK:
            return
    if not _may_still(scope, found, user, request, State.ACCEPTED):
        return
    try:
        with work(scope), Progress(delivery, accepting.TAKE_BACK_STEPS) as tell:
            accepting.take_out(found, as_of=timezone.localdate(), tell=tell)
    except YiyangError as error:
        log.warning("delivery cannot be taken back", delivery=delivery, kind=type(error).__name__)
        _put_back(scope, found, State.ACCEPTED, [[error.zh, error.en]])


@app.task(queue="registry", retry=AGAIN, pass_context=False)
def tell_contacts(delivery: int, user: int | None, request: str) -> None:
    """Seal and keep the telephones and addresses of an accepted delivery."""
    scope = platform(f"联系方式 #{delivery}", request)
    with work(scope):
        found = Delivery.objects.get(pk=delivery)
    stage = stage_of(found)
    if found.state == State.ACCEPTED and kept.is_put_away(stage, CONTACTS):
        with kept.taken_out(stage, CONTACTS), work(scope):
            _keep_contacts(found, stage)
    _sweep(found)


def _keep_contacts(delivery: Delivery, stage: Path) -> None:
    if not Delivery.objects.filter(pk=delivery.pk, state=State.ACCEPTED).exists():
        return
    con = connect(memory="1GB", spill=stage / "spill")
    try:
        stated_contacts.bring_in(con, delivery, stage / CONTACTS, stage)
    finally:
        con.close()


@app.task(queue="registry", retry=AGAIN, queueing_lock="look_for_doubles", pass_context=False)
def look_for_doubles(area: int | None, user: int | None, request: str) -> None:
    """Look for people who are registered twice, in an area or everywhere, and put them before clerks."""
    scope = platform("查找疑似重复人员", request)
    if user is not None:
        scope_of_job(user, request).require("link.judge", area if area is not None else 0)
    with TemporaryDirectory(dir=settings.DATA, prefix="doubles-") as folder:
        con = connect(memory="4GB", spill=Path(folder) / "spill")
        try:
            with work(scope):
                found = linking.look_for_doubles(con, Path(folder), area)
                record("decide", what="doubles", area=NO_AREA if area is None else area, detail={"found": found})
        finally:
            con.close()


@app.periodic(cron="30 2 2 * *")
@app.task(queue="registry", queueing_lock="look_monthly", pass_context=False)
def look_for_doubles_monthly(timestamp: int) -> None:
    """The same everywhere, on the second of every month."""
    look_for_doubles.func(area=None, user=None, request="monthly")


def _may_still(scope: Scope, delivery: Delivery, user: int | None, request: str, back_to: State) -> bool:
    """Whether who decided still may; if not, the delivery waits for somebody who does."""
    try:
        if user is not None:
            scope_of_job(user, request).require("delivery.decide", delivery.area_code)
    except PermissionDenied:
        said = ["决定人已没有这项权限，请由有权限的人员重新办理。", "Whoever decided has lost the right; decide again."]
        _put_back(scope, delivery, back_to, [said])
        return False
    return True


def _put_back(scope: Scope, delivery: Delivery, state: State, problems: list[list[str]]) -> None:
    with work(scope):
        Delivery.objects.filter(pk=delivery.pk).update(state=state, problems=problems)


def _sweep(delivery: Delivery) -> None:
    """Of an accepted delivery nothing needs to lie beside its file."""
    if delivery.state in (State.ACCEPTED, State.TAKEN_BACK, State.REFUSED):
        kept.forget(stage_of(delivery))


@app.periodic(cron="50 3 * * *")
@app.task(queue="registry", queueing_lock="sweep_files", pass_context=False)
def sweep_files(timestamp: int) -> None:
    """Every night: what killed processes left in the data folder a day ago or more is removed."""
    arriving.sweep()
    with work(platform("交付文件清理")):
        rows = Delivery.objects.exclude(file="")
        files, busy = rows.values_list("file", flat=True), rows.filter(state__in=actions.JOBS)
        data = Path(settings.DATA)
        if removed := kept.sweep(data, files, busy.values_list("file", flat=True), timezone.now().timestamp()):
            record("system", what="deliveries", detail={"swept": removed})


def _try(scope: Scope, delivery: Delivery, job: Any) -> None:
    """A file that cannot be used is an answer, not a failure of the worker."""
    try:
        job(scope, delivery)
    except YiyangError as error:
        log.warning("delivery cannot be used", delivery=delivery.pk, kind=type(error).__name__)
        said = [[zh, en] for zh, en in (error.problems or ((error.zh, error.en),))]
        with work(scope):
            Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED, problems=said)
