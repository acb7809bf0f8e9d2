"""Which register and which month a chosen file is, from its name or, if that says nothing, from its headings."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from itertools import islice
from pathlib import Path

from yiyang.registry import sql
from yiyang.registry.contracts import Contracts
from yiyang.registry.headers import SEARCHED, Unusable, find_heading
from yiyang.registry.workbook import cell_text, sheets

HEAD = 1 << 16
MONTH = re.compile(r"(20\d\d)[-_.年]?(0[1-9]|1[0-2])(?!\d)")


def month_of(file_name: str) -> str:
    """The month that a file name states: 2026-11, 202611, 2026年11月; '' if none."""
    found = MONTH.search(file_name)
    return f"{found[1]}-{found[2]}" if found else ""


def register_of(file_name: str, path: Path, contracts: Contracts) -> str:
    """The register whose agreed name stands in the file's name, or whose headings the file has; '' if unsure."""
    stem = Path(file_name).stem
    named = [name for name, contract in contracts.items() if contract.file in stem]
    if len(named) == 1:
        return named[0]
    rows = _first_rows(path)
    fitting = {}
    for name, contract in contracts.items():
        heading = find_heading(contract, rows)
        if rows and not heading.problems:
            # Headings that only this register has count; an id number and a name have all.
            fitting[name] = (len(heading.words) - len(heading.unknown), -len(contract.columns))
    best = sorted(fitting, key=lambda name: fitting[name], reverse=True)
    is_clear = len(best) == 1 or (len(best) > 1 and fitting[best[0]] > fitting[best[1]])
    return best[0] if best and is_clear else ""


def _first_rows(path: Path) -> list[list[str]]:
    """The first rows of a file of any kind; none where it cannot be read."""
    try:
        if path.suffix.lower() == ".xlsx":
            found = sheets(path)
            return [[cell_text(cell) or "" for cell in row] for row in found[0][:SEARCHED]] if found else []
        if path.suffix.lower() == ".parquet":
            import duckdb

            return [sql.columns(duckdb.connect(), sql.parquet(path))]
    except (Unusable, OSError):
        return []
    except Exception as error:  # DuckDB's own kinds: a damaged Parquet file is told of by the check
        if type(error).__module__.startswith(("duckdb", "_duckdb")):
            return []
        raise
    return _first_lines(path)


def _first_lines(path: Path) -> list[list[str]]:
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The last character may be cut in two.
        good = error.start > len(head) - 4
        text = head[: error.start].decode("utf-8-sig") if good else head.decode("gb18030", "replace")
    delimiter = max(",\t;|", key=text.split("\n", 1)[0].count)
    with suppress(csv.Error):  # what no reader understands is told of by the check
        return list(islice(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter), SEARCHED))
    return []
