"""Exports hold what they were given, say whose they are, and run nothing when they are opened."""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiyang.access import sheets
from yiyang.access.sheets import Column, Mark, dangerous_pattern, is_dangerous

MARK = Mark("爱华", datetime(2026, 11, 22, 9, 30), "大竹县", "E-2026-000017")
COLUMNS = [Column("身份证号码", width=20), Column("人数", "integer"), Column("金额", "decimal"), Column("日期", "date")]
DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\u200b=1",
    '"=1',
    "−1",
]
# Chinese words, formula signs, and whatever else Unicode has.
TEXTS = st.one_of(
    st.text(max_size=40),
    st.tuples(st.sampled_from([*"=+-@\t\r\n ＝＋－＠'\"", "\ufeff"]), st.text(max_size=10)).map("".join),
    st.sampled_from(DANGEROUS),
)


def _csv(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS, mark: Mark = MARK) -> list[list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        assert sheets.write(path, columns, rows, mark) == len(rows)
        return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def _xlsx(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS, mark: Mark = MARK) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        assert sheets.write(path, columns, rows, mark) == len(rows)
        assert [found.name for found in Path(folder).iterdir()] == ["a.xlsx"]
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("text", DANGEROUS)
def test_knows_what_a_spreadsheet_would_run(text: str) -> None:
    assert sheets.is_dangerous(text)
    assert sheets.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["爱华", "大竹县", "a=b", "1-2", "", "3 + 4", "’"])
def test_leaves_the_rest_as_it_is(text: str) -> None:
    assert sheets.harmless(text) == text


def test_duckdb_sees_the_same_danger_in_every_character() -> None:
    plane = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
    texts = pa.table(
        {"text": [c + "1" for c in plane] + [" =1", "\u3000＝1", "'\"-x", "\u200b@a", "a=1", "- ", "\ufeff+"]}
    )
    con = duckdb.connect()
    con.register("texts", texts)
    rows = con.execute("SELECT text, regexp_matches(text, ?) FROM texts", [dangerous_pattern()]).fetchall()
    assert [text for text, found in rows if found != is_dangerous(text)] == []
    assert sum(found for _, found in rows) > 20


def test_a_mark_on_a_sheet_without_people_does_not_say_that_they_stand_in_it() -> None:
    said = replace(MARK, is_personal=False).line
    assert "内含个人信息" in MARK.line
    assert "内含个人信息" not in said
    assert MARK.export in said


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_no_cell_of_a_csv_begins_like_a_formula(texts: list[str]) -> None:
    columns = [Column(f"第{n}栏") for n in range(len(texts))]
    (_, _, row, _) = _csv([texts], columns)
    for cell, given_ in zip(row, texts, strict=True):
        assert cell.startswith("'") or not sheets.is_dangerous(cell)
        # What cannot be encoded is a question mark.
        kept = given_.replace("\0", "").encode(errors="replace").decode()
        assert cell in (kept, f"'{kept}")


@given(st.lists(TEXTS.filter(lambda text: "\r" not in text), min_size=1, max_size=5))
def test_no_cell_of_a_workbook_is_a_formula_and_texts_come_back_whole(texts: list[str]) -> None:
    page = _xlsx([[text] for text in texts], [Column("文本")]).active
    for line, text in enumerate(texts, 3):
        cell = page.cell(line, 1)
        assert cell.data_type in ("s", "n", "inlineStr")
        assert (cell.value or "") == sheets._fitting(text)
        assert not sheets.is_dangerous(text) or cell.quotePrefix or not text


@given(
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1900, 3, 1)),
)
def test_numbers_are_numbers_and_dates_are_dates(number: int, money: float, day: date) -> None:
    row = [cell.value for cell in _xlsx([["1", number, money, day]]).active[3]]
    assert row[1] == number
    assert row[2] == pytest.approx(money)
    assert row[3] == datetime(day.year, day.month, day.day)
    assert _csv([["1", number, money, day]])[2] == ["1", str(number), str(money), str(day)]


