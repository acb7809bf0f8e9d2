"""The report as a workbook: findings by document and severity, what was dismissed and why, which checks were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from yiyang.access.sheets import is_dangerous
from yiyang.base.output import atomic_file
from yiyang.planning.coherence.checks import CHECKS
from yiyang.planning.coherence.findings import Report
from yiyang.planning.coherence.telling import HEADS, groups, row

_WIDTHS = (9, 16, 60, 44, 18, 44, 18, 14, 8, 18)
_GREEN, _WASH = "#1F6650", "#F4F6F3"


def xlsx(report: Report, path: Path) -> None:
    """Write the report. Raises StorageError where the file cannot be written."""
    import xlsxwriter

    with atomic_file(path) as work:
        book = xlsxwriter.Workbook(str(work), {"strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"title": "规划矛盾检查报告"})
        _sheet(book, "矛盾", ("文件", *HEADS), (16, *_WIDTHS), _found(report))
        dismissed = [(each.reason, *row(report, each.finding)) for each in report.dismissed]
        _sheet(book, "已排除", ("排除理由", *HEADS), (30, *_WIDTHS), dismissed)
        _sheet(book, "检查项目", ("检查", "内容"), (20, 70), [(each.zh, each.what_zh) for each in CHECKS])
        book.close()


def _found(report: Report) -> Iterable[tuple[str, ...]]:
    return [(group.title, *row(report, each)) for group in groups(report) for each in group.findings]


def _sheet(book: Any, name: str, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": _GREEN, "text_wrap": True})
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C9D1CC"})
    # A text of the user's file that begins like a formula stays text, also where it is edited.
    quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True, "bg_color": _WASH})
    last = 0
    for at, (title, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, head)
    for last, values in enumerate(rows, 1):
        for at, value in enumerate(values):
            sheet.write_string(last, at, value, quoted if is_dangerous(value) else cell)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
