"""Deliveries: received, checked, accepted or refused, taken back. The only code that writes statements and people."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Min
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from yiyang.access.scope import Scope
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import DeliveryError, UsageError
from yiyang.engine.facts import as_int
from yiyang.registry import kept
from yiyang.registry.contracts import Contract, delivered, load_contracts
from yiyang.registry.fields import OPEN
from yiyang.registry.intake import Came
from yiyang.registry.models import CLERK, Delivery, Statement
from yiyang.registry.sources import SUFFIXES

State = Delivery.State
OPEN_STATES = (State.RECEIVED, State.CHECKING, State.CHECKED, State.STOPPED, State.ACCEPTING, State.TAKING_BACK)


def receive(
    *,
    by: Scope,
    register: str,
    month: str,
    area: int,
    known: date,
    file_name: str,
    blocks: Iterable[bytes],
    source: str = "page",
    is_synthetic: bool = False,
    sha256: str = "",
) -> Delivery:
    """Keep a file and order its check. The same file for the same month and area again is the same delivery.

    Args:
        sha256: what the sender says the file's is; '' = not said.

    Raises:
        UsageError: no such register, month, area or kind of file; or it is not the file that was sent.
        PermissionDenied: not his register or area.
    """
    by.require("delivery.upload", area)
    contract = _wanted(by, register, month, area, known, file_name)
    folder = Path(settings.DATA) / "deliveries" / uuid.uuid4().hex
    size, digest = _keep(folder, contract.file + Path(file_name).suffix.lower(), blocks)
    if sha256 and sha256 != digest:
        shutil.rmtree(folder)
        raise UsageError("收到的文件与指纹不符，请重新上传。", "The file that came has another sha256; send it again.")
    delivery = Delivery(
        register=register,
        month=month,
        area_code=area,
        known=known,
        file_name=file_name[-200:],
        file=str((folder / (contract.file + Path(file_name).suffix.lower())).relative_to(settings.DATA)),
        size=size,
        sha256=digest,
        source=source,
        is_synthetic=is_synthetic,
        delivered_by=by.user,
        delivered_by_name=by.name,
    )
    try:
        with transaction.atomic():
            delivery.save()
    except IntegrityError:
        shutil.rmtree(folder)
        return _same(delivery)
    record(
        "deliver",
        what=f"delivery:{delivery.pk}",
        area=area,
        detail={"register": register, "month": month, "bytes": size},
    )
    _order("check_delivery", delivery, by)
    return delivery


def _wanted(by: Scope, register: str, month: str, area: int, known: date, file_name: str) -> Contract:
    contracts = delivered(load_contracts())
    problems = []
    if register not in contracts or (by.registers is not None and register not in by.registers):
        problems.append((f"没有可交付的登记册“{register}”", f"no register {register} to deliver"))
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        problems.append((f"月份应形如 2026-11，现在是“{month}”", f"a month looks like 2026-11, this is {month}"))
    elif known < date.fromisoformat(f"{month}-01"):
        problems.append((f"获知日期 {known} 早于所属月份 {month}", f"known {known} lies before the month {month}"))
    if not Area.objects.filter(code=area, valid_to__isnull=True).exists():
        problems.append((f"区划表里没有在用的 {area}", f"there is no area {area} in force"))
    if Path(file_name).suffix.lower() not in SUFFIXES:
        problems.append(("请交付 .csv、.xlsx 或 .parquet 文件", "deliver a .csv, .xlsx or .parquet file"))
    if problems:
        raise UsageError("交付信息有误：", "The delivery cannot be taken:", problems)
    return contracts[register]


def _keep(folder: Path, name: str, blocks: Iterable[bytes]) -> tuple[int, str]:
    try:
        size, digest = kept.keep(folder / name, blocks)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if size == 0:
        shutil.rmtree(folder)
        raise UsageError("文件是空的，请重新导出。", "The file is empty; export it again.")
    return size, digest


def _same(delivery: Delivery) -> Delivery:
    closed = (State.FAILED, State.REFUSED, State.TAKEN_BACK)
    key = {name: getattr(delivery, name) for name in ("register", "month", "area_code", "sha256")}
    return Delivery.objects.exclude(state__in=closed).get(**key)


def _order(task: str, delivery: Delivery, by: Scope, **more: Any) -> None:
    """Order a job in the caller's transaction; jobs on one register and area run one after the other."""
    from yiyang.registry import tasks

    lock = f"{delivery.register}:{delivery.area_code}"
    job = getattr(tasks, task).configure(lock=lock, queueing_lock=f"{task}:{delivery.pk}")
    job.defer(delivery=delivery.pk, user=by.user, request=by.request, **more)


