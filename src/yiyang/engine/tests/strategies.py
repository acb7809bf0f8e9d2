"""Random fact books, programs and people, every one of them valid, for tests that compare the engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from yiyang.base.errors import PolicyError
from yiyang.engine.conditions import (
    EVERYONE,
    OPERATORS,
    And,
    Compare,
    Condition,
    Leaf,
    Named,
    Not,
    OneOf,
    Or,
    Within,
    thresholds,
)
from yiyang.engine.facts import Fact, FactBook, Kind, Label
from yiyang.engine.language import parse
from yiyang.engine.rules import PERIODS_A_YEAR, Program, Rule, Stacking, Tier
from yiyang.engine.tests.texts import text_of

Draw = Callable[[st.SearchStrategy[Any]], Any]
Person = dict[str, int | None]
AREAS = ("511700", "511724", "511724001", "511724001003", "500151", "510000", "000000")
TOWNS = (511724001003, 511724001004, 511724999999, 511725000000, 500151002001, 360200001001, 511723999999, 511700000000)
MOST_PEOPLE = 12


@dataclass(frozen=True)
class Case:
    """One random world. `people` hold every fact column, `person`, `household` and `birth_date`; None = unknown."""

    book: FactBook
    program: Program
    people: list[Person]
    reference: int
    every_year: tuple[int, ...] = ()


@st.composite
def books(draw: Draw) -> FactBook:
    """Two to six facts beside age, so that every kind comes up, and up to two terms."""
    kinds = draw(st.lists(st.sampled_from(list(Kind)), min_size=2, max_size=6))
    facts = {"age": Fact("age", Kind.YEARS, "年龄", "age", "birth_date", unit_zh="周岁", unit_en="years")}
    for number, kind in enumerate(kinds):
        fact = draw(_facts(f"f{number}", kind))
        facts[fact.name] = fact
    terms: dict[str, tuple[Label, str]] = {}
    for number in range(draw(st.integers(0, 2))):
        values: dict[str, int] = {}
        text = text_of(draw(conditions(FactBook(facts), depth=1)), values)
        # A term has no values of its own to name with @.
        terms |= {} if values else {f"term{number}": (_label(f"term{number}"), text)}
    return FactBook(facts, terms)


def _label(name: str) -> Label:
    return Label(name, f"名{name}", f"the {name}")


@st.composite
def _facts(draw: Draw, name: str, kind: Kind) -> Fact:
    size = draw(st.integers(2, 5)) if kind in (Kind.ENUM, Kind.ORDERED) else 0
    low = draw(st.sampled_from((0, 0, 1, 10)))
    top = {Kind.YEARS: 120, Kind.INT: draw(st.sampled_from((30, 5000)))}.get(kind, 120)
    labels = tuple(_label(f"{name}v{k}") for k in range(size))
    column = f"{'area' if kind is Kind.AREA else 'fact'}_{name}"  # areas are 64 bits wide, all else 32
    return Fact(
        name, kind, f"事实{name}", f"fact {name}", column, labels, minimum=low if kind is Kind.INT else 0, maximum=top
    )


@st.composite
def leaves_of(draw: Draw, fact: Fact) -> Leaf:
    """One comparison of the fact; bools may be compared in every way that the model allows."""
    if fact.kind is Kind.AREA:
        return Within(fact, tuple(draw(st.lists(st.sampled_from(AREAS), min_size=1, max_size=3, unique=True))))
    values = _values(fact)
    if draw(st.integers(0, 3)) == 0:
        return OneOf(fact, tuple(sorted(draw(st.sets(values, min_size=1, max_size=3)))))
    operators = OPERATORS[:2] if fact.kind in (Kind.BOOL, Kind.ENUM) else OPERATORS
    return Compare(fact, draw(st.sampled_from(operators)), draw(values))


def _values(fact: Fact) -> st.SearchStrategy[int]:
    """Constants a condition may name."""
    if fact.is_listed:
        return st.integers(0, fact.size - 1)
    if fact.kind is Kind.DATE:
        return _dates(1935, 2030)
    spots = st.sampled_from(
        [value for value in (60, 70, 80, 90, fact.minimum, fact.maximum) if fact.minimum <= value <= fact.maximum]
    )
    return st.one_of(spots, st.integers(fact.minimum, fact.maximum))


def _dates(first: int, last: int) -> st.SearchStrategy[int]:
    return st.builds(
        lambda y, m, d: y * 10000 + m * 100 + d, st.integers(first, last), st.integers(1, 12), st.integers(1, 28)
    )


@st.composite
def conditions(draw: Draw, book: FactBook, depth: int = 2) -> Condition:
    """A condition over the book, at most `depth` nodes above its leaves."""
    shape = draw(st.integers(0, 9)) if depth else 0
    if shape == 1:
        return Not(draw(conditions(book, depth - 1)))
    if shape in (2, 3, 4, 5):
        parts = tuple(draw(st.lists(conditions(book, depth - 1), min_size=2, max_size=3)))
        return And(parts) if shape < 4 else Or(parts)
    if shape == 6:
        return EVERYONE
    if shape >= 7 and book.terms:
        return draw(st.sampled_from([_named(book, name) for name in book.terms]))
    return draw(leaves_of(draw(st.sampled_from(list(book.facts.values())))))


def _named(book: FactBook, name: str) -> Named:
    label, text = book.terms[name]
    return Named(label, parse(text, book))


@st.composite
def _stackings(draw: Draw, items: list[str], flavour: str) -> Stacking:
    """Often none; else what the program's flavour says, or any mixture. It may name an item of no list, too."""
    others = st.lists(st.sampled_from([*items, "i9"]), max_size=2, unique=True)
    drawn = {
        "highest_of": draw(st.sampled_from(("g1", "g1", "g2"))),
        "not_with": tuple(draw(others)),
        "less": tuple(draw(others)),
        "cap_group": "k1",
    }
    wanted = {flavour} if flavour in drawn else draw(st.sets(st.sampled_from(sorted(drawn)), max_size=3))
    if flavour == "none":
        return Stacking()
    return Stacking(
        **{name: value for name, value in drawn.items() if name in wanted},
        cap_fen=draw(st.sampled_from((0, 50, 5500, 8000))),
        rank=draw(st.sampled_from((100, 100, 1))),
    )


