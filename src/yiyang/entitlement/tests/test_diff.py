"""One thing happens to each person between two months: the right kind, the right cause, the right money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from yiyang.base.errors import UsageError
from yiyang.entitlement import diff, diffsum
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tests.conftest import City
from yiyang.entitlement.tests.world import (
    DAZHU,
    ELSEWHERE,
    NAMES,
    QUXIAN,
    Told,
    World,
    held,
    tiers,
    values,
)

Change = tuple[str, str, str, int, int]
"""item, kind, cause, fen before, fen after."""


@pytest.fixture
def lists(world: World) -> World:
    """An allowance by age in two levels, one by ability, one for the poor, one a household."""
    policy = world.policy
    policy.item("511724", "allowance", "age >= 80", fen=6000)
    policy.item("511700", "allowance", "age >= 80", every="year", fen=40000)
    policy.item(
        "511700",
        "nursing",
        "ability >= mild",
        values=values(heavy=20000, light=10000),
        amount=tiers(heavy="ability >= severe", light="everyone"),
    )
    policy.item("511700", "relief", "hardship in (low_income, destitute)", fen=40000)
    policy.item(
        "511700",
        "fuel",
        "hardship == low_income",
        per="household",
        every="year",
        values=values(more=90000, some=60000),
        amount=tiers(more="living_arrangement == alone", some="everyone"),
    )
    return world


def both(world: World, before: Mapping[str, Told], after: Mapping[str, Told]) -> tuple[RunFolder, RunFolder]:
    return world.run(before, "2026-10"), world.run(after, "2026-11")


def changes_of(a: RunFolder, b: RunFolder) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for row in diff.changes(a, b).to_pylist():
        change = (row["item"], row["kind"], row["cause"], row["fen_a"], row["fen_b"])
        found.setdefault(NAMES[row["person"] - 1], []).append(change)
    return found


def change(world: World, before: Told, after: Told) -> list[Change]:
    """What one thing that happens to 爱华 changes; 保国, to whom nothing happens, must not be there."""
    still = {"age": 85, "ability": "mild", "hardship": "low_income"}
    found = changes_of(*both(world, {"爱华": before, "保国": still}, {"爱华": after, "保国": still}))
    assert set(found) <= {"爱华"}
    return found.get("爱华", [])


AT_HOME = {"age": 70, "ability": "intact"}


def test_turning_eighty_is_a_birthday(lists: World) -> None:
    born = {"birth_date": "1946-11-01", "ability": "intact"}
    assert change(lists, born, born) == [("allowance", "new", "birthday", 0, 6000)]


def test_the_birthday_counts_from_the_next_reference_day(lists: World) -> None:
    born = {"birth_date": "1946-11-02", "ability": "intact"}
    assert change(lists, born, born) == []


def test_death_ends_everything(lists: World) -> None:
    old = {"age": 90, "ability": "severe", "hardship": "low_income", "living_arrangement": "alone"}
    assert change(lists, old, old | {"alive": 0}) == [
        ("allowance", "ended", "death", 6000, 0),
        ("fuel", "ended", "death", 90000, 0),
        ("nursing", "ended", "death", 20000, 0),
        ("relief", "ended", "death", 40000, 0),
    ]


def test_moving_to_another_county_changes_amount_and_period(lists: World) -> None:
    old = {"age": 85, "ability": "intact"}
    found = change(lists, old, old | {"registered_area": QUXIAN})
    assert found == [("allowance", "changed", "moved", 6000, 40000)]


def test_moving_away_ends_everything(lists: World) -> None:
    old = {"age": 85, "ability": "intact"}
    assert change(lists, old, old | {"registered_area": ELSEWHERE}) == [("allowance", "ended", "moved", 6000, 0)]


def test_an_assessment_settles_what_was_open(lists: World) -> None:
    assert change(lists, {"ability": None}, {"ability": "severe"}) == [("nursing", "new", "assessment", 0, 20000)]


def test_an_assessment_that_finds_nothing_changes_nothing(lists: World) -> None:
    assert change(lists, {"ability": None}, {"ability": "intact"}) == []


def test_what_is_no_longer_known_has_not_ended_because_of_an_assessment(lists: World) -> None:
    assert change(lists, {"ability": "mild"}, {"ability": None}) == [("nursing", "ended", "unknown", 10000, 0)]


def test_a_worse_ability_raises_the_amount(lists: World) -> None:
    found = change(lists, {"ability": "mild"}, {"ability": "total"})
    assert found == [("nursing", "changed", "assessment", 10000, 20000)]


def test_the_low_income_allowance_brings_what_hangs_on_it(lists: World) -> None:
    poor = AT_HOME | {"hardship": "low_income", "living_arrangement": "alone"}
    assert change(lists, poor | {"hardship": "none"}, poor) == [
        ("fuel", "new", "hardship", 0, 90000),
        ("relief", "new", "hardship", 0, 40000),
    ]


def test_two_things_that_are_both_needed_are_several_together(lists: World) -> None:
    """Eighty and registered here: neither alone would do."""
    away = {"birth_date": "1946-11-01", "ability": "intact", "registered_area": ELSEWHERE}
    assert change(lists, away, away | {"registered_area": DAZHU}) == [("allowance", "new", "several", 0, 6000)]


def test_who_appears_has_arrived_and_who_is_gone_has_left(lists: World) -> None:
    old = {"age": 85, "ability": "intact"}
    found = changes_of(*both(lists, {"爱华": old, "保国": old}, {"保国": old, "春兰": old}))
    assert found == {
        "爱华": [("allowance", "ended", "left", 6000, 0)],
        "春兰": [("allowance", "new", "arrived", 0, 6000)],
    }


POOR = {"hardship": "low_income", "living_arrangement": "with_family", "ability": "intact", "household": 7}


def test_when_the_eldest_dies_the_next_of_the_household_is_paid(lists: World) -> None:
    before = {"爱华": POOR | {"age": 79}, "保国": POOR | {"age": 70}, "春兰": POOR | {"age": 71, "household": 8}}
    found = changes_of(*both(lists, before, before | {"爱华": POOR | {"age": 79, "alive": 0}}))
    assert found == {
        "爱华": [("fuel", "ended", "death", 60000, 0), ("relief", "ended", "death", 40000, 0)],
        "保国": [("fuel", "changed", "household", 0, 60000)],
    }


def test_an_amount_that_is_open_in_a_household_counts_as_its_least(lists: World) -> None:
    before = {"爱华": POOR | {"living_arrangement": None}}
    found = changes_of(*both(lists, before, {"爱华": POOR | {"living_arrangement": "alone"}}))
    assert found == {"爱华": [("fuel", "changed", "living", 60000, 90000)]}


def test_a_revised_figure_is_the_lists_doing(lists: World) -> None:
    people = {"爱华": {"age": 85, "ability": "intact"}}
    before = lists.run(people, "2026-10")
    lists.policy.item("511724", "allowance", "age >= 80", fen=8000)
    found = changes_of(before, lists.run(people, "2026-11"))
    assert found == {"爱华": [("allowance", "changed", "list_revised", 6000, 8000)]}


def test_an_item_that_asks_what_no_list_asked_before_is_the_lists_doing(lists: World) -> None:
    people = {"爱华": {"preferential": "veteran", "ability": "intact"}}
    before = lists.run(people, "2026-10")
    lists.policy.item("511700", "honour", "preferential == veteran", fen=5000)
    found = changes_of(before, lists.run(people, "2026-11"))
    assert found == {"爱华": [("honour", "new", "list_revised", 0, 5000)]}


def test_an_item_that_is_dropped_is_the_lists_doing(lists: World) -> None:
    people = {"爱华": {"age": 85, "ability": "mild"}}
    before = lists.run(people, "2026-10")
    (lists.policy.root / "lists/511700/nursing.yaml").unlink()
    found = changes_of(before, lists.run(people, "2026-11"))
    assert found == {"爱华": [("nursing", "ended", "list_revised", 10000, 0)]}


def test_words_of_a_fact_may_change_between_two_months(lists: World) -> None:
    """A better label, a new value in the middle and one that is no more: nobody's fact has changed by that."""
    old = {"birth_date": "1946-11-01", "ability": "severe", "hardship": "low_income"}
    before = lists.run({"爱华": old, "保国": old | {"birth_date": "1930-01-01", "ability": "mild"}}, "2026-10")
    path = lists.policy.root / "facts.yaml"
    text = path.read_text("utf-8").replace("zh: 重度失能, en: severe", "zh: 重度失能（三级）, en: severe")
    text = text.replace("moderate: {zh: 中度失能", "slight: {zh: 轻微, en: slight}, moderate: {zh: 中度失能")
    path.write_text(text, encoding="utf-8")
    after = lists.run({"爱华": old, "保国": old | {"birth_date": "1930-01-01", "ability": "severe"}}, "2026-11")
    assert changes_of(before, after) == {
        "爱华": [("allowance", "new", "birthday", 0, 6000)],
        "保国": [("nursing", "changed", "assessment", 10000, 20000)],
    }


