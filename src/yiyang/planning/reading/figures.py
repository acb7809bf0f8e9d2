"""Figures out of cells and sentences: money in fen, counts, years, rates with their bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from yiyang.planning.reading.words import plain
from yiyang.planning.records import Bound

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UNITS_FEN = {"元": 100, "千元": 10**5, "万元": 10**6, "百万元": 10**8, "亿元": 10**10}
_MONEY = re.compile(rf"({NUMBER})(百万|千|万|亿)?(元)?")
_YEARS = re.compile(r"(20\d\d)(?:[年./]\d{0,2}月?)?(?:[-—–~至到]+(20\d\d)?)?")
_FIGURE = re.compile(rf"(?P<sign>[≥≤><＞＜])?=?(?P<value>{NUMBER})(?P<tail>.*)")
_AT_LEAST = ("≥", ">", "＞", "不低于", "不少于", "以上", "超过", "至少")
_AT_MOST = ("≤", "<", "＜", "不高于", "不超过", "以下", "以内")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in fen and what one unit of its last written digit is worth."""

    fen: int
    step_fen: int


def decimal(text: str) -> Decimal:
    """Digits with or without separators of thousands."""
    return Decimal(text.replace(",", ""))


def money(text: str, unit: str = "") -> Money | None:
    """The first amount of a text. `unit` (万元, 亿元, 元) counts where the text names none; None without either.

    >>> money("总投资15.23亿元")
    Money(fen=152300000000, step_fen=100000000)
    """
    found = _MONEY.search(plain(text))
    if found is None:
        return None
    own = f"{found[2] or ''}元" if found[2] or found[3] else unit
    if own not in UNITS_FEN:
        return None
    size, value = UNITS_FEN[own], decimal(found[1])
    step = Decimal(size).scaleb(min(0, int(value.as_tuple().exponent)))
    return Money(int(value * size), int(step))


def whole_money(text: str, unit: str) -> Money | None:
    """The amount of a cell that holds an amount and nothing else."""
    return money(text, unit) if _MONEY.fullmatch(plain(text)) else None


def count(text: str) -> int | None:
    """The number of a cell that holds a whole number, with or without its counter (张, 个), and nothing else."""
    found = re.fullmatch(rf"约?({NUMBER})[张个名人户所家处]?", plain(text))
    if found is None or decimal(found[1]) % 1:
        return None
    return int(decimal(found[1]))


def years(text: str) -> tuple[int | None, int | None]:
    """The first and last year of a term.

    >>> years("2021-2023"), years("2022年"), years("待定")
    ((2021, 2023), (2022, 2022), (None, None))
    """
    found = _YEARS.search(plain(text))
    if found is None:
        return None, None
    first = int(found[1])
    return first, int(found[2]) if found[2] else first


def year_of(text: str) -> int | None:
    """The first year that a text names."""
    return years(text)[0]


def figure(text: str) -> tuple[Decimal, Bound, str] | None:
    """The figure of an indicator's cell with its bound and the unit written behind it. None where there is none (—).

    >>> figure("≥95"), figure("70%"), figure("—")
    ((Decimal('95'), 'ge', ''), (Decimal('70'), 'eq', '%'), None)
    """
    cell = plain(text)
    found = _FIGURE.search(cell)
    if found is None:
        return None
    tail = re.match(r"[%‰]|万?[张个人名家所次户]*", found["tail"])
    return decimal(found["value"]), bound(cell), tail[0] if tail else ""


def bound(text: str) -> Bound:
    """Whether a figure is a floor, a ceiling or the value itself."""
    if any(word in text for word in _AT_MOST):
        return "le"
    return "ge" if any(word in text for word in _AT_LEAST) else "eq"
