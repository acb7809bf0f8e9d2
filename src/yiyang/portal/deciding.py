"""Which question decides most next, for one person. Pure: a list and what is known in, answers and the next fact out.

The engine is that of a run: the same program, the same evaluator, on one cell and on the cells that answers would lead
to. Everybody whose answers fall into the same classes is treated alike, so what was reckoned once is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from yiyang.catalog.binding import BoundProgram
from yiyang.engine.cells import UNKNOWN, Ints, coding_of
from yiyang.engine.conditions import Condition, leaves
from yiyang.engine.evaluate import Evaluator
from yiyang.engine.facts import Fact, as_int
from yiyang.engine.reference import holds
from yiyang.entitlement import tables
from yiyang.entitlement.tables import Answers

# What an item that is open weighs beside the money that hangs on it: as much as ¥50 a month.
OPEN_ITEM_FEN = 60_000
KEPT = 20_000  # outcomes kept in memory; each is a few kilobytes
MOST_QUESTIONS = 15  # beyond that nobody goes on; only the estimate is bounded

Values = Mapping[str, int]
"""Stored integers by fact; a fact not named is unknown."""
Weights = Mapping[str, Mapping[int, float]]
"""How common each value of a fact is."""
Key = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Outcome:
    """What is known about one person's entitlements.

    Attributes:
        answers: of every rule, in one cell.
        hangs_on: rule number → the facts of which one alone may settle it or narrow its amount.
        next_fact: the one to ask for next; "" when asking helps no more.
    """

    answers: Answers
    hangs_on: Mapping[int, tuple[str, ...]]
    next_fact: str


class Asker:
    """Asks one person about the facts of one program.

    Args:
        bound: the lists that answer for him, bound to the reference day.
        implications: what holds for every possible person.
        choices: fact → the stored values that may be answered, in the order in which they stand.
        weights: how common the values are; a fact not named counts as evenly spread.
    """

    def __init__(
        self,
        bound: BoundProgram,
        implications: Sequence[Condition],
        choices: Mapping[str, Sequence[int]],
        weights: Weights,
    ) -> None:
        self.bound, self.reference = bound, as_int(bound.on)
        self.coding = coding_of(bound.program)
        self._asked = {fact.name: tuple(choices[fact.name]) for fact in bound.program.facts if fact.name in choices}
        self._weights, self._book = weights, bound.book
        about = [(each, tuple({leaf.fact.name for leaf in leaves(each)})) for each in implications]
        self._implied = [(each, names) for each, names in about if set(names) & set(self._asked)]
        self._about = {
            fact: tuple(sorted({name for _, names in self._implied if fact in names for name in names} - {fact}))
            for fact in {name for _, names in self._implied for name in names}
        }
        self._allowed = lru_cache(KEPT)(self._possible)
        self._kept = lru_cache(KEPT)(self._outcome)
        self._left = lru_cache(KEPT)(self._questions_left)

    def key(self, values: Values) -> Key:
        """The same for everybody who is treated alike."""
        return self._key(self.settled(values))

    def outcome(self, values: Values, declined: frozenset[str] = frozenset()) -> Outcome:
        """Answers and the next question; facts declined are not asked for again."""
        return self._kept(self._key(self.settled(values)), declined)

    def questions_left(self, values: Values, declined: frozenset[str] = frozenset()) -> int:
        """About how many questions are still to come: as many as if each were answered in the most common way."""
        return self._left(self._key(self.settled(values)), declined)

    def settled(self, values: Values) -> dict[str, int]:
        """With what follows from it: who is no destitute person has no destitute's support."""
        found = dict(values)
        for _ in self._implied:
            for _, names in self._implied:
                for name in names:
                    if name not in found and len(left := self.possible(found, name)) == 1:
                        found[name] = left[0]
        return found

    def possible(self, values: Values, fact: str) -> tuple[int, ...]:
        """The values that may be answered without contradicting what is known."""
        about = self._about.get(fact, ())
        return self._allowed(fact, tuple((name, values[name]) for name in about if name in values))

    def _possible(self, fact: str, values: Key) -> tuple[int, ...]:
        """Asked for hundreds of times a page, and only what stands in a condition with the fact matters."""
        all_values = self._asked.get(fact) or tuple(range(self._book[fact].size))
        about = [each for each, names in self._implied if fact in names]
        if not about:
            return all_values
        known = self._person(dict(values))
        return tuple(
            value
            for value in all_values
            if all(holds(each, known | {self._book[fact].column: value}, self.reference) is not False for each in about)
        )

    def _person(self, values: Values) -> dict[str, int | None]:
        nobody: dict[str, int | None] = dict.fromkeys(self._book.columns)
        return nobody | {self._book[name].column: value for name, value in values.items()}

    def _key(self, values: Values) -> Key:
        """One value of each class stands for all of them."""
        found = []
        for name in sorted(values):
            axis = next((axis for axis in self.coding.axes if axis.fact.name == name), None)
            if axis is None or axis.fact.is_listed:
                found.append((name, values[name]))
            else:
                number = int(axis.classes(np.array([values[name]]), self.reference)[0])
                found.append((name, self._standing(axis.fact, axis.representatives[number])))
        return tuple(found)

    def _standing(self, fact: Fact, value: int) -> int:
        return self.reference - value * 10000 if fact.kind == "years" else value

    def _outcome(self, key: Key, declined: frozenset[str]) -> Outcome:
        values = dict(key)
        open_facts = [name for name in self._asked if name not in values and name not in declined]
        trials = [((name,), {name: value}) for name in open_facts for value in self.possible(values, name)]
        answers, states = self._states(values, [trial for _, trial in trials])
        doubt = self._doubt(states)
        gains = self._gains(values, open_facts, [names[0] for names, _ in trials], [t for _, t in trials], doubt)
        best = max(gains, key=lambda name: gains[name], default="")
        if best and gains[best] <= 0:
            best = self._of_a_pair(values, open_facts) if doubt[0] else ""
        return Outcome(answers, self._hanging(states, [names[0] for names, _ in trials]), best)

    def _gains(
        self, values: Values, facts: Sequence[str], names: Sequence[str], trials: Sequence[Values], doubt: Ints
    ) -> dict[str, float]:
        """By how much asking for each fact may be expected to lessen what is in doubt."""
        gains = {}
        for fact in facts:
            rows = [number for number, name in enumerate(names) if name == fact]
            share = self._shares(fact, [trials[number][fact] for number in rows])
            gains[fact] = float(doubt[0]) - sum(p * doubt[1 + row] for p, row in zip(share, rows, strict=True))
        return gains

    def _shares(self, fact: str, values: Sequence[int]) -> list[float]:
        common = self._weights.get(fact, {})
        found = [max(common.get(value, 0.0), 0.001) if common else 1.0 for value in values]
        return [each / sum(found) for each in found]

    def _of_a_pair(self, values: Values, facts: Sequence[str]) -> str:
        """Where no fact alone settles anything: the first of two that do so together."""
        pairs = list(combinations(facts, 2))
        trials = [
            (pair, {pair[0]: one, pair[1]: other})
            for pair in pairs
            for one in self.possible(values, pair[0])
            for other in self.possible({**values, pair[0]: one}, pair[1])
        ]
        if not trials:
            return ""
        doubt = self._doubt(self._states(values, [trial for _, trial in trials])[1])
        best = int(np.argmin(doubt[1:]))
        return trials[best][0][0] if doubt[1 + best] < doubt[0] else ""

    def _states(self, values: Values, trials: Sequence[Values]) -> tuple[Answers, Ints]:
        """The person's answers; and rules × (answer, low, high) × (as he is, as each trial makes him)."""
        rows = [values, *(self.settled({**values, **trial}) for trial in trials)]
        classes = {}
        for axis in self.coding.axes:
            column = np.array([row.get(axis.fact.name, UNKNOWN) for row in rows], np.int64)
            classes[axis.fact.name] = axis.classes(column, self.reference)
        evaluator = Evaluator(self.bound.program, self.coding, classes)
        found = evaluator.answers()
        states = np.array([[each.answer, each.paid_low, each.paid_high] for each in found], np.int64)
        pairs = zip(self.bound.program.rules, found, strict=True)
        reasons = np.array([[bits[:1] for bits in evaluator.reasons(rule, each)] for rule, each in pairs], np.int64)
        first = states[:, :, :1]
        answers = Answers(first[:, 0].astype(np.int8), first[:, 1], first[:, 2], reasons[:, 0], reasons[:, 1])
        return answers, states

    def _doubt(self, states: Ints) -> Ints:
        """Fen a year in doubt in each column, an open item counting as OPEN_ITEM_FEN besides."""
        total = np.zeros(states.shape[2], np.int64)
        for rule, (answer, low, high) in zip(self.bound.program.rules, states, strict=True):
            if rule.per != "facility":
                total += tables.is_open(answer, low, high) * OPEN_ITEM_FEN + tables.worth(rule, answer, low, high)
        return total

    @staticmethod
    def _hanging(states: Ints, names: Sequence[str]) -> dict[int, tuple[str, ...]]:
        differs = (states[:, :, 1:] != states[:, :, :1]).any(axis=1)
        open_ = tables.is_open(states[:, 0, 0], states[:, 1, 0], states[:, 2, 0])
        return {
            rule: tuple(dict.fromkeys(names[trial] for trial in np.flatnonzero(differs[rule]).tolist()))
            for rule in np.flatnonzero(open_).tolist()
        }

    def _questions_left(self, key: Key, declined: frozenset[str]) -> int:
        values = dict(key)
        for count in range(MOST_QUESTIONS):
            fact = self._kept(self._key(values), declined).next_fact
            if not fact:
                return count
            left = self.possible(values, fact)
            shares = self._shares(fact, left)
            values = self.settled({**values, fact: left[shares.index(max(shares))]})
        return MOST_QUESTIONS