def test_a_birthday_in_the_month_of_a_revision_stays_a_birthday(lists: World) -> None:
    born = {"birth_date": "1946-11-01", "ability": "intact"}
    before = lists.run({"爱华": born, "保国": born | {"birth_date": "1940-01-01"}}, "2026-10")
    lists.policy.item("511724", "allowance", "age >= 80", fen=8000)
    found = changes_of(before, lists.run({"爱华": born, "保国": born | {"birth_date": "1940-01-01"}}, "2026-11"))
    assert found == {
        "爱华": [("allowance", "new", "birthday", 0, 8000)],
        "保国": [("allowance", "changed", "list_revised", 6000, 8000)],
    }


def test_stacking_carries_the_cause_to_the_other_item(lists: World) -> None:
    lists.policy.item("511700", "bonus", "everyone", fen=1000, stacking="{not_with: [allowance]}")
    born = {"birth_date": "1946-11-01", "ability": "intact"}
    assert change(lists, born, born) == [
        ("allowance", "new", "birthday", 0, 6000),
        ("bonus", "ended", "birthday", 1000, 0),
    ]


def test_a_month_compared_with_itself_has_no_change(lists: World, city: City) -> None:
    run = city.run("2026-11")
    assert diff.changes(run, run).num_rows == 0
    assert diffsum.summarise(diff.changes(run, run), run, run)["totals"] == {
        "new": 0,
        "changed": 0,
        "ended": 0,
        "year_fen": 0,
        "people": 0,
    }


