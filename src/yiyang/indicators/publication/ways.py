"""In which table an indicator's two numbers are cells: the same cell wherever the same people are counted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from yiyang.catalog.indicator_schema import Indicator
from yiyang.engine.conditions import Condition, Everyone, leaves
from yiyang.engine.facts import Kind
from yiyang.engine.reference import holds
from yiyang.indicators.formula import Aggregate
from yiyang.indicators.publication.elders import FACTS, SUBTOTALS, UNIVERSE, Grouping
from yiyang.indicators.publication.tables import TOTAL, Dimension

# hide: counts of people or of what happened to them, cell by cell; levels: whole levels or none; open: not of people.
Rule = Literal["hide", "levels", "open"]
OLDEST = 120
ELDERS, OWN = "elders_60", "own"


@dataclass(frozen=True)
class Cells:
    """One table of an indicator.

    Attributes:
        codes: how its people are told apart; None = they are only counted.
        numbers: for each code what is counted there, out of `all` (elders), `below` and `above` the line, and what is
            taken off it: ("all", "below") = all but those below the line.
    """

    universe: str
    codes: Dimension | None
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Way:
    """How an indicator is protected; `above` and `below`: table and code of numerator and denominator."""

    rule: Rule
    tables: tuple[Cells, ...] = ()
    above: tuple[int, int] = (0, 0)
    below: tuple[int, int] | None = None


def way_of(
    indicator: Indicator, numbers: tuple[Aggregate, Aggregate | None], groupings: dict[str, Grouping], reference: int
) -> Way:
    """The way of a measured indicator whose rows are of people.

    Args:
        numbers: its numerator and denominator, as they are counted.
        reference: the day on which ages are taken.
    """
    above, below = numbers
    if above.column or (below is not None and below.column):
        return _of_sum(below, indicator)
    if above.dataset == "people" and (below is None or below.dataset == "people"):
        return _of_people(indicator.id, above, below, _Classes(groupings, reference))
    period = indicator.moment
    if below is None:
        return Way("hide", (Cells(f"{above.dataset}.{period}.{indicator.id}", None, (("above", ""),)),))
    if indicator.shape != "share":
        parts = (("above", f"{above.dataset}.{period}"), ("below", f"{below.dataset}.{period}"))
        tables = tuple(Cells(f"{name}.{indicator.id}", None, ((which, ""),)) for which, name in parts)
        return Way("hide", tables, (0, 0), (1, 0))
    universe = f"{below.dataset}.{period}" + ("" if isinstance(below.condition, Everyone) else f".{indicator.id}")
    codes = Dimension(indicator.id, indicator.name.zh, (TOTAL, "in", "out"), ("合计", "是", "否"), (-1, 0, 0))
    return Way("hide", (Cells(universe, codes, (("below", ""), ("above", ""), ("below", "above"))),), (0, 1), (0, 0))


def _of_sum(below: Aggregate | None, indicator: Indicator) -> Way:
    """The sum itself goes by whole levels; what it is divided by is a count like others."""
    if below is None or below.column:
        return Way("levels")
    every = "" if isinstance(below.condition, Everyone) else f".{indicator.id}"
    cells = Cells(f"{below.dataset}.{indicator.moment}{every}", None, (("below", ""),))
    return Way("levels", (cells,), below=(0, 0))


@dataclass(frozen=True)
class _Classes:
    """Which classes of a published grouping a condition on elders says; None where it says something else."""

    groupings: dict[str, Grouping]
    reference: int

    def of(self, condition: Condition) -> tuple[str, frozenset[str]] | None:
        facts = {leaf.fact.name for leaf in leaves(condition)} - {"alive"}
        others = facts - {"age"}
        if not others:
            return self._by_age(condition)
        [name] = others if len(others) == 1 else [""]
        return self._by_fact(condition, name) if name in FACTS else None

    def _by_age(self, condition: Condition) -> tuple[str, frozenset[str]] | None:
        is_in = {age: self._holds(condition, age, {}) for age in range(60, OLDEST + 1)}
        found = set()
        for code in self.groupings["age"].classes:
            low, high = (int(code[:-1]), OLDEST) if code.endswith("+") else map(int, code.split("-"))
            inside = {is_in[age] for age in range(low, high + 1)}
            if len(inside) > 1:
                return None
            found |= {code} if inside == {True} else set()
        return "age", frozenset(found)

    def _by_fact(self, condition: Condition, name: str) -> tuple[str, frozenset[str]] | None:
        fact = next(leaf.fact for leaf in leaves(condition) if leaf.fact.name == name)
        found = set()
        for place, value in enumerate(fact.values):
            inside = {self._holds(condition, age, {fact.column: place}) for age in range(60, OLDEST + 1)}
            if len(inside) > 1:
                return None
            found |= {value.name} if inside == {True} else set()
        return name, frozenset(found)

    def _holds(self, condition: Condition, age: int, more: dict[str, int]) -> bool:
        """Of somebody alive of so many years on the day."""
        born = {leaf.fact.column: self.reference - age * 10000 for leaf in leaves(condition) if _is_age(leaf.fact.kind)}
        return holds(condition, {**born, "alive": 1, **more}, self.reference) is True

    def every(self, name: str) -> frozenset[str]:
        """All classes of a grouping; of a fact those who are unknown besides."""
        return frozenset(self.groupings[name].classes)


def _is_age(kind: Kind) -> bool:
    return kind is Kind.YEARS


def _of_people(name: str, above: Aggregate, below: Aggregate | None, classes: _Classes) -> Way:
    whole = classes.of(below.condition) if below is not None else None
    is_all = whole is not None and whole[0] == "age" and whole[1] == classes.every("age")
    part = classes.of(above.condition)
    if below is None and part is not None and part == ("age", classes.every("age")):
        return Way("hide", (Cells(UNIVERSE, None, (("above", ""),)),))
    if below is None or is_all:
        number, inside, outside = _named(name, part)
        codes = Dimension(number, name, (TOTAL, inside, outside), ("合计", "是", "否"), (-1, 0, 0))
        cells = Cells(UNIVERSE, codes, (("all", ""), ("above", ""), ("all", "above")))
        return Way("hide", (cells,), (0, 1), None if below is None else (0, 0))
    number, inside, outside = _named(name, whole)
    names = (TOTAL, inside, outside, f"{inside}.{name}", f"{inside}.not.{name}")
    codes = Dimension(number, name, names, ("合计", "是", "否", "其中是", "其中否"), (-1, 0, 0, 1, 1))
    counted = (("all", ""), ("below", ""), ("all", "below"), ("above", ""), ("below", "above"))
    return Way("hide", (Cells(UNIVERSE, codes, counted),), (0, 3), (0, 1))


def _named(name: str, part: tuple[str, frozenset[str]] | None) -> tuple[str, str, str]:
    """Dimension and codes of those who meet a condition and of the others: those of the published grouping if any."""
    code = _code(*part) if part is not None else ""
    return (part[0], code, f"not.{code}") if part is not None and code else (name, "in", "out")


def _code(name: str, found: frozenset[str]) -> str:
    if len(found) == 1:
        return next(iter(found))
    return next((code for code, (_, parts) in SUBTOTALS.get(name, {}).items() if parts == found), "")
