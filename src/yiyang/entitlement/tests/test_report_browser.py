"""The report in a real browser: quiet, nothing over the edge, controls that work, nothing for axe to find."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yiyang.entitlement import report
from yiyang.entitlement.tests import report_sample as sample

pytestmark = pytest.mark.chromium
# Of all that does not scroll in a box of its own.
OVER_THE_EDGE = """[...document.querySelectorAll('main *')]
    .filter(e => !e.closest('.box, .chart') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML)"""
AXE = Path(__file__).with_name("axe.min.js.gz")


@pytest.fixture(scope="module")
def browser(needs_chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=needs_chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    summary = sample.summary()
    # More rows than a folded table shows.
    summary["items"] += [sample.item(5 + n, f"补充项目{n:02d}", sample.CITY, 0, 0.5 - n / 100) for n in range(20)]
    summary["items"].append(sample.item(25, "=1+1", sample.CITY, 0, 0.001, who_zh='年满60周岁，"住"在本地'))
    report.render(summary, sample.diff(), sample.arrears(), sample.boundaries(), folder / "full.html")
    empty = sample.summary(items=[], unknown=[], areas=[], totals={"items": 0, "year_fen": 0, "year_high_fen": 0})
    report.render(empty, None, None, {"type": "FeatureCollection", "features": []}, folder / "empty.html")
    return folder / "full.html"


class Noise(list[str]):
    """What a page said on its console, its errors, and whatever it asked the network for."""

    def hear(self, page: Any) -> None:
        page.on("console", lambda message: self.append(message.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else self.append(request.url))


@pytest.fixture
def noise() -> Noise:
    return Noise()


@pytest.fixture
def page(browser: Any, report_file: Path, noise: Noise) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    noise.hear(page)
    page.goto(report_file.as_uri())
    yield page
    page.close()
    assert noise == []


def rows(page: Any, table: str) -> list[str]:
    """The first cells of the rows one sees."""
    return page.eval_on_selector_all(
        f"#{table} tbody tr:not([hidden])", "rows => rows.map(row => row.cells[0].textContent)"
    )


@pytest.mark.parametrize("name", ["full.html", "empty.html"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_over_the_edge(browser: Any, report_file: Path, noise: Noise, name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    noise.hear(page)
    page.goto(report_file.with_name(name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVER_THE_EDGE) == []
    assert noise == []
    page.close()


@pytest.mark.parametrize("name", ["full.html", "empty.html"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_to_mend(browser: Any, report_file: Path, name: str, width: int) -> None:
    # Outside the page's own policy, which lets nothing in.
    page = browser.new_page(viewport={"width": width, "height": 844}, bypass_csp=True)
    page.goto(report_file.with_name(name).as_uri())
    page.add_script_tag(content=gzip.decompress(AXE.read_bytes()).decode())
    found = page.evaluate(
        "axe.run().then(result => result.violations.map(v => `${v.impact} ${v.id}: ${v.nodes[0].html.slice(0, 200)}`))"
    )
    assert found == []
    page.close()


def test_charts_and_map_are_drawn(page: Any) -> None:
    for chart in ("money-chart", "cause-chart", "map"):
        assert page.locator(f"#{chart} svg path").count() > 2
    assert "无数字县" in page.inner_text("#map")
    assert "没有数字" in page.inner_text("#map-legend")
    assert page.locator("#map-legend li").count() >= 2


def test_a_press_on_a_head_sorts_and_a_second_turns_it_round(page: Any) -> None:
    page.get_by_role("button", name="符合条件").first.click()
    first = rows(page, "items")
    page.get_by_role("button", name="符合条件").first.click()
    last = rows(page, "items")
    assert first[0] == "能力评估"
    assert last[0] == "=1+1"
    assert page.locator("#items th[aria-sort=ascending]").inner_text() == "符合条件"


def test_search_and_filters_narrow_the_table(page: Any) -> None:
    page.locator("[data-search=items]").fill("补充项目0")
    assert len(rows(page, "items")) == 10
    page.locator("[data-search=items]").fill("")
    page.locator("[data-key=form]").select_option(label="照护服务")
    assert rows(page, "items") == ["能力评估"]
    page.locator("[data-search=items]").fill("没有这样的项目")
    assert "没有符合的行" in page.inner_text("[data-status=items]")


def test_a_long_table_folds_and_unfolds(page: Any) -> None:
    assert len(rows(page, "items")) == 15
    page.locator("[data-more=items]").click()
    assert len(rows(page, "items")) == 26
    assert page.locator("[data-more=items]").get_attribute("aria-expanded") == "true"
    page.locator("[data-more=items]").click()
    assert len(rows(page, "items")) == 15


def test_a_county_shows_its_own_figures_and_only_its_own_items(page: Any) -> None:
    page.locator("#area").select_option(label="通川区")
    assert "高龄津贴" not in rows(page, "items")
    cells = page.locator("#items tbody tr", has_text="能力评估").locator("td")
    assert cells.nth(3).inner_text() == f"{int(165_889 * 0.99):,}"
    page.locator("#area").select_option(label="全部地区")
    assert rows(page, "items")[0] == "特困人员供养"
    assert "计发 20,000 户" not in page.inner_text("#items")


def exported(page: Any, table: str) -> list[list[str]]:
    with page.expect_download() as waiting:
        page.locator(f"[data-export={table}]").click()
    raw = Path(waiting.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))


def test_the_export_holds_exact_figures_of_all_rows(page: Any) -> None:
    table = exported(page, "items")
    assert table[0][:2] == ["项目", "谁可以享受"]
    assert len(table) == 27
    allowance = next(row for row in table if row[0] == "高龄津贴")
    assert allowance[4:8] == ["26742", "2674", "1604520.00", "19254240.00"]


def test_the_export_follows_the_filter_and_disarms_formulas(page: Any) -> None:
    page.locator("[data-search=items]").fill("=1+1")
    table = exported(page, "items")
    assert [row[:2] for row in table[1:]] == [["'=1+1", '年满60周岁，"住"在本地']]


def test_the_map_follows_item_and_figure(page: Any) -> None:
    page.locator("#map-item").select_option(label="高龄津贴")
    page.get_by_label("每年资金", exact=True).check()
    assert "高龄津贴" in page.inner_text("#map-title")
    assert "只有大竹县有（¥1,925.4 万）" in page.inner_text("#map-says")
    assert page.locator("#by-county tr[data-area='511702'] td").nth(1).inner_text() == "—"
    assert page.locator("#by-county tr[data-area='511724'] td").nth(1).inner_text() == "26,742"


def test_the_matrix_changes_its_figure(page: Any) -> None:
    page.locator("#matrix-figure").select_option(label="每年资金（万元）")
    row = page.locator("#by-item tbody tr", has_text="高龄津贴").locator("td")
    assert row.nth(0).inner_text() == "1,925.42"
    assert row.nth(0).get_attribute("title") == "¥19,254,240.00"
    assert row.nth(1).inner_text() == "·"


def test_print_shows_every_row(page: Any) -> None:
    page.emulate_media(media="print")
    assert page.locator("#items tbody tr:visible").count() == 26
    assert page.locator(".tools:visible").count() == 0


def test_the_first_tab_stop_leads_to_the_text_and_the_ring_is_seen(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
