"""Commands: area show, area preview, area change, area members."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base import platform
from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.access.scope import Scope
    from yiyang.areas.changes import Asked
    from yiyang.areas.models import Area
    from yiyang.areas.preview import Plan

app = typer.Typer(
    name="area", no_args_is_help=True, help="区划：查看、更名、合并、拆分、划转。Areas and their changes."
)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
KindOf = Annotated[str, typer.Argument(metavar="rename|recode|merge|split|transfer", help="变更类别。The kind.")]
Where = Annotated[str, typer.Argument(metavar="AREA", help="区划代码或全名；合并时是合并后的。By code or name.")]
Name = Annotated[str, typer.Option(help="新名称（rename、split）。A new name.")]
Code = Annotated[str, typer.Option(help="新代码（recode；split、transfer 可不填）。A new code.")]
To = Annotated[str, typer.Option("--to", help="划归哪里（transfer）。The new parent.")]
Parts = Annotated[
    list[str] | None, typer.Option("--part", help="并入的区划（merge）或划出的下级（split），可多次。Repeatable.")
]
HandOver = Annotated[bool, typer.Option("--hand-over", help="合并时原授权扩大到整个区划。Grants get the whole.")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="生效日期，默认今天。The day it takes effect.")
]


@app.command("show", epilog="例 Example: yiyang area show 511724101")
def show_command(area: Where, as_json: AsJson = False) -> None:
    """一个区划的现状、下级和沿革。What an area is, was and consists of."""
    with _at_work():
        found = _area(area)
        told = _told(found)
    if as_json:
        return emit_json(told)
    say(f"{told['name']}　{told['code']}", f"{told['name']} {told['code']}")
    columns = [(t("代码", "code"), "left"), (t("名称", "name"), "left"), (t("状态", "state"), "left")]
    lines = [(each["code"], each["name"], each["ended"] or t("现行", "in force")) for each in told["children"]]
    show_table(t("下级", "Below"), columns, lines)
    former = [(each["code"], each["name"], f"{each['from']} – {each['to']}") for each in told["former"]]
    return show_table(t("沿革", "Before"), columns, former) if former else None


@app.command("preview", epilog="例 Example: yiyang area preview merge 511724001 --part 511724101")
def preview_command(
    kind: KindOf,
    area: Where,
    name: Name = "",
    code: Code = "",
    to: To = "",
    part: Parts = None,
    hand_over: HandOver = False,
    effective: Day = None,
    as_json: AsJson = False,
) -> None:
    """看一项变更会影响什么，不改动任何数据。What a change would do; nothing is written."""
    with _at_work() as by:
        from yiyang.areas.preview import preview

        plan = preview(_asked(kind, area, name, code, to, part or [], hand_over), by=by, effective=_day(effective))
    if as_json:
        return emit_json(_plan_json(plan))
    return _show(plan)


@app.command(
    "change", epilog="例 Example: yiyang area change rename 511724101 --name 乌木街道 --document 川民函〔2026〕1号"
)
def change_command(
    kind: KindOf,
    area: Where,
    document: Annotated[str, typer.Option(help="批准文件。The document that orders it.")],
    name: Name = "",
    code: Code = "",
    to: To = "",
    part: Parts = None,
    hand_over: HandOver = False,
    effective: Day = None,
    as_json: AsJson = False,
) -> None:
    """办理一项变更；生效日期在以后的，到当日由系统办理。Carry out a change, or order it for a later day."""
    with _at_work() as by:
        from yiyang.areas import actions

        asked = _asked(kind, area, name, code, to, part or [], hand_over)
        done = actions.carry_out(asked, by=by, document=document, effective=_day(effective))
    if as_json:
        return emit_json({"id": done.pk, "state": done.state, "says": done.says, "moved": done.moved})
    return say(
        f"{done.get_state_display()}：{done.says}（编号 {done.pk}）", f"{done.state}: {done.says} (number {done.pk})"
    )


@app.command("members", epilog="例 Example: yiyang area members 达州东部经开区 --add 511702100 --starts 2026-01-01")
def members_command(
    area: Annotated[str, typer.Argument(metavar="AREA", help="管辖区的代码或名称。The jurisdiction.")],
    add: Annotated[str, typer.Option(metavar="CODE", help="登记由它管辖的乡镇。A town that it administers.")] = "",
    end: Annotated[str, typer.Option(metavar="CODE", help="终止对乡镇的管辖。A town that leaves.")] = "",
    starts: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="起始日期。First day.")] = None,
    ends: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最后一日。Last day.")] = None,
    as_json: AsJson = False,
) -> None:
    """没有标准代码的管辖区（高新区、经开区）管辖的乡镇。The towns of a jurisdiction without a standard code."""
    with _at_work() as by:
        from yiyang.areas import actions

        found = _area(area)
        if add:
            actions.join(found, _area(add), by=by, starts=_day(starts), ends=ends and ends.date())
        for membership in found.members.filter(member=_area(end), ends__isnull=True) if end else []:
            actions.leave(membership, by=by, ends=_day(ends))
        members = found.members.select_related("member").order_by("member__code", "starts")
        lines = [(each.member.code, each.member.name, each.starts, each.ends) for each in members]
    if as_json:
        return emit_json([dict(zip(("code", "name", "starts", "ends"), line, strict=True)) for line in lines])
    heads = [t("代码", "code"), t("名称", "name"), t("起始", "starts"), t("终止", "ends")]
    return show_table(found.name, [(head, "left") for head in heads], lines)


@contextmanager
def _at_work() -> Iterator[Scope]:
    """The platform itself, on behalf of whoever is at the machine."""
    with platform.started():
        from yiyang.access.scope import platform as scope_of_platform
        from yiyang.audit.record import work

        with work(scope_of_platform(f"命令行 {getpass.getuser()}")) as scope:
            yield scope


def _area(text: str) -> Area:
    from yiyang.areas.logic import normalise
    from yiyang.areas.models import Area

    text = text.strip()
    found = Area.objects.filter(code=normalise(text)) if text.isdigit() else Area.objects.filter(name=text)
    areas = list(found.select_related("parent")[:2])
    if len(areas) != 1:
        few = "不止一个" if areas else "没有"
        raise UsageError(
            f"{few}区划叫“{text}”，请写代码。", f"There is {'more than one' if areas else 'no'} area {text}."
        )
    return areas[0]


def _day(day: datetime | None) -> date:
    from django.utils import timezone

    return day.date() if day else timezone.localdate()


def _asked(kind: str, area: str, name: str, code: str, to: str, parts: list[str], hand_over: bool) -> Asked:
    from yiyang.areas.changes import Merge, Recode, Rename, Split, Transfer
    from yiyang.areas.logic import normalise

    found, number = _area(area), normalise(code) if code else None
    ids = tuple(_area(part).pk for part in parts)
    if kind == "rename" and name:
        return Rename(found.pk, name)
    if kind == "recode" and number is not None:
        return Recode(found.pk, number)
    if kind == "merge" and ids:
        return Merge(ids, found.pk, hand_over)
    if kind == "split" and name and ids:
        return Split(found.pk, name, ids, number)
    if kind == "transfer" and to:
        return Transfer(found.pk, _area(to).pk, number)
    raise UsageError(
        "请写明 rename --name、recode --code、merge --part、split --name --part 或 transfer --to。",
        "Say rename --name, recode --code, merge --part, split --name --part, or transfer --to.",
    )


def _told(area: Area) -> dict[str, Any]:
    children = area.children.order_by("code").values_list("code", "name", "valid_to")
    former = area.former.order_by("-valid_to").values_list("code", "name", "valid_from", "valid_to")
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level,
        "parent": area.parent and area.parent.code,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "children": [{"code": code, "name": name, "ended": ended} for code, name, ended in children],
        "former": [{"code": code, "name": name, "from": since, "to": to} for code, name, since, to in former],
    }


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "says": plan.says,
        "problems": [en for _, en in plan.problems],
        "remarks": [en for _, en in plan.remarks],
        "codes": {each.old: each.new for each in plan.shifts},
        "counts": [each.as_json() for each in plan.counts],
    }


def _show(plan: Plan) -> None:
    say(plan.says, plan.says)
    columns = [(t("数据", "rows of"), "left"), (t("行数", "rows"), "right"), (t("迁移", "move"), "left")]
    lines = [(each.label, f"{each.rows:,}", t("是", "yes") if each.moves else t("否", "no")) for each in plan.counts]
    show_table(t("涉及的数据", "What it concerns"), columns, lines)
    codes = [(each.name, each.old, each.new) for each in plan.shifts[:20]]
    show_table(
        t("代码（前 20 个）", "Codes (the first 20)"),
        [("", "left"), (t("原", "old"), "left"), (t("新", "new"), "left")],
        codes,
    )
    for zh, en in plan.remarks:
        say(zh, en)
    if plan.problems:
        raise UsageError("这项变更不能办理。", "This change cannot be carried out.", plan.problems)
