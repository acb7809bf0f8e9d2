"""What the reader is unsure of is told, put right once, and stays right when the document is read again."""

from __future__ import annotations

import pytest

from yiyang.base.errors import UsageError
from yiyang.planning.reading import read
from yiyang.planning.records import Correction, Document
from yiyang.planning.tests.reading import rendering
from yiyang.planning.tests.reading.rendering import Sheet, Spanning, TableRow

CITY = 511700_000_000
HEAD = ("序号", "项目名称", "建设期限", "建设地点", "新增床位（张）", "总投资（万元）", "组织实施单位")


def listing(*rows: TableRow, head: tuple[str, ...] = HEAD, title: str = "养老重大项目清单") -> Sheet:
    return Sheet(head, rows, (title,))


def with_(sheet: Sheet, *corrections: Correction) -> Document:
    return read(rendering.txt(sheet), "plan", CITY, corrections)


def test_a_clean_list_is_not_doubted() -> None:
    assert not with_(listing(("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府"))).doubts


def test_an_organiser_from_elsewhere_than_the_place_is_doubted() -> None:
    sheet = listing(("1", "经开区中心", "2027", "达川区", "200", "3200", "达州东部经开区管委会"))
    found = with_(sheet)
    (doubt,) = found.doubts
    assert (doubt.field, doubt.guess, doubt.choices) == ("county", "达州东部经开区", ("达州东部经开区", "达川区"))
    assert found.projects[0].county_name == "达州东部经开区"
    assert found.lines[doubt.where.line - 1] == "\t达川区"
    again = with_(sheet, Correction(doubt.key, "county", "达川区"))
    assert not again.doubts
    assert (again.projects[0].county, again.projects[0].county_name) == (511703_000_000, "达川区")


def test_the_citys_own_project_may_lie_anywhere() -> None:
    found = with_(listing(("1", "市老年医院", "2027", "达川区", "200", "3200", "市卫生健康委")))
    assert (found.projects[0].county, found.projects[0].county_name) == (CITY, "市本级")
    assert not found.doubts


def test_money_without_unit_is_taken_from_the_sentences_of_its_totals() -> None:
    head = (*HEAD[:5], "总投资", HEAD[6])
    text = "一、2027年（2个项目）：渠县2个项目，总投资0.64亿元。"
    row = ("甲", "2027", "渠县", "200", "3200", "渠县人民政府")
    sheet = listing(Spanning(text, ("400", "6400", "")), ("1", *row), ("2", *row), head=head)
    found = with_(sheet)
    assert [project.money_fen for project in found.projects] == [3200 * 10**6] * 2
    (doubt,) = found.doubts
    assert (doubt.field, doubt.guess, doubt.sure) == ("money_unit", "万元", 0.95)
    again = with_(sheet, Correction(doubt.key, "money_unit", "元"))
    assert [project.money_fen for project in again.projects] == [3200 * 100] * 2
    assert not again.doubts


def test_money_without_any_hint_is_taken_for_ten_thousands_and_less_surely() -> None:
    head = (*HEAD[:5], "总投资", HEAD[6])
    (doubt,) = with_(listing(("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府"), head=head)).doubts
    assert (doubt.guess, doubt.sure) == ("万元", 0.7)


def test_a_cell_of_money_that_says_more_is_doubted_and_put_right() -> None:
    sheet = listing(("1", "甲", "2027", "渠县", "200", "3200（其中中央2400）", "渠县人民政府"))
    (doubt,) = with_(sheet).doubts
    assert doubt.field == "money_fen"
    assert with_(sheet).projects[0].money_fen == 3200 * 10**6
    again = with_(sheet, Correction(doubt.key, "money_fen", "3100万元"))
    assert again.projects[0].money_fen == 3100 * 10**6
    assert not again.doubts


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("1", "甲", "2027", "渠县", "二百", "3200", "渠县人民政府"), "places"),
        (("1", "甲", "近期", "渠县", "200", "3200", "渠县人民政府"), "from_year"),
        (("1", "甲", "2027", "渠县", "200", "待定", "渠县人民政府"), "money_fen"),
    ],
)
def test_what_cannot_be_read_is_told_and_left_open(row: tuple[str, ...], field: str) -> None:
    found = with_(listing(row))
    assert [(doubt.field, doubt.guess) for doubt in found.doubts] == [(field, "")]
    assert getattr(found.projects[0], field) is None


