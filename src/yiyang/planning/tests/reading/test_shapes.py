"""Each shape in which plans come, in small documents of our own."""

from __future__ import annotations

from decimal import Decimal

from yiyang.planning.reading import read
from yiyang.planning.records import Document
from yiyang.planning.tests.reading import rendering
from yiyang.planning.tests.reading.rendering import Sheet, Spanning

TASKS = ("序号", "重点任务", "责任单位")


def of(text: str, area: int | None = 511700_000_000) -> Document:
    return read(text.encode(), "plan", area)


def tasks_of(*rows: tuple[str, str]) -> Document:
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, 1))
    return read(rendering.txt(Sheet(TASKS, numbered, ("附件2", "重点任务分工表"))), "plan", 511700_000_000)


def test_a_box_ends_where_the_next_heading_stands() -> None:
    found = of(
        "专栏3  照护能力工程\n\t1．建设照护楼。新增床位80张。\n\n2．提高入住率。\n\n\n（二）补短板\n\n1.办好敬老院。\n"
    )
    assert [(item.number, item.name, item.action) for item in found.measures] == [
        (1, "建设照护楼", "新增床位80张。"),
        (2, "提高入住率", ""),
    ]
    assert [table.kind for table in found.tables] == ["boxes"]
    assert found.blocks[-1].where.path == ("补短板", "办好敬老院")


def test_an_item_of_a_box_without_number_is_kept() -> None:
    found = of("专栏4 助老工程\n\n\t1.办学。开设课程。\n\n银龄行动。组织讲座。\n\n3．结对。\n\n\n第二节 保障\n")
    assert [(item.number, item.name) for item in found.measures] == [(1, "办学"), (None, "银龄行动"), (3, "结对")]


def test_indicators_keep_baseline_bound_unit_and_nature() -> None:
    head = ("序号", "主要指标", "2025年\n基期值", "2030年\n目标值", "指标\n属性")
    rows = (("1", "床位总量（万张）", "0.31", "≥0.45", "预期性"), ("2", "探访率（%）", "—", "100", "约束性"))
    found = read(rendering.txt(Sheet(head, rows, ("专栏1  主要指标",))), "plan", 511724_000_000)
    first, second = found.indicators
    assert (first.name, first.unit, first.baseline, first.baseline_year) == ("床位总量", "万张", Decimal("0.31"), 2025)
    assert (first.target, first.bound, first.target_year, first.nature) == (Decimal("0.45"), "ge", 2030, "预期性")
    assert (second.baseline, second.target, second.bound) == (None, Decimal(100), "eq")


def test_each_year_of_targets_is_an_indicator_of_its_own() -> None:
    head = ("序号", "指标", "单位", "2027年目标", "2030年目标")
    found = read(rendering.xlsx(Sheet(head, (("1", "护理型床位占比", "%", "不低于60%", "不低于65%"),))), "plan")
    assert [(each.target, each.target_year, each.unit, each.bound) for each in found.indicators] == [
        (Decimal(60), 2027, "%", "ge"),
        (Decimal(65), 2030, "%", "ge"),
    ]


def test_titles_over_two_rows_are_one_head() -> None:
    import io

    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for column, title in enumerate(("序号", "指标名称")):
            page.merge_range(0, column, 1, column, title)
        page.merge_range(0, 2, 0, 3, "目标值")
        page.write_row(1, 2, ("2027年", "2030年"))
        page.write_row(2, 0, (1, "探访率（%）", 90, 100))
    found = read(stream.getvalue(), "plan")
    assert [(each.target, each.target_year) for each in found.indicators] == [(Decimal(90), 2027), (Decimal(100), 2030)]


def test_units_are_divided_by_words() -> None:
    found = tasks_of(
        ("编制规划。", "市民政局牵头，市财政局、市残联参加；各县（市、区）人民政府负责。"),
        ("推进配建。", "市自然资源和规划局、市住房和城乡建设局按职责分工负责，各县（市、区）人民政府负责。"),
        ("开展统计。", "市统计局负责。"),
        ("落实补贴。", "牵头单位：市财政局；配合单位：市民政局、市税务局"),
    )
    assert [(task.rule, task.lead, task.part) for task in found.tasks] == [
        ("words", ("市民政局",), ("市财政局", "市残联")),
        ("joint", ("市自然资源和规划局", "市住房和城乡建设局"), ()),
        ("single", ("市统计局",), ()),
        ("words", ("市财政局",), ("市民政局", "市税务局")),
    ]
    assert [task.local for task in found.tasks] == [("各县（市、区）人民政府",)] * 2 + [()] * 2
    assert not found.doubts