def order_check(delivery: Delivery, by: Scope) -> None:
    """Order a check again."""
    _order("check_delivery", delivery, by)


def order_contacts(delivery: Delivery, by: Scope) -> None:
    """Order that the telephones and addresses of an accepted delivery are kept."""
    _order("tell_contacts", delivery, by)


def order_look(*, by: Scope, area: int) -> None:
    """Order a search for people who are registered twice. Raises AlreadyEnqueued while one is waiting."""
    from yiyang.registry import tasks

    by.require("link.judge", area)
    with transaction.atomic():
        tasks.look_for_doubles.defer(area=area, user=by.user, request=by.request)
    record("decide", what="doubles", area=area, detail={"ordered": True})


JOBS = {
    State.RECEIVED: "check_delivery",
    State.CHECKING: "check_delivery",
    State.ACCEPTING: "accept_delivery",
    State.TAKING_BACK: "take_back_delivery",
}


def again(*, by: Scope, delivery: Delivery) -> None:
    """Order the job once more that a delivery waits for: for one that failed for good, after what ailed it was mended.

    Raises:
        UsageError: it waits for nothing, or its job is waiting or running.
    """
    by.require("delivery.upload", delivery.area_code)
    if delivery.state not in JOBS:
        raise UsageError("这批数据没有等待中的任务。", "The delivery waits for no job.")
    try:
        with transaction.atomic():
            _order(JOBS[State(delivery.state)], delivery, by)
    except AlreadyEnqueued as error:
        raise UsageError("任务已在排队，请稍候。", "Its job is in the queue.") from error
    record("deliver", what=f"delivery:{delivery.pk}", area=delivery.area_code, detail={"again": delivery.state})


def accept(*, by: Scope, delivery: Delivery, reason: str = "") -> None:
    """Order that a checked delivery goes into the registry. A stopped one needs a reason.

    Raises:
        UsageError: it is not waiting for a decision, or a reason is missing.
    """
    by.require("delivery.decide", delivery.area_code)
    if delivery.state == State.STOPPED and not reason.strip():
        raise UsageError("这批数据超过规定的差错比例，入库须写明理由。", "Above the limits: a reason is needed.")
    _move(delivery, (State.CHECKED, State.STOPPED), State.ACCEPTING, by, reason)
    _order("accept_delivery", delivery, by)


def refuse(*, by: Scope, delivery: Delivery, reason: str) -> None:
    """Send a delivery back with a reason; nothing of it goes in."""
    by.require("delivery.decide", delivery.area_code)
    if not reason.strip():
        raise UsageError("退回须写明理由，交付部门才知道怎么改。", "Say why, so that the department can mend it.")
    _move(delivery, (State.CHECKED, State.STOPPED, State.RECEIVED), State.REFUSED, by, reason)


def take_back(*, by: Scope, delivery: Delivery, reason: str) -> None:
    """Order that an accepted delivery is undone: what it brought is no longer believed, what it ended is again.

    Raises:
        UsageError: no reason, or a later delivery of the register stands on it.
    """
    by.require("delivery.decide", delivery.area_code)
    if not reason.strip():
        raise UsageError("撤回须写明理由。", "Taking back needs a reason.")
    if delivery.source == CLERK:
        raise UsageError("更正请在老年人档案中撤销。", "Withdraw a correction on the person's page.")
    later = series(delivery).filter(order__gt=delivery.order or 0, state__in=(State.ACCEPTED, State.TAKING_BACK))
    if later.exists():
        raise UsageError(
            "之后还有交付以它为基础，请先撤回较新的交付。", "Later deliveries stand on it: take the newest back first."
        )
    _move(delivery, (State.ACCEPTED,), State.TAKING_BACK, by, reason)
    _order("take_back_delivery", delivery, by)


