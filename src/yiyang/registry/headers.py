"""Which column of a file is which column of the contract."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yiyang.registry.contracts import Contract

Problem = tuple[str, str]
SEARCHED = 10  # rows at the top in which the headings are looked for: exports often carry a title above them


@dataclass(frozen=True)
class Heading:
    """Where the headings stand and what they name.

    Attributes:
        row: 1-based row of the headings.
        width: number of columns.
        places: column of the contract → 0-based place in the file; columns that are read or identify only.
        words: column of the contract → heading as the file writes it.
        unknown: headings that the contract does not know.
        problems: why the file cannot be used.
    """

    row: int
    width: int
    places: dict[str, int]
    words: dict[str, str]
    unknown: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)


class Unusable(Exception):
    """A file that cannot be used at all; carries every reason as (zh, en)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


def find_heading(contract: Contract, rows: Sequence[Sequence[str]]) -> Heading:
    """The row among the first ones that names most of the contract's columns."""
    known = {plain(header): name for name, column in contract.columns.items() for header in column.headers}
    candidates = rows[:SEARCHED] or [[]]
    best = max(
        range(len(candidates)), key=lambda i: (len({known.get(plain(word)) for word in candidates[i]} - {None}), -i)
    )
    return _heading(contract, known, best + 1, candidates[best])


def plain(word: str) -> str:
    """A heading without blanks, marks of obligation and remarks in brackets."""
    word = unicodedata.normalize("NFKC", word).replace("\ufeff", "")
    return re.sub(r"\(.*?\)|[\s*:]", "", word)


def _heading(contract: Contract, known: dict[str, str], row: int, words: Sequence[str]) -> Heading:
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for place, word in enumerate(words):
        name = known.get(plain(word))
        if name is not None and name in found:
            zh = f"第 {place + 1} 列“{word}”与第 {found[name] + 1} 列重复，请只留一列"
            problems.append((zh, f"column {place + 1} ({word}) repeats column {found[name] + 1}; keep one of them"))
        elif name is not None:
            found[name] = place
    for name, column in contract.columns.items():
        if column.required and name not in found:
            zh = f"缺少必需的列，可用的表头：{'、'.join(column.headers)}"
            problems.append((zh, f"a required column is missing; accepted headings: {', '.join(column.headers)}"))
    used = [name for name, column in contract.columns.items() if column.is_read or column.identifies]
    places = {name: found[name] for name in used if name in found}
    spelt = {name: words[place].strip() for name, place in places.items()}
    unknown = tuple(word.strip() for word in words if word.strip() and plain(word) not in known)
    return Heading(row, len(words), places, spelt, unknown, problems)
