"""Rows against totals and subtotals: count, money, central money and places, by kind, year and county."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, number, quote
from yiyang.planning.records import Document, Project, Total

KIND_ZH = {"elderly": "养老项目", "childcare": "托育项目", None: "项目"}
PLACES_ZH = {"elderly": "床位", "childcare": "托位"}
FEN_WAN = 1_000_000
# What is summed: (field of a total, field of a project, word, unit, fen of a unit or 1).
_MEASURES = (
    ("count", "", "项目数", "个", 1),
    ("money_fen", "money_fen", "总投资", "万元", FEN_WAN),
    ("central_fen", "central_fen", "中央预算内投资", "万元", FEN_WAN),
    ("places", "places", "新增床位（托位）", "张", 1),
)


def rows_against_totals(document: Document) -> Iterator[Finding]:
    """Every total against the rows that it covers. Rounding or cutting off to the last digit is no difference."""
    for total in document.totals:
        rows = [project for project in document.projects if covers(total, project)]
        if rows:
            for field, of, word, unit, step in _MEASURES:
                yield from _compare(total, rows, field, of, word, unit, step)


def covers(total: Total, project: Project) -> bool:
    """Whether a project counts in a total."""
    if total.kind is not None and total.kind != project.kind:
        return False
    if total.year is not None and total.year != (project.section_year or project.to_year):
        return False
    if total.level != "county":
        return True
    if total.county is not None and project.county is not None:
        return total.county == project.county
    return total.county_name == project.county_name


def _compare(
    total: Total, rows: Sequence[Project], field: str, of: str, word: str, unit: str, per: int
) -> Iterator[Finding]:
    stated: int | None = getattr(total, field)
    parts = [1 if not of else getattr(project, of) for project in rows]
    # A cell that could not be read is the reader's doubt, not a contradiction of the plan.
    if stated is None or any(part is None for part in parts):
        return
    real = sum(parts)
    if stated == real or (field == "money_fen" and abs(stated - real) < (total.money_step_fen or 0)):
        return
    told, summed = Decimal(stated) / per, Decimal(real) / per
    who = scope_zh(total)
    why = (
        f"{who}的{word}写作 {number(told)} {unit}，所列 {len(rows)} 个项目合计 {number(summed)} {unit}，"
        f"相差 {number(abs(told - summed))} {unit}，汇总数与明细不一致，资金和任务无法据此下达。"
    )
    spots = (
        Spot(total.where, quote(total.text, total.county_name)),
        Spot(rows[0].where, quote(f"{rows[0].name}等 {len(rows)} 行")),
    )
    amounts = (Amount(f"{number(told)}{unit}", told, unit), Amount(f"{number(summed)}{unit}", summed, unit))
    yield finding("totals", field.removesuffix("_fen"), spots, amounts, why, about=who + word, severity="high")


def scope_zh(total: Total) -> str:
    """What a total covers, in words: 2023 年宣汉县托育项目."""
    year = f"{total.year} 年" if total.year else ""
    place = total.county_name if total.level == "county" else ""
    return f"{year}{place}{KIND_ZH[total.kind]}"


def clauses_against_totals(document: Document) -> Iterator[Finding]:
    """Where a list has no rows (only sentences): counties' clauses against their total, years against all years."""
    for total in document.totals:
        if any(covers(total, project) for project in document.projects):
            continue
        counties = [each for each in document.totals if _is_county_of(total, each)]
        years = [each for each in document.totals if _is_year_of(total, each)]
        for field, _, word, unit, per in (*_MEASURES[:2], _MEASURES[3]):
            yield from _clauses(total, counties, field, word, unit, per)
            # Years may be left out of a text, so that they may come to less than the whole, but never to more.
            yield from _clauses(total, years, field, word, unit, per, is_at_most=True)


def _is_county_of(total: Total, part: Total) -> bool:
    is_there = (part.kind, part.year, part.where.line) == (total.kind, total.year, total.where.line)
    return total.level != "county" and part.level == "county" and is_there


def _is_year_of(total: Total, part: Total) -> bool:
    level = "county" if total.level == "county" else "year"
    is_same = (part.kind, part.county_name) == (total.kind, total.county_name)
    return total.year is None and part.year is not None and part.level == level and is_same


def _clauses(
    total: Total, clauses: Sequence[Total], field: str, word: str, unit: str, per: int, is_at_most: bool = False
) -> Iterator[Finding]:
    stated, parts = getattr(total, field), [getattr(each, field) for each in clauses]
    if stated is None or len(parts) < 2 or any(part is None for part in parts):
        return
    slack = sum(each.money_step_fen or 0 for each in (total, *clauses)) if field == "money_fen" else 0
    over = sum(parts) - stated
    if abs(over) <= slack or (is_at_most and over < 0):
        return
    told, summed = Decimal(stated) / per, Decimal(sum(parts)) / per
    added = f"{'各年' if is_at_most else '各县'}合计 {number(summed)} {unit}"
    why = f"{scope_zh(total)}的{word}写作 {number(told)} {unit}，{added}，两个数不能同时成立。"
    spots = (Spot(total.where, quote(total.text)), Spot(clauses[0].where, quote(clauses[0].text)))
    amounts = (Amount(f"{number(told)}{unit}", told, unit), Amount(f"{number(summed)}{unit}", summed, unit))
    kind = f"{field.removesuffix('_fen')}_{'years' if is_at_most else 'clauses'}"
    yield finding("totals", kind, spots, amounts, why, about=scope_zh(total), severity="high")
