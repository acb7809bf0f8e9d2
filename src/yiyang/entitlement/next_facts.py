"""What to find out next: the missing facts, by the money and the people that hang on them, as lists per township."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from yiyang.areas import logic as areas
from yiyang.catalog.binding import BoundProgram
from yiyang.catalog.lists import departments
from yiyang.engine.cells import Bools, Ints
from yiyang.engine.facts import area_span
from yiyang.engine.pipeline import Cells
from yiyang.entitlement import tables
from yiyang.entitlement.store import RunFolder
from yiyang.entitlement.tables import Answers

Json = dict[str, Any]
BOM = b"\xef\xbb\xbf"  # without it spreadsheets read the Chinese as something else


@dataclass(frozen=True)
class Missing:
    """One fact, per cell: whether it may settle something, how many items, and the fen a year that hang on it.

    `rules`: (rule number, people, fen a year) of each rule that it may settle for somebody.
    """

    fact: str
    decides: Bools
    items: Ints
    fen: Ints
    rules: tuple[tuple[int, int, int], ...]


class Answered(Protocol):
    """A run, just made or opened again."""

    @property
    def bound(self) -> BoundProgram: ...
    @property
    def cells(self) -> Cells: ...
    @property
    def answers(self) -> Answers: ...


def missing(run: Answered, leave_out: Set[str] = frozenset()) -> list[Missing]:
    """The missing facts of a run, those with most money first.

    Args:
        leave_out: items for whose sake nothing is asked.
    """
    found: dict[str, Missing] = {}
    classes, weight, nothing = run.cells.classes, run.cells.people, np.zeros(len(run.cells.people), np.int64)
    for number, rule in enumerate(run.bound.program.rules):
        if rule.item in leave_out:
            continue
        answer, low, high = run.answers.answer[number], run.answers.low[number], run.answers.high[number]
        fen = tables.worth(rule, answer, low, high)
        for pivot in tables.pivots(
            run.bound.program, number, run.cells.coding, classes, tables.is_open(answer, low, high)
        ):
            mine = np.where(pivot.decides, fen, 0)
            if people := int(weight[pivot.decides].sum()):
                old = found.get(pivot.fact) or Missing(pivot.fact, nothing.astype(bool), nothing, nothing, ())
                found[pivot.fact] = Missing(
                    pivot.fact,
                    old.decides | pivot.decides,
                    old.items + pivot.decides,
                    old.fen + mine,
                    (*old.rules, (number, people, int((weight * mine).sum()))),
                )
    return sorted(found.values(), key=lambda m: (-int((m.fen * weight).sum()), -int(weight[m.decides].sum()), m.fact))


def settled_by(run: Answered, cell: int, fact: str, leave_out: Set[str] = frozenset()) -> list[int]:
    """Numbers of the rules that learning one fact alone may settle in a cell, as `missing` counts them."""
    found = []
    for number, rule in enumerate(run.bound.program.rules):
        answer, low, high = run.answers.answer[number], run.answers.low[number], run.answers.high[number]
        here = np.zeros(len(answer), bool)
        here[cell] = rule.item not in leave_out and tables.is_open(answer, low, high)[cell]
        pivots = tables.pivots(run.bound.program, number, run.cells.coding, run.cells.classes, here)
        if any(pivot.fact == fact and pivot.decides[cell] for pivot in pivots):
            found.append(number)
    return found


def summarise(run: RunFolder, found: list[Missing]) -> Json:
    """Facts with people, items and fen a year; nobody named."""
    weight, book, units = run.cells.people, run.bound.book, departments(run.path / "policy")
    return {
        "kind": "next",
        "month": run.manifest["month"],
        "synthetic": run.manifest["synthetic"],
        "facts": [
            {
                "fact": m.fact,
                "zh": book[m.fact].zh,
                "en": book[m.fact].en,
                "owner": book[m.fact].owner,
                "owner_zh": units[book[m.fact].owner].zh,
                "owner_en": units[book[m.fact].owner].en,
                "people": int(weight[m.decides].sum()),
                "year_fen": int((m.fen * weight).sum()),
                "items": int(m.items.max(initial=0)),
            }
            for m in found
        ],
    }


def people(run: RunFolder, found: list[Missing]) -> pa.Table:
    """person, town, fact, items, year_fen: one row a person × missing fact, by town, then money, then person."""
    parts = []
    town = _asked_in(run)
    for one in found:
        places = np.flatnonzero(one.decides[run.people.cell])
        cell = run.people.cell[places]
        parts.append(
            pa.table(
                {
                    "person": run.people.person[places],
                    "town": town[places],
                    "fact": np.full(len(places), one.fact),
                    "items": one.items[cell],
                    "year_fen": one.fen[cell],
                }
            )
        )
    if not parts:
        return pa.table(
            {
                "person": pa.array([], pa.int64()),
                "town": pa.array([], pa.int64()),
                "fact": pa.array([], pa.string()),
                "items": pa.array([], pa.int64()),
                "year_fen": pa.array([], pa.int64()),
            }
        )
    return pa.concat_tables(parts).sort_by(
        [("town", "ascending"), ("year_fen", "descending"), ("fact", "ascending"), ("person", "ascending")]
    )


def _asked_in(run: RunFolder) -> Ints:
    """The town that can ask a person: where he lives; if that is unknown or outside, where he is registered."""
    living, home = run.people.resident_area, run.people.registered_area
    spans = [area_span(area) for area in run.manifest["areas"]]
    inside = np.logical_or.reduce([(living >= low) & (living < high) for low, high in spans])
    return tables.town(np.where(inside | (home < 0), living, home))


def by_town(table: pa.Table) -> Iterator[tuple[int, str, pa.Table]]:
    """(code, full name, rows) of each township of a table made by `people`."""
    town = table["town"].to_numpy()
    edges = [0, *np.flatnonzero(town[1:] != town[:-1]) + 1, len(town)] if len(town) else []
    for start, end in itertools.pairwise(edges):
        code = int(town[start])
        yield code, areas.full_name(code) if code >= 0 else "居住地不明", table.slice(int(start), int(end - start))


def write_csv(rows: pa.Table, names: dict[str, str], path: Path) -> None:
    """A township's list for a spreadsheet: 人员编号, 待查事实, 涉及项目数, 每年至多（元）."""
    facts = pa.array([names[fact] for fact in rows["fact"].to_pylist()])
    yuan = pc.divide(pc.cast(rows["year_fen"], pa.float64()), 100)
    # A spreadsheet rounds numbers of more than 15 digits; behind a tab they stay text.
    person = pc.binary_join_element_wise("\t", pc.cast(rows["person"], pa.string()), "")
    table = pa.table({"人员编号": person, "待查事实": facts, "涉及项目数": rows["items"], "每年至多（元）": yuan})
    with path.open("wb") as file:
        file.write(BOM)
        csv.write_csv(table, file)
