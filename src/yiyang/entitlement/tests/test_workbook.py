"""tables.xlsx: sheets, numbers that are numbers, and the same bytes for the same figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from yiyang.entitlement import workbook
from yiyang.entitlement.tests import report_sample as sample

Json = dict[str, Any]
NAMES = ["说明", "项目汇总", "项目×地区", "未知事实", "变化", "依据"]


def made(folder: Path, summary: Json, diff: Json | None = None, arrears: Json | None = None) -> Any:
    workbook.write(summary, diff, arrears, folder / "tables.xlsx")
    return openpyxl.load_workbook(folder / "tables.xlsx")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return made(tmp_path_factory.mktemp("book"), sample.summary(), sample.diff(), sample.arrears())


def row(page: Any, name: str) -> dict[str, Any]:
    """The first row that begins with the name, by heading."""
    heads = [cell.value for cell in page[1]]
    return next(
        dict(zip(heads, [c.value for c in cells], strict=True)) for cells in page.iter_rows() if cells[0].value == name
    )


def test_the_sheets_stand_in_their_order(book: Any) -> None:
    assert book.sheetnames == NAMES


@pytest.mark.parametrize("name", NAMES[1:])
def test_every_table_keeps_its_head_in_sight_and_filters(book: Any, name: str) -> None:
    page = book[name]
    assert page.freeze_panes[1:] == "2"
    assert page.auto_filter.ref.startswith("A1:")
    assert page.print_title_rows == "$1:$1"
    assert all(page.column_dimensions[cell.column_letter].width >= 8 for cell in page[1])


def test_money_is_a_number_in_yuan_with_its_format(book: Any) -> None:
    page = book["项目汇总"]
    found = row(page, "高龄津贴")
    assert found["每年资金（元）"] == 19_254_240
    assert found["符合条件（人）"] == 26_742
    money = next(cell for cell in page[1] if cell.value == "每年资金（元）").column
    assert page.cell(2, money).number_format == "¥#,##0.00"


def test_what_has_no_amount_stays_empty_and_says_why(book: Any) -> None:
    found = row(book["项目汇总"], "能力评估")
    assert found["每期资金（元）"] is None
    assert found["没有金额的原因"] == "文件未载明金额"
    assert row(book["项目汇总"], "助乐服务")["没有金额的原因"] == "按机构计发"


def test_counties_outside_are_one_row_of_an_item(book: Any) -> None:
    assert {cell.value for cell in book["项目×地区"]["C"][1:]} <= set(sample.COUNTIES) - {"500154"} | {"other"}


def test_changes_and_arrears_stand_on_one_sheet(book: Any) -> None:
    page = book["变化"]
    kinds = [cell.value for cell in page["A"][1:]]
    assert list(dict.fromkeys(kinds)) == ["合计", "按原因", "按项目", "项目和原因", "按地区", "补发与追回"]
    assert row(page, "按原因")["每年资金变化（元）"] == -540_000
    assert [cell.value for cell in page["B"]].count("外地") == 1
    assert row(page, "补发与追回")["补发（元）"] == 1_234


def test_without_a_comparison_the_sheet_is_there_and_empty(tmp_path: Path) -> None:
    book = made(tmp_path, sample.summary())
    assert book["变化"]["A2"].value == "（没有）"
    assert "--previous" in str([cell.value for cell in book["说明"]["B"]])


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    summary = sample.summary()
    summary["items"][1]["name_zh"] = '=HYPERLINK("http://x")'
    page = made(tmp_path, summary)["项目汇总"]
    assert [cell.data_type for cell in page["A"] if str(cell.value).startswith("=")] == ["s"]


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made(tmp_path / name, sample.summary(), sample.diff(), sample.arrears())
    assert (tmp_path / "a/tables.xlsx").read_bytes() == (tmp_path / "b/tables.xlsx").read_bytes()
