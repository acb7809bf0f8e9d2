"""What is true of everybody at the start: hardship, ability, disability, living arrangement and the rest.

Every column holds the fact's stored integer (see `policy/facts.yaml`), -1 standing for unknown, or a day.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from yiyang.synthetic.chance import Array, Chance, by_age
from yiyang.synthetic.days import NO_DAY, Month, yyyymmdd
from yiyang.synthetic.floor import fill_small_groups
from yiyang.synthetic.people import NEVER, Table
from yiyang.synthetic.policy import code, parameters, values


def ages(people: Table, reference: int) -> Array:
    """Whole years on a day."""
    today = yyyymmdd(np.full(1, reference))[0]
    return (today - yyyymmdd(people["birth"])) // 10_000


def by_value(table: dict[str, Any], fact: str, rows: Array) -> Array:
    """A table keyed by a fact's values, looked up for stored integers."""
    return np.array([table[value] for value in values(fact)])[rows]


def first_state(people: Table, month: Month, chance: Chance) -> None:
    """Add every changing column as of the first month."""
    people["age"] = ages(people, month.reference).astype(np.int16)
    _ability(people, chance)
    _hardship(people, month, chance)
    _disability(people, month, chance)
    _living(people, month, chance)
    _small_groups(people, month, chance)
    _insurance(people, chance)
    _health(people, month, chance)
    _assessments(people, month, chance)
    _training(people, month, chance)
    fill_small_groups(people, chance)
    _presence(people)


def since(purpose: str, people: Table, month: Month, chance: Chance, years: tuple[float, float]) -> Array:
    """A day between so many years before the month and the day before it."""
    low, high = (month.reference - int(y * 365.25) for y in (years[1], years[0]))
    return chance.between(purpose, people["elder"], low, high - 1).astype(np.int32)


def _ability(people: Table, chance: Chance) -> None:
    starts = sorted(parameters()["ability"]["by_age"])
    row = np.clip(np.searchsorted(starts, people["age"], side="right") - 1, 0, None)
    worst_first = np.array([parameters()["ability"]["by_age"][s][::-1] for s in starts])
    drawn = chance.pick_by_row("ability", people["elder"], worst_first, row)
    people["ability"] = (4 - drawn).astype(np.int8)
    share = by_age(parameters()["dementia"], people["age"]) * np.array([0.4, 1.2, 2.2, 3.2, 3.6])[people["ability"]]
    people["dementia"] = chance.happens("dementia", people["elder"], share).astype(np.int8)


def _hardship(people: Table, month: Month, chance: Chance) -> None:
    """Destitution strikes people without a spouse, the rest whole households."""
    table = parameters()["hardship"]
    factor = by_age(table["age_factor"], people["age"])
    kinds = ("low_income", "low_income_edge", "rigid_expenditure")
    shares = np.array([[table[place][kind] for kind in kinds] for place in ("rural", "urban")])
    drawn = chance.uniform("hardship", people["household"]) / factor
    edges = np.cumsum(shares, axis=1)[people["urban"]]
    hardship = np.zeros(len(factor), dtype=np.int8)
    for index, kind in enumerate(kinds):
        low = edges[:, index - 1] if index else 0.0
        hardship[(drawn >= low) & (drawn < edges[:, index])] = code("hardship", kind)
    alone = people["spouse"] < 0
    destitute = np.where(people["urban"] == 1, table["urban"]["destitute"], table["rural"]["destitute"]) / alone.mean()
    hardship[alone & chance.happens("destitute", people["elder"], destitute * factor)] = code("hardship", "destitute")
    people["hardship"] = hardship
    people["hardship_since"] = since("hardship since", people, month, chance, (0.1, 9))
    people["concentrated"] = chance.happens("concentrated", people["elder"], table["concentrated"]).astype(np.int8)
    people["self_care"] = chance.pick_by_row(
        "self care",
        people["elder"],
        np.array([table["self_care"][a][:2] for a in values("ability")]),
        people["ability"],
    ).astype(np.int8)


def _disability(people: Table, month: Month, chance: Chance) -> None:
    table = parameters()["disability"]
    share = by_age(table["by_age"], people["age"]) * by_value(table["ability_factor"], "ability", people["ability"])
    certified = chance.happens("disabled", people["elder"], share)
    grade, kind = certificates(people, chance)
    people["disability_grade"] = np.where(certified, grade, 0).astype(np.int8)
    people["disability_kind"] = np.where(certified, kind, 0).astype(np.int8)
    people["disability_since"] = since("disabled since", people, month, chance, (0.1, 12))


