"""The head of the bureau moves 高龄津贴 from 60 to 80, sees what it costs, saves, compares and takes it out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
EIGHTIES = '[id="l-511724/old_age_allowance.eighties"]'
# As `yiyang` itself would, in a process of its own: the run of a month is ordered and put in force.
MONTH = """
import sys, time
from pathlib import Path
from yiyang.site.start import start
with start(Path(sys.argv[1])):
    from yiyang.access.scope import platform
    from yiyang.audit.record import work
    from yiyang.entitlement import month_actions
    from yiyang.entitlement.models import MonthRun
    def state():
        with work(platform("journey")):
            return MonthRun.objects.filter(area_code=511724000000).order_by("-id").first()
    run = state()
    if run is None:
        with work(platform("journey")) as by:
            run = month_actions.order(by=by, area=511724000000, month="2026-10")
    until = time.monotonic() + 450
    while run.state != "in_force" and time.monotonic() < until:
        if run.state == "ready":
            with work(platform("journey")) as by:
                month_actions.start(by=by, run=run)
        time.sleep(1)
        run = state()
    assert run.state == "in_force", (run.state, run.problems)
"""


@pytest.fixture
def month_in_force(platform_server: Any) -> None:
    """大竹县's month is in force."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("YIYANG_", "DJANGO_"))}
    words = [sys.executable, "-c", MONTH, str(platform_server.data)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def save(head: Any, amount: str, title: str) -> None:
    head.go("/simulation/")
    head.page.fill(EIGHTIES, amount)
    head.page.locator("#result", has_text=f"60 → {amount} 元").wait_for()
    head.page.fill("#keep-title", title)
    head.page.get_by_role("button", name="保存为方案").click()
    head.page.wait_for_url("**/scenarios/*/")


def test_raises_the_allowance_and_sees_what_it_costs(walk: Walk, month_in_force: None) -> None:
    head = walk("juzhang")
    head.go("/simulation/")
    assert head.heading == "清单测算"
    head.page.fill(EIGHTIES, "80")
    head.page.locator("#result", has_text="高龄津贴 80至89周岁：60 → 80 元").wait_for()
    head.page.locator("#floor", has_text="不低于达州市清单").wait_for()
    head.shoot("raised")
    save(head, "80", "提到八十")
    assert head.heading == "提到八十"
    save(head, "70", "提到七十")
    head.go("/simulation/scenarios/")
    for box in head.page.locator("tbody [data-select]").all()[:2]:
        box.check()
    head.page.get_by_role("button", name="并排比较").click()
    head.page.wait_for_url("**/compare/**")
    assert head.says("提到八十")
    assert head.says("提到七十")
    head.shoot("compared")
    head.page.get_by_role("link", name="提到八十").click()
    with head.page.expect_download() as taken:
        head.page.get_by_role("button", name="导出 XLSX").click()
    assert taken.value.suggested_filename.endswith(".xlsx")


def test_a_slider_moves_by_keyboard(walk: Walk, month_in_force: None) -> None:
    head = walk("juzhang")
    head.go("/simulation/")
    slider = head.page.locator('[data-slides="l-511724/old_age_allowance.eighties"]')
    slider.focus()
    slider.press("ArrowRight")
    head.page.locator("#result", has_text="60 → 61 元").wait_for()
    assert head.page.input_value(EIGHTIES) == "61"