def test_a_table_with_columns_for_leading_and_taking_part_needs_no_words() -> None:
    head = ("序号", "工作任务", "牵头单位", "配合单位", "完成时限")
    rows = (("1", "建立名册", "市民政局", "市公安局、市卫生健康委", "2027年底"),)
    found = read(rendering.docx(Sheet(head, rows)), "plan")
    assert [(task.lead, task.part, task.due) for task in found.tasks] == [
        (("市民政局",), ("市公安局", "市卫生健康委"), "2027年底")
    ]


def test_who_leads_in_a_bare_list_is_doubted_once_for_all() -> None:
    found = tasks_of(("建名册。", "市民政局、市公安局"), ("办食堂。", "市民政局、市商务局"), ("建平台。", "市数据局"))
    assert [(task.rule, task.lead) for task in found.tasks[:2]] == [("first", ("市民政局",))] * 2
    assert [(doubt.field, doubt.guess) for doubt in found.doubts] == [("rule", "first")]


def test_a_document_may_say_that_the_comma_parts_leading_from_taking_part() -> None:
    found = of(
        "一、建立清单\n1．制定清单\n\n市里定期公布清单。\n\n"
        "市民政局、市财政局，市数据局。逗号前为牵头单位，下同。以下均需各县（市、区）人民政府、高新区管委会落实，不再列出\n\n"
        "2．加强统计\n\n每季度公布数字。\n\n市统计局，市民政局负责\n"
    )
    assert [(task.number, task.title, task.lead, task.part) for task in found.tasks] == [
        (1, "制定清单", ("市民政局", "市财政局"), ("市数据局",)),
        (2, "加强统计", ("市统计局",), ("市民政局",)),
    ]
    assert found.tasks[1].local == ("各县（市、区）人民政府", "高新区管委会")


def test_units_in_brackets_behind_a_paragraph_make_it_a_task() -> None:
    found = of(
        "二、任务\n（一）设施\n1.办好食堂。每个街道办一家。（责任单位：市民政局、市商务局）\n2.说明。没有单位。\n"
    )
    assert [(task.number, task.title, task.units) for task in found.tasks] == [
        (1, "办好食堂", ("市民政局", "市商务局"))
    ]


def test_addressees_of_a_letter_are_no_units_of_a_task() -> None:
    found = of("一、通知\n1．转发\n\n照办。\n\n各县（市、区）人民政府，市级有关部门：\n")
    assert not found.tasks


def test_units_on_lines_of_their_own_are_several_and_a_broken_name_is_one() -> None:
    head = ("服务对象", "服务项目", "服务内容", "责任单位")
    rows = (("老年人", "助餐", "办食堂", "区民政局\n区财政局"), ("老年人", "助浴", "上门", "区卫生\n健康委"))
    text = rendering.txt(Sheet(head, rows, ("服务清单",))).decode().replace("\n\n区财政局", "\n区财政局")
    found = of(text.replace("\n\n健康委", "\n健康委"))
    assert [each.units for each in found.measures] == [("区民政局", "区财政局"), ("区卫生健康委",)]


def test_a_title_that_spans_number_and_name_gets_its_column_back() -> None:
    text = (
        "服务清单\n\t服务对象\n\t服务项目\n\t服务内容\n\n\t老年人\n\t1\n\t助餐\n\t办食堂\n\n\t\n\t2\n\t助浴\n\t上门\n\n"
    )
    found = of(text)
    assert [(each.number, each.group, each.name, each.action) for each in found.measures] == [
        (1, "老年人", "助餐", "办食堂"),
        (2, "老年人", "助浴", "上门"),
    ]
    assert [doubt.field for doubt in found.doubts] == ["group"]


def test_two_lists_that_run_together_are_two_tables() -> None:
    head = ("序号", "政策名称", "预期目标", "责任单位")
    first = Sheet(head, (("1", "《甲办法》", "办好", "市民政局"),), ("重大政策清单",))
    second = Sheet(("序号", "试点名称", "预期目标", "责任单位"), (("1", "乙试点", "试好", "市民政局"),))
    text = rendering.txt(first).decode().rstrip() + "\n\n\t重大试点清单\n\n" + rendering.txt(second).decode()
    found = of(text)
    assert [(table.caption, table.kind) for table in found.tables] == [
        ("重大政策清单", "policies"),
        ("重大试点清单", "pilots"),
    ]
    assert [(each.list, each.name) for each in found.measures] == [("policy", "《甲办法》"), ("pilot", "乙试点")]


