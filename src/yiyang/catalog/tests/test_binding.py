"""For whom each list answers, and with which figures."""

from __future__ import annotations

from datetime import date

import pytest

from yiyang.base.errors import PolicyError, UsageError
from yiyang.catalog.binding import BoundProgram, bind, covers, effective, effective_program
from yiyang.catalog.people import Given, stored
from yiyang.catalog.tests.small import SOURCE, Policy, complaint
from yiyang.engine.facts import as_int
from yiyang.engine.reference import answers

DAY = date(2026, 11, 1)


@pytest.fixture
def lists(policy: Policy) -> Policy:
    """The allowance stands in every list; the county's own fund only in the county's, the bath by residence."""
    policy.item(area="000000", fen=100)
    policy.item(area="510000", fen=200)
    policy.item(area="511724", fen=400)
    policy.item(area="511724", id="fund")
    policy.item(area="511700", id="bath", basis="resident")
    policy.item(area="511724", id="bath", basis="resident", fen=400)
    policy.item(area="360200", fen=500)
    return policy


def paid(bound: BoundProgram, **person: Given) -> dict[str, int]:
    """rule → fen of those to whom a person is entitled."""
    found = answers(bound.program, stored(bound.book, {"age": 83, **person}, bound.on), as_int(bound.on))
    return {result.rule.name: result.low for result in found if result.entitled}


def undecided(bound: BoundProgram, **person: Given) -> set[str]:
    found = answers(bound.program, stored(bound.book, {"age": 83, **person}, bound.on), as_int(bound.on))
    return {result.rule.name for result in found if result.entitled is None}


def test_the_nearest_list_answers(lists: Policy) -> None:
    bound = bind(["511700"], DAY)
    assert paid(bound, registered_area="511724001") == {"511724/allowance": 400, "511724/fund": 6000}
    assert paid(bound, registered_area="511725001") == {"510000/allowance": 200}


def test_residence_decides_where_the_item_says_so(lists: Policy) -> None:
    bound = bind(["511700"], DAY)
    assert paid(bound, registered_area="360200001", resident_area="511724001") == {"511724/bath": 400}
    assert paid(bound, registered_area="511725001", resident_area="511703001") == {
        "510000/allowance": 200, "511700/bath": 6000}  # fmt: skip


def test_an_unknown_area_leaves_every_list_undecided(lists: Policy) -> None:
    bound = bind(["511700"], DAY)
    assert undecided(bound, registered_area=None, resident_area="511725001") == {
        "510000/allowance", "511724/allowance", "511724/fund"}  # fmt: skip


def test_the_dead_get_nothing_unless_the_item_is_for_them(lists: Policy) -> None:
    lists.item(id="funeral", who="not alive")
    bound = bind(["511724"], DAY)
    assert paid(bound, registered_area="511724001", resident_area="511724001", alive=False) == {"511724/funeral": 6000}


def test_rules_of_other_cities_stay_out(lists: Policy) -> None:
    assert {rule.list_area for rule in bind(["511700"], DAY).program.rules} == {"510000", "511700", "511724"}
    assert {rule.list_area for rule in bind(["360200"], DAY).program.rules} == {"360200"}
    assert "000000" in {rule.list_area for rule in bind(["000000"], DAY).program.rules}


def test_a_county_run_limits_the_lists_above_to_the_county(lists: Policy) -> None:
    lists.item(area="510000", id="province_only")
    rule = next(rule for rule in bind(["511724"], DAY).program.rules if rule.item == "province_only")
    assert "511724" in repr(rule.scope)
    assert "510000" not in repr(rule.scope)


def test_several_areas_run_together(lists: Policy) -> None:
    bound = bind(["511724", "360200"], DAY)
    assert paid(bound, registered_area="360200001") == {"360200/allowance": 500}
    assert paid(bound, registered_area="511724001") == {"511724/allowance": 400, "511724/fund": 6000}
    assert bound.areas == ("511724", "360200")


def test_infos_run_parallel_to_rules(lists: Policy) -> None:
    bound = bind(["511700"], DAY)
    assert [(rule.item, rule.list_area) for rule in bound.program.rules] == [
        (info.item.id, info.list_area) for info in bound.infos]  # fmt: skip
    info = bound.infos[0]
    assert info.values == {"sum": 200}
    assert info.value_sources["sum"].article == "第一条"
    assert [document.id for document in info.documents] == ["paper"]
    assert info.tier_values == ("sum",)


def test_a_lower_list_on_another_basis_answers_only_for_its_own(policy: Policy) -> None:
    policy.item(area="511700", fen=1)
    policy.item(area="511724", fen=2, basis="resident")
    bound = bind(["511700"], DAY)
    assert paid(bound, registered_area="511724001", resident_area="511724001") == {"511724/allowance": 2}
    assert paid(bound, registered_area="511724001", resident_area="511703001") == {"511700/allowance": 1}


