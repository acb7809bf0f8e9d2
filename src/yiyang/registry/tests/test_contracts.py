"""The contracts of `policy/registers` hold together, and a wrong one is told with file, line and what is allowed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from yiyang.base.errors import PolicyError
from yiyang.base.paths import policy_dir
from yiyang.catalog.facts import load_facts
from yiyang.registry.contracts import BASE, corrections, delivered, load_contracts

PLATFORM = {"platform_assessments", "visit_observations"}
REGISTERS = {
    "ability_assessments",
    "birth_planning_families",
    "civil_destitute",
    "civil_edge",
    "civil_low_income",
    "civil_special",
    "disabled_persons",
    "funeral_cremations",
    "health_checkups",
    "health_deaths",
    "human_training",
    "medical_insurance",
    "pensions",
    "police_deaths",
    "police_households",
    "township_living",
    "veterans",
}


@pytest.fixture
def policy(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of the policy folder with one text replaced in one contract."""

    def change(register: str, old: str, new: str) -> Path:
        for name in ("facts.yaml", "departments.yaml"):
            shutil.copyfile(policy_dir() / name, tmp_path / name)
        shutil.copytree(policy_dir() / "registers", tmp_path / "registers")
        path = tmp_path / "registers" / f"{register}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return tmp_path

    return change


def test_there_are_seventeen_and_every_fact_has_its_registers() -> None:
    contracts = load_contracts()
    assert set(delivered(contracts)) == REGISTERS
    for name, fact in load_facts().facts.items():
        assert all(name in contracts[register].facts for register in fact.sources)


def test_clerks_may_correct_every_fact_in_a_register_that_nobody_delivers() -> None:
    contracts, facts = load_contracts(), load_facts()
    assert set(contracts) - set(delivered(contracts)) - PLATFORM == {"clerk_corrections"} == {corrections(contracts)}
    assert set(contracts["clerk_corrections"].facts) == set(facts.facts)
    assert not any("clerk_corrections" in fact.sources for fact in facts.facts.values())


def test_everyone_has_an_id_number_and_the_base_what_makes_a_person() -> None:
    contracts = load_contracts()
    assert all(contract.columns[contract.id_column].required for contract in contracts.values())
    assert contracts[BASE].column_with("household")
    assert {name for name, column in contracts[BASE].columns.items() if column.lasting} == {"sex", "birth_date"}


@pytest.mark.parametrize(
    ("register", "old", "new", "said"),
    [
        ("pensions", "rhythm: monthly", "rythm: monthly", "rythm"),
        ("pensions", "delivery: full", "delivery: weekly", "delivery"),
        ("pensions", "required: true, codes", "obligatory: true, codes", "obligatory"),
        ("pensions", "居民养老: resident", "居民养老: residents", "residents"),
        ("pensions", "register: pensions", "register: pension", "pension"),
        ("pensions", "owner: human_resources", "owner: human", "human"),
        ("pensions", "fact: pension,", "fact: pensoin,", "pensoin"),
        ("pensions", "type: enum, fact: pension", "type: bool, fact: pension", "bool"),
        ("pensions", "[姓名, 名字]", "[姓名, 险种]", "险种"),
        ("pensions", "type: id_number", "type: text", "id_number"),
        ("pensions", "role: valid_from", "role: household", "household"),
        ("police_deaths", "{fact: alive, value: 0}", "{fact: alive, value: 3}", "3"),
        ("police_deaths", "{fact: alive, value: 0}", "{fact: lonely, value: 0}", "lonely"),
        ("veterans", "type: enum, fact: preferential", "type: enum, fact: hardship", "hardship"),
        ("veterans", "role: valid_from}", "role: valid_from, lasting: true}", "lasting"),
        ("veterans", "columns:", "columns: [", "YAML"),
    ],
)
def test_a_wrong_contract_is_told_with_its_file_and_line(
    policy: Callable[[str, str, str], Path], register: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        load_contracts(policy(register, old, new))
    lines = [caught.value.en, *(en for _, en in caught.value.problems)]
    assert any(f"{register}.yaml:" in line and said in line for line in lines), lines


def test_a_blank_cell_may_state_a_value(policy: Callable[[str, str, str], Path]) -> None:
    where = policy("human_training", "fact: family_care_training}", 'fact: family_care_training, blank: "0"}')
    assert load_contracts(where)["human_training"].columns["family_care_training"].blank == "0"
