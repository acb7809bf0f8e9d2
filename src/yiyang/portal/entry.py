"""One item for one person, and all of them, ready for a page; and the words of money and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yiyang.areas import logic as areas
from yiyang.catalog.labels import EVERY, EXACTNESS, PER
from yiyang.catalog.schema import Every, Exactness, Per
from yiyang.portal.steps import ELSEWHERE

# Headings of `explain` over parts of a condition, and the word that joins the parts.
GROUPS = {"至少符合一项": "，或者", "同时符合": "，并且"}


@dataclass(frozen=True)
class Line:
    """One reason: met, not_met or unknown."""

    says: str
    state: str
    depth: int


@dataclass(frozen=True)
class Missing:
    """A fact that is not known yet, and how to find it out; `self_check`: whether to look for oneself first."""

    short: str
    do: str
    self_check: bool = False


@dataclass(frozen=True)
class Entry:
    """One item for one person, ready for the page.

    Attributes:
        money: 每月 60 元; "" where no amount is stated.
        standard: what the list says instead of an amount.
        year_fen: what is certain in a year, to sort and add up.
        month_fen: the same a month where it comes regularly, else 0.
        basis: registered or resident: whose town office.
    """

    item: str
    name: str
    gives: str
    money: str
    standard: str
    year_fen: int
    month_fen: int
    how: str
    units: tuple[str, ...]
    basis: str
    bring: tuple[str, ...]
    lines: tuple[Line, ...]
    missing: tuple[Missing, ...]
    source: str
    checked: str
    list_name: str

    @property
    def is_main(self) -> bool:
        """Money, or something that must be applied for: told at length. The others are simply there to be used."""
        return bool(self.money) or self.how == "apply"

    @property
    def met(self) -> tuple[str, ...]:
        """Why, without the headings of alternatives."""
        return tuple(line.says for line in self.lines if line.state == "met" and line.says not in GROUPS)

    @property
    def not_met(self) -> tuple[str, ...]:
        """What stands in the way; of alternatives all of them."""
        return tuple(
            self._with_parts(place)
            for place, line in enumerate(self.lines)
            if line.state == "not_met" and not line.depth
        )

    def _with_parts(self, place: int) -> str:
        says, parts = self.lines[place].says, []
        if says not in GROUPS:
            return says
        for line in self.lines[place + 1 :]:
            if line.depth == 0:
                break
            parts += [line.says] if line.depth == 1 else []
        return GROUPS[says].join(parts)


@dataclass(frozen=True)
class Later:
    """What an age yet to come will bring: `when` as 2029年4月."""

    when: str
    name: str
    money: str


@dataclass(frozen=True)
class Result:
    """Everything the page says, by how sure it is."""

    sure: tuple[Entry, ...]
    maybe: tuple[Entry, ...]
    no: tuple[Entry, ...]

    @property
    def main(self) -> tuple[Entry, ...]:
        """What is worth a walk to the office."""
        return tuple(entry for entry in self.sure if entry.is_main)

    @property
    def services(self) -> tuple[Entry, ...]:
        """What can be used without asking anybody."""
        return tuple(entry for entry in self.sure if not entry.is_main)

    @property
    def open(self) -> dict[tuple[Missing, ...], list[Entry]]:
        """What may be had besides, by what is still missing for it; where most money hangs on it first."""
        found: dict[tuple[Missing, ...], list[Entry]] = {}
        for entry in self.maybe:
            found.setdefault(entry.missing, []).append(entry)
        return dict(sorted(found.items(), key=lambda pair: -max(entry.month_fen for entry in pair[1])))

    @property
    def month_fen(self) -> int:
        """What comes regularly, a month."""
        return sum(entry.month_fen for entry in self.sure)

    @property
    def month_money(self) -> str:
        return yuan(self.month_fen)


def place_name(code: str) -> str:
    """An area's name; what lies outside of all lists is 外地."""
    number = areas.normalise(code)
    return "外地" if number == ELSEWHERE else areas.name(number)


def yuan(fen: int) -> str:
    """1,234.50 元; whole yuan without decimals."""
    return f"{fen / 100:,.2f}".removesuffix(".00") + " 元"


def money(fen: int, every: str, per: str, exactness: str = "exact") -> str:
    """每户每月不低于 60 元"""
    return f"{PER[Per(per)][0]}{EVERY[Every(every)][0]}{EXACTNESS[Exactness(exactness)][0]} {yuan(fen)}"


def office(code: int | None) -> str:
    """Where one goes: the service centre of the town, as the house calls it."""
    if code is None or code == ELSEWHERE:
        return "户口或居住地所在的乡镇（街道）便民服务中心"
    name, is_town = areas.full_name(code), areas.level(code) == "town"
    return f"{name}便民服务中心（民政窗口）" if is_town else f"{name}，户口或居住地所在乡镇（街道）的便民服务中心"


def in_short(who: str, result: Result, where: str, telephone: str, month: str) -> str:
    """A few lines to show at the counter or to send to somebody."""
    sure = [f"{each.name}（{each.money or each.gives}）" for each in result.sure]
    lines = [
        f"【养老待遇查询】{month}，{who}",
        f"可以享受{len(sure)}项：{'；'.join(sure)}。" if sure else "按现在的回答，暂时没有可以享受的项目。",
        f"可能享受：{'、'.join(each.name for each in result.maybe)}。" if result.maybe else "",
        f"办理：{where}。电话：{telephone}。",
        "按回答推算，以审核为准。",
    ]
    return "\n".join(line for line in lines if line)


def bring_all(entries: Sequence[Entry], proxy: Sequence[str]) -> tuple[str, ...]:
    """What to bring for several items at once."""
    return tuple(dict.fromkeys([paper for entry in entries for paper in entry.bring] + list(proxy)))
