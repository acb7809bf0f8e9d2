"""A result says what `Simulator` says, and what a whole second run of the changed list says."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from yiyang.base.errors import NoEffect
from yiyang.engine.facts import area_span
from yiyang.entitlement import actions
from yiyang.entitlement.simulate import Simulator
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.whole_runs import Json, agree, base_run, figures
from yiyang.entitlement.tests.world import World, held
from yiyang.forecast import projections
from yiyang.simulation import ageing, bases, logic
from yiyang.simulation.bases import Base, reckon, weigh
from yiyang.simulation.floor import floor_of

ALLOWANCE = "511724/old_age_allowance"
TIER = {"when:511724/old_age_allowance": "hardship == destitute and age >= 70", "fen:511724/old_age_allowance": "99.5"}
MOVED: list[dict[str, str]] = [
    {f"{ALLOWANCE}.eighties": "80"},
    {f"{ALLOWANCE}.eighties": "50", "511724/care_service_subsidy.amount": "200"},
    {f"{ALLOWANCE}.from_age": "85"},
    {f"who:{ALLOWANCE}": "age >= 75 and economic_hardship"},
    {f"end:{ALLOWANCE}": "on"},
    TIER,
]


def changes(base: Base, posted: dict[str, str]) -> Json:
    return logic.changes_of(posted, base.bound, base.blocks)


@pytest.mark.parametrize("posted", MOVED)
def test_the_figures_are_those_of_a_whole_second_run(
    base: Base, city: City, tmp_path: Path, posted: dict[str, str]
) -> None:
    found = reckon(base, changes(base, posted))
    overlay = logic.overlay_of(changes(base, posted))
    actions.run(
        snapshot=city.snapshot("2026-11"), month="2026-11", out=tmp_path / "trial", overlay=overlay, pages=False
    )
    agree(found, _by_whole_runs(base.folder, RunFolder(tmp_path / "trial"), None))
    simple = Simulator(base.folder).simulate(overlay)
    told = ("budget_year_fen", "winners", "losers", "items", "by_area", "by_age", "by_hardship", "histogram")
    assert {name: found[name] for name in told} == {name: simple[name] for name in told}


def _by_whole_runs(base: RunFolder, trial: RunFolder, area: str | None) -> Json:
    """From two folders of entitlements; of one area: the people registered or living there."""
    from collections import Counter

    low, high = area_span(area) if area else (-1, 10**12)
    people = base.people
    here = np.logical_or(*((c >= low) & (c < high) for c in (people.registered_area, people.resident_area)))
    kept = set(people.person[here].tolist())
    sides = [{key: one for key, one in held(run).items() if key[0] in kept} for run in (base, trial)]
    delta: Counter[int] = Counter()
    for sign, side in zip((-1, 1), sides, strict=True):
        for (person, _), (_, year) in side.items():
            delta[person] += sign * year
    before, after = sides
    return {
        **figures(delta.values()),
        "newly_entitled": Counter(item for _, item in after.keys() - before.keys()),
        "no_longer_entitled": Counter(item for _, item in before.keys() - after.keys()),
    }


@pytest.mark.parametrize("area", ["511724", "511725"])
@pytest.mark.parametrize("sets", [["allowance.old=80", "allowance.sum=70"], ["fuel.sum=700"], ["bonus.sum=1"]])
def test_a_county_sees_of_the_citys_run_its_own_people_only(world: World, area: str, sets: list[str]) -> None:
    base = base_run(world)
    overlay = logic.overlay_of({"sets": sets})
    found = Simulator(base, area).simulate(overlay)
    out = world.root / "trial"
    actions.run(snapshot=world.root / "r-snapshot-2026-11", month="2026-11", out=out, overlay=overlay, pages=False)
    agree(found, _by_whole_runs(base, RunFolder(out), area))
    whole = Simulator(base).simulate(overlay)
    assert found["winners"] + found["losers"] <= whole["winners"] + whole["losers"]
    shutil.rmtree(out)


def test_a_change_that_changes_nothing_says_so(base: Base) -> None:
    with pytest.raises(NoEffect):
        reckon(base, {"sets": [f"{ALLOWANCE}.eighties=60"]})


def test_losers_are_told_as_typical_people_and_few_without_a_number(base: Base) -> None:
    found = reckon(base, changes(base, {f"end:{ALLOWANCE}": "on"}))
    assert "岁上下" in found["losing"][0]["who"]
    assert sum(one["people"] or 0 for one in found["losing"]) <= found["losers"]
    assert all(one["people"] is None or one["people"] >= 5 for one in found["losing"])
    assert all(one["fen"] < 0 for one in found["losing"])
    assert not found["winning"]


def test_the_undecided_are_not_counted_but_told(base: Base) -> None:
    found = reckon(base, changes(base, {f"{ALLOWANCE}.eighties": "80"}))
    weighed = weigh(base, {"sets": [f"{ALLOWANCE}.eighties=80"]})
    unknown = weighed.after.undecided["old_age_allowance"]
    assert found["undecided"] == int(weighed.view.people[unknown].sum()) > 0
    assert found["open_year_fen"] > 0


def test_a_change_below_the_level_above_is_told_with_the_person(base: Base) -> None:
    kept = floor_of(base, changes(base, {f"{ALLOWANCE}.eighties": "80"}))
    assert kept.upper == "达州市"
    assert not kept.falls
    fallen = floor_of(base, changes(base, {"who:511724/ability_assessment": "age >= 90"}))
    assert [fall.name for fall in fallen.falls]
    assert "老人" in fallen.falls[0].people[0]


def test_this_year_of_the_outlook_is_what_the_items_cost_now(base: Base) -> None:
    found = reckon(base, changes(base, {f"{ALLOWANCE}.eighties": "80"}))
    rows = found["outlook"]["rows"]
    assert [row[0] for row in rows] == list(range(2026, 2032))
    assert rows[0][3] == found["budget_year_fen"]
    assert rows[0][1] == base.costs["old_age_allowance"]


def test_people_grow_older_by_the_life_table() -> None:
    deaths = {"male": {60: 0.0, 80: np.log(2)}, "female": {60: 0.0, 80: np.log(2)}}
    people = np.zeros((2, ageing.LAST - ageing.FIRST + 1))
    people[0, 0], people[1, 79 - 60], people[1, 80 - 60], people[0, -1] = 10, 100, 40, 8
    found: Any = ageing.by_life_table(deaths)(people, 2)
    assert found[0].sum() == 158
    assert found[1][80 - 60] == 100
    assert found[1][81 - 60] == 20
    assert found[1][-1] == 4
    assert [year[0] for year in found] == [10, 10, 10]
    assert found[2][81 - 60] == 50


def test_of_a_county_with_a_census_the_outlook_follows_its_projection(base: Base) -> None:
    found = reckon(base, changes(base, {f"{ALLOWANCE}.eighties": "80"}))["outlook"]
    projected = projections.project(511724000000)
    assert "人口预测" in found["method"]
    assert projected.made_from in found["method"]
    assert "大竹县" in found["method"]
    growth = projected.over(80)[2031 - 2020] / projected.over(80)[2026 - 2020]
    # The allowance is for those of eighty and over, most of whom are in their eighties.
    assert found["rows"][-1][1] / found["rows"][0][1] == pytest.approx(growth, rel=0.1)


def test_of_an_area_without_a_census_it_falls_back_on_the_life_table() -> None:
    forecast, method = bases._forecast("511724001", 2026)
    assert "人口预测" not in method
    assert forecast(np.ones((2, ageing.LAST - ageing.FIRST + 1)), 1).shape == (2, 42)


def test_everybody_grows_as_his_age_group_is_projected_to() -> None:
    projected = projections.project(511724000000)
    people = np.zeros((2, ageing.LAST - ageing.FIRST + 1))
    people[1, 82 - 60] = 100
    found = ageing.by_projection(projected, 2026)(people, 5)
    women = projected.people[:, 0, 1, 80:85].sum(axis=1)
    assert found[0].sum() == 100
    assert found[5][82 - 60] == pytest.approx(100 * women[11] / women[6])
    assert found[5].sum() == found[5][82 - 60]
