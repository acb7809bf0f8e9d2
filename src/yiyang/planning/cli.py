"""Commands: plan read, plan check."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from yiyang.areas.logic import full_name, require
from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, say, show_table, t
from yiyang.planning.check_cli import EXAMPLE, check_command
from yiyang.planning.records import Correction, Document

app = typer.Typer(name="plan", no_args_is_help=True, help="规划文件：读成数据、查矛盾。Plans read as data and checked.")
app.command("check", epilog=EXAMPLE)(check_command)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="TXT、DOCX、XLSX 或 PDF 文件。A plan's file.")]
AreaOf = Annotated[str, typer.Option("--area", help="文件所属区划，代码或全名；默认由标题认出。The area it is for.")]
Put = Annotated[
    Path,
    typer.Option("--corrections", metavar="FILE", help="已核对的更正（JSON：key、field、value）。What was put right."),
]


@app.command("read", epilog="例 Example: yiyang plan read 规划.docx --area 511724 --json")
def read_command(file: File, area: AreaOf = "", corrections: Put | None = None, as_json: AsJson = False) -> None:
    """把规划文件读成数据：项目、合计、指标、任务、清单，各带出处；拿不准的列出。A plan as records with places."""
    from yiyang.planning.reading import read

    if not file.is_file():
        raise UsageError(f"没有文件 {file}。", f"There is no file {file}.")
    put_right = _corrections(corrections) if corrections else ()
    found = read(file, area=require(area).code if area else None, corrections=put_right)
    if as_json:
        return emit_json(as_data(found))
    return _tell(found)


def _corrections(path: Path) -> tuple[Correction, ...]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Correction(row["key"], row["field"], str(row["value"])) for row in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"更正文件 {path} 读不出来：应是 JSON 列表，每项有 key、field、value。",
            f"Cannot read the corrections in {path}: a JSON list whose items have key, field and value.",
            [(str(error), str(error))],
        ) from None


def as_data(document: Document) -> dict[str, Any]:
    """A document as plain data for JSON: decimals as text, days in ISO form, blocks and lines left out."""
    made: dict[str, Any] = _plain(asdict(document))
    for name in ("lines", "blocks"):
        del made[name]
    return made


def _plain(value: object) -> Any:
    if isinstance(value, dict):
        return {key: dict(_plain(each)) if key == "fields" else _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _tell(found: Document) -> None:
    place = full_name(found.area) if found.area else t("区划未认出", "area unknown")
    say(f"《{found.title}》　{place}", f"{found.title} — {place}")
    counts = [
        (t("表格", "tables"), len(found.tables)),
        (t("项目", "projects"), len(found.projects)),
        (t("合计和小计", "totals"), len(found.totals)),
        (t("指标", "indicators"), len(found.indicators)),
        (t("任务", "tasks"), len(found.tasks)),
        (t("清单和专栏条目", "items of lists and boxes"), len(found.measures)),
        (t("拿不准的", "doubts"), len(found.doubts)),
    ]
    columns = [(t("读到的", "What was read"), "left"), (t("数量", "how many"), "right")]
    show_table(t("读到的内容", "What was read"), columns, counts)
    _tell_doubts(found)


def _tell_doubts(found: Document) -> None:
    columns = [(t("行", "line"), "right"), (t("拿不准什么", "doubt"), "left"), (t("把握", "sure"), "right")]
    rows = [(each.where.line, each.what, f"{each.sure:.0%}") for each in found.doubts]
    if rows:
        show_table(t("请人核对", "For a person to look at"), columns, rows)
