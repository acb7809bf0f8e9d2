"""Workbooks that would fill the memory are refused before a reader sees them.

A reader lays out every cell between the first and the last one: two cells at opposite corners of a sheet, a file of two
kilobytes, ask it for 400 GB, and the whole process ends with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as DamagedStream

from yiyang.base.errors import UsageError

# What an office's table holds at most; a caller that takes registers says more.
CELLS = 5_000_000
# So many bytes of XML are one cell at most, on average.
BYTES_A_CELL = 64
# No tag is longer than that.
_BLOCK, _LONGEST = 1 << 20, 10_000
# A cell that holds something. Whoever has formatted a whole sheet has filled it with cells that hold nothing.
_CELL = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"(?![^>]*/>)')


def require_compact(source: Path | bytes, most: int = CELLS) -> None:
    """Refuse an XLSX whose sheets spread over more cells than `most`, or that unpacks to far more than it should.

    What is no ZIP archive (an old workbook, whose sheets are small) is left to its reader.

    Errors: UsageError for what spreads too far, unpacks too large, is damaged, or is no XLSX.
    """
    if not _is_zip(source):
        return
    try:
        with ZipFile(source if isinstance(source, Path) else BytesIO(source)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UsageError("这不是 Excel 工作簿（.xlsx）。", "This is no workbook (.xlsx).")
            _require_small(archive, most)
            for part in archive.infolist():
                if part.filename.startswith("xl/") and part.filename.endswith(".xml"):
                    _require_dense(archive, part, most)
    except (BadZipFile, DamagedStream, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise UsageError(
            "工作簿打不开，可能不完整或加了密码；请重新导出，或另存一份再上传。", f"The workbook does not open: {error}"
        ) from error


def _is_zip(source: Path | bytes) -> bool:
    if isinstance(source, bytes):
        return source.startswith(b"PK")
    with source.open("rb") as file:
        return file.read(2) == b"PK"


def _require_small(archive: ZipFile, most: int) -> None:
    unpacked = sum(part.file_size for part in archive.infolist() if part.filename.endswith(".xml"))
    if unpacked > most * BYTES_A_CELL:
        raise UsageError(
            f"工作簿展开后超过 {most * BYTES_A_CELL >> 20:,} MB，请拆分，或导出为 CSV。",
            f"The workbook unpacks to more than {most * BYTES_A_CELL >> 20} MB: divide it, or export it as CSV.",
        )


def _require_dense(archive: ZipFile, part: ZipInfo, most: int) -> None:
    columns, last = set[bytes](), 0
    for block in _blocks(archive, part):
        if found := _CELL.findall(block):
            columns.update({column for column, _ in found})
            last = max(last, *map(int, {row for _, row in found}))
    widest = max(columns, key=lambda column: (len(column), column), default=b"A").decode()
    if last * _number(widest) > most:
        raise UsageError(
            f"工作表里的内容散得太开（到第 {last:,} 行、第 {widest} 列），请删去表格以外的内容，另存后再上传。",
            f"The sheet's cells lie too far apart (to row {last}, column {widest}): remove what is beside the table.",
        )


def _blocks(archive: ZipFile, part: ZipInfo) -> Iterator[bytes]:
    """A part in pieces that end where a tag ends, so that no cell is cut in two."""
    tail = b""
    with archive.open(part) as file:
        while block := file.read(_BLOCK):
            whole = tail + block
            end = whole.rfind(b">") + 1
            yield whole[:end]
            # A long text between two tags is nothing to look at.
            tail = whole[max(end, len(whole) - _LONGEST) :]


def _number(column: str) -> int:
    """
    >>> _number("A"), _number("AA"), _number("XFD")
    (1, 27, 16384)
    """
    found = 0
    for letter in column:
        found = found * 26 + ord(letter) - 64
    return found
