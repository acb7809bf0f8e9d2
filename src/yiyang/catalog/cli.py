"""`yiyang list …`: show, check, compare and date the lists of `policy/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yiyang.base.clock import today
from yiyang.catalog import commands
from yiyang.catalog.commands import Show, parse_day
from yiyang.catalog.compare_cli import compare_command

app = typer.Typer(name="list", no_args_is_help=True, help="清单：查看、检查、比较。Lists: show, check, compare.")

Area = Annotated[str, typer.Argument(metavar="AREA", help="地区代码或名称。An area's code or name.")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="以哪一天为准，默认今天。As of which day.")]


@app.command("show")
def show_command(
    area: Area,
    on: On = None,
    how: Annotated[Show, typer.Option("--format", help="输出方式。How to show it.")] = Show.TABLE,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="写入文件。Write to a file.")] = None,
    own: Annotated[bool, typer.Option("--own", help="只看本级清单。Only the area's own items.")] = False,
    publisher: Annotated[str | None, typer.Option(help="PDF 上的发布单位。The publisher on the PDF.")] = None,
    contact: Annotated[str | None, typer.Option(help="PDF 上的咨询方式。The contact line on the PDF.")] = None,
) -> None:
    """查看一个地区现行的清单（本级项目，加上级未被本级替代的项目）。Show the list in force for an area.

    例如 For example: yiyang list show 大竹县 --format pdf --out 大竹县清单.pdf
    """
    chosen = Show.JSON if as_json else how
    commands.show(area, parse_day(on, today()), chosen, out, own=own, publisher=publisher, contact=contact)


@app.command("check")
def check_command(
    areas: Annotated[list[str] | None, typer.Argument(metavar="[AREA]...", help="默认全部。All by default.")] = None,
    on: On = None,
    notes: Annotated[bool, typer.Option("--notes", help="连同说明一起列出。List notes as well.")] = False,
    spark: Annotated[bool, typer.Option("--spark", help="案例也在 Spark 上运行。Run cases on Spark too.")] = False,
    as_json: AsJson = False,
) -> None:
    """检查清单：格式、漏档、重叠、永假永真的条件、缺失或到期的取值、工作案例。Check lists.

    有错误时退出码为 3，只有案例不符时为 10。Exit code 3 for errors, 10 for failed cases.
    例如 For example: yiyang list check 511724
    """
    commands.check(areas or [], parse_day(on, today()), notes=notes, spark=spark, as_json=as_json)


@app.command("diff")
def diff_command(
    a: Annotated[str, typer.Argument(metavar="A", help="地区，或清单文件夹。An area, or a folder with a list.")],
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="默认与 A 相同。The same as A by default.")] = None,
    on: On = None,
    on_b: Annotated[str | None, typer.Option("--on-b", metavar="DATE", help="B 以哪一天为准。The day for B.")] = None,
    as_json: AsJson = False,
) -> None:
    """两个地区的清单，或同一清单在两个日期，有什么不同。What differs between two lists.

    例如 For example: yiyang list diff 大竹县 --on 2016-01-01 --on-b 2026-11-01
    """
    commands.diff(a, b, on, on_b, today(), as_json=as_json)


@app.command("history")
def history_command(
    area: Area,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="项目的 id。The item's id.")],
    as_json: AsJson = False,
) -> None:
    """一个项目历次的标准和依据。An item's figures by date, with sources.

    例如 For example: yiyang list history 大竹县 destitute_support_dispersed
    """
    commands.history(area, item, as_json=as_json)


@app.command("schema")
def schema_command(
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="默认 policy/schema。")] = None,
    check_only: Annotated[bool, typer.Option("--check", help="只检查是否最新。Only whether they are current.")] = False,
) -> None:
    """生成 policy 文件的 JSON Schema，供编辑器补全和检查。Generate JSON Schemas for editors.

    例如 For example: yiyang list schema --check
    """
    commands.schema(out, check_only=check_only)


app.command("compare")(compare_command)
