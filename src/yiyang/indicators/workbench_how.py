"""How a figure came about: its formula, its parts, where the rows lay; counted again; and whom it speaks of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yiyang.access.scope import acting, current, platform
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.areas.names import full_name, name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.catalog.indicator_schema import Indicator
from yiyang.engine.conditions import all_of
from yiyang.indicators import measuring, reading, said
from yiyang.indicators.datasets import books, datasets
from yiyang.indicators.formula import aggregates
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import written
from yiyang.indicators.reading import ENTER, RIGHT
from yiyang.indicators.rows import Moment, Rows
from yiyang.indicators.workbench import crumbs, find_or_404
from yiyang.kit import wording
from yiyang.kit.parts import Definition
from yiyang.registry.models import Person
from yiyang.registry.people_list import People

MOST = 5_000


def figure_or_404(indicator: Indicator, area: str, on: str, source: str = "") -> Figure:
    """The newest figure of an address, within the scope."""
    if not areas.is_code(area):
        raise Http404
    try:
        day = date.fromisoformat(on)
    except ValueError as problem:
        raise Http404 from problem
    found = reading.figure_of(indicator.id, areas.normalise(area), day, source)
    if found is None:
        raise Http404
    return found


@page(RIGHT, also=(ENTER,))
def how(request: HttpRequest, slug: str, area: str, on: str, source: str) -> HttpResponse:
    """How a figure came about."""
    indicator = find_or_404(slug)
    figure = figure_or_404(indicator, area, on, source)
    record("read", what=f"figure:{figure.pk}", area=figure.area_code)
    return render(request, "indicators/how.html", _context(indicator, figure))


def _context(indicator: Indicator, figure: Figure) -> dict[str, Any]:
    parts = reading.below(figure.area_code, indicator.id, figure.on)
    back = f"{reverse('indicators:indicator', args=[indicator.id])}?area={areas.short(figure.area_code)}&on={figure.on}"
    return {
        "title": "这个数是怎么来的",
        "lead": f"{full_name(figure.area_code)}，{indicator.name.zh}，{figure.on}",
        "crumbs": crumbs(figure.area_code, (indicator.name.zh, back), ("怎么来的", "")),
        "indicator": indicator,
        "figure": figure,
        "short": areas.short(figure.area_code),
        "value": written(indicator, figure.value),
        "formula": said.formula(indicator),
        "lines": _lines(indicator, figure),
        "parts": [_part(indicator, row) for row in parts],
        "sums": sums(figure, parts),
        "may_list": _may_list(indicator, figure),
    }


def _lines(indicator: Indicator, figure: Figure) -> list[Definition]:
    basis = figure.measurement.basis if figure.measurement else {}
    found = [
        Definition("来源", figure.get_source_display()),
        Definition("统计日期", figure.on, kind="day"),
        Definition("获知日期", figure.known, "在这之后才知道的不计", kind="day"),
    ]
    if figure.reported:
        entered = figure.reported
        return [
            *found, Definition("文件或报表", entered.source), Definition("佐证说明", entered.note or "—"),
            Definition("填报人", entered.entered_by_name, wording.day(entered.entered_at)),
        ]  # fmt: skip
    found += [Definition(term, value) for term, value in said.basis_words(basis, indicator)]
    return [*found, Definition("公式指纹", figure.formula_hash[:16])]


def _part(indicator: Indicator, row: Figure) -> tuple[str, str, Figure, str]:
    url = reverse("indicators:how", args=[indicator.id, areas.short(row.area_code), f"{row.on}", row.source])
    return name(row.area_code), url, row, written(indicator, row.value)


def sums(figure: Figure, parts: list[Figure]) -> list[tuple[str, float, float]]:
    """Of both numbers: what the areas below add up to, and what of the whole lies in none of them."""
    if not parts or figure.source != Figure.Source.MEASURED:
        return []
    found = []
    for word, field in (("分子", "numerator"), ("分母", "denominator")):
        whole = getattr(figure, field)
        if whole is not None:
            below = sum(getattr(row, field) or 0 for row in parts)
            found.append((word, below, whole - below))
    return found


def _may_list(indicator: Indicator, figure: Figure) -> bool:
    is_measured = figure.source == Figure.Source.MEASURED and said.has_people(indicator)
    return is_measured and current().may("person.read", figure.area_code)


@page(RIGHT)
@require_POST
def again(request: HttpRequest, slug: str, area: str, on: str) -> HttpResponse:
    """Count a figure again from the same sources, and say whether it is the same."""
    indicator = find_or_404(slug)
    figure = figure_or_404(indicator, area, on, Figure.Source.MEASURED)
    here = redirect("indicators:how", slug, area, on, Figure.Source.MEASURED)
    try:
        # As it was measured: by the platform, which sees the whole area. What is answered is one area's sum.
        with acting(platform("重新计算指标", current().request)):
            found = measuring.again(figure, indicator)
    except YiyangError as error:
        messages.error(request, error.zh)
        return here
    record("decide", what=f"figure:{figure.pk}", area=figure.area_code, detail={"again": found.is_same})
    value = written(indicator, found.value)
    if found.is_same:
        messages.success(request, f"重新计算：{value}{indicator.unit}，与存档一致。")
    else:
        was = written(indicator, figure.value)
        messages.warning(request, f"重新计算：{value}{indicator.unit}，与存档的 {was}{indicator.unit} 不一致。")
    return here


class Behind(People):
    """The people behind a figure: the list of people under another name, so that its columns are remembered apart."""

    name, title = "behind", "名单"


@page(RIGHT)
def people(request: HttpRequest, slug: str, area: str, on: str, part: str) -> HttpResponse:
    """Whom a figure's numerator (`above`) or the rest of its denominator (`rest`) speaks of, as far as one may see."""
    indicator = find_or_404(slug)
    figure = figure_or_404(indicator, area, on, Figure.Source.MEASURED)
    current().require("person.read", figure.area_code)
    if not said.has_people(indicator) or part not in ("above", "rest"):
        raise Http404
    context = _named(request, indicator, figure, part == "rest")
    record(
        "search", what=f"figure:{figure.pk}:people", area=figure.area_code, detail={"part": part, "on": f"{figure.on}"}
    )
    return render(request, "indicators/people.html", context)


