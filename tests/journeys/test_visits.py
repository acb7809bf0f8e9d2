"""December is planned for 大竹县; one visit finds somebody who fell; it is acted on by one and verified by another.

What is late stands with the level above; and the pages are whole for screen readers and on a phone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.conftest import Installation

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
PATIENCE = 300  # seconds for a plan on a busy machine
# What the visitor saw: all is well, but she fell.
SEEN = {
    "met": "yes", "means": "home", "meals": "fine", "utilities": "fine", "money": "fine", "fraud": "no",
    "health": "same", "fell": "hurt", "medicine": "yes", "care": "yes", "family": "often", "mood": "good",
    "living_arrangement": "same", "severity": "no",
}  # fmt: skip
NUMBER = re.compile(r"YC\d{18,}")


def test_december_is_planned_and_put_in_force(walk: Walk) -> None:
    officer = walk("xian")
    officer.go("/visits/plans/new/")
    officer.field("用时").select_option("60")
    officer.page.locator("main").get_by_role("button", name="开始编制", exact=True).click()
    officer.page.wait_for_url(re.compile(r"/visits/plans/\d+/"))
    address = officer.path
    until = time.monotonic() + PATIENCE
    while not officer.page.get_by_role("button", name="启用计划", exact=True).count():
        assert time.monotonic() < until, officer.page.locator("main").inner_text()
        assert officer.keeps_silent_on("未完成"), officer.page.locator("main").inner_text()
        officer.page.wait_for_timeout(1000)
        officer.go(address)
    officer.shoot("plan-ready")
    officer.page.get_by_role("button", name="启用计划", exact=True).click()
    officer.page.get_by_text("计划已启用").wait_for()
    assert officer.says("应探访")
    officer.page.get_by_role("link", name="月历").click()
    officer.page.locator("td a.many").nth(2).wait_for()
    officer.shoot("month")


@pytest.fixture
def fallen(walk: Walk) -> str:
    """A visit of today's round is written down at the desk's form; the number of what it found."""
    visitor = walk("cun")
    visitor.go("/visits/round/")
    visitor.shoot("round")
    visitor.page.get_by_role("link", name=re.compile("^登记")).first.click()
    form = visitor.page.locator("form[data-conditional]")
    form.locator("#q-met-yes").wait_for()
    for question, value in SEEN.items():
        option = form.locator(f"#q-{question}-{value}")
        if option.count() and option.is_visible():
            option.check()
    visitor.shoot("form")
    form.get_by_role("button", name="保存", exact=True).click()
    visitor.page.get_by_text("发现异常").wait_for()
    visitor.shoot("found")
    found = NUMBER.search(visitor.page.locator("main").inner_text())
    assert found, visitor.page.locator("main").inner_text()
    return found.group()


def _step(walker: Any, name: str, words: str = "") -> None:
    """Take a step of the finding that is open."""
    walker.page.locator("main").get_by_role("link", name=name, exact=True).click()
    if words:
        walker.page.locator("main textarea").fill(words)
    walker.page.locator("main").get_by_role("button", name=name, exact=True).click()
    walker.page.locator(".note-box.good").wait_for()


def test_a_fall_is_acted_on_by_one_and_verified_by_another(walk: Walk, fallen: str) -> None:
    clerk = walk("xiang")
    clerk.go("/")
    assert clerk.says("待派单的异常情况")
    clerk.go("/visits/findings/?tab=open")
    clerk.page.get_by_role("link", name=fallen).click()
    address = clerk.path
    clerk.shoot("finding")
    clerk.page.locator("main").get_by_role("link", name="派单", exact=True).click()
    clerk.field("处置单位").select_option("health")
    whom = clerk.field("处置人")
    whom.select_option(str(whom.locator("option", has_text="曾勇").get_attribute("value")))
    clerk.page.locator("main").get_by_role("button", name="派单", exact=True).click()
    clerk.page.locator(".note-box.good").wait_for()

    responder = walk("chuzhi")
    responder.go("/")
    assert responder.says("派给我的异常情况")
    responder.go("/visits/findings/?tab=mine")
    responder.page.get_by_role("link", name=fallen).click()
    _step(responder, "登记处置", "送县医院，髋部挫伤，已由女儿接回照料。")
    responder.shoot("acted")
    assert responder.page.get_by_role("link", name="核实办结", exact=True).count() == 0

    clerk.go(address)
    _step(clerk, "核实办结", "电话问了女儿，老人能下地。")
    clerk.page.locator("main .state").get_by_text("已办结", exact=True).first.wait_for()
    for word in ("发现", "派单", "处置", "核实办结"):
        clerk.page.locator("ol.timeline, ul.timeline, .timeline").get_by_text(word, exact=True).first.wait_for()
    clerk.shoot("closed")


def test_what_nobody_takes_up_in_time_rises_to_the_county(
    walk: Walk, fallen: str, platform_server: Installation
) -> None:
    officer = walk("xian")
    officer.go("/visits/findings/?tab=open")
    officer.page.get_by_role("link", name=fallen).click()
    address = officer.path
    # What the worker does every ten minutes, as if the township had let an hour pass.
    at = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=1)
    words = ["visits", "late", "--at", f"{at:%Y-%m-%dT%H:%M}", "--json"]
    environment = os.environ | {"YIYANG_DATA": str(platform_server.data)}
    done = subprocess.run([sys.executable, "-m", "yiyang", *words], env=environment, capture_output=True, text=True)
    assert json.loads(done.stdout)["escalated"] >= 1, done.stderr
    officer.go(address)
    assert officer.says("督办")
    assert officer.page.locator("ol.timeline, ul.timeline, .timeline").get_by_text("督办").count() >= 1
    officer.shoot("risen")


def test_what_is_late_stands_with_the_level_above(walk: Walk) -> None:
    officer = walk("xian")
    officer.go("/visits/findings/?tab=late")
    assert officer.page.locator("table a.row-link").count() >= 1
    officer.shoot("late")
    officer.page.locator("table a.row-link").first.click()
    assert officer.says("督办")


PAGES = {
    "xian": ("/visits/", "/visits/board/", "/visits/list/", "/visits/posts/", "/visits/absences/", "/visits/alerts/"),
    "xiang": ("/visits/not-yet/", "/visits/findings/?tab=all", "/visits/observed/"),
    "cun": ("/visits/round/",),
}


@pytest.mark.parametrize("username", PAGES)
def test_pages_are_whole_for_screen_readers_and_phones(walk: Walk, username: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    walker = walk(username, bypass_csp=True)
    for path in PAGES[username]:
        assert walker.go(path).status == 200, path
        found = Axe().run(walker.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        walker.page.set_viewport_size({"width": 390, "height": 844})
        wide = walker.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, f"{path}: {wide} px wide on a phone"
        walker.page.set_viewport_size({"width": 1280, "height": 800})
