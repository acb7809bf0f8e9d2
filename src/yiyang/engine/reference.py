"""The plain-Python reader: one person at a time, slow and easy to check. Every other reader must agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yiyang.engine.conditions import And, Compare, Condition, Everyone, Leaf, Named, Not, OneOf, Or, Within, holds_at
from yiyang.engine.facts import Kind, years_since
from yiyang.engine.rules import Program, Rule, StackReason

Person = Mapping[str, int | None]
"""Stored integers by column name; None = unknown."""


@dataclass
class Result:
    """One rule's answer for one person: entitled True, False or None (undecided); fen paid between low and high."""

    rule: Rule
    entitled: bool | None
    low: int
    high: int
    reasons: dict[str | Leaf | StackReason, bool | None]

    @property
    def paid(self) -> tuple[int, int]:
        return (self.low if self.entitled else 0, 0 if self.entitled is False else self.high)


def answers(program: Program, person: Person, reference: int) -> list[Result]:
    """Answers in the order of the program's rules; `reference` is the reference day as yyyymmdd."""
    found: dict[int, Result] = {}
    for step, name in program.order:
        if step == "who":
            for number in program.items.get(name, ()):
                found[number] = _who(program, program.rules[number], person, reference, found)
        elif step == "highest":
            _highest(program, name, found)
        else:
            _cap(program, name, found)
    return [found[number] for number in range(len(program.rules))]


def holds(condition: Condition, person: Person, reference: int) -> bool | None:
    """Kleene's three-valued truth of a condition."""
    match condition:
        case Everyone():
            return True
        case Compare() | OneOf() | Within():
            return _leaf(condition, person, reference)
        case Named(_, part):
            return holds(part, person, reference)
        case Not(part):
            inner = holds(part, person, reference)
            return None if inner is None else not inner
        case And(parts):
            return _and([holds(part, person, reference) for part in parts])
        case Or(parts):
            inner = _and([None if x is None else not x for x in (holds(part, person, reference) for part in parts)])
            return None if inner is None else not inner


def _and(parts: list[bool | None]) -> bool | None:
    return False if False in parts else None if None in parts else True


def _leaf(leaf: Leaf, person: Person, reference: int) -> bool | None:
    value = person[leaf.fact.column]
    if value is None:
        return None
    return holds_at(leaf, leaf.fact.bounded(years_since(value, reference) if leaf.fact.kind is Kind.YEARS else value))


def _who(program: Program, rule: Rule, person: Person, reference: int, found: dict[int, Result]) -> Result:
    entitled = holds(rule.condition, person, reference)
    low, high = _amount(rule, person, reference)
    reasons: dict[str | Leaf | StackReason, bool | None] = {
        leaf: _leaf(leaf, person, reference) for leaf in rule.leaves
    }
    for item in rule.stacking.not_with:
        other = _any([found[n].entitled for n in program.items.get(item, ())])
        reasons[StackReason("not_with", item)] = other
        entitled = _and([entitled, None if other is None else not other])
    for item in rule.stacking.less:
        for n in program.items.get(item, ()):
            paid_low, paid_high = found[n].paid
            low, high = max(low - paid_high, 0), max(high - paid_low, 0)
    return Result(rule, entitled, low, high, reasons)


def _any(parts: list[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False


def _amount(rule: Rule, person: Person, reference: int) -> tuple[int, int]:
    """The least and most of the tiers that may be the first to hold, 0 if perhaps none does."""
    possible: list[int] = []
    for tier in rule.tiers:
        truth = holds(tier.when, person, reference)
        if truth is not False:
            possible.append(tier.fen)
        if truth:
            return min(possible), max(possible)
    return 0, max(possible, default=0)


def _highest(program: Program, group: str, found: dict[int, Result]) -> None:
    members = program.group(group)
    verdicts = {
        mine: _any([_beats(program, found, other, mine) for other in members if other != mine]) for mine in members
    }
    for mine, beaten in verdicts.items():
        found[mine].reasons[StackReason("highest_of", group)] = beaten
    for mine, beaten in verdicts.items():
        found[mine].entitled = _and([found[mine].entitled, None if beaten is None else not beaten])


def _beats(program: Program, found: dict[int, Result], other: int, mine: int) -> bool | None:
    """Whether the other is entitled and pays more a year (or the same, and stands before)."""
    theirs, own = found[other], found[mine]
    first = (theirs.rule.stacking.rank, other) < (own.rule.stacking.rank, mine)
    o_low, o_high = theirs.low * theirs.rule.a_year, theirs.high * theirs.rule.a_year
    low, high = own.low * own.rule.a_year, own.high * own.rule.a_year
    surely = o_low >= high if first else o_low > high
    perhaps = o_high >= low if first else o_high > low
    return _and([theirs.entitled, True if surely else None if perhaps else False])


def _cap(program: Program, group: str, found: dict[int, Result]) -> None:
    drawn_low = drawn_high = 0
    for number in program.capped(group):
        result, limit = found[number], program.rules[number].stacking.cap_fen
        result.low = min(result.low, max(limit - drawn_high, 0))
        result.high = min(result.high, max(limit - drawn_low, 0))
        drawn_low, drawn_high = drawn_low + result.paid[0], drawn_high + result.paid[1]
