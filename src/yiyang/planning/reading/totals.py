"""Totals and subtotals: of rows, of the clauses inside such rows, and of sentences in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from yiyang.planning.reading.figures import Money, count, money, whole_money, year_of
from yiyang.planning.reading.places import Unit
from yiyang.planning.reading.projects import kind_of, money_unit, places_in, unit_of
from yiyang.planning.reading.rows import Context, RowView, views
from yiyang.planning.reading.words import digest, plain, sentences, split_outside, squash, tidy
from yiyang.planning.records import Block, Fields, Place, ProjectKind, Table, Total, TotalLevel

_COUNT = re.compile(r"(\d+)个(?:[\u4e00-\u9fff]{0,4})?项目|项目(?:共)?(\d+)个")
_CLAUSE = re.compile(
    r"(?P<who>[^\d，,：:]{2,14}?)(?:共)?(?P<count>\d+)个项目[，,]?(?:总投资|投资)?(?P<money>[\d.]+[万亿]?元)?"
)
_INVESTED = re.compile(r"投资(?:约|共)?([\d.]+[万亿]元)")
_ADDED = re.compile(r"新增[\u4e00-\u9fff]{0,6}?(床位|托位)数?(\d+)[张个]?")


def row_totals(table: Table, context: Context) -> Iterator[Total]:
    """What the total and section rows of a project list state."""
    unit = money_unit(table, context) if _has_totals(table) else ""
    for kind in ("total", "section"):
        for view in views(table, kind):
            yield _of_row(view, table, unit, context)
            yield from _of_clauses(view, table, context)


def _has_totals(table: Table) -> bool:
    return any(row.kind != "data" for row in table.rows)


def _of_row(view: RowView, table: Table, unit: str, context: Context) -> Total:
    text = "，".join(tidy(cell.text) for cell in view.row.cells if re.search(r"[\u4e00-\u9fff]", cell.text))
    head = re.split("[：:]", next((tidy(cell.text) for cell in view.row.cells if squash(cell.text)), ""))[0]
    kind, year = kind_of(table), year_of(head)
    county = None if year else _county_of(head, context)
    amount = whole_money(view.text("money"), unit)
    central = whole_money(view.text("central"), unit_of(table, "central") or unit)
    places = count(view.text("places"))
    stated = places_in(text, kind)
    level: TotalLevel = "year" if year else "county" if county else "all"
    return _total(
        level, kind, year, county, _counted(head), amount, central.fen if central else None,
        stated[0] if places is None and stated else places, text, view.where,
        view.fields(money_fen="money", central_fen="central", places="places"), view.row.key,
    )  # fmt: skip


def _total(
    level: TotalLevel, kind: ProjectKind | None, year: int | None, county: Unit | None, counted: int | None,
    amount: Money | None, central: int | None, places: int | None, text: str, where: Place,
    fields: Fields, key: str,
) -> Total:  # fmt: skip
    return Total(
        level, kind, year, county.code if county else None, county.name if county else "", counted,
        amount.fen if amount else None, amount.step_fen if amount else None, central, places, text, where, fields, key,
    )  # fmt: skip


def _county_of(head: str, context: Context) -> Unit | None:
    """The county of a subtotal's head; the city's own name there means the whole city."""
    if squash(head).startswith("市本级"):
        return context.gazetteer.own
    return context.gazetteer.unit(head)


def _counted(text: str) -> int | None:
    found = _COUNT.search(plain(text))
    return int(found[1] or found[2]) if found else None


def _of_clauses(view: RowView, table: Table, context: Context) -> Iterator[Total]:
    section_year = year_of(re.split("[：:（(]", "".join(cell.text for cell in view.row.cells))[0])
    at = 0
    for cell in view.row.cells:
        _, has_colon, after = cell.text.partition("：")
        for clause in split_outside(after if has_colon else cell.text, "；;。"):
            found = _CLAUSE.match(plain(clause))
            county = _county_of(found["who"], context) if found else None
            if found is None or county is None:
                continue
            at += 1
            yield _total(
                "county", kind_of(table), section_year, county, int(found["count"]), money(found["money"] or ""), None,
                None, clause, replace(cell.where, sentence=at), (), f"{view.row.key}/{at}",
            )  # fmt: skip


def text_totals(blocks: Iterable[Block]) -> Iterator[Total]:
    """Totals that the text itself states: so many projects for so much money, so many new beds in a year."""
    for block in blocks:
        number = 0
        for sentence in sentences(block.text):
            for clause in split_outside(sentence, "；;"):
                number += 1
                found = _of_clause(clause, block, number)
                if found:
                    yield found


def _of_clause(clause: str, block: Block, number: int) -> Total | None:
    text = plain(clause)
    counted, invested, added = _counted(text), _INVESTED.search(text), _ADDED.search(text)
    is_sum = counted is not None and invested is not None
    year = re.match(r"(?:[（(][一二三四五六七八九十]+[)）][\u4e00-\u9fff]{2,6}[：:])?(20\d\d)年", text)
    if not is_sum and not (added and year and "到20" not in text):
        return None
    amount = money(invested[1]) if invested else None
    where = Place(block.where.document, block.where.line, block.where.path, sentence=number)
    is_children = bool(re.search("托育|托位", text))
    return _total(
        "year" if year and not is_sum else "all", "childcare" if is_children else "elderly",
        int(year[1]) if year and not is_sum else None, None, counted if is_sum else None, amount, None,
        int(added[2]) if added else None, clause, where, (), digest("text", clause),
    )  # fmt: skip