@st.composite
def _rules(draw: Draw, book: FactBook, item: str, area: str, items: list[str], flavour: str) -> Rule:
    fen = st.sampled_from((0, 100, 5000, 6000, 6001))
    tiers = [Tier(draw(conditions(book, 1)), draw(fen)) for _ in range(draw(st.integers(0, 2)))]
    tiers += [Tier(EVERYONE, draw(fen))] * draw(st.integers(0, 1))
    # Half the rules ask little, so that people meet several at once and stacking has something to do.
    return Rule(
        item=item,
        list_area=area,
        scope=draw(conditions(book, 1)) if draw(st.integers(0, 3)) == 0 else EVERYONE,
        who=draw(conditions(book, draw(st.sampled_from((0, 2))))),
        tiers=tuple(tiers),
        every=draw(st.sampled_from(sorted(PERIODS_A_YEAR))),
        per=draw(st.sampled_from(("person", "person", "household", "facility"))),
        stacking=draw(_stackings(items, flavour)),
    )


@st.composite
def programs(draw: Draw, book: FactBook) -> Program:
    """Up to six rules of four items in two areas; stacking that would make a circle is left out."""
    rules: list[Rule] = []
    flavour = draw(st.sampled_from(("none", "mixed", "mixed", "highest_of", "not_with", "less", "cap_group")))
    for number in range(draw(st.integers(1, 6))):
        item, area = f"i{number % 4}", "511700" if number < 4 else "511724"
        rule = draw(_rules(book, item, area, [rule.item for rule in rules], flavour))
        rules.append(
            rule
            if _is_sound([*rules, rule])
            else Rule(item, area, rule.scope, rule.who, rule.tiers, rule.every, rule.per)
        )
    return Program(tuple(rules))


def _is_sound(rules: list[Rule]) -> bool:
    try:
        Program(tuple(rules))
    except PolicyError:
        return False
    return True


@st.composite
def people_of(draw: Draw, book: FactBook, program: Program, reference: int) -> list[Person]:
    """People on and beside every threshold, with unknowns; some share a household, some have none."""
    edges: dict[str, set[int]] = {}
    for rule in program.rules:
        for leaf in rule.leaves:
            edges.setdefault(leaf.fact.name, set()).update(thresholds(leaf))
    stored = {fact.column: _stored(fact, sorted(edges.get(fact.name, ())), reference) for fact in book.facts.values()}
    one = st.fixed_dictionaries(
        {column: st.one_of(st.none(), values, values, values) for column, values in stored.items()}
    )
    rows = draw(st.lists(one, min_size=1, max_size=MOST_PEOPLE))
    homes = st.sampled_from((None, 1, 2, 7001, 7002))
    return [{"person": number, "household": draw(homes), **row} for number, row in enumerate(rows, 1)]


def _stored(fact: Fact, edges: list[int], reference: int) -> st.SearchStrategy[int]:
    """Stored integers the register may hold: within the fact's bounds, often on a threshold or one below."""
    if fact.is_listed:
        return st.integers(0, fact.size - 1)
    near = [value for edge in edges for value in (edge - 1, edge)]
    if fact.kind is Kind.AREA:
        inside = [value for value in near if 0 <= value < 10**12]
        return st.sampled_from([*inside, *TOWNS])
    if fact.kind is Kind.DATE:
        return st.one_of(st.sampled_from([*(v for v in near if v > 0), 20261101]), _dates(1935, 2030))
    bounded = [value for value in near if fact.minimum <= value <= fact.maximum] or [fact.minimum]
    values = st.one_of(st.sampled_from(bounded), st.integers(fact.minimum, fact.maximum))
    return values if fact.kind is Kind.INT else values.flatmap(lambda years: _births(years, reference))


def _births(years: int, reference: int) -> st.SearchStrategy[int]:
    """Birth dates of those who are that old on the reference day; the first turns it on that very day."""
    birthday = reference - years * 10000
    earlier = birthday - 10000
    return st.one_of(
        st.just(birthday), _dates(earlier // 10000, birthday // 10000).filter(lambda day: earlier < day <= birthday)
    )


@st.composite
def cases(draw: Draw) -> Case:
    """A whole world."""
    book = draw(books())
    program = draw(programs(book))
    reference = draw(st.sampled_from((20261101, 20270101, 20240301)))
    every_year = draw(st.sampled_from(((), (60, 100))))
    return Case(book, program, draw(people_of(book, program, reference)), reference, every_year)


def collect(count: int) -> list[Case]:
    """So many cases at once, for tests that look at many together."""
    found: list[Case] = []

    @settings(max_examples=count, database=None)
    @given(case=cases())
    def keep(case: Case) -> None:
        found.append(case)

    keep()
    return found
