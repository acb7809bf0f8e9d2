"""Whatever a text holds, reading it ends with a document; every place that it names is there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yiyang.planning.reading import read
from yiyang.planning.records import Document, Place

PIECES = (
    "\t", "\n", "\n\n", "\n\n\n", " ", "序号", "项目名称", "重点任务", "责任单位", "总投资（万元）", "主要指标",
    "新增床位（张）",
    "2030年目标值", "合计", "一、2027年（2个项目）：", "通川区1个项目，总投资0.3亿元；", "（一）", "1．", "2.",
    "第一章 ", "专栏1 ",
    "附件2", "市民政局", "、", "，", "。", "牵头", "按职责分工负责", "（责任单位：市民政局）", "≥95", "—", "3200",
    "2027", "渠县",
    "逗号前为牵头单位", "服务项目", "服务对象", "服务内容",
)  # fmt: skip


def places(document: Document) -> list[Place]:
    names = ("blocks", "tables", "projects", "totals", "indicators", "tasks", "measures", "doubts")
    records = [record.where for name in names for record in getattr(document, name)]
    return records + [cell.where for table in document.tables for row in table.rows for cell in row.cells]


@given(st.lists(st.sampled_from(PIECES), max_size=80))
def test_no_text_breaks_the_reader(pieces: list[str]) -> None:
    document = read("".join(pieces).encode(), "plan", 511700_000_000)
    assert all(1 <= place.line <= len(document.lines) for place in places(document))
    assert all(len(row.cells) == len(table.columns) for table in document.tables for row in table.rows)


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_character_of_a_table_is_lost(pieces: list[str]) -> None:
    text = "\t序号\n\t项目名称\n\t责任单位\n\n\t1\n\t甲\n\t乙\n\n" + "".join(pieces)
    document = read(text.encode(), "plan", 511700_000_000)
    titles = [column.title + column.unit for table in document.tables for column in table.columns]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    kept = "".join([*titles, *cells, *(table.caption for table in document.tables), *(b.text for b in document.blocks)])
    assert not {sign for sign in text if not sign.isspace()} - set(kept) - set("（）")
