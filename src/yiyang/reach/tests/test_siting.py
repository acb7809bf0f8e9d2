"""Answers against every possible answer, and the checker against planted faults."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix

from yiyang.base.errors import UsageError
from yiyang.reach.siting import phased_exact
from yiyang.reach.siting.answer import Answer
from yiyang.reach.siting.checking import check
from yiyang.reach.siting.covering import Covering, cover
from yiyang.reach.siting.median import Median, locate
from yiyang.reach.siting.merging import equal_rows
from yiyang.reach.siting.phased import Phased, alike, phase
from yiyang.reach.siting.phased_counts import purse
from yiyang.reach.siting.questioning import question, question_years
from yiyang.reach.tests.small import matrix

COVERS = arrays(np.int8, st.tuples(st.integers(1, 9), st.integers(2, 6)), elements=st.integers(0, 1))


def _best(problem: Covering) -> int:
    """By trying every choice."""
    dense, sites = problem.cover.toarray() > 0, range(problem.cover.shape[1])
    best = -1
    for many in range(len(sites) + 1):
        for chosen in combinations(sites, many):
            fits = set(problem.fixed) <= set(chosen) and (problem.count is None or many <= problem.count)
            if problem.budget is not None and problem.cost is not None:
                fits = fits and int(problem.cost[list(chosen)].sum()) <= problem.budget
            if fits:
                best = max(best, int(problem.people[dense[:, list(chosen)].any(axis=1)].sum()))
    return best


@settings(max_examples=60, deadline=None)
@given(COVERS, st.integers(1, 4), st.lists(st.integers(0, 50), min_size=9, max_size=9), st.booleans())
def test_covering_by_count_finds_the_best_of_all(cells: Any, count: int, people: Any, fixed: bool) -> None:
    problem = Covering(csr_matrix(cells), np.array(people[: len(cells)]), count, fixed=(1,) if fixed else ())
    found = cover(problem)
    assert (found.objective, found.status) == (_best(problem), "optimal")
    assert check(problem, found) == []


@settings(max_examples=60, deadline=None)
@given(
    COVERS, st.integers(0, 12), st.lists(st.integers(0, 50), min_size=9, max_size=9),
    st.lists(st.integers(1, 5), min_size=6, max_size=6), st.one_of(st.none(), st.integers(1, 3)),
)  # fmt: skip
def test_covering_by_money_finds_the_best_of_all(cells: Any, budget: int, people: Any, cost: Any, count: Any) -> None:
    prices = np.array(cost[: cells.shape[1]]) * 1_000_000
    problem = Covering(csr_matrix(cells), np.array(people[: len(cells)]), count, prices, budget * 1_000_000)
    found = cover(problem)
    assert (found.objective, found.status) == (_best(problem), "optimal")
    assert check(problem, found) == []


WAYS = arrays(np.int64, st.tuples(st.integers(2, 8), st.integers(2, 6)), elements=st.integers(0, 40))


@settings(max_examples=60, deadline=None)
@given(WAYS, st.integers(1, 3), st.lists(st.integers(0, 9), min_size=8, max_size=8), st.booleans())
def test_the_median_is_the_best_of_all(ways: Any, count: int, people: Any, fixed: bool) -> None:
    many = min(count, ways.shape[1])
    problem = Median(ways.astype(float), np.array(people[: len(ways)]), many, fixed=(1,) if fixed else ())
    found = locate(problem)
    each = [set(chosen) for chosen in combinations(range(ways.shape[1]), many)]
    values = [(problem.people * ways[:, sorted(one)].min(axis=1)).sum() for one in each if set(problem.fixed) <= one]
    assert found.objective == min(values)
    assert found.status == "optimal"
    assert check(problem, found) == []


def _served(problem: Phased, buildings: Any) -> int:
    from yiyang.reach.siting.phased_flow import Flows

    return sum(int(year.places.sum()) for year in Flows(problem).shared(buildings))


def _best_phased(problem: Phased) -> int:
    """By trying every plan."""
    options = [[None, *product(np.flatnonzero(sizes).tolist(), range(problem.years))] for sizes in problem.places]
    best = 0
    for plan in product(*options):
        buildings = tuple((site, *one) for site, one in enumerate(plan) if one is not None)
        spent = np.zeros(problem.years)
        for site, size, year in buildings:
            spent[year:] += problem.cost[site, size]
        if (spent <= np.cumsum(problem.budget)).all():
            best = max(best, _served(problem, buildings))
    return best


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.int8, (5, 3), elements=st.integers(0, 1)),
    arrays(np.int64, (5, 2), elements=st.integers(0, 12)),
    st.lists(st.integers(0, 8), min_size=2, max_size=2),
)
def test_building_over_years_finds_the_best_of_all(cells: Any, demand: Any, budget: Any) -> None:
    problem = Phased(
        csr_matrix(cells), demand, np.array([4, 0, 0]),
        *alike(np.array([False, True, True]), [5, 11], [2_000_000, 4_000_000]), np.array(budget) * 1_000_000,
    )  # fmt: skip
    found = phase(problem, gap=0.0, seconds=10)
    assert found.objective == _best_phased(problem)
    assert check(problem, found) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=4),
    st.lists(st.integers(0, 20), min_size=2, max_size=2), st.lists(st.floats(0, 9), min_size=4, max_size=4),
)  # fmt: skip
def test_a_purse_buys_what_is_worth_most(kinds: Any, left: Any, prices: Any) -> None:
    cost, year, most = (np.array(each) for each in zip(*kinds, strict=True))
    price, money = np.array(prices[: len(kinds)]), np.array(sorted(left))
    value, counts = purse(cost, year, most, money.astype(float)).best(price)
    best = 0.0
    for many in product(*(range(each + 1) for each in most)):
        spent = [sum(n * c for n, c, y in zip(many, cost, year, strict=True) if y <= at) for at in (0, 1)]
        if spent[0] <= money[0] and spent[1] <= money[1]:
            best = max(best, float(np.dot(many, price)))
    assert value == pytest.approx(best)
    assert float(counts @ price) == pytest.approx(best)


def test_a_large_question_is_searched_and_its_bound_can_be_reckoned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phased_exact, "MOST", 0)
    draw = np.random.default_rng(2)
    demand = draw.integers(1, 9, (120, 3))
    existing = np.where(draw.random(30) < 0.1, 10, 0)
    places, cost = alike(existing == 0, [10, 25], [1_000_000, 2_200_000])
    budget = np.full(3, 4_000_000)
    problem = Phased(csr_matrix(draw.random((120, 30)) < 0.06), demand, existing, places, cost, budget)
    found = phase(problem, gap=0.0, seconds=4)
    assert check(problem, found) == []
    assert not found.proof["branched"]
    assert found.gap < 0.05
    lied = replace(found, bound=found.objective - 50, objective=found.objective - 50)
    assert any("multipliers show" in fault.en for fault in check(problem, lied))


def test_what_stands_is_replaced_by_what_is_built_there() -> None:
    problem = Phased(
        matrix([[1, 0], [1, 0]]), np.array([[6, 6], [6, 6]]), np.array([5, 0]), np.array([[12], [12]]),
        np.array([[3], [3]]), np.array([0, 3]),
    )  # fmt: skip
    found = phase(problem, gap=0.0)
    assert (found.more["served"], found.status) == ([5, 12], "optimal")
    assert check(problem, found) == []


def test_a_decided_building_has_its_own_size_year_and_cost() -> None:
    places, cost = np.array([[5, 0], [0, 9]]), np.array([[2, 0], [0, 7]])
    problem = Phased(
        matrix([[1, 0], [0, 1]]), np.array([[5, 5], [9, 9]]), np.array([0, 0]), places, cost, np.array([2, 7]),
        ((1, 1, 1),),
    )  # fmt: skip
    kept = phase(problem, gap=0.0)
    assert (kept.more["buildings"], kept.more["served"]) == (((0, 0, 0), (1, 1, 1)), [5, 14])
    assert check(problem, kept) == []
    assert question_years(problem).at_most == 0
    with pytest.raises(UsageError, match="By year 2 the fixed buildings cost 1 yuan more"):
        phase(replace(problem, budget=np.array([0, 6])))


def test_flows_never_give_more_than_the_least_cut() -> None:
    problem = Phased(
        matrix([[1, 0], [1, 1], [0, 1]]), np.array([[5], [5], [5]]), np.array([0, 0]), np.array([[6], [6]]),
        np.array([[1], [1]]), np.array([2]),
    )  # fmt: skip
    found = phase(problem, gap=0.0)
    assert (found.objective, found.status) == (12.0, "optimal")


@pytest.fixture
def answered() -> tuple[Covering, Answer]:
    problem = Covering(
        matrix([[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0]]), np.array([10, 20, 30, 40]), 2,
        np.array([3, 2, 2, 1]) * 1_000_000, 5_000_000, (3,),
    )  # fmt: skip
    return problem, cover(problem)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"chosen": (0, 1)}, "fixed sites"),
        ({"chosen": (0, 1, 2, 3)}, "more than 2 sites"),
        ({"chosen": (2, 2, 3)}, "named twice"),
        ({"objective": 99.0}, "the answer says 99"),
        ({"bound": 10.0}, "better than the bound"),
        ({"bound": 200.0, "status": "optimal"}, "does not meet its bound"),
    ],
)
def test_the_checker_sees_a_planted_fault(answered: Any, change: Any, said: str) -> None:
    problem, answer = answered
    assert check(problem, answer) == []
    assert any(said in fault.en for fault in check(problem, replace(answer, **change)))


def test_the_checker_sees_money_overspent_and_a_bound_that_nothing_shows(answered: Any) -> None:
    problem, answer = answered
    assert any("is more than" in fault.en for fault in check(replace(problem, budget=1), answer))
    lied = replace(answer, proof=dict(answer.proof) | {"multipliers": np.zeros(4), "branched": False})
    assert any("multipliers show" in fault.en for fault in check(problem, lied))


def test_the_checker_sees_a_home_that_is_overfull() -> None:
    problem = Phased(
        matrix([[1], [1]]), np.array([[5], [5]]), np.array([0]), np.array([[6]]), np.array([[1]]), np.array([2]),
    )  # fmt: skip
    answer = phase(problem)
    wrong = replace(answer, more=dict(answer.more) | {"flows": [((0, 0, 5), (1, 0, 5))], "served": [10]})
    assert {"in year 1 a facility holds more than its places"} <= {fault.en for fault in check(problem, wrong)}
    over = replace(problem, budget=np.array([0]))
    assert any("over its budget" in fault.en for fault in check(over, answer))


def test_questioning_says_what_the_fixed_projects_cost() -> None:
    problem = Covering(matrix([[1, 0], [0, 1]]), np.array([10, 100]), 1, fixed=(0,))
    found = question(problem)
    assert (found.at_least, found.at_most) == (90, 90)
    assert "90" in found.words()[1]
    assert question(replace(problem, fixed=(1,))).words()[0] == "同样的投入找不到更好的布局。"


@pytest.mark.parametrize(
    "problem",
    [
        Covering(matrix([[1]]), np.array([1])),
        Covering(matrix([[1]]), np.array([1]), budget=3),
        Covering(matrix([[1, 1]]), np.array([1]), count=1, fixed=(0, 1)),
        Covering(matrix([[1]]), np.array([1]), cost=np.array([5]), budget=3, fixed=(0,)),
    ],
)
def test_a_question_that_cannot_be_met_is_refused(problem: Covering) -> None:
    with pytest.raises(UsageError):
        cover(problem)


def test_a_median_that_cannot_be_met_is_refused() -> None:
    ways = np.array([[1.0, np.inf]])
    with pytest.raises(UsageError, match="finite"):
        locate(Median(ways, np.array([1]), 1))
    with pytest.raises(UsageError, match="count lies between"):
        locate(Median(np.zeros((1, 2)), np.array([1]), 3))


def test_who_stops_gets_the_best_so_far() -> None:
    draw = np.random.default_rng(3)
    problem = Covering(csr_matrix(draw.random((300, 80)) < 0.05), draw.integers(1, 90, 300), 12)
    told: list[float] = []
    found = cover(problem, stop=lambda: len(told) > 0, tell=lambda _, value, __: told.append(value))
    assert found.status in ("stopped", "optimal")
    assert found.objective > 0
    assert check(problem, found) == []
    assert told


def test_the_same_seed_gives_the_same_answer() -> None:
    draw = np.random.default_rng(4)
    problem = Covering(csr_matrix(draw.random((200, 60)) < 0.05), draw.integers(1, 90, 200), 9)
    one, other = cover(problem), cover(problem)
    assert one.chosen == other.chosen


def test_rows_with_the_same_mark_by_chance_are_not_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = matrix([[1, 0], [0, 1], [1, 0]]).tocsr()
    assert equal_rows(rows)[0].tolist() in ([0, 1, 0], [1, 0, 1])

    class Same:
        def integers(self, low: int, high: int, many: int, dtype: Any) -> Any:
            return np.zeros(many, dtype)

    monkeypatch.setattr(np.random, "default_rng", lambda seed: Same())
    group, first = equal_rows(rows)
    assert group[0] != group[1]
    assert all(rows.indices[first[group[row]]] == rows.indices[row] for row in range(3))
