"""The clerk of 竹阳街道 at work: he finds somebody, sees a number for a reason, corrects a fact and takes it back.

And 东柳街道 next door stays closed to him: by address, search, API and export.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
HERE, NEXT_DOOR = 511724001000, 511724002000
WITHIN = "area_code BETWEEN %s AND %s AND registered_code BETWEEN %s AND %s"


def bounds(town: int) -> tuple[int, ...]:
    return (town, town + 999, town, town + 999)


@pytest.fixture
def living_alone(platform_server: Any) -> tuple[int, str]:
    """Key and name of somebody of 竹阳街道 whom the registers say to live alone."""
    query = f"SELECT id, name FROM registry_person WHERE {WITHIN} AND groups @> '[\"living_alone\"]' AND is_current "
    found: tuple[int, str] = platform_server.ask(query + "ORDER BY id LIMIT 1", *bounds(HERE))[0]
    return found


@pytest.fixture
def neighbour(platform_server: Any) -> tuple[int, str]:
    """Somebody of 东柳街道 whose name nobody in 竹阳街道 has."""
    others = "SELECT name FROM registry_person WHERE area_code / 1000 = %s OR registered_code / 1000 = %s"
    query = f"SELECT id, name FROM registry_person WHERE {WITHIN} AND is_current AND name NOT IN ({others}) ORDER BY id"
    town = HERE // 1000
    found: tuple[int, str] = platform_server.ask(query, *bounds(NEXT_DOOR), town, town)[0]
    return found


def test_finds_somebody_and_sees_a_number_for_a_reason(walk: Walk, living_alone: tuple[int, str]) -> None:
    key, name = living_alone
    clerk = walk("xiang")
    clerk.go("/")
    clerk.page.fill("#search", name)
    clerk.page.press("#search", "Enter")
    clerk.shoot("found")
    clerk.page.locator(f"a[href='/people/files/{key}/']").first.click()
    assert clerk.heading == name
    assert clerk.says("********")
    clerk.shoot("person")
    clerk.page.locator("[data-open=id_number-ask]").click()
    clerk.page.locator("#id_number-reason").fill("核对高龄津贴申请")
    clerk.shoot("reason")
    clerk.page.locator("#id_number-ask").get_by_role("button", name="查看", exact=True).click()
    clerk.page.locator("#id_number", has_text=re.compile(r"\d{17}[\dX]")).wait_for()
    clerk.shoot("revealed")
    auditor = walk("shenji")
    auditor.go("/audit/?kind=reveal")
    assert auditor.says("核对高龄津贴申请")


def test_corrects_a_fact_sees_it_in_dispute_and_takes_it_back(walk: Walk, living_alone: tuple[int, str]) -> None:
    key, _ = living_alone
    clerk = walk("xiang")
    clerk.go(f"/people/files/{key}/")
    clerk.page.get_by_role("link", name="更正事实").click()
    clerk.shoot("which-fact")
    clerk.page.locator("main a.row-link", has_text="居住状况").click()
    clerk.shoot("correct")
    clerk.page.get_by_role("radio", name="与家人同住").check()
    clerk.field("理由").fill("2026-11-20 入户核实，与女儿同住")
    clerk.page.get_by_role("button", name="登记更正").click()
    clerk.go(f"/people/files/{key}/")
    assert clerk.says("有争议")
    clerk.shoot("disputed")
    clerk.go(f"/people/files/{key}/?tab=history")
    clerk.shoot("two-times")
    clerk.go(f"/people/files/{key}/?tab=corrections")
    clerk.page.get_by_role("button", name="撤销", exact=True).click()
    clerk.page.locator("dialog[open] input[name=reason]").fill("核实有误")
    clerk.page.get_by_role("button", name="撤销更正").click()
    clerk.go(f"/people/files/{key}/?tab=corrections")
    assert clerk.says("已撤销")
    clerk.shoot("withdrawn")
    clerk.go(f"/people/files/{key}/")
    assert clerk.keeps_silent_on("有争议")


def test_the_township_next_door_is_closed_by_address_and_search(walk: Walk, neighbour: tuple[int, str]) -> None:
    key, name = neighbour
    clerk, owner = walk("xiang"), walk("xiang2")
    owner.go(f"/people/files/{key}/")
    assert owner.heading == name, "his own clerk sees him"
    for path in ("", "?tab=history", "correct/", "correct/living_arrangement/", "contacts/new/", "documents/new/"):
        answer = clerk.go(f"/people/files/{key}/{path}")
        assert answer.status == 404, path
        assert clerk.keeps_silent_on(name)
    clerk.shoot("edited-address")
    clerk.go("/")
    clerk.page.fill("#search", name)
    clerk.page.press("#search", "Enter")
    assert clerk.page.locator("table a.row-link", has_text=name).count() == 0
    clerk.shoot("not-found")
    for query in (f"?q={name}", f"?area={NEXT_DOOR}", "?sort=-pinyin"):
        clerk.go(f"/people/files/{query}")
        assert clerk.page.locator(f"a[href*='{key}']").count() == 0


def test_the_township_next_door_is_closed_by_the_api(walk: Walk, neighbour: tuple[int, str]) -> None:
    key, name = neighbour
    clerk = walk("xiang")
    clerk.go("/")
    token = next(each["value"] for each in clerk.page.context.cookies() if each["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": clerk.installation.address + "/"}
    for path in ("", "/history", "/contacts", "/corrections"):
        assert clerk.get(f"/api/v1/people/{key}{path}").status == 404
    send = clerk.page.request.post
    found = send(f"{clerk.installation.address}/api/v1/people/search", headers=headers, data={"text": name})
    assert found.status == 200
    assert str(key) not in found.text()
    given = {"field": "id_number", "reason": "看看"}
    answer = send(f"{clerk.installation.address}/api/v1/people/{key}/reveal", headers=headers, data=given)
    assert answer.status == 404
    assert name not in answer.text()


def test_the_township_next_door_is_closed_by_export(
    walk: Walk, neighbour: tuple[int, str], living_alone: tuple[int, str]
) -> None:
    clerk = walk("xiang")
    clerk.go("/people/files/")
    clerk.page.locator("[data-open^=export-]").click()
    dialog = clerk.page.locator("dialog[open]")
    dialog.get_by_label("格式").select_option("csv")
    dialog.get_by_label("理由").fill("核对本街道名单")
    clerk.shoot("order")
    dialog.get_by_role("button", name="开始导出").click()
    fetch = clerk.page.locator("form[action$='/fetch/'] button")
    fetch.wait_for(timeout=180_000)
    clerk.shoot("ready")
    with clerk.page.expect_download() as waiting:
        fetch.click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert living_alone[1] in text
    assert neighbour[1] not in text
    assert "王丽" in text, "the watermark says who took it"
