"""The rows in quarantine as the department wrote them, with what is wrong, to be mended and delivered again."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from yiyang.access import sheets
from yiyang.access.sheets import Cell, Column, Mark
from yiyang.registry import kept, sql
from yiyang.registry.contracts import load_contracts
from yiyang.registry.encoding import readable
from yiyang.registry.headers import Unusable, find_heading
from yiyang.registry.models import Delivery, QuarantineLine
from yiyang.registry.workbook import cell_text, choose
from yiyang.registry.workbook import sheets as read_sheets

ADDED = ("原行号", "问题", "处理办法")


def write(delivery: Delivery, out: Path, mark: Mark) -> int:
    """Write the rows of a delivery in quarantine, all columns as delivered, and what to do; returns how many."""
    faults: defaultdict[int, list[QuarantineLine]] = defaultdict(list)
    for line in QuarantineLine.objects.filter(delivery=delivery).iterator(5000):
        faults[line.source_row].append(line)
    path = Path(settings.DATA) / delivery.file
    with kept.opened(path) as plain, TemporaryDirectory(dir=settings.DATA, prefix="mend-") as folder:
        headings, rows = _rows(delivery, plain, Path(folder), set(faults))
        columns = [Column(name or f"第{place + 1}列") for place, name in enumerate([*headings, *ADDED])]
        mended = (_row(number, row, len(headings), faults[number]) for number, row in rows)
        return sheets.write(out, columns, mended, mark)


def _row(number: int, row: list[str], width: int, lines: list[QuarantineLine]) -> list[Cell]:
    cells: list[Cell] = [*row[:width], *[""] * (width - len(row))]
    what = "；".join(f"{line.field}：{line.reason}" for line in lines)
    return [*cells, number, what, "；".join(dict.fromkeys(line.remedy for line in lines))]


def _rows(
    delivery: Delivery, path: Path, folder: Path, wanted: set[int]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Headings, and the wanted rows by their number in the file."""
    contract = load_contracts()[delivery.register]
    if path.suffix == ".parquet":
        import duckdb

        con = duckdb.connect()
        names = sql.columns(con, sql.parquet(path))
        numbered = f"SELECT row_number() OVER () + 1 AS n, * FROM {sql.parquet(path)}"
        chosen = ", ".join(f"CAST({sql.identifier(name)} AS VARCHAR)" for name in names)
        listed = ", ".join(map(str, sorted(wanted))) or "0"
        found = con.execute(f"SELECT n, {chosen} FROM ({numbered}) WHERE n IN ({listed}) ORDER BY n").fetchall()
        return names, ((row[0], [cell or "" for cell in row[1:]]) for row in found)
    if path.suffix == ".xlsx":
        heading, _ = choose(contract, read_sheets(path))
        sheet = next(rows for rows in read_sheets(path) if _has(rows, heading.row, list(heading.words.values())))
        texts = ([cell_text(cell) or "" for cell in row] for row in sheet)
        return _split(enumerate(texts, 1), heading.row, wanted)
    found_text = readable(path, folder)
    if found_text is None:
        raise Unusable([("编码无法识别", "unknown encoding")])
    lines = list(_csv_rows(found_text.path))
    first = find_heading(contract, [row for _, row in lines[:10]]).row
    return _split(iter(lines), first, wanted)


def _has(rows: list[list[object]], row: int, words: list[str]) -> bool:
    return len(rows) >= row and set(words) <= {str(cell).strip() for cell in rows[row - 1]}


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline()
        file.seek(0)
        reader = csv.reader((line.replace("\0", "") for line in file), delimiter=max(",\t;|", key=head.count))
        yield from enumerate(reader, 1)


def _split(
    rows: Iterator[tuple[int, list[str]]], heading: int, wanted: set[int]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    headings: list[str] = []
    for number, row in rows:
        if number == heading:
            headings = [word.strip() for word in row]
            break
    return headings, ((number, row) for number, row in rows if number in wanted)