def test_a_month_with_nobody_can_be_compared(lists: World) -> None:
    nobody, somebody = lists.run_rows([], "2026-10"), lists.run({"爱华": {"age": 85, "ability": "intact"}})
    assert changes_of(nobody, somebody) == {"爱华": [("allowance", "new", "arrived", 0, 6000)]}
    assert changes_of(somebody, nobody) == {"爱华": [("allowance", "ended", "left", 6000, 0)]}


def by_sets(a: RunFolder, b: RunFolder) -> dict[tuple[int, str], str]:
    before, after = held(a), held(b)
    kinds = dict.fromkeys(after.keys() - before.keys(), "new") | dict.fromkeys(before.keys() - after.keys(), "ended")
    return kinds | {key: "changed" for key in before.keys() & after.keys() if before[key] != after[key]}


def test_the_city_changes_as_its_two_folders_differ(city: City) -> None:
    a, b = city.run("2026-10"), city.run("2026-11")
    rows = diff.changes(a, b).to_pylist()
    assert {(row["person"], row["item"]): row["kind"] for row in rows} == by_sets(a, b)
    assert len(rows) > 50
    assert {"birthday", "death", "arrived", "left"} <= {row["cause"] for row in rows}


def test_the_money_of_the_changes_is_the_difference_of_the_totals(city: City) -> None:
    a, b = city.run("2026-10"), city.run("2026-11")
    found = diffsum.summarise(diff.changes(a, b), a, b)
    assert found["totals"]["year_fen"] == b.summary["totals"]["year_fen"] - a.summary["totals"]["year_fen"]
    for parts in ("causes", "items", "areas"):
        assert {n: sum(part[n] for part in found[parts]) for n in FIGURES} == {n: found["totals"][n] for n in FIGURES}


FIGURES = ("new", "changed", "ended", "year_fen")


def test_the_money_of_a_move_between_lists_is_counted_by_the_year(lists: World) -> None:
    old: dict[str, Any] = {"age": 85, "ability": "intact"}
    a, b = both(lists, {"爱华": old}, {"爱华": old | {"registered_area": QUXIAN}})
    found = diffsum.summarise(diff.changes(a, b), a, b)
    assert found["totals"]["year_fen"] == 40000 - 12 * 6000
    assert found["totals"]["year_fen"] == b.summary["totals"]["year_fen"] - a.summary["totals"]["year_fen"]


def test_each_item_names_its_causes(lists: World) -> None:
    a, b = both(lists, {"爱华": {"age": 85, "ability": None}}, {"爱华": {"age": 85, "ability": "mild", "alive": 1}})
    item = diffsum.summarise(diff.changes(a, b), a, b)["items"][0]
    assert (item["item"], item["list_area"], item["causes"]) == (
        "nursing",
        "511700",
        {"assessment": {"new": 1, "changed": 0, "ended": 0}},
    )


def test_everybody_of_two_runs_is_matched_once(city: City) -> None:
    a, b = city.run("2026-10"), city.run("2026-11")
    pairs = diff.match(a, b)
    assert (pairs.person == np.union1d(a.people.person, b.people.person)).all()
    assert ((pairs.place_a >= 0) == np.isin(pairs.person, a.people.person)).all()


def test_runs_of_two_areas_are_not_compared(lists: World, city: City) -> None:
    with pytest.raises(UsageError, match="of different areas"):
        diff.changes(lists.run({"爱华": {}}), city.run("2026-11"))