def test_effective_lists_own_items_then_those_from_above(lists: Policy) -> None:
    lists.item(area="000000", id="old_pension")
    found = [(info.list_area, info.item.id) for info in effective("511724", DAY)]
    assert found == [("511724", "allowance"), ("511724", "bath"), ("511724", "fund"), ("000000", "old_pension")]
    own = effective_program("511724", DAY, own=True)
    assert {info.list_area for info in own.infos} == {"511724"}
    assert effective("511725", DAY)[0].list_area == "511700"


def test_items_count_from_their_start_to_their_end(policy: Policy) -> None:
    policy.item(id="coming", starts="2027-01-01")
    policy.item(id="gone", ends="2026-10-31")
    policy.item(id="last_day", ends="2026-11-01")
    assert [info.item.id for info in effective("511724", DAY)] == ["last_day"]


def test_the_level_above_answers_until_the_lower_item_starts(policy: Policy) -> None:
    policy.item(area="511700", fen=1)
    policy.item(area="511724", fen=2, starts="2026-12-01")
    assert paid(bind(["511724"], DAY), registered_area="511724001") == {"511700/allowance": 1}


def values(figures: str, more: str = "") -> str:
    return f"{{sum: {{zh: 标准, en: s, unit: fen, from: {{{figures}}}{more}, source: {SOURCE}}}}}"


def test_the_latest_figure_that_has_begun_counts(policy: Policy) -> None:
    policy.item(values=values("2020-01-01: 1, 2026-11-01: 2, 2026-11-02: 3"))
    assert effective("511724", DAY)[0].values == {"sum": 2}


def test_a_figure_that_has_not_begun_is_an_error_with_its_line(policy: Policy) -> None:
    policy.item(values=values("2027-01-01: 1"))
    with pytest.raises(PolicyError) as error:
        bind(["511724"], DAY)
    assert "allowance.yaml:11" in complaint(error)
    assert "2027-01-01" in complaint(error)


def test_an_expired_amount_counts_as_not_stated(policy: Policy) -> None:
    policy.item(values=values("2020-01-01: 1", ", expires: 2026-10-31"))
    bound = effective_program("511724", DAY)
    assert bound.program.rules[0].tiers == ()
    assert bound.infos[0].tier_values == ()


def test_an_expired_threshold_ends_the_item(policy: Policy) -> None:
    age = (
        f"from_age: {{zh: 年龄, en: age, unit: years, from: {{2020-01-01: 80}}, expires: 2026-10-31, source: {SOURCE}}}"
    )
    policy.item(who="age >= @from_age", values=f"{{{values('2020-01-01: 1')[1:-1]}, {age}}}")
    assert effective("511724", DAY) == []
    assert effective("511724", date(2026, 10, 31))[0].values["from_age"] == 80


def test_a_threshold_out_of_bounds_names_the_condition(policy: Policy) -> None:
    age = f"from_age: {{zh: 年龄, en: age, unit: years, from: {{2020-01-01: 800, 2026-01-01: 80}}, source: {SOURCE}}}"
    policy.item(who="age >= @from_age", values=f"{{{values('2020-01-01: 1')[1:-1]}, {age}}}")
    assert bind(["511724"], DAY)
    with pytest.raises(PolicyError) as error:
        bind(["511724"], date(2025, 1, 1))
    assert "allowance.yaml:7" in complaint(error)


def test_an_area_without_any_list_is_a_usage_error(policy: Policy) -> None:
    policy.item(area="511724")
    with pytest.raises(UsageError):
        bind(["360200"], DAY)


def test_a_circle_between_items_names_them(policy: Policy) -> None:
    policy.item(id="one", stacking="{not_with: [two]}")
    policy.item(id="two", stacking="{less: [one]}")
    with pytest.raises(PolicyError) as error:
        bind(["511724"], DAY)
    assert "one" in complaint(error)
    assert "循环" in complaint(error)


def test_stacking_reaches_the_engine(policy: Policy) -> None:
    policy.item(stacking="{highest_of: group, cap: {group: total, value: sum}, rank: 5}")
    stacking = bind(["511724"], DAY).program.rules[0].stacking
    assert (stacking.highest_of, stacking.cap_group, stacking.cap_fen, stacking.rank) == ("group", "total", 6000, 5)


@pytest.mark.parametrize(
    ("upper", "lower", "does"),
    [("000000", "511724", True), ("511700", "511724", True), ("511724", "511700", False), ("511724", "511724", True),
     ("511725", "511724", False), ("500000", "500151", True)],
)  # fmt: skip
def test_covers(upper: str, lower: str, does: bool) -> None:
    assert covers(upper, lower) is does


def test_twelve_digit_codes_name_the_same_area(lists: Policy) -> None:
    assert bind(["511724000000"], DAY).program == bind(["511724"], DAY).program
