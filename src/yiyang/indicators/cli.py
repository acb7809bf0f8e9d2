"""Commands: indicators check, indicators measure, indicators show, indicators report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base import platform
from yiyang.base.errors import UsageError
from yiyang.base.output import atomic_file
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.access.scope import Scope
    from yiyang.indicators.reading import Line

app = typer.Typer(name="indicators", no_args_is_help=True, help="指标。Indicators.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Where = Annotated[str, typer.Option("--area", help="区划代码或名称，缺省为本平台负责的区划。The area.")]
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="统计日期，缺省为今天。The day of the figures.")
]
NAME = "yiyang indicators"


@app.command("check", epilog="例 Example: yiyang indicators check")
def check_command(as_json: AsJson = False) -> None:
    """检查 policy/indicators：格式、公式、文件、区划。Check policy/indicators: schema, formulas, documents, areas."""
    from yiyang.indicators.policy import load_indicators

    found = load_indicators()
    measured = sum(each.measure is not None for each in found.values())
    targets = sum(len(each.targets) for each in found.values())
    if as_json:
        return emit_json({"indicators": len(found), "measured": measured, "targets": targets})
    return say(
        f"{len(found)} 项指标，{measured} 项可实测，{targets} 个目标，没有问题。",
        f"{len(found)} indicators, {measured} measured, {targets} targets; nothing is wrong.",
    )


@app.command("measure", epilog="例 Example: yiyang indicators measure --on 2026-10-31")
def measure_command(
    area: Where = "",
    on: Day = None,
    known: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="获知日期：按那天已知的登记册重新归集。As known on this day."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """测量一个区划及以下的全部指标并保存。Measure every indicator of an area and all below it, and keep the figures."""
    with platform.started():
        from yiyang.areas.logic import require
        from yiyang.audit.record import work
        from yiyang.indicators import measuring

        with work(_scope()) as by:
            codes = [require(area).code] if area else []
            made = measuring.measure(by=by, on=_day(on), known=known.date() if known else None, areas=codes)
    if not made:
        raise UsageError("还没有可以测量的区划：先入库登记册、启用月度运行。", "There is nothing to measure yet.")
    if as_json:
        names = ("area_code", "figures", "seconds", "basis")
        return emit_json({"measured": [{name: getattr(each, name) for name in names} for each in made]})
    for each in made:
        say(
            f"{each.area_code:012d}：{each.figures:,} 个数值，{each.seconds} 秒。",
            f"{each.area_code:012d}: {each.figures:,} figures in {each.seconds} s.",
        )
    return None


@app.command("show", epilog="例 Example: yiyang indicators show --area 511724")
def show_command(area: Where = "", on: Day = None, as_json: AsJson = False) -> None:
    """列出一个区划的指标、目标和状态。Show the indicators of an area with targets and lights."""
    with platform.started():
        from yiyang.audit.record import work

        with work(_scope()):
            code, lines = _lines(area, on)
            rows = [_told(each, code) for each in lines]
    if as_json:
        return emit_json({"area": f"{code:012d}", "on": f"{_day(on)}", "indicators": rows})
    heads = [(t("指标", "indicator"), "left"), (t("数值", "value"), "right"), (t("来源", "source"), "left")]
    heads += [(t("目标", "target"), "left"), (t("状态", "light"), "left")]
    shown = [[row["name"], row["written"], row["source_zh"], row["target"], row["light_zh"]] for row in rows]
    return show_table(f"{code:012d} {_day(on)}", heads, shown)


@app.command("report", epilog="例 Example: yiyang indicators report --area 511724 --year 2026 --out report.pdf")
def report_command(
    out: Annotated[Path, typer.Option(help="输出文件：.xlsx 全部指标，.pdf 年度报告。The file: .xlsx or .pdf.")],
    area: Where = "",
    on: Day = None,
    year: Annotated[int, typer.Option(help="年度报告的年份，缺省为今年。The year of the report.")] = 0,
    as_json: AsJson = False,
) -> None:
    """写出指标表（xlsx）或年度报告（pdf）。Write the workbook of figures or the yearly report."""
    if out.suffix.lower() not in (".xlsx", ".pdf"):
        raise UsageError("输出文件应为 .xlsx 或 .pdf。", "The file is to be .xlsx or .pdf.")
    with platform.started():
        from django.utils import timezone

        from yiyang.audit.record import work
        from yiyang.indicators import reports

        with work(_scope()):
            code, lines = _lines(area, on)
            now = timezone.localtime()
            if out.suffix.lower() == ".xlsx":
                body = reports.xlsx(lines, reports.About(code, _day(on), NAME, now))
            else:
                body = reports.year_pdf(reports.yearly(code, year or now.year, NAME, now))
    with atomic_file(out) as work_file:
        work_file.write_bytes(body)
    if as_json:
        return emit_json({"file": str(out), "area": f"{code:012d}", "bytes": len(body)})
    return say(f"已写出 {out}", f"Wrote {out}")


def _lines(area: str, on: datetime | None) -> tuple[int, list[Line]]:
    from yiyang.areas.logic import require
    from yiyang.indicators import measuring, reading

    roots = measuring.roots()
    if not area and not roots:
        raise UsageError("请用 --area 指明区划。", "Name an area with --area.")
    code = require(area).code if area else roots[0]
    return code, reading.board(code, _day(on))


def _told(line: Line, area: int) -> dict[str, Any]:
    from yiyang.indicators import said
    from yiyang.indicators.logic import LIGHTS
    from yiyang.indicators.policy import written

    found, figure = line.indicator, line.figure
    return {
        "indicator": found.id, "name": found.name.zh, "value": line.value, "unit": found.unit,
        "written": f"{written(found, line.value)} {found.unit}" if figure else "—",
        "source": figure.source if figure else None, "source_zh": said.source_word(figure),
        "on": f"{figure.on}" if figure else None, "target": said.target_word(found, line.target),
        "light": line.light, "light_zh": LIGHTS[line.light][1],
    }  # fmt: skip


def _day(on: datetime | None) -> date:
    from django.utils import timezone

    return on.date() if on else timezone.localdate()


def _scope() -> Scope:
    from yiyang.access.scope import platform as platform_scope

    return platform_scope(NAME)
