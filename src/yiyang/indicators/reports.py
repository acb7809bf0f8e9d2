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
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from yiyang.access.sheets import is_dangerous
from yiyang.areas.names import full_name, name
from yiyang.catalog import pdf as catalog_pdf
from yiyang.indicators import reading, said
from yiyang.indicators.logic import LIGHTS, Light
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import GROUPS, load_indicators, written, year_end
from yiyang.indicators.reading import Line

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
MADE_UP = "虚构数据，仅供演示"
HEADS = (
    "类别", "指标", "数值", "单位", "来源", "统计日期", "分子", "分母", "较上期", "目标", "目标性质", "状态",
    "趋势推算", "填报值",
)  # fmt: skip


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
        line.other.value if line.other else None,
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
        ("来源", "实测：由平台的登记册、月度运行和业务记录计算，可以重算；填报：由责任单位填写，写明来源。"),
        ("制作", f"{about.who} {about.at:%Y-%m-%d %H:%M}"),
    ]
    is_made_up = any(each.figure and each.figure.is_synthetic for each in lines)
    return [*found, ("性质", MADE_UP)] if is_made_up else found


def _sheet(book: Any, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    page = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bg_color": "#1F6650", "font_color": "#FFFFFF", "text_wrap": True})
    number = book.add_format({"num_format": "#,##0.##"})
    for place, word in enumerate(heads):
        page.set_column(place, place, 34 if word in ("指标", "趋势推算") else 16)
        page.write_string(0, place, word, head)
    for line, cells in enumerate(rows, 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, int | float):
                page.write_number(line, place, cell, number)
            elif cell is not None:
                page.write_string(line, place, f"'{cell}" if is_dangerous(f"{cell}") else f"{cell}")
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


@dataclass(frozen=True)
class Year:
    """The yearly report: sentences, a table for each group, drawings, the areas below, what is not known."""

    title: str
    about: About
    lead: list[str]
    groups: list[tuple[str, str, list[Line], list[dict[str, str]], SafeString]]
    heads: tuple[str, ...]
    parts: list[list[str]]
    missing: list[str]
    notes: list[tuple[str, str]] = field(default_factory=list)


def yearly(area: int, year: int, who: str, at: datetime) -> Year:
    """The report of a year: as everything stood at its end, or stands now if it is not over."""
    on = min(year_end(year), at.date())
    about, lines = About(area, on, who, at), reading.board(area, on)
    days = [day for day in reading.days(area) if day <= on]
    groups = [
        (key, _said_of_group(title, found), found, [_shown(each, area) for each in found if each.figure], drawn(found))
        for key, title, found in reading.by_group(lines)
        if any(each.figure for each in found)
    ]
    heads, parts = _parts(area, days[0]) if days else ((), [])
    missing = [each.indicator.name.zh for each in lines if each.figure is None]
    title = f"{name(area)}{year}年养老服务指标报告"
    return Year(title, about, _summary(lines, area, year), groups, heads, parts, missing, notes(lines, about))


def _summary(lines: Sequence[Line], area: int, year: int) -> list[str]:
    """The report's first paragraph, a sentence an item."""
    found, known = reading.lights(lines), {each.indicator.id: each for each in lines}
    with_target = sum(found[light] for light in ("reached", "on_the_way", "behind", "missed"))
    first = (
        f"{full_name(area)}{year}年共有 {with_target} 项指标可与目标比较："
        f"{found['reached']} 项已达到，{found['on_the_way']} 项按进度推进，{found['behind']} 项落后于进度，"
        f"{found['missed']} 项到期未达到；另有 {found['stale']} 项缺目标到期时的数值。"
    )
    told = [first]
    for key, words in SENTENCES.items():
        line = known.get(key)
        if line is not None and line.figure is not None and line.value is not None:
            sentence = words.format(value=written(line.indicator, line.value), target=_against(line))
            is_reported = line.figure.source == Figure.Source.REPORTED
            told.append(f"{sentence[:-1]}（{line.figure.on} 填报）。" if is_reported else sentence)
    late = [each.indicator.name.zh for each in lines if each.light in ("missed", "behind")]
    if late:
        told.append(f"需要推动的：{'、'.join(late[:8])}{'等' if len(late) > 8 else ''}。")
    return told


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


def _said_of_group(title: str, found: Sequence[Line]) -> str:
    lights: dict[Light, int] = dict.fromkeys(LIGHTS, 0)
    for each in found:
        lights[each.light] += 1
    told = [f"{LIGHTS[light][1]} {count} 项" for light, count in lights.items() if count]
    return f"{title}：{'，'.join(told)}。"


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


WIDE, TALL, LABEL = 640, 26, 230


def drawn(lines: Sequence[Line]) -> SafeString:
    """Shares of a group as bars with their targets as strokes; a drawing of fixed size, for paper and screen."""
    shares = [each for each in lines if each.indicator.unit == "%" and each.value is not None]
    if not shares:
        return SafeString("")
    bars = "".join(_bar(place, each) for place, each in enumerate(shares))
    told = "；".join(f"{each.indicator.name.zh} {written(each.indicator, each.value)}%" for each in shares)
    height = TALL * len(shares) + 6
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {height}" width="{WIDE}" height="{height}" '
        f'role="img" class="printed"><title>{conditional_escape(told)}</title>{bars}</svg>'
    )


def _bar(place: int, line: Line) -> str:
    top, value = place * TALL + 4, min(line.value or 0, 100)
    room, text = WIDE - LABEL - 60, f'y="{top + 13}" font-size="11.5" fill="#1B2420"'
    inner = (
        f'<text x="0" {text}>{conditional_escape(line.indicator.name.zh)}</text>'
        f'<rect x="{LABEL}" y="{top + 2}" width="{room}" height="13" fill="#F4F6F3"/>'
        f'<rect x="{LABEL}" y="{top + 2}" width="{room * value / 100:.1f}" height="13" fill="#1F6650"/>'
        f'<text x="{WIDE - 52}" {text}>{written(line.indicator, line.value)}%</text>'
    )
    if line.target:
        x = LABEL + room * min(line.target.value, 100) / 100
        inner += f'<rect x="{x - 1.5:.1f}" y="{top - 1}" width="3" height="19" fill="#A8322A"/>'
    return inner


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
