"""The yearly evaluation of tasks: what came out, as a page's figures, a workbook and a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string

from yiyang.access.sheets import is_dangerous
from yiyang.catalog.pdf import ready
from yiyang.planning import task_page
from yiyang.planning.models import Evaluation
from yiyang.planning.task_page import Judged, UnitLine

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
HEADS = ("文件", "序号", "任务", "牵头单位", "进度（%）", "评价", "评语", "是否逾期")


@dataclass(frozen=True)
class Yearly:
    """A year's evaluation: counts by grade, each task, each unit."""

    year: int
    on: date
    counts: tuple[tuple[str, int], ...]
    rows: tuple[Judged, ...]
    units: tuple[UnitLine, ...]
    titles: Mapping[str, str]


def of_year(tasks: QuerySet[Any], year: int, today: date) -> Yearly:
    """The evaluation of a year as it stands today."""
    rows = tuple(task_page.evaluation(tasks, year, today))
    words = [*(label for _, label in Evaluation.Grade.choices), "未评价"]
    counts = tuple((word, sum(row.word == word for row in rows)) for word in words)
    titles = dict(task_page.documents(tasks))
    return Yearly(year, today, counts, rows, tuple(task_page.by_unit(tasks, today)), titles)


def cells(made: Yearly) -> list[tuple[Any, ...]]:
    """The rows as they stand in a sheet."""
    return [
        (
            made.titles.get(row.task.document, row.task.document), row.task.number, row.task.title, row.lead,
            row.task.done, row.word, row.words, "是" if row.is_overdue else "",
        )
        for row in made.rows
    ]  # fmt: skip


def xlsx(made: Yearly) -> bytes:
    """The workbook: tasks, then units."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    _sheet(book, "任务", HEADS, cells(made))
    units = [
        (each.name, each.leads, each.parts, each.done, each.overdue, each.silent, each.mean) for each in made.units
    ]
    _sheet(book, "单位", ("单位", "牵头", "参加", "已完成", "逾期", "久未填报", "平均进度（%）"), units)
    book.close()
    return out.getvalue()


def _sheet(book: Any, name: str, heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    sheet = book.add_worksheet(name)
    bold, quoted = book.add_format({"bold": True, "bg_color": "#F4F6F3"}), book.add_format({"quote_prefix": True})
    sheet.write_row(0, 0, heads, bold)
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            sheet.write(at, column, value, quoted if isinstance(value, str) and is_dangerous(value) else None)
    sheet.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    sheet.freeze_panes(1, 0)
    sheet.autofit(300)


def pdf(made: Yearly) -> bytes:
    """The report on paper. Raises MissingPart where WeasyPrint, pango or a Chinese font is not there."""
    weasyprint = ready()
    page = render_to_string("planning/evaluation_paper.html", {"made": made, "heads": HEADS, "cells": cells(made)})
    style = weasyprint.CSS(string=render_to_string("planning/evaluation_paper.css"))
    written: bytes = weasyprint.HTML(string=page).write_pdf(stylesheets=[style], pdf_tags=True)
    return written


WRITERS: Mapping[str, Callable[[Yearly], bytes]] = {"xlsx": xlsx, "pdf": pdf}
