"""What of a list can be moved, and what a form moves."""

from __future__ import annotations

import pytest

from yiyang.base.errors import PolicyError, UsageError
from yiyang.simulation import logic
from yiyang.simulation.bases import Base, reckon, why_not

ALLOWANCE = "511724/old_age_allowance"
EIGHTIES = f"{ALLOWANCE}.eighties"


def changes(base: Base, **posted: str) -> dict[str, object]:
    return logic.changes_of(posted, base.bound, base.blocks)


def block(base: Base, name: str = ALLOWANCE) -> logic.Block:
    return next(one for one in base.blocks if one.name == name)


def test_levers_have_the_figure_in_force_its_unit_and_its_source(base: Base) -> None:
    lever = next(one for one in block(base).levers if one.name == EIGHTIES)
    assert (lever.now, lever.unit, lever.least, lever.most) == ("60", "元", 0, 180)
    assert "规划" in lever.source
    ages = next(one for one in block(base).levers if one.name == f"{ALLOWANCE}.from_age")
    assert (ages.now, ages.unit, ages.least, ages.most) == ("80", "周岁", 60, 105)


def test_what_costs_most_stands_first(base: Base) -> None:
    sums = [one.year_fen for one in base.blocks if one.pays]
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > 0


def test_a_form_that_says_what_holds_changes_nothing(base: Base) -> None:
    posted = {lever.name: lever.now for one in base.blocks for lever in one.levers}
    posted |= {f"who:{one.name}": one.who for one in base.blocks}
    assert changes(base, **posted) == {}


def test_figures_are_taken_as_people_type_them(base: Base) -> None:
    for text in ("80", "80.00", "¥80", "80元"):
        assert changes(base, **{EIGHTIES: text}) == {"sets": [f"{EIGHTIES}=80"]}
    assert changes(base, **{EIGHTIES: "62.5"}) == {"sets": [f"{EIGHTIES}=62.5"]}


@pytest.mark.parametrize("text", ["八十", "-1", "60.005", "1e99", "NaN", "Infinity"])
def test_what_is_no_figure_is_said_at_its_name(base: Base, text: str) -> None:
    with pytest.raises(UsageError, match="eighties") as said:
        changes(base, **{EIGHTIES: text})
    assert "80至89周岁" in said.value.zh


def test_a_condition_a_tier_and_an_end_become_patches(base: Base) -> None:
    assert changes(base, **{f"who:{ALLOWANCE}": "age >= 85"})["patches"] == {
        "511724": {"old_age_allowance": {"who": "age >= 85"}}
    }
    assert changes(base, **{f"end:{ALLOWANCE}": "on"})["patches"] == {
        "511724": {"old_age_allowance": {"ends": "2026-10-31"}}
    }
    found = changes(base, **{f"when:{ALLOWANCE}": "age >= 95", f"fen:{ALLOWANCE}": "200"})
    tiers = found["patches"]["511724"]["old_age_allowance"]["amount"]["tiers"]  # type: ignore[index]
    assert [tier["value"] for tier in tiers] == ["trial", "centenarians", "nineties", "eighties"]
    with pytest.raises(UsageError, match="both"):
        changes(base, **{f"when:{ALLOWANCE}": "age >= 95"})


def test_a_kept_change_fills_the_form_again(base: Base) -> None:
    posted = {
        EIGHTIES: "80",
        f"who:{ALLOWANCE}": "age >= 85",
        f"when:{ALLOWANCE}": "age >= 95",
        f"fen:{ALLOWANCE}": "200",
    }
    found = changes(base, **posted)
    assert logic.posted_of(found) == posted
    assert changes(base, **logic.posted_of(found)) == found


def test_a_change_is_told_in_words(base: Base) -> None:
    posted = {EIGHTIES: "80", "end:511724/centenarian_family_award": "on"}
    assert logic.said(changes(base, **posted), base.blocks) == [
        "高龄津贴 80至89周岁：60 → 80 元",
        "百岁老人家庭奖励金：停止实行",
    ]


def test_a_condition_that_cannot_be_read_is_said_without_the_file(base: Base) -> None:
    with pytest.raises(PolicyError) as said:
        reckon(base, {"patches": {"511724": {"old_age_allowance": {"who": "agee >= 85"}}}})
    assert why_not(said.value)[0].startswith("没有名为 agee 的事实")


@pytest.mark.parametrize("wrong", [{"sets": [3]}, {"sets": "x"}, {"patches": [1]}, {"patches": {"511724": 5}}])
def test_what_is_no_change_is_refused_in_words(base: Base, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        reckon(base, wrong)
