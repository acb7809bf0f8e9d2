"""People that a document states against the census that the product holds: counts, and shares above average."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from yiyang.areas.logic import name as area_name
from yiyang.base.paths import policy_dir
from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, number, quote
from yiyang.planning.coherence.numbers import Figure, figures
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.records import Document, Place

# Age from which a group of the census counts: a85 = 85 and over, a0 = under one, a1 = 1–4.
_GROUPS = (0, 1, *range(5, 90, 5))
_FROM = re.compile(r"(?P<age>60|65|80)\s*周?岁(?:及|（含）)?(?:以上)")
_CHILDREN = re.compile(r"0\s*[-—–~～至]\s*14\s*周?岁")
ALL = re.compile(r"常住人口(?:总数|总量)?(?:为|达|约|共)?\s*$")
_NOT_CENSUS = re.compile(r"预计|预测|将|户籍|2025|2030|2035")
_OF_CENSUS = re.compile(r"人口普查|2020年")
_BESIDE = re.compile(r"(?P<sign>高于|低于)?(?P<who>全省|全国)平均(?:水平)?\s*(?P<points>\d+(?:\.\d+)?)\s*个百分点")
CENSUS_FILE = "人口普查（2020 年）"
# The census is of 1 November; a statement that differs by less than this share is of another day of the same year.
SLACK = Decimal("0.02")
# Points of a percentage by which a difference may be off: shares are rounded, and the sheet by counties that the
# product holds leaves out the armed forces, whom the country's printed shares count.
POINTS = Decimal("0.05")
_PROVINCE = 10**10


@dataclass(frozen=True, slots=True)
class Census:
    """People of one area by age group, both sexes, 2020."""

    ages: tuple[int, ...]

    def from_age(self, age: int) -> int:
        """People of an age and over; `age` is the lower end of a group."""
        return sum(count for start, count in zip(_GROUPS, self.ages, strict=True) if start >= age)

    @property
    def children(self) -> int:
        """People under 15."""
        return sum(self.ages) - self.from_age(15)


@cache
def census() -> Mapping[int, Census]:
    """`policy/areas/census2020.csv` by 12-digit code."""
    found: dict[int, tuple[int, ...]] = {}
    with (policy_dir() / "areas" / "census2020.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = int(row["code"].ljust(12, "0"))
            ages = tuple(int(row[f"a{start}"]) for start in _GROUPS)
            found[code] = tuple(map(sum, zip(found.get(code, (0,) * len(ages)), ages, strict=True)))
    return {code: Census(ages) for code, ages in found.items()}


def against_census(document: Document, sentences: Sequence[Sentence], known: Mapping[int, Census]) -> Iterator[Finding]:
    """People of 2020 that a document states against the census of its area."""
    people = known.get(document.area or -1)
    told: set[tuple[str, Decimal]] = set()
    sections = {each.section[:2] for each in sentences if _OF_CENSUS.search(each.text)}
    for sentence in sentences if people else ():
        # People without a year may be of any year, unless the section speaks of the census.
        if people is None or sentence.section[:2] not in sections:
            continue
        for figure, words, real in _stated(sentence, people):
            if abs(figure.value - real) > max(figure.step, real * SLACK) and (words, figure.value) not in told:
                told.add((words, figure.value))
                yield _off(document, sentence, figure, words, real)


def _stated(sentence: Sentence, people: Census) -> Iterator[tuple[Figure, str, Decimal]]:
    text, begin = sentence.text, 0
    for figure in figures(text):
        before = re.split(r"[，。；;]", text[begin : figure.start])[-1]
        if (
            figure.kind in ("人", "")
            and figure.scale
            and "人" in before + figure.unit
            and not _NOT_CENSUS.search(before)
        ):
            real = _counted(before, people)
            if real and sentence.role != "promised" and (sentence.year_at(figure.start) or 2020) == 2020:
                yield figure, *real
        begin = figure.end


def _counted(before: str, people: Census) -> tuple[str, Decimal] | None:
    if match := _FROM.search(before):
        return f"{match['age']} 岁以上人口", Decimal(people.from_age(int(match["age"])))
    if _CHILDREN.search(before):
        return "0—14 岁人口", Decimal(people.children)
    return ("常住人口", Decimal(sum(people.ages))) if ALL.search(before) else None


def _off(document: Document, sentence: Sentence, figure: Figure, words: str, real: Decimal) -> Finding:
    area = area_name(document.area or 0)
    why = f"{area}{words}写作 {figure.text}，第七次人口普查为 {number(real)} 人，据此算出的需求量会有偏差。"
    spots = (Spot(sentence.place, quote(sentence.text, figure.text)), Spot(Place(CENSUS_FILE, 0), f"{area}{words}"))
    amounts = (Amount(figure.text, figure.value, "人"), Amount(f"{number(real)}人", real, "人"))
    return finding("census", "people", spots, amounts, why, about=words, sure=0.5, severity="low")


def share_of(before: str, people: Census) -> Decimal | None:
    """The share of the age group that a text names last, in per cent of all."""
    real = _counted(before, people)
    return None if real is None else real[1] / sum(people.ages) * 100


def averages(document: Document, sentences: Sequence[Sentence], known: Mapping[int, Census]) -> Iterator[Finding]:
    """高于全省平均 1.19 个百分点: the difference of two shares of the census."""
    area = document.area
    own = known.get(area) if area else None
    for sentence in sentences if own and area else ():
        sign = ""
        for match in _BESIDE.finditer(sentence.text):
            sign = match["sign"] or sign
            other = known.get(0 if match["who"] == "全国" else (area or 0) - (area or 0) % _PROVINCE)
            if own and other and sign and sentence.role != "promised":
                yield from _beside(sentence, match, sign, own, other)


def _beside(sentence: Sentence, match: re.Match[str], sign: str, own: Census, other: Census) -> Iterator[Finding]:
    before = sentence.text[: match.start()]
    group = max((*_FROM.finditer(before), *_CHILDREN.finditer(before)), key=lambda each: each.start(), default=None)
    mine, theirs = (share_of(group[0], each) if group else None for each in (own, other))
    if mine is None or theirs is None:
        return
    real = mine - theirs if sign == "高于" else theirs - mine
    told = Decimal(match["points"])
    if abs(real - told) > POINTS:
        rounded = real.quantize(Decimal("0.01"))
        why = f"{match[0]}，按第七次人口普查应为 {number(rounded)} 个百分点。"
        spots = (Spot(sentence.place, quote(sentence.text, match[0])), Spot(Place(CENSUS_FILE, 0), match["who"]))
        amounts = (Amount(f"{told}个百分点", told, "个百分点"), Amount(f"{rounded}个百分点", rounded, "个百分点"))
        yield finding("census", "average", spots, amounts, why, about=match[0], sure=0.7, severity="low")
