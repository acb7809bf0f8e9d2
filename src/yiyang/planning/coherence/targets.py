"""The same figure in table, box and text; later targets; targets that are reached already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

from yiyang.planning.coherence.findings import Amount, Finding, Severity, finding
from yiyang.planning.coherence.mentions import Mention
from yiyang.planning.coherence.numbers import SAME

Grouped = Mapping[str, Sequence[Mention]]


def by_name(mentions: Sequence[Mention]) -> Grouped:
    """Mentions by what they are about."""
    found: dict[str, list[Mention]] = {}
    for each in mentions:
        found.setdefault(each.about, []).append(each)
    return found


def promised(mentions: Sequence[Mention]) -> list[Mention]:
    """What is promised, tables first."""
    return sorted((each for each in mentions if each.role == "promised"), key=lambda each: not each.is_table)


def same_target(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """One figure, one year, two values. A figure without a year contradicts only if it fits none of the years."""
    for group in by_name(mentions).values():
        told: set[frozenset[Decimal]] = set()
        for one, other in combinations(promised(group), 2):
            values = frozenset((one.value, other.value))
            if values in told or not _clash(one, other, group):
                continue
            told.add(values)
            # Two amounts of the same words may still be paid to different people.
            yield _differs(one, other, 0.5 if one.unit == "元" else 0.9)
    yield from _near_targets(mentions)


def _clash(one: Mention, other: Mention, group: Sequence[Mention]) -> bool:
    if one.agrees(other) or one.is_since or other.is_since:
        return False
    if one.year is not None and other.year is not None:
        return one.year == other.year
    loose, dated = (one, other) if one.year is None else (other, one)
    if dated.year is None:
        return True
    fits_some = any(loose.agrees(each) for each in promised(group) if each.year is not None)
    latest = max(each.year for each in promised(group) if each.year is not None)
    return not fits_some and dated.year == latest


def _differs(one: Mention, other: Mention, sure: float = 0.9) -> Finding:
    units = "" if _unit(one) == _unit(other) else f"（计量单位也不同：{one.unit}、{other.unit}）"
    name = one.zh if one.about == other.about else f"{one.zh}与{other.zh}"
    why = f"{name}的目标一处为 {one.amount.text}，另一处为 {other.amount.text}{units}，考核时以哪个数为准不明。"
    return finding(
        "targets", "value", (one.spot, other.spot), (one.amount, other.amount), why, about=name,
        sure=sure - (0.1 if units else 0), severity="high" if sure > 0.6 else "low",
    )  # fmt: skip


def _unit(mention: Mention) -> str:
    return SAME.get(mention.unit, mention.unit)


def _near_targets(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """Two names that are often meant as one (骨干, 规模以上): told as doubtful."""
    groups = by_name(mentions)
    for group in groups.values():
        near = groups.get(group[0].near or "", ())
        pairs = ((one, other) for one in promised(near) for other in promised(group) if one.year == other.year)
        found = next(((one, other) for one, other in pairs if not one.agrees(other)), None)
        if found:
            yield _differs(*found, sure=0.5)


def years(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """The same value promised for two years, or a later target below an earlier one."""
    for group in by_name(mentions).values():
        dated = sorted((each for each in promised(group) if each.year is not None), key=lambda each: each.year or 0)
        told: set[tuple[int | None, int | None]] = set()
        for early, late in combinations(dated, 2):
            if early.year == late.year or early.is_since or (early.year, late.year) in told or early.kind == "flow":
                continue
            is_stated_before = any(each.year == early.year and not each.agrees(early) for each in dated)
            if early.value >= late.value and early.high is None and not is_stated_before:
                told.add((early.year, late.year))
                yield _no_rise(early, late)


def _no_rise(early: Mention, late: Mention) -> Finding:
    if early.value > late.value:
        said, severity = "后一年的目标反而低于前一年", "high"
    elif early.value == 100 and early.unit == "%":
        said, severity = "同一目标有两个完成年份", "medium"
    else:
        said, severity = "前一年已要求达到后一年的数，之后几年没有新的要求，或其中一个年份有误", "medium"
    why = f"{early.zh}：{early.amount.text}，{late.amount.text}，{said}。"
    level: Severity = "high" if severity == "high" else "medium"
    return finding(
        "years",
        "year",
        (early.spot, late.spot),
        (early.amount, late.amount),
        why,
        about=early.zh,
        sure=0.8,
        severity=level,
    )


def impossible(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """A rate above 100 %."""
    for each in mentions:
        if each.unit == "%" and each.value > 100 and (each.kind == "rate" or each.zh.endswith(("率", "占比", "比例"))):
            why = f"{each.zh}写作 {each.amount.text}，比率不能超过 100%。"
            whole = Amount("100%", Decimal(100), "%")
            yield finding(
                "targets", "rate", (each.spot, each.spot), (each.amount, whole), why, about=each.zh, severity="high"
            )


def baselines(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """The starting figure of a table against what the text says was reached."""
    for group in by_name(mentions).values():
        table = next((each for each in group if each.role == "reached" and each.is_table), None)
        text = [each for each in group if each.role == "reached" and not each.is_table]
        other = next((each for each in text if table and _is_other(table, each)), None)
        if table is None or other is None:
            continue
        why = f"{table.zh}的基期值在指标表为 {table.amount.text}，正文为 {other.amount.text}，起点不明，增量无法计算。"
        yield finding(
            "baselines",
            "baseline",
            (table.spot, other.spot),
            (table.amount, other.amount),
            why,
            about=table.zh,
            severity="high",
        )


def _is_other(table: Mention, text: Mention) -> bool:
    is_same_year = None in (table.year, text.year) or table.year == text.year
    return is_same_year and _unit(text) == _unit(table) and not text.agrees(table)


def reached(mentions: Sequence[Mention]) -> Iterator[Finding]:
    """A target at or below what is reached already."""
    groups = by_name(mentions)
    for group in groups.values():
        yield from _reached(group, group, 0.85)
        near = groups.get(group[0].near or "", ())
        if near and not any(each.role == "reached" for each in near):
            yield from _reached(group, near, 0.5)


def _reached(known: Sequence[Mention], aims: Sequence[Mention], sure: float) -> Iterator[Finding]:
    had = [each for each in known if each.role == "reached" and each.kind != "flow"]
    goals = promised(aims)
    if not had or not goals:
        return
    latest = max((each.year or 0) for each in goals)
    for goal in goals:
        best = max((each for each in had if _unit(each) == _unit(goal)), key=lambda each: each.value, default=None)
        if best is None or (goal.year or latest) < latest or goal.bound == "le" or goal.is_since:
            continue
        if best.value > goal.value and not best.agrees(goal):
            yield _already(best, goal, sure, "目标低于已经达到的数", "high" if sure > 0.6 else "low")
            return
        if best.value == goal.value and not (goal.value == 100 and goal.unit == "%"):
            yield _already(
                best, goal, sure - 0.1, "目标与已经达到的数相同，没有新的承诺", "medium" if sure > 0.6 else "low"
            )
            return


def _already(best: Mention, goal: Mention, sure: float, said: str, severity: Severity) -> Finding:
    name = goal.zh if best.about == goal.about else f"{goal.zh}（已有：{best.zh}）"
    why = f"{name}：已达到 {best.amount.text}，目标为 {goal.amount.text}，{said}。"
    return finding(
        "reached",
        "reached",
        (best.spot, goal.spot),
        (best.amount, goal.amount),
        why,
        about=name,
        sure=sure,
        severity=severity,
    )