def test_numbers_lost_from_a_whole_table_are_counted_by_row() -> None:
    sheet = Sheet(
        ("序号", "主要指标", "2030年目标值"), (("", "甲率（%）", "90"), ("", "乙率（%）", "95")), ("表1 指标",)
    )
    found = with_(sheet)
    assert [each.number for each in found.indicators] == [1, 2]
    (doubt,) = found.doubts
    again = with_(sheet, Correction(doubt.key, "numbers", "不编号"))
    assert [each.number for each in again.indicators] == [None, None]


def test_a_rate_without_unit_is_taken_for_a_percentage() -> None:
    sheet = Sheet(("序号", "主要指标", "2030年目标值"), (("1", "集中供养率", "100"),), ("表1 指标",))
    found = with_(sheet)
    assert [(each.unit, each.bound) for each in found.indicators] == [("%", "eq")]
    assert [(doubt.field, doubt.guess, doubt.choices) for doubt in found.doubts] == [("unit", "%", ("%", ""))]


def test_who_leads_can_be_decided_for_the_whole_document() -> None:
    rows = (("1", "建名册", "市民政局、市公安局"), ("2", "办食堂", "市民政局、市商务局"))
    sheet = Sheet(("序号", "重点任务", "责任单位"), rows, ("任务分工表",))
    (doubt,) = with_(sheet).doubts
    again = with_(sheet, Correction(doubt.key, "rule", "joint"))
    assert [task.lead for task in again.tasks] == [("市民政局", "市公安局"), ("市民政局", "市商务局")]


def test_any_field_can_be_put_right_without_a_doubt() -> None:
    sheet = listing(("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府"))
    key = with_(sheet).projects[0].key
    corrections = [Correction(key, "name", "乙"), Correction(key, "places", "250"), Correction(key, "nature", "新建")]
    found = with_(sheet, *corrections)
    assert (found.projects[0].name, found.projects[0].places, found.projects[0].nature) == ("乙", 250, "新建")
    assert found.corrections == tuple(corrections)


def test_a_correction_survives_a_new_version_in_which_lines_moved() -> None:
    rows = (("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府"),)
    key = with_(listing(*rows)).projects[0].key
    moved = Sheet(
        HEAD, (("1", "丙", "2027", "渠县", "100", "1600", "渠县人民政府"), *rows), ("前言。", "养老重大项目清单")
    )
    found = with_(moved, Correction(key, "places", "250"))
    assert [each.places for each in found.projects] == [100, 250]


def test_a_correction_of_a_row_that_is_gone_is_not_kept() -> None:
    found = with_(
        listing(("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府")), Correction("gone", "places", "1")
    )
    assert not found.corrections


def test_equal_rows_have_keys_of_their_own() -> None:
    row = ("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府")
    keys = [each.key for each in with_(listing(row, row)).projects]
    assert len(set(keys)) == 2


@pytest.mark.parametrize(("field", "value"), [("places", "很多"), ("money_fen", "若干"), ("county", "北京市")])
def test_a_correction_that_cannot_be_is_refused(field: str, value: str) -> None:
    sheet = listing(("1", "甲", "2027", "渠县", "200", "3200", "渠县人民政府"))
    with pytest.raises(UsageError):
        with_(sheet, Correction(with_(sheet).projects[0].key, field, value))


def test_a_table_that_nobody_knows_is_doubted_and_can_be_named() -> None:
    sheet = Sheet(("序号", "项目名称", "备注"), (("1", "甲", "子"), ("2", "乙", "丑")), ("附表",))
    found = with_(sheet)
    assert not found.projects
    (doubt,) = found.doubts
    assert (doubt.field, doubt.guess) == ("kind", "other")
    again = with_(sheet, Correction(doubt.key, "kind", "projects"))
    assert [each.name for each in again.projects] == ["甲", "乙"]


def test_a_row_with_too_many_cells_is_kept_whole_and_doubted() -> None:
    sheet = Sheet(("序号", "试点名称", "预期目标"), (("1", "甲", "办好", "还有"), ("2", "乙", "试好")), ("试点清单",))
    found = with_(sheet)
    assert [(each.name, each.target) for each in found.measures] == [("甲", "办好还有"), ("乙", "试好")]
    assert [doubt.field for doubt in found.doubts] == ["cells"]
