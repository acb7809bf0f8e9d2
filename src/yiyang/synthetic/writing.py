"""Registers as files: the words, headings, date forms, encodings and formats that departments use."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from yiyang.synthetic.chance import Array, Chance
from yiyang.synthetic.days import FORMS, texts
from yiyang.synthetic.policy import contracts, values
from yiyang.synthetic.sheets import Sheet

# How each department exports; what is not named here is UTF-8 CSV.
GB18030 = ("civil_low_income", "civil_destitute", "disabled_persons", "health_deaths", "veterans", "funeral_cremations")
WITH_BOM = ("police_deaths", "civil_edge", "township_living", "civil_special")
XLSX = ("birth_planning_families", "human_training")
PARQUET = ("medical_insurance",)
YES_NO = {"civil_special": ("0", "1"), "human_training": ("0", "1"), "medical_insurance": ("0", "1")}
EXCEL_DATES = ("human_training",)


@dataclass(frozen=True)
class Style:
    """One department's habits: chosen once by the seed, the same every month."""

    register: str
    chance: Chance

    def choice(self, purpose: str, options: int) -> int:
        return int(self.chance.between(f"style/{self.register}/{purpose}", np.zeros(1), 0, options - 1)[0])

    @property
    def date_form(self) -> str:
        return FORMS[self.choice("date", len(FORMS))]

    def heading(self, column: str) -> str:
        headers = contracts()[self.register].columns[column].headers
        return headers[self.choice(f"heading/{column}", len(headers))]

    def words(self, column: str) -> pa.Array:
        """The delivered word of each stored integer of an enum; the department sticks to one spelling."""
        spec = contracts()[self.register].columns[column]
        spoken: dict[str, list[str]] = {value: [] for value in values(str(spec.fact))}
        for word, value in spec.codes.items():
            spoken[value].append(word)
        spelling = self.choice(f"words/{column}", max(len(words) for words in spoken.values()))
        return pa.array(
            [words[min(spelling, len(words) - 1)] if words else None for words in spoken.values()], pa.string()
        )


def as_text(sheet: Sheet, style: Style, ids: pa.Array, names: pa.Array) -> dict[str, pa.Array]:
    """The sheet's columns as text, named and ordered as in the contract."""
    rows = pa.array(sheet.rows)
    ready = {"id_number": ids.take(rows), "name": names.take(rows)}
    wanted = contracts()[sheet.register].columns
    for column, spec in wanted.items():
        if column not in ready:
            ready[column] = _text(spec.type, sheet.columns[column], style, column)
    return {column: ready[column] for column in wanted}


def _text(kind: str, given: Any, style: Style, column: str) -> pa.Array:
    if isinstance(given, pa.Array):
        return given
    if kind == "date":
        return texts(given, style.date_form)
    if kind == "enum":
        return style.words(column).take(_indices(given))
    if kind == "bool":
        return pa.array(YES_NO.get(style.register, ("否", "是"))).take(_indices(given))
    return pc.cast(pa.array(given, mask=given < 0), pa.string())


def _indices(given: Array) -> pa.Array:
    """Stored integers as indices, unknown (-1) as null."""
    return pa.array(np.maximum(given, 0), mask=given < 0)


def file_name(register: str) -> str:
    suffix = "xlsx" if register in XLSX else "parquet" if register in PARQUET else "csv"
    return f"{contracts()[register].file}.{suffix}"


def write(folder: Path, register: str, columns: dict[str, pa.Array], style: Style) -> Path:
    """Write one register in its department's format; the path of the file."""
    table = pa.table({style.heading(name): column for name, column in columns.items()})
    path = folder / file_name(register)
    if register in PARQUET:
        pq.write_table(table, path, compression="zstd", compression_level=1)
    elif register in XLSX:
        dates = [style.heading(n) for n, spec in contracts()[register].columns.items() if spec.type == "date"]
        _write_xlsx(path, table, dates if register in EXCEL_DATES else [])
    else:
        _write_csv(path, table, register)
    return path


def _write_csv(path: Path, table: pa.Table, register: str) -> None:
    # Nothing in these texts needs quotes, and real exports seldom have any. Arrow quotes headings, so we write them.
    options = pa.csv.WriteOptions(include_header=False, batch_size=1 << 16, quoting_style="none")
    header = (",".join(table.column_names) + "\n").encode()
    if register in GB18030:
        buffer = io.BytesIO()
        pa.csv.write_csv(table, buffer, options)
        path.write_bytes((header + buffer.getvalue()).decode().encode("gb18030"))
        return
    with path.open("wb") as file:
        file.write((b"\xef\xbb\xbf" if register in WITH_BOM else b"") + header)
        pa.csv.write_csv(table, file, options)


def _write_xlsx(path: Path, table: pa.Table, dates: list[str]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    # Without a fixed day the workbook would differ every second.
    book.set_properties({"created": datetime(2026, 1, 1), "comments": "虚构数据 synthetic"})
    sheet, day_format = book.add_worksheet("Sheet1"), book.add_format({"num_format": "yyyy/m/d"})
    sheet.write_row(0, 0, table.column_names)
    columns = [_cells(table[name], name in dates) for name in table.column_names]
    for number, cells in enumerate(zip(*columns, strict=True), 1):
        for place, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day_format)
            elif cell is not None:
                sheet.write_string(number, place, cell)
    book.close()


def _cells(column: Any, is_date: bool) -> list[Any]:
    return [_as_date(text) if is_date else text for text in column.to_pylist()]


def _as_date(text: str | None) -> date | str | None:
    """A true spreadsheet date where the text is one."""
    parts = [text[:4], text[4:6], text[6:]] if text and text.isdigit() else (text or "").replace("/", "-").split("-")
    try:
        return date(*(int(part) for part in parts))
    except (ValueError, TypeError):
        return text
