"""Commands: instruments check, instruments show, instruments score, instruments compare."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base.clock import today
from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    import pyarrow as pa

    from yiyang.assessment.instrument import Instrument

app = typer.Typer(
    name="instruments", no_args_is_help=True, help="评估标准：查看、检查、计分。Scales: show, check, score."
)
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Scale = Annotated[str, typer.Argument(metavar="SCALE", help="标准编号，如 gbt_42195_2022。A scale's id.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help=".json .csv .xlsx .parquet")]
Version = Annotated[
    str | None, typer.Option("--version", help="版本，默认今天施行的。The version; today's by default.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=".csv 或 .parquet。Write the answer here.")]
# More rows are counted by level instead of listed.
LISTED = 40


class How(StrEnum):
    PLAIN = "plain"
    FHIR = "fhir"
    FORM = "form"


@app.command("check", epilog="例 Example: yiyang instruments check")
def check_command(as_json: AsJson = False) -> None:
    """检查全部评估标准：格式、出处、分界、矩阵、规则，并运算工作案例。Check every scale and its worked cases.

    有错误时退出码为 3，只有案例不符时为 10。Exit code 3 for errors, 10 for failed cases.
    """
    from yiyang.assessment import scales, worked

    count = worked.check()
    found = [one for versions in scales.versions().values() for one in versions]
    rows = [
        [one.id, one.version, one.name, one.kind, len(one.items), one.max, one.starts, one.fingerprint] for one in found
    ]
    heads = ("id", "version", "name", "kind", "items", "points", "starts", "fingerprint")
    if as_json:
        emit_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    words = ("编号", "版本", "名称", "用法", "条目", "满分", "施行", "计分指纹")
    show_table(t("评估标准", "Scales"), [(t(*pair), "left") for pair in zip(words, heads, strict=True)], rows)
    say(f"没有问题；{count} 个工作案例相符。", f"No problems; {count} worked cases agree.")


@app.command("show", epilog="例 Example: yiyang instruments show ltci_2021 --json --as fhir")
def show_command(
    scale: Scale,
    version: Version = None,
    as_json: AsJson = False,
    shape: Annotated[How, typer.Option("--as", help="JSON 的样子：plain、fhir、form（手机表单）。")] = How.PLAIN,
) -> None:
    """一个评估标准的条目、选项、分值、分界和规则。A scale's items, options, points, borders and rules.

    写了 --as 就以 JSON 输出。With --as it answers in JSON.
    """
    from yiyang.assessment import asking, exchange_fhir

    found = _scale(scale, version)
    if shape is How.FHIR:
        emit_json(exchange_fhir.questionnaire(found))
    elif shape is How.FORM:
        emit_json(asking.form_of(found))
    elif as_json:
        emit_json(asdict(found))
    else:
        _show(found)


@app.command("score", epilog="例 Example: yiyang instruments score answers.csv --scale gbt_42195_2022 --out levels.csv")
def score_command(
    file: File,
    scale: Annotated[str, typer.Option("--scale", help="标准编号。A scale's id.")] = "gbt_42195_2022",
    version: Version = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """按答案计分：.json 是一份（条目→选项，或 FHIR QuestionnaireResponse），表格一行一份。Score answers.

    表格的列名以条目编号开头，其余的列照抄。Headings begin with an item's code; further columns are kept.
    """
    from yiyang.assessment import scales

    found = _scale(scale, version)
    if _there(file).suffix.lower() == ".json":
        emit_json(asdict(scales.score(found, _answers(found, file))))
        return
    table, keep = _table(found, file)
    _tell(scales.score_many(found, table, keep), out, as_json=as_json)


@app.command(
    "compare",
    epilog="例 Example: yiyang instruments compare gbt_42195_2022 2022.1 2022.2 answers.csv --out changed.csv",
)
def compare_command(scale: Scale, old: str, new: str, file: File, out: Out = None, as_json: AsJson = False) -> None:
    """同一批答案，换一个版本谁的等级会变。Whose level changes under another version, on the same answers."""
    from yiyang.assessment import scales

    before, after = (scales.version_of(scale, one) for one in (old, new))
    table, keep = _table(before, _there(file))
    found = scales.compare_versions(table, before, after, keep)
    counts = [[*row.values()] for row in found.counts.to_pylist()]
    say(f"{len(found.changed)} 份的等级会变。", f"{len(found.changed)} assessment(s) would have another level.")
    if out:
        _write(found.changed, out)
    if as_json:
        emit_json({"changed": found.changed.to_pylist(), "counts": found.counts.to_pylist()})
    else:
        columns = [
            (t("原等级", "old level"), "right"),
            (t("新等级", "new level"), "right"),
            (t("份", "forms"), "right"),
        ]
        show_table(t("两个版本", "Two versions"), columns, counts)


def _there(file: Path) -> Path:
    if not file.is_file():
        raise UsageError(f"没有文件 {file}。", f"There is no file {file}.")
    return file


def _scale(slug: str, version: str | None) -> Instrument:
    from yiyang.assessment import scales

    if version:
        return scales.version_of(slug, version)
    # Old scales can be looked at although they are in force no more.
    newest = scales.instruments().get(slug)
    is_over = newest and newest.ends
    return newest if newest and is_over else scales.current(slug, today())


def _answers(scale: Instrument, file: Path) -> dict[str, Any]:
    from yiyang.assessment import exchange_fhir

    try:
        raw = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise UsageError(f"{file} 不是合格的 JSON：{error}", f"{file} is no valid JSON: {error}") from error
    if not isinstance(raw, dict):
        raise UsageError(f"{file} 里应是条目→选项。", f"{file} should map items to options.")
    if "resourceType" in raw:
        return dict(exchange_fhir.read_response(raw, {f"{scale.id}|{scale.version}": scale}).answers)
    return dict(raw.get("answers", raw))


def _table(scale: Instrument, file: Path) -> tuple[pa.Table, list[str]]:
    """The file's table with items named by their codes, and its other columns."""
    from yiyang.assessment.exchange_csv import table_in

    table = table_in(scale, file)
    return table, [name for name in table.column_names if name not in scale.items]


