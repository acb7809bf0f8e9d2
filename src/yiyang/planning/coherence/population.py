"""People: figures against the census that the product holds; rates against totals; projects against the target."""

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
from yiyang.planning.coherence.mentions import Mention
from yiyang.planning.coherence.numbers import Figure, figures
from yiyang.planning.coherence.targets import by_name, promised
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.records import Document, Place

# Age from which a group of the census counts: a85 = 85 and over, a0 = under one, a1 = 1–4.
_GROUPS = (0, 1, *range(5, 90, 5))
_FROM = re.compile(r"(?P<age>60|65|80)\s*周?岁(?:及|（含）)?(?:以上)")
_CHILDREN = re.compile(r"0\s*[-—–~～至]\s*14\s*周?岁")
_ALL = re.compile(r"常住人口(?:总数|总量)?(?:为|达|约|共)?\s*$")
_NOT_CENSUS = re.compile(r"预计|预测|将|户籍|(?<!第七次全国人口普)2025|2030|2035")
CENSUS_FILE = "人口普查（2020 年）"
# The census is of 1 November; a statement that differs by less than this share is of another day of the same year.
SLACK = Decimal("0.02")


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
    for sentence in sentences if people else ():
        for figure, words, real in _stated(sentence, people) if people else ():
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
    return ("常住人口", Decimal(sum(people.ages))) if _ALL.search(before) else None


def _off(document: Document, sentence: Sentence, figure: Figure, words: str, real: Decimal) -> Finding:
    area = area_name(document.area or 0)
    why = f"{area}{words}写作 {figure.text}，第七次人口普查为 {number(real)} 人，据此算出的需求量会有偏差。"
    spots = (Spot(sentence.place, quote(sentence.text, figure.text)), Spot(Place(CENSUS_FILE, 0), f"{area}{words}"))
    amounts = (Amount(figure.text, figure.value, "人"), Amount(f"{number(real)}人", real, "人"))
    return finding("census", "people", spots, amounts, why, about=words, sure=0.5, severity="low")


def people_of(
    document: Document, sentences: Sequence[Sentence], known: Mapping[int, Census]
) -> tuple[Decimal, Spot] | None:
    """How many people the document's area has: as it states itself, else by the census."""
    for sentence in sentences:
        for figure in figures(sentence.text):
            if (
                figure.scale
                and _ALL.search(sentence.text[: figure.start])
                and "占" not in sentence.text[: figure.start][-14:]
            ):
                return figure.value, Spot(sentence.place, quote(sentence.text, figure.text))
    people = known.get(document.area or -1)
    return (Decimal(sum(people.ages)), Spot(Place(CENSUS_FILE, 0), "常住人口")) if people else None


# A rate per thousand people and the total that it comes to.
_RATES = (("childcare_rate", "childcare_places", "childcare"),)
_STOCKS = (("beds", "elderly"),)
_NEAR = Decimal("0.03")


def rates(document: Document, mentions: Sequence[Mention], people: tuple[Decimal, Spot] | None) -> Iterator[Finding]:
    """每千人口 4.5 个 against 2.4 万个 in all, by the number of people."""
    groups = by_name(mentions)
    for rate, total, _ in _RATES if people else ():
        wanted, stated = _first(groups.get(rate, ())), _first(groups.get(total, ()))
        if people is None or wanted is None or stated is None:
            continue
        needed = people[0] / 1000 * wanted.value
        if abs(needed - stated.value) > needed * _NEAR:
            why = (
                f"每千人口 {number(wanted.value)} 个、人口 {number(people[0])} 人，"
                f"应为 {number(needed.quantize(Decimal(1)))} 个，"
                f"目标总数写作 {stated.amount.text}，两个目标不能同时是准的。"
            )
            amounts = (stated.amount, Amount(f"{number(needed.quantize(Decimal(1)))}个", needed, "个"))
            yield finding("population", "rate", (stated.spot, wanted.spot), amounts, why, about=wanted.zh, sure=0.8)


def shortfalls(
    document: Document, mentions: Sequence[Mention], people: tuple[Decimal, Spot] | None
) -> Iterator[Finding]:
    """What there is plus what the list of projects adds against the target."""
    groups = by_name(mentions)
    for rate, total, kind in _RATES:
        had = next((each for each in groups.get(rate, ()) if each.role == "reached"), None)
        if people is not None and had is not None:
            yield from _short(document, had, people[0] / 1000 * had.value, groups.get(total, ()), kind)
    for total, kind in _STOCKS:
        known = [each for each in groups.get(total, ()) if each.role == "reached"]
        if known:
            # Where text and table differ, the lower figure is told as doubtful: the other may reach the target.
            base = min(known, key=lambda each: each.value)
            is_sure = all(each.agrees(base) for each in known)
            yield from _short(document, base, base.value, groups.get(total, ()), kind, 0.7 if is_sure else 0.4)


def _short(
    document: Document, had: Mention, now: Decimal, goals: Sequence[Mention], kind: str, sure: float = 0.7
) -> Iterator[Finding]:
    goal = _first(goals)
    rows = [each for each in document.projects if each.kind == kind]
    if goal is None or not rows or any(each.places is None for each in rows):
        return
    reach = (now + sum(each.places or 0 for each in rows)).quantize(Decimal(1))
    if goal.value - reach <= max(goal.step, goal.value * _NEAR):
        return
    added = reach - now.quantize(Decimal(1))
    why = (
        f"{goal.zh}目标 {goal.amount.text}；现有约 {number(now.quantize(Decimal(1)))}，清单项目新增 {number(added)}，"
        f"合计 {number(reach)}，还差 {number(goal.value - reach)}，清单完成后目标仍达不到，缺口由谁建设没有写明。"
    )
    amounts = (goal.amount, Amount(f"{number(reach)}{goal.unit}", reach, goal.unit))
    yield finding(
        "population", "shortfall", (goal.spot, had.spot), amounts, why, about=goal.zh, sure=sure, severity="medium"
    )


def _first(group: Sequence[Mention]) -> Mention | None:
    return max(promised(group), key=lambda each: (each.year or 9999, each.is_table), default=None)
