"""Files of every format, also odd and broken ones; titles, areas and days."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
import xlsxwriter

from yiyang.base.errors import MissingPart, UsageError
from yiyang.planning.reading import read
from yiyang.planning.tests.reading import rendering
from yiyang.planning.tests.reading.rendering import Sheet

LIST = Sheet(("序号", "试点名称", "预期目标"), (("1", "甲试点", "试好"),), ("重大试点清单",))


def saved(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("data", [b"", b"\n\n", "没有表格的一句话。".encode()])
def test_a_file_without_records_is_an_empty_document(data: bytes) -> None:
    found = read(data, "plan")
    assert not any((found.projects, found.tables, found.tasks, found.indicators, found.measures, found.doubts))


def test_a_text_in_the_old_national_encoding_is_read() -> None:
    data = rendering.txt(LIST).decode().encode("gb18030")
    assert [each.name for each in read(data, "plan").measures] == ["甲试点"]


def _empty_zip() -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")
    return stream.getvalue()


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04broken", b"%PDF-1.7 broken", b"\x89PNG\x00\x00", _empty_zip(), b"\xff\xff\xff"]
)
def test_a_file_that_cannot_be_read_is_refused_with_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="Cannot read"):
        read(data, "plan")


def _docx_with(part: str, change: Callable[[bytes], bytes]) -> bytes:
    whole, made = BytesIO(), BytesIO()
    document: Any = docx.Document()
    document.add_paragraph("一句话")
    document.save(whole)
    with ZipFile(whole) as before, ZipFile(made, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return made.getvalue()


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "[Content_Types].xml"])
def test_a_docx_whose_xml_is_cut_off_is_refused_with_words(part: str) -> None:
    with pytest.raises(UsageError, match="Cannot read"):
        read(_docx_with(part, lambda text: text[: len(text) // 2]), "plan")


def test_a_docx_whose_packing_is_damaged_is_refused_with_words() -> None:
    whole = bytearray(_docx_with("word/document.xml", lambda text: text))
    at = whole.index(b"word/document.xml") + len("word/document.xml")
    whole[at : at + 40] = b"\xff" * 40
    with pytest.raises(UsageError, match="Cannot read"):
        read(bytes(whole), "plan")


def test_a_docx_that_unpacks_to_a_book_of_thousands_of_pages_is_refused_before_it_fills_the_memory() -> None:
    bomb = _docx_with("word/document.xml", lambda text: text.replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 11_000_000))
    assert len(bomb) < 2**20
    with pytest.raises(UsageError, match="60 MB"):
        read(bomb, "plan")


def test_a_workbook_with_two_cells_at_its_corners_is_refused_and_does_not_end_the_process() -> None:
    made = BytesIO()
    book = xlsxwriter.Workbook(made)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "序号")
    sheet.write(1_048_575, 16_383, "1")
    book.close()
    with pytest.raises(UsageError, match="XFD"):
        read(made.getvalue(), "plan")


def test_a_file_of_a_hundred_thousand_lines_is_no_plan() -> None:
    with pytest.raises(UsageError, match="100,000 lines"):
        read("一句话。\n".encode() * 100_001, "plan")


@pytest.mark.pango
def test_a_scan_without_text_is_refused_with_its_own_words() -> None:
    import weasyprint

    with pytest.raises(UsageError, match="scan"):
        read(weasyprint.HTML(string="<p></p>").write_pdf(), "plan")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Cannot read"):
        read(tmp_path / "none.txt")


def test_a_document_is_called_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plan-5.txt"
    path.write_bytes(rendering.txt(LIST))
    assert read(path).measures[0].where.document == "plan-5"


def test_a_table_inside_a_cell_is_read_as_well() -> None:
    document: Any = docx.Document()
    outer = document.add_table(rows=1, cols=1)
    inner = outer.cell(0, 0).add_table(rows=2, cols=3)
    for at, (title, text) in enumerate(zip(LIST.head, ("1", "甲试点", "试好"), strict=True)):
        inner.cell(0, at).text, inner.cell(1, at).text = title, text
    assert [each.name for each in read(saved(document), "plan").measures] == ["甲试点"]


def test_a_frame_around_paragraphs_is_a_box() -> None:
    document: Any = docx.Document()
    document.add_paragraph("专栏1 照护工程")
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "1．建楼。新增床位80张。\n2．提质。"
    assert [(each.number, each.name) for each in read(saved(document), "plan").measures] == [(1, "建楼"), (2, "提质")]


def test_numbers_that_word_counts_itself_are_written_before_their_paragraphs() -> None:
    document: Any = docx.Document()
    for text in ("建名册。", "办食堂。"):
        document.add_paragraph(f"{text}（责任单位：市民政局）", style="List Number")
    found = read(saved(document), "plan")
    assert [(task.number, task.title) for task in found.tasks] == [(1, "建名册"), (2, "办食堂")]


def test_a_cell_merged_downwards_counts_for_each_of_its_rows() -> None:
    document: Any = docx.Document()
    table = document.add_table(rows=3, cols=4)
    for at, title in enumerate(("服务对象", "序号", "服务项目", "服务内容")):
        table.cell(0, at).text = title
    table.cell(1, 0).merge(table.cell(2, 0)).text = "八十岁以上老年人"
    for row, name in ((1, "助餐"), (2, "助浴")):
        table.cell(row, 1).text, table.cell(row, 2).text, table.cell(row, 3).text = str(row), name, "上门"
    found = read(saved(document), "plan")
    assert [(each.group, each.number, each.name) for each in found.measures] == [
        ("八十岁以上老年人", 1, "助餐"),
        ("八十岁以上老年人", 2, "助浴"),
    ]
    assert not found.doubts


@pytest.mark.pango
def test_a_ruled_box_in_a_pdf_gives_its_items() -> None:
    import weasyprint

    style = "<style>body { font: 10pt 'Noto Sans CJK SC' } td { border: 1pt solid } table { width: 100% }</style>"
    box = (
        "<p>专栏1 照护工程</p><table><tr><td><p>1．建楼。新增床位80张。</p><p>2．提质。办得更好。</p></td></tr></table>"
    )
    found = read(weasyprint.HTML(string=style + box).write_pdf(), "plan")
    assert [(each.number, each.name) for each in found.measures] == [(1, "建楼"), (2, "提质")]


@pytest.mark.parametrize(
    ("text", "title", "area"),
    [
        ("大竹县“十五五”养老服务规划\n前言。\n", "大竹县“十五五”养老服务规划", 511724_000_000),
        ("各县（市、区）人民政府：\n现将《达州市服务清单》印发给你们。\n", "达州市服务清单", 511700_000_000),
        (
            "关于养老服务的实施意见\n（征求意见稿）\n江西省、景德镇市。景德镇市老城区。\n",
            "关于养老服务的实施意见",
            360200_000_000,
        ),
        ("养老方案\n老城区和新城区。\n", "养老方案", None),
    ],
)
def test_title_and_area_are_found(text: str, title: str, area: int | None) -> None:
    found = read(text.encode(), "plan")
    assert (found.title, found.area) == (title, area)


def test_the_day_of_issue_stands_on_a_line_of_its_own() -> None:
    assert read("通知\n2021年3月2日的会议。\n某某局\n2027年 1月 5日\n".encode(), "plan").issued == date(2027, 1, 5)


@pytest.mark.parametrize(("module", "data"), [("docx", rendering.docx(LIST)), ("pdfplumber", b"%PDF-1.7")])
def test_a_format_whose_library_is_missing_says_what_to_install(
    module: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingPart, match=r"yiyang\[plans\]"):
        read(data, "plan")


def test_the_plain_import_loads_neither_django_nor_a_formats_library() -> None:
    words = (
        "import sys, yiyang.planning.reading; print([m for m in ('django', 'docx', 'pdfplumber') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_an_old_word_file_is_told_to_be_saved_anew() -> None:
    with pytest.raises(UsageError, match="save it as DOCX"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "plan")


def test_an_archive_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiyang.planning.reading.reader._MOST_UNPACKED", 1000)
    with pytest.raises(UsageError, match="Cannot read"):
        read(rendering.docx(LIST), "plan")


def test_headings_without_numbers_are_told_by_their_style() -> None:
    document: Any = docx.Document()
    for level, text in ((1, "总体要求"), (2, "发展目标"), (1, "重点任务")):
        document.add_heading(text, level)
        document.add_paragraph(f"{text}的内容。")
    found = read(saved(document), "plan")
    assert [block.where.path for block in found.blocks if block.kind == "paragraph"] == [
        ("总体要求",),
        ("总体要求", "发展目标"),
        ("重点任务",),
    ]
