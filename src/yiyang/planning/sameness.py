"""Whether two titles name one document, and two rows one project or task. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import fuzz

# Of a hundred: titles of documents, names of projects by number or by themselves.
SAME_TITLE, SAME_NUMBERED, SAME_NAME = 92.0, 75.0, 92.0
# So large a share of a document's rows, and at least so many, make it the same document under another title.
SAME_SHARE, FEWEST = 0.9, 5
# What stands around a title, and says nothing of which document it is.
_FRAME = re.compile(
    r"^关于(印发|下发|发布|转发)|的?(通知|函)$|[（(](征求意见稿|送审稿|试行|草案|修订)[）)]|印发|[\s《》“”\"]"
)
# 十四五, 2025年: a plan of other years is another plan, however alike its title.
_YEARS = re.compile(r"十[一二三四五六七八九]五|20\d\d")


def same_title(one: str, other: str) -> bool:
    """Whether two titles name one document, whatever they came with (《…》, 关于印发…的通知, 征求意见稿).

    >>> same_title("达州市养老规划（征求意见稿）", "关于印发《达州市养老规划》的通知")
    True
    >>> same_title("大竹县“十四五”养老规划", "大竹县“十五五”养老规划")
    False
    """
    first, second = _FRAME.sub("", one), _FRAME.sub("", other)
    if not first or not second or set(_YEARS.findall(first)) != set(_YEARS.findall(second)):
        return False
    return fuzz.ratio(first, second) >= SAME_TITLE


# Kind, number in the list, name.
Row = tuple[str, int | None, str]


def twins(new: Sequence[Row], old: Mapping[int, Row]) -> dict[int, int]:
    """Place of a new row → key of the old row that it is: by number and a like name, else by its name. Each once."""
    found: dict[int, int] = {}
    for place, row in enumerate(new):
        left = {key: each for key, each in old.items() if key not in found.values() and each[0] == row[0]}
        best = max(left, key=lambda key: _likeness(row, left[key]), default=None)
        if best is not None and _likeness(row, left[best]) >= SAME_NAME:
            found[place] = best
    return found


def _likeness(one: Row, other: Row) -> float:
    """Of a hundred; the same number makes up for a name written somewhat otherwise."""
    likeness = fuzz.ratio(_FRAME.sub("", one[2]), _FRAME.sub("", other[2]))
    is_numbered = one[1] is not None and one[1] == other[1] and likeness >= SAME_NUMBERED
    return max(likeness, SAME_NAME) if is_numbered else likeness


def is_most(same: int, rows: Collection[object]) -> bool:
    """Whether so many of a document's rows are another's that the two are one."""
    return same >= FEWEST and same >= SAME_SHARE * len(rows)
