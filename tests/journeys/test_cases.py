"""Somebody calls 竹阳街道: applied for by telephone, reviewed and approved by others, the letter in hand, in effect.

The signed form comes back by its bar code; and the pages are whole for screen readers and on a phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from yiyang.site.tests import axe

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
HERE = 511724001000
ITEM, NAME = "home_care_bed", "家庭养老床位"
PDF = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"x" * 100}
# Of whom it is not known yet how able they are: the run cannot say, so they ask themselves.
FREE = f"""SELECT p.id, p.name FROM registry_person AS p JOIN entitlement_unknown AS u ON u.person = p.id
    WHERE p.is_current AND p.alive = 1 AND u.fact = 'ability' AND p.area_code BETWEEN %s AND %s
    AND p.registered_code BETWEEN %s AND %s
    AND NOT EXISTS (SELECT 1 FROM cases_case AS c WHERE c.person_id = p.id AND c.item = '{ITEM}')
    ORDER BY p.id LIMIT 1"""


@pytest.fixture
def elder(platform_server: Any) -> tuple[int, str]:
    """Key and name of somebody of 竹阳街道 who may have a care bed at home, and has no case of it yet."""
    found: tuple[int, str] = platform_server.ask(FREE, HERE, HERE + 999, HERE, HERE + 999)[0]
    return found


def applied(walk: Walk, elder: tuple[int, str]) -> tuple[Any, str]:
    """The clerk at the telephone, and the address of the new case."""
    key, _ = elder
    clerk = walk("xiang")
    clerk.go(f"/cases/counter/{key}/")
    clerk.page.get_by_label("电话", exact=True).check()
    clerk.field("来办或来电的人").fill("女儿，核对过生日")
    clerk.page.get_by_role("button", name=re.compile(f"申请{NAME}$")).first.click()
    clerk.page.get_by_text("已受理").wait_for()
    clerk.shoot("counter")
    return clerk, str(clerk.page.locator("a[href^='/cases/']", has_text="5117").first.get_attribute("href"))


def step(walker: Any, case: str, name: str) -> None:
    """Press a step's button on the case's page, and confirm it."""
    walker.go(case)
    walker.page.get_by_role("link", name=name, exact=True).click()
    walker.page.locator("main").get_by_role("button", name=name, exact=True).click()
    walker.page.locator(".note-box.good").wait_for()


def test_from_a_call_to_the_letter_in_hand(walk: Walk, elder: tuple[int, str]) -> None:
    clerk, case = applied(walk, elder)
    step(walk("shenhe"), case, "审核通过")
    approver = walk("shenpi")
    approver.go("/cases/?tab=approve")
    assert approver.says(elder[1])
    approver.shoot("to-approve")
    step(approver, case, "批准")
    clerk.go(case)
    clerk.shoot("granted")
    with clerk.page.expect_download() as letter:
        clerk.page.get_by_role("button", name=re.compile("下载决定书")).click()
    assert letter.value.path().read_bytes().startswith(b"%PDF-")
    step(clerk, case, "开始享受")
    assert clerk.says("享受中")
    clerk.shoot("in-effect")


def test_a_signed_form_comes_back_by_its_bar_code(walk: Walk, elder: tuple[int, str]) -> None:
    clerk = walk("xiang")
    clerk.go("/cases/counter/scan/")
    clerk.field("条码").fill(f"SQ{elder[0]}.{ITEM}")
    clerk.page.set_input_files("#id_paper", PDF)
    clerk.page.get_by_role("button", name="归档", exact=True).click()
    clerk.page.get_by_text("已归入").wait_for()
    assert clerk.says("申请表（签字）")
    clerk.shoot("scanned")


@pytest.mark.parametrize("path", ["/cases/?tab=new", "/cases/counter/", "/cases/counter/scan/", "/cases/funnel/"])
def test_pages_of_cases_have_no_barriers(walk: Walk, path: str) -> None:
    clerk = walk("xiang")
    for width in (1280, 390):
        clerk.page.set_viewport_size({"width": width, "height": 800})
        clerk.go(path)
        found = axe.violations(clerk.page)
        assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []
