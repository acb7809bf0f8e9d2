"""The job of a month: registry → snapshot → everybody's answers → who changed, what is unknown, what is owed.

The folder and the rows of a run appear whole or not at all: a killed job leaves nothing that the next try would double.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from yiyang.access.scope import Scope, acting
from yiyang.audit.record import record, work
from yiyang.base.errors import YiyangError
from yiyang.catalog.binding import bind
from yiyang.catalog.issued import current as issued
from yiyang.entitlement import actions, month_store, month_tables
from yiyang.entitlement.grounds import ground_rows
from yiyang.entitlement.models import MonthRun
from yiyang.entitlement.months import direct_of, folder_of
from yiyang.entitlement.store import RunFolder
from yiyang.registry.freezing import freeze
from yiyang.registry.models import Delivery
from yiyang.registry.progress import Progress

Json = dict[str, Any]
Tell = Callable[[str], None]
State = MonthRun.State
SNAPSHOT = "snapshot"
# Registers, people and identities of the snapshot; eight steps of the engine; five of what comes into the database.
STEPS = 32


def reckon(scope: Scope, run: MonthRun) -> None:
    """Make an ordered run, whole: its folder, its rows, READY; or FAILED with the reasons."""
    with acting(scope), Progress(run.pk, STEPS, "entitlement_monthrun") as tell:
        # A job that was thought dead, or a command beside the worker: one after the other.
        tell.hold(f"yiyang.run.{run.pk}")
        if _begin(scope, run):
            _reckon(scope, run, Timed(tell))


class Timed:
    """Tells each step, and remembers how many seconds each took."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.step, self.began = tell, "", time.monotonic()
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str) -> None:
        now = time.monotonic()
        if self.step:
            self.seconds[self.step] = round(self.seconds.get(self.step, 0) + now - self.began, 2)
        self.step, self.began = step, now
        self.tell(step)


def _begin(scope: Scope, run: MonthRun) -> bool:
    """Whether it is still to be made; then it runs, and what it stands on is noted."""
    with work(scope):
        sweep()
        stands_on = {"order": newest_delivery(), "lists": lists_hash(run.area_code, run.month)}
        waiting = MonthRun.objects.filter(pk=run.pk, state__in=(State.ORDERED, State.RUNNING))
        return bool(waiting.update(state=State.RUNNING, problems=[], stands_on=stands_on))


def _reckon(scope: Scope, run: MonthRun, tell: Timed) -> None:
    scratch = folder_of(run).with_name(f".work-{folder_of(run).name}")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        folder = _compute(scope, run, scratch, tell)
        with work(scope):
            _finish(run, folder, scratch, tell)
    except YiyangError as error:
        said = [[zh, en] for zh, en in ((error.zh, error.en), *error.problems)]
        with work(scope):
            MonthRun.objects.filter(pk=run.pk).update(state=State.FAILED, problems=said)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _finish(run: MonthRun, folder: RunFolder, scratch: Path, tell: Timed) -> None:
    """One unit of work: all rows of the run and its state, or nothing."""
    load = _load if run.purpose == MonthRun.Purpose.MONTH else _load_arrears
    counted = load(run, folder, scratch, tell)
    tell("完成")
    record("system", what=f"run:{run.pk}", area=run.area_code, detail={"month": run.month, **counted})
    # Last: the job's progress is told through another connection, which must not wait for this row.
    MonthRun.objects.filter(pk=run.pk).update(
        state=State.READY, ready_at=timezone.now(), list_hash=folder.manifest["list_hash"],
        snapshot_hash=folder.manifest["snapshot_hash"], manifest=folder.manifest | {"steps": tell.seconds},
        summary=brief(folder.summary),
        changes=counted,
    )  # fmt: skip


@contextmanager
def steady() -> Iterator[None]:
    """Transactions begun meanwhile see the registry as it was at their beginning: a delivery may go in beside them."""
    mode = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL"
    with connection.cursor() as cursor:
        cursor.execute(f"{mode} REPEATABLE READ")
        try:
            yield
        finally:
            cursor.execute(f"{mode} READ COMMITTED")


