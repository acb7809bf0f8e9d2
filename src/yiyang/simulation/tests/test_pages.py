"""爱华, head of the bureau of 大竹县, simulates; 保国 of 通川区 sees none of it; 春兰, a clerk, may not."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from yiyang.access.scope import platform
from yiyang.audit.models import AuditLine
from yiyang.audit.record import work
from yiyang.simulation.models import Scenario

DAZHOU, DAZHU, ZHUYANG, TONGCHUAN = 511700000000, 511724000000, 511724001000, 511702000000
EIGHTIES = "511724/old_age_allowance.eighties"
CHANGES = json.dumps({"sets": [f"{EIGHTIES}=80"]})


@pytest.fixture(autouse=True)
def plain(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def url(name: str, *arguments: Any) -> str:
    return reverse(f"simulation:{name}", args=arguments)


def said(response: Any) -> str:
    return str(response.content.decode())


def scenario() -> Scenario:
    with work(platform("test")):
        return Scenario.objects.latest("pk")


def save(browser: Any, **fields: str) -> Any:
    return browser.post(url("save"), {"area": str(DAZHU), "changes": CHANGES, "title": "提到八十", **fields})


def test_without_a_run_in_force_the_page_says_how_to_get_one(grant: Any, logged_in: Any) -> None:
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    assert "还没有启用的月度运行" in said(browser.get(url("board")))
    assert browser.post(url("result"), {}).status_code == 404


def test_moving_a_figure_shows_budget_and_winners_at_once(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    board = said(browser.get(url("board")))
    assert f'name="{EIGHTIES}" value="60"' in board
    assert "移动左边任何一个数字" in said(browser.post(url("result"), {EIGHTIES: "60"}))
    found = said(browser.post(url("result"), {EIGHTIES: "80"}))
    assert "高龄津贴 80至89周岁：60 → 80 元" in found
    assert "虚构数据" in found
    wrong = said(browser.post(url("result"), {EIGHTIES: "八十"}))
    assert "应填数字" in wrong


def test_it_works_as_a_form_without_script(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    found = said(browser.post(url("board"), {EIGHTIES: "80"}))
    assert f'name="{EIGHTIES}" value="80"' in found
    assert "60 → 80 元" in found


def test_a_condition_is_said_in_chinese_as_it_is_typed(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    name = "511724/old_age_allowance"
    good = said(browser.post(url("check"), {"item": name, f"who:{name}": "age >= @from_age and hardship == destitute"}))
    assert "年满80周岁" in good
    bad = said(browser.post(url("check"), {"item": name, f"who:{name}": "agee >= 80"}))
    assert "没有名为 agee 的事实" in bad
    assert browser.post(url("check"), {"item": "511724/none", "who:511724/none": "age"}).status_code == 404


def test_a_cut_below_the_citys_list_is_told(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    assert "不低于达州市清单" in said(browser.post(url("floor"), {"changes": CHANGES}))
    below = said(browser.post(url("floor"), {"who:511724/ability_assessment": "age >= 90"}))
    assert "低于达州市清单" in below
    assert "老人" in below


def test_a_scenario_is_ones_own_until_it_is_shared(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    aihua, baoguo = grant("爱华", "bureau_head", DAZHU), grant("保国", "county_officer", DAZHU)
    assert save(logged_in(aihua)).status_code == 302
    kept = scenario()
    assert kept.result["winners"] > 0
    other = logged_in(baoguo)
    assert other.get(url("scenario", kept.pk)).status_code == 404
    logged_in(aihua).post(url("edit", kept.pk), {"title": "提到八十", "is_shared": "on"})
    other = logged_in(baoguo)
    assert "提到八十" in said(other.get(url("scenarios")))
    assert other.get(url("scenario", kept.pk)).status_code == 200
    assert other.post(url("edit", kept.pk), {"delete": "1"}).status_code == 403
    assert f'name="{EIGHTIES}" value="80"' in said(other.get(f"{url('board')}?scenario={kept.pk}"))
    logged_in(aihua).post(url("edit", kept.pk), {"delete": "1"})
    assert other.get(url("scenario", kept.pk)).status_code in (302, 404)


def test_another_county_and_a_clerk_see_none_of_it(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    aihua = logged_in(grant("爱华", "bureau_head", DAZHU))
    save(aihua, is_shared="on")
    kept = scenario()
    aihua.get(url("scenario", kept.pk))  # takes the message away
    neighbour = logged_in(grant("保国", "bureau_head", TONGCHUAN))
    assert neighbour.get(url("scenario", kept.pk)).status_code == 404
    assert neighbour.get(f"{url('board')}?area={DAZHU}").status_code == 404
    assert "提到八十" not in said(neighbour.get(url("scenarios")))
    clerk = logged_in(grant("春兰", "township_clerk", ZHUYANG))
    assert clerk.get(url("board")).status_code == 403


def test_a_county_simulates_on_the_run_of_its_city(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force(DAZHOU)
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    assert "60 → 80 元" in said(browser.post(url("result"), {EIGHTIES: "80"}))


def test_up_to_four_scenarios_stand_side_by_side(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    for amount in (70, 80, 90, 100, 110):
        save(browser, title=f"到{amount}", changes=json.dumps({"sets": [f"{EIGHTIES}={amount}"]}))
    with work(platform("test")):
        keys = list(Scenario.objects.order_by("pk").values_list("pk", flat=True))
    browser.get(url("scenarios"))  # takes the messages away
    sent = browser.post(url("compare"), {"rows": keys})
    page = said(browser.get(sent["Location"]))
    assert "只显示前四个" in page
    assert "4 到100" in page
    assert "到110" not in page
    assert "还没有选中方案" in said(browser.get(url("compare")))


def test_a_workbook_says_date_run_list_and_that_the_data_are_made_up(in_force: Any, grant: Any, logged_in: Any) -> None:
    run = in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    answer = browser.post(url("export", "xlsx"), {"changes": CHANGES})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    notes = {row[0]: row[1] for row in book["说明"].iter_rows(min_row=3, values_only=True)}
    assert notes["清单指纹"] == run.list_hash
    assert "虚构数据" in notes["性质"]
    assert "2026年11月" in notes["基准"]
    amount = book["项目"]["B2"].value
    assert amount == pytest.approx(12 * 20 * book["项目"]["C2"].value)
    with work(platform("test")):
        line = AuditLine.objects.filter(kind="export", what="simulation").get()
    assert line.detail["format"] == "xlsx"


@pytest.mark.pango
def test_a_pdf_is_made(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    answer = browser.post(url("export", "pdf"), {"changes": CHANGES})
    assert answer.content.startswith(b"%PDF")


def test_the_api_says_the_same(in_force: Any, grant: Any, logged_in: Any) -> None:
    in_force()
    browser = logged_in(grant("爱华", "bureau_head", DAZHU))
    body = {"area": DAZHU, "sets": [f"{EIGHTIES}=80"]}
    found = browser.post("/api/v1/simulations", body, content_type="application/json").json()
    assert found["budget_year_fen"] == 12 * 2000 * found["winners"] > 0
    nothing = browser.post(
        "/api/v1/simulations", {"area": DAZHU, "sets": [f"{EIGHTIES}=60"]}, content_type="application/json"
    )
    assert nothing.status_code == 422
    kept = browser.post("/api/v1/scenarios", {**body, "title": "某"}, content_type="application/json").json()
    assert kept["result"]["winners"] == found["winners"]
    assert browser.get(f"/api/v1/scenarios/{kept['id']}").json()["title"] == "某"
    dropped = browser.delete(f"/api/v1/scenarios/{kept['id']}", content_type="application/json")
    assert dropped.status_code == 200
    assert browser.get("/api/v1/scenarios").json()["items"] == []
