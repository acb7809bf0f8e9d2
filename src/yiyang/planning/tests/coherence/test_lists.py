"""Numbers of lists, counts in words, annexes, and units of another level."""

from __future__ import annotations

import pytest

from yiyang.planning.records import Place, Task
from yiyang.planning.tests.coherence.made import boxed, found, kinds, plan, project


@pytest.mark.parametrize(
    "lines",
    [
        ("一、总则", "二、任务", "（一）建设", "1．甲", "2．乙", "（二）服务", "1．丙", "三、保障"),
        ("第一章 背景", "第一节 基础", "第二节 形势", "第二章 任务", "第一节 设施"),
        ("1、总则", "二、任务", "（三）丙", "（4）丁", "（五）戊"),
        ("（一）建设", "12．支持", "13．培育"),
        ("1．甲", "1．子", "2．子", "2．乙"),
    ],
)
def test_numbers_in_order_are_silent(lines: tuple[str, ...]) -> None:
    assert kinds(plan(*lines)) == []


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("一、总则", "三、任务"), "missing"),
        (("二、任务", "三、保障"), "missing"),
        (("一、总则", "一、任务"), "doubled"),
        (("（一）建设", "（二）服务", "（四）人才"), "missing"),
    ],
)
def test_a_missing_or_doubled_number_is_told_lowly(lines: tuple[str, ...], kind: str) -> None:
    (told,) = found(plan(*lines))
    assert (told.check, told.kind, told.severity) == ("numbering", kind, "low")


def test_items_of_a_box_are_numbered_too() -> None:
    assert kinds(boxed(plan(), "1．老年大学", "2．智慧助老", "3．老年协会")) == []
    assert kinds(boxed(plan(), "1．老年大学", "智慧助老", "3．老年协会")) == [("numbering", "missing")]


def test_rows_of_a_table_are_numbered() -> None:
    from yiyang.planning.records import Table

    def listed(*numbers: int) -> list[tuple[str, str]]:
        from dataclasses import replace

        rows = [replace(project(at, f"第{at}行"), number=number) for at, number in enumerate(numbers, 1)]
        table = Table(3, "清单", "projects", (), (), Place("plan", 199))
        return kinds(replace(plan(projects=rows), tables=(table,)))

    assert listed(1, 2, 3, 1, 2) == []
    assert listed(1, 2, 4) == [("numbering", "missing")]
    assert listed(1, 2, 2, 4) == [("numbering", "doubled")]
    # One number for two rows whose first cell is merged.
    assert listed(1, 2, 2, 3) == []


def test_counts_in_words_against_what_is_named() -> None:
    right = "健全设施供给、质量提升、人才培养、综合监管“四大体系”。"
    assert kinds(plan(right)) == []
    (told,) = found(plan(right.replace("四", "五")))
    assert told.sure < 0.5


def test_annexes_that_are_not_there_or_not_listed() -> None:
    assert kinds(plan("清单见附件2。", "附件1", "甲", "附件2", "乙")) == []
    assert kinds(plan("清单见附件3。", "附件1", "甲", "附件2", "乙")) == [("annexes", "absent")]
    assert kinds(plan("附件：1.甲", "2.乙", "附件1", "附件2")) == []
    assert kinds(plan("附件：1.甲 2.乙", "附件1", "附件2")) == []
    assert kinds(plan("附件：1.甲", "", "附件1", "附件2")) == [("annexes", "unlisted")]


def test_a_provincial_unit_in_a_citys_task_is_told() -> None:
    def task(*units: str) -> Task:
        return Task(1, "公办机构改革", "探索直管", units[:1], units[1:], (), "words", Place("plan", 5))

    assert kinds(plan(tasks=[task("市民政局", "市财政局")])) == []
    assert kinds(plan(tasks=[task("市民政局", "农业农村厅")])) == [("duties", "level")]
    assert kinds(plan(tasks=[task("省民政厅")], area=510000000000)) == []
