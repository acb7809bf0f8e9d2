"""Files as departments really send them."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from yiyang.base.errors import DeliveryError
from yiyang.registry.encoding import detect
from yiyang.registry.headers import plain
from yiyang.registry.identity import person_of
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, NAMES, Hall, csv_bytes, person_row
from yiyang.registry.workbook import cell_text

ALL = [person_row(who) for who in NAMES]


def workbook(*sheets: list[list[Any]]) -> bytes:
    """An XLSX file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    book.close()
    return out.getvalue()


def table(rows: list[dict[str, str]]) -> list[list[Any]]:
    return [list(rows[0]), *[list(row.values()) for row in rows]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_reads_every_usual_encoding(hall: Hall, encoding: str) -> None:
    hall.deliver("police_households", csv_bytes(ALL, encoding))
    assert len(hall.people(hall.build())) == 4


def test_a_rare_character_at_the_end_of_a_long_file_decides_its_encoding(hall: Hall) -> None:
    rows = [person_row(AIHUA, 姓名="abc") for _ in range(3000)] + [person_row(BAOGUO, 姓名="𠮷")]
    path = hall.deliver("police_households", csv_bytes(rows, "gb18030"))
    assert detect(path) == ("gb18030", True)
    assert len(hall.people(hall.build())) == 2


def test_one_unreadable_byte_does_not_stop_the_file(hall: Hall) -> None:
    content = csv_bytes([person_row(AIHUA) for _ in range(200)] + [person_row(BAOGUO)])
    path = hall.deliver("police_households", content.replace("保国".encode(), b"\xe4\xbf\xff\xff"))
    assert detect(path) == ("utf-8", False)
    assert len(hall.people(hall.build())) == 2


def test_refuses_what_is_in_no_encoding(hall: Hall) -> None:
    hall.deliver("police_households", bytes(range(128, 256)) * 50)
    with pytest.raises(DeliveryError) as caught:
        hall.build()
    assert "编码无法识别" in caught.value.problems[0][0]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_reads_other_delimiters(hall: Hall, delimiter: str) -> None:
    hall.deliver("police_households", csv_bytes(ALL).replace(b",", delimiter.encode()))
    assert len(hall.people(hall.build())) == 4


def test_finds_the_headings_below_a_title_and_however_they_are_dressed(hall: Hall) -> None:
    lines = csv_bytes(ALL).decode().split("\n", 1)
    dressed = "*身份证号码（必填）,姓 名,户号,性别：,出生日期,户籍地区划代码,现住地区划代码,城乡分类,登记日期"
    hall.deliver("police_households", f"大竹县户籍登记,,,,,,,,\n{dressed}\n{lines[1]}".encode())
    snapshot = hall.build()
    assert len(hall.people(snapshot)) == 4
    assert {row["source_row"] for row in hall.rows(snapshot, "police_households")} == {3, 4, 5, 6}


def test_headings_are_compared_without_marks() -> None:
    assert [plain(w) for w in ("\ufeff身份证号码", " 姓 名*", "性别（必填）", "性别(必填):")] == [
        "身份证号码",
        "姓名",
        "性别",
        "性别",
    ]


def test_a_multi_line_cell_and_empty_lines_keep_the_row_numbers_right(hall: Hall) -> None:
    head, *lines = csv_bytes([*ALL, person_row("123")]).decode().splitlines()
    lines[0] = lines[0].replace("爱华", '"爱\n华"')
    hall.deliver(
        "police_households",
        "\n".join([head, lines[0], lines[1], "", "", lines[2], lines[3], lines[4], "", ""]).encode(),
    )
    snapshot = hall.build()
    assert [line["row"] for line in hall.quarantine(snapshot)] == ["8"]
    assert {row["source_row"] for row in hall.rows(snapshot, "police_households")} == {2, 3, 6, 7}
    assert snapshot.manifest["registers"]["police_households"]["in"] == 5


def test_lines_that_cannot_be_split_go_to_quarantine_and_make_the_person_doubtful(hall: Hall) -> None:
    head, *lines = csv_bytes([*ALL, person_row("123")]).decode().splitlines()
    lines[1] = lines[1].replace("保国", "保,国")
    lines[2] = ",".join(lines[2].split(",")[:4])
    hall.deliver("police_households", "\n".join([head, *lines]).encode())
    snapshot = hall.build()
    found = [(line["row"], line["reason"][:5]) for line in hall.quarantine(snapshot)]
    assert found == [("3", "该行的列数"), ("4", "该行的列数"), ("6", "身份证号码")]
    people = hall.people(snapshot)
    assert [people[person_of(who)]["sex"] for who in (AIHUA, BAOGUO, CHUNLAN, DEMING)] == [1, None, None, 1]
    about = snapshot.manifest["registers"]["police_households"]
    assert [about[key] for key in ("in", "kept", "quarantined")] == [5, 2, 3]


def test_a_quoted_comma_is_no_new_column(hall: Hall) -> None:
    hall.police(person_row(AIHUA, 姓名="爱,华"), person_row(BAOGUO, 姓名='保"国'))
    assert hall.quarantine(hall.build()) == []


def test_rows_of_nothing_but_delimiters_are_no_rows(hall: Hall) -> None:
    hall.deliver("police_households", csv_bytes(ALL) + b",,,,,,,,\n , ,,,,,,,\n")
    snapshot = hall.build()
    assert snapshot.manifest["registers"]["police_households"]["in"] == 4


def test_reads_a_workbook_with_dates_numbers_and_a_title(hall: Hall) -> None:
    rows = table(ALL)
    for cells in rows[1:]:
        cells[5], cells[8] = int(cells[5]), date(2001, 5, 6)
    hall.deliver("police_households", workbook([["说明"]], [["户籍登记"], *rows, [], ["", "", ""]]), ".xlsx")
    snapshot = hall.build()
    assert len(hall.people(snapshot)) == 4
    kept = hall.rows(snapshot, "police_households")
    assert {row["valid_from"] for row in kept} == {20010506}
    assert sorted(row["source_row"] for row in kept) == [3, 4, 5, 6]


def test_says_that_a_workbook_stored_the_id_number_as_a_number(hall: Hall) -> None:
    rows = table(ALL)
    rows[2][0] = float(BAOGUO.replace("X", "0"))
    hall.deliver("police_households", workbook(rows), ".xlsx")
    [line] = hall.quarantine(hall.build())
    assert "存成了数字" in line["reason"]
    assert "文本" in line["remedy"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("a", "a"),
        ("", None),
        (1.0, "1"),
        (510302194501010.0, "510302194501010"),
        (1.5, "1.5"),
        (True, "1"),
        (False, "0"),
        (date(2026, 10, 1), "2026-10-01"),
        (datetime(2026, 10, 1, 8), "2026-10-01"),
        (5.13029194501010e17, "5.13029194501010E+17"),
    ],
)
def test_a_cell_as_the_text_a_csv_would_hold(cell: Any, text: str | None) -> None:
    assert cell_text(cell) == text


