"""A county revises its list: lowers an allowance, is shown who would lose, mends it, and five people carry it to issue.

Journey of 李军 (county), 许静 (law), 唐伟 (approval), 郑国华 (head of the bureau) and 张敏 (the city).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from yiyang.site.tests import axe

pytestmark = pytest.mark.chromium
AREA = "/lists/area/511724000000/"
FIGURE = "#value-eighties-figure"


def test_a_list_goes_from_draft_to_filed_by_five_people(walk: Callable[..., Any]) -> None:
    county, law = walk("xian"), walk("fazhi")
    draft = _lowers(county)
    _is_refused(law, draft)
    _mends(county, draft)
    _passes(law, draft)
    for username, button in (("shenpi", "审定"), ("juzhang", "发布"), ("shi", "备案")):
        hand = walk(username)
        hand.go(draft)
        _presses(hand, button)
        assert hand.says(f"已办理：{button}")
    county.go(AREA)
    assert county.says("在浏览器发布")
    assert county.says("每月 ¥70.00")
    county.shoot("in-force")
    for path in (AREA, "/lists/", draft, f"{draft}items/", f"{draft}item/old_age_allowance/", f"{draft}differences/"):
        county.go(path)
        assert _breaches(county.page) == []


def _lowers(county: Any) -> str:
    """The county lowers the allowance of the eighties and hands it on; the draft's address."""
    county.go(AREA)
    county.field("修订说明").fill("按县政府会议调整高龄津贴")
    county.page.get_by_role("button", name="开始修订").click()
    county.page.wait_for_url("**/items/")
    draft = str(county.path.removesuffix("items/"))
    _types_a_condition(county, draft)
    _sets(county, draft, "50")
    assert county.says("本清单每月 ¥50.00")
    county.go(draft)
    assert county.says("80周岁、户籍地在大竹县的老人，现行清单每月 ¥60.00")
    county.shoot("somebody-would-lose")
    _presses(county, "提交合法性审查")
    return draft


def _is_refused(law: Any, draft: str) -> None:
    law.go(draft)
    _presses(law, "合法性审查通过")
    assert law.says("不能继续办理")
    assert law.says("本清单每月 ¥50.00")
    law.shoot("refused")
    law.page.locator("#opinion").fill("降低标准没有依据")
    _presses(law, "退回修改")


def _mends(county: Any, draft: str) -> None:
    _sets(county, draft, "70")
    county.go(draft)
    assert county.says("没有使任何人的待遇变低")
    _presses(county, "提交合法性审查")


def _passes(law: Any, draft: str) -> None:
    law.go(draft)
    law.field("理由").fill("规划时已有，随市清单一并修订")
    law.field("期限").fill("2027-12-31")
    law.page.get_by_role("button", name="记下说明").click()
    _presses(law, "合法性审查通过")


def _breaches(page: Any) -> list[str]:
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in axe.violations(page)]


def _types_a_condition(hand: Any, draft: str) -> None:
    hand.go(f"{draft}item/old_age_allowance/")
    who = hand.page.locator("#id_who")
    who.click()
    who.press("End")
    who.press_sequentially(" and econ")
    offer = hand.page.locator("#offers-id_who li").first
    offer.wait_for()
    assert "economic_hardship" in offer.inner_text()
    who.press("ArrowDown")
    who.press("Enter")
    hand.page.get_by_text(re.compile("年满80周岁，且.*经济困难")).first.wait_for()


def _sets(hand: Any, draft: str, figure: str) -> None:
    hand.go(f"{draft}item/old_age_allowance/")
    hand.page.fill(FIGURE, figure)
    hand.page.get_by_role("button", name="保存并检查").click()
    hand.page.get_by_text("已保存。").wait_for()


def _presses(hand: Any, name: str) -> None:
    with hand.page.expect_navigation():
        hand.page.get_by_role("button", name=name, exact=True).click()
