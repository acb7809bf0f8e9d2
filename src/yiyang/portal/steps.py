"""The answers given so far, as the page carries them from step to step, and which step comes next. Pure.

Nothing is kept on the server: the answers stand in a hidden field, `who.self~county.511724~birth.194403~lonely.false`,
in the order in which they were given, so that going back is leaving out the last.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from yiyang.areas import logic as areas

UNKNOWN, OTHER, HERE = "unknown", "other", "here"
# Places outside of all lists but the nation's; no area has this code.
ELSEWHERE = 990000000000
LONGEST = 3000
TOKEN = re.compile(r"([a-z_]{1,40})\.([A-Za-z0-9_]{1,40})")
# The steps that are always asked; the facts follow in the order in which they decide.
FIXED = ("who", "county", "town", "live", "live_town", "birth")
# What falls with an answer that is changed.
FALLS = {"county": ("town", "live", "live_town"), "live": ("live_town",)}


@dataclass(frozen=True)
class Given:
    """Answers in the order in which they were given: (step, answer)."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, text: str) -> Given:
        """What a page carried; from the first part on that does not read, nothing."""
        found: dict[str, str] = {}
        for part in text[:LONGEST].split("~") if text else ():
            match = TOKEN.fullmatch(part)
            if not match:
                break
            found[match[1]] = match[2]
        return cls(tuple(found.items()))

    def __str__(self) -> str:
        return "~".join(f"{step}.{answer}" for step, answer in self.pairs)

    @cached_property
    def of(self) -> dict[str, str]:
        """Answer by step."""
        return dict(self.pairs)

    def with_(self, step: str, answer: str) -> Given:
        """One more answer."""
        return Given((*(pair for pair in self.pairs if pair[0] != step), (step, answer)))

    def without(self, steps: Iterable[str]) -> Given:
        """Without the answers of some steps and what falls with them."""
        left_out = {each for step in steps for each in (step, *FALLS.get(step, ()))}
        return Given(tuple(pair for pair in self.pairs if pair[0] not in left_out))

    @property
    def is_for_self(self) -> bool:
        return self.of.get("who") != "other"

    @property
    def registered(self) -> int | None:
        """Code of the place of household registration as far as it is known."""
        return _place(self.of.get("county"), self.of.get("town"))

    @property
    def resident(self) -> int | None:
        """Code of the place of residence as far as it is known."""
        live = self.of.get("live")
        return self.registered if live == HERE else _place(live, self.of.get("live_town"))

    @property
    def birth(self) -> int | None:
        """yyyymmdd. Without a day the middle of the month: who turns 80 in a month counts from the next one on."""
        text = self.of.get("birth", UNKNOWN)
        if not text.isdigit():
            return None
        return int(text) if len(text) == 8 else int(text) * 100 + 15

    @property
    def counties(self) -> tuple[str, ...]:
        """Six-digit codes of the places whose lists may answer."""
        codes = [code for code in (self.registered, self.resident) if code is not None]
        return tuple(sorted({f"{areas.county_of(code):012d}"[:6] for code in codes}))


def _place(county: str | None, town: str | None) -> int | None:
    if county in (None, UNKNOWN):
        return None
    if county == OTHER:
        return ELSEWHERE
    return int((town if town and town != UNKNOWN else county or "").ljust(12, "0"))


def next_fixed(given: Given) -> str:
    """The next of the steps that are always asked; "" when they are done."""
    asked = given.of
    for step in FIXED:
        if step in asked or (step == "town" and not _is_county(asked.get("county"))):
            continue
        if step == "live_town" and not _is_county(asked.get("live")):
            continue
        return step
    return ""


def _is_county(answer: str | None) -> bool:
    return bool(answer) and str(answer).isdigit()


@dataclass(frozen=True)
class Option:
    """One thing to choose."""

    value: str
    says: str
    help: str = ""


@dataclass(frozen=True)
class Step:
    """One page: what is asked, and how it may be answered.

    Attributes:
        way: choices, or birth (three numbers).
        groups: options under headings ("" = without one).
        is_many: short options, in columns.
        self_check: the self-check is offered beside it.
    """

    key: str
    asks: str
    help: str = ""
    way: str = "choices"
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    is_many: bool = False
    self_check: bool = False

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(option for _, options in self.groups for option in options)

    def says(self, answer: str) -> str:
        """An answer in words; "" if it is none of those offered."""
        return next((option.says for option in self.options if option.value == answer), "")

    def with_unknown(self, says: str) -> Step:
        """With a last choice for whoever does not know."""
        return replace(self, groups=(*self.groups, ("", (Option(UNKNOWN, says),))))


def county_options(served: Iterable[int]) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Counties of the cities served, under their cities' names."""
    groups: dict[str, tuple[Option, ...]] = {}
    for code in served:
        above = areas.find(code)
        if above is not None:
            found = tuple(Option(areas.short(each.code), each.name) for each in areas.counties(code))
            name = _city(code) if above.level == "county" else above.name
            groups[name] = groups.get(name, ()) + found
    return tuple(groups.items())


def _city(county: int) -> str:
    """The name of the city of a county; of a municipality's district that of the municipality."""
    above = [found for code in areas.ancestors(county) if (found := areas.find(code))]
    return next((each.name for each in above if each.kind != "placeholder"), "")


def town_options(county: str) -> tuple[Option, ...]:
    """Towns of a county, subdistricts first, as the table has them."""
    towns = [each for each in areas.children(areas.normalise(county)) if each.level == "town"]
    return tuple(Option(areas.short(each.code), each.name) for each in towns)


def read_birth(year: str, month: str, day: str, today: int) -> tuple[str, str]:
    """(answer, what is wrong) of the three numbers as typed; `today` as yyyymmdd."""
    digits = [text.strip().translate(_WIDE) for text in (year, month, day)]
    if not all((text.isascii() and text.isdigit()) or (place == 2 and not text) for place, text in enumerate(digits)):
        return "", "请填出生的年和月，只填数字，例如 1944 和 3。"
    y, m, d = (int(text[:6] or 0) for text in digits)
    if not today // 10000 - 130 <= y <= today // 10000:
        return "", f"出生年份应在 {today // 10000 - 130} 到 {today // 10000} 之间，请看身份证再填。"
    if not 1 <= m <= 12:
        return "", "月份应在 1 到 12 之间。"
    if digits[2] and not _is_day(y, m, d):
        return "", f"{y}年{m}月没有 {d} 日，请改正；记不清可以不填。"
    if y * 10000 + m * 100 + d > today:
        return "", "出生日期不能在今天之后。"
    return (f"{y:04d}{m:02d}{d:02d}" if digits[2] else f"{y:04d}{m:02d}"), ""


_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= day <= monthrange(year, month)[1]