def certificates(people: Table, chance: Chance) -> tuple[Array, Array]:
    """The grade and kind that each person's certificate has or would have; worse ability, worse grade."""
    table = parameters()["disability"]
    grades = [table["grade"].get(value, 0.0) for value in values("disability_grade")]
    edges = np.cumsum(grades)
    drawn = np.clip(chance.uniform("grade", people["elder"]) + 0.09 * people["ability"], 0, 0.999999)
    kinds = [table["kind"].get(value, 0.0) for value in values("disability_kind")]
    return np.searchsorted(edges, drawn, side="right"), chance.pick("kind", people["elder"], kinds)


def _living(people: Table, month: Month, chance: Chance) -> None:
    people["living"] = living_arrangement(people, chance, "living")
    table = parameters()["living"]
    destitute = people["hardship"] == code("hardship", "destitute")
    share = np.where(destitute, table["lonely"]["destitute"], table["lonely"]["single"]) * (people["spouse"] < 0)
    people["lonely"] = chance.happens("lonely", people["elder"], share).astype(np.int8)
    people["surveyed"] = chance.happens("surveyed", people["elder"], table["surveyed"]).astype(np.int8)
    people["surveyed_on"] = since("surveyed on", people, month, chance, (0.02, 0.8))
    people["registered_on"] = since("registered on", people, month, chance, (2, 38))
    # The police still hold the place of registration of some who live elsewhere in the city.
    people["police_resident"] = people["resident"].copy()
    moved = people["surveyed"].astype(bool) & chance.happens("moved", people["elder"], table["moved_unknown_to_police"])
    people["police_resident"][moved] = np.roll(people["resident"], 4001)[moved]


def living_arrangement(people: Table, chance: Chance, purpose: str) -> Array:
    """With family, alone, empty nest or left behind: couples and others by their own shares."""
    table, urban = parameters()["living"], people["urban"].astype(bool)
    drawn = chance.uniform(purpose, np.where(people["spouse"] >= 0, people["household"], people["elder"]))
    couple, single = table["couple"], table["single"]
    nest = np.where(people["spouse"] >= 0, couple["empty_nest"], 0.0)
    alone = np.where(people["spouse"] >= 0, 0.0, np.where(urban, single["alone_urban"], single["alone_rural"]))
    left = np.where(
        people["spouse"] >= 0,
        np.where(urban, couple["left_behind_urban"], couple["left_behind_rural"]),
        np.where(urban, single["left_behind_urban"], single["left_behind_rural"]),
    )
    names = values("living_arrangement")
    choice = np.select(
        [drawn < nest, drawn < nest + alone, drawn < nest + alone + left],
        [names.index("empty_nest"), names.index("alone"), names.index("left_behind")],
        names.index("with_family"),
    )
    return choice.astype(np.int8)


def _small_groups(people: Table, month: Month, chance: Chance) -> None:
    urban, keys = people["urban"], people["elder"]
    table = parameters()["birth_planning"]
    shares = np.array([[table[p]["bereaved"], table[p]["disabled_child"]] for p in ("rural", "urban")])
    drawn = chance.pick_by_row("birth planning", people["household"], shares, urban)
    young = people["age"] <= table["oldest"]
    kinds = np.array([code("birth_planning_family", v) for v in ("bereaved", "disabled_child", "none")])
    people["birth_planning"] = np.where(young, kinds[drawn], 0).astype(np.int8)
    people["birth_planning_since"] = since("birth planning since", people, month, chance, (0.2, 10))
    table = parameters()["preferential"]
    others = [table["bereaved_family"], table["soldier_family"], table["other"]]
    shares = np.array([[table["veteran_male"], *others], [table["veteran_female"], *others]])
    drawn = chance.pick_by_row("preferential", keys, shares, people["sex"])
    people["preferential"] = np.where(drawn < 4, drawn + 1, 0).astype(np.int8)
    table = parameters()["special"]
    poor = np.where(urban == 1, table["poverty_alleviated_urban"], table["poverty_alleviated_rural"])
    people["poverty_alleviated"] = chance.happens("poverty", people["household"], poor).astype(np.int8)
    people["special_contribution"] = chance.happens("contribution", keys, table["special_contribution"]).astype(np.int8)
    people["vagrant"] = (chance.happens("vagrant", keys, table["vagrant"]) & (people["hardship"] == 0)).astype(np.int8)


def _insurance(people: Table, chance: Chance) -> None:
    table = parameters()["pension"]
    shares = np.array([[table[p]["employee"], table[p]["resident"]] for p in ("rural", "urban")])
    pension = chance.pick_by_row("pension", people["elder"], shares, people["urban"])
    destitute = people["hardship"] == code("hardship", "destitute")
    people["pension"] = np.where(pension == 2, 0, np.where(destitute, 2, pension + 1)).astype(np.int8)
    insured = ~chance.happens("uninsured", people["elder"], parameters()["medical"]["uninsured"])
    people["medical"] = np.where(insured, np.where(people["pension"] == 1, 1, 2), 0).astype(np.int8)
    _long_term_care(people, chance)


