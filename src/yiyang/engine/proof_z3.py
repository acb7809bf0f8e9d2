"""The z3 reader: facts as bounded whole numbers (the class), rules and amounts as terms. Optional, loaded on use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from yiyang.base.errors import MissingPart
from yiyang.engine.conditions import And, Compare, Condition, Everyone, Leaf, Named, Not, OneOf, Or, Within, all_of
from yiyang.engine.proof import Ask, Paid
from yiyang.engine.proof_space import Space, class_truth
from yiyang.engine.rules import Program, Rule

try:
    import z3
except ImportError:
    raise MissingPart(
        "要比较的情形太多，无法逐一列举，需要 z3：请安装 yiyang[proof]（pip install 'yiyang[proof]'），"
        "或用 --method exhaustive 逐一列举（较慢）。",
        "There are too many cells to look at each: z3 is needed. Install yiyang[proof] (pip install 'yiyang[proof]'), "
        "or look at every cell, slowly, with --method exhaustive.",
    ) from None


def cheapest(space: Space, ask: Ask) -> dict[str, dict[str, int]]:
    """Name → classes of the least unusual cell of which it is true."""
    terms = Terms(space)
    solver = z3.Solver()
    solver.add(*terms.bounds(), terms.truth(all_of(*space.conditions)))
    found: dict[str, dict[str, int]] = {}
    for name, truth in ask(terms).items():
        solver.push()
        solver.add(truth)
        if (model := _least(solver, terms.cost())) is not None:
            found[name] = {fact: model.eval(var, model_completion=True).as_long() for fact, var in terms.facts.items()}
        solver.pop()
    return found


def _least(solver: Any, cost: Any) -> Any:
    """A model of least cost, by halving; None where there is none."""
    if solver.check() != z3.sat:
        return None
    model, low = solver.model(), 0
    while low < (high := model.eval(cost, model_completion=True).as_long()):
        middle = (low + high) // 2
        solver.push()
        solver.add(cost <= middle)
        if solver.check() == z3.sat:
            model = solver.model()
        else:
            low = middle + 1
        solver.pop()
    return model


class Terms:
    """The reader whose answers are z3 terms over the class of each fact."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self.facts: dict[str, Any] = {axis.fact.name: z3.Int(axis.fact.name) for axis in space.axes}
        self._leaves: dict[Leaf, Any] = {}

    def bounds(self) -> list[Any]:
        return [_in(self.facts[name], classes.tolist()) for name, classes in self._space.allowed.items()]

    def cost(self) -> Any:
        """How unusual the person is, as in `Space.cost`."""
        parts = [
            z3.If(self.facts[name] == number, int(cost), 0)
            for name, costs in self._space.costs.items()
            for number, cost in enumerate(costs)
            if cost
        ]
        return z3.Sum([z3.IntVal(0), *parts])

    def truth(self, condition: Condition) -> Any:
        match condition:
            case Everyone():
                return z3.BoolVal(True)
            case Compare() | OneOf() | Within():
                return self._leaf(condition)
            case Named(_, part):
                return self.truth(part)
            case Not(part):
                return z3.Not(self.truth(part))
            case And(parts):
                return z3.And([self.truth(part) for part in parts])
            case Or(parts):
                return z3.Or([self.truth(part) for part in parts])

    def only(self, when: Any, fen: Any) -> Any:
        return z3.If(when, fen, 0)

    def paid(self, program: Program) -> list[Paid]:
        """The answers of a program's rules, in the steps of `Program.order`."""
        found: dict[int, Paid] = {}
        for step, name in program.order:
            if step == "who":
                for number in program.items.get(name, ()):
                    found[number] = self._who(program, program.rules[number], found)
            elif step == "highest":
                self._highest(program, program.group(name), found)
            else:
                self._cap(program, program.capped(name), found)
        return [found[number] for number in range(len(program.rules))]

    def _leaf(self, leaf: Leaf) -> Any:
        if leaf not in self._leaves:
            held = [k for k, holds in enumerate(class_truth(self._space.coding[leaf.fact.name], leaf)) if holds]
            self._leaves[leaf] = _in(self.facts[leaf.fact.name], held)
        return self._leaves[leaf]

    def _who(self, program: Program, rule: Rule, found: Mapping[int, Paid]) -> Paid:
        yes, fen = self.truth(rule.condition), z3.IntVal(0)
        for tier in reversed(rule.tiers):
            fen = z3.If(self.truth(tier.when), tier.fen, fen)
        for item in rule.stacking.not_with:
            yes = z3.And(yes, *(z3.Not(found[n].yes) for n in program.items.get(item, ())))
        for item in rule.stacking.less:
            for n in program.items.get(item, ()):
                fen = _at_least_0(fen - self.only(found[n].yes, found[n].fen))
        return Paid(yes, fen)

    def _highest(self, program: Program, members: tuple[int, ...], found: dict[int, Paid]) -> None:
        """Only the highest a year stays; on a tie the smaller rank, then the earlier rule."""
        before = {n: (found[n].yes, found[n].fen * program.rules[n].a_year) for n in members}
        ranks = {n: (program.rules[n].stacking.rank, n) for n in members}
        for mine, (yes, year) in before.items():
            beaten = [
                z3.And(other_yes, other_year >= year if ranks[other] < ranks[mine] else other_year > year)
                for other, (other_yes, other_year) in before.items()
                if other != mine
            ]
            found[mine] = Paid(z3.And(yes, z3.Not(z3.Or(beaten))), found[mine].fen)

    def _cap(self, program: Program, members: tuple[int, ...], found: dict[int, Paid]) -> None:
        """Members draw on the common limit in order; what is left bounds the next."""
        drawn = z3.IntVal(0)
        for number in members:
            left = _at_least_0(program.rules[number].stacking.cap_fen - drawn)
            fen = z3.If(found[number].fen > left, left, found[number].fen)
            found[number] = Paid(found[number].yes, fen)
            drawn = drawn + self.only(found[number].yes, fen)


def _at_least_0(term: Any) -> Any:
    return z3.If(term > 0, term, 0)


def _in(variable: Any, numbers: Iterable[int]) -> Any:
    """That a variable is one of some numbers, as few ranges."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    return z3.Or([z3.And(variable >= run[0], variable <= run[-1]) for run in runs])