def _move(delivery: Delivery, of: Iterable[str], to: str, by: Scope, reason: str) -> None:
    """Compare and swap: of two decisions at once one wins and the other is told."""
    moved = Delivery.objects.filter(pk=delivery.pk, state__in=list(of)).update(
        state=to, decided_by_name=by.name, decided_at=timezone.now(), decision_reason=reason.strip()[:400]
    )
    if not moved:
        now = Delivery.objects.get(pk=delivery.pk).get_state_display()
        raise UsageError(f"这批数据现在是“{now}”，不能这样办理。", f"The delivery is {now} now.")
    delivery.refresh_from_db()
    record("decide", what=f"delivery:{delivery.pk}", area=delivery.area_code, reason=reason, detail={"state": to})


def series(delivery: Delivery) -> Any:
    """All deliveries of the same register for the same area: each is compared with those accepted before it."""
    return Delivery.objects.filter(register=delivery.register, area_code=delivery.area_code)


def file_of(delivery: Delivery) -> Path:
    """Where its file lies; `kept.opened` reads it."""
    return Path(settings.DATA) / delivery.file


def came(delivery: Delivery, path: Path) -> Came:
    """What the check needs to know of a delivery, whose file lies plain at a path."""
    earlier = series(delivery).filter(state=State.ACCEPTED, month=delivery.month).exclude(pk=delivery.pk)
    first = earlier.aggregate(first=Min("known"))["first"]
    return Came(
        load_contracts()[delivery.register],
        path,
        f"{delivery.month}/{path.name}",
        date.fromisoformat(f"{delivery.month}-01"),
        max([delivery.known, *_taken_back_on(delivery)]),
        as_int(first) if first else OPEN,
        delivery.area_code,
    )


def _taken_back_on(delivery: Delivery) -> list[date]:
    """Days on which deliveries of the series were taken back: what comes after was not known before them."""
    moments = series(delivery).filter(state=State.TAKEN_BACK).values_list("decided_at", flat=True)
    return [timezone.localdate(moment) for moment in moments]


def stands_on(delivery: Delivery) -> int:
    """The order of the last accepted delivery of the series: what a check was made against."""
    return series(delivery).filter(state=State.ACCEPTED).aggregate(last=Max("order"))["last"] or 0


def refuse_out_of_time(delivery: Delivery) -> None:
    """Raises DeliveryError for a month before, or knowledge older than, what has been accepted."""
    last = series(delivery).filter(state=State.ACCEPTED).order_by("-order").first()
    if last and (last.month > delivery.month or last.known > delivery.known):
        raise DeliveryError(
            f"已入库的上一批（{last.month}，获知 {last.known}）比这批（{delivery.month}，获知 {delivery.known}）新，"
            "请按时间顺序交付。",
            f"The delivery accepted before ({last.month}, known {last.known}) is newer than this one.",
        )


def restate(delivery: Delivery, today: int) -> None:
    """End belief in what a delivery brought, and believe again what it had ended, from today on."""
    from yiyang.registry import store

    columns = [
        f.column
        for f in Statement._meta.concrete_fields
        if f.column not in ("id", "known_from", "known_to", "closed_id")
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    store.execute(
        f"INSERT INTO registry_statement ({names}, known_from, known_to) "
        f"SELECT {names}, greatest(known_from, %s), {OPEN} "
        "FROM registry_statement WHERE closed_id = %s",
        [today, delivery.pk],
    )
    store.execute(
        f"UPDATE registry_statement SET known_to = greatest(known_from, %s), closed_id = %s "
        f"WHERE opened_id = %s AND known_to = {OPEN}",
        [today, delivery.pk, delivery.pk],
    )
