"""Which indicator a document means by a name, what its figure is in that unit, which document it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz

from yiyang.catalog.indicator_schema import Indicator
from yiyang.catalog.plan_terms_schema import Terms, loose
from yiyang.planning.sameness import same_title

# Names from SURE on are taken for the same if no other comes within CLEAR of it; from MAYBE on a person is asked.
SURE, MAYBE, CLEAR = 90.0, 55.0, 8.0
SAME = 150.0
NEAREST = 5
# So large a share of a document's figures, and at least so many of them, make it the same under another title.
SAME_SHARE, FEWEST = 0.9, 4
TEN_THOUSAND = "万"
# Words for one thing each; a count of people is not one of visits, but plans write both for it.
LIKE_UNITS = (frozenset({"个", "家", "所", "处"}), frozenset({"人", "名", "人次"}))


@dataclass(frozen=True)
class Match:
    """Which indicator is meant.

    Attributes:
        indicator: the nearest; '' where none comes near.
        is_sure: so near, and no other, that nobody needs to be asked.
        nearest: what to choose from, the nearest first.
    """

    indicator: str
    is_sure: bool
    nearest: tuple[str, ...] = ()


def match(name: str, unit: str, known: Sequence[Indicator], terms: Terms) -> Match:
    """The indicator that a document names, among those whose unit fits."""
    term = terms.find(name, name, _plain_unit(unit))
    scored = sorted(
        ((_score(name, each, terms, term.id if term else ""), each.id) for each in known if fits(unit, each)),
        reverse=True,
    )
    if not scored or scored[0][0] < MAYBE:
        return Match("", False, tuple(key for _, key in scored[:NEAREST]))
    best, second = scored[0][0], scored[1][0] if len(scored) > 1 else 0.0
    return Match(scored[0][1], best >= SURE and best - second >= CLEAR, tuple(key for _, key in scored[:NEAREST]))


def _score(name: str, indicator: Indicator, terms: Terms, term: str) -> float:
    """How near two names are, of a hundred; a term in common makes up for half of what they differ."""
    if loose(name) == loose(indicator.name.zh):
        return SAME
    likeness = fuzz.ratio(loose(name), loose(indicator.name.zh))
    mine = terms.find(indicator.name.zh, indicator.name.zh, indicator.unit)
    is_one = bool(term) and mine is not None and mine.id == term
    return SURE + likeness / 10 if is_one else likeness


def fits(unit: str, indicator: Indicator) -> bool:
    """Whether figures in a unit can be those of an indicator; a document may leave the unit out."""
    plain = _plain_unit(unit)
    return plain in ("", indicator.unit) or any({plain, indicator.unit} <= like for like in LIKE_UNITS)


def _plain_unit(unit: str) -> str:
    return unit.strip().removeprefix(TEN_THOUSAND).replace("％", "%")


def in_unit(value: Decimal, unit: str) -> float:
    """A figure in the indicator's own unit: 0.45 万 = 4500."""
    return float(value * 10_000 if unit.strip().startswith(TEN_THOUSAND) else value)


def bound(written: str, indicator: Indicator) -> str:
    """least, most or exactly: a bare figure is what has at least to be reached, where more is better."""
    bare = {"up": "least", "down": "most", "none": "exactly"}[indicator.direction]
    return {"ge": "least", "le": "most"}.get(written, bare)


# Indicator, year and value.
Stated = tuple[str, int | None, float]


def held_as(title: str, stated: Iterable[Stated], kept: Mapping[str, tuple[str, Sequence[Stated]]]) -> str:
    """Which of the documents that policy holds of an area this one is: by its title, or by its figures; '' = none.

    Args:
        stated: what the document states. kept: document → its title and what policy keeps of it.
    """
    mine = set(stated)
    for document, (its_title, figures) in kept.items():
        same = len(mine & set(figures))
        if same_title(title, its_title) or (same >= FEWEST and same >= SAME_SHARE * len(mine)):
            return document
    return ""
