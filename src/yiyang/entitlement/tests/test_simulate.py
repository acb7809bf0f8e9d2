"""A simulation says what a whole run of the changed list would say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiyang.base.errors import NoEffect, PolicyError
from yiyang.catalog.overlay import Overlay
from yiyang.entitlement import actions
from yiyang.entitlement.simulate import Simulator, touched
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.whole_runs import Json, agree, base_run, by_whole_runs, laid_over, simulate
from yiyang.entitlement.tests.world import World
from yiyang.entitlement.views import PersonView


@pytest.fixture
def base(world: World) -> RunFolder:
    return base_run(world)


def check(world: World, base: RunFolder, overlay: Overlay, *, one_by_one: bool = False) -> Json:
    """Simulate, run whole, compare; and whether people had to be looked at one by one."""
    changed = base.rebind(overlay)
    found = Simulator(base).simulate(changed)
    trial = actions.run(
        snapshot=world.root / "r-snapshot-2026-11",
        month="2026-11",
        out=world.root / "trial",
        overlay=overlay,
        pages=False,
    )
    agree(found, by_whole_runs(base, trial))
    view = Simulator(base)._view(touched(base.bound.program, changed.program))
    assert isinstance(view, PersonView) == one_by_one
    return found


@pytest.mark.parametrize(
    "sets",
    [
        ["511724/allowance.old=80"],
        ["511724/allowance.old=0"],
        ["allowance.from_age=75"],
        ["nursing.light=300"],
        ["bonus.sum=1"],
        ["topping.sum=1"],
        ["comfort.sum=20"],
        ["511724/allowance.old=50", "nursing.heavy=0.01"],
    ],
)
def test_figures_changed_on_the_cells(world: World, base: RunFolder, sets: list[str]) -> None:
    found = check(world, base, Overlay.of(sets))
    assert found["winners"] or found["losers"]


@pytest.mark.parametrize(
    "sets", [["fuel.sum=700"], ["511724/allowance.from_age=40"], ["511724/allowance.from_age=110"]]
)
def test_figures_that_need_everybody_one_by_one(world: World, base: RunFolder, sets: list[str]) -> None:
    check(world, base, Overlay.of(sets), one_by_one=True)


def test_a_condition_on_a_fact_that_no_list_asked_about(world: World, base: RunFolder) -> None:
    found = check(world, base, laid_over(world, "511700: {bonus: {who: sex == female and age >= 60}}"), one_by_one=True)
    assert found["winners"]
    assert found["losers"]


def test_a_new_fact_that_splits_nobody_is_no_stumbling_block(world: World, base: RunFolder) -> None:
    found = check(
        world, base, laid_over(world, "511700: {bonus: {who: age >= 70 and disability_grade >= none}}"), one_by_one=True
    )
    assert found["losers"] == 0


def test_an_item_that_is_new_to_the_list(world: World, base: RunFolder) -> None:
    text = (world.policy.root / "lists/511700/fuel.yaml").read_text("utf-8").replace("id: fuel", "id: present")
    text = text.replace("per: household", "per: person")
    overlay = laid_over(world, "511700:\n  present:\n" + "\n".join(f"    {line}" for line in text.splitlines()))
    found = check(world, base, overlay)
    assert {item["item"]: item["name_zh"] for item in found["items"]} == {"present": "高龄津贴"}


def test_another_list_in_place_of_the_countys(world: World, base: RunFolder) -> None:
    draft = world.root / "draft" / "511724"
    shutil.copytree(world.policy.root / "lists/511724", draft)
    (draft / "allowance.yaml").unlink()
    check(world, base, Overlay.of((), [draft]))


def test_a_draft_may_cite_a_document_that_came_after_the_run(world: World, base: RunFolder) -> None:
    paper = (world.policy.root / "sources/paper.yaml").read_text("utf-8")
    world.policy.write("sources/new_paper.yaml", paper.replace("id: paper", "id: new_paper"))
    draft = world.root / "draft" / "511724"
    shutil.copytree(world.policy.root / "lists/511724", draft)
    text = (draft / "allowance.yaml").read_text("utf-8")
    (draft / "allowance.yaml").write_text(
        text.replace("document: paper", "document: new_paper").replace("6000", "6100"), "utf-8"
    )
    assert simulate(base, Overlay.of((), [draft]))["winners"] > 0


def test_groups_go_by_age_and_hardship(base: RunFolder) -> None:
    found = simulate(base, Overlay.of(["511724/allowance.old=80"]))
    assert [part["group"] for part in found["by_hardship"]] == ["非困难对象", "特困人员", "低保对象", "未知"]
    assert [part["group"] for part in found["by_age"]] == ["80–89"]


def test_values_that_no_list_tells_apart_make_one_group(world: World) -> None:
    world.policy.item("511700", "relief", "hardship != destitute", fen=5000)
    base = world.run({"爱华": {"hardship": "low_income"}, "保国": {"hardship": "rigid_expenditure"}})
    found = simulate(base, Overlay.of(["relief.sum=80"]))
    assert [(part["group"], part["winners"]) for part in found["by_hardship"]] == [
        ("低保对象、低保边缘家庭成员、刚性支出困难家庭成员", 2)
    ]


def test_people_under_sixty_have_a_band_of_their_own(base: RunFolder) -> None:
    found = simulate(base, Overlay.of(["nursing.light=300"]))
    assert found["by_age"][0]["group"] == "<60"
    assert found["by_age"][-1]["group"] == "未知"


@pytest.mark.parametrize(
    "text",
    [
        "511700: {bonus: {name: {zh: 贺礼, en: Present}}}",
        "511700: {bonus: {delivery: automatic}}",
    ],
)
def test_a_change_that_alters_no_answer_is_an_error(world: World, base: RunFolder, text: str) -> None:
    with pytest.raises(NoEffect):
        simulate(base, laid_over(world, text))


@pytest.mark.parametrize(
    "change", ["511724/allowance.old=60", "allowance.odl=80", "allowanc.old=80", "360200/allowance.old=80"]
)
def test_a_name_that_changes_nothing_is_an_error(base: RunFolder, change: str) -> None:
    with pytest.raises(NoEffect):
        simulate(base, Overlay.of([change]))


FEN = st.sampled_from((0, 1, 999, 6000, 12000, 20000, 45000))
WHO = st.sampled_from(
    (
        "everyone",
        "age >= 60",
        "age >= 77",
        "economic_hardship",
        "ability >= mild or hardship == none",
        "not (age >= 85)",
        "sex == male",
        "age >= 33 and not (hardship == none)",
    )
)
ITEMS = st.sampled_from(
    (
        ("511700", "allowance", "sum"),
        ("511700", "fuel", "sum"),
        ("000000", "nursing", "light"),
        ("000000", "topping", "sum"),
        ("511700", "bonus", "sum"),
        ("511700", "comfort", "sum"),
        ("511700", "fair", "sum"),
    )
)


MEETS = st.sampled_from(
    (
        "{}",
        "{not_with: [fuel]}",
        "{less: [allowance, nursing]}",
        "{highest_of: best, rank: 1}",
        "{cap: {group: limit, value: sum}}",
        "{not_with: [topping]}",
    )
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(ITEMS, FEN, st.none() | WHO, st.none() | MEETS), min_size=1, max_size=3, unique_by=lambda one: one[0]
    )
)
def test_random_changes(world: World, base: RunFolder, changes: list[tuple[Any, int, str | None, str | None]]) -> None:
    overlay = Overlay()
    for (area, item, value), fen, who, meets in changes:
        fields = [
            f"values: {{{value}: {fen}fen}}",
            *([f"who: {who}"] if who else []),
            *([f"stacking: {meets}"] if meets else []),
        ]
        overlay = overlay + laid_over(world, f"'{area}': {{{item}: {{{', '.join(fields)}}}}}")
    try:
        found = simulate(base, overlay)
    except (NoEffect, PolicyError):  # not every mixture is a list: items may meet in a circle
        return
    trial = actions.run(
        snapshot=world.root / "r-snapshot-2026-11",
        month="2026-11",
        out=world.root / "trial",
        overlay=overlay,
        pages=False,
    )
    agree(found, by_whole_runs(base, trial))


@pytest.mark.parametrize(
    "sets", [["511724/old_age_allowance.eighties=80"], ["old_age_allowance.eighties=20", "nursing_subsidy.sum=1"]]
)
def test_the_city_of_the_real_lists(city: City, tmp_path: Path, sets: list[str]) -> None:
    base = city.run("2026-11")
    known = {f"{info.item.id}.{name}" for info in base.bound.infos for name in info.item.values}
    overlay = Overlay.of([one for one in sets if one.split("/")[-1].split("=")[0] in known])
    trial = actions.run(
        snapshot=city.snapshot("2026-11"), month="2026-11", out=tmp_path / "t", overlay=overlay, pages=False
    )
    found = simulate(base, overlay)
    assert found["winners"] + found["losers"] > 50
    agree(found, by_whole_runs(base, trial))
