"""A person's answers in words: every line says what the plain reader says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from yiyang.base.errors import UsageError
from yiyang.engine import reference
from yiyang.engine.conditions import And, Condition, Named, Not, Or
from yiyang.engine.rules import StackReason
from yiyang.entitlement.explain import explain
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.summary import speaker
from yiyang.entitlement.tests.test_next import everybody, lists
from yiyang.entitlement.tests.world import QUXIAN, World, number, values

__all__ = ["lists"]
STATES = {True: "met", False: "not_met", None: "unknown"}
ANSWERS = {True: "entitled", False: "not_entitled", None: "undecided"}
GROUPS = {"至少符合一项", "同时符合"}


def parts(condition: Condition) -> Iterator[Condition]:
    """A condition and everything in it."""
    yield condition
    match condition:
        case And(inner) | Or(inner):
            for one in inner:
                yield from parts(one)
        case Named(_, one) | Not(one):
            yield from parts(one)


def rule_of(run: RunFolder, told: dict[str, Any]) -> Any:
    return next(r for r in run.bound.program.rules if (r.item, r.list_area) == (told["item"], told["list_area"]))


def check(run: RunFolder, person: dict[str, int | None], told: dict[str, Any]) -> int:
    """Compare one told item with the plain reader; how many lines were compared."""
    rule, says = rule_of(run, told), speaker("zh")
    result = next(r for r in reference.answers(run.bound.program, person, run.reference) if r.rule == rule)
    wanted = {says.say(part): reference.holds(part, person, run.reference) for part in parts(rule.condition)}
    lines = [line for line in told["conditions"] if line["says"] not in GROUPS]
    assert {line["says"]: line["state"] for line in lines} == {
        line["says"]: STATES[wanted[line["says"]]] for line in lines
    }
    tiers = [STATES[reference.holds(tier.when, person, run.reference)] for tier in rule.tiers]
    assert [tier["state"] for tier in told["tiers"]] == tiers
    stacking = {reason: STATES[state] for reason, state in result.reasons.items() if isinstance(reason, StackReason)}
    assert [row["state"] for row in told["stacking"]] == [
        stacking[r] for r in rule.reasons if isinstance(r, StackReason)
    ]
    assert told["answer"] == ANSWERS[result.entitled]
    assert (told["low_fen"], told["high_fen"]) == (result.paid if rule.per != "facility" else (0, 0))
    return len(lines)


def test_every_line_says_what_the_plain_reader_says(lists: World) -> None:
    people = everybody(lists)
    run = lists.run_rows(people)
    compared = 0
    for person in people[::7]:
        for told in explain(run, int(person["person"] or 0))["items"]:
            compared += check(run, person, told)
    assert compared > 2000


def test_the_list_that_answers_is_told_and_no_other(lists: World) -> None:
    run = lists.run({"爱华": {"age": 85}, "保国": {"age": 85, "registered_area": QUXIAN}})
    areas = [
        [told["list_area"] for told in explain(run, number(name), "allowance")["items"]] for name in ("爱华", "保国")
    ]
    assert areas == [["511724"], ["511700"]]


def test_where_the_place_is_unknown_every_list_that_may_answer_is_told(lists: World) -> None:
    run = lists.run({"爱华": {"age": 85, "registered_area": None}})
    told = explain(run, number("爱华"), "allowance")["items"]
    assert {(item["list_area"], item["answer"]) for item in told} == {("511724", "undecided"), ("511700", "undecided")}


def test_the_dead_are_told_why_not(lists: World) -> None:
    run = lists.run({"爱华": {"age": 85, "alive": 0}})
    told = explain(run, number("爱华"), "allowance")["items"][0]
    assert told["answer"] == "not_entitled"
    first = told["conditions"][0]
    assert (first["says"], first["state"], first["value"]) == ("健在", "not_met", "否")


def test_a_person_is_told_in_chinese_and_in_english(lists: World) -> None:
    run = lists.run({"爱华": {"age": 85}})
    zh = explain(run, number("爱华"), "allowance", "zh")["items"][0]
    en = explain(run, number("爱华"), "allowance", "en")["items"][0]
    assert [line["says"] for line in zh["conditions"]] == ["健在", "户籍地在大竹县", "年满80周岁"]
    assert [line["says"] for line in en["conditions"]] == [
        "alive",
        "place of household registration in 大竹县",
        "age at least 80 years",
    ]
    assert (zh["conditions"][2]["value"], en["conditions"][2]["value"]) == ("85周岁", "85 years")
    assert zh["source"] == {"document": "paper", "title": "示例文件", "article": "第一条", "checked": "transcribed"}


def test_an_unknown_fact_is_said_to_be_unknown(lists: World) -> None:
    run = lists.run({"爱华": {"ability": None, "hardship": "none"}})
    told = explain(run, number("爱华"), "nursing")["items"][0]
    line = told["conditions"][-1]
    assert (told["answer"], line["state"], line["value"]) == ("undecided", "unknown", "未知")
    assert (told["amount_fen"], told["low_fen"], told["high_fen"]) == (None, 0, 20000)


def test_an_item_that_excludes_is_named(lists: World) -> None:
    run = lists.run({"爱华": {"ability": "mild", "hardship": "destitute"}})
    told = explain(run, number("爱华"), "nursing")["items"][0]
    assert told["answer"] == "not_entitled"
    assert told["stacking"] == [{"says": "已享受“高龄津贴”，不再重复享受", "state": "met"}]


def test_of_a_household_it_is_said_who_is_paid(lists: World) -> None:
    poor = {"hardship": "low_income", "household": 7, "sex": "male"}
    run = lists.run({"爱华": poor | {"age": 70}, "保国": poor | {"age": 75}})
    told = {name: explain(run, number(name), "fuel")["items"][0] for name in ("爱华", "保国")}
    assert [(one["answer"], one["payee"], one["amount_fen"]) for one in told.values()] == [
        ("entitled", False, 0),
        ("entitled", True, 60000),
    ]


def test_facts_are_told_with_their_values(lists: World) -> None:
    run = lists.run({"爱华": {"age": 85, "ability": None}})
    facts = {fact["fact"]: fact["value"] for fact in explain(run, number("爱华"))["facts"]}
    assert (facts["age"], facts["ability"], facts["alive"]) == ("85周岁", "未知", "是")
    assert facts["registered_area"].startswith("四川省达州市大竹县")


def test_a_trial_run_is_told_by_the_trial_list(lists: World) -> None:
    from yiyang.catalog.overlay import Overlay

    run = lists.run({"爱华": {"age": 85}}, overlay=Overlay.of(["511724/allowance.sum=99"]))
    told = explain(run, number("爱华"), "allowance")["items"][0]
    assert (told["amount_fen"], told["tiers"][0]["fen"]) == (9900, 9900)


def test_nobody_of_that_number(lists: World) -> None:
    run = lists.run({"爱华": {}})
    for person in (7, 0, 2**62, 2**64):
        with pytest.raises(UsageError, match=f"there is no {person} in this run"):
            explain(run, person)


def test_no_item_of_that_name(lists: World) -> None:
    run = lists.run({"爱华": {}})
    with pytest.raises(UsageError, match=r"no item alowance \(did you mean allowance\?\)"):
        explain(run, number("爱华"), "alowance")


def test_a_list_of_nothing_but_the_living(world: World) -> None:
    world.policy.item("511700", "present", "everyone", values=values(sum=100))
    told = explain(world.run({"爱华": {}}), number("爱华"))["items"][0]
    assert [line["says"] for line in told["conditions"]] == ["健在", "户籍地在达州市"]
