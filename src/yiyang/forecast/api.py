"""The forecast over the API: people by year and age group, disability, what is needed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from yiyang.forecast import demand, drawn, policy, projections, units
from yiyang.forecast.logic import ELDERS
from yiyang.forecast.projections import Projection
from yiyang.forecast.registry_people import RIGHT
from yiyang.forecast.tables import fives
from yiyang.kit.api import AreaCode, answers, may

router = Router(tags=["population"])
Year = Annotated[int, Field(ge=2021, le=2050)]
Moves = Literal["continue", "halve", "none"]
Level = Literal["low", "medium", "high"]
SeriesName = Literal["gbt_42195", "census", "basic_adl"]


class ForecastFilters(Schema):
    """Which projection: a nation (0), province, city or county of which a census by age is held."""

    area: AreaCode = Field(description="区划代码，12 位 / an area's code")
    to: Year = 2035
    migration: Moves = "continue"
    fertility: Level = "medium"
    mortality: Level = "medium"

    def projection(self) -> Projection:
        """The projection. Raises UsageError (422) for an area of which no census is held."""
        return projections.project(
            self.area, self.to, projections.Scenario(self.migration, self.fertility, self.mortality)
        )


class DemandFilters(ForecastFilters):
    """And disability counted how."""

    series: SeriesName = "gbt_42195"


class YearOut(Schema):
    """The people of an area on 1 November of a year. Groups of five years from 0–4 to 100 and over."""

    year: int
    everybody: int
    male: list[int]
    female: list[int]
    elders: dict[str, dict[str, int]]


class ForecastOut(Schema):
    """A projection: from which tables, under which scenario."""

    area: int
    name: str
    scenario: str
    made_from: str
    is_matched: bool = Field(description="两次普查都有 / both censuses of it are held")
    years: list[YearOut]


class NeedOut(Schema):
    """What is needed of one thing, and what is promised (null: nobody has said)."""

    name: str
    zh: str
    unit: str
    needed: int
    supply: float | None
    gap: float | None
    source: str


class DemandYearOut(Schema):
    """Disability by level of the series, and needs, in a year."""

    year: int
    disabled: dict[str, int]
    needs: list[NeedOut]


class ForecastDemandOut(Schema):
    """What a projection asks for. `series` says how disability is counted; needs have theirs (`needs_series`)."""

    area: int
    name: str
    scenario: str
    series: str
    needs_series: str
    years: list[DemandYearOut]


@router.get("/forecast/population", response=answers(ForecastOut), **may(RIGHT))
def forecast_population(request: HttpRequest, wanted: Query[ForecastFilters]) -> Any:
    """People of an area by year, sex and five-year group; elders with quantiles of the fan."""
    found = wanted.projection()
    return {
        "area": found.area,
        "name": units.name_of(found.area),
        "scenario": found.scenario.said,
        "made_from": found.made_from,
        "is_matched": units.is_matched(found.area),
        "years": [_year(found, place) for place in range(len(found.years))],
    }


def _year(found: Projection, place: int) -> dict[str, Any]:
    male, female = fives(found.total[place])
    return {
        "year": found.years[place],
        "everybody": round(float(found.total[place].sum())),
        "male": [round(float(each)) for each in male],
        "female": [round(float(each)) for each in female],
        "elders": {str(age): _quantiles(found, place, index, age) for index, age in enumerate(ELDERS)},
    }


def _quantiles(found: Projection, place: int, index: int, age: int) -> dict[str, int]:
    people = {"projected": round(float(found.over(age)[place]))}
    names = drawn.band_names()
    return people | {
        name: round(float(value)) for name, value in zip(names, found.elders[place, :, index], strict=True)
    }


@router.get("/forecast/demand", response=answers(ForecastDemandOut), **may(RIGHT))
def forecast_demand(request: HttpRequest, wanted: Query[DemandFilters]) -> Any:
    """Disability by a stated way of counting, and beds, carers, social workers and childcare places needed."""
    found = wanted.projection()
    levels = demand.disabled(found, wanted.series)
    return {
        "area": found.area,
        "name": units.name_of(found.area),
        "scenario": found.scenario.said,
        "series": policy.disability().series[wanted.series].zh,
        "needs_series": policy.demand().series,
        "years": [
            {
                "year": year,
                "disabled": {level: round(float(people[place])) for level, people in levels.items()},
                "needs": [_need(line) for line in demand.needs(found, year)],
            }
            for place, year in enumerate(found.years)
        ],
    }


def _need(line: demand.Line) -> dict[str, Any]:
    need = line.need
    said = {"name": line.name, "zh": need.zh, "unit": need.unit, "source": need.source}
    return said | {"needed": round(line.needed), "supply": line.supply, "gap": line.gap}
