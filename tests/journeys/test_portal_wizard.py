"""A daughter asks for her father on her telephone, in 长辈版: question by question, back and forth, to paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yiyang.site.tests import axe

pytestmark = [pytest.mark.chromium, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
# What she answers, by what stands in the question; what is not here she does not know.
ANSWERS = {
    "困难认定": "低保",
    "能力评估": "没有评估过",
    "养老金": "城乡居民养老金",
    "残疾人证": "没有残疾人证",
    "一起住": "一个人住",
}


def _next(walker: Any) -> None:
    _press(walker, "下一步")


def _press(walker: Any, name: str) -> None:
    """Click, and wait until the next question is whole: one that has only begun has no buttons yet."""
    with walker.page.expect_navigation():
        walker.page.get_by_role("button", name=name).click()


def _choose(walker: Any, words: str) -> None:
    walker.page.locator("label.choice", has_text=words).first.click()
    _next(walker)


def _look(walker: Any, faults: list[str], name: str) -> None:
    found = axe.violations(walker.page)
    faults += [f"{name} {each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]
    width = walker.page.evaluate("document.documentElement.scrollWidth")
    faults += [f"{name}: {width} px wide"] if width > PHONE["width"] else []
    walker.shoot(name)
    walker.page.set_viewport_size(PHONE)


def test_a_daughter_asks_for_her_father_and_prints(walk: Callable[..., Any]) -> None:
    her, faults = walk(), list[str]()
    her.page.set_viewport_size(PHONE)
    her.go("/portal/")
    her.page.get_by_role("button", name="长辈版").click()
    assert her.page.locator("html").get_attribute("data-size") == "large"
    _look(her, faults, "home")
    her.page.get_by_role("link", name="我能享受什么").click()
    _choose(her, "父母或其他老人")
    _choose(her, "大竹县")
    _choose(her, "竹阳街道")
    _choose(her, "就住在户口所在的竹阳街道")
    _goes_back_and_forth(her)
    her.field("年").fill("1944")
    her.field("月").fill("3")
    _next(her)
    _answers_what_she_knows(her, faults)
    _reads_and_prints(her, faults)
    assert faults == []
    # Nothing of it stands in an address or in a cookie.
    assert her.path == "/portal/entitlements/"
    assert {each["name"] for each in her.page.context.cookies()} <= {"size", "contrast"}


def _goes_back_and_forth(her: Any) -> None:
    """By the button and by the browser; a switch of the look loses nothing."""
    assert her.heading == "老人是哪年哪月出生的？"
    her.page.go_back()
    assert her.heading == "老人现在住在哪里？"
    her.page.go_forward()
    _press(her, "上一步")
    assert her.heading == "老人现在住在哪里？"
    assert her.page.locator("input:checked").get_attribute("value") == "here"
    _next(her)
    her.field("年").fill("1944")
    her.page.get_by_role("button", name="高对比").click()
    assert her.page.locator("html").get_attribute("data-contrast") == "high"
    her.page.get_by_role("button", name="普通颜色").click()
    assert her.heading == "老人是哪年哪月出生的？"


def _answers_what_she_knows(her: Any, faults: list[str]) -> None:
    _look(her, faults, "first-fact")
    for _ in range(20):
        if not her.page.get_by_role("button", name="下一步").count():
            return
        known = next((answer for words, answer in ANSWERS.items() if words in her.heading), None)
        if known:
            _choose(her, known)
        else:
            her.page.locator("label.choice").last.click()
            _next(her)


def _reads_and_prints(her: Any, faults: list[str]) -> None:
    assert "老人现在可以享受" in her.heading
    assert her.says("每月 60 元")
    assert her.says("竹阳街道便民服务中心")
    assert her.says("代办人身份证")
    assert her.says("还差：老年人能力评估结果")
    assert "高龄津贴" in her.page.get_by_label("可以给窗口看").input_value()
    _look(her, faults, "answer")
    paper = her.page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert len(paper) > 20_000
    her.page.get_by_text("看看、改改前面的回答").click()
    her.page.get_by_role("button", name="改：有没有困难认定").click()
    assert her.heading == "老人家有没有办过下面的困难认定？"
