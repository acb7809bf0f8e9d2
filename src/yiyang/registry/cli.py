"""Commands: registry build, link, freeze, show, groups, contracts."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, say

app = typer.Typer(
    name="registry", no_args_is_help=True, help="把各部门的登记册归集到人。From departments' registers to people."
)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]


@app.command(
    "build", epilog="例 Example: yiyang registry build city/2026-11 --known 2026-11-05 --out out/s11 --previous out/s10"
)
def build_command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="交付文件夹，含 delivery.json。A delivery folder with delivery.json.")
    ],
    known: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="收到数据的日期。The day on which the delivery was known.")
    ],
    out: Annotated[Path, typer.Option(metavar="SNAPSHOT", help="快照输出到这里。Where the snapshot goes.")],
    previous: Annotated[
        Path | None, typer.Option(metavar="SNAPSHOT", help="上一快照，承接历史。The snapshot before.")
    ] = None,
    links: Annotated[
        Path | None, typer.Option(metavar="FILE", help="已定的关联，links.parquet。Decided links of rows without id.")
    ] = None,
    unidentified: Annotated[
        Path | None, typer.Option(metavar="DIR", help="无有效号码的行收集到这里。Where rows without id are collected.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """校验一次交付，归集到人，写出快照与待核清单。Validate a delivery and write a snapshot and the rows to mend."""
    from yiyang.registry import show
    from yiyang.registry.build import build

    made = build(folder, known=_day(known), out=out, previous=previous, links=links, unidentified_out=unidentified)
    if as_json:
        return emit_json(show.summary(made))
    show.tables(made)
    if previous is None:
        show.first_delivery(made)
    say(f"快照：{out}  待核清单：{out / 'quarantine.csv'}", f"Snapshot: {out}  rows to mend: {out / 'quarantine.csv'}")


@app.command("link", epilog="例 Example: yiyang registry link out/s11 --unidentified out/u11 --out out/l11")
def link_command(
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="快照文件夹。A snapshot.")],
    unidentified: Annotated[
        Path, typer.Option(metavar="DIR", help="建立快照时收集的文件夹。What the same build collected.")
    ],
    out: Annotated[Path, typer.Option(metavar="LINKS", help="输出文件夹。Where links and candidates go.")],
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="沿用已有参数 model.json。Use the parameters of an earlier run.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """无有效身份证号码的行各是谁，谁登记了两次。Whom rows without an id are about; who is registered twice."""
    from yiyang.registry.linkage import commands

    found = commands.link(snapshot, unidentified, out, model)
    if as_json:
        return emit_json({name: asdict(counts) for name, counts in found.items()})
    commands.tables(found)
    return say(
        f"自动关联：{out / 'links.parquet'}（建快照时用 --links）  候选：{out / 'pairs.parquet'}",
        f"Links: {out / 'links.parquet'} (for build --links)  candidates: {out / 'pairs.parquet'}",
    )


@app.command("show", epilog="例 Example: yiyang registry show out/s11")
def show_command(
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="快照文件夹。A snapshot.")],
    as_json: AsJson = False,
) -> None:
    """各登记册行数、待核原因。Rows by register and reasons of quarantine; checks that the files are whole."""
    from yiyang.registry import show
    from yiyang.registry.snapshot import open_snapshot

    opened = open_snapshot(snapshot)
    opened.verify()
    return emit_json(show.summary(opened)) if as_json else show.tables(opened)


@app.command("groups", epilog="例 Example: yiyang registry groups out/s11 --previous out/s10 --area 511724")
def groups_command(
    snapshot: Annotated[Path, typer.Argument(metavar="SNAPSHOT", help="快照文件夹。A snapshot.")],
    area: Annotated[
        str | None, typer.Option(metavar="CODE", help="只看这个地区，代码或全名。Only this area, by code or name.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="SNAPSHOT", help="与这个快照比进入、退出。Who entered and left since.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """独居、空巢、失能等重点人群的人数、分布和进出。Hardship groups: how many, where, who entered and left, and why."""
    from yiyang.registry import group_figures

    told = group_figures.figures(snapshot, area, previous)
    if as_json:
        return emit_json(told)
    group_figures.tables(told)
    return say("* 每月探访的六类人群。", "* The six groups that are visited every month.")


@app.command("contracts", epilog="例 Example: yiyang registry contracts --json")
def contracts_command(
    register: Annotated[str | None, typer.Argument(metavar="[REGISTER]", help="只看一个。Only one.")] = None,
    as_json: AsJson = False,
) -> None:
    """各部门应交的登记册、文件名、列。What each department delivers."""
    from yiyang.registry import show
    from yiyang.registry.contracts import delivered, load_contracts

    contracts = delivered(load_contracts())
    if register is not None and register not in contracts:
        raise UsageError(
            f"没有登记册 {register}；可用：{'、'.join(contracts)}",
            f"there is no register {register}; known: {', '.join(contracts)}",
        )
    chosen = {name: contract for name, contract in contracts.items() if register in (None, name)}
    if as_json:
        return emit_json([show.as_json(contract) for contract in chosen.values()])
    return show.contract(chosen[register]) if register else show.contracts(chosen)


@app.command("freeze", epilog="例 Example: yiyang registry freeze --area 511724 --out out/s11")
def freeze_command(
    out: Annotated[Path, typer.Option(metavar="SNAPSHOT", help="快照输出到这里。Where the snapshot goes.")],
    area: Annotated[str, typer.Option(metavar="CODE", help="区划代码或名称。Code or name of the area.")],
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="月份，默认最新。Month; the latest by default.")] = "",
    known: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="只取当天已知的数据。As known on this day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """从平台数据库直接生成快照，与由文件生成的逐字节相同。A snapshot straight from the platform's database."""
    from yiyang.areas.logic import require
    from yiyang.base import platform
    from yiyang.base.screen import progress
    from yiyang.registry import show

    code, day = require(area).code, _day(known) if known else None
    with platform.started(), progress("冻结快照", "freeze a snapshot", total=22) as bar:
        from yiyang.registry.freezing import freeze_now

        made = freeze_now(out, area=code, month=month, known=day, tell=lambda step: bar.step(step, step))
    if as_json:
        return emit_json(show.summary(made))
    show.tables(made)
    return say(f"快照：{out}", f"Snapshot: {out}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else _refuse(text)
    except ValueError:
        return _refuse(text)


def _refuse(text: str) -> date:
    raise UsageError(
        f"日期 {text} 写法不对，应为 2026-11-05 这样的年-月-日。", f"{text} is no date; write it as 2026-11-05."
    )
