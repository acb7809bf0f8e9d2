"""Figures in Chinese sentences: value, unit, how exact; years, ages and numbers of papers are none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

SCALES = {"万": 10**4, "亿": 10**8, "千万": 10**7, "千": 1000, "百万": 10**6, "": 1}
# Words that count the same things: 3 家, 3 所 and 3 个 institutions are three.
SAME = {
    "家": "个",
    "所": "个",
    "处": "个",
    "座": "个",
    "名": "人",
    "位": "人",
    "平米": "平方米",
    "㎡": "平方米",
    "％": "%",
}
_UNITS = "个百分点|人次|元|人|户|个|家|所|处|座|张|名|位|期|次|项|类|条|平方米|平米|㎡|亩|%|％|‰"
_FIGURE = re.compile(
    r"(?P<before>不低于|不少于|不超过|不高于|至少|超过|≥|≤|＞|近|约|大约)?\s*"
    r"(?P<num>\d[\d,，]*\d(?:\.\d+)?|\d+(?:\.\d+)?)\s*"
    rf"(?:(?P<span>[—–\-~～至]+)\s*(?P<high>\d+(?:\.\d+)?)\s*)?(?P<odd>余|多)?(?P<scale>千万|百万|万|亿)?(?P<odd2>余|多)?\s*(?P<unit>{_UNITS})?"
    r"\s*(?P<after>以上|以下|左右|余)?"
)
# What follows or precedes a number that is none of ours: years, ages, minutes, papers, ordinals, versions.
_NOT_AFTER = re.compile(
    r"\s*(?:[—–\-~～至、]\s*\d+\s*)?(?:周?岁|年|月|日|分钟|小时|天|号|届|版|G|D|[:：]\s*\d|\+|[.．]\s*\D|）\s*\d*号)"
)
_NOT_BEFORE = re.compile(r"(?:第|〔|\[|每|[A-Za-z+“\"]|附件|表|专栏|图|[:：]|〔\d{4}〕)\s*$")
_YEAR = re.compile(r"(?<!\d)(?P<year>20\d{2})\s*年(?P<end>底|末)?")
_DIGITS = {word: index for index, word in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_AT_LEAST = ("不低于", "不少于", "至少", "超过", "≥", "＞", "以上")
_AT_MOST = ("不超过", "不高于", "≤", "以下")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` in whole units (0.49 万张 → 4900 张); `step` what one unit of the last digit is worth.

    `bound`: ge, le or eq. `is_rough`: near, about, more than. `high` ends a range (3—5 个). `start`, `end`: characters.
    """

    text: str
    value: Decimal
    unit: str
    step: Decimal
    start: int
    end: int
    bound: str = "eq"
    is_rough: bool = False
    high: Decimal | None = None
    scale: str = ""

    @property
    def kind(self) -> str:
        """The unit with words that count alike made one."""
        return SAME.get(self.unit, self.unit)

    def holds(self, value: Decimal) -> bool:
        """Whether a value is what is written here, rounded or cut off to its last digit, or lies in its range."""
        if self.high is not None:
            return self.value <= value <= self.high
        return abs(value - self.value) < self.step


@cache
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in order."""
    found: list[Figure] = []
    at = 0
    while match := _FIGURE.search(text, at):
        made = _figure(text, match)
        if made is not None:
            found.append(made)
        # A range whose second half was not taken (80—89 周岁) must not be read again from its middle.
        at = max(match.end("high") if match["high"] else match.end("num"), match.start() + 1, made.end if made else 0)
    return tuple(found)


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    after_number = text[match.end("high") if match["high"] else match.end("num") :]
    unit = match["unit"] or ""
    if (not unit and not match["scale"]) and _NOT_AFTER.match(after_number):
        return None
    if _NOT_BEFORE.search(text[: match.start()]) or (unit == "次" and "会议" in after_number[:4]):
        return None
    if not unit and not match["scale"] and re.match(r"\s*[)）.．、]", after_number) and _opens(text, match.start()):
        return None
    factor = SCALES[match["scale"] or ""]
    digits = match["num"].replace(",", "").replace("，", "")
    decimals = len(digits.partition(".")[2])
    is_rough = bool(
        match["odd"] or match["odd2"] or match["before"] in ("近", "约", "大约") or match["after"] == "左右"
    )
    return Figure(
        match[0].strip(), Decimal(digits) * factor, unit, Decimal(factor).scaleb(-decimals), match.start(), match.end(),
        _bound(match), is_rough,
        Decimal(match["high"]) * factor if match["high"] else None, match["scale"] or "",
    )  # fmt: skip


def _opens(text: str, at: int) -> bool:
    return not text[:at].strip() or text[:at].rstrip()[-1:] in "。；（("


def _bound(match: re.Match[str]) -> str:
    words = {match["before"] or "", match["after"] or ""}
    return "ge" if words & set(_AT_LEAST) else "le" if words & set(_AT_MOST) else "eq"


def years(text: str) -> tuple[tuple[int, int], ...]:
    """Years named in a text as (position, year); the first half of a range (2021—2025 年) is not one."""
    return tuple((match.start(), int(match["year"])) for match in _YEAR.finditer(text))


def chinese(word: str) -> int | None:
    """A small number in Chinese or Arabic digits: 十六 → 16, 二十 → 20, 8 → 8. None = not a number."""
    if word.isdecimal():
        return int(word)
    if not word or any(letter not in _DIGITS and letter != "十" for letter in word) or word.count("十") > 1:
        return None
    if "十" not in word:
        return _DIGITS[word] if len(word) == 1 else None
    tens, _, ones = word.partition("十")
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
