"""The county gives two documents that contradict, settles what they say, and carries their projects and tasks out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import Installation

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
PATIENCE = 300  # seconds for the worker on a busy machine
DAZHU = "511724000000"
HEADS = (
    "序号",
    "项目名称",
    "建设性质",
    "建设年限",
    "建设地点",
    "建设规模",
    "新增床位（张）",
    "总投资（万元）",
    "责任单位",
)
PLAN, DUTIES = "大竹县养老设施{}号试走计划", "大竹县养老设施{}号试走分工方案"
BIG, SMALL = "竹阳街道试走照护楼", "周家镇试走照护点"


def _cells(*cells: str) -> str:
    return "".join(f"\t{cell}\n" for cell in cells) + "\n"


def _row(number: int, title: str, year: int, place: str, beds: str, money: int) -> str:
    return _cells(str(number), title, "新建", str(year), place, f"新建床位{beds}张", beds, str(money), "县民政局")


def _document(title: str, rows: str, more: str = "") -> str:
    return f"{title}\n\n一、项目\n\n养老设施项目清单\n{_cells(*HEADS)}{rows}{more}"


def _texts(mark: str) -> tuple[str, str]:
    """A plan with a figure that is no single one, and tasks that give a house of the plan other beds."""
    tasks = _cells("序号", "任务", "责任单位") + _cells("1", "公布试走服务清单。", "县民政局牵头，县财政局配合")
    plan = _row(1, BIG + mark, 2026, "竹阳街道", "300", 4800) + _row(2, SMALL + mark, 2027, "周家镇", "40至60", 600)
    duties = _row(1, BIG + mark, 2026, "竹阳街道", "260", 4800)
    return _document(PLAN.format(mark), plan), _document(DUTIES.format(mark), duties, f"\n任务分工表\n{tasks}")


@pytest.fixture
def mark(platform_server: Installation) -> str:
    """Sets this walk's documents apart from those of an earlier one."""
    return "甲乙丙丁戊己庚辛壬癸"[platform_server.one("SELECT count(*) FROM planning_planfile") % 10]


def _give(walker: Any, path: Path) -> str:
    """Give a document on its page and wait until the worker has read it; the page's address."""
    walker.go("/plans/new/")
    walker.field("文件所属区划").select_option(DAZHU)
    walker.page.locator("#id_file").set_input_files(path)
    walker.page.locator("main").get_by_role("button", name="载入", exact=True).click()
    walker.page.wait_for_url(re.compile(r"/plans/\d+/"))
    address = str(walker.path).split("?", maxsplit=1)[0]
    until = time.monotonic() + PATIENCE
    while not walker.page.get_by_role("link", name=re.compile("^待核对")).count():
        assert time.monotonic() < until, walker.page.locator("main").inner_text()
        assert walker.keeps_silent_on("没能读取"), walker.page.locator("main").inner_text()
        walker.page.wait_for_timeout(700)
        walker.go(address)
    return address


def _button(walker: Any, name: str) -> None:
    walker.page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def _confirm(walker: Any, dialog: str, name: str) -> None:
    """Open a question and answer it."""
    walker.page.locator(f"[data-open={dialog}]").click()
    walker.page.locator(f"dialog#{dialog}").get_by_role("button", name=name, exact=True).click()


def _link(walker: Any, name: str) -> None:
    walker.page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def test_two_documents_that_contradict_are_settled_and_carried_out(walk: Walk, mark: str, tmp_path: Path) -> None:
    officer = walk("xian")
    paths = [tmp_path / "计划.txt", tmp_path / "分工.txt"]
    for path, text in zip(paths, _texts(mark), strict=True):
        path.write_text(text, encoding="utf-8")
    plan, duties = (_give(officer, path) for path in paths)
    officer.shoot("tasks-read")
    assert _give(officer, paths[0]) == plan  # the same content again is the document that is there

    # What the reader was unsure of is settled beside the source, once.
    officer.go(f"{plan}?kind=doubt")
    assert officer.says("40至60")
    _link(officer, "核对")
    officer.shoot("doubt")
    officer.field("核定值").fill("50")
    _button(officer, "保存")
    officer.page.get_by_text("已按核定值更正").wait_for()
    assert officer.says("没有要核对的")
    officer.go(f"{plan}?kind=project")
    assert officer.page.get_by_role("row").filter(has_text=SMALL + mark).get_by_text("50", exact=True).count() == 1
    officer.shoot("projects-read")

    _dismissed(officer, mark)
    _carried_out(officer, plan, mark)
    _divided(officer, duties)


