"""The forecast's tables as the house's lists: ordered, filtered, columns chosen, taken along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from django.http import HttpRequest
from django.urls import reverse

from yiyang.forecast import check, claimed, drawn
from yiyang.forecast.asked import Asked
from yiyang.forecast.projections import KINDS, Projection
from yiyang.kit.listing import Column, Filter
from yiyang.kit.reckoned import Reckoned

BY = "year"
WHOSE = (("plan", "文件中的预测"), ("published", "统计部门公布"))


def _elders(place: int, part: int) -> Callable[[Mapping[str, Any]], int]:
    return lambda row: int(row["elders"][place][part])


def _between(place: int) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row['elders'][place][1]:,}—{row['elders'][place][2]:,}"


class Shown(Reckoned):
    """A table of the page of an area: its links keep area, scenario and year."""

    carried = ("area", "to", "series", *KINDS)

    @property
    def sheet_url(self) -> str:  # type: ignore[override]
        """The same rows as a workbook."""
        return reverse("forecast:table", args=[self.name])


class Years(Shown):
    """A line a year."""

    name, title, order = "years", "逐年", "year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("year", "年份", kind="code", sort=BY, value=lambda row: row["year"], is_fixed=True),
        Column("everybody", "总人口", kind="number", sort=BY, value=lambda row: row["everybody"]),
        Column("children", "0—2岁", kind="number", sort=BY, value=lambda row: row["children"]),
        Column("over_60", "60岁以上", kind="number", sort=BY, value=_elders(0, 0)),
        Column("over_60_range", "60岁以上八成区间", value=_between(0)),
        Column("share", "60岁以上占比", kind="percent", sort=BY, value=lambda row: row["share"] / 100),
        Column("over_65", "65岁以上", kind="number", sort=BY, value=_elders(1, 0)),
        Column("over_65_range", "65岁以上八成区间", value=_between(1), is_hidden=True),
        Column("over_80", "80岁以上", kind="number", sort=BY, value=_elders(2, 0)),
        Column("over_80_range", "80岁以上八成区间", value=_between(2)),
    )  # fmt: skip
    filters: ClassVar[tuple[Filter, ...]] = (
        Filter("from_year", "从哪年起", lookup=lambda row, value: row["year"] >= int(value), hint="2026"),
        Filter("every", "间隔", choices=(("5", "每五年"),), lookup=lambda row, value: row["year"] % int(value) == 0),
    )


class Claims(Shown):
    """What documents and statisticians say of the area, and the projection at the same moment."""

    name, title, order = "claims", "与文件、公报对照", "claim_year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("claim_area", "区划", sort=BY, value=lambda row: row.area),
        Column("who", "谁说的", sort=BY, value=lambda row: _who(row)),
        Column("base", "口径", value=lambda row: row.claim.base),
        Column("claim_year", "年份", kind="code", sort=BY, value=lambda row: row.claim.year),
        Column("claim_age", "年龄", sort=BY, value=lambda row: f"{row.claim.age} 岁以上"),
        Column("theirs", "他们的数（人）", kind="number", sort=BY, value=lambda row: row.claim.people),
        Column("ours", "本预测（人）", kind="number", sort=BY, value=lambda row: round(row.ours)),
        Column("above", "本预测高出", kind="percent", sort=BY, value=lambda row: row.error / 100),
    )
    filters: ClassVar[tuple[Filter, ...]] = (
        Filter("whose", "谁说的", choices=WHOSE, lookup=lambda row, value: _is(row, value)),
    )


def _is(row: claimed.Held, whose: str) -> bool:
    return row.claim.is_forecast == (whose == "plan")


def _who(row: claimed.Held) -> str:
    recalled = "（凭记忆，待核）" if row.claim.checked == "recalled" else ""
    return f"{'文件中的预测' if row.claim.is_forecast else '统计部门公布'}{recalled}"


class Dated(Shown):
    """A table with a column for each of some years; `years` names them, a row has its counts by year."""

    head: ClassVar[tuple[Column, ...]] = ()
    tail: ClassVar[tuple[Column, ...]] = ()

    def __init__(self, request: HttpRequest, rows: Sequence[Any], years: Sequence[int]) -> None:
        self.years = years
        super().__init__(request, rows)

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """What it is, the years, what else is said."""
        dated = tuple(
            Column(f"{self.name}_{year}", f"{year}", kind="number", sort=BY, value=_at(year)) for year in self.years
        )
        return (*self.head, *dated, *self.tail)


def _at(year: int) -> Callable[[Mapping[str, Any]], int | None]:
    return lambda row: row["by_year"].get(year)


class Needs(Dated):
    """Beds, people and places that are needed."""

    name, title = "needs", "需求"
    head = (
        Column("need", "项目", value=lambda row: f"{row['need'].zh}（{row['need'].unit}）", is_fixed=True),
    )  # fmt: skip

    @property
    def tail(self) -> tuple[Column, ...]:  # type: ignore[override]
        """What is promised, where anybody has said, and on what it rests."""
        last = self.years[-1]
        promised = (
            Column("there", "已有和承诺", kind="number", sort=BY, value=lambda row: _whole(row["supply"])),
            Column("gap", f"{last} 年缺口", kind="number", sort=BY, value=lambda row: _whole(row["gap"])),
        )
        has = any(row["supply"] is not None for row in self.given)
        return (*(promised if has else ()), Column("rests", "依据", value=lambda row: _rests(row["need"])))


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _rests(need: Any) -> str:
    return f"{'本平台所设：' if need.checked == 'chosen' else ''}{need.source}"


class Disabled(Dated):
    """People by level of disability."""

    name, title = "disabled", "失能老年人"
    head = (Column("level", "等级（人）", value=lambda row: row["level"], is_fixed=True),)


def of_area(request: HttpRequest, wanted: Asked, projection: Projection, now: int) -> dict[str, Shown]:
    """The tables of an area's page by name."""
    marks = drawn.marks(projection, now)
    needs = [{**row, "by_year": dict(row["needed"])} for row in drawn.needs(projection, now)]
    disabled = [
        {"level": word, "by_year": dict(counts)}
        for word, counts in drawn.disabled(projection, wanted.series, now)["rows"]
    ]
    found = (
        Years(request, drawn.rows(projection)), Claims(request, claimed.held(projection)),
        Needs(request, needs, marks), Disabled(request, disabled, marks),
    )  # fmt: skip
    return {table.name: table for table in found}


