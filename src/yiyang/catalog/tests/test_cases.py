"""Worked cases are answered by every engine, and by all alike."""

from __future__ import annotations

import pytest

from yiyang.base.errors import NoEffect
from yiyang.catalog.cases import CaseRun, opened, run_cases
from yiyang.catalog.lists import list_areas, load_list
from yiyang.catalog.tests.small import SOURCE, Policy

CASES = """\
cases:
  - {name: 83岁每月60元, person: {age: 83}, answer: entitled, amount_fen: 6000}
  - {name: 住在外地也一样, person: {age: 83, resident_area: "360200"}, answer: entitled, amount_fen: 6000}
  - {name: 外地户籍没有, person: {age: 83, registered_area: "360200"}, answer: not_entitled}
  - {name: 已去世的没有, person: {age: 83, alive: false}, answer: not_entitled}
  - {name: 年龄不明待定, person: {age: null}, answer: undecided}
  - {name: 若改为70元, person: {age: 83}, values: {sum: 7000}, answer: entitled, amount_fen: 7000}
  - {name: 若仍是60元, person: {age: 83}, values: {allowance.sum: 6000}, answer: entitled, amount_fen: 6000}
  - {name: 实行以前没有, on: 2019-12-31, person: {age: 83}, answer: not_entitled}
"""


def runs(*, spark: bool = False) -> list[CaseRun]:
    with opened(spark=spark) as engines:
        return list(run_cases(load_list("511724"), engines))


def test_every_engine_answers_every_case(policy: Policy) -> None:
    policy.item()
    policy.cases(CASES)
    found = runs()
    assert {run.engine for run in found} == {"reference", "numpy", "duckdb"}
    assert len(found) == 3 * 8
    assert [f"{run.engine} {run.case.name} {run.got}" for run in found if not run.is_right] == []


@pytest.mark.java
@pytest.mark.slow
def test_spark_answers_alike(policy: Policy) -> None:
    policy.item()
    policy.cases("".join(CASES.splitlines(keepends=True)[:6]))
    found = runs(spark=True)
    assert {run.engine for run in found if run.is_right} == {"reference", "numpy", "duckdb", "spark"}
    assert all(run.is_right for run in found)


@pytest.mark.parametrize("wrong", ["answer: undecided", "answer: not_entitled", "answer: entitled, amount_fen: 6001"])
def test_a_wrong_case_is_wrong_on_every_engine(wrong: str, policy: Policy) -> None:
    policy.item()
    policy.cases(f"cases:\n  - {{name: 甲, person: {{age: 83}}, {wrong}}}\n")
    assert not any(run.is_right for run in runs())


def test_a_facility_s_money_is_known_to_the_engines_in_memory(policy: Policy) -> None:
    policy.item(per="facility")
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, answer: entitled, amount_fen: 6000}\n")
    assert {run.engine: (run.got[1], run.is_right) for run in runs()} == {
        "reference": (6000, True), "numpy": (6000, True), "duckdb": (0, True)}  # fmt: skip


def test_other_items_count_where_they_stack(policy: Policy) -> None:
    policy.item(stacking="{not_with: [other]}")
    policy.item(id="other", who="hardship == destitute")
    policy.cases(
        "cases:\n  - {name: 甲, person: {age: 83, hardship: destitute}, answer: not_entitled}\n"
        "  - {name: 乙, person: {age: 83, hardship: null}, answer: undecided}\n"
    )
    assert all(run.is_right for run in runs())


def test_an_amount_between_two_tiers_is_no_amount(policy: Policy) -> None:
    values = ", ".join(
        f"{name}: {{zh: 档, en: t, unit: fen, from: {{2020-01-01: {fen}}}, source: {SOURCE}}}"
        for name, fen in (("more", 200), ("less", 100))
    )
    policy.item(
        amount="{tiers: [{when: ability >= severe, value: more}, {when: everyone, value: less}]}",
        values=f"{{{values}}}",
    )
    policy.cases(
        "cases:\n  - {name: 甲, person: {age: 83}, answer: entitled}\n"
        "  - {name: 乙, person: {age: 83}, answer: entitled, amount_fen: 100}\n"
    )
    assert [run.is_right for run in runs()] == [True, False] * 3
    assert {run.got for run in runs()} == {("entitled", 100, 200)}


def test_a_case_may_not_override_what_is_not_there(policy: Policy) -> None:
    policy.item()
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, values: {other.sum: 1}, answer: entitled}\n")
    with pytest.raises(NoEffect):
        runs()


@pytest.mark.parametrize("area", list_areas())
def test_every_case_of_every_list_holds_on_every_engine(area: str) -> None:
    with opened() as engines:
        found = list(run_cases(load_list(area), engines))
    assert [f"{run.item}: {run.case.name}: {run.engine}: {run.got}" for run in found if not run.is_right] == []
