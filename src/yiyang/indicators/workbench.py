"""The dashboard, and the page of one indicator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.areas.names import name
from yiyang.areas.visible import shapes
from yiyang.audit.record import record
from yiyang.catalog.indicator_schema import Indicator
from yiyang.indicators import reading, said
from yiyang.indicators.logic import LIGHTS, Light
from yiyang.indicators.models import Figure
from yiyang.indicators.policy import load_indicators, written
from yiyang.indicators.reading import ENTER, RIGHT, Line
from yiyang.kit import charts, maps
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure as KeyFigure

TOP = "指标"
FEWEST_DOTS = 3
MAPPED = "visited_monthly"
CITY = 10**8
MOST = 400
# What needs somebody most stands first on a wall.
WORRIES: tuple[Light, ...] = ("missed", "behind", "stale", "on_the_way", "reached")


@dataclass(frozen=True)
class Asked:
    """What a page is asked for: an area within the scope, and a day."""

    area: int
    on: date | None
    days: list[date]
    # With which day what changed is told; None = with the figure before.
    since: date | None = None

    def query(self, **more: Any) -> str:
        """The same, with more, as a query."""
        found = {"area": areas.short(self.area), "on": self.on or "", "since": self.since or "", **more}
        return urlencode({key: value for key, value in found.items() if value not in ("", None)})


def asked(request: HttpRequest) -> Asked | None:
    """The area and day of a request; None where the scope sees no figures. Raises Http404 for an area out of scope."""
    given = request.GET.get("area", "")
    area = reading.top_of(current())
    if given:
        if not areas.is_code(given) or not reading.may_see(areas.normalise(given)):
            raise Http404
        area = areas.normalise(given)
    if area is None:
        return None
    days = reading.days(area)
    on = _day(request.GET.get("on", ""), days)
    return Asked(area, on, days, _since(request.GET.get("since", ""), on))


def _since(given: str, on: date | None) -> date | None:
    """An earlier day to compare with; what is none is not heeded."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return None
    return day if on is None or day < on else None


def _day(given: str, days: list[date]) -> date | None:
    """The day that is asked for if it was measured, else the latest that is over: half a month is no month."""
    today = timezone.localdate()
    chosen = [day for day in days if f"{day}" == given] or [day for day in days if day <= today] or days
    return chosen[0] if chosen else None


def find_or_404(slug: str) -> Indicator:
    """The indicator of an address."""
    found = load_indicators().get(slug)
    if found is None:
        raise Http404
    return found


def crumbs(area: int, *way: tuple[str, str]) -> list[tuple[str, str]]:
    """From the dashboard down the areas that the scope may see."""
    above = [code for code in reversed(areas.ancestors(area)) if code > 0 and reading.may_see(code)]
    board = reverse("indicators:board")
    found = [(name(code), f"{board}?area={areas.short(code)}") for code in above]
    here = (name(area), f"{board}?area={areas.short(area)}" if way else "")
    return [(TOP, board), *found, here, *way]


@page(RIGHT, also=(ENTER,))
def board(request: HttpRequest) -> HttpResponse:
    """How an area stands to everything that was promised; `?screen=1` for a large screen."""
    wanted = asked(request)
    if wanted is None:
        return render(request, "indicators/board.html", {"title": TOP, "lead": "", "groups": []})
    lines = reading.board(wanted.area, wanted.on, wanted.since)
    mapped = load_indicators().get(request.GET.get("map", ""), load_indicators()[MAPPED])
    is_screen = request.GET.get("screen") == "1"
    context = {
        "title": f"{name(wanted.area)}养老服务指标",
        "lead": _lead(wanted),
        "asked": wanted,
        "earlier": [day for day in wanted.days if wanted.on and day < wanted.on],
        "against": f"比 {wanted.since} 变化大的" if wanted.since else "比上期变化大的",
        "crumbs": crumbs(wanted.area),
        "figures": _lights(lines),
        "groups": _groups(lines, wanted),
        "promised": [row_of(each, wanted) for each in sorted(lines, key=_worry) if each.target],
        "changed": [row_of(each, wanted) for each in reading.changed(lines)],
        "chart": by_area(mapped, wanted),
        "mapped": mapped,
        "choices": [(each.id, each.name.zh) for each in load_indicators().values() if each.measure],
        "parts": _parts(wanted),
        "is_synthetic": any(each.figure and each.figure.is_synthetic for each in lines),
        "may_enter": current().may(ENTER),
        "may_plans": current().may("plan.read"),
        "now": timezone.localtime(),
    }
    record("search", what="indicators:board", area=wanted.area, detail={"on": f"{wanted.on}"})
    template = "indicators/screen.html" if is_screen else "indicators/board.html"
    return render(request, template, context)


