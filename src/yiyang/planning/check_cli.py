"""`yiyang plan check DIR`: where do the plans of a folder contradict themselves and each other?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import yaml

from yiyang.areas.logic import require
from yiyang.base.errors import Contradiction, UsageError
from yiyang.base.screen import emit_json, progress, say, show_table, t

if TYPE_CHECKING:
    from yiyang.planning.coherence import Report
    from yiyang.planning.records import Document

EXAMPLE = "例 Example: yiyang plan check 规划文件夹 --area 大竹规划=511724 --xlsx 矛盾.xlsx"


def check_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="规划文件所在的文件夹。The folder of the plans.")],
    area: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=CODE", help="文件名=区划，缺省由标题认出。Whose plan a file is, if not by its title."
        ),
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="另存为 Excel。Also as a workbook.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="另存为 PDF。Also as a PDF.")] = None,
    dismissals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="已排除的，YAML：编号: 理由。Dismissed findings: key: reason.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")] = False,
) -> None:
    """检查规划文件自相矛盾、互相矛盾之处，列出两处位置和两个数。Contradictions in and between plans.

    有矛盾时退出码为 17；只有提示不算。Exit code 17 when there are contradictions; hints do not count.
    """
    from yiyang.planning.coherence import check
    from yiyang.planning.coherence.telling import as_data

    reasons = _dismissals(dismissals) if dismissals else {}
    report = check(_documents(folder, _areas(area or [])), dismissed=reasons)
    _save(report, xlsx, pdf)
    if as_json:
        emit_json(as_data(report))
    else:
        _tell(report)
    if report.contradictions:
        raise _contradicted(report)


def _documents(folder: Path, areas: dict[str, int]) -> list[Document]:
    from yiyang.planning.reading import SUFFIXES, read

    if not folder.is_dir():
        raise UsageError(
            f"{folder} {'是文件，请给它所在的文件夹' if folder.exists() else '不存在'}。",
            f"{folder} is {'a file: name its folder' if folder.exists() else 'not there'}.",
        )
    files = sorted(each for each in folder.glob("*") if each.suffix.lower() in SUFFIXES)
    if not files:
        raise UsageError(
            f"{folder} 里没有规划文件（{'、'.join(SUFFIXES)}）。", f"No plans ({', '.join(SUFFIXES)}) in {folder}."
        )
    if unknown := sorted(set(areas) - {each.stem for each in files}):
        raise UsageError(
            f"--area 所写的文件不在 {folder}：{'、'.join(unknown)}。", f"No such file: {', '.join(unknown)}."
        )
    found = []
    with progress("读规划文件", "Reading plans", len(files)) as steps:
        for file in files:
            steps.step(file.name, file.name)
            found.append(read(file, slug=_slug(file, files), area=areas.get(file.stem)))
    return found


def _slug(file: Path, files: Sequence[Path]) -> str:
    """The file's name without its ending; with it where two files differ only by that."""
    return file.name if sum(each.stem == file.stem for each in files) > 1 else file.stem


def _areas(said: Sequence[str]) -> dict[str, int]:
    found = {}
    for each in said:
        name, sign, code = each.partition("=")
        if not sign or not name:
            raise UsageError(f"--area 写作“文件名=区划”，不是“{each}”。", f"--area is NAME=CODE, not “{each}”.")
        found[name] = require(code).code
    return found


def _dismissals(path: Path) -> dict[str, str]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"读不了 {path}：{error}。", f"Cannot read {path}: {error}.") from None
    if not isinstance(found, dict) or not all(isinstance(reason, str) and reason for reason in found.values()):
        raise UsageError(f"{path} 应每行写“编号: 理由”。", f"{path} must hold “key: reason” lines.")
    return {str(key): reason for key, reason in found.items()}


def _save(report: Report, xlsx: Path | None, pdf: Path | None) -> None:
    if xlsx:
        from yiyang.planning.coherence import workbook

        workbook.xlsx(report, xlsx)
    if pdf:
        from yiyang.planning.coherence import paper

        paper.pdf(report, pdf)


def _tell(report: Report) -> None:
    from yiyang.planning.coherence.telling import groups, row

    columns = [
        (t("程度", "Severity"), "left"),
        (t("检查", "Check"), "left"),
        (t("说明", "Why"), "left"),
        (t("两处", "Both places"), "left"),
        (t("两数", "Both figures"), "left"),
        (t("把握", "Sure"), "right"),
        (t("编号", "Key"), "left"),
    ]
    for group in groups(report):
        rows = []
        for each in group.findings:
            severity, name, why, first, one, second, other, _, sure, key = row(report, each)
            rows.append((severity, name, why, f"{first}\n{second}", f"{one}\n{other}", sure, key))
        show_table(f"《{group.title}》", columns, rows)
    if report.dismissed:
        say(f"已排除 {len(report.dismissed)} 处。", f"{len(report.dismissed)} dismissed.")
    _tell_unread(report)
    if not report.contradictions:
        say("没有发现矛盾。", "No contradictions found.")


def _tell_unread(report: Report) -> None:
    """That nothing contradicts in a document says nothing where nothing was read in it."""
    for each in report.documents:
        if not (each.projects or each.totals or each.indicators or each.tasks or each.measures):
            say(
                f"“{each.slug}”里没有读到项目、指标、任务或清单，只核对了正文。",
                f"No project, indicator, task or list was found in “{each.slug}”: only its text was checked.",
            )


def _contradicted(report: Report) -> Contradiction:
    count = len(report.contradictions)
    return Contradiction(
        f"发现 {count} 处矛盾。逐处核对原文后修改；确认无误的，把编号和理由写进 --dismissals 的文件。",
        f"{count} contradictions. Mend the plans, or put key and reason of false alarms into the --dismissals file.",
    )
