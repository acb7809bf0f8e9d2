"""Measuring: every indicator of every area, city to village, in one go; kept so that it can be measured again.

Each dataset is counted once by village, where its rows lie; the sums of towns, counties and the city follow from it.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.areas.logic import SIZES, span
from yiyang.areas.models import Area
from yiyang.audit.record import record
from yiyang.base.errors import UsageError
from yiyang.catalog.indicator_schema import Indicator
from yiyang.engine.duck import connect
from yiyang.entitlement.models import MonthRun
from yiyang.indicators import store
from yiyang.indicators.datasets import books, datasets
from yiyang.indicators.formula import Aggregate, aggregates
from yiyang.indicators.models import Figure, Measurement
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.rows import Moment, Rows
from yiyang.registry import sql
from yiyang.registry.models import Delivery

Json = dict[str, Any]
State = Measurement.State
LEVELS = tuple((name, size) for name, size in SIZES if name in ("village", "town", "county", "city"))


@dataclass(frozen=True)
class Plan:
    """What is to be counted: of each indicator its two numbers, of each dataset and period the numbers it gives."""

    formulas: Mapping[str, tuple[Aggregate, Aggregate | None]]
    slices: dict[tuple[str, str], list[Aggregate]] = field(default_factory=dict)

    @classmethod
    def of(cls, indicators: Iterable[Indicator], on: date) -> Plan:
        """The plan of a day."""
        wanted = {each.id: each for each in indicators if each.measure is not None}
        plan = cls({key: aggregates(each, books(), on) for key, each in wanted.items()})
        for key, pair in plan.formulas.items():
            for number in filter(None, pair):
                numbers = plan.slices.setdefault(_slice(number, wanted[key].moment), [])
                if number not in numbers:
                    numbers.append(number)
        return plan

    def place(self, number: Aggregate, moment: str) -> tuple[tuple[str, str], int]:
        """In which slice a number is counted, and as which of its columns."""
        found = _slice(number, moment)
        return found, self.slices[found].index(number)


def _slice(number: Aggregate, moment: str) -> tuple[str, str]:
    return number.dataset, moment if datasets()[number.dataset].period else "day"


@dataclass(frozen=True)
class Counted:
    """indicator, area, numerator, denominator of every area, and where the rows came from."""

    table: pa.Table
    basis: Json


def count(moment: Moment, indicators: Sequence[Indicator], basis: Mapping[str, Json] | None = None) -> Counted:
    """Count, and keep nothing. Within a unit of work.

    Args:
        basis: where the rows came from the time before, to count from the same; what is not named is looked for.
    """
    plan = Plan.of(indicators, moment.on)
    con = connect(memory="1GB")
    try:
        with Rows(moment, basis) as rows:
            there = [key for key in plan.slices if _bring(con, rows, key, plan.slices[key])]
        con.register("areas", _areas(moment.area))
        for key in there:
            _roll_up(con, key, len(plan.slices[key]))
        parts = [part for each in indicators if each.id in plan.formulas and (part := _part(each, plan, there))]
        empty = "SELECT '' AS indicator, 0 AS area, 0 AS size, 0.0 AS numerator, NULL AS denominator WHERE false"
        table = con.sql(" UNION ALL ".join(parts or [empty])).to_arrow_table()
    finally:
        con.close()
    return Counted(table, rows.basis)


def _bring(con: Any, rows: Rows, key: tuple[str, str], numbers: Sequence[Aggregate]) -> bool:
    name, period = key
    found = rows.grouped(name, period, numbers)
    if found is None:
        return False
    con.register(f"by_village_{name}_{period}", found)
    return True


def _areas(root: int) -> pa.Table:
    """Every area in force within one: code, and the size of its range."""
    low, high = span(root)
    rows = Area.objects.filter(valid_to=None, code__gte=max(low, 1), code__lt=high).exclude(kind="placeholder")
    found = [(code, dict(LEVELS)[level]) for code, level in rows.values_list("code", "level") if level in dict(LEVELS)]
    codes, sizes = zip(*found, strict=True) if found else ((), ())
    return pa.table({"area": pa.array(codes, pa.int64()), "size": pa.array(sizes, pa.int64())})


def _roll_up(con: Any, key: tuple[str, str], width: int) -> None:
    """The table sums_… (area, a0, …) of all levels: a row counts for its village and for everything above it.

    What lies in a town but in no known village counts for the town; it must not count as a village of the town's code.
    """
    name = "_".join(key)
    sums = ", ".join(f"sum(a{n})::bigint AS a{n}" for n in range(width))
    levels = [
        f"SELECT area - area % {size} AS area, {sums} FROM by_village_{name} WHERE {_is_below(size)} GROUP BY 1"
        for _, size in LEVELS
    ]
    sql.table(con, f"sums_{name}", " UNION ALL ".join(levels))


def _is_below(size: int) -> str:
    """Whether a code names an area of this size or one within it."""
    above = {1: 10**3, 10**3: 10**6, 10**6: 10**8, 10**8: 10**10}[size]
    return f"(area > 0 AND area % {above} >= {size})"


def _part(indicator: Indicator, plan: Plan, there: Sequence[tuple[str, str]]) -> str:
    """The figures of one indicator; '' where a dataset is missing."""
    numbers = [number for number in plan.formulas[indicator.id] if number is not None]
    places = [plan.place(number, indicator.moment) for number in numbers]
    if any(key not in there for key, _ in places):
        return ""
    joins, values = "", []
    for alias, (key, place) in zip("nd", places, strict=False):
        joins += f" LEFT JOIN sums_{'_'.join(key)} AS {alias} ON {alias}.area = r.area"
        values.append(f"coalesce({alias}.a{place}, 0)::double")
    below = values[1] if len(values) > 1 else "NULL::double"
    return (
        f"SELECT '{indicator.id}' AS indicator, r.area, r.size, {values[0]} AS numerator, {below} AS denominator "
        f"FROM areas AS r{joins}"
    )


def roots() -> list[int]:
    """The areas that this installation answers for: those of its runs in force, else of deliveries; topmost."""
    found = set(
        MonthRun.objects.filter(state=MonthRun.State.IN_FORCE).order_by().values_list("area_code", flat=True).distinct()
    )
    if not found:
        accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
        found = set(accepted.order_by().values_list("area_code", flat=True).distinct())
    found -= {-1}
    return sorted(code for code in found if not any(code != top and _within(code, top) for top in found))


def _within(code: int, top: int) -> bool:
    low, high = span(top)
    return low <= code < high


def order(*, by: Scope, area: int, on: date, known: date | None = None) -> Measurement:
    """Note that an area is to be measured for a day. Errors: UsageError for a day or a knowledge of the future."""
    today = timezone.localdate()
    if (on.year, on.month) > (today.year, today.month) or (known is not None and known > today):
        raise UsageError("不能测量将来的日子。", "A day to come cannot be measured.")
    waiting = Measurement.objects.filter(
        area_code=area, on=on, known=known or today, state__in=(State.ORDERED, State.RUNNING)
    ).first()
    if waiting is not None:
        return waiting
    made = Measurement.objects.create(
        area_code=area, on=on, known=known or today, ordered_by=by.user, ordered_by_name=by.name,
        basis={"asked": {"known": known.isoformat() if known else None}},
    )  # fmt: skip
    record("decide", what=f"measurement:{made.pk}", area=area, detail={"on": f"{on}"})
    return made


def carry_out(measurement: Measurement) -> Measurement:
    """Measure what was ordered and keep the figures, whole or not at all. Within the platform's unit of work."""
    began = time.monotonic()
    asked = measurement.basis.get("asked", {}).get("known")
    known = date.fromisoformat(asked) if asked else None
    counted = count(Moment(measurement.area_code, measurement.on, known), list(load_indicators().values()))
    folder = Path(tempfile.mkdtemp(prefix="yiyang-figures-"))
    try:
        figures = store.put(measurement, counted.table, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    measurement.basis = {**measurement.basis, **counted.basis}
    measurement.figures, measurement.state = figures, State.DONE
    measurement.seconds, measurement.done_at = round(time.monotonic() - began, 2), timezone.now()
    measurement.save()
    record(
        "system", what=f"measurement:{measurement.pk}", area=measurement.area_code,
        detail={"on": f"{measurement.on}", "figures": figures},
    )  # fmt: skip
    return measurement


def measure(*, by: Scope, on: date, known: date | None = None, areas: Sequence[int] = ()) -> list[Measurement]:
    """Measure all indicators of areas and everything below them, for one day, and keep the figures.

    Args:
        by: whoever answers for it; the caller's unit of work is the platform's.
        on: the day: the last one of a month, or today.
        known: what became known later does not count; None = people as the month's run has them, the rest as of today.
        areas: codes; none = what this installation answers for.

    Errors: UsageError for a day to come.
    """
    return [carry_out(order(by=by, area=area, on=on, known=known)) for area in areas or roots()]


@dataclass(frozen=True)
class Again:
    """A figure beside what counting again gives."""

    numerator: float | None
    denominator: float | None
    value: float | None
    is_same: bool
    basis: Json


def again(figure: Figure, indicator: Indicator) -> Again:
    """Count one figure anew from the same sources. Errors: UsageError where a source is gone."""
    measurement = figure.measurement
    if measurement is None:
        raise UsageError("填报的数值没有公式，不能重算。", "A reported figure has no formula.")
    moment = Moment(measurement.area_code, figure.on, _known_of(measurement))
    kept = {key: value for key, value in measurement.basis.items() if key != "asked"}
    counted = count(moment, [indicator], kept)
    rows = [row for row in counted.table.to_pylist() if row["area"] == figure.area_code]
    row = rows[0] if rows else {"numerator": None, "denominator": None}
    value = store.value_of(indicator, row["numerator"], row["denominator"])
    is_same = (row["numerator"], row["denominator"]) == (figure.numerator, figure.denominator)
    return Again(row["numerator"], row["denominator"], value, is_same, counted.basis)


def _known_of(measurement: Measurement) -> date:
    return measurement.known
