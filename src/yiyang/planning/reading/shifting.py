"""Rows that lack cells: which columns are missing, by what each cell looks like and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from yiyang.planning.reading.figures import NUMBER
from yiyang.planning.reading.units import is_list, is_unit
from yiyang.planning.reading.words import plain

# At most so many lost cells are looked for: with more, the row says too little about itself.
MOST_LOST = 3
_FIGURE = re.compile(rf"[≥≤约]?(?:{NUMBER})[%张个万亿元]*")
_YEARS = re.compile(r"20\d\d.{0,10}")
_NATURE = re.compile(r"[新改扩续重]建?.{0,8}建|[新改扩续]建|装修|购置|提升")
_PLACE = re.compile(r".{0,18}[县区市镇乡村院园片]|.{0,14}(街道|社区)")
_WORDS = {"project", "description", "task", "action", "indicator", "policies", "services", "group"}


def columns_of(texts: Sequence[str], roles: Sequence[str]) -> list[int]:
    """The column of each of these cells, which are fewer than the columns: the placing that fits best, the leftmost of
    equals. With too many lost, the cells are set from the left.
    """
    lost = len(roles) - len(texts)
    if not 0 < lost <= MOST_LOST:
        return list(range(len(texts)))
    placings = (list(kept) for kept in combinations(range(len(roles)), len(texts)))
    return max(placings, key=lambda kept: sum(_fit(text, roles[at]) for text, at in zip(texts, kept, strict=True)))


def _fit(text: str, role: str) -> float:
    said = plain(text)
    if not said:
        return 0.0
    if role in ("number", "money", "central", "places", "baseline"):
        is_right = said.isdigit() if role == "number" else _FIGURE.fullmatch(said) is not None
        return 2.0 if is_right else -2.0
    looks = {
        "years": _YEARS.fullmatch(said) is not None,
        "nature": _NATURE.fullmatch(said) is not None,
        "place": _PLACE.fullmatch(said) is not None,
        "units": is_unit(said) or is_list(text),
        "lead": is_unit(said) or is_list(text),
        "part": is_unit(said) or is_list(text),
    }
    if role in looks:
        return 1.5 if looks[role] else -1.0
    return _fit_words(said, role)


def _fit_words(said: str, role: str) -> float:
    """Words stand in columns of words; figures and units seldom do."""
    if role not in _WORDS:
        return 0.0
    if _FIGURE.fullmatch(said) or _YEARS.fullmatch(said):
        return -1.0
    longer = role in ("description", "task", "action")
    return 0.6 if longer == (len(said) > 24) else 0.3