def _tell(scored: pa.Table, out: Path | None, *, as_json: bool) -> None:
    if out:
        _write(scored, out)
    elif as_json:
        emit_json(scored.to_pylist())
    elif len(scored) <= LISTED:
        heads = [(name, "left") for name in scored.column_names]
        show_table(t("计分结果", "Scored"), heads, [_cells([*row.values()]) for row in scored.to_pylist()])
    else:
        counts = scored.group_by("level").aggregate([([], "count_all")]).sort_by("level")
        rows = [[*row.values()] for row in counts.to_pylist()]
        show_table(t("各等级份数", "By level"), [(t("等级", "level"), "right"), (t("份", "forms"), "right")], rows)


def _cells(row: Sequence[Any]) -> list[str]:
    return ["、".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell) for cell in row]


def _write(table: pa.Table, out: Path) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    from yiyang.base.output import atomic_file

    with atomic_file(out) as work:
        if out.suffix == ".parquet":
            pyarrow.parquet.write_table(table, work)
        else:
            pyarrow.csv.write_csv(_harmless(_flat(table)), work)
    say(f"已写出 {out}。", f"Wrote {out}.")


def _harmless(table: pa.Table) -> pa.Table:
    """Kept columns are what a file said: what a spreadsheet would take for a formula gets an apostrophe in front."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from yiyang.access.sheets import dangerous_pattern

    for place, name in enumerate(table.column_names):
        if pa.types.is_string(table[name].type):
            is_bad = pc.match_substring_regex(table[name], dangerous_pattern())
            quoted = pc.binary_join_element_wise("'", table[name], "")
            table = table.set_column(place, name, pc.if_else(is_bad, quoted, table[name]))
    return table


def _flat(table: pa.Table) -> pa.Table:
    """Points by part as columns of their own, rules as one text."""
    import pyarrow.compute as pc

    if "rules" not in table.column_names:
        return table
    joined = pc.binary_join(table["rules"].combine_chunks(), " ")
    return table.set_column(table.column_names.index("rules"), "rules", joined).flatten()


def _show(scale: Instrument) -> None:
    heads = [(t("条目", "item"), "left"), (t("名称", "name"), "left"), (t("选项", "options"), "left")]
    for title, items in (
        *((f"{part.code} {part.name}（{part.max}）", part.items) for part in scale.parts),
        *([(t("影响等级的情况", "Circumstances"), scale.circumstances)] if scale.circumstances else []),
    ):
        rows = [
            [item.code, t(item.name, item.name_en), "\n".join(f"{o.value} {o.text}" for o in item.options)]
            for item in items
        ]
        show_table(title, heads, rows)
    levels = [[level.level, t(level.name, level.name_en), level.lowest, level.value] for level in scale.levels]
    columns = (("等级", "level"), ("名称", "name"), ("最低分", "least points"), ("事实取值", "value of the fact"))
    show_table(t("等级", "Levels"), [(t(*pair), "left") for pair in columns], levels)
    for change in scale.changes:
        say(f"{change.code} {change.name}", f"{change.code} {change.name_en}")
    if scale.note:
        say(scale.note, scale.note)
