"""Targets of uploaded documents as the pages show them: joined to indicators, with how sure that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from yiyang.access.scope import acting, current, platform
from yiyang.areas import logic as areas
from yiyang.catalog.lists import documents
from yiyang.indicators.policy import load_indicators
from yiyang.indicators.promises import matching
from yiyang.indicators.promises.matching import Match, Stated
from yiyang.indicators.promises.models import Promise
from yiyang.planning.coherence.terms import load_terms
from yiyang.planning.promised import TargetRead, targets_read

READ = "plan.read"
# held: policy keeps the same document and the same figure. confirmed: a person compared it with the text.
# unlike: policy keeps the same document with another figure. unchecked: read, and nobody has looked at it.
# unasked: of which indicator it speaks is not sure. strange: it speaks of none.
State = Literal["held", "confirmed", "unlike", "unchecked", "unasked", "strange"]
STATES: dict[State, tuple[str, str]] = {
    "held": ("good", "平台已收录"),
    "confirmed": ("good", "已核对"),
    "unlike": ("wait", "与平台收录的不同，未核对"),
    "unchecked": ("wait", "未核对"),
    "unasked": ("wait", "待对应指标"),
    "strange": ("plain", "不是平台的指标"),
}


@dataclass(frozen=True)
class Read:
    """A target of a document, and the indicator it speaks of; it can stand where a target of policy can.

    Attributes:
        indicator: '' = none, or nobody knows.
        value, at: in the indicator's unit; least, most or exactly.
        held: the document of policy that this one is; '' = none.
        match: what the name may mean.
    """

    read: TargetRead
    indicator: str
    area: int
    year: int
    value: float
    at: str
    kind: str
    state: State
    held: str
    match: Match

    @property
    def counts(self) -> bool:
        """Whether figures are measured against it."""
        return self.state == "confirmed"


def promised(area: int) -> dict[str, list[Read]]:
    """Indicator → what documents of an area and of those above it promise, but for what policy holds itself.

    What a person confirmed is everybody's who sees the figures; what nobody has looked at is told to those who may
    read plans there.
    """
    line = [area, *(code for code in areas.ancestors(area) if code > 0)]
    may = {code for code in line if current().may(READ, code)}
    with acting(platform("文件目标", current().request)):
        rows = of_areas(line)
    found: defaultdict[str, list[Read]] = defaultdict(list)
    for each in rows:
        is_told = each.counts or (each.area in may and each.state in ("unlike", "unchecked"))
        if each.indicator and each.year and is_told:
            found[each.indicator].append(each)
    return found


@dataclass(frozen=True)
class Held:
    """The document of policy that a document is ('' = none), and the figures that policy keeps of it."""

    document: str = ""
    figures: frozenset[Stated] = frozenset()


def of_areas(codes: Collection[int]) -> list[Read]:
    """Every target that documents of areas state, as the scope in force sees documents."""
    decided = {(each.area_code, each.document, each.key): each for each in Promise.objects.filter(area_code__in=codes)}
    named = {(each.area_code, each.name, each.unit): each.indicator for each in decided.values()}
    by_file: defaultdict[int, list[tuple[TargetRead, Match]]] = defaultdict(list)
    for row in targets_read(codes):
        by_file[row.file].append((row, _meant(row, named)))
    return [
        _told(row, meant, held, decided.get((row.area, row.document, row.key)))
        for group in by_file.values()
        for held in (_held(group),)
        for row, meant in group
    ]


def _meant(row: TargetRead, named: Mapping[tuple[int, str, str], str]) -> Match:
    """What was decided about the name in this area, else what is nearest."""
    found = match_of(row.name, row.unit)
    key = (row.area, row.name, row.unit)
    return Match(named[key], True, found.nearest) if key in named else found


def match_of(name: str, unit: str) -> Match:
    """The indicator that a document means by a name."""
    return _matched(name, unit, id(load_indicators()))


@lru_cache(maxsize=4096)
def _matched(name: str, unit: str, policy: int) -> Match:
    """`policy`: which reading of it, so that a changed file is heeded."""
    return matching.match(name, unit, list(load_indicators().values()), load_terms())


def _held(group: Sequence[tuple[TargetRead, Match]]) -> Held:
    first = group[0][0]
    kept = _kept(first.area)
    stated = [
        (meant.indicator, row.year, matching.in_unit(row.target, row.unit)) for row, meant in group if meant.indicator
    ]
    document = matching.held_as(first.title, stated, kept)
    return Held(document, frozenset(kept[document][1])) if document else Held()


def _kept(area: int) -> dict[str, tuple[str, list[Stated]]]:
    """Documents of policy for an area, with their titles and targets."""
    titles = {key: each.title for key, each in documents().items() if areas.normalise(each.area) == area}
    found: dict[str, tuple[str, list[Stated]]] = {key: (title, []) for key, title in titles.items()}
    for indicator in load_indicators().values():
        for each in indicator.targets:
            if each.source.document in found and areas.normalise(each.area) == area:
                found[each.source.document][1].append((indicator.id, each.year, each.value))
    return found


def _told(row: TargetRead, meant: Match, held: Held, decided: Promise | None) -> Read:
    key = decided.indicator if decided else meant.indicator
    indicator = load_indicators().get(key)
    value = matching.in_unit(row.target, row.unit)
    at = matching.bound(row.bound, indicator) if indicator else "least"
    kind = {"约束性": "binding", "预期性": "expected"}.get(row.nature, "stated")
    is_same = decided is not None and (decided.value, decided.year) == (value, row.year)
    state = _state(key if indicator else "", is_same, meant, held, (key, row.year, value))
    return Read(
        row, key if indicator else "", row.area, row.year or 0, value, at, kind, state, held.document, meant
    )  # fmt: skip


def _state(key: str, is_decided: bool, meant: Match, held: Held, stated: Stated) -> State:
    if is_decided:
        return "confirmed" if key else "strange"
    if stated in held.figures:
        return "held"
    if not meant.is_sure:
        return "unasked"
    if not key:
        return "strange"
    return "unlike" if held.document else "unchecked"
