"""The floor: whether a lower list gives anybody less than the list of the level above, proved over all people.

Items are matched by their id. `docs/floor.md` says what counts as below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from yiyang.base.screen import t
from yiyang.catalog.binding import BASIS, BoundProgram, Overlay, effective_program
from yiyang.catalog.compare_terms import Bearing, Difference, Entry, terms
from yiyang.catalog.compare_words import Given, People, given
from yiyang.catalog.facts import load_implications
from yiyang.catalog.labels import area_name, standard, text
from yiyang.catalog.lists import load_folder, load_list, short
from yiyang.catalog.schema import Exactness
from yiyang.engine.conditions import And, Compare, Leaf, Or, Within, all_of
from yiyang.engine.facts import FactBook, area_span
from yiyang.engine.proof import LIMIT, Method, Search
from yiyang.engine.proof_floor import Findings, Kind, Side, weigh
from yiyang.engine.proof_space import Universe
from yiyang.engine.rules import Program

ELDER = 60  # 老年人权益保障法第二条: lists are made for people of 60 and over
USUAL_AGE = 70  # of whom one thinks when age does not matter


class Status(StrEnum):
    """How an item of the lower list stands to the same item of the upper one."""

    EQUAL = "equal"
    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"  # better for some, worse for others
    UNPROVEN = "unproven"  # nothing shows that the floor is reached
    NOT_COMPARABLE = "not_comparable"  # no common scale
    MISSING = "missing"
    EXTRA = "extra"
    UNAFFECTED = "unaffected"  # the upper list means nobody here


BELOW = (Status.WORSE, Status.MIXED, Status.MISSING)
IN_DOUBT = (Status.UNPROVEN, Status.NOT_COMPARABLE)
LACKS = (Kind.UNCOVERED, Kind.LESS)


@dataclass(frozen=True)
class Shown:
    """A person, and what both lists give him. `kind`: see `engine.proof_floor.Kind`."""

    kind: str
    person: str
    facts: Mapping[str, Any]
    upper: Given
    lower: Given


@dataclass(frozen=True)
class Compared:
    """One item.

    Attributes:
        upper, lower: the standard in words; None when not listed.
        people: for each way in which the lower list falls short, the most typical person.
        reasons: what differs whoever the person is, and remarks.
        answered_by: the area whose list answers, where the lower list has no such item.
        cells: how many kinds of people were looked at.
    """

    item: str
    name: str
    status: Status
    upper: str | None = None
    lower: str | None = None
    people: tuple[Shown, ...] = ()
    reasons: tuple[str, ...] = ()
    answered_by: str | None = None
    cells: int = 0
    method: str = ""


@dataclass(frozen=True)
class Comparison:
    """A lower list against an upper one on a day, in the language of the screen."""

    lower: str
    upper: str
    lower_name: str
    upper_name: str
    on: date
    items: tuple[Compared, ...]
    allow_unstated: bool = False

    def having(self, *statuses: Status) -> tuple[Compared, ...]:
        return tuple(found for found in self.items if found.status in statuses)

    @property
    def below(self) -> tuple[Compared, ...]:
        """The items for which the list fails."""
        return self.having(*BELOW, *(() if self.allow_unstated else IN_DOUBT))

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "on": self.on.isoformat(), "below_floor": [found.item for found in self.below]}


def compare(
    lower: str | Path,
    upper: str | Path,
    on: date,
    overlay: Overlay | None = None,
    *,
    limit: int = LIMIT,
    method: Method = Method.AUTO,
    fallback: bool = False,
    allow_unstated: bool = False,
    policy: Path | None = None,
) -> Comparison:
    """Compare two lists for the people of the lower area.

    Args:
        lower, upper: areas with lists of their own, or folders with a draft.
        overlay: changes of the lower list to try.
        limit: up to how many cells every one is looked at; beyond, z3 proves.
        fallback: take an item that the lower list lacks as answered by the list above that has it.
        allow_unstated: do not count what cannot be shown to be below.

    Raises:
        UsageError: no such list. NoEffect: the overlay changes nothing. MissingPart: z3 is needed and not installed.
    """
    home = _code(lower, policy)
    below, above = _listed(lower, home, on, overlay, policy), _listed(upper, home, on, None, policy)
    desk = _Desk(below, above, home, Search(method, limit), fallback, policy)
    return Comparison(home, above.code, below.name, above.name, on, tuple(desk.items()), allow_unstated)


def _code(what: str | Path, policy: Path | None) -> str:
    return load_folder(what, policy).head.area if isinstance(what, Path) else short(what)


@dataclass(frozen=True)
class _Listed:
    """A list in force with all that answers below it, laid over the people of the lower area."""

    code: str
    name: str
    book: FactBook
    entries: Mapping[str, Entry]
    side: Side

    def owns(self, item: str) -> bool:
        return item in self.entries and self.entries[item].info.list_area == self.code


def _listed(what: str | Path, home: str, on: date, overlay: Overlay | None, policy: Path | None) -> _Listed:
    code, name, changes = _code(what, policy), "", overlay or Overlay()
    if isinstance(what, Path):
        changes, name = Overlay(lists=(load_folder(what, policy),)) + changes, t("（草案）", " (draft)")
    else:
        load_list(code, policy)  # says which areas have a list, if this one has none
    if overlay:
        name += t("（试改）", " (on trial)")
    bound = effective_program(code, on, changes or None, policy)
    entries = _entries(bound, home)
    return _Listed(code, area_name(code) + name, bound.book, entries, _side(entries))


def _entries(bound: BoundProgram, home: str) -> dict[str, Entry]:
    """Items by id, every rule answering for the people of the lower area, by registration or by residence."""
    found = {}
    for rule, info in zip(bound.program.rules, bound.infos, strict=True):
        here = Within(bound.book[BASIS[info.item.basis]], (home,))
        found[rule.item] = Entry(replace(rule, scope=all_of(rule.scope, here)), info)
    return found


def _side(entries: Mapping[str, Entry]) -> Side:
    ceilings = {
        (item, n)
        for item, entry in entries.items()
        for n, name in enumerate(entry.info.tier_values)
        if entry.info.item.values[name].exactness is Exactness.AT_MOST
    }
    silent = frozenset(item for item, entry in entries.items() if entry.is_silent)
    return Side(Program(tuple(entry.rule for entry in entries.values())), frozenset(ceilings), silent)


class _Desk:
    """Compares item by item."""

    def __init__(
        self, below: _Listed, above: _Listed, home: str, search: Search, fallback: bool, policy: Path | None
    ) -> None:
        self._below, self._above, self._search, self._fallback = below, above, search, fallback
        self._universe = _universe(below.book, home, policy)
        self._people = People(below.book, home, _leaves(below, above))

    def items(self) -> Iterator[Compared]:
        extra = [item for item in self._below.entries if self._below.owns(item) and not self._above.owns(item)]
        for item in (item for item in self._above.entries if self._above.owns(item)):
            yield self._item(item, extra)
        for item in extra:
            entry = self._below.entries[item]
            yield Compared(item, text(entry.info.item.name), Status.EXTRA, None, _standard(entry))

    def _item(self, item: str, extra: list[str]) -> Compared:
        upper, lower = self._above.entries[item], self._below.entries.get(item)
        listed = lower if lower and (self._fallback or self._below.owns(item)) else None
        said = terms(listed, upper) if listed else None
        amounts = bool(said and said.amounts)
        found = weigh(self._below.side, self._above.side, item, self._universe, amounts=amounts, search=self._search)
        result = Compared(
            item,
            text(upper.info.item.name),
            _status(found, said.differences) if said else Status.MISSING,
            _standard(upper),
            _standard(listed) if listed else None,
            answered_by=None if self._below.owns(item) or not lower else lower.info.list_area,
            cells=found.cells,
            method="z3" if found.by_z3 else "exhaustive",
        )
        if Kind.COVERED not in found.cases:
            return replace(result, status=Status.UNAFFECTED)
        reasons = [*(d.text for d in (said.differences if said else ())), *self._remarks(result, found, extra)]
        return replace(result, reasons=tuple(reasons), people=tuple(self._shown(result.status, found, listed, upper)))

    def _remarks(self, result: Compared, found: Findings, extra: list[str]) -> Iterator[str]:
        if found.set_off:
            yield t(
                "少的部分由就高、不重复享受等相关项目补足", "what is less is made up for by items set off against it"
            )
        if result.answered_by:
            name = area_name(result.answered_by)
            yield t(f"本级清单未列，现由{name}清单兜底", f"not in the lower list; the list of {name} answers")
        names = {self._below.entries[other].info.item.name.zh: other for other in extra}
        if result.lower is None and (near := get_close_matches(result.name, list(names), 1, 0.6)):
            yield t(
                f"本级有名称相近的“{near[0]}”（{names[near[0]]}）；若是同一项，请改用同一个 id",
                f"the lower list has {names[near[0]]}; if it is the same item, give it the same id",
            )

    def _shown(self, status: Status, found: Findings, lower: Entry | None, upper: Entry) -> Iterator[Shown]:
        kinds: tuple[Kind, ...] = (*LACKS, Kind.UNSURE)
        if status is Status.MISSING:
            kinds = (Kind.COVERED,)
        elif status is Status.MIXED:
            kinds = (*kinds, Kind.WIDER, Kind.MORE)
        elif status is Status.BETTER:
            kinds = (Kind.WIDER, Kind.MORE)
        a_year = bool(lower and lower.is_priced and upper.is_priced and lower.rule.every != upper.rule.every)
        for kind in (kind for kind in kinds if kind in found.cases):
            case = found.cases[kind]
            above = given(self._above.name, upper, case.upper, a_year=a_year)
            below = given(self._below.name, lower, case.lower, a_year=a_year)
            yield Shown(kind, self._people.say(case.person), self._people.facts(case.person), above, below)


def _status(found: Findings, differences: tuple[Difference, ...]) -> Status:
    bearings, kinds = {difference.bearing for difference in differences}, set(found.cases)
    worse = bool(kinds & set(LACKS)) or Bearing.WORSE in bearings
    better = bool(kinds & {Kind.WIDER, Kind.MORE}) or Bearing.BETTER in bearings
    if worse:
        return Status.MIXED if better else Status.WORSE
    if Bearing.NOT_COMPARABLE in bearings:
        return Status.NOT_COMPARABLE
    if Kind.UNSURE in kinds or Bearing.UNPROVEN in bearings:
        return Status.UNPROVEN
    return Status.BETTER if better else Status.EQUAL


def _universe(book: FactBook, home: str, policy: Path | None) -> Universe:
    """People of 60 and over, registered or living in the lower area, all of whose facts are known."""
    here = Or(tuple(Within(book[fact], (home,)) for fact in BASIS.values()))
    usual = {"age": USUAL_AGE, "alive": 1, **dict.fromkeys(BASIS.values(), area_span(home)[0])}
    return Universe(And((Compare(book["age"], ">=", ELDER), here)), load_implications(policy), usual)


def _leaves(*lists: _Listed) -> Iterator[Leaf]:
    return (leaf for listed in lists for entry in listed.entries.values() for leaf in entry.rule.leaves)


def _standard(entry: Entry) -> str:
    return "\n".join(standard(entry.rule, entry.info))
