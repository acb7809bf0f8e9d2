"""Each kind of finding on a minimal bad list."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yiyang.catalog.check import Report, check
from yiyang.catalog.findings import Finding, Level
from yiyang.catalog.tests.small import SOURCE, Policy

DAY = date(2026, 11, 1)
CASE = "cases:\n  - {name: 甲, person: {age: 83}, answer: entitled}\n"


def values(**figures: str) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in figures.items())}}}"


def fen(amount: int, more: str = "", start: str = "2020-01-01") -> str:
    return f"{{zh: 档{amount}, en: t{amount}, unit: fen, from: {{{start}: {amount}}}{more}, source: {SOURCE}}}"


def tiers(*conditions: str) -> str:
    lines = [f"{{when: {condition}, value: t{n}}}" for n, condition in enumerate(conditions)]
    return f"{{tiers: [{', '.join(lines)}]}}"


def look() -> Report:
    return check((), DAY)


def only(kind: str) -> Finding:
    """The one finding that is more than a note."""
    found = [finding for finding in look().findings if finding.level is not Level.NOTE]
    assert [finding.kind for finding in found] == [kind], found
    return found[0]


@pytest.fixture(autouse=True)
def with_a_case(policy: Policy) -> None:
    policy.item()
    policy.cases(CASE)


def test_a_sound_list_has_only_notes(policy: Policy) -> None:
    report = look()
    assert {finding.level for finding in report.findings} == {Level.NOTE}
    assert not report.other_errors
    assert not report.failed_cases
    assert (report.items, report.cases, report.engines) == (1, 1, ("reference", "numpy", "duckdb"))


def test_a_condition_that_nobody_fulfils(policy: Policy) -> None:
    policy.item(who="age >= 80 and age < 70", amount="", no_amount="not_stated", values="{}")
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, answer: not_entitled}\n")
    found = only("never")
    assert (found.level, found.place) == (Level.ERROR, "policy/lists/511724/allowance.yaml:7")


def test_a_condition_that_the_facts_rule_out(policy: Policy) -> None:
    policy.item(who="destitute_support == dispersed and hardship == low_income")
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, answer: not_entitled}\n")
    assert only("never")


def test_a_condition_that_everybody_fulfils(policy: Policy) -> None:
    policy.item(who="alive or not alive")
    found = {finding.kind: finding for finding in look().findings}
    assert found["always"].level is Level.WARNING
    assert "everyone" in found["always"].zh


def test_everyone_may_be_meant(policy: Policy) -> None:
    policy.item(who="everyone")
    assert {finding.level for finding in look().findings} == {Level.NOTE}


@pytest.mark.parametrize("who", ["age >= 80 and age >= 60", "hardship == destitute or economic_hardship"])
def test_a_part_that_does_nothing(who: str, policy: Policy) -> None:
    policy.item(who=who)
    policy.cases("cases:\n  - {name: 甲, person: {age: 83, hardship: destitute}, answer: entitled}\n")
    found = only("idle")
    assert ("年满60周岁" in found.zh) or ("特困人员" in found.zh)


def test_what_the_facts_imply_may_be_written_out(policy: Policy) -> None:
    policy.item(who="hardship == destitute and destitute_support == dispersed")
    policy.cases("cases:\n  - {name: 甲, person: {hardship: low_income}, answer: not_entitled}\n")
    assert {finding.level for finding in look().findings} == {Level.NOTE}


def test_people_for_whom_no_tier_holds(policy: Policy) -> None:
    policy.item(amount=tiers("age >= 100", "age >= 90"), values=values(t0=fen(3), t1=fen(2)))
    found = only("gap")
    assert found.level is Level.ERROR
    assert found.place == "policy/lists/511724/allowance.yaml:9"
    assert "年龄为80周岁" in found.zh
    assert "健在" not in found.zh


def test_a_stated_silence_is_no_gap(policy: Policy) -> None:
    policy.item(amount=tiers("age >= 90"), values=values(t0=fen(3)), no_amount="not_stated")
    assert {finding.level for finding in look().findings} == {Level.NOTE}


def test_people_under_sixty_make_no_gap(policy: Policy) -> None:
    policy.item(who="hardship == destitute", amount=tiers("age >= 60"), values=values(t0=fen(3)))
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, answer: not_entitled}\n")
    assert {finding.level for finding in look().findings} == {Level.NOTE}


def test_a_tier_that_is_never_reached(policy: Policy) -> None:
    policy.item(amount=tiers("age >= 80", "age >= 90"), values=values(t0=fen(3), t1=fen(5)))
    found = only("unreachable")
    assert "第2档（档5）" in found.zh
    assert found.level is Level.ERROR


def test_a_tier_outside_the_item_is_never_reached(policy: Policy) -> None:
    policy.item(amount=tiers("age >= 80", "age < 70"), values=values(t0=fen(3), t1=fen(5)))
    assert only("unreachable")


def test_tiers_that_overlap_to_the_person_s_loss(policy: Policy) -> None:
    policy.item(
        amount=tiers("hardship == destitute", "disability_grade >= grade_2", "everyone"),
        values=values(t0=fen(3), t1=fen(5), t2=fen(1)),
    )
    found = only("overlap")
    assert found.level is Level.WARNING
    assert "特困人员" in found.zh
    assert "级残疾" in found.zh


def test_tiers_from_the_highest_down_may_overlap(policy: Policy) -> None:
    policy.item(amount=tiers("age >= 90", "age >= 80"), values=values(t0=fen(5), t1=fen(3)))
    assert {finding.level for finding in look().findings} == {Level.NOTE}


def test_a_figure_that_begins_after_the_item(policy: Policy) -> None:
    policy.item(values=values(sum=fen(5, start="2021-01-01")))
    found = only("missing_value")
    assert "2021-01-01" in found.zh


def test_a_figure_that_has_not_begun_today(policy: Policy) -> None:
    policy.item(values=values(sum=fen(5, start="2027-01-01")))
    found = {finding.kind: finding for finding in look().findings}
    assert found["schema"].line == 11
    assert found["schema"].file.endswith("allowance.yaml")


def test_an_expired_amount(policy: Policy) -> None:
    policy.item(values=values(sum=fen(5, ", expires: 2026-10-31")))
    found = only("expired_value")
    assert found.level is Level.ERROR
    assert "未载明" in found.zh


def test_an_expired_threshold(policy: Policy) -> None:
    age = f"{{zh: 年龄, en: age, unit: years, from: {{2020-01-01: 80}}, expires: 2026-10-31, source: {SOURCE}}}"
    policy.item(who="age >= @from_age", values=values(sum=fen(5), from_age=age))
    policy.cases("cases:\n  - {name: 甲, on: 2026-10-01, person: {age: 83}, answer: entitled}\n")
    assert "失效" in only("expired_value").zh


def test_a_figure_that_nothing_uses(policy: Policy) -> None:
    policy.item(values=values(sum=fen(5), forgotten=fen(7)))
    assert "forgotten" in only("unused_value").zh


def test_an_item_without_cases(policy: Policy) -> None:
    (policy.root / "lists/511724/allowance.cases.yaml").unlink()
    assert only("no_case").level is Level.WARNING


def test_a_case_that_fails(policy: Policy) -> None:
    policy.cases(CASE.replace("answer: entitled", "answer: entitled, amount_fen: 5000"))
    found = only("case")
    assert found.place == "policy/lists/511724/allowance.cases.yaml:2"
    assert "应为符合、5000 分，算得符合、6000 分" in found.zh
    assert look().failed_cases
    assert not look().other_errors


def test_another_item_that_does_not_exist(policy: Policy) -> None:
    policy.item(stacking="{not_with: [alowance], less: [nothing]}")
    found = [finding for finding in look().findings if finding.level is Level.ERROR]
    assert [finding.kind for finding in found] == ["unknown_item", "unknown_item"]
    assert "是否想写 allowance" in found[0].zh


def second(policy: Policy, **changes: str) -> None:
    policy.item(id="second", **changes)
    policy.cases(CASE, id="second")


def test_what_is_taken_off_must_be_paid_by_the_same_period(policy: Policy) -> None:
    policy.item(stacking="{less: [second]}")
    second(policy, every="year")
    found = only("periods_differ")
    assert found.level is Level.ERROR
    assert "511724/second" in found.zh


def test_a_cap_needs_one_period_and_one_limit(policy: Policy) -> None:
    policy.item(stacking="{cap: {group: total, value: sum}}")
    second(policy, every="year", stacking="{cap: {group: total, value: sum}}", values=values(sum=fen(5)))
    kinds = [finding.kind for finding in look().findings if finding.level is Level.ERROR]
    assert sorted(kinds) == ["cap_differs", "cap_differs", "periods_differ", "periods_differ"]


def test_a_group_that_pays_by_different_periods(policy: Policy) -> None:
    policy.item(stacking="{highest_of: group}")
    second(policy, every="year", stacking="{highest_of: group}")
    policy.cases(CASE.replace("entitled", "not_entitled"), id="second")
    kinds = {(finding.kind, finding.level) for finding in look().findings if finding.level is not Level.NOTE}
    assert kinds == {("periods_differ", Level.WARNING)}


def test_a_group_of_one_without_an_amount(policy: Policy) -> None:
    policy.item(stacking="{highest_of: group}", amount="", no_amount="not_stated", values="{}")
    kinds = [finding.kind for finding in look().findings if finding.level is Level.WARNING]
    assert sorted(kinds) == ["group_without_amount", "lone_group"]


def test_a_circle_is_an_error_that_names_the_items(policy: Policy) -> None:
    policy.item(stacking="{not_with: [second]}")
    second(policy, stacking="{not_with: [allowance]}")
    found = [finding for finding in look().findings if finding.level is Level.ERROR]
    assert [Path(one.file).stem for one in found] == ["allowance", "second"]
    assert all("循环" in one.zh and one.line for one in found)


def test_too_many_conditions_for_one_item(policy: Policy) -> None:
    policy.item(who=" or ".join(f"age == {age}" for age in range(30, 100)))
    assert any("62" in finding.zh for finding in look().findings if finding.level is Level.ERROR)


def test_an_upper_area_that_does_not_hold_the_list(policy: Policy) -> None:
    policy.write("lists/511724/list.yaml", (policy.root / "lists/511724/list.yaml").read_text() + 'upper: "360200"\n')
    assert only("upper").level is Level.ERROR


def test_an_upper_area_without_a_list(policy: Policy) -> None:
    policy.write("lists/511724/list.yaml", (policy.root / "lists/511724/list.yaml").read_text() + 'upper: "511700"\n')
    assert only("upper").level is Level.WARNING


def test_a_broken_list_does_not_hide_the_others(policy: Policy) -> None:
    policy.item(area="511725", every="monthly")
    policy.item(area="511725", id="second", who="aged >= 5")
    policy.item(values=values(sum=fen(5), forgotten=fen(7)))
    found = [finding for finding in look().findings if finding.level is not Level.NOTE]
    assert [(finding.kind, finding.area, finding.line) for finding in found] == [
        ("schema", "511725", 8), ("unused_value", "511724", 11)]  # fmt: skip


def test_facts_with_unknown_owners_or_registers(policy: Policy) -> None:
    text = (policy.root / "facts.yaml").read_text().replace("owner: township", "owner: townships", 1)
    policy.write("facts.yaml", text)
    policy.write("registers/police_households.yaml", "{}\n")
    found = [finding for finding in look().findings if finding.level is Level.ERROR]
    assert any("是否想写 township" in finding.zh for finding in found)
    assert any("civil_destitute" in finding.zh for finding in found)


def test_an_ended_item_is_a_note(policy: Policy) -> None:
    policy.item(ends="2026-01-01")
    policy.cases("cases:\n  - {name: 甲, person: {age: 83}, answer: not_entitled}\n")
    assert "ended" in {finding.kind for finding in look().findings}
    assert not look().other_errors


def test_what_rests_on_memory_is_noted(policy: Policy) -> None:
    policy.item(source=SOURCE.replace("transcribed", "recalled"))
    assert {finding.kind for finding in look().findings} == {"no_expiry", "recalled"}


def test_the_real_lists_pass() -> None:
    """On the real policy folder: what is left are readings of a document, not slips."""
    from yiyang.base.paths import policy_dir
    from yiyang.catalog.tests.small import REAL

    report = check((), DAY, REAL)
    assert policy_dir() != REAL
    assert [finding.zh for finding in report.findings if finding.level is Level.ERROR] == []