def _dismissed(officer: Any, mark: str) -> None:
    """The two figures stand beside their lines; the contradiction is set aside with a reason, and stays so."""
    until = time.monotonic() + PATIENCE
    row = officer.page.locator("main tbody tr").filter(has_text=BIG + mark).filter(has_text="260")
    officer.go("/plans/findings/?state=open")
    while not row.count():
        assert time.monotonic() < until, officer.page.locator("main").inner_text()
        officer.page.wait_for_timeout(700)
        officer.go("/plans/findings/?state=open")
    officer.shoot("findings")
    row.first.get_by_role("link").first.click()
    for figure in ("300张", "260张"):
        officer.page.get_by_role("heading", name=re.compile(figure)).wait_for()
    officer.page.locator("tr.is-meant").nth(1).wait_for()
    assert officer.page.locator("tr.is-meant").count() == 2
    address = officer.path
    officer.page.get_by_label("已排除").check()
    _button(officer, "保存")
    assert officer.says("理由")
    officer.field("理由").fill("分工方案只列首期床位")
    officer.page.get_by_label("已排除").check()
    _button(officer, "保存")
    officer.page.get_by_text("已记为“已排除”").wait_for()
    officer.go(address)
    assert officer.page.locator("main .state").first.inner_text().strip() == "已排除"
    officer.shoot("dismissed")


def _carried_out(officer: Any, plan: str, mark: str) -> None:
    """Projects are taken over once; one moves on and is paid for, the other is rolled on; its words are changed."""
    for told in ("新增 2 个", "新增 0 个"):
        officer.go(plan)
        _confirm(officer, "take-projects", "转为项目")
        officer.page.get_by_text(told).wait_for()
    _moved_and_paid(officer, mark)
    _rolled_and_changed(officer, mark)


def _moved_and_paid(officer: Any, mark: str) -> None:
    officer.go(f"/plans/projects/?q={BIG}{mark}")
    _link(officer, BIG + mark)
    _link(officer, "推进阶段")
    officer.page.get_by_label("批复").check()
    _button(officer, "推进阶段")
    officer.page.get_by_text("已办理：推进阶段").wait_for()
    _link(officer, "登记到位资金")
    officer.field("资金来源").select_option("central")
    officer.field("金额").fill("1200")
    officer.field("凭证号").fill(f"试走{mark}1号")
    _button(officer, "登记到位资金")
    officer.page.get_by_text("已办理：登记到位资金").wait_for()
    assert officer.says("¥12,000,000.00")
    officer.shoot("moved-on-and-paid")


def _rolled_and_changed(officer: Any, mark: str) -> None:
    officer.go(f"/plans/projects/?q={SMALL}{mark}")
    _link(officer, SMALL + mark)
    _link(officer, "滚动到以后年度")
    officer.field("滚动到年度").fill("2028")
    officer.field("原因").fill("用地未落实")
    _button(officer, "滚动到以后年度")
    officer.page.get_by_text("由 2027 年滚动到 2028 年").wait_for()
    _link(officer, "修改")
    officer.field("建设地点").fill("周家镇八角村")
    _button(officer, "修改")
    officer.page.get_by_text("已办理：修改").wait_for()
    assert officer.says("周家镇八角村")
    officer.shoot("rolled-on")


