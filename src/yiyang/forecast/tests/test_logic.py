"""The projection against what must hold, against the UN, and against the census of 2020."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from yiyang.areas.logic import NATION
from yiyang.areas.tables import GROUPS
from yiyang.base.errors import UsageError
from yiyang.base.paths import policy_dir
from yiyang.forecast import ages, check, claimed, life, logic, policy, projections, units
from yiyang.forecast.logic import Assumptions
from yiyang.forecast.tables import AGES, census2010, census2020, census_groups, fertility, mortality

DAZHOU, DAZHU, TONGLIANG, VILLAGE = 511700000000, 511724000000, 500151000000, 511724001001


def test_single_years_keep_every_group_of_both_censuses() -> None:
    for year, held in ((2010, census2010()), (2020, census2020())):
        for code, groups in held.items():
            assert np.allclose(census_groups(ages.spread(groups, year)), groups), (year, code)


def test_the_famine_cohorts_stay_small_within_their_group() -> None:
    found = ages.spread(census2020()[NATION], 2020).sum(axis=0)
    # Born 1959–1961; those of 1963 were the most ever.
    assert found[60] < found[61] < found[62] < found[64]
    assert found[59] < 0.75 * found[57]


def test_single_death_rates_meet_the_groups_they_come_from() -> None:
    grouped = mortality()[2020]
    single = life.single_rates(grouped)
    lived = np.exp(-(np.cumsum(single, axis=1) - single / 2))
    starts = np.array([*GROUPS, 90, 95, 100])
    again = np.add.reduceat(single * lived, starts, axis=1) / np.add.reduceat(lived, starts, axis=1)
    assert np.allclose(again, grouped, rtol=0.01)


def test_fertility_by_age_sums_to_one_child() -> None:
    assert fertility(2030).sum() == pytest.approx(1)


def test_meets_the_united_nations_within_a_fifth_of_a_percent_at_sixty_and_one_at_eighty() -> None:
    for each in check.against_un():
        assert abs(each.error) < (0.01 if each.age == 80 else 0.002), each
    assert {each.year for each in check.against_un()} == {2025, 2030, 2035}


def test_counties_sum_to_their_city_in_every_year_sex_and_age() -> None:
    city = projections.project(DAZHOU)
    assert [units.name_of(code) for code in city.codes][:2] == ["通川区", "达川区"]
    assert len(city.codes) == 8
    alone = sum(projections.project(code).total for code in city.codes)
    assert np.allclose(city.total, alone)
    assert city.total[0].sum() == pytest.approx(5_385_422)


def test_a_cohort_never_grows_without_moves() -> None:
    found = projections.project(DAZHU, scenario=projections.scenario_of(migration="none")).total
    assert (np.diff([found[step, :, 60 + step].sum() for step in range(15)]) < 0).all()


def test_more_moves_more_children_and_longer_lives_pull_as_they_should() -> None:
    def at_end(**words: str) -> np.ndarray:
        return projections.project(DAZHU, scenario=projections.scenario_of(**words)).total[-1].sum(axis=0)

    assert at_end(fertility="low")[:15].sum() < at_end()[:15].sum() < at_end(fertility="high")[:15].sum()
    assert np.allclose(at_end(fertility="low")[16:], at_end(fertility="high")[16:])
    assert at_end(mortality="high")[80:].sum() < at_end()[80:].sum() < at_end(mortality="low")[80:].sum()
    # The young leave 大竹县: the fewer move, the more there are.
    assert at_end()[20:40].sum() < at_end(migration="halve")[20:40].sum() < at_end(migration="none")[20:40].sum()


def test_fans_hold_the_line_and_widen_with_the_years() -> None:
    found = projections.project(DAZHU)
    width = found.elders[:, -2, 0] - found.elders[:, 1, 0]
    assert (np.diff(width) > 0).all()
    assert width[0] == pytest.approx(0)
    for place, age in enumerate(logic.ELDERS):
        line = found.over(age)[1:]
        assert (found.elders[1:, 1, place] < line).all()
        assert (line < found.elders[1:, -2, place]).all()
    assert all((low <= high).all() for low, high in pairwise(np.moveaxis(found.elders, 1, 0)))


def test_draws_are_the_same_every_time() -> None:
    first = projections.project(TONGLIANG).elders
    projections._kept.cache_clear()
    assert np.array_equal(projections.project(TONGLIANG).elders, first)


def test_back_test_finds_most_of_2020_without_having_looked() -> None:
    test = check.back_test()
    assert len(test.names) == len(units.matched()) == 9
    elders = slice(check.BANDS.index(60), None)
    assert np.median(np.abs(check.errors()[:, elders])) < 0.08
    # Intervals of the errors' own spread hold about as many as they say.
    for each in check.coverage():
        assert each.share - 0.12 < each.within / each.of <= 1


def test_of_a_whole_city_ageing_alone_finds_the_elders_of_2020_within_five_percent() -> None:
    found = {name: plain for name, plain, _ in check.cities()}
    assert set(found) == {"达州市合计", "景德镇市合计"}
    assert abs(found["达州市合计"][check.BANDS.index(60)]) < 0.05


def test_areas_whose_borders_moved_are_compared_together() -> None:
    names = {each.name: each.why for each in units.matched() if each.why}
    assert any("达川区" in name and "通川区" in name for name in names)
    whole = {code for each in units.matched() for code in each.before}
    assert {511702000000, 511721000000, 500224000000} <= whole


def test_documents_forecasts_lie_near_ours() -> None:
    held = {(each.claim.area, each.claim.age): each for each in claimed.everywhere() if each.claim.is_forecast}
    assert len(held) == 4
    # 达州 says "more than 1.35 million" of those registered, 大竹 210,000 residents.
    assert 1_350_000 < held[511700, 60].ours < 1_450_000
    assert abs(held[511724, 60].error) < 10
    assert abs(held[511724, 80].error) < 15
    assert 0 < held[511700, 80].error < 30


def test_what_was_published_since_is_within_three_percent_of_ours() -> None:
    published = [each for each in claimed.everywhere() if not each.claim.is_forecast]
    assert {each.claim.year for each in published} == {2022, 2023, 2024, 2025}
    assert all(abs(each.error) < 3 for each in published)
    nation = projections.project(NATION)
    for each in published:
        low, high = nation.elders[nation.years.index(each.claim.year), [0, -1], 0]
        assert low < each.claim.people < high * 1.02


def test_a_township_has_no_projection_of_its_own() -> None:
    with pytest.raises(UsageError, match="census"):
        projections.project(VILLAGE)


def test_refuses_years_and_scenarios_that_are_none() -> None:
    with pytest.raises(UsageError, match="2050"):
        projections.project(DAZHU, 2080)
    with pytest.raises(UsageError, match="scenario"):
        projections.scenario_of(migration="double")


def test_the_nation_moves_nobody_and_is_the_united_nations_own() -> None:
    levels = units.levels_of(NATION)
    assert levels.mortality.tolist() == [1.0]
    assert not levels.migration.any()
    assert not units.is_matched(NATION)
    assert units.is_matched(DAZHOU)


def test_draws_add_to_growth_and_nothing_else() -> None:
    base = units.base(TONGLIANG)
    error = np.full((1, 1, AGES), 0.01)
    plain = logic.path(base, 2020, 1, logic.still(1), Assumptions())[1]
    moved = logic.path(base, 2020, 1, logic.still(1), Assumptions(error=error))[1]
    assert np.allclose(moved[..., 1:], plain[..., 1:] * np.exp(0.01))


def test_a_changed_parameter_shows_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, made = projections.project(TONGLIANG), projections.made_from()
    copied = tmp_path / "policy"
    shutil.copytree(policy_dir(), copied)
    rule = copied / "forecast" / "parameters.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("shrink: 0.5", "shrink: 0.0"), encoding="utf-8")
    monkeypatch.setenv("YIYANG_POLICY", str(copied))
    after = projections.project(TONGLIANG)
    assert after.made_from != made
    assert after.over(80)[-1] < before.over(80)[-1]
    monkeypatch.undo()
    assert projections.project(TONGLIANG).over(80)[-1] == before.over(80)[-1]


def test_policy_files_are_read_strictly() -> None:
    assert policy.parameters().scenarios.default["migration"] in policy.parameters().scenarios.migration
    assert policy.disability().default in policy.disability().series
    assert all(need.source for need in policy.demand().needs.values())
