"""What a document is called, and when it was issued."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from yiyang.planning.reading.words import plain, squash, tidy

_KINDS = "规划|方案|意见|清单|计划|办法|纲要|通知|分工表|要点|决定|条例"
_TITLE = re.compile(rf"[^。；]{{4,60}}({_KINDS})([（(].{{1,12}}[)）])?")
_NAMED = re.compile(r"(?:现将|印发(?:给你们)?|关于印发)《([^》]{4,80})》")
_DAY = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日")
_FROM_TOP = 25


def title_of(lines: Sequence[str]) -> str:
    """The title: a named annex of a covering letter first, then a line near the top that is one."""
    said = [tidy(line) for line in lines if squash(line)]
    top = "".join(said[:_FROM_TOP])
    named = _NAMED.search(top)
    if named:
        return named[1]
    plainly = [line for line in said[:_FROM_TOP] if _TITLE.fullmatch(line)]
    return plainly[0] if plainly else (said[0][:60] if said else "")


def issued_on(lines: Sequence[str]) -> date | None:
    """The day on a line of its own."""
    for line in lines:
        found = _DAY.fullmatch(plain(line).strip("()（）"))
        if found:
            return _day(int(found[1]), int(found[2]), int(found[3]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
