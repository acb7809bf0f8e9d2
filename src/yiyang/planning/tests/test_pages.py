"""Pages of the room: each answers, says what is there, and does what its buttons say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate as today

from conftest import DAZHU
from yiyang.access.scope import Scope
from yiyang.audit.record import work
from yiyang.planning import files, promised, task_actions, tasks
from yiyang.planning.models import Estate, Finding, Lottery, PlanFile, PlanTask, Project
from yiyang.planning.task_actions import NewTask
from yiyang.planning.tests.test_files import PLAN, given
from yiyang.planning.tests.town import entered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def text_of(browser: Any, name: str, *args: Any, **query: str) -> str:
    answer = browser.get(reverse(f"planning:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


@pytest.mark.parametrize(
    "name", ["documents", "findings", "projects", "board", "estates", "lottery", "tasks", "task_units", "evaluation"]
)
def test_with_nothing_there_a_page_says_what_will_stand_on_it(browser: Any, name: str) -> None:
    assert "还没有" in text_of(browser, name) or "没有发现" in text_of(browser, name)


def test_a_document_is_given_and_its_rows_are_shown(browser: Any, clerk: Scope) -> None:
    body = SimpleUploadedFile("规划.txt", PLAN.format(total=550, empty="").encode())
    answer = browser.post(reverse("planning:give"), {"area_code": DAZHU, "file": body})
    with work(clerk):
        file = PlanFile.objects.get()
    assert answer.url == reverse("planning:document", args=[file.pk])
    assert "可以离开本页" in text_of(browser, "document", file.pk)
    given(clerk, total=550)
    page = text_of(browser, "document", file.pk)
    assert "竹阳街道照护楼" in page
    assert "4,800" in page


def test_a_file_that_is_no_plan_is_refused_at_its_field(browser: Any) -> None:
    body = SimpleUploadedFile("图.exe", b"MZ")
    answer = browser.post(reverse("planning:give"), {"area_code": DAZHU, "file": body})
    assert "请选择" in answer.content.decode()


def test_a_doubt_of_the_readers_own_words_is_chosen_not_typed(browser: Any, clerk: Scope) -> None:
    rows = (("序号", "任务", "责任单位"), ("1", "开展老年人能力评估。", "县民政局、县卫生健康局"))
    table = "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows)
    file = given(clerk, text=f"大竹县重点任务分工方案\n\n任务分工表\n{table}\n", name="分工.txt")
    page = text_of(browser, "document", file.pk, kind="doubt")
    assert "暂取“排在最前的单位牵头”" in page
    with work(clerk):
        doubt = file.doubts.get()
    asked = {"key": doubt.key, "field": doubt.field}
    assert '<option value="joint">所列单位共同负责</option>' in text_of(browser, "correct", file.pk, **asked)
    browser.post(reverse("planning:correct", args=[file.pk]), asked | {"value": "joint"})
    assert "没有要核对的" in text_of(browser, "document", file.pk, kind="doubt")


def test_what_was_decided_is_listed_and_taken_back_on_the_page(browser: Any, clerk: Scope) -> None:
    file = given(clerk)
    with work(clerk):
        row = file.records.get(kind="project", number=1)
    asked = {"key": row.key, "field": "places"}
    browser.post(reverse("planning:correct", args=[file.pk]), asked | {"value": "31"})
    assert "撤回：竹阳街道照护楼" in text_of(browser, "document", file.pk, kind="doubt")
    browser.post(reverse("planning:act", args=[file.pk, "withdraw"]), asked)
    assert "撤回：" not in text_of(browser, "document", file.pk, kind="doubt")


def test_a_plan_of_another_area_is_noticed(browser: Any, clerk: Scope) -> None:
    mine, other = given(clerk), given(clerk, text="铜梁区养老服务规划\n\n重庆市铜梁区\n", name="别处.txt")
    assert "标题或正文说的是" not in text_of(browser, "document", mine.pk)
    assert "标题或正文说的是重庆市铜梁区" in text_of(browser, "document", other.pk)


def test_a_document_whose_file_is_lost_still_shows_what_was_read(browser: Any, clerk: Scope) -> None:
    file = given(clerk)
    files.path_of(file).unlink()
    assert "请从备份恢复" in text_of(browser, "document", file.pk)
    assert browser.get(reverse("planning:document", args=[file.pk]) + "?kind=doubt").status_code == 200


def test_a_file_that_does_not_open_is_called_by_its_own_name(browser: Any, clerk: Scope) -> None:
    body = SimpleUploadedFile("坏的.pdf", b"%PDF-1.4 junk")
    answer = browser.post(reverse("planning:give"), {"area_code": DAZHU, "file": body})
    key = int(answer.url.rstrip("/").rsplit("/", 1)[-1])
    tasks.read_plan.func(file=key, request="test")
    assert "文件“坏的.pdf”打不开" in text_of(browser, "document", key)


def test_both_places_of_a_contradiction_stand_side_by_side_and_it_is_dismissed(browser: Any, clerk: Scope) -> None:
    given(clerk, total=550)
    with work(clerk):
        found = Finding.objects.get(check_name="totals")
    page = text_of(browser, "finding", found.pk)
    assert page.count('aria-label="原文：') == 2
    address = reverse("planning:finding", args=[found.pk])
    assert "写明理由" in browser.post(address, {"state": "dismissed"}).content.decode()
    browser.post(address, {"state": "dismissed", "reason": "合计含续建"})
    with work(clerk):
        found.refresh_from_db()
        assert found.state == "dismissed"


@pytest.mark.parametrize("form", ["xlsx", pytest.param("pdf", marks=pytest.mark.pango)])
def test_the_report_is_taken_along(browser: Any, clerk: Scope, form: str) -> None:
    given(clerk, total=550)
    answer = browser.get(reverse("planning:report", args=[form]))
    assert answer.content[:4] == {"xlsx": b"PK\x03\x04", "pdf": b"%PDF"}[form]


def test_a_documents_projects_become_projects(browser: Any, clerk: Scope) -> None:
    file = given(clerk)
    browser.post(reverse("planning:act", args=[file.pk, "projects"]))
    page = text_of(browser, "projects")
    assert "周家镇养老服务中心" in page
    assert "周家镇养老服务中心" in text_of(browser, "board")


def test_a_project_is_moved_on_paid_and_rolled(browser: Any, clerk: Scope) -> None:
    project = entered(clerk, year=today().year - 1)
    assert "已滞后" in text_of(browser, "project", project.pk)
    step = reverse("planning:project_step", args=[project.pk, "pay"])
    browser.post(step, {"source": "central", "fen": "120.5", "on": today(), "voucher": "川财社1号"})
    assert "¥1,205,000.00" in text_of(browser, "project", project.pk)
    browser.post(
        reverse("planning:project_step", args=[project.pk, "roll"]), {"year": today().year + 1, "words": "用地"}
    )
    browser.post(reverse("planning:project_step", args=[project.pk, "move"]), {"stage": "approved", "on": today()})
    page = text_of(browser, "project", project.pk)
    assert "滚动到" in page
    assert "批复" in page
    assert "已滞后" not in page


def test_a_step_that_cannot_be_taken_is_told_on_the_form(browser: Any, clerk: Scope) -> None:
    project = entered(clerk)
    address = reverse("planning:project_step", args=[project.pk, "move"])
    answer = browser.post(address, {"stage": "stopped", "on": today()})
    assert "写明原因" in answer.content.decode()


def test_what_each_source_promises_is_changed(browser: Any, clerk: Scope) -> None:
    project = entered(clerk)
    address = reverse("planning:project_step", args=[project.pk, "money"])
    browser.post(address, {"central": "100", "bonds": "0.5"})
    with work(clerk):
        assert dict(project.money.values_list("source", "planned_fen")) == {"central": 100_000_000, "bonds": 500_000}


def test_a_project_is_entered_by_hand(browser: Any, clerk: Scope) -> None:
    data = {"area_code": DAZHU, "kind": "childcare", "title": "石河镇托育", "year": 2026, "places": 60}
    browser.post(reverse("planning:new_project"), data)
    with work(clerk):
        assert Project.objects.get().places == 60


def test_what_a_project_says_is_changed_and_not_over_somebody_elses_change(browser: Any, clerk: Scope) -> None:
    project = entered(clerk)
    address = reverse("planning:project_step", args=[project.pk, "edit"])
    data = {"title": project.title, "places": 210, "places_in_use": 20, "nursing": 0, "place": "周家镇", "version": 1}
    assert browser.post(address, data | {"places_in_use": 300}).status_code == 200
    browser.post(address, data)
    with work(clerk):
        project.refresh_from_db()
    assert (project.places, project.places_in_use, project.place, project.version) == (210, 20, "周家镇", 2)
    assert "其他人刚刚修改" in browser.post(address, data).content.decode()


def test_projects_are_found_by_where_they_come_from(browser: Any, clerk: Scope) -> None:
    entered(clerk, "手工项目")
    entered(clerk, "文件项目", origin="plan")
    page = text_of(browser, "projects", origin="plan")
    assert "文件项目" in page
    assert "手工项目" not in page


@pytest.mark.parametrize("sort", ["planned", "-paid", "places", "-year"])
def test_projects_are_sorted_by_money_beds_and_year(browser: Any, clerk: Scope, sort: str) -> None:
    entered(clerk, "甲", money={"central": 100})
    entered(clerk, "乙", money={}, year=2025, places=10)
    page = text_of(browser, "projects", sort=sort)
    assert {"甲", "乙"} <= {each for each in ("甲", "乙") if f">{each}</a>" in page}


def test_the_board_lights_what_is_late_and_counts_kinds(browser: Any, clerk: Scope) -> None:
    entered(clerk, "旧", year=today().year - 2)
    entered(clerk, "新", year=today().year + 1, kind="childcare")
    page = text_of(browser, "board", measure="money")
    assert "各地计划投资" in page
    assert "滞后较多" in page
    assert "正常" in page


def test_contradictions_are_counted_by_check(browser: Any, clerk: Scope) -> None:
    given(clerk, total=550)
    page = text_of(browser, "findings")
    assert 'href="?check=totals">明细与合计</a> 1 处' in page


def test_an_estate_says_what_it_lacks(browser: Any, clerk: Scope) -> None:
    data = {"area_code": DAZHU, "title": "东湖新城", "homes": 850, "provided_m2": "200", "is_new": "on"}
    browser.post(reverse("planning:new_estate"), data)
    with work(clerk):
        estate = Estate.objects.get()
    assert '应配建（平方米）">255<' in text_of(browser, "estates")
    assert "还差 55.0" in text_of(browser, "estate", estate.pk)


def test_a_years_lottery_money_stands_beside_the_rule(browser: Any, clerk: Scope) -> None:
    data = {"area_code": DAZHU, "year": 2025, "total_fen": "100", "elderly_fen": "54", "source": "决算"}
    browser.post(reverse("planning:new_lottery"), data)
    page = text_of(browser, "lottery")
    assert '占比（%）">54<' in page
    assert "未达到" in page
    with work(clerk):
        assert Lottery.objects.get().total_fen == 100_000_000


def test_late_projects_are_found_by_the_filter(browser: Any, clerk: Scope) -> None:
    entered(clerk, "旧项目", year=today().year - 2)
    entered(clerk, "新项目", year=today().year + 1)
    page = text_of(browser, "projects", late="yes")
    assert "旧项目" in page
    assert "新项目" not in page


def test_what_is_not_one_of_the_steps_is_not_found(browser: Any, clerk: Scope) -> None:
    project = entered(clerk)
    assert browser.get(reverse("planning:project_step", args=[project.pk, "sell"])).status_code == 404


def divided(by: Scope) -> PlanTask:
    with work(by):
        tasks = [NewTask(1, "发布服务清单", (("县民政局", "civil_affairs"),), (("县财政局", "finance"),))]
        task_actions.divide(by=by, area_code=DAZHU, document="plan", tasks=tasks)
        return PlanTask.objects.get()


def test_a_task_is_reported_on_with_evidence_and_judged(browser: Any, clerk: Scope) -> None:
    task = divided(clerk)
    evidence = SimpleUploadedFile("文件.pdf", b"%PDF-1.7 x")
    data = {"unit": "县民政局", "done": 60, "words": "清单已印发", "evidence": evidence}
    browser.post(reverse("planning:task_step", args=[task.pk, "report"]), data)
    browser.post(reverse("planning:task_step", args=[task.pk, "judge"]), {"year": 2026, "grade": "fair"})
    page = text_of(browser, "task", task.pk)
    assert "清单已印发" in page
    assert "基本完成" in page
    with work(clerk):
        report = task.reports.get()
    assert browser.get(reverse("planning:evidence", args=[report.pk])).content == b"%PDF-1.7 x"
    assert "基本完成" in text_of(browser, "evaluation", year="2026")
    assert "60%" in text_of(browser, "task_units")


def test_what_is_past_its_day_is_told_on_task_list_and_unit(browser: Any, clerk: Scope) -> None:
    task = divided(clerk)
    with work(clerk):
        step = task_actions.add_milestone(by=clerk, task=task, title="征求意见", due=today() - timedelta(days=3))
    assert "已逾期" in text_of(browser, "task", task.pk)
    assert "发布服务清单" in text_of(browser, "tasks", late="overdue")
    browser.post(reverse("planning:reach", args=[step.pk]))
    assert "已逾期" not in text_of(browser, "task", task.pk)
    assert "发布服务清单" not in text_of(browser, "tasks", late="overdue")


@pytest.mark.parametrize("form", ["xlsx", pytest.param("pdf", marks=pytest.mark.pango)])
def test_the_yearly_evaluation_is_taken_along(browser: Any, clerk: Scope, form: str) -> None:
    divided(clerk)
    answer = browser.get(reverse("planning:evaluation_report", args=[form]), {"year": "2026"})
    assert answer.content[:4] == {"xlsx": b"PK\x03\x04", "pdf": b"%PDF"}[form]


def test_closing_with_milestones_left_is_told_on_the_form(browser: Any, clerk: Scope) -> None:
    task = divided(clerk)
    with work(clerk):
        task_actions.add_milestone(by=clerk, task=task, title="征求意见", due=today())
    answer = browser.post(reverse("planning:task_step", args=[task.pk, "close"]), {"state": "done"})
    assert "未完成的节点" in answer.content.decode()


def test_the_filtered_list_is_taken_along_as_a_workbook(browser: Any, clerk: Scope) -> None:
    entered(clerk, "旧项目", year=today().year - 2)
    entered(clerk, "=新项目", year=today().year + 1)
    answer = browser.get(reverse("planning:projects_sheet"), {"year": str(today().year + 1)})
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)
    assert [row[0] for row in rows] == ["项目", "=新项目"]
    assert rows[1][11] == 2_400_000


def test_what_projects_promise_is_summed_up_to_a_year(clerk: Scope) -> None:
    entered(clerk, "甲", year=2024, places=200, nursing=150)
    entered(clerk, "乙", year=2026, places=100)
    entered(clerk, "丙", year=2024, kind="childcare", places=60)
    with work(clerk):
        assert promised.supply(DAZHU, 2025) == promised.Supply(200, 150, 60)
        assert promised.supply(511700000000, 2026).beds == 300


def test_targets_of_a_document_are_there_for_the_rooms_above(clerk: Scope) -> None:
    rows = (("序号", "主要指标", "2025年目标值"), ("1", "探访率（%）", "100"), ("2", "护理型床位占比（%）", "≥55"))
    table = "".join("".join(f"\t{cell}\n" for cell in row) + "\n" for row in rows)
    given(clerk, text=f"大竹县试编规划\n\n表1 主要指标\n{table}\n")
    with work(clerk):
        found = promised.targets_read([DAZHU])
    assert [(each.name, each.unit, each.target, each.year) for each in found] == [
        ("探访率", "%", Decimal(100), 2025), ("护理型床位占比", "%", Decimal(55), 2025),
    ]  # fmt: skip