class Everywhere(Claims):
    """All claims."""

    name, title = "everywhere", "与文件的预测、公布的数比"
    carried = ()


class Compared(Shown):
    """People of an age and over, ours beside theirs."""

    carried = ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """With keys of its own, for two of them stand on a page."""
        key = self.name
        return (
            Column(f"{key}_year", "年份", kind="code", sort=BY, value=lambda row: row.year),
            Column(f"{key}_age", "年龄", sort=BY, value=lambda row: f"{row.age} 岁以上"),
            Column(f"{key}_ours", "本程序（人）", kind="number", sort=BY, value=lambda row: round(row.ours)),
            Column(f"{key}_theirs", "联合国（人）", kind="number", sort=BY, value=lambda row: round(row.theirs)),
            Column(f"{key}_off", "相差", sort=BY, value=lambda row: f"{row.percent:.2f}%"),
        )


class Engine(Compared):
    """The UN's own people and rates in our engine."""

    name, title = "un", "与联合国2022年版比，全国"


class Revised(Compared):
    """The country as it is projected here."""

    name, title = "revised", "全国预测与联合国2022年版比"


class Errors(Shown):
    """By how much the count of 2020 differs from what 2010 let expect, by area and age."""

    name, title, order = "errors", "由2010年推2020年的误差", ""
    carried = ()

    @cached_property
    def columns(self) -> tuple[Column, ...]:  # type: ignore[override]
        """With the others' mean moves; ageing alone can be chosen."""
        moved = [
            Column(f"moved_{place}", f"{band}岁", kind="percent", sort=BY, value=_error(2, place))
            for place, band in enumerate(check.BAND_NAMES)
        ]
        plain = [
            Column(
                f"plain_{place}", f"{band}岁，无人迁移", kind="percent", sort=BY, value=_error(1, place), is_hidden=True
            )
            for place, band in enumerate(check.BAND_NAMES)
        ]
        return (Column("unit", "区划", sort=BY, value=lambda row: row[0], is_fixed=True), *moved, *plain)

    filters: ClassVar[tuple[Filter, ...]] = (Filter("unit", "区划", lookup=lambda row, value: value in row[0]),)


def _error(part: int, place: int) -> Callable[[Sequence[Any]], float | None]:
    return lambda row: float(row[part][place]) if row[part] is not None else None


def of_quality(request: HttpRequest) -> dict[str, Shown]:
    """The tables of the page on how good it is, by name."""
    test = check.back_test()
    rows: list[Any] = [*zip(test.names, check.plain_errors(), check.errors(), strict=True), *check.cities()]
    rows.append(("误差的标准差", None, np.asarray(test.spread)))
    found = (
        Engine(request, check.against_un()), Revised(request, check.against_revision()),
        Everywhere(request, claimed.everywhere()), Errors(request, rows),
    )  # fmt: skip
    return {table.name: table for table in found}


NAMES = ("years", "claims", "needs", "disabled", "un", "revised", "everywhere", "errors")
OF_QUALITY = NAMES[4:]
