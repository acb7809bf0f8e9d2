"""What is promised against what is needed: rates per thousand people against totals, projects against the target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from yiyang.planning.coherence.census import ALL, CENSUS_FILE, Census
from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, number, quote
from yiyang.planning.coherence.mentions import Mention
from yiyang.planning.coherence.numbers import figures
from yiyang.planning.coherence.targets import by_name, promised
from yiyang.planning.coherence.text import Sentence
from yiyang.planning.records import Document, Place


def people_of(
    document: Document, sentences: Sequence[Sentence], known: Mapping[int, Census]
) -> tuple[Decimal, Spot] | None:
    """How many people the document's area has: as it states itself, else by the census."""
    for sentence in sentences:
        for figure in figures(sentence.text):
            if (
                figure.scale
                and ALL.search(sentence.text[: figure.start])
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
