"""Figures taken along: a workbook of an area, and the yearly report with text, tables and drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from yiyang.access.sheets import is_dangerous
from yiyang.areas.names import full_name, name
from yiyang.catalog import pdf as catalog_pdf
from yiyang.indicators import reading, said
from yiyang.indicators.logic import LIGHTS, Light
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import GROUPS, load_indicators, written, year_end
from yiyang.indicators.printed import drawn
from yiyang.indicators.reading import Line

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
MADE_UP = "虚构数据，仅供演示"
HEADS = (
    "类别", "指标", "数值", "单位", "来源", "统计日期", "分子", "分母", "较上期", "目标", "目标性质", "状态",
    "趋势推算", "并列的数", "没有数值的原因", "未核对的文件目标",
)  # fmt: skip


WIDE_HEADS = ("指标", "趋势推算", "没有数值的原因", "未核对的文件目标")
# A unit, and no formula.
PLAIN = "%"


@dataclass(frozen=True)
class About:
    """Whose figures, for which day, taken out by whom and when."""

    area: int
    on: date
    who: str
    at: datetime


def row(line: Line, about: About) -> tuple[Any, ...]:
    """One indicator as a row of a table; see HEADS."""
    found, figure = line.indicator, line.figure
    return (
        GROUPS[found.group], found.name.zh, line.value, found.unit, said.source_word(figure),
        said.day_word(found, figure), figure.numerator if figure else None, figure.denominator if figure else None,
        line.change, said.target_word(found, line.target),
        said.target_from(line.target, about.area), LIGHTS[line.light][1], said.ahead_words(line),
        line.other.value if line.other else None, line.why, said.unchecked_word(found, line.read),
    )  # fmt: skip


def by_area_rows(area: int, on: date) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The areas one level below with every measured indicator of the day: heads and rows."""
    known = [each for each in load_indicators().values() if each.measure]
    found: dict[int, dict[str, Figure]] = {}
    for each in known:
        for figure in reading.below(area, each.id, on):
            found.setdefault(figure.area_code, {})[each.id] = figure
    heads = ("区划", *(f"{each.name.zh}（{each.unit}）" for each in known))
    rows = [
        (name(code), *(figures[each.id].value if each.id in figures else None for each in known))
        for code, figures in sorted(found.items())
    ]
    return heads, rows


def xlsx(lines: Sequence[Line], about: About) -> bytes:
    """The workbook's bytes: what to know, every indicator, the areas below."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    page = book.add_worksheet("说明")
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 90)
    title = book.add_format({"bold": True, "font_size": 16, "font_color": "#1F6650"})
    page.write_string(0, 0, f"{full_name(about.area)}养老服务指标", title)
    for place, (term, text) in enumerate(notes(lines, about), 2):
        page.write_string(place, 0, term)
        page.write_string(place, 1, text)
    _sheet(book, "指标", HEADS, [row(each, about) for each in lines])
    heads, rows = by_area_rows(about.area, about.on)
    if rows:
        _sheet(book, "各地", heads, rows)
    book.close()
    return out.getvalue()


def notes(lines: Iterable[Line], about: About) -> list[tuple[str, str]]:
    """What a reader must know before he trusts a figure."""
    found = [
        ("区划", full_name(about.area)),
        ("统计日期", f"{about.on}"),
        (
            "来源",
            "实测：由平台的登记册、月度运行和业务记录计算，可以重算；填报：由责任单位填写，写明来源；汇总：下级都已填报后相加。",
        ),
        ("制作", f"{about.who} {about.at:%Y-%m-%d %H:%M}"),
    ]
    is_made_up = any(each.figure and each.figure.is_synthetic for each in lines)
    return [*found, ("性质", MADE_UP)] if is_made_up else found


def _sheet(book: Any, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    page = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF", "text_wrap": True})
    number = book.add_format({"num_format": "#,##0.##"})
    for place, word in enumerate(heads):
        page.set_column(place, place, 34 if word in WIDE_HEADS else 16)
        page.write_string(0, place, word, head)
    for line, cells in enumerate(rows, 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, int | float):
                page.write_number(line, place, cell, number)
            elif cell is not None:
                text = f"{cell}"
                page.write_string(line, place, f"'{text}" if text != PLAIN and is_dangerous(text) else text)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


@dataclass(frozen=True)
class Year:
    """The yearly report: sentences, a table for each group, drawings, the areas below, what is not known.

    `groups`: slug, heading, sentence, indicators, rows and drawing of each.
    """

    title: str
    about: About
    lead: list[str]
    groups: list[tuple[str, str, str, list[Line], list[dict[str, str]], SafeString]]
    heads: tuple[str, ...]
    parts: list[list[str]]
    # Why there is no figure, and of what.
    missing: list[tuple[str, str]]
    notes: list[tuple[str, str]] = field(default_factory=list)


def yearly(area: int, year: int, who: str, at: datetime) -> Year:
    """The report of a year: as everything stood at its end, or stands now if it is not over."""
    on = min(year_end(year), at.date())
    about, lines = About(area, on, who, at), reading.board(area, on)
    days = [day for day in reading.days(area) if day <= on]
    told = [group for group in reading.by_group(lines) if any(each.figure for each in group[2])]
    groups = [
        (
            key, f"{NUMERALS[place]}、{title}", _said_of_group(found), found,
            [_shown(each, area) for each in found if each.figure], drawn(found),
        )
        for place, (key, title, found) in enumerate(told)
    ]  # fmt: skip
    heads, parts = _parts(area, days[0]) if days else ((), [])
    missing: dict[str, list[str]] = {}
    for each in lines:
        if each.figure is None:
            missing.setdefault(each.why, []).append(each.indicator.name.zh)
    title = f"{name(area)}{year}年养老服务指标报告"
    return Year(
        title, about, _summary(lines, area, year, on), groups, heads, parts, _joined(missing), notes(lines, about)
    )


# 一、 is the general part.
NUMERALS = (*"二三四五六七八九十", "十一", "十二")


def _joined(missing: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(why, "、".join(names)) for why, names in missing.items()]


def _summary(lines: Sequence[Line], area: int, year: int, on: date) -> list[str]:
    """The report's general part, a paragraph an item."""
    found, known = reading.lights(lines), {each.indicator.id: each for each in lines}
    with_target = sum(found[light] for light in COMPARED)
    parts = "，".join(f"{LIGHTS[light][1]} {found[light]} 项" for light in COMPARED if found[light])
    stale = f"另有 {found['stale']} 项缺目标到期时的数值。" if found["stale"] else ""
    until = f"截至{on:%Y年%m月%d日}" if on < year_end(year) else f"{year}年"
    first = (
        f"{until}，{full_name(area)}有 {with_target} 项指标可与目标比较" + (f"：{parts}。" if parts else "。") + stale
    )
    told: list[str] = []
    for key, words in SENTENCES.items():
        line = known.get(key)
        if line is not None and line.figure is not None and line.value is not None:
            sentence = words.format(value=written(line.indicator, line.value), target=_against(line))
            is_reported = line.figure.source == Figure.Source.REPORTED
            told.append(f"{sentence[:-1]}（{line.figure.on} 填报）。" if is_reported else sentence)
    late = [each.indicator.name.zh for each in lines if each.light in ("missed", "behind")]
    if late:
        words = f"{'、'.join(late[:MOST_LATE])}{f'等 {len(late)} 项' if len(late) > MOST_LATE else ''}"
        return [text for text in (first, "".join(told), f"需要推动的有：{words}。") if text]
    return [text for text in (first, "".join(told)) if text]


