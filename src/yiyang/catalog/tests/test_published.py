"""The list as shown and published, in every format."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yiyang.base import screen
from yiyang.base.errors import MissingPart
from yiyang.catalog import pdf as pdf_module
from yiyang.catalog.export import markdown, xlsx
from yiyang.catalog.pdf import html, pdf
from yiyang.catalog.published import Published, publish
from yiyang.catalog.tests.small import REAL, SOURCE, Policy

DAY = date(2026, 11, 1)


@pytest.fixture
def dazhu() -> Published:
    return publish("511724", DAY)


def row(published: Published, item: str) -> Any:
    return next(row for row in published.rows if row.data["id"] == item)


def test_says_who_gets_how_much_from_whom_and_on_what_grounds(dazhu: Published) -> None:
    found = row(dazhu, "old_age_allowance")
    assert found.who == "年满80周岁，且户籍地在大竹县"
    assert found.condition == "年满80周岁"
    assert found.standard == ("100周岁及以上：每月 ¥600.00", "90至99周岁：每月 ¥120.00", "80至89周岁：每月 ¥60.00")
    assert "民政部门" in found.responsible
    assert found.sources[0].startswith("《大竹县“十四五”养老服务发展规划》第一章第一节")
    assert found.checked == "据文件文本转录"
    assert (found.form, found.is_own) == ("物质帮助", True)


def test_own_items_stand_before_those_from_above(dazhu: Published) -> None:
    for rows in dazhu.groups().values():
        own = [row.is_own for row in rows]
        assert own == sorted(own, reverse=True)
    above = [row for row in dazhu.rows if not row.is_own]
    assert any("【达州市清单】" in row.cells()[-1] for row in above)
    assert [row.number for row in dazhu.rows] == list(range(1, len(dazhu.rows) + 1))
    assert all(row.is_own for row in publish("511724", DAY, own=True).rows)


def test_an_area_without_a_list_shows_those_above() -> None:
    shown = publish("511725", DAY)
    assert shown.title == "渠县基本养老服务清单"
    assert shown.rows
    assert not any(row.is_own for row in shown.rows)
    assert row(shown, "old_age_allowance").who == "年满80周岁，且户籍地在渠县"


def test_json_holds_every_figure_in_fen(dazhu: Published) -> None:
    item = next(item for item in json.loads(json.dumps(dazhu.json()))["items"] if item["id"] == "old_age_allowance")
    assert [tier["fen"] for tier in item["tiers"]] == [60000, 12000, 6000]
    assert [tier["when"] for tier in item["tiers"]] == ["年满100周岁", "年满90周岁", "年满80周岁"]
    assert item["values"]["eighties"]["from"]["2020-12-31"] == 6000
    assert item["values"]["eighties"]["in_force"] == 6000
    assert item["who"] == {"sentence": "年满80周岁，且户籍地在大竹县", "condition": "age >= @from_age"}


STANDARDS = {
    "one amount": ({}, ("每月 ¥60.00",)),
    "once": ({"every": "once"}, ("一次性 ¥60.00",)),
    "a household": ({"per": "household", "every": "year"}, ("每户每年 ¥60.00",)),
    "no amount": ({"amount": "", "values": "{}"}, ("文件未载明金额",)),
    "by formula": ({"amount": "", "values": "{}", "no_amount": "by_formula"}, ("按公式计发",)),
    "a right to be first": ({"amount": "", "values": "{}", "kind": "priority"}, ("不涉及金额",)),
    "at least": (
        {"values": "{sum: {zh: 标准, en: s, unit: fen, exactness: at_least, from: {2020-01-01: 30000}, source: %s}}"},
        ("每月不低于 ¥300.00",),
    ),
    "expired": (
        {"values": "{sum: {zh: 标准, en: s, unit: fen, from: {2020-01-01: 1}, expires: 2021-01-01, source: %s}}"},
        ("原定金额已到期，现行金额文件未载明",),
    ),
    "the rest not stated": (
        {"amount": "{tiers: [{when: age >= 90, value: sum}]}", "no_amount": "not_stated"},
        ("标准：每月 ¥60.00", "其余对象：文件未载明金额"),
    ),
    "how often": (
        {
            "times": "visits",
            "amount": "",
            "values": "{visits: {zh: 次, en: v, unit: times, exactness: at_least, from: {2020-01-01: 2}, source: %s}}",
        },
        ("文件未载明金额", "每月至少2次"),
    ),
}


@pytest.mark.parametrize("kind", STANDARDS)
def test_the_standard_says(kind: str, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, lines = STANDARDS[kind]
    policy.item(**{key: value.replace("%s", SOURCE) for key, value in changes.items()})
    policy.write("areas/divisions.csv", (REAL / "areas/divisions.csv").read_text(encoding="utf-8"))
    assert publish("511724", DAY).rows[0].standard == lines


def test_speaks_english_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "lang", lambda: "en")
    found = row(publish("511724", DAY), "old_age_allowance")
    assert found.who == "age at least 80 years and place of household registration in 大竹县"
    assert found.standard[-1] == "aged 80 to 89: ¥60.00 a month"
    assert found.delivery == "on application"


def test_markdown_is_one_table_for_each_form(dazhu: Published) -> None:
    text = markdown(dazhu)
    assert text.startswith("# 大竹县基本养老服务清单\n")
    assert text.count("| --- | --- | --- | --- | --- | --- | --- | --- |") == len(dazhu.groups())
    assert "每月 ¥600.00<br>90至99周岁：每月 ¥120.00" in text
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in lines} == {9}


def test_the_workbook_holds_list_and_figures(dazhu: Published, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    xlsx(dazhu, tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    assert book.sheetnames == ["清单", "取值"]
    sheet = book["清单"]
    assert sheet["A1"].value == "大竹县基本养老服务清单"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    figures = {line[8]: line[2:4] for line in book["取值"].iter_rows(min_row=2, values_only=True)}
    assert figures["old_age_allowance.eighties"] == (60, "元")
    assert figures["old_age_allowance.from_age"] == (80, "years")


def test_the_page_of_the_pdf_names_language_publisher_and_contact(dazhu: Published) -> None:
    page = html(dazhu, contact="电话 0818-0000000 <民政局>")
    assert '<html lang="zh-CN">' in page
    assert "大竹县民政部门" in page
    assert "电话 0818-0000000 &lt;民政局&gt;" in page
    assert "12345" in html(dazhu)
    assert "养老科" in html(dazhu, publisher="养老科")


@pytest.mark.pango
@pytest.mark.slow
def test_the_pdf_is_a4_tagged_and_repeats_its_head(dazhu: Published, tmp_path: Path) -> None:
    from pypdf import PdfReader

    pdf(dazhu, tmp_path / "list.pdf")
    found: Any = PdfReader(tmp_path / "list.pdf")
    assert len(found.pages) > 1
    assert [round(float(side)) for side in found.pages[0].mediabox[2:]] == [842, 595]
    assert found.root_object["/MarkInfo"]["/Marked"]
    assert found.root_object["/Lang"] == "zh-CN"
    assert found.metadata
    assert found.metadata.title == "大竹县基本养老服务清单"
    second = found.pages[1].extract_text()
    assert "服务对象" in second
    assert f"2 / {len(found.pages)}" in second


def _missing(kind: type[Exception]) -> Any:
    def fail(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "weasyprint":
            raise kind("cannot load library 'libpango'")
        return real(name, *args, **kwargs)

    import builtins

    real = builtins.__import__
    return fail


@pytest.mark.parametrize(("kind", "remedy"), [(ImportError, "pip install"), (OSError, "apt-get install libpango")])
def test_a_missing_part_is_named_with_its_remedy(
    kind: type[Exception], remedy: str, dazhu: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.__import__", _missing(kind))
    with pytest.raises(MissingPart) as error:
        pdf(dazhu, tmp_path / "list.pdf")
    assert remedy in error.value.zh
    assert not (tmp_path / "list.pdf").exists()


def test_a_missing_font_is_named_with_its_remedy(
    dazhu: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "_weasyprint", lambda: None)
    monkeypatch.setattr(pdf_module, "has_chinese_font", lambda: False)
    with pytest.raises(MissingPart, match="fonts-noto-cjk"):
        pdf(dazhu, tmp_path / "list.pdf")