def _compute(scope: Scope, run: MonthRun, scratch: Path, tell: Tell) -> RunFolder:
    """The run's folder, with its snapshot in it."""
    out, snapshot = folder_of(run), scratch / SNAPSHOT
    with steady(), work(scope):
        freeze(
            snapshot, area=run.area_code, today=timezone.localdate(), month=run.month, known=run.known, tell=tell,
            is_narrow=True,
        )  # fmt: skip
    before = run.previous if run.purpose == MonthRun.Purpose.MONTH else None
    policy = issued(Path(settings.DATA), actions.reference_day(run.month))
    actions.run(
        snapshot=snapshot, month=run.month, out=out, policy=policy,
        previous=folder_of(before) if before else None, tell=lambda zh, _en: tell(zh),
    )  # fmt: skip
    snapshot.rename(out / SNAPSHOT)
    return RunFolder(out)


def _load(run: MonthRun, folder: RunFolder, scratch: Path, tell: Tell) -> Json:
    left_out = direct_of(run)
    tell("整理变化")
    if run.previous_id is None:
        changes = month_tables.baseline(folder, left_out)
    else:
        changes = month_tables.changes(folder, pq.read_table(folder.path / "changes.parquet"))
    tell("写明理由")
    month_store.put_grounds(run, ground_rows(folder, month_tables.grounds_wanted(changes)), scratch)
    tell("登记变化")
    counted = {"changes": month_store.put_changes(run, changes, scratch)}
    tell("列出待了解的事实")
    counted["unknown"] = month_store.put_unknown(run, month_tables.unknown(folder, left_out), scratch)
    month_store.analyze()
    return counted


def _load_arrears(run: MonthRun, folder: RunFolder, scratch: Path, tell: Tell) -> Json:
    if run.previous is None:
        return {}
    tell("比较当时与现在")
    table = month_tables.owed(RunFolder(folder_of(run.previous)), folder)
    tell("登记补发、追回")
    counted = {"arrears": month_store.put_arrears(run, table, scratch)}
    month_store.analyze()
    return counted


def brief(summary: Json) -> Json:
    """What pages show of a run at once; the rest lies in its folder."""
    items = [
        {name: item.get(name) for name in ("item", "list_area", "name_zh", "every", "entitled", "paid", "undecided",
         "fen", "year_fen", "year_high_fen")}
        for item in summary.get("items", [])
    ]  # fmt: skip
    kept = {
        name: summary[name] for name in ("people", "entitled_people", "undecided_people", "totals") if name in summary
    }
    return kept | {"items": items}


def newest_delivery() -> int:
    """The order of the newest accepted delivery."""
    return Delivery.objects.filter(state=Delivery.State.ACCEPTED).aggregate(last=Max("order"))["last"] or 0


def lists_hash(area: int, month: str) -> str:
    """The fingerprint of the lists that would answer for an area in a month, as they stand now."""
    on = actions.reference_day(month)
    bound = bind([f"{area:012d}"[:6]], on, None, issued(Path(settings.DATA), on))
    return bound.program.hash


def outdated(run: MonthRun) -> list[str]:
    """Why a run that waits to be put in force is not the newest knowledge any more, in words."""
    said = []
    if newest_delivery() > run.stands_on.get("order", 0):
        said.append("运行之后又有数据入库或更正。")
    if lists_hash(run.area_code, run.month) != run.stands_on.get("lists"):
        said.append("运行之后清单有调整。")
    return said


def sweep() -> None:
    """Remove what killed jobs and dropped runs left behind; what a run that waits or runs makes is its own job's."""
    root = Path(settings.DATA) / "runs"
    gone = MonthRun.objects.filter(state__in=(State.DROPPED, State.FAILED)).values_list("folder", flat=True)
    busy = MonthRun.objects.filter(state__in=(State.ORDERED, State.RUNNING)).values_list("folder", flat=True)
    gone_names, busy_names = ({folder.removeprefix("runs/") for folder in folders} for folders in (gone, busy))
    for path in root.iterdir() if root.is_dir() else ():
        owner = path.name.removeprefix(".work-").removeprefix(".").split(".")[0]
        if owner in gone_names or (path.name.startswith(".") and owner not in busy_names):
            shutil.rmtree(path, ignore_errors=True)
