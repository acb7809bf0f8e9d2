"""Disability by stated ways of counting that are never mixed, and what is needed of what."""

from __future__ import annotations

import numpy as np
import pytest

from yiyang.areas.logic import NATION
from yiyang.base.errors import UsageError
from yiyang.forecast import demand, logic, policy, projections

DAZHOU = 511700000000


@pytest.fixture(autouse=True)
def _no_supply() -> object:
    """Nobody has promised anything, before and after."""
    kept = list(demand._supplies)
    demand._supplies.clear()
    yield
    demand._supplies[:] = kept


def test_the_census_series_meets_the_share_it_is_anchored_to() -> None:
    nation = projections.project(NATION)
    found = demand.disabled(nation, "census")["unable"][0] / nation.over(60)[0]
    assert found == pytest.approx(0.0234, rel=1e-6)


def test_series_differ_as_their_definitions_do() -> None:
    city = projections.project(DAZHOU)
    shares = {
        name: float(sum(people[0] for people in demand.disabled(city, name).values()) / city.over(60)[0])
        for name in policy.disability().series
    }
    assert shares["census"] < 0.04 < shares["basic_adl"] < shares["gbt_42195"]


def test_needs_use_one_series_whichever_is_looked_at() -> None:
    city = projections.project(DAZHOU)
    wanted = {line.name: line for line in demand.needs(city, 2035)}
    levels = demand.disabled(city, policy.demand().series)
    severe = float(levels["severe"][-1] + levels["total"][-1])
    assert wanted["nursing_beds_by_disability"].needed == pytest.approx(0.3 * severe)


def test_ratios_are_those_of_the_documents() -> None:
    city = projections.project(DAZHOU)
    found = {line.name: line.needed for line in demand.needs(city, 2025)}
    elders, everybody = float(logic.over(city.at(2025), 60)), float(city.at(2025).sum())
    assert found["beds"] == pytest.approx(elders / 45)
    assert found["nursing_beds"] == pytest.approx(0.55 * elders / 45)
    assert found["social_workers"] == pytest.approx(elders / 1000)
    assert found["childcare_places"] == pytest.approx(4.5 * everybody / 1000)
    assert found["carers"] == pytest.approx(elders / 45 * 0.7 * (0.3 / 10 + 0.3 / 6 + 0.4 / 3))


def test_without_promises_there_is_no_gap() -> None:
    lines = demand.needs(projections.project(DAZHOU), 2030)
    assert all(line.supply is None and line.gap is None for line in lines)


def test_a_room_above_can_say_what_is_promised() -> None:
    demand.use(lambda area, year: {"beds": 30_000.0} if area == DAZHOU and year >= 2025 else {})
    beds = next(line for line in demand.needs(projections.project(DAZHOU), 2030) if line.name == "beds")
    assert beds.gap == pytest.approx(beds.needed - 30_000)


def test_refuses_an_unknown_way_of_counting() -> None:
    with pytest.raises(UsageError, match="series"):
        demand.disabled(projections.project(DAZHOU), "somehow")


def test_the_disabled_of_each_level_grow_with_the_old() -> None:
    found = demand.disabled(projections.project(DAZHOU))
    assert all((np.diff(people) > 0).all() for people in found.values())