def test_reads_parquet_with_types_of_its_own(hall: Hall) -> None:
    columns: dict[str, Any] = {name: [row[name] for row in ALL] for name in ALL[0]}
    columns["户籍地区划代码"] = pa.array([int(code) for code in columns["户籍地区划代码"]], pa.int64())
    columns["登记日期"] = pa.array([date(2001, 5, 6)] * 4, pa.date32())
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    hall.deliver("police_households", out.getvalue(), ".parquet")
    snapshot = hall.build()
    assert len(hall.people(snapshot)) == 4
    assert hall.quarantine(snapshot) == []


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_refuses_a_truncated_file(hall: Hall, suffix: str) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({name: [row[name] for row in ALL] for name in ALL[0]}), out)
    whole = workbook(table(ALL)) if suffix == ".xlsx" else out.getvalue()
    hall.deliver("police_households", whole[: len(whole) // 2], suffix)
    with pytest.raises(DeliveryError) as caught:
        hall.build()
    assert "重新导出" in caught.value.problems[0][0]


def test_a_workbook_with_the_wrong_suffix_is_told_apart(hall: Hall) -> None:
    hall.deliver("police_households", workbook(table(ALL)))
    with pytest.raises(DeliveryError) as caught:
        hall.build()
    assert "Excel 工作簿" in caught.value.problems[0][0]


def test_the_rows_of_a_truncated_csv_are_told(hall: Hall, tmp_path: Path) -> None:
    hall.deliver("police_households", csv_bytes(ALL)[:-40])
    snapshot = hall.build()
    assert [line["row"] for line in hall.quarantine(snapshot)] == ["5"]


def test_refuses_a_workbook_in_which_two_sheets_are_the_register(hall: Hall) -> None:
    hall.deliver("police_households", workbook(table(ALL[:2]), table(ALL[2:])), ".xlsx")
    with pytest.raises(DeliveryError) as caught:
        hall.build()
    assert "请只留一张" in caught.value.problems[0][0]


def test_refuses_a_sheet_that_is_full(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiyang.registry.workbook.LIMIT", 5)
    hall.deliver("police_households", workbook(table(ALL)), ".xlsx")
    with pytest.raises(DeliveryError) as caught:
        hall.build()
    assert "请导出为 CSV" in caught.value.problems[0][0]


def test_a_renamed_optional_column_is_told_beside_the_unknown_heading(hall: Hall) -> None:
    renamed = [{("性别代号" if name == "性别" else name): value for name, value in row.items()} for row in ALL]
    hall.deliver("police_households", csv_bytes(renamed))
    about = hall.build().manifest["registers"]["police_households"]
    assert (about["columns_missing"], about["headings_unknown"]) == (["sex"], ["性别代号"])