def _divided(officer: Any, duties: str) -> None:
    officer.go(duties)
    _confirm(officer, "take-tasks", "转为任务")
    officer.page.get_by_text("新增 1 个").wait_for()
    officer.go("/plans/tasks/?q=公布试走")
    assert officer.says("县民政局")


def test_a_liaison_reports_with_evidence_and_the_city_reads_it(walk: Walk, tmp_path: Path) -> None:
    paper = tmp_path / "印发通知.pdf"
    paper.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    liaison = walk("lianluo")
    liaison.go("/")
    assert liaison.says("任务久未填报进展")
    liaison.go("/plans/tasks/?state=open")
    liaison.page.locator("main a.row-link").first.click()
    address = liaison.path
    assert liaison.page.get_by_role("link", name="年度评价", exact=True).count() == 0
    _link(liaison, "填报进展")
    liaison.field("进度").fill("95")
    liaison.field("进展").fill("试走：办法已印发。")
    liaison.page.locator("#id_evidence").set_input_files(paper)
    _button(liaison, "填报进展")
    liaison.page.get_by_text("已办理：填报进展").wait_for()
    assert liaison.says("试走：办法已印发。")
    liaison.shoot("reported")
    officer = walk("shi")
    officer.go(address)
    assert officer.says("试走：办法已印发。")
    kept = officer.page.get_by_role("link", name="印发通知.pdf").first.get_attribute("href")
    assert officer.get(kept).body() == paper.read_bytes()
    officer.page.locator(".page-actions, main").get_by_role("link", name="年度评价", exact=True).first.click()
    officer.page.get_by_label("基本完成").check()
    _button(officer, "年度评价")
    officer.page.get_by_text("已办理：年度评价").wait_for()
    officer.shoot("judged")


def test_the_board_shows_where_the_beds_are_and_what_is_late(walk: Walk) -> None:
    officer = walk("shi")
    officer.go("/plans/projects/board/")
    assert officer.says("各地床位（托位）")
    assert officer.page.locator("figure.chart path.area").count() >= 7
    assert officer.says("滞后较多") or officer.says("个别滞后")
    officer.shoot("board")
    officer.page.get_by_label("图上显示").select_option("money")
    _button(officer, "查看")
    assert officer.says("各地计划投资")
    officer.go("/plans/projects/?late=yes")
    assert officer.page.locator("table a.row-link").count() >= 1


PAGES = (
    "/plans/", "/plans/new/", "/plans/findings/", "/plans/projects/", "/plans/projects/board/", "/plans/projects/new/",
    "/plans/estates/", "/plans/lottery/", "/plans/tasks/", "/plans/tasks/units/", "/plans/tasks/evaluation/",
)  # fmt: skip
INNER = (
    ("/plans/{}/?kind=project", "planning_planfile"), ("/plans/{}/?kind=doubt", "planning_planfile"),
    ("/plans/findings/{}/", "planning_finding"), ("/plans/projects/{}/", "planning_project"),
    ("/plans/projects/{}/edit/", "planning_project"), ("/plans/projects/{}/money/", "planning_project"),
    ("/plans/estates/{}/", "planning_estate"), ("/plans/tasks/{}/", "planning_plantask"),
    ("/plans/tasks/{}/report/", "planning_plantask"), ("/plans/tasks/{}/judge/", "planning_plantask"),
)  # fmt: skip


def test_pages_are_whole_for_screen_readers_and_phones(walk: Walk, platform_server: Installation) -> None:
    from axe_playwright_python.sync_playwright import Axe

    walker = walk("shi", bypass_csp=True)
    first = [address.format(platform_server.one(f"SELECT min(id) FROM {table}")) for address, table in INNER]
    for path in (*PAGES, *first):
        assert walker.go(path).status == 200, path
        found = Axe().run(walker.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        walker.page.set_viewport_size({"width": 390, "height": 844})
        wide = walker.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{path}: {wide} px wide on a phone"
        walker.page.set_viewport_size({"width": 1280, "height": 800})
