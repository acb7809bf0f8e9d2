"""A county's table is made by one officer, published by another, and read by everybody on a telephone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]


def test_a_table_is_made_by_one_published_by_another_and_read_by_everybody(walk: Walk) -> None:
    maker = walk("xian")
    address = _made(maker, "隐藏", "2026-10", "年龄")
    assert maker.says("没有一个被隐藏的小数可以缩到少于")
    maker.shoot("proof")
    _published(walk("juzhang"), address)
    _everybody_reads(walk())


# Rounded, in a month of its own: beside hidden tables of the same people it may tell too much, and is refused then.
@pytest.mark.parametrize(
    ("method", "month", "grouped", "told"),
    [
        ("受控舍入", "2026-08", "老年人能力等级", "（取整）"),
        ("加噪", "2026-10", "居住状况", "（加噪）"),
    ],
    ids=["rounded", "noisy"],
)
def test_a_table_may_be_rounded_or_noisy_and_says_so(
    walk: Walk, method: str, month: str, grouped: str, told: str
) -> None:
    maker = walk("xian")
    address = _made(maker, method, month, grouped)
    assert maker.says(told)
    maker.shoot("proof")
    other = walk("juzhang")
    _published(other, address)
    other.page.get_by_role("link", name="公众看到的页面").click()
    assert other.says(told)
    other.shoot("public")


def _made(maker: Any, method: str, month: str, grouped: str) -> str:
    """Where a table of the county by one grouping waits for another's decision."""
    maker.go("/indicators/tables/make/")
    maker.page.locator("#id_month").fill(month)
    maker.page.get_by_label("性别").uncheck()
    maker.page.get_by_label(grouped).check()
    maker.page.get_by_role("radio", name=re.compile(method)).check()
    maker.page.locator("main").get_by_role("button", name="制表", exact=True).click()
    maker.page.wait_for_url(re.compile(r"/indicators/tables/\d+/"))
    address = str(maker.path)
    for _ in range(60):
        maker.go(address)
        if maker.keeps_silent_on("平台正在制表"):
            break
        maker.page.wait_for_timeout(1000)
    assert maker.says("等待另一人审批")
    return address


def _published(other: Any, address: str) -> None:
    other.go(address)
    other.page.get_by_role("button", name="公开", exact=True).first.click()
    other.shoot("decide")
    other.page.locator("dialog[open]").get_by_role("button", name="公开", exact=True).click()
    other.page.get_by_text("已公开。").wait_for()


def _everybody_reads(reader: Any) -> None:
    reader.go("/portal/statistics/")
    reader.page.get_by_role("link", name=re.compile("60周岁及以上老年人人数.*年龄")).first.click()
    reader.page.get_by_role("link", name=re.compile("第1版")).first.click()
    assert reader.says("是什么意思")
    reader.page.locator("#sort").select_option("count")
    reader.page.get_by_role("button", name="查看").click()
    reader.shoot("public")
    number = reader.path.rstrip("/").rsplit("/", 1)[1]
    kinds = ("json", "csv", "csv-metadata.json", "sdmx.csv")
    assert [reader.get(f"/portal/statistics/{number}.{kind}").status for kind in kinds] == [200] * 4