COMPARED: tuple[Light, ...] = ("reached", "on_the_way", "behind", "missed")
MOST_LATE = 8


SENTENCES = {
    "elders_60": "在册60周岁及以上老年人 {value} 人。",
    "share_80": "其中80周岁及以上占 {value}%。",
    "visited_monthly": "特殊困难老年人月探访率 {value}%{target}。",
    "health_managed_65": "65周岁及以上老年人健康管理率 {value}%{target}。",
    "nursing_beds": "护理型床位占比 {value}%{target}。",
    "assessed_share": "能力评估覆盖 {value}% 的老年人。",
}


def _against(line: Line) -> str:
    if line.target is None:
        return ""
    return f"，目标为{said.target_word(line.indicator, line.target)}，{LIGHTS[line.light][1]}"


def _said_of_group(found: Sequence[Line]) -> str:
    lights: dict[Light, int] = dict.fromkeys(LIGHTS, 0)
    for each in found:
        lights[each.light] += 1
    told = [f"{LIGHTS[light][1]} {count} 项" for light, count in lights.items() if count]
    return f"共 {len(found)} 项指标：{'，'.join(told)}。"


def _shown(line: Line, area: int) -> dict[str, str]:
    found = line.indicator
    return {
        "name": found.name.zh, "value": f"{written(found, line.value)} {found.unit}",
        "source": said.source_word(line.figure), "on": said.day_word(found, line.figure),
        "target": said.target_word(found, line.target), "whose": said.target_from(line.target, area),
        "light": LIGHTS[line.light][1], "tone": LIGHTS[line.light][0], "change": said.change_word(found, line.change),
        "ahead": said.ahead_words(line), "binding": "约束性" if line.target and line.target.kind == "binding" else "",
    }  # fmt: skip


def _parts(area: int, on: date) -> tuple[tuple[str, ...], list[list[str]]]:
    """The areas below with the headline figures, with intervals where chance plays a part."""
    known = load_indicators()
    found: dict[int, dict[str, Figure]] = {}
    for key in reading.HEADLINES:
        for figure in reading.below(area, key, on):
            found.setdefault(figure.area_code, {})[key] = figure
    heads = ("区划", *(f"{known[key].name.zh}（{known[key].unit}）" for key in reading.HEADLINES))
    rows = [
        [name(code), *(written(known[key], row[key].value) if key in row else "—" for key in reading.HEADLINES)]
        for code, row in sorted(found.items())
    ]
    return heads, rows


def year_pdf(found: Year) -> bytes:
    """The report as PDF/UA. Raises MissingPart where WeasyPrint, pango or a Chinese font is missing."""
    weasyprint, out = catalog_pdf.ready(), BytesIO()
    body = render_to_string("indicators/year_print.html", {"year": found})
    style = weasyprint.CSS(string=render_to_string("indicators/year.css"))
    weasyprint.HTML(string=body).write_pdf(out, stylesheets=[style], pdf_tags=True)
    return out.getvalue()


def answer(body: bytes, form: str, title: str) -> HttpResponse:
    """A file to be saved, under a Chinese name."""
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f"attachment; filename=indicators.{form}; filename*=UTF-8''{quote(title)}.{form}"
    return response
