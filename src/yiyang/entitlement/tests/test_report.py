"""report.html: what it says, and that nothing in the figures can become markup."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from yiyang.entitlement import report
from yiyang.entitlement.report import view, words
from yiyang.entitlement.report.payload import payload
from yiyang.entitlement.tests import report_sample as sample

Json = dict[str, Any]
EVIL = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
STATIC = Path(report.__file__).parents[1] / "static"


def page(
    summary: Json | None = None, diff: Json | None = None, arrears: Json | None = None, boundaries: Json | None = None
) -> str:
    return report.html(
        summary or sample.summary(), diff, arrears, boundaries or sample.boundaries(), report.policy_names()
    )


@pytest.fixture(scope="module")
def full() -> str:
    return page(diff=sample.diff(), arrears=sample.arrears())


def section(html: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found
    return found.group()


def test_the_page_appears_as_one_file(tmp_path: Path) -> None:
    report.render(sample.summary(), sample.diff(), sample.arrears(), sample.boundaries(), tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_size < 2_500_000


def test_the_same_figures_give_the_same_page(full: str) -> None:
    assert page(diff=sample.diff(), arrears=sample.arrears()) == full


def test_nothing_is_fetched_from_anywhere(full: str) -> None:
    addresses = set(re.findall(r"https?://[\w./-]+", full))
    assert {address for address in addresses if not address.startswith("http://www.w3.org/")} == set()
    assert "sourceMappingURL" not in full
    assert not re.search(r'(?:src|href)="(?!#)', full.split("<main")[1].split('id="data"')[0])
    assert "default-src 'none'" in full


def test_the_vendored_assets_are_what_their_hashes_say() -> None:
    for folder in (STATIC, Path(__file__).parent):
        for line in (folder / "SHA256SUMS").read_text().splitlines():
            digest, name = line.split()
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_says_it_is_made_up_only_when_it_is(full: str) -> None:
    assert "合成数据，非真实个人" in full
    assert "合成数据" not in page(sample.summary(synthetic=False))


def test_a_trial_run_says_so() -> None:
    assert "试算" not in page()
    assert "试算" in page(sample.summary(manifest={"is_trial": True}))


def test_the_key_figures_are_short_with_the_exact_ones_on_hover(full: str) -> None:
    key = full.split('class="key"')[1].split("</dl>")[0]
    assert key.count("<dt>") == 4
    assert 'title="1,197,542 人">119.8\N{NO-BREAK SPACE}万' in key


def test_items_show_money_or_say_why_there_is_none(full: str) -> None:
    found = section(full, "found")
    assert "文件未载明金额" in found
    assert "按机构计发" in found
    assert 'title="¥19,254,240.00">¥1,925.42 万' in found
    assert "计发 20,000 户" in found
    assert "免申即享" in found


def test_sections_without_figures_say_how_to_get_them() -> None:
    html = page()
    assert "yiyang run … --previous RUN" in section(html, "changes")
    assert "yiyang arrears" in section(html, "arrears")


def test_a_month_without_change_says_so() -> None:
    quiet = sample.diff() | {"items": [], "causes": [], "areas": []}
    none = sample.arrears() | {"items": []}
    html = page(diff=quiet, arrears=none)
    assert "没有一项发生变化" in section(html, "changes")
    assert "没有要补发或追回的" in section(html, "arrears")


def test_a_run_without_items_has_a_sentence_in_every_section() -> None:
    empty = sample.summary(
        items=[], unknown=[], areas=[], totals={"items": 0, "year_fen": 0, "year_high_fen": 0}, undecided_people=0
    )
    html = page(empty, boundaries={"type": "FeatureCollection", "features": []})
    for name in ("found", "money", "counties", "matrix", "changes", "arrears", "unknown", "sources"):
        assert 'class="empty"' in section(html, name), name


def test_a_single_county_is_not_compared_with_itself() -> None:
    one = sample.summary(areas=[{"code": "511724", "name": "大竹县", "people": 191_020}])
    assert "本次只有一个县级地区" in section(page(one), "counties")


def test_changes_give_the_cause_in_words(full: str) -> None:
    changes = section(full, "changes")
    assert "到达年龄 708，去世 667" in changes
    assert "-¥4.80 万" in changes
    assert "+¥49.20 万" in changes


def test_missing_facts_name_who_has_to_act_and_how(full: str) -> None:
    unknown = section(full, "unknown")
    assert "由老年人能力评估机构安排老年人能力综合评估" in unknown
    assert "乡镇人民政府（街道办事处）" in unknown


def test_what_was_recalled_is_marked_for_checking(full: str) -> None:
    sources = section(full, "sources")
    assert "国家基本养老服务清单" in sources
    assert "待核对" in sources
    assert "据存本转录" in sources


def test_the_manifest_and_the_command_stand_at_the_end(full: str) -> None:
    footer = full.split("<footer")[1]
    assert "baa09126" in footer
    assert "yiyang run --snapshot 快照 --month 2026-11 --out 结果" in footer
    assert "不是标准地图" in footer


def test_names_cannot_become_markup() -> None:
    summary = sample.summary()
    for key in ("name_zh", "who_zh", "article", "list_area_name"):
        summary["items"][1][key] = EVIL
    summary["areas"][0]["name"] = EVIL
    diff = sample.diff()
    diff["causes"][0]["zh"] = EVIL
    html = page(summary, diff, boundaries={"features": [sample.square("511702", EVIL, 107)]})
    assert "<img" not in html
    assert "alert(1)</script>" not in html
    assert json.loads(html.split('id="data">')[1].split("</script>")[0])["areas"][0]["name"] == EVIL


def test_headings_come_in_order(full: str) -> None:
    body = full.split("<script type=")[0]
    levels = [int(level) for level in re.findall(r"<h(\d)[ >]", body)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_counties_outside_the_area_are_taken_together() -> None:
    summary = view.fold(sample.summary())
    assert [area["code"] for area in summary["areas"]][-1] == "other"
    assert summary["areas"][-1]["people"] == 1_651
    assert sum(area["people"] for area in summary["areas"]) == sum(area["people"] for area in sample.summary()["areas"])


def test_folding_keeps_every_figure() -> None:
    summary = sample.summary()
    away = {
        "area": "500154",
        "entitled": 5,
        "paid": 5,
        "undecided": 1,
        "fen": 10,
        "high_fen": 12,
        "year_fen": 120,
        "year_high_fen": 144,
    }
    summary["items"][0]["by_area"].append(away)
    assert view.fold(summary)["items"][0]["by_area"][-1] == away | {"area": "other"}


def test_a_county_whose_lists_lack_the_item_has_no_figure() -> None:
    summary = view.fold(sample.summary())
    allowance = next(group for group in view.groups(summary) if group["name_zh"] == "高龄津贴")
    cells = dict(zip([area["code"] for area in summary["areas"]], allowance["cells"], strict=True))
    assert cells["511702"] is None
    assert cells["511724"]["entitled"] == int(191_020 * 0.14)


def test_facilities_money_is_in_no_sum_over_people() -> None:
    summary = sample.summary()
    money = sum(county["year_fen"] for county in view.by_county(view.fold(summary)))
    assert money == summary["totals"]["year_fen"]


def test_the_map_knows_counties_by_either_name_of_the_code() -> None:
    found = payload(view.fold(sample.summary()), None, sample.boundaries())["map"]
    assert [feature["properties"]["code"] for feature in found["geo"]["features"]] == ["511702", "511724", "511799"]
    assert found["shape"] == pytest.approx(0.861, abs=0.001)


@pytest.mark.parametrize(
    ("fen", "read", "column"),
    [
        (0, "¥0.00", "¥0"),
        (123_450, "¥1,234.50", "¥0.12 万"),
        (-4_800_000, "-¥4.8 万", "-¥4.80 万"),
        (13_753_440_000, "¥1.38 亿", "¥13,753.44 万"),
    ],
)
def test_money_is_read_in_large_units(fen: int, read: str, column: str) -> None:
    assert words.big_yuan(fen) == read.replace(" ", words.NO_BREAK)
    assert words.wan(fen) == column


def test_large_counts_are_read_in_wan() -> None:
    read = [words.big(number).replace(words.NO_BREAK, " ") for number in (9_999, 1_204_411, 123_456_789)]
    assert read == ["9,999", "120.4 万", "1.23 亿"]
