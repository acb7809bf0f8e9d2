"""Rules: what a list says, resolved for one reference day, ready for any reader.

A rule is one item of one area's list. A program is every rule that may answer for the people of a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from yiyang.base.errors import PolicyError
from yiyang.engine.conditions import EVERYONE, Condition, Leaf, all_of, leaves
from yiyang.engine.facts import Fact

PERIODS_A_YEAR = {"once": 1, "year": 1, "quarter": 4, "month": 12, "week": 52, "time": 1}
MOST_REASONS = 62


@dataclass(frozen=True)
class Tier:
    """An amount in fen for those of whom the condition holds (and no tier above it)."""

    when: Condition
    fen: int


@dataclass(frozen=True)
class Stacking:
    """How the rule meets other items; names are item ids. See `catalog.schema.Stacking`."""

    highest_of: str | None = None
    not_with: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    cap_group: str | None = None
    cap_fen: int = 0
    rank: int = 100


@dataclass(frozen=True)
class StackReason:
    """Why an entitled person still gets nothing, or less: another item."""

    how: str  # not_with | highest_of
    other: str


Reason = Leaf | StackReason


@dataclass(frozen=True)
class Rule:
    """One item of one list.

    Attributes:
        item: the item's id. Rules of one item in several areas have scopes that exclude each other.
        list_area: the area whose list it stands in.
        scope: for whom this list answers (alive, registered or resident there, not under a nearer list).
        who: the item's own condition.
        tiers: amounts in fen per period, the first whose condition holds; empty when no amount is stated.
        every: the period, a key of PERIODS_A_YEAR.
        per: person | household | facility.
    """

    item: str
    list_area: str
    scope: Condition = EVERYONE
    who: Condition = EVERYONE
    tiers: tuple[Tier, ...] = ()
    every: str = "month"
    per: str = "person"
    stacking: Stacking = field(default_factory=Stacking)

    @property
    def name(self) -> str:
        """Unique in a program: area/item."""
        return f"{self.list_area}/{self.item}"

    @property
    def condition(self) -> Condition:
        return all_of(self.scope, self.who)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """What each bit of `met` and `unknown` speaks of: leaves of scope, who and tiers, then stacking."""
        found: dict[Reason, None] = dict.fromkeys(leaves(self.condition))
        for tier in self.tiers:
            found.update(dict.fromkeys(leaves(tier.when)))
        found.update(dict.fromkeys(StackReason("not_with", item) for item in self.stacking.not_with))
        if self.stacking.highest_of:
            found[StackReason("highest_of", self.stacking.highest_of)] = None
        if len(found) > MOST_REASONS:
            raise PolicyError(
                f"项目 {self.name} 有 {len(found)} 个条件，最多 {MOST_REASONS} 个；请拆成两个项目。",
                f"item {self.name} has {len(found)} conditions, at most {MOST_REASONS}; split it in two.",
            )
        return tuple(found)

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(reason for reason in self.reasons if not isinstance(reason, StackReason))

    @property
    def pays_people(self) -> bool:
        """Whether its amounts go to people or households (a facility's do not)."""
        return bool(self.tiers) and self.per != "facility"

    @property
    def a_year(self) -> int:
        """Periods in a year, to put amounts of different periods on one scale."""
        return PERIODS_A_YEAR[self.every]


Node = tuple[str, str]


@dataclass(frozen=True)
class Program:
    """All rules of a run, in a fixed order; a rule's number is its place."""

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise PolicyError(
                f"同一清单中项目重复：{'、'.join(doubled)}", f"items doubled in one list: {', '.join(doubled)}"
            )
        _ = self.order

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Every fact that a rule asks about, by name."""
        found = {leaf.fact.name: leaf.fact for rule in self.rules for leaf in rule.leaves}
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def items(self) -> dict[str, tuple[int, ...]]:
        """Item id → numbers of its rules."""
        found: dict[str, list[int]] = {}
        for number, rule in enumerate(self.rules):
            found.setdefault(rule.item, []).append(number)
        return {item: tuple(numbers) for item, numbers in found.items()}

    def group(self, name: str) -> tuple[int, ...]:
        """Numbers of the rules of which only the highest is paid."""
        return tuple(n for n, rule in enumerate(self.rules) if rule.stacking.highest_of == name)

    def capped(self, name: str) -> tuple[int, ...]:
        """Numbers of the rules under one cap, in the order in which they draw on it."""
        members = [n for n, rule in enumerate(self.rules) if rule.stacking.cap_group == name]
        return tuple(sorted(members, key=lambda n: (self.rules[n].stacking.rank, n)))

    @cached_property
    def order(self) -> tuple[Node, ...]:
        """Steps in an order in which each finds what it needs: ('who', item), ('highest', group), ('cap', group)."""
        sorter: TopologicalSorter[Node] = TopologicalSorter()
        for rule in self.rules:
            self._edges(rule, sorter)
        try:
            return tuple(sorter.static_order())
        except CycleError as error:
            path = " → ".join(name for _, name in error.args[1])
            raise PolicyError(
                f"清单中的项目互为前提，成了循环：{path}。请去掉其中一个 not_with、less、highest_of 或 cap。",
                f"items depend on each other in a circle: {path}. Remove one not_with, less, highest_of or cap.",
            ) from None

    def _edges(self, rule: Rule, sorter: TopologicalSorter[Node]) -> None:
        """`who` needs the final state of the items it names; a group needs its members' `who`; a cap their group."""
        needs = [*rule.stacking.not_with, *rule.stacking.less]
        sorter.add(("who", rule.item), *(node for item in needs for node in self._final(item)))
        if rule.stacking.highest_of:
            sorter.add(("highest", rule.stacking.highest_of), ("who", rule.item))
        if rule.stacking.cap_group:
            group = rule.stacking.highest_of
            sorter.add(("cap", rule.stacking.cap_group), ("highest", group) if group else ("who", rule.item))

    def _final(self, item: str) -> Iterator[Node]:
        """The last step that touches an item; an item of no list in this run is simply never paid."""
        for number in self.items.get(item, ()):
            stacking = self.rules[number].stacking
            yield (
                ("cap", stacking.cap_group)
                if stacking.cap_group
                else ("highest", stacking.highest_of)
                if stacking.highest_of
                else ("who", item)
            )

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the whole content: the same rules give the same hash."""
        return hashlib.sha256(repr(self.rules).encode()).hexdigest()

    def describe(self) -> str:
        """The rules as JSON, one a line, for people who compare two programs."""
        return "\n".join(
            json.dumps({"rule": rule.name, "who": repr(rule.who)}, ensure_ascii=False) for rule in self.rules
        )
