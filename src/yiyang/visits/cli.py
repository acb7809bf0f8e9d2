"""Commands: visits owe, visits plan, visits check, visits late, visits verify."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yiyang.base import platform
from yiyang.base.errors import AuditError, UsageError
from yiyang.base.screen import emit_json, progress, say

if TYPE_CHECKING:
    from yiyang.access.scope import Scope
    from yiyang.visits.models import Plan
    from yiyang.visits.planning.problem import Fault

app = typer.Typer(name="visits", no_args_is_help=True, help="探访关爱。Visits.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Where = Annotated[str, typer.Option("--area", help="区划代码或名称。The county or town.")]
When = Annotated[str, typer.Option(help="月份，如 2026-12。The month.")]
NAME = "yiyang visits"


@app.command("owe", epilog="例 Example: yiyang visits owe --area 511724 --month 2026-12")
def owe_command(
    area: Where,
    month: When,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从这一天起，缺省为今天。From this day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """按规定列出一个月的应探访；重复执行不会重复。Lay out the visits that a month owes; twice is once."""
    with platform.started():
        from yiyang.areas.logic import require
        from yiyang.audit.record import work
        from yiyang.visits import owing

        with work(_scope()) as by:
            found = owing.owe(by=by, area_code=require(area).code, month=month, start=start.date() if start else None)
    if as_json:
        return emit_json(vars(found))
    return say(
        f"新增 {found.new:,}，不再需要 {found.excused:,}，恢复 {found.resumed:,}，随人迁移 {found.moved:,}。",
        f"{found.new:,} new, {found.excused:,} excused, {found.resumed:,} owed again, {found.moved:,} moved.",
    )


@app.command("plan", epilog="例 Example: yiyang visits plan --area 511724 --month 2026-12 --seconds 300")
def plan_command(
    area: Where,
    month: When,
    seconds: Annotated[int, typer.Option(help="最长用时（秒）。How long it may take.")] = 600,
    start: Annotated[bool, typer.Option("--start", help="编好即启用。Put it in force.")] = False,
    as_json: AsJson = False,
) -> None:
    """编制一个月的探访计划，先核对再保存；不加 --start 不影响任何人。Plan a month; nobody is told without --start."""
    with platform.started():
        from yiyang.areas.logic import require
        from yiyang.audit.record import work
        from yiyang.visits import plan_actions

        with work(_scope()) as by:
            made = plan_actions.order_plan(by=by, area_code=require(area).code, month=month, seconds=seconds)
        plan = _made(made)
        if start:
            with work(_scope()) as by:
                plan_actions.put_in_force(by=by, plan=plan)
    if as_json:
        return emit_json({"id": plan.pk, "state": plan.state, "figures": plan.figures, "problems": plan.problems})
    return say(
        f"计划 {plan.pk} 已{'启用' if start else '编好'}，不能满足的要求 {len(plan.problems)} 项。",
        f"Plan {plan.pk} is {plan.state}; {len(plan.problems)} promises cannot be kept.",
    )


@app.command("check", epilog="例 Example: yiyang visits check 12 --json")
def check_command(
    number: Annotated[int, typer.Argument(metavar="ID", help="计划编号。The plan's number.")], as_json: AsJson = False
) -> None:
    """用独立的核对程序再查一份计划是否还行得通。Check again whether a plan can still be kept."""
    with platform.started():
        faults = _faults(_find(number))
    if as_json:
        emit_json({"id": number, "faults": [{"zh": each.zh, "en": each.en, "visit": each.visit} for each in faults]})
    if faults:
        raise UsageError(
            f"计划 {number} 有 {len(faults)} 处行不通：", f"Plan {number} cannot be kept in {len(faults)} places:",
            [(each.zh, each.en) for each in faults[:50]],
        )  # fmt: skip
    if not as_json:
        say(f"计划 {number} 行得通。", f"Plan {number} can be kept.")


@app.command("late", epilog="例 Example: yiyang visits late --at 2026-12-01T18:00")
def late_command(
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], help="按这一时刻办理，供演练；缺省为现在。As if it were then."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """马上办理超时的异常情况：逐级督办；后台每十分钟做一次。Show late findings to the level above, at once."""
    with platform.started():
        from django.utils import timezone

        from yiyang.audit.record import record
        from yiyang.visits import actions

        now = timezone.make_aware(at) if at else timezone.now()
        with _work():
            missing, risen = actions.late_steps(now), actions.escalate(now)
            record("system", what="visits:late", detail={"missing": missing, "escalated": risen, "at": str(now)})
    if as_json:
        return emit_json({"missing": missing, "escalated": risen})
    return say(
        f"上报督办 {risen:,} 件，列为失联 {missing:,} 人。", f"{risen:,} findings rose, {missing:,} people are missing."
    )


@app.command("verify", epilog="例 Example: yiyang visits verify")
def verify_command(as_json: AsJson = False) -> None:
    """核对每件办结的异常情况：步骤相接，且核实的不是处置的人。Every closed finding was verified by another."""
    with platform.started():
        from yiyang.visits import finding_checks

        with _work():
            checked, wrong = finding_checks.closed_rightly()
    if as_json:
        emit_json({"findings": checked, "wrong": wrong})
    if wrong:
        raise AuditError(
            f"{checked:,} 件中有 {len(wrong)} 件的处置记录不对：", f"{len(wrong)} of {checked:,} findings are wrong:",
            [(each, each) for each in wrong[:50]],
        )  # fmt: skip
    if not as_json:
        say(f"{checked:,} 件办结的异常情况都由另一人核实。", f"{checked:,} closed findings were verified by another.")


def _scope() -> Scope:
    from yiyang.access.scope import platform as platform_scope

    return platform_scope(NAME)


def _work() -> AbstractContextManager[Scope]:
    from yiyang.audit.record import work

    return work(_scope())


def _find(number: int) -> Plan:
    from yiyang.visits.models import Plan

    with _work():
        found = Plan.objects.filter(pk=number).first()
    if found is None:
        raise UsageError(f"没有编号为 {number} 的计划。", f"There is no plan {number}.")
    return found


def _faults(plan: Plan) -> list[Fault]:
    import tempfile

    from yiyang.visits import plan_tables
    from yiyang.visits.planning.checking import check

    with _work(), tempfile.TemporaryDirectory(prefix="yiyang-check-") as folder:
        return check(*plan_tables.plan_as_kept(plan, Path(folder)))


def _made(plan: Plan) -> Plan:
    """Do at once what a worker would do; its own turn then finds it done."""
    from yiyang.visits import tasks

    name = ("编制探访计划", "planning the month")
    with progress(*name, total=1) as bar:
        bar.step(*name)
        tasks.make_plan.func(plan=plan.pk, user=None, request="command")
    found = _find(plan.pk)
    if found.state != found.State.READY:
        said = [(each.get("zh", ""), each.get("en", "")) for each in found.problems]
        raise UsageError(f"计划 {found.pk} 没有编成：", f"Plan {found.pk} was not made:", said)
    return found
