"""A projection as the charts and tables of the page. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse

from yiyang.areas.visible import shapes
from yiyang.forecast import charts, claimed, demand, logic, units
from yiyang.forecast.charts import Fan, Point, Side
from yiyang.forecast.logic import ELDERS
from yiyang.forecast.policy import demand as demand_rule
from yiyang.forecast.policy import parameters
from yiyang.forecast.projections import Projection
from yiyang.forecast.tables import fives
from yiyang.kit import maps
from yiyang.kit.charts import Chart, Item, bars, line

WHOLE = 0.7
CENSUS = "2020年普查为起点，每年11月1日，常住人口"


def fan_of(projection: Projection, age: int) -> Fan:
    """The line of those of an age and over, with its bands."""
    place = ELDERS.index(age)
    band = projection.elders[..., place]
    low, inside, over, high = (list(map(float, band[:, index])) for index in (0, 1, -2, -1))
    return Fan(
        projection.years,
        [float(each) for each in projection.over(age)],
        list(zip(low, high, strict=True)),
        list(zip(inside, over, strict=True)),
    )


def elders(projection: Projection, age: int, name: str, people: dict[int, int], today: date) -> Chart:
    """The fan of an age, with what documents and the platform's own register say as dots."""
    points = claimed.points(projection.area, age)
    if is_whole(projection, people, today.year):
        when = today.year + (today.month - claimed.CENSUS_MONTH + today.day / 31) / 12
        points.append(Point(when, people[age], "registry", f"{today:%Y-%m-%d}"))
    inside = [each for each in points if projection.years[0] <= each.when <= projection.years[-1]]
    note = f"单位：人，{name}；{CENSUS}。深色带八成可能，浅色带九成五可能"
    return charts.fan(f"{age} 岁及以上", note, fan_of(projection, age), inside)


def is_whole(projection: Projection, people: dict[int, int], year: int) -> bool:
    """Whether the register holds enough of an area's people to be set beside the projection as a dot."""
    return (
        bool(people)
        and year in projection.years
        and people[60] > WHOLE * projection.over(60)[year - projection.years[0]]
    )


def around(projection: Projection, now: int, name: str) -> list[Chart]:
    """The pyramid, and where the counties stand."""
    last = projection.years[-1]
    first, then = (_side(projection, year) for year in (now, last))
    found = [charts.pyramid(f"年龄结构：{now} 年和 {last} 年", f"单位：人，{name}", first, then)]
    return found + ([_by_county(projection, last)] if len(projection.codes) > 1 else [])


def _side(projection: Projection, year: int) -> Side:
    male, female = fives(projection.at(year))
    return Side(f"{year}年", [float(each) for each in male], [float(each) for each in female])


def _by_county(projection: Projection, year: int) -> Chart:
    people = projection.people[projection.years.index(year)]
    share = 100 * logic.over(people, 60) / people.sum(axis=(1, 2))
    address = reverse("forecast:overview")
    items = {
        code: Item(
            units.name_of(code),
            round(float(value), 1),
            f"{address}?{urlencode({'area': code, 'to': year, **vars(projection.scenario)})}",
        )
        for code, value in zip(projection.codes, share, strict=True)
    }
    title, note = f"{year} 年 60 岁以上占比", "单位：%，按县（市、区）"
    found = shapes(projection.area)
    if any(code in found.areas for code in items):
        return maps.choropleth(title, note, found, items, unit="%", write=percent)
    return bars(title, note, sorted(items.values(), key=lambda item: -(item.value or 0)), unit="%", write=percent)


def percent(value: Any) -> str:
    """A percentage with one digit."""
    return "—" if value is None else f"{value:.1f}%"


def marks(projection: Projection, now: int) -> list[int]:
    """The years that a table shows: this year and every fifth."""
    return sorted({now, *(year for year in projection.years if year > now and year % 5 == 0), projection.years[-1]})


def disabled(projection: Projection, series: str, now: int) -> dict[str, Any]:
    """People by level in the years of a table, and the lines as a chart."""
    found, names = demand.disabled(projection, series), demand.series_of(series).levels
    years = marks(projection, now)
    places = [projection.years.index(year) for year in years]
    total = np.sum(list(found.values()), axis=0)
    lines = {names[level]: people for level, people in found.items()} | ({"合计": total} if len(found) > 1 else {})
    rows = [(word, [(year, round(float(people[place]))) for year, place in zip(years, places, strict=True)])
            for word, people in lines.items()]  # fmt: skip
    share = [
        (year, 100 * float(total[place] / projection.over(60)[place]))
        for year, place in zip(years, places, strict=True)
    ]
    steps = [str(year) for year in projection.years]
    curves = {names[level]: [round(float(each)) for each in people] for level, people in found.items()}
    chart = line("失能老年人", f"单位：人；口径：{demand.series_of(series).zh}", steps, curves)
    return {"years": years, "rows": rows, "share": share, "chart": chart}


def needs(projection: Projection, now: int) -> list[dict[str, Any]]:
    """What is needed by year, with what is promised in the last of them."""
    by_year = [demand.needs(projection, year) for year in marks(projection, now)]
    return [
        {
            "need": need,
            "needed": [(lines[index].year, round(lines[index].needed)) for lines in by_year],
            "supply": by_year[-1][index].supply,
            "gap": by_year[-1][index].gap,
        }
        for index, need in enumerate(demand_rule().needs.values())
    ]


def rows(projection: Projection) -> list[dict[str, Any]]:
    """A line a year: everybody, children under three, elders with the eight-in-ten interval."""
    everybody = projection.total.sum(axis=(1, 2))
    children = projection.total[..., :3].sum(axis=(1, 2))
    found = []
    for place, year in enumerate(projection.years):
        counts = [(age, projection.over(age)[place], projection.elders[place, :, n]) for n, age in enumerate(ELDERS)]
        found.append(
            {
                "year": year,
                "everybody": round(float(everybody[place])),
                "children": round(float(children[place])),
                "elders": [
                    (round(float(count)), round(float(band[1])), round(float(band[-2]))) for _, count, band in counts
                ],
                "share": 100 * float(counts[0][1] / everybody[place]),
            }
        )
    return found


def band_names() -> list[str]:
    """The quantiles in words."""
    return [f"{100 * each:g}%" for each in parameters().uncertainty.bands]


def total_by_group(projection: Projection, year: int) -> np.ndarray[Any, Any]:
    """Sex × five-year group in a year."""
    return fives(projection.at(year))
