"""What never occurs in the random cases is never tested: every word of the language and of stacking must come up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from yiyang.engine import reference
from yiyang.engine.conditions import OPERATORS, And, Compare, Condition, Named, Not, OneOf, Or, holds_at
from yiyang.engine.facts import Kind, years_since
from yiyang.engine.rules import PERIODS_A_YEAR, Rule, StackReason
from yiyang.engine.tests.agreement import by_reference, paid_by_reference
from yiyang.engine.tests.strategies import Case, collect

ENOUGH = 3


@pytest.fixture(scope="module")
def some_cases() -> list[Case]:
    return collect(300)


def nodes(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case Not(part) | Named(_, part):
            yield from nodes(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from nodes(part)


def all_nodes(cases: list[Case]) -> Iterator[Condition]:
    for rule in all_rules(cases):
        for condition in (rule.scope, rule.who, *(tier.when for tier in rule.tiers)):
            yield from nodes(condition)


def all_rules(cases: list[Case]) -> Iterator[Rule]:
    return (rule for case in cases for rule in case.program.rules)


def assert_all_occur(found: Counter[str], wanted: set[str]) -> None:
    assert not {name for name in wanted if found[name] < ENOUGH}, found


def test_every_kind_of_node_occurs(some_cases: list[Case]) -> None:
    found = Counter(type(node).__name__ for node in all_nodes(some_cases))
    assert_all_occur(found, {kind.__name__ for kind in Condition.__args__})


def test_every_operator_occurs_on_every_kind_that_knows_it(some_cases: list[Case]) -> None:
    found = Counter(f"{node.fact.kind} {node.op}" for node in all_nodes(some_cases) if isinstance(node, Compare))
    ordered = {f"{kind} {op}" for kind in (Kind.ORDERED, Kind.INT, Kind.YEARS, Kind.DATE) for op in OPERATORS}
    assert_all_occur(found, ordered | {f"{kind} {op}" for kind in (Kind.BOOL, Kind.ENUM) for op in ("==", "!=")})


def test_membership_occurs_for_every_kind_but_areas(some_cases: list[Case]) -> None:
    found = Counter(str(node.fact.kind) for node in all_nodes(some_cases) if isinstance(node, OneOf))
    assert_all_occur(found, {str(kind) for kind in Kind if kind is not Kind.AREA})


def test_every_kind_of_fact_is_known_unknown_on_a_threshold_and_just_below(some_cases: list[Case]) -> None:
    found: Counter[str] = Counter()
    for case in some_cases:
        for fact in case.program.facts:
            leaves = [leaf for rule in case.program.rules for leaf in rule.leaves if leaf.fact == fact]
            for person in case.people:
                stored = person[fact.column]
                if stored is None:
                    found[f"{fact.kind} unknown"] += 1
                    continue
                value = years_since(stored, case.reference) if fact.kind is Kind.YEARS else stored
                flips = [leaf for leaf in leaves if holds_at(leaf, value) != holds_at(leaf, value - 1)]
                found[f"{fact.kind} {'on an edge' if flips else 'between'}"] += 1
                found[f"{fact.kind} below an edge"] += any(holds_at(x, value) != holds_at(x, value + 1) for x in leaves)
    situations = ("unknown", "on an edge", "below an edge", "between")
    assert_all_occur(found, {f"{kind} {situation}" for kind in Kind for situation in situations})


def test_every_period_payee_and_way_of_stacking_occurs(some_cases: list[Case]) -> None:
    found: Counter[str] = Counter()
    for rule in all_rules(some_cases):
        found.update([rule.every, rule.per, f"{len(rule.tiers)} tiers"])
        stacking = rule.stacking
        found.update(name for name in ("highest_of", "not_with", "less", "cap_group") if getattr(stacking, name))
        found["rank"] += stacking.rank != 100
    ways = {"highest_of", "not_with", "less", "cap_group", "rank", "person", "household", "facility"}
    assert_all_occur(found, ways | {*PERIODS_A_YEAR} | {f"{n} tiers" for n in range(4)})


def test_every_outcome_occurs(some_cases: list[Case]) -> None:
    found: Counter[str] = Counter()
    for case in some_cases:
        for person in case.people:
            for result in reference.answers(case.program, person, case.reference):
                found[f"entitled {result.entitled}"] += 1
                found["an interval"] += result.entitled is not False and result.low < result.high
                for reason, truth in result.reasons.items():
                    if isinstance(reason, StackReason):
                        found[f"{reason.how} {truth}"] += 1
        rows = by_reference(case)
        found["not the payee"] += len([row for row in rows if row[2]]) > len(paid_by_reference(case, rows))
    truths = (True, False, None)
    wanted = {f"{how} {truth}" for how in ("entitled", "not_with", "highest_of") for truth in truths}
    assert_all_occur(found, wanted | {"an interval", "not the payee"})
