"""Sheets for agencies: what is sent empty comes back filled; a bad row is put aside with its reason, others go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from yiyang.access import sheets
from yiyang.access.sheets import Mark
from yiyang.assessment import exchange_csv
from yiyang.assessment.exchange_csv import Filled, read
from yiyang.assessment.scales import score
from yiyang.assessment.tests.answering import DESTITUTE, GB, best, scale
from yiyang.base.errors import DeliveryError

MARK = Mark("保国", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "大竹县", "E1")
KNOWN = ("202611230001", "202611230002", "202611230003")
BEGAN, ENDED = "2026-11-20 09:00", "2026-11-20 09:40"
HEADS = ["申请编号", "姓名", "开始时间", "完成时间", *scale(DESTITUTE).items]


def _file(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> Path:
    path.write_text("\r\n".join(",".join(row) for row in [HEADS, *rows]), encoding=encoding)
    return path


def _row(number: str = KNOWN[0], began: str = BEGAN, ended: str = ENDED, answers: str = "111111") -> list[str]:
    return [number, "爱华", began, ended, *answers]


def _read(path: Path) -> Filled:
    return read(scale(DESTITUTE), path, KNOWN)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_the_empty_sheet_comes_back_filled(tmp_path: Path, ending: str) -> None:
    one = scale(GB)
    columns = exchange_csv.columns(one)
    empty = list(exchange_csv.empty_rows(one, [(KNOWN[0], "爱华"), (KNOWN[1], "保国")]))
    assert [len(row) for row in empty] == [len(columns)] * 2
    answers = best(one) | {"B.2.3": "0", "A.4.1": "dementia"}
    filled = [[row[0], row[1], BEGAN, ENDED, *answers.values()] for row in empty]
    path = tmp_path / f"sheet{ending}"
    sheets.write(path, columns, filled, MARK)
    found = read(one, path, KNOWN)
    assert found.bad == ()
    forms = list(found.forms(one))
    began, ended = datetime.fromisoformat(BEGAN), datetime.fromisoformat(ENDED)
    assert forms == [(number, began, ended, answers) for number in KNOWN[:2]]
    assert score(one, forms[0][3]).points == 86


def test_bad_rows_are_put_aside_and_good_ones_go_on(tmp_path: Path) -> None:
    rows = [_row(), _row(KNOWN[1], answers="112111"), _row("999"), _row(KNOWN[2], ended="2026-11-20 08:00"), _row("")]
    found = _read(_file(tmp_path / "a.csv", rows))
    assert found.good["request"].to_pylist() == [KNOWN[0]]
    assert [(bad.row, bad.column, bad.value, bad.reason) for bad in found.bad] == [
        (3, "S3", "2", "没有这个选项"),
        (4, "申请编号", "999", "没有这个申请，或不归本机构填写"),
        (5, "完成时间", "2026-11-20 08:00", "完成早于开始"),
        (6, "申请编号", "", "没有填"),
    ]
    assert found.bad[0].remedy == "填 1、0 之一"
    assert len(found.bad[0].cells) == len(exchange_csv.BAD_COLUMNS)


def test_every_fault_of_a_row_is_said(tmp_path: Path) -> None:
    found = _read(_file(tmp_path / "a.csv", [_row(began="昨天", ended="", answers="1 1x11")]))
    assert [(bad.column, bad.reason) for bad in found.bad] == [
        ("开始时间", "认不出时间"),
        ("完成时间", "没有填"),
        ("S2", "没有填"),
        ("S4", "没有这个选项"),
    ]
    assert len(found.good) == 0


def test_of_two_rows_for_one_request_neither_is_guessed_to_be_right(tmp_path: Path) -> None:
    found = _read(_file(tmp_path / "a.csv", [_row(), _row(answers="000000"), _row(KNOWN[1])]))
    assert found.good["request"].to_pylist() == [KNOWN[1]]
    assert [bad.reason for bad in found.bad] == ["同一申请有不止一行"] * 2


def test_a_short_row_misses_what_it_misses(tmp_path: Path) -> None:
    found = _read(_file(tmp_path / "a.csv", [_row()[:-2], _row(KNOWN[1])]))
    assert [(bad.column, bad.reason) for bad in found.bad] == [("S5", "没有填"), ("S6", "没有填")]


def test_a_sheet_of_an_older_excel_is_read(tmp_path: Path) -> None:
    for encoding in ("gb18030", "utf-16"):
        found = _read(_file(tmp_path / "a.csv", [_row()], encoding=encoding))
        assert len(found.good) == 1


def test_times_of_a_workbook_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADS)
    book.active.append([KNOWN[0], "爱华", datetime(2026, 11, 20, 9), "2026/11/20 09:40", 1, 1, 1, 0, 1.0, "1"])
    book.save(tmp_path / "a.xlsx")
    found = _read(tmp_path / "a.xlsx")
    assert found.bad == ()
    assert found.good.to_pylist()[0] == {
        "row": 2, "request": KNOWN[0], "began_at": datetime(2026, 11, 20, 9), "ended_at": datetime(2026, 11, 20, 9, 40),
        "S1": "1", "S2": "1", "S3": "1", "S4": "0", "S5": "1", "S6": "1",
    }  # fmt: skip


def test_a_sheet_with_other_headings_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("申请编号,开始时间,S1,S1,S2\n1,2,3,4,5\n", encoding="utf-8")
    with pytest.raises(DeliveryError) as caught:
        _read(path)
    missing = ["缺少列“完成时间”", "缺少列“S3”", "缺少列“S4”", "缺少列“S5”", "缺少列“S6”"]
    assert [zh for zh, _ in caught.value.problems] == ["列“S1”有两个，请只留一个", *missing]


@pytest.mark.parametrize(
    "raw", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"PK\x03\x04", b"a" * 200_000, b"\0\0\0", b'"\xe7\x94']
)
def test_what_is_no_such_sheet_is_refused(tmp_path: Path, raw: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises(DeliveryError):
            _read(tmp_path / name)


def test_a_sheet_of_nothing_but_headings_holds_nothing(tmp_path: Path) -> None:
    found = _read(_file(tmp_path / "a.csv", []))
    assert (len(found.good), found.bad) == (0, ())


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_csv, "MOST", 2)
    with pytest.raises(DeliveryError, match="At most 2 rows"):
        _read(_file(tmp_path / "a.csv", [_row(), _row(), _row()]))


def test_the_legend_explains_every_value() -> None:
    rows = list(exchange_csv.legend(scale(GB)))
    assert len(rows) == sum(len(item.options) for item in scale(GB).items.values())
    assert {len(row) for row in rows} == {len(exchange_csv.LEGEND_COLUMNS)}