def test_an_id_number_keeps_all_its_digits() -> None:
    cell = _xlsx([["511724195001011234", 1, 1, None]]).active["A3"]
    assert (cell.value, cell.data_type, cell.number_format) == ("511724195001011234", "s", "@")
    assert _csv([["511724195001011234", 1, 1, None]])[2][0] == "'511724195001011234"
    assert _csv([["0818", 1, 1, None]])[2][0] == "'0818"


def test_numbers_that_a_spreadsheet_would_round_are_texts() -> None:
    odd = [[10**17, float("nan"), Decimal("Infinity"), True]]
    assert [cell.value for cell in _xlsx(odd).active[3]] == ["100000000000000000", "nan", "Infinity", "是"]
    assert _csv(odd)[2] == ["100000000000000000", "nan", "Infinity", "是"]
    assert _csv([[Decimal("-1.50"), -2, None, datetime(2026, 1, 2, 3, 4)]])[2] == [
        "-1.50",
        "-2",
        "",
        "2026-01-02 03:04",
    ]


def test_the_watermark_stands_above_below_in_print_and_in_the_properties() -> None:
    book = _xlsx([["1", 1, 1, None]] * 3)
    page = book.active
    assert page["A1"].value == MARK.line
    for word in ("爱华", "2026-11-22 09:30", "大竹县", "E-2026-000017"):
        assert word in MARK.line
    assert [cell.value for cell in page[2]] == [column.name for column in COLUMNS]
    assert page["A6"].value == "（完）共 3 行　导出编号：E-2026-000017"
    assert page.oddHeader.left.text == "爱华 大竹县"
    assert "E-2026-000017" in page.oddFooter.left.text
    assert (book.properties.creator, book.properties.description) == ("爱华", MARK.line)
    lines = _csv([["1", 1, 1, None]] * 3)
    assert lines[0] == [MARK.line]
    assert lines[-1] == ["（完）共 3 行　导出编号：E-2026-000017"]


def test_a_name_cannot_command_the_printed_page_or_overflow_it() -> None:
    mark = Mark('&P&"x" =cmd' + "长" * 400, MARK.when, "=范围", MARK.export)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = _xlsx([["1", 1, 1, None]], mark=mark).active
    assert "＆P" in page.oddHeader.left.text
    assert _csv([["1", 1, 1, None]], mark=mark)[0][0].startswith("导出人")


def test_a_heading_cannot_be_a_formula() -> None:
    assert _csv([["x"]], [Column("=1+1")])[1] == ["'=1+1"]
    assert _xlsx([["x"]], [Column("=1+1")]).active["A2"].data_type == "s"


def test_a_text_too_long_for_a_cell_is_cut_in_plain_sight() -> None:
    value = _xlsx([["长" * 40_000]], [Column("备注")]).active["A3"].value
    assert len(value) == sheets.CELL
    assert value.endswith(sheets.CUT)


def test_more_rows_than_a_sheet_holds_go_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEET_ROWS", 5)
    book = _xlsx([[str(n)] for n in range(7)], [Column("序号")])
    assert book.sheetnames == ["数据", "数据 2", "数据 3"]
    found = [page.cell(line, 1).value for page in book for line in range(3, 6) if page.cell(line, 1).value]
    assert found == [*"0123456", "（完）共 7 行　导出编号：E-2026-000017"]
    assert all(page["A1"].value == MARK.line for page in book)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_failed_export_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    def rows() -> Any:
        yield ["1"]
        raise ValueError("the database went away")

    with pytest.raises(ValueError, match="went away"):
        sheets.write(tmp_path / name, [Column("序号")], rows(), MARK)
    assert list(tmp_path.iterdir()) == []


def test_plain_rows_never_wait_in_the_systems_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = tmp_path / "system"
    system.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(system))
    with sheets.opened(tmp_path / "a.xlsx", [Column("序号")], MARK) as sheet:
        sheet.write([["爱华"]] * 1000)
        assert list(system.iterdir()) == []


def test_a_workbook_names_no_machine_and_no_formula(tmp_path: Path) -> None:
    sheets.write(tmp_path / "a.xlsx", [Column("a")], [[text] for text in DANGEROUS], MARK)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in b"".join(archive.read(name) for name in archive.namelist())