def _lead(wanted: Asked) -> str:
    day = f"截至 {wanted.on}" if wanted.on else "还没有实测"
    is_over = wanted.on is None or wanted.on <= timezone.localdate()
    return f"每个承诺的数，旁边是实测的数。{day}{'' if is_over else '，当月还没有结束'}；没有实测的用各单位填报的数。"


def _lights(lines: list[Line]) -> list[KeyFigure]:
    found = reading.lights(lines)
    shown: tuple[Light, ...] = ("reached", "on_the_way", "behind", "missed")
    return [KeyFigure(LIGHTS[light][1], found[light], "项") for light in shown]


@dataclass(frozen=True)
class Row:
    """One line of the dashboard."""

    indicator: Indicator
    url: str
    value: str
    source: str
    on: str
    target: str
    target_source: str
    slug: str
    word: str
    change: str
    is_better: bool | None
    spark: SafeString
    other: str
    share: float | None
    # What documents promise besides that nobody has confirmed.
    unchecked: str
    # Why there is no figure, or what it lacks.
    why: str


def _worry(line: Line) -> int:
    return WORRIES.index(line.light) if line.light in WORRIES else len(WORRIES)


def _groups(lines: list[Line], wanted: Asked) -> list[tuple[str, str, list[Row], list[Row]]]:
    """Slug, name, indicators with a figure, indicators without one."""
    found = []
    for key, title, group in reading.by_group(lines):
        rows = [row_of(each, wanted) for each in group]
        found.append((key, title, [row for row in rows if row.source], [row for row in rows if not row.source]))
    return found


def row_of(line: Line, wanted: Asked) -> Row:
    indicator, figure = line.indicator, line.figure
    change = line.change
    direction = indicator.direction
    better = None if not change or direction == "none" else (change > 0) == (direction == "up")
    reached = min(100 * (line.value or 0) / line.target.value, 100) if line.target and line.target.value else None
    lacks = f"缺登记册：{line.missing}" if line.missing and figure and figure.source == "measured" else ""
    return Row(
        indicator, f"{reverse('indicators:indicator', args=[indicator.id])}?{wanted.query()}",
        written(indicator, line.value), said.source_word(figure), said.day_word(indicator, figure),
        said.target_word(indicator, line.target), said.target_from(line.target, wanted.area),
        *said.light_look(line.light), said.change_word(indicator, change), better,
        charts.spark([value for _, value in line.points[-12:]], f"{indicator.name.zh}走势"),
        f"{line.other.get_source_display()} {written(indicator, line.other.value)}" if line.other else "",
        reached if line.value is not None else None, said.unchecked_word(indicator, line.read),
        line.why or lacks,
    )  # fmt: skip


def by_area(indicator: Indicator, wanted: Asked) -> Chart | None:
    """A map of counties for a city, bars of the areas below for any other."""
    on = reading.day_of(indicator, wanted.area, wanted.on)
    if on is None:
        return None
    parts = reading.below(wanted.area, indicator.id, on)
    here = reverse("indicators:indicator", args=[indicator.id])
    items = {
        row.area_code: Item(name(row.area_code), row.value, f"{here}?area={areas.short(row.area_code)}&on={wanted.on}")
        for row in parts
    }
    title, note = f"各地{indicator.name.zh}", f"单位：{indicator.unit}，{on}"

    def write(value: Any) -> str:
        return written(indicator, value)

    if reading.size_of(wanted.area) >= CITY and (found := shapes(wanted.area)).areas:
        return maps.choropleth(title, note, found, items, unit=indicator.unit, write=write)
    # Of those that should be high the lowest first: there is something to do.
    ordered = sorted(items.values(), key=lambda item: (item.value is None, item.value), reverse=False)
    if indicator.direction != "up":
        ordered = sorted(items.values(), key=lambda item: -(item.value or 0))
    return charts.bars(title, note, ordered, unit=indicator.unit, write=write, shown=MOST)


def _parts(wanted: Asked) -> list[tuple[str, str, list[str]]]:
    """The areas below: name, address, and the headline figures of each."""
    if wanted.on is None:
        return []
    found: dict[int, dict[str, Figure]] = {}
    for key in reading.HEADLINES:
        for row in reading.below(wanted.area, key, wanted.on):
            found.setdefault(row.area_code, {})[key] = row
    known = load_indicators()
    here = reverse("indicators:board")
    return [
        (
            name(code),
            f"{here}?area={areas.short(code)}&on={wanted.on}",
            [written(known[key], rows[key].value) if key in rows else "—" for key in reading.HEADLINES],
        )
        for code, rows in sorted(found.items())
    ]
