"""`yiyang list …`: show, check, compare and date the lists of `policy/`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

app = typer.Typer(name="list", no_args_is_help=True, help="清单：查看、检查、比较。Lists: show, check, compare.")

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]


def day(text: str | None) -> date:
    """A --on DATE; today when not given."""
    from yiyang.base.errors import UsageError

    if text is None:
        return date.today()  # noqa: DTZ011  (the command line is where today enters)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"日期应写作 2026-11-01，不是 {text}", f"write a date as 2026-11-01, not {text}") from None


On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="以哪一天为准，默认今天。As of which day.")]


@app.command("check")
def check_command(
    areas: Annotated[list[str] | None, typer.Argument(metavar="[AREA]...", help="地区代码或名称，默认全部。")] = None,
    on: On = None,
    notes: Annotated[bool, typer.Option("--notes", help="连同说明一起列出。List notes as well.")] = False,
    spark: Annotated[bool, typer.Option("--spark", help="案例也在 Spark 上运行。Run cases on Spark too.")] = False,
    as_json: AsJson = False,
) -> None:
    """检查清单：格式、漏档、重叠、永假永真的条件、缺失或到期的取值、工作案例。Check lists.

    例如 For example: yiyang list check 511724
    """
    from yiyang.catalog import commands

    commands.check(areas or [], day(on), notes=notes, spark=spark, as_json=as_json)
