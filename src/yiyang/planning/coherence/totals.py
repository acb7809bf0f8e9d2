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
    """Where a list has no rows (only sentences): the counties' clauses against the total that they divide."""
    for total in document.totals:
        if total.level == "county" or any(covers(total, project) for project in document.projects):
            continue
        clauses = [
            each
            for each in document.totals
            if each.level == "county"
            and (each.kind, each.year, each.where.line) == (total.kind, total.year, total.where.line)
        ]
        for field, _, word, unit, per in _MEASURES[:2]:
            yield from _clauses(total, clauses, field, word, unit, per)


def _clauses(total: Total, clauses: Sequence[Total], field: str, word: str, unit: str, per: int) -> Iterator[Finding]:
    stated, parts = getattr(total, field), [getattr(each, field) for each in clauses]
    if stated is None or len(parts) < 2 or any(part is None for part in parts):
        return
    slack = sum(each.money_step_fen or 0 for each in (total, *clauses)) if field == "money_fen" else 0
    if abs(stated - sum(parts)) <= slack:
        return
    told, summed = Decimal(stated) / per, Decimal(sum(parts)) / per
    why = f"{scope_zh(total)}的{word}写作 {number(told)} {unit}，各县合计 {number(summed)} {unit}。"
    spots = (Spot(total.where, quote(total.text)), Spot(clauses[0].where, quote(clauses[0].text)))
    amounts = (Amount(f"{number(told)}{unit}", told, unit), Amount(f"{number(summed)}{unit}", summed, unit))
    yield finding(
        "totals", f"{field.removesuffix('_fen')}_clauses", spots, amounts, why, about=scope_zh(total), severity="high"
    )