def _named(request: HttpRequest, indicator: Indicator, figure: Figure, rest: bool) -> dict[str, Any]:
    """The list, or why there is none: too many to walk through, or sources that are gone."""
    title = f"{indicator.name.zh}：{'没有达到的人' if rest else '数到的人'}"
    back = reverse("indicators:how", args=[indicator.id, areas.short(figure.area_code), f"{figure.on}", figure.source])
    context: dict[str, Any] = {
        "title": title, "lead": f"{full_name(figure.area_code)}，{figure.on}", "indicator": indicator,
        "crumbs": crumbs(figure.area_code, ("怎么来的", back), ("名单", "")),
    }  # fmt: skip
    try:
        keys = behind(indicator, figure, rest)
    except YiyangError as error:
        return context | {"problem": error.zh}
    if keys is None or len(keys) > MOST:
        below = _below(indicator, figure, "rest" if rest else "above")
        return context | {"too_many": True, "most": MOST, "below": below}
    table, found = Behind(request, seen(keys)), seen(keys).count()
    numbers = {"counted": _counted(indicator, figure, rest), "people": len(keys), "found": found}
    return context | numbers | {"table": table, "hidden": len(keys) - found}


def _below(indicator: Indicator, figure: Figure, part: str) -> list[tuple[str, str]]:
    """The same list of each area below."""
    rows = reading.below(figure.area_code, indicator.id, figure.on)
    return [
        (
            name(row.area_code),
            reverse("indicators:people", args=[indicator.id, areas.short(row.area_code), f"{row.on}", part]),
        )
        for row in rows
    ]


def _counted(indicator: Indicator, figure: Figure, rest: bool) -> float:
    above = figure.numerator or 0
    return (figure.denominator or 0) - above if rest else above


def seen(keys: list[int]) -> QuerySet[Person]:
    """Those of them whose files the scope in force may see."""
    found: QuerySet[Person] = Person.objects.filter(pk__in=keys, merged_into=None)
    return found


def behind(indicator: Indicator, figure: Figure, rest: bool) -> list[int] | None:
    """Keys of the people that a figure counts, or of those below the line whom it does not; at most `MOST` and one.

    Counted by the platform as the figure was; only `seen` makes names of keys.
    """
    above, below = aggregates(indicator, books(), figure.on)
    condition = above.condition
    measurement = figure.measurement
    period = indicator.moment if datasets()[above.dataset].period else "day"
    if measurement is None:
        return []
    kept = {key: value for key, value in measurement.basis.items() if key != "asked"}
    moment = Moment(measurement.area_code, figure.on, measurement.known)
    with acting(platform("指标名单", current().request)), Rows(moment, kept) as rows:
        counted = rows.people(above.dataset, period, condition, figure.area_code, MOST + 1)
        if not rest or counted is None or below is None:
            return counted
        whole = rows.people(above.dataset, period, all_of(below.condition), figure.area_code, MOST + 1)
    return sorted(set(whole or ()) - set(counted)) if len(whole or ()) <= MOST else whole