def _long_term_care(people: Table, chance: Chance) -> None:
    table = parameters()["medical"]
    share = np.full(len(people["elder"]), table["ltci_elsewhere"])
    for prefix, rates in sorted(table["ltci"].items(), key=lambda item: len(str(item[0]))):
        low = int(str(prefix).ljust(12, "0"))
        here = (people["registered"] >= low) & (people["registered"] < low + 10 ** (12 - len(str(prefix))))
        share[here] = np.where(people["medical"][here] == 1, rates["employee"], rates["resident"])
    insured = (people["medical"] > 0) & chance.happens("ltci", people["elder"], share)
    people["ltci_insured"] = insured.astype(np.int8)
    graded = insured & chance.happens(
        "ltci graded", people["elder"], by_value(table["ltci_graded"], "ability", people["ability"])
    )
    worse = chance.happens("ltci worse", people["elder"], 0.4) & (people["ability"] >= 3)
    people["ltci_grade"] = np.where(graded, people["ability"] + worse, -1).astype(np.int8)


def _health(people: Table, month: Month, chance: Chance) -> None:
    table = parameters()["health"]
    share = by_age(table["checked"], people["age"])
    people["checked"] = chance.happens("checked", people["elder"], share).astype(np.int8)
    people["checked_on"] = since("checked on", people, month, chance, (0.01, 1.0))
    people["doctor"] = chance.happens("doctor", people["elder"], table["family_doctor"]).astype(np.int8)
    people["screened"] = chance.happens("screened", people["elder"], table["dementia_screened"]).astype(np.int8)
    people["dementia_found"] = people["dementia"].copy()


def _assessments(people: Table, month: Month, chance: Chance) -> None:
    """Who has been assessed, when, and what was found. `assessed_in`: index of the month that delivers it."""
    table = parameters()["ability"]
    share = (
        by_value(table["assessed"], "ability", people["ability"])
        + table["assessed"]["hardship"] * (people["hardship"] > 0)
        + table["assessed"]["very_old"] * (people["age"] >= 80)
    )
    assessed = chance.happens("assessed", people["elder"], share)
    earliest = np.maximum(month.plus(-int(table["months_back"])).reference, birthday(people, 60))
    assessed &= earliest < month.reference
    on = chance.between("assessed on", people["elder"], np.minimum(earliest, month.reference - 1), month.reference - 1)
    people["assessed_in"] = np.where(assessed, 0, NEVER).astype(np.int8)
    record_assessment(people, assessed, on, chance, "first")


def birthday(people: Table, years: int) -> Array:
    """About the day on which each person reaches an age (a day off around leap years does not matter here)."""
    return people["birth"] + int(years * 365.2425)


def record_assessment(people: Table, who: Array, on: Array, chance: Chance, purpose: str) -> None:
    """Note level, score, day and stated end of an assessment of these people."""
    for name, start in (("level", -1), ("score", -1), ("assessed_on", NO_DAY), ("assessed_until", NO_DAY)):
        people.setdefault(name, np.full(len(people["elder"]), start, dtype=np.int32))
    table = parameters()["ability"]
    low, high = np.array([90, 66, 46, 30, 0]), np.array([90, 89, 65, 45, 29])
    score = chance.between(f"score/{purpose}", people["elder"], low[people["ability"]], high[people["ability"]])
    ends = chance.happens(f"ends/{purpose}", people["elder"], table["stated_end"])
    until = np.where(ends, on + int(table["valid_years"] * 365.25) - 1, NO_DAY)
    for name, column in (
        ("level", people["ability"]),
        ("score", score),
        ("assessed_on", on),
        ("assessed_until", until),
    ):
        people[name][who] = column[who]


def _training(people: Table, month: Month, chance: Chance) -> None:
    table = parameters()["training"]
    trained = (people["ability"] >= 2) & chance.happens("trained", people["elder"], table["moderate_or_worse"])
    people["trained_in"] = np.where(trained, 0, NEVER).astype(np.int8)
    people["training_done"] = (~chance.happens("failed", people["elder"], table["failed"])).astype(np.int8)
    people["trained_on"] = since("trained on", people, month, chance, (0.02, 2))


def _presence(people: Table) -> None:
    """Nobody has left or been reported dead yet; `steps.report_deaths` fills in the first month's."""
    size = len(people["elder"])
    for name in ("leaves", "police_death", "health_death", "funeral_death"):
        people[name] = np.full(size, NEVER, dtype=np.int8)
    people["cremated_on"] = np.full(size, NO_DAY, dtype=np.int32)
    people["cancelled_on"] = np.full(size, NO_DAY, dtype=np.int32)
