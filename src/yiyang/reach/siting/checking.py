"""An independent look at every answer: nothing of the solvers is used, each figure is reckoned again. Pure.

An answer without faults keeps count, budget and what is fixed, is as good as it says, and its multipliers give the
bound that it states, unless branching proved a better one, which nobody can recompute without branching again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from yiyang.reach.siting.answer import Answer
from yiyang.reach.siting.covering import Covering
from yiyang.reach.siting.median import Median
from yiyang.reach.siting.phased import Phased

# Of sums of a million numbers this share may be rounding.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Fault:
    """What does not hold."""

    zh: str
    en: str


def check(problem: Covering | Median | Phased, answer: Answer) -> list[Fault]:
    """Every fault of an answer; none when it keeps what it says."""
    if isinstance(problem, Covering):
        return [*_covering(problem, answer), *_bound(answer, _covering_bound(problem, answer), most=True)]
    if isinstance(problem, Median):
        return [*_median(problem, answer), *_bound(answer, _median_bound(problem, answer), most=False)]
    return [*_phased(problem, answer), *_bound(answer, _phased_bound(problem, answer), most=True)]


def _sites(chosen: tuple[int, ...], sites: int, fixed: Iterable[int]) -> Iterator[Fault]:
    if len(set(chosen)) != len(chosen) or any(not 0 <= site < sites for site in chosen):
        yield Fault("有的选址重复或不存在", "a site is named twice or does not exist")
    if missing := sorted(set(fixed) - set(chosen)):
        yield Fault(f"缺少已定项目 {missing}", f"fixed sites {missing} are missing")


def _covering(problem: Covering, answer: Answer) -> Iterator[Fault]:
    yield from _sites(answer.chosen, problem.cover.shape[1], problem.fixed)
    if problem.count is not None and len(answer.chosen) > problem.count:
        yield Fault(f"多于 {problem.count} 处", f"more than {problem.count} sites")
    if problem.budget is not None and problem.cost is not None:
        spent = sum(int(problem.cost[site]) for site in answer.chosen)
        if spent > problem.budget:
            yield Fault(f"造价 {spent:,} 超过预算 {problem.budget:,}", f"{spent:,} is more than {problem.budget:,}")
    columns = problem.cover.tocsc()
    reached: set[int] = set()
    for site in answer.chosen:
        reached.update(columns.indices[columns.indptr[site] : columns.indptr[site + 1]].tolist())
    yield from _same(sum(int(problem.people[row]) for row in reached), answer.objective)


def _same(found: float, said: float) -> Iterator[Fault]:
    if abs(found - said) > ROUNDING * max(abs(said), 1.0):
        yield Fault(f"应为 {found:,.2f}，答案写的是 {said:,.2f}", f"it is {found:,.2f}, the answer says {said:,.2f}")


def _bound(answer: Answer, shown: float, *, most: bool) -> Iterator[Fault]:
    """The stated bound against the one that the multipliers show, and against the objective."""
    slack = 1.0 + ROUNDING * abs(shown)
    better = answer.bound < shown - slack if most else answer.bound > shown + slack
    if better and not answer.proof.get("branched"):
        yield Fault(f"乘子只能证明 {shown:,.2f}，答案写的是 {answer.bound:,.2f}",
                    f"the multipliers show {shown:,.2f}, the answer says {answer.bound:,.2f}")  # fmt: skip
    crossed = answer.objective - answer.bound if most else answer.bound - answer.objective
    if crossed > ROUNDING * max(abs(answer.bound), 1.0):
        yield Fault("目标值优于上界", "the objective is better than the bound")
    if answer.status == "optimal" and abs(answer.objective - answer.bound) >= 1 + ROUNDING * abs(answer.bound):
        yield Fault("写着最优，但与上界不等", "it says optimal and does not meet its bound")


def _covering_bound(problem: Covering, answer: Answer) -> float:
    price = np.asarray(answer.proof["multipliers"], float)
    site, yuan = float(answer.proof["count_price"]), float(answer.proof["budget_price"])
    if (price < 0).any() or site < 0 or yuan < 0:
        return math.inf
    worth = problem.cover.T @ price
    total = math.fsum(np.maximum(problem.people - price, 0.0))
    left_count, left_money = problem.count, problem.budget
    for number in problem.fixed:
        total += worth[number]
        left_count = None if left_count is None else left_count - 1
        left_money = None if left_money is None or problem.cost is None else left_money - int(problem.cost[number])
    cost = np.zeros(len(worth)) if problem.cost is None else problem.cost
    free = np.setdiff1d(np.arange(len(worth)), problem.fixed)
    total += math.fsum(np.maximum(worth[free] - site - yuan * cost[free], 0.0))
    # What is not limited has no price.
    if (left_count is None and site > 0) or (left_money is None and yuan > 0):
        return math.inf
    return total + site * (left_count or 0) + yuan * (left_money or 0)


def _median(problem: Median, answer: Answer) -> Iterator[Fault]:
    yield from _sites(answer.chosen, problem.way.shape[1], problem.fixed)
    if len(answer.chosen) != problem.count:
        yield Fault(f"不是 {problem.count} 处", f"not {problem.count} sites")
    total = 0.0
    for row, people in enumerate(problem.people.tolist()):
        total += people * min(float(problem.way[row, site]) for site in answer.chosen)
    yield from _same(total, answer.objective)


def _median_bound(problem: Median, answer: Answer) -> float:
    price = np.asarray(answer.proof["prices"], float)
    saved = [
        math.fsum(np.minimum(problem.way[:, site] * problem.people - price, 0.0))
        for site in range(problem.way.shape[1])
    ]
    free = sorted(value for site, value in enumerate(saved) if site not in set(problem.fixed))
    return (
        math.fsum(price) + sum(saved[site] for site in problem.fixed) + sum(free[: problem.count - len(problem.fixed)])
    )


def _phased(problem: Phased, answer: Answer) -> Iterator[Fault]:
    buildings = answer.more["buildings"]
    yield from _sites(tuple(site for site, _, _ in buildings), problem.cover.shape[1], [])
    if missing := set(problem.fixed) - set(buildings):
        yield Fault(f"缺少已定项目 {sorted(missing)}", f"fixed buildings {sorted(missing)} are missing")
    for site, size, year in buildings:
        if (site, size, year) not in problem.fixed and not problem.may_build[site]:
            yield Fault(f"{site} 处不能建", f"nothing may be built at {site}")
        if not (0 <= size < len(problem.places) and 0 <= year < problem.years):
            yield Fault(f"{site} 处的规模或年度不存在", f"size or year at {site} does not exist")
    yield from _money(problem, buildings)
    for year, flows in enumerate(answer.more["flows"]):
        yield from _year(problem, buildings, year, flows, answer.more["served"][year])
    yield from _same(float(sum(answer.more["served"])), answer.objective)


def _money(problem: Phased, buildings: Any) -> Iterator[Fault]:
    left = 0
    for year in range(problem.years):
        left += int(problem.budget[year]) - sum(
            int(problem.cost[size]) for _, size, since in buildings if since == year
        )
        if left < 0:
            yield Fault(f"第 {year + 1} 年超出预算 {-left:,}", f"year {year + 1} is {-left:,} over its budget")


def _year(problem: Phased, buildings: Any, year: int, flows: Any, said: int) -> Iterator[Fault]:
    room = {site: int(places) for site, places in enumerate(problem.existing)}
    for site, size, since in buildings:
        if since <= year:
            room[site] = max(room[site], int(problem.places[size]))
    pairs = set(zip(*(part.tolist() for part in problem.cover.nonzero()), strict=True))
    by_demand: Counter[int] = Counter()
    by_site: Counter[int] = Counter()
    for row, site, places in flows:
        if (row, site) not in pairs or places < 0:
            yield Fault(f"需求点 {row} 到不了 {site}", f"demand {row} cannot reach {site}")
        by_demand[row] += places
        by_site[site] += places
    if any(places > problem.demand[row, year] for row, places in by_demand.items()):
        yield Fault(f"第 {year + 1} 年有需求点超额", f"in year {year + 1} a demand gets more than it needs")
    if any(places > room[site] for site, places in by_site.items()):
        yield Fault(f"第 {year + 1} 年有设施超员", f"in year {year + 1} a facility holds more than its places")
    yield from _same(float(sum(by_site.values())), float(said))


def _phased_bound(problem: Phased, answer: Answer) -> float:
    """The bound of the prices: each site for itself, filled with those whose price is lowest."""
    lam, money = np.asarray(answer.proof["prices"], float), np.asarray(answer.proof["money"], float)
    if (lam < 0).any() or (money < -1e-12).any() or (np.diff(money) > 1e-12).any():
        return math.inf
    total = float((lam * problem.demand).sum())
    total += sum((money[year] - (money[year + 1] if year + 1 < len(money) else 0.0)) * float(left)
                 for year, left in enumerate(np.cumsum(problem.budget)))  # fmt: skip
    columns, fixed = problem.cover.tocsc(), {site: (size, year) for site, size, year in problem.fixed}
    for site in range(problem.cover.shape[1]):
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        total += _site_worth(problem, lam, money, site, rows, fixed)
    return total


def _site_worth(
    problem: Phased, lam: Any, money: Any, site: int, rows: Any, fixed: Mapping[int, tuple[int, int]]
) -> float:
    """The most that one site can win at these prices, whatever is built there."""

    def filled(places: int, year: int) -> float:
        won = 0.0
        for row in sorted(rows.tolist(), key=lambda one: lam[one, year]):
            used = min(places, int(problem.demand[row, year]))
            won, places = won + used * max(1.0 - float(lam[row, year]), 0.0), places - used
        return won

    years, now = range(problem.years), int(problem.existing[site])
    before = [filled(now, year) for year in years]

    def built(size: int, since: int) -> float:
        places = max(int(problem.places[size]), now)
        return sum(filled(places, year) if year >= since else before[year] for year in years) - float(
            problem.cost[size] * money[since]
        )

    if site in fixed:
        return built(*fixed[site])
    options = (
        [built(size, since) for size in range(len(problem.places)) for since in years]
        if problem.may_build[site]
        else []
    )
    return max([sum(before), *options])
