"""Workbooks that would fill the memory are refused before they are read."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter

from yiyang.base.errors import UsageError
from yiyang.base.workbooks import require_compact


def book(cells: Iterable[str], *, extra: bytes = b"") -> bytes:
    """The least of a workbook that this looks at: one sheet with text in these cells."""
    out = io.BytesIO()
    rows = "".join(f'<row><c r="{cell}" t="inlineStr"><is><t>x</t></is></c></row>' for cell in cells)
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{rows}</sheetData></worksheet>")
        archive.writestr("xl/sharedStrings.xml", extra)
    return out.getvalue()


def test_refuses_two_cells_at_opposite_corners_of_a_sheet() -> None:
    with pytest.raises(UsageError, match="XFD") as caught:
        require_compact(book(["A1", "XFD1048576"]))
    assert "1,048,576 行" in caught.value.zh


def test_refuses_what_unpacks_to_far_more_than_a_table_holds() -> None:
    with pytest.raises(UsageError, match="unpacks"):
        require_compact(book(["A1"], extra=b" " * 700_000), most=10_000)


def test_takes_a_sheet_of_a_million_rows_that_are_formatted_and_empty() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        cells = "".join(f'<row r="{row}"><c r="XFD{row}" s="1"/></row>' for row in range(1, 1_048_577, 20))
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{cells}</worksheet>")
    require_compact(out.getvalue())


def test_takes_a_full_table_whose_cells_lie_over_the_edge_of_a_block(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    made = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = made.add_worksheet()
    for row in range(8000):
        sheet.write_row(row, 0, ["竹阳街道", row, 1, 2, 3])
    made.close()
    require_compact(path, most=8000 * 5)
    with pytest.raises(UsageError, match="8000"):
        require_compact(path, most=8000 * 5 - 1)


@pytest.mark.parametrize("body", [b"PK\x03\x04 no archive", book(["A1"])[:-30]])
def test_says_so_when_the_archive_is_damaged(body: bytes) -> None:
    with pytest.raises(UsageError, match="does not open"):
        require_compact(body)


def test_refuses_an_archive_that_is_no_workbook_and_leaves_what_is_no_archive_to_its_reader() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "<office/>")
    with pytest.raises(UsageError, match="no workbook"):
        require_compact(out.getvalue())
    require_compact(b"\xd0\xcf\x11\xe0 an old workbook")
