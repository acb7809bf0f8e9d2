"""The page of one indicator in one area."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.audit.record import record
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import figure_lists, reading, said
from yiyang.indicators.beside import beside
from yiyang.indicators.drawing import Way, way_chart
from yiyang.indicators.gaps import covered_words
from yiyang.indicators.logic import LIGHTS
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import goals_of, targets_of, written, year_end
from yiyang.indicators.promises.reading import READ, STATES, Read
from yiyang.indicators.promises.workbench import document_url
from yiyang.indicators.reading import ENTER, RIGHT, Line
from yiyang.indicators.summing import zone_entries
from yiyang.indicators.workbench import Asked, asked, by_area, crumbs, find_or_404, row_of
from yiyang.kit import funnel_plot
from yiyang.kit.charts import Chart
from yiyang.kit.parts import Definition
from yiyang.kit.parts import Figure as KeyFigure

FEWEST_DOTS = 3
ENTRIES = 8


@page(RIGHT, also=(ENTER,))
def indicator(request: HttpRequest, slug: str) -> HttpResponse:
    """One indicator of an area: its way to the targets, the areas below, the documents, how it came about."""
    found, wanted = find_or_404(slug), asked(request)
    if wanted is None:
        raise Http404
    rows = list(reading.figures().filter(indicator=slug, area_code=wanted.area).order_by("on"))
    day = wanted.on or timezone.localdate()
    # Half a month is no month: what is not over is shown when it is asked for.
    rows = [row for row in rows if row.on <= day]
    line = reading.line(found, wanted.area, rows, day, beside(wanted.area, day, indicator=slug)[slug])
    compared = reading.day_of(found, wanted.area, wanted.on)
    parts = reading.below(wanted.area, slug, compared) if compared else []
    table = figure_lists.areas_table(request, found, wanted.area, compared)
    context = {
        "title": found.name.zh,
        "lead": found.definition,
        "crumbs": crumbs(wanted.area, (found.name.zh, "")),
        "indicator": found,
        "asked": wanted,
        "line": line,
        "row": row_of(line, wanted),
        "figures": _key_figures(line, wanted),
        "chart": _way(line, rows, wanted),
        "funnel": _funnel(found, line, parts, wanted),
        "map": by_area(found, wanted) if parts else None,
        "ranked": [_ranked(found, each, wanted) for each in _compared(found, line, parts)],
        "table": table,
        "entries": [
            (each, written(found, each.value))
            for each in Reported.objects.filter(indicator=slug, area_code=wanted.area, zone="")[:ENTRIES]
        ],
        "begun": written(found, line.baseline.value) if line.baseline else "",
        "about": _about(found),
        "targets": [said.promise(found, each) for each in targets_of(found, wanted.area)],
        "read": [_read(found, each) for each in line.read],
        "ahead": said.ahead_words(line),
        "covered": covered_words(line.coverage) if line.coverage and found.reported else "",
        "partial": said.partial_word(found, line.coverage),
        "zones": [
            _zone(found, each) for each in zone_entries(wanted.area).filter(indicator=slug, on__lte=day)[:ENTRIES]
        ],
        "may_enter": current().may(ENTER, wanted.area),
        "may_list": bool(found.measure) and current().may("person.read", wanted.area) and said.has_people(found),
    }
    record("search", what=f"indicator:{slug}", area=wanted.area)
    return render(request, "indicators/indicator.html", context)


def _read(found: Indicator, read: Read) -> tuple[str, tuple[str, str], str]:
    """Words, state and address of a target that was read in a document; no address where he may not see it."""
    may = current().may(READ, read.area)
    return said.read_promise(found, read), STATES[read.state], f"{document_url(read)}" if may else ""


def _zone(found: Indicator, each: Reported) -> dict[str, Any]:
    """What a zone without a code reported, and in whose figure it is."""
    within = f"已含在{name(each.within)}的数里，不重复相加" if each.within else "单独相加"
    return {"name": each.zone, "value": written(found, each.value), "on": each.on, "within": within, "key": each.pk}


def _key_figures(line: Line, wanted: Asked) -> list[KeyFigure]:
    found, figure = line.indicator, line.figure
    before = f"{line.before.on}" if line.before else ""
    return [
        KeyFigure("数值", written(found, line.value), found.unit, said.short_source(found, figure)),
        KeyFigure("目标", said.target_word(found, line.target) or "—", "", said.target_from(line.target, wanted.area)),
        KeyFigure("状态", LIGHTS[line.light][1], "", said.ahead_words(line)),
        KeyFigure("较上期", said.change_word(found, line.change) or "—", "", before),
    ]


def _way(line: Line, rows: list[Figure], wanted: Asked) -> Chart:
    found = line.indicator
    of = {
        source: [(r.on, r.value) for r in rows if r.source == source and r.value is not None]
        for source in ("measured", "reported", "summed")
    }
    goals = goals_of(found, wanted.area, [each for each in line.read if each.counts])
    targets = [(year_end(each.year), each.value) for each in goals if each.kind != "forecast"]
    start = [(year_end(line.baseline.year), line.baseline.value)] if line.baseline else []
    needed = [*start, *targets] if start and targets else []
    told = sorted(dict([*of["summed"], *of["reported"]]).items())
    stated = [point for point in start if point not in told]
    ahead = (year_end(line.target.year), line.ahead) if line.target and line.ahead else None
    way = Way(of["measured"], [*stated, *told], needed, targets, ahead)
    return way_chart(
        f"{found.name.zh}的走势", f"单位：{found.unit}；点是数值，细线是达到目标所需的进度，带是趋势的范围",
        way, found.unit, lambda value: written(found, value),
    )  # fmt: skip


def _funnel(found: Indicator, line: Line, parts: list[Figure], wanted: Asked) -> Chart | None:
    """Shares of areas against their size, within the limits of chance."""
    figure = line.figure
    usable = [row for row in parts if row.denominator and (row.numerator or 0) <= row.denominator]
    if found.shape != "share" or figure is None or not figure.denominator or len(usable) < FEWEST_DOTS:
        return None
    centre = (figure.numerator or 0) / figure.denominator
    dots = [
        funnel_plot.Point(name(row.area_code), int(row.denominator or 0), int(row.numerator or 0)) for row in usable
    ]
    title = "哪些地方的差别不是偶然"
    return funnel_plot.funnel_plot(title, f"{found.name.zh}，{wanted.on}", dots, centre, head="区划", of="分母")


def _compared(found: Indicator, line: Line, parts: list[Figure]) -> list[reading.Ranked]:
    """The areas beside the whole; none where nothing can be said of any (counts, shares without their parts)."""
    ranked = reading.ranking(found, line.figure, parts)
    return ranked if any(each.standing != "unknown" for each in ranked) else []


def _ranked(found: Indicator, each: reading.Ranked, wanted: Asked) -> dict[str, Any]:
    limits, code = each.interval, each.figure.area_code
    between = (
        f"{written(found, limits.low)}–{written(found, limits.high)}" if limits and each.figure.denominator else ""
    )
    here = reverse("indicators:indicator", args=[found.id])
    return {
        "name": name(code),
        "url": f"{here}?area={areas.short(code)}&on={wanted.on}",
        "value": written(found, each.figure.value),
        "limits": between,
        "look": said.standing_look(each.standing),
        "parts": said.parts_word(each.figure),
    }


def _about(found: Indicator) -> list[Definition]:
    return [Definition(term, value, source) for term, value, source in said.about(found)]
