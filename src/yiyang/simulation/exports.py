"""A result as a workbook and as a PDF: figures with the date, the run, the list's hash and what was assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.template.loader import render_to_string

from yiyang.access.sheets import is_dangerous
from yiyang.catalog import pdf as catalog_pdf
from yiyang.kit import wording

Json = dict[str, Any]
Rows = Sequence[Sequence[Any]]
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
MADE_UP = "虚构数据，仅供演示"


@dataclass(frozen=True)
class About:
    """Whose simulation it is, and when it was taken out."""

    title: str
    area: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """One table of a result. Columns named with 元 hold yuan."""

    name: str
    heads: tuple[str, ...]
    rows: Rows


def notes(result: Json, about: About) -> list[tuple[str, str]]:
    """What a reader must know before he trusts a figure."""
    found = [
        ("方案", about.title),
        ("区划", about.area),
        ("改动", "；".join(result["said"])),
        ("基准", f"{wording.month(result['month'])}月度运行，数据截至 {result['known']}，在册 {result['people']:,} 人"),
        ("清单指纹", result["list_hash"]),
        ("制作", f"{about.who} {about.at:%Y-%m-%d %H:%M}"),
        ("口径", "只计确定享受的人和金额；户籍或居住在本区划的老年人；按年折算（一次性、每次的按一次计）。"),
        (
            "未计入",
            f"{result['undecided']:,} 人因事实不明待定，如全部认定，一年还需 {wording.money(result['open_year_fen'])}",
        ),
    ]
    if method := result.get("outlook", {}).get("method"):
        found.append(("五年推算", method))
    return [*found, ("性质", MADE_UP)] if result["synthetic"] else found


def sheets(result: Json) -> list[Sheet]:
    """The tables of a result, money in yuan."""
    change = ("一年增减（元）", "增加（人）", "减少（人）")
    found = [
        Sheet(
            "项目",
            ("项目", *change, "新纳入（人）", "不再享受（人）"),
            [
                (row["name_zh"], *_change(row), row["newly_entitled"], row["no_longer_entitled"])
                for row in result["items"]
            ],
        ),
        Sheet("区划", ("区划", *change), [(row["name"], *_change(row)) for row in result["by_area"]]),
        Sheet("年龄", ("年龄", *change), [(row["group"], *_change(row)) for row in result["by_age"]]),
        Sheet("对象", ("对象", *change), [(row["group"], *_change(row)) for row in result["by_hardship"]]),
        Sheet(
            "每人增减",
            ("从（元/年）", "到（元/年）", "人数"),
            [(row["from_fen"] / 100, row["to_fen"] / 100, row["people"]) for row in result["histogram"]],
        ),
        Sheet(
            "典型人群",
            ("人群", "每人一年增减（元）", "人数"),
            [(row["who"], row["fen"] / 100, _few(row)) for row in (*result["losing"], *result["winning"])],
        ),
    ]
    if rows := result.get("outlook", {}).get("rows"):
        heads = ("年份", "现行（元）", "改动后（元）", "增减（元）")
        found.append(Sheet("今后五年", heads, [(year, *(fen / 100 for fen in fens)) for year, *fens in rows]))
    return [sheet for sheet in found if sheet.rows]


def _change(row: Json) -> tuple[float, int, int]:
    return row["budget_year_fen"] / 100, row["winners"], row["losers"]


def _few(row: Json) -> int | str:
    return "不足 5" if row["people"] is None else row["people"]


def xlsx(result: Json, about: About) -> bytes:
    """The workbook's bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    book.set_properties({"title": about.title, "author": about.who, "comments": MADE_UP if result["synthetic"] else ""})
    title = book.add_format({"bold": True, "font_size": 16, "font_color": "#1F6650"})
    wrap, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True, "valign": "top"})
    page = book.add_worksheet("说明")
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, f"{about.area} {about.title}", title)
    for line, (name, text) in enumerate(notes(result, about), 2):
        page.write_string(line, 0, name, bold)
        page.write_string(line, 1, text, wrap)
    for sheet in sheets(result):
        _sheet(book, sheet)
    book.close()
    return out.getvalue()


def _sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF", "text_wrap": True})
    forms = {True: book.add_format({"num_format": "#,##0.00"}), False: book.add_format({"num_format": "#,##0"})}
    text, year = book.add_format({"text_wrap": True}), book.add_format({"num_format": "0"})
    for place, name in enumerate(sheet.heads):
        page.set_column(place, place, 44 if name == "人群" else 18)
        page.write_string(0, place, name, head)
    for line, row in enumerate(sheet.rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(line, place, f"'{value}" if is_dangerous(value) else value, text)
            else:
                name = sheet.heads[place]
                page.write_number(line, place, value, year if name == "年份" else forms["元" in name])
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def pdf(result: Json, about: About) -> bytes:
    """The report's bytes. Raises MissingPart where WeasyPrint, pango or a Chinese font is missing."""
    weasyprint, out = catalog_pdf.ready(), BytesIO()
    printed = [
        Sheet(
            sheet.name, sheet.heads, [[_printed(sheet, n, value) for n, value in enumerate(row)] for row in sheet.rows]
        )
        for sheet in sheets(result)
    ]
    context = {"about": about, "result": result, "notes": notes(result, about), "sheets": printed, "made_up": MADE_UP}
    page = render_to_string("simulation/report.html", context)
    style = weasyprint.CSS(string=render_to_string("simulation/report.css"))
    weasyprint.HTML(string=page).write_pdf(out, stylesheets=[style], pdf_tags=True)
    return out.getvalue()


def _printed_rows(sheet: Sheet) -> list[list[str]]:
    return [[_printed(sheet, place, value) for place, value in enumerate(row)] for row in sheet.rows]


def _printed(sheet: Sheet, place: int, value: Any) -> str:
    if isinstance(value, str) or sheet.heads[place] == "年份":
        return str(value)
    return f"{value:,.2f}" if "元" in sheet.heads[place] else f"{value:,}"


def answer(body: bytes, form: str, name: str) -> HttpResponse:
    """A file to be saved, under a Chinese name."""
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f"attachment; filename=simulation.{form}; filename*=UTF-8''{quote(name)}.{form}"
    return response
