"""Simulations over the API: a change in, its figures out; scenarios kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from yiyang.access.scope import current
from yiyang.areas.models import Area
from yiyang.base.errors import NoEffect, PolicyError, UsageError
from yiyang.kit.api import AreaCode, Key, Listed, Paging, Word, answers, may, paged
from yiyang.simulation import actions, asked, bases
from yiyang.simulation.actions import RIGHT, visible
from yiyang.simulation.models import Scenario

router = Router(tags=["simulations"])
Json = dict[str, Any]
EXAMPLE: Json = {"area": 511724000000, "sets": ["511724/old_age_allowance.eighties=80"], "patches": {}}


class ChangeIn(Schema):
    """What is changed for which area."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    area: AreaCode
    sets: list[Word] = Field(default=[], max_length=200, description="区划/项目.取值=数，金额单位元 / money in yuan")
    patches: dict[str, dict[str, Json]] = Field(
        default={}, description="区划 → 项目 → 字段 / area → item → fields of the list's schema"
    )

    @property
    def changes(self) -> Json:
        """As scenarios keep it."""
        return {name: found for name, found in (("sets", self.sets), ("patches", self.patches)) if found}


class ScenarioIn(ChangeIn):
    """A change to be kept."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**EXAMPLE, "title": "高龄津贴提到80元", "is_shared": True}}
    )
    title: Word
    note: Word = ""
    is_shared: bool = False


class ResultOut(Schema):
    """What a change comes to. Money in fen a year; only what is certain counts."""

    month: str
    synthetic: bool
    said: list[str]
    people: int
    budget_year_fen: int
    winners: int
    losers: int
    undecided: int
    open_year_fen: int
    items: list[Json]
    by_area: list[Json]
    by_age: list[Json]
    by_hardship: list[Json]
    histogram: list[Json]
    losing: list[Json]
    winning: list[Json]
    outlook: Json
    known: date
    list_hash: str
    milliseconds: float


class ScenarioOut(Schema):
    """A change that was kept, with its figures of that time."""

    id: int
    area: int = Field(alias="area_code")
    title: str
    note: str
    is_shared: bool
    made_by: str = Field(alias="made_by_name")
    changes: Json
    result: Json


def _area(code: int) -> Area:
    found = asked.areas().filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _worded(problem: NoEffect | PolicyError | UsageError) -> UsageError:
    """What is wrong with a change is the caller's to mend (422)."""
    return UsageError(problem.zh, problem.en, problem.problems)


@router.post("/simulations", response=answers(ResultOut), **may(RIGHT, example=EXAMPLE))
def simulate(request: HttpRequest, wanted: ChangeIn) -> Any:
    """Budget, winners and losers of a change of the list, on the run in force; nothing is kept."""
    base = bases.base_of(_area(wanted.area))
    if base is None:
        raise UsageError("这里还没有启用的月度运行，不能测算。", "No run is in force here.")
    try:
        return bases.reckon(base, wanted.changes)
    except (NoEffect, PolicyError) as problem:
        raise _worded(problem) from problem


@router.get("/scenarios", response=answers(Listed[ScenarioOut]), by_alias=False, **may(RIGHT))
def scenarios(request: HttpRequest, paging: Query[Paging]) -> Any:
    """One's own scenarios and the shared ones, the newest first."""
    return paged(visible(current()), ("-id",), paging)


@router.post("/scenarios", response=answers(ScenarioOut), by_alias=False, **may(RIGHT, example=EXAMPLE))
def keep_scenario(request: HttpRequest, wanted: ScenarioIn) -> Any:
    """Keep a change with its figures."""
    words: Json = {"title": wanted.title, "note": wanted.note, "is_shared": wanted.is_shared}
    try:
        return actions.save(by=current(), area=_area(wanted.area), changes=wanted.changes, **words)
    except (NoEffect, PolicyError) as problem:
        raise _worded(problem) from problem


@router.get("/scenarios/{int:pk}", response=answers(ScenarioOut), by_alias=False, **may(RIGHT))
def scenario(request: HttpRequest, pk: Key) -> Any:
    """One scenario."""
    found: Scenario = get_object_or_404(visible(current()), pk=pk)
    return found


@router.delete("/scenarios/{int:pk}", response=answers(ScenarioOut), by_alias=False, **may(RIGHT))
def drop_scenario(request: HttpRequest, pk: Key) -> Any:
    """Throw one's own scenario away."""
    found: Scenario = get_object_or_404(visible(current()), pk=pk)
    kept = ScenarioOut.from_orm(found).model_dump(by_alias=True)
    actions.delete(by=current(), scenario=found)
    return kept
