"""What a simulation starts from: the run in force that answers for an area, kept open in the process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from yiyang.access.scope import acting, platform
from yiyang.areas import names
from yiyang.areas.logic import normalise
from yiyang.areas.models import Area
from yiyang.base.errors import NoEffect, PolicyError, UsageError
from yiyang.catalog.binding import BoundProgram, effective_program
from yiyang.catalog.lists import short
from yiyang.entitlement import months
from yiyang.entitlement.models import MonthRun
from yiyang.entitlement.simulate import Simulator, Weighed
from yiyang.entitlement.store import RunFolder, ints
from yiyang.forecast import projections
from yiyang.forecast.policy import parameters as forecast_parameters
from yiyang.simulation import logic
from yiyang.simulation.ageing import (
    BY_PROJECTION,
    METHOD,
    YEARS,
    Floats,
    Forecast,
    Outlook,
    by_life_table,
    by_projection,
    outlook,
    people_by_age,
)  # fmt: skip
from yiyang.simulation.typical import typical
from yiyang.synthetic.policy import parameters

Json = dict[str, Any]
KEPT = 6  # a city's cells take about 60 MB, a county's 15


@dataclass
class Base:
    """A run in force as seen from one area. `area` as lists name it."""

    run: MonthRun
    area: str
    folder: RunFolder
    simulator: Simulator = field(init=False)

    def __post_init__(self) -> None:
        self.simulator = Simulator(self.folder, None if self.area == short(self.folder.manifest["area"]) else self.area)

    @property
    def policy(self) -> Path:
        """The lists as they stood in the run."""
        return self.folder.path / "policy"

    @cached_property
    def bound(self) -> BoundProgram:
        """The list in force for the area on the run's day."""
        return effective_program(self.area, self.folder.bound.on, policy=self.policy)

    @cached_property
    def blocks(self) -> tuple[logic.Block, ...]:
        """The items, what costs most first."""
        return logic.blocks_of(self.bound, self.area, self.costs)

    @cached_property
    def costs(self) -> dict[str, int]:
        """Fen a year that each item certainly costs now. A household's share needs everybody one by one: left out."""
        rules = self.folder.bound.program
        items = frozenset(rule.item for rule in rules.rules if rule.pays_people and rule.per == "person")
        cells = self.simulator.cells
        return {item: int((paid * cells.people).sum()) for item, paid in cells.outcome(rules, items).paid.items()}

    @cached_property
    def people(self) -> int:
        """Everybody who is counted."""
        return int(self.simulator.cells.people.sum())

    @cached_property
    def ages(self) -> Floats:
        """The living people of the area by sex and age."""
        everybody = self.folder.people
        here = self.simulator.cells.lies_here(everybody.registered_area, everybody.resident_area)
        columns = [name for name in ("sex", "alive") if name in self.folder.fact_columns]
        table = self.folder.table("facts.parquet", columns=columns)
        unknown = np.full(len(here), -1, np.int64)
        sex, alive = (ints(table[name]) if name in columns else unknown for name in ("sex", "alive"))
        here &= alive != 0
        return people_by_age(everybody.birth_date[here], sex[here], self.folder.reference)

    def open(self) -> None:
        """Read what every simulation needs."""
        _ = self.blocks, self.simulator.cells.places, self.ages


_lock = threading.Lock()
_bases: OrderedDict[tuple[int, str], Base] = OrderedDict()


def run_for(area: Area) -> MonthRun | None:
    """The run in force that answers for an area. It may be the city's, of which a county sees its own people only."""
    with acting(platform("清单测算")):
        return months.in_force(area.code or 0)


def base_of(area: Area) -> Base | None:
    """The run in force for an area, opened; None where there is none. Errors: SnapshotError for a damaged run."""
    run = run_for(area)
    if run is None:
        return None
    key = (run.pk, short(f"{area.code:012d}"))
    with _lock:
        found = _bases.pop(key, None) or Base(run, key[1], months.opened(run))
        _bases[key] = found
        while len(_bases) > KEPT:
            _bases.popitem(last=False)
    return found


def weigh(base: Base, changes: Json) -> Weighed:
    """A change on the people of a base. Errors: NoEffect, PolicyError, UsageError in words."""
    return base.simulator.weigh(logic.overlay_of(changes))


def reckon(base: Base, changes: Json) -> Json:
    """All that the page, the exports and the API tell of a change; ready to be kept as JSON.

    Raises:
        NoEffect, PolicyError, UsageError: the change changes nothing, or is none.
    """
    began = time.perf_counter()
    try:
        found = weigh(base, changes)
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError("改动的写法不对。", "this is no change of a list") from error
    told = base.simulator.told(found)
    told |= {
        "area": base.area,
        "said": logic.said(changes, base.blocks),
        "losing": [vars(one) for one in typical(found, base.area, losers=True)],
        "winning": [vars(one) for one in typical(found, base.area, losers=False)],
        "people": base.people,
        "list_hash": base.run.list_hash,
        "known": base.run.known.isoformat(),
        "run": base.run.pk,
        "outlook": _outlook(base, found),
    }
    return told | {"milliseconds": round((time.perf_counter() - began) * 1000, 1)}


def _outlook(base: Base, found: Weighed) -> Json:
    year = int(base.run.month[:4])
    forecast, method = _forecast(base.area, year)
    seen: Outlook | None = outlook(found, base.ages, year, forecast)
    return {"rows": seen.rows, "method": method} if seen else {}


def _forecast(area: str, year: int) -> tuple[Forecast, str]:
    """How an area's ages grow, and in which words the page says so."""
    code = normalise(area)
    if not projections.is_known(code):
        return _by_life_table(), METHOD
    projection = projections.project(code, max(year + YEARS, forecast_parameters().horizon))
    words = BY_PROJECTION.format(
        area=names.name(code), scenario=projection.scenario.said, made_from=projection.made_from
    )
    return by_projection(projection, year), words


@cache
def _by_life_table() -> Forecast:
    return by_life_table(parameters()["deaths"])


def why_not(problem: NoEffect | PolicyError | UsageError) -> list[str]:
    """What is wrong with a change, in words for the page."""
    said = [zh for zh, _ in problem.problems] or [problem.zh]
    return [zh.removeprefix(f"{logic.TRIAL}：") for zh in said]
