"""The numbers of the rows of a table: missing or doubled ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from yiyang.planning.coherence.findings import Amount, Finding, Spot, finding, quote
from yiyang.planning.records import Document, Indicator, Measure, Project, Task

Numbered = Project | Indicator | Task | Measure


def numbers(document: Document) -> Iterator[Finding]:
    """Row after row of every table; a section may begin at 1 again, and tables without numbers are left alone."""
    for table in document.tables:
        if table.kind != "boxes":
            yield from _numbers(_rows(document, table.number))


def _rows(document: Document, table: int) -> list[Numbered]:
    lists: tuple[Sequence[Numbered], ...] = (
        document.projects, document.indicators, document.tasks, document.measures,
    )  # fmt: skip
    found = [each for records in lists for each in records if each.where.table == table and each.number is not None]
    return sorted(found, key=lambda each: each.where.row or 0)


def _numbers(rows: Sequence[Numbered]) -> Iterator[Finding]:
    is_told = False
    for index, (one, other) in enumerate(pairwise(rows)):
        before, now = one.number or 0, other.number or 0
        after = rows[index + 2].number if index + 2 < len(rows) else None
        # A number that stands for two rows (merged cells) goes on with the next; a misprint leaves one out.
        is_merged = now == before and after != now + 2
        was_told, is_told = is_told, False
        if now in (before + 1, 1) or one.where.row == other.where.row or is_merged or was_told:
            continue
        is_told = True
        yield _misnumbered(one, other, before, now)


def _misnumbered(one: Numbered, other: Numbered, before: int, now: int) -> Finding:
    said = f"序号 {now} 出现两次" if now == before else f"序号 {before} 之后是 {now}"
    why = f"表 {one.where.table}：{said}，可能缺了一行或编号有误，按序号引用会指错。"
    spots = (Spot(one.where, quote(_label(one))), Spot(other.where, quote(_label(other))))
    amounts = (Amount(f"序号{before}"), Amount(f"序号{now}"))
    kind = "doubled" if now == before else "missing"
    return finding("numbering", kind, spots, amounts, why, about=_label(other), sure=0.7, severity="low")


def _label(record: Numbered) -> str:
    return record.title or record.text if isinstance(record, Task) else record.name
