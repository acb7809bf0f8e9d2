"""Commands: runs list, runs order, runs start, runs verify."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base import platform
from yiyang.base.errors import SnapshotError, UsageError
from yiyang.base.screen import emit_json, progress, say, show_table, t

if TYPE_CHECKING:
    from yiyang.access.scope import Scope
    from yiyang.entitlement.models import MonthRun

app = typer.Typer(name="runs", no_args_is_help=True, help="月度运行。The monthly runs.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Number = Annotated[int, typer.Argument(metavar="ID", help="运行编号，见 yiyang runs list。The run's number.")]
NAME = "yiyang runs"


@app.command("list", epilog="例 Example: yiyang runs list --json")
def list_command(as_json: AsJson = False) -> None:
    """列出月度运行，新的在前。List the runs, the latest first."""
    with platform.started():
        rows = _rows()
    if as_json:
        return emit_json({"runs": rows})
    heads = [t("编号", "id"), t("月份", "month"), t("区划", "area"), t("用途", "purpose"), t("状态", "state"),
             t("变化", "changes")]  # fmt: skip
    return show_table(t("月度运行", "Runs"), [(head, "left") for head in heads], [list(row.values()) for row in rows])


def _rows() -> list[dict[str, Any]]:
    from yiyang.audit.record import work
    from yiyang.entitlement.models import MonthRun

    with work(_scope()):
        return [
            {"id": run.pk, "month": run.month, "area": run.area_code, "purpose": run.purpose, "state": run.state,
             "changes": run.changes.get("changes", run.changes.get("arrears"))}
            for run in MonthRun.objects.order_by("-id")[:200]
        ]  # fmt: skip


@app.command("order", epilog="例 Example: yiyang runs order --area 511724 --month 2026-11")
def order_command(
    area: Annotated[str, typer.Option(help="区划代码或名称（县或市）。The county or city.")],
    month: Annotated[str, typer.Option(help="月份，如 2026-11。The month.")],
    known: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至所知。As known on.")] = None,
    as_json: AsJson = False,
) -> None:
    """下达一次月度运行并当即完成；不影响任何人，须另行启用。Make a run; it is put in force by another command."""
    with platform.started():
        from yiyang.areas.logic import require
        from yiyang.audit.record import work
        from yiyang.entitlement import month_actions, tasks

        with work(_scope()) as by:
            made = month_actions.order(
                by=by, area=require(area).code, month=month, known=known.date() if known else None
            )
        run = _done(made, tasks.reckon_month, "ready", ("月度运行", "the run"))
        changes = run.changes
    if as_json:
        return emit_json({"id": run.pk, "state": run.state, **changes})
    return say(
        f"运行 {run.pk} 已完成，变化 {changes.get('changes', 0):,} 项。核对后启用：yiyang runs start {run.pk}",
        f"Run {run.pk} is ready, {changes.get('changes', 0):,} changes. Put it in force: yiyang runs start {run.pk}",
    )


@app.command("start", epilog="例 Example: yiyang runs start 12 --reason 核对无误")
def start_command(
    number: Number, reason: Annotated[str, typer.Option(help="说明。Why.")] = "", as_json: AsJson = False
) -> None:
    """启用一次运行：生成个案和告知，此后不再改写。Put a run in force; from then on it is not rewritten."""
    with platform.started():
        from yiyang.audit.record import work
        from yiyang.entitlement import month_actions, tasks

        found = _find(number)
        with work(_scope()) as by:
            month_actions.start(by=by, run=found, reason=reason)
        run = _done(found, tasks.start_month, "in_force", ("启用", "putting it in force"))
    if as_json:
        return emit_json({"id": run.pk, "state": run.state})
    return say(f"运行 {run.pk}（{run.month}）已启用。", f"Run {run.pk} ({run.month}) is in force.")


@app.command("verify", epilog="例 Example: yiyang runs verify 12 --json")
def verify_command(number: Number, as_json: AsJson = False) -> None:
    """用存下的快照和清单重做一遍，逐字节比较。Make a run again from what it kept and compare to the byte."""
    with platform.started():
        from yiyang.audit.record import work
        from yiyang.entitlement import months, replay

        run = _find(number)
        found = replay.differences(months.folder_of(run))
        with work(_scope()):
            replay.note(run, found)
    if as_json:
        emit_json({"id": number, "differs": found})
    if found:
        raise SnapshotError(
            f"运行 {number} 重做后有 {len(found)} 张表不同：", f"Run {number}, made again, differs:",
            [(name, name) for name in found],
        )  # fmt: skip
    if not as_json:
        say(f"运行 {number} 重做一遍，逐字节相同。", f"Run {number}, made again, is the same to the byte.")


def _scope() -> Scope:
    from yiyang.access.scope import platform as platform_scope

    return platform_scope(NAME)


def _find(number: int) -> MonthRun:
    from yiyang.audit.record import work
    from yiyang.entitlement.models import MonthRun

    with work(_scope()):
        found = MonthRun.objects.filter(pk=number).first()
    if found is None:
        raise UsageError(f"没有编号为 {number} 的运行，见 yiyang runs list。", f"There is no run {number}.")
    return found


def _done(run: MonthRun, job: Any, state: str, name: tuple[str, str]) -> MonthRun:
    """Do at once what a worker would do; its own turn then finds it done."""
    from yiyang.audit.record import work

    with progress(*name, total=1) as bar:
        bar.step(*name)
        job.func(run=run.pk, user=None, request="command")
    with work(_scope()):
        run.refresh_from_db()
    if run.state != state:
        said = [(zh, en) for zh, en in run.problems]
        raise UsageError(f"运行 {run.pk} 没有完成：", f"Run {run.pk} was not finished:", said)
    return run
