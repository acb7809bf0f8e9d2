"""A county officer delivers the second month and takes it in; a clerk of the county judges five doubles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
REGISTERS = ("公安户籍登记", "民政最低生活保障", "乡镇居住状况摸排")
FAR = 180_000  # milliseconds that a job of the worker may take


def test_the_second_month_is_delivered_checked_and_accepted(walk: Walk) -> None:
    walker = walk("xian")
    page, installation = walker.page, walker.installation
    before = installation.one("SELECT count(*) FROM registry_statement")
    walker.go("/people/deliveries/")
    walker.shoot("matrix")
    page.get_by_role("link", name="交付登记册").first.click()
    walker.shoot("choose")
    folder = installation.data / "demo" / "2026-11"
    files = [next(folder.glob(f"{name}.*")) for name in REGISTERS]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("heading", name="核对要交付的文件").wait_for()
    assert page.locator("select").first.input_value() == "police_households"
    for month in page.locator("input[type=month]").all():
        month.fill("2026-11")
    walker.shoot("recognised")
    page.get_by_role("button", name="交付并检查").click()
    assert walker.says("已交付 3 份")
    for name in REGISTERS:
        _accept(walker, name)
    assert installation.one("SELECT count(*) FROM registry_statement") > before
    walker.go("/people/deliveries/")
    walker.shoot("accepted")


def _accept(walker: Any, name: str) -> None:
    """Wait for the check, look at the preview, accept, wait until it is in."""
    page = walker.page
    walker.go("/people/deliveries/?month=2026-11")
    page.locator("#list-deliveries").get_by_role("link", name=name).first.click()
    accept = page.get_by_role("button", name="确认入库")
    accept.wait_for(timeout=FAR)
    if page.get_by_label("入库理由").count():
        page.get_by_label("入库理由").fill("已向部门核实")
    walker.shoot(f"preview-{name}")
    accept.click()
    page.get_by_role("button", name="撤回这批数据").wait_for(timeout=FAR)


def test_rows_in_quarantine_are_listed_and_fetched_to_be_mended(walk: Walk) -> None:
    walker = walk("xian")
    page, ask = walker.page, walker.installation.ask
    (key,) = ask("SELECT delivery_id FROM registry_quarantineline GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")[0]
    walker.go(f"/people/deliveries/{key}/?tab=quarantine")
    walker.shoot("quarantine")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="XLSX").click()
    assert fetched.value.suggested_filename.endswith("待核.xlsx")


def test_a_clerk_judges_five_doubles_by_keyboard_and_takes_one_back(walk: Walk) -> None:
    walker = walk("xian")
    page, installation = walker.page, walker.installation
    open_ = "SELECT count(*) FROM registry_possibledouble WHERE state = 'open'"
    walker.go("/people/doubles/")
    page.get_by_role("button", name="查找重复档案").click()
    page.get_by_role("button", name="开始查找").click()
    _wait_for(
        walker,
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%look_for_doubles' AND status = 'succeeded'",
    )
    walker.go("/people/doubles/")
    walker.shoot("queue")
    number = min(5, installation.one(open_))
    assert number, "the county has doubtful rows"
    page.get_by_role("link", name="开始判定").click()
    walker.shoot("side-by-side")
    first = walker.path
    for key in ("1", "2", "1", "2", "1")[:number]:
        before = page.url
        page.keyboard.press(key)
        page.wait_for_url(lambda url, before=before: url != before)
    judged = "SELECT count(*) FROM registry_possibledouble WHERE NOT is_automatic AND state IN ('same', 'different')"
    assert installation.one(judged) >= number
    walker.go(first)
    walker.shoot("judged")
    page.get_by_role("button", name="撤销这个判定").click()
    page.get_by_label("理由").fill("再核实一次")
    page.get_by_role("button", name="撤销", exact=True).click()
    assert walker.says("已撤销")


def _wait_for(walker: Any, query: str) -> None:
    for _ in range(120):
        if walker.installation.one(query):
            return
        walker.page.wait_for_timeout(500)
    pytest.fail(f"never came true: {query}")
