"""Two plans of two levels: targets below those of the level above, and the same project told differently."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from rapidfuzz import fuzz

from yiyang.areas.logic import within
from yiyang.planning.coherence.findings import Amount, Finding, finding, number
from yiyang.planning.coherence.mentions import Mention
from yiyang.planning.coherence.numbers import figures
from yiyang.planning.coherence.projects import named_apart, plain, spot
from yiyang.planning.coherence.targets import by_name, promised
from yiyang.planning.coherence.totals import FEN_WAN, PLACES_ZH
from yiyang.planning.records import Document, Project

# Two names of so many points (0–100) and one county are one project.
SAME_NAME = 88


def lower_targets(
    below: Document, above: Document, lower: Sequence[Mention], upper: Sequence[Mention]
) -> Iterator[Finding]:
    """Rates of the plan below against those of the plan above, for the last year and for each that both name."""
    if not _is_below(below, above):
        return
    theirs = by_name(upper)
    for about, group in by_name(lower).items():
        mine, wanted = _last(group), _last(theirs.get(about, ()))
        if mine is None or wanted is None:
            continue
        for one, other in ((mine, wanted), *_on_the_way(group, theirs[about], (mine, wanted))):
            if _is_lower(one, other):
                yield _lower(one, other, above.title or above.slug, sure=0.5 if one.is_since else 0.9)


def _is_lower(mine: Mention, wanted: Mention) -> bool:
    if mine.kind != "rate" or mine.unit != wanted.unit or mine.bound == "le":
        return False
    is_same_year = mine.year == wanted.year or None in (mine.year, wanted.year)
    return mine.value < wanted.value and not mine.agrees(wanted) and (is_same_year or mine.is_since)


def _on_the_way(
    lower: Sequence[Mention], upper: Sequence[Mention], last: tuple[Mention, Mention]
) -> Iterator[tuple[Mention, Mention]]:
    """Promises for each further year that both plans name."""
    years = {each.year for each in promised(lower) if each.year is not None}
    if last[0].year == last[1].year:
        years.discard(last[0].year)
    for year in sorted(years):
        mine, wanted = (_last([each for each in group if each.year == year]) for group in (lower, upper))
        if mine is not None and wanted is not None:
            yield mine, wanted


def between(one: Document, other: Document, mine: Sequence[Mention], theirs: Sequence[Mention]) -> Iterator[Finding]:
    """Two plans of one area: the same rate or stock for the same year."""
    if one.area is None or one.area != other.area:
        return
    groups = by_name(theirs)
    for about, group in by_name(mine).items():
        first, second = _last(group), _last(groups.get(about, ()))
        if first is None or second is None or first.kind not in ("rate", "stock") or first.agrees(second):
            continue
        if first.unit == second.unit and (first.year == second.year or None in (first.year, second.year)):
            yield _between(first, second, (one.title or one.slug, other.title or other.slug))


def _between(first: Mention, second: Mention, titles: tuple[str, str]) -> Finding:
    why = (
        f"{first.zh}：《{titles[0]}》为 {first.amount.text}，《{titles[1]}》为 {second.amount.text}，"
        "同一地方同一目标两个数；后发的文件如已调整，请在先发的文件上注明。"
    )
    spots, amounts = (first.spot, second.spot), (first.amount, second.amount)
    return finding("levels", "between", spots, amounts, why, about=first.zh, sure=0.7, severity="medium")


def _is_below(below: Document, above: Document) -> bool:
    return (
        below.area is not None
        and above.area is not None
        and below.area != above.area
        and within(below.area, above.area)
    )


def _last(group: Sequence[Mention]) -> Mention | None:
    """The promise for the last year, that of a table before that of a sentence; without a year it is for the end."""
    made = promised(group)
    end = max((each.year or 0 for each in made), default=0)
    return max(made, key=lambda each: (each.year or end, each.is_table), default=None)


def _lower(mine: Mention, wanted: Mention, title: str, sure: float) -> Finding:
    why = f"{mine.zh}：本级目标 {mine.amount.text}，低于上级《{title}》的 {wanted.amount.text}，上级目标因此难以完成。"
    return finding(
        "levels", "target", (mine.spot, wanted.spot), (mine.amount, wanted.amount), why, about=mine.zh, sure=sure,
        severity="high" if sure > 0.6 else "medium",
    )  # fmt: skip


def same_projects(one: Document, other: Document) -> Iterator[Finding]:
    """One project in two documents: places, money, area and years must be the same."""
    for mine in one.projects:
        twin = max(
            (each for each in other.projects if _is_twin(mine, each)),
            key=lambda each: fuzz.ratio(_core(mine), _core(each)), default=None,
        )  # fmt: skip
        if twin is not None:
            yield from _told_twice(mine, twin, (one.title or one.slug, other.title or other.slug))


def _is_twin(one: Project, other: Project) -> bool:
    is_near = one.county is None or other.county is None or one.county == other.county
    is_like = fuzz.ratio(_core(one), _core(other)) >= SAME_NAME
    return one.kind == other.kind and is_near and is_like and not named_apart(one, other)


def _core(project: Project) -> str:
    return plain(
        project.name.replace("建设项目", "").replace("项目", "").replace("老年人", "老人").replace("区域性", "区域")
    )


def _told_twice(one: Project, other: Project, titles: tuple[str, str]) -> Iterator[Finding]:
    word = PLACES_ZH[one.kind]
    rows = (
        ("places", word, one.places, other.places, "张", 1),
        ("money", "总投资", one.money_fen, other.money_fen, "万元", FEN_WAN),
        ("central", "中央预算内投资", one.central_fen, other.central_fen, "万元", FEN_WAN),
        ("area", "建筑面积", floor_area(one), floor_area(other), "平方米", 1),
    )
    for kind, label, mine, yours, unit, per in rows:
        if mine is not None and yours is not None and mine != yours:
            values = [Decimal(each) / per for each in (mine, yours)]
            amounts = [Amount(f"{number(value)}{unit}", value, unit) for value in values]
            yield _twice(one, other, kind, label, (amounts[0], amounts[1]), titles)
    if _span(one) and _span(other) and not _overlap(_span(one), _span(other)):
        yield _twice(one, other, "year", "建设年限", (_years(one), _years(other)), titles)


def floor_area(project: Project) -> int | None:
    """The floor area that a description states, in square metres; land is something else."""
    for each in figures(project.description):
        before = project.description[max(0, each.start - 8) : each.start]
        if each.kind == "平方米" and re.search(r"建筑面积|新建面积|建面", before):
            return int(each.value)
    return None


def _span(project: Project) -> tuple[int, ...]:
    if project.from_year is None:
        return ()
    return project.from_year, project.to_year or project.from_year


def _years(project: Project) -> Amount:
    span = _span(project)
    return Amount("—".join(map(str, dict.fromkeys(span))) + "年", Decimal(span[0]), "年")


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _twice(
    one: Project, other: Project, kind: str, label: str, amounts: tuple[Amount, Amount], titles: tuple[str, str]
) -> Finding:
    field = {"places": "places", "money": "money_fen", "central": "central_fen", "year": "from_year"}.get(
        kind, "description"
    )
    why = (
        f"“{one.name}”的{label}，《{titles[0]}》为 {amounts[0].text}，"
        f"《{titles[1]}》为 {amounts[1].text}，同一项目两处数不同，报批和安排资金以哪个为准不明。"
    )
    spots = (spot(one, field), spot(other, field))
    return finding("levels", kind, spots, amounts, why, about=one.name, sure=0.95, severity="high")


def pairs(documents: Sequence[Document]) -> Iterator[tuple[Document, Document]]:
    """Every two documents, the one of the lower level first."""
    for one, other in combinations(documents, 2):
        yield (one, other) if not _is_below(other, one) else (other, one)
