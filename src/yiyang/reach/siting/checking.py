"""An independent look at every answer: nothing of the solvers is used, each figure is reckoned again. Pure.

An answer without faults keeps count, budget and what is fixed, is as good as it says, and its multipliers give the
bound that it states, unless branching proved a better one, which nobody can recompute without branching again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from yiyang.reach.siting.answer import Answer
from yiyang.reach.siting.covering import Covering
from yiyang.reach.siting.median import Median
from yiyang.reach.siting.phased import Phased

# Of sums of a million numbers this share may be rounding.
ROUNDING = 1e-6
# Of what the money can buy so many states are looked at; beyond that costs are rounded down.
STATES = 20_000


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
        if not (0 <= size < problem.places.shape[1] and 0 <= year < problem.years):
            yield Fault(f"{site} 处的规模或年度不存在", f"size or year at {site} does not exist")
        elif (site, size, year) not in problem.fixed and problem.places[site, size] <= 0:
            yield Fault(f"{site} 处不能建", f"nothing of that size may be built at {site}")
    yield from _money(problem, buildings)
    for year, flows in enumerate(answer.more["flows"]):
        yield from _year(problem, buildings, year, flows, answer.more["served"][year])
    yield from _same(float(sum(answer.more["served"])), answer.objective)


def _money(problem: Phased, buildings: Any) -> Iterator[Fault]:
    left = 0
    for year in range(problem.years):
        left += int(problem.budget[year]) - sum(
            int(problem.cost[site, size]) for site, size, since in buildings if since == year
        )
        if left < 0:
            yield Fault(f"第 {year + 1} 年超出预算 {-left:,}", f"year {year + 1} is {-left:,} over its budget")


def _year(problem: Phased, buildings: Any, year: int, flows: Any, said: int) -> Iterator[Fault]:
    room = {site: int(places) for site, places in enumerate(problem.existing)}
    for site, size, since in buildings:
        if since <= year:
            room[site] = max(room[site], int(problem.places[site, size]))
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
    """The bound of the prices: each site for itself, filled with those whose price is lowest; and what is bought."""
    lam, price = np.asarray(answer.proof["prices"], float), answer.proof["building"]
    if (lam < 0).any() or any(each < 0 for each in price.values()):
        return math.inf
    total = float((lam * problem.demand).sum())
    columns, fixed = problem.cover.tocsc(), {site: (size, year) for site, size, year in problem.fixed}
    offered: Counter[tuple[int, int, int]] = Counter()
    for site in range(problem.cover.shape[1]):
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        sizes = [] if site in fixed else _needed(problem, site, rows)
        worth = _site_worth(problem, lam, site, rows)
        kinds = [(int(problem.places[site, size]), int(problem.cost[site, size]), year)
                 for size in sizes for year in range(problem.years)]  # fmt: skip
        offered.update(kinds)
        options = [worth(kind[0], kind[2]) - price.get(kind, 0.0) for kind in kinds]
        decided = fixed.get(site)
        total += (
            max([worth(0, 0), *options])
            if decided is None
            else worth(int(problem.places[site, decided[0]]), decided[1])
        )
    return total + _bought(problem, offered, price)


def _needed(problem: Phased, site: int, rows: Any) -> list[int]:
    """Sizes that somebody would build there: another that costs no more and has room for as many is as good."""
    near = int(problem.demand[rows].sum(axis=0).max()) if len(rows) else 0
    serves = {size: min(int(problem.places[site, size]), near) for size in range(problem.places.shape[1])}
    return [
        size for size, many in serves.items()
        if many > 0 and not any(
            serves[other] >= many and problem.cost[site, other] <= problem.cost[site, size]
            and (serves[other], -problem.cost[site, other]) != (many, -problem.cost[site, size])
            for other in serves if serves[other] > 0
        )
    ]  # fmt: skip


def _site_worth(problem: Phased, lam: Any, site: int, rows: Any) -> Callable[[int, int], float]:
    """What a site wins at these prices with so many places from a year on. What stands is never made smaller."""
    now = int(problem.existing[site])

    def filled(places: int, year: int) -> float:
        won = 0.0
        for row in sorted(rows.tolist(), key=lambda one: lam[one, year]):
            used = min(places, int(problem.demand[row, year]))
            won, places = won + used * max(1.0 - float(lam[row, year]), 0.0), places - used
        return won

    def worth(places: int, since: int) -> float:
        return sum(filled(max(places, now) if year >= since else now, year) for year in range(problem.years))

    return worth


def _bought(problem: Phased, offered: Mapping[tuple[int, int, int], int], price: Mapping[Any, float]) -> float:
    """The most that buildings can be worth at these prices, when each year's money pays for whole ones."""
    left = np.cumsum(problem.budget)
    for site, size, year in problem.fixed:
        left[year:] -= int(problem.cost[site, size])
    money = [int(min(left[year:])) for year in range(problem.years)]
    unit = max(math.gcd(*(cost for _, cost, _ in offered)) if offered else 1, -(-max(money) // STATES), 1)
    worth = {0: 0.0}
    for year in range(problem.years):
        for kind, many in sorted(offered.items()):
            if kind[2] == year and price.get(kind, 0.0) > 0:
                worth = _one_kind(worth, many, kind[1] // unit, price[kind], money[year] // unit)
    return max(worth.values())


def _one_kind(worth: Mapping[int, float], many: int, cost: int, price: float, money: int) -> dict[int, float]:
    """Money spent → worth, after buying up to so many of a kind; they are bought in parts of 1, 2, 4 …"""
    found, part = {spent: won for spent, won in worth.items() if spent <= money}, 1
    while many > 0:
        taken = min(part, many)
        for spent, won in list(found.items()):
            after = spent + taken * cost
            if after <= money and found.get(after, -1.0) < won + taken * price:
                found[after] = won + taken * price
        many, part = many - taken, part * 2
    return found