def test_each_list_has_its_kind() -> None:
    kinds = {
        "政策名称": "policy", "要素名称": "element", "改革名称": "reform", "试点名称": "pilot", "产业名称": "industry",
        "平台名称": "platform", "服务项目": "service",
    }  # fmt: skip
    for title, kind in kinds.items():
        sheet = Sheet(("序号", title, "重点工作举措"), (("1", "甲", "乙"),))
        assert [(each.list, each.name, each.action) for each in read(rendering.docx(sheet), "plan").measures] == [
            (kind, "甲", "乙")
        ]


def test_totals_stand_in_rows_in_their_sentences_and_in_the_text() -> None:
    head = ("序号", "项目名称", "建设地点", "建设内容", "新增床位（张）", "总投资（万元）", "责任单位")
    rows = (
        Spanning(
            "达州市（2个项目）", ("500", "8000", ""), ("通川区1个项目，总投资0.32亿元；渠县1个项目，总投资4800万元。",)
        ),
        Spanning(
            "一、2027年（2个项目）：通川区1个项目，总投资3200万元；渠县1个项目，总投资4800万元。", ("500", "8000", "")
        ),
        ("1", "甲", "通川区", "建楼", "200", "3200", "通川区人民政府"),
        ("2", "乙", "渠县", "建楼", "300", "4800", "渠县人民政府"),
    )
    above = ("一、建设", "新建、改扩建项目2个，总投资0.80亿元，新增养老床位500张。", "养老重大项目清单")
    found = read(rendering.txt(Sheet(head, rows, above)), "plan", 511700_000_000)
    told = [(each.level, each.year, each.county_name, each.count, each.money_fen, each.places) for each in found.totals]
    assert told == [
        ("all", None, "", 2, 8000 * 10**6, 500),
        ("county", None, "通川区", 1, 3200 * 10**6, None),
        ("county", None, "渠县", 1, 4800 * 10**6, None),
        ("year", 2027, "", 2, 8000 * 10**6, 500),
        ("county", 2027, "通川区", 1, 3200 * 10**6, None),
        ("county", 2027, "渠县", 1, 4800 * 10**6, None),
        ("all", None, "", 2, 8000 * 10**6, 500),
    ]
    assert [each.money_step_fen for each in found.totals[:2]] == [10**6, 10**8]
    assert [project.section_year for project in found.projects] == [2027, 2027]


def test_a_total_without_column_for_beds_states_them_in_words() -> None:
    head = ("序号", "项目名称", "建设年限", "建设规模", "计划投资（万元）", "责任单位")
    rows = (
        ("1", "照护楼", "2026-2027", "建设床位300张，建筑面积13350平方米", "4800", "县民政局"),
        ("合计", "", "", "新建床位300张", "4800", ""),
    )
    found = read(rendering.txt(Sheet(head, rows, ("重大项目清单",))), "plan", 511724_000_000)
    assert [(each.places, each.from_year, each.to_year) for each in found.projects] == [(300, 2026, 2027)]
    assert [(each.level, each.places, each.money_fen) for each in found.totals] == [("all", 300, 4800 * 10**6)]


def test_every_record_says_where_it_stands() -> None:
    sheet = Sheet(TASKS, (("1", "建名册。", "市民政局"),), ("第一章 任务", "第一节 名册", "重点任务分工表"))
    found = read(rendering.txt(sheet), "plan")
    where = found.tasks[0].where
    assert (where.document, where.path, where.table, where.row, where.column) == ("plan", ("任务", "名册"), 1, 1, 1)
    assert found.lines[where.line - 1] == "\t1"
    assert found.lines[dict(found.tasks[0].fields)["lead"].line - 1] == "\t市民政局"


def test_money_is_read_by_source_where_the_head_names_them() -> None:
    head = ("序号", "项目名称", "总投资（万元）", "中央预算内投资", "地方配套资金", "专项债券", "福彩公益金（元）")
    found = read(rendering.xlsx(Sheet(head, (("1", "照护楼", "5000", "2400", "1000", "1500", "1000000"),))), "plan")
    (project,) = found.projects
    assert (project.money_fen, project.central_fen) == (5000 * 10**6, 2400 * 10**6)
    assert project.sources == (
        ("地方配套资金", 1000 * 10**6),
        ("专项债券", 1500 * 10**6),
        ("福彩公益金", 1000000 * 100),
    )
