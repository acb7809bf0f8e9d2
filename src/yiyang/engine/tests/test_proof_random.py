"""Random programs: every cell, z3 and the reference reader agree, and who is shown is really worse off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yiyang.engine import reference
from yiyang.engine.conditions import Condition, all_of, leaves
from yiyang.engine.facts import Fact
from yiyang.engine.proof import Method, Search, find
from yiyang.engine.proof_floor import Findings, Kind, Side, linked, weigh
from yiyang.engine.proof_space import Space, Universe
from yiyang.engine.rules import Program
from yiyang.engine.tests.strategies import books, conditions, programs

Draw = Callable[[st.SearchStrategy[Any]], Any]
DAY = 20261101
MOST_CELLS = 400
Person = dict[str, int | None]
_BOOKS = books()
_SILENT = st.frozensets(st.sampled_from(("i0", "i1", "i2", "i3")), max_size=1)
CELLS, Z3 = Search(Method.EXHAUSTIVE), Search(Method.Z3)


@st.composite
def pairs(draw: Draw) -> tuple[Side, Side, Universe]:
    """Two programs over one book, some amounts being ceilings, and whom to compare them for."""
    book = draw(_BOOKS)
    sides = [draw(programs(book)) for _ in range(2)]
    if draw(st.booleans()):
        sides[1] = _cheaper(draw, sides[0])
    lower, upper = (Side(program, draw(_ceilings(program)), draw(_SILENT)) for program in sides)
    return lower, upper, Universe(draw(conditions(book, 1)), typical={"age": 70})


def _cheaper(draw: Draw, program: Program) -> Program:
    """The same program without some rules: mostly equal, sometimes worse."""
    kept = [rule for rule in program.rules if draw(st.integers(0, 3))]
    return Program(tuple(kept))


def _ceilings(program: Program) -> st.SearchStrategy[frozenset[tuple[str, int]]]:
    tiers = [(rule.item, n) for rule in program.rules for n in range(len(rule.tiers))]
    return st.frozensets(st.sampled_from(tiers), max_size=2) if tiers else st.just(frozenset())


def _people(space: Space, facts: list[Fact]) -> Iterator[Person]:
    """One person of every cell, by the reference reader's rules alone."""
    axes = [axis for axis in space.axes if axis.fact in facts]
    for numbers in product(*(space.allowed[axis.fact.name].tolist() for axis in axes)):
        person: Person = {}
        for axis, number in zip(axes, numbers, strict=True):
            value = space.value(axis, number)
            person[axis.fact.column] = DAY - value * 10000 if axis.fact.kind == "years" else value
        yield person


@dataclass
class _Got:
    """What one person gets of an item by the reference reader: fen a year, perhaps only a ceiling, or not stated."""

    entitled: bool
    year: int
    capped: bool
    silent: bool


def _got(side: Side, item: str, person: Person) -> _Got:
    results = [r for r in reference.answers(side.program, person, DAY) if r.rule.item == item and r.entitled]
    first = [next((n for n, tier in enumerate(r.rule.tiers) if _holds(tier.when, person)), None) for r in results]
    year = sum(result.low * result.rule.a_year for result in results)
    silent = item in side.silent and None in first
    return _Got(bool(results), year, any((item, n) in side.ceilings for n in first), silent)


def _kinds(lower: Side, upper: Side, item: str, person: Person) -> set[Kind]:
    """What is true of one person, set-off left aside."""
    mine, theirs = (_got(side, item, person) for side in (lower, upper))
    has, had = mine.entitled, theirs.entitled
    firm = has and had and not theirs.capped
    found = {
        Kind.COVERED: had,
        Kind.BOTH: has and had,
        Kind.UNCOVERED: had and not has,
        Kind.WIDER: has and not had,
        Kind.LESS: firm and mine.year < theirs.year and not mine.silent,
        Kind.MORE: firm and mine.year > theirs.year and not mine.capped,
        Kind.UNSURE: firm and theirs.year > 0 and (mine.silent or (mine.capped and mine.year >= theirs.year)),
    }
    return {kind for kind, holds in found.items() if holds}


def _holds(condition: Condition, person: Person) -> bool:
    return reference.holds(condition, person, DAY) is True


def _inside(conditions: tuple[Condition, ...], person: Person) -> bool:
    return _holds(all_of(*conditions), person)


def _made_up(lower: Side, upper: Side, item: str, person: Person) -> bool:
    """Whether somebody who lacks something of the item gets no less of all that it is set off against."""
    if not _kinds(lower, upper, item, person) & {Kind.UNCOVERED, Kind.LESS}:
        return True
    mine, theirs = 0, 0
    for other in linked(lower, upper, item):
        got, wanted = (_got(side, other, person) for side in (lower, upper))
        mine, theirs = mine + (0 if got.capped else got.year), theirs + wanted.year
    return mine >= theirs


def _all_leaves(lower: Side, upper: Side) -> list[Any]:
    return [leaf for side in (lower, upper) for rule in side.program.rules for leaf in rule.leaves]


def _agree(one: Findings, other: Findings) -> None:
    assert set(one.cases) == set(other.cases)
    assert one.set_off == other.set_off
    for kind, case in one.cases.items():
        assert case.person.cost == other.cases[kind].person.cost


@settings(max_examples=60)
@given(pairs())
def test_every_cell_and_z3_and_the_reference_agree(pair: tuple[Side, Side, Universe]) -> None:
    lower, upper, universe = pair
    space = Space(_all_leaves(lower, upper), universe)
    assume(space.total <= MOST_CELLS)
    facts = [axis.fact for axis in space.axes]
    people = [person for person in _people(space, facts) if _inside(space.conditions, person)]
    for item in upper.program.items:
        found = weigh(lower, upper, item, universe, search=CELLS)
        _agree(found, weigh(lower, upper, item, universe, search=Z3))
        seen = {kind for person in people for kind in _kinds(lower, upper, item, person)}
        assert set(found.cases) <= seen
        for kind in seen - set(found.cases):
            assert kind in (Kind.UNCOVERED, Kind.LESS)
            assert all(_made_up(lower, upper, item, person) for person in people)
        for kind, case in found.cases.items():
            person = case.person.stored(facts, DAY)
            stand_ins = {column: value for column, value in people[0].items() if person.get(column) is None}
            assert kind in _kinds(lower, upper, item, {**person, **stand_ins})


@settings(max_examples=60)
@given(st.data())
def test_a_condition_that_holds_for_nobody_holds_for_nobody_by_all_three(data: st.DataObject) -> None:
    book = data.draw(_BOOKS)
    condition = data.draw(conditions(book, 3))
    universe = Universe(data.draw(conditions(book, 1)), tuple(data.draw(st.lists(conditions(book, 1), max_size=2))))
    wide = Space(leaves(condition), universe)
    assume(wide.total <= MOST_CELLS)
    facts = [axis.fact for axis in wide.axes]
    exists = any(_inside((*wide.conditions, condition), person) for person in _people(wide, facts))
    one, other = find(condition, universe, CELLS), find(condition, universe, Z3)
    assert (one is not None) == (other is not None) == exists
    if one and other:
        assert one.cost == other.cost
        assert _inside((*wide.conditions, condition), one.stored(facts, DAY))
        assert _inside((*wide.conditions, condition), other.stored(facts, DAY))
