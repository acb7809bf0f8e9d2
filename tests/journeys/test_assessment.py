"""One unknown followed to its end: from the list to a request, two assessors, both signatures, a certificate that a
stranger verifies, and what it changed of the person's entitlements. The form is typed in at the desk here; on a phone
without network it is tried in test_away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from yiyang.site.tests import axe

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]
HERE, PHONE = 511724000000, {"width": 390, "height": 844}
LEAD, SECOND = "冯玲", "蒋萍"
# Somebody of whom it is not known how able he is, nothing of whom is on its way, and on whom money hangs.
UNKNOWN = """SELECT u.id, p.id, p.name FROM entitlement_unknown AS u JOIN registry_person AS p ON p.id = u.person
    WHERE u.fact = 'ability' AND u.state = 'open' AND p.alive = 1 AND p.merged_into_id IS NULL
    AND u.area_code BETWEEN %s AND %s AND u.year_fen > 0
    AND NOT EXISTS (SELECT 1 FROM assessment_request AS r WHERE r.person_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM assessment_result AS r WHERE r.person_id = p.id)
    ORDER BY u.year_fen DESC, u.id LIMIT 1"""
CODE = "91350100M000100Y43"


def now(minutes: int = 0) -> str:
    """A moment as the fields of pages take it, in China."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"


def press(walker: Any, name: str) -> None:
    """Press a button of the page's body, and wait for the note that says what was done."""
    walker.page.locator("main").get_by_role("button", name=re.compile(name)).first.click()
    walker.page.locator(".note-box").first.wait_for()


def agency(officer: Any) -> None:
    """An agency with both assessors, registered by pages unless the demonstration brought one."""
    there = "SELECT count(*) FROM assessment_assessor a JOIN accounts_user u ON u.id = a.user_id WHERE u.username = %s"
    if officer.installation.one(there, "pinggu"):
        return
    officer.go("/assessments/agencies/new/")
    fields = {"名称": "大竹安康评估中心", "统一社会信用代码": CODE, "服务区划": "511724", "每月可评估人次": "200"}
    for label, value in (fields | {"资质起始日": "2026-01-01", "资质截止日": "2029-12-31"}).items():
        officer.field(label).fill(value)
    press(officer, "保存")
    for username, training in (("pinggu", "护理"), ("pinggu2", "社会工作")):
        officer.page.get_by_role("link", name="登记评估人员").click()
        officer.field("登录账户的用户名").fill(username)
        officer.field("专业背景").select_option(label=training)
        for label, value in (("培训合格证编号", "P1"), ("资格起始日", "2026-01-01"), ("资格截止日", "2029-12-31")):
            officer.field(label).fill(value)
        press(officer, "保存")
    officer.shoot("agency")


def asked(officer: Any, unknown: int) -> str:
    """The address of the request that came of one line of the list."""
    officer.go("/runs/unknown/?fact=ability")
    officer.shoot("unknowns")
    officer.go(f"/runs/unknown/{unknown}/")
    officer.page.get_by_role("button", name="提出评估申请").click()
    officer.shoot("ask")
    press(officer, "提出 1 件申请")
    assert officer.says("已提出 1 件评估申请")
    query = "SELECT r.id FROM assessment_request r JOIN entitlement_unknown u ON u.person = r.person_id WHERE u.id = %s"
    return f"/assessments/{officer.installation.one(query, unknown)}/"


def planned(officer: Any, address: str) -> None:
    officer.go(address)
    officer.page.get_by_role("link", name="安排评估", exact=True).click()
    both = officer.page.locator(".form-check", has_text=LEAD).filter(has_text=SECOND)
    both.first.get_by_role("radio").check()
    officer.field("约定时间").fill(now())
    officer.shoot("plan")
    press(officer, "安排，并告知本人")
    officer.go("/assessments/calendar/")
    officer.shoot("calendar")


def filled(lead: Any, address: str) -> None:
    """Everything at its worst, by the last option of each question; one is forgotten first."""
    lead.go(address)
    lead.page.get_by_role("link", name="填写评估表").click()
    lead.field("评估开始时间").fill(now(-45))
    lead.field("用时").fill("40")
    for group in lead.page.locator("main fieldset").all()[1:]:
        group.get_by_role("radio").last.check()
    lead.page.get_by_role("button", name="保存评估表").click()
    assert lead.says("还有 1 项没有填")
    lead.shoot("fill")
    lead.page.locator("main fieldset").first.get_by_role("radio").last.check()
    press(lead, "保存评估表")


def signed(walker: Any, address: str) -> None:
    walker.go(address)
    press(walker, "签字")
    assert walker.says("已签字")


def test_one_unknown_is_followed_to_what_it_changed(walk: Walk, platform_server: Any) -> None:
    unknown, person, name = platform_server.ask(UNKNOWN, HERE, HERE + 10**6)[0]
    officer = walk("xian")
    agency(officer)
    address = asked(officer, unknown)
    planned(officer, address)
    lead, second = walk("pinggu"), walk("pinggu2")
    filled(lead, address)
    signed(lead, address)
    lead.shoot("signed")
    signed(second, address)
    officer.go(address)
    officer.page.get_by_role("link", name="质量控制").click()
    officer.page.get_by_label("通过，签发结果").check()
    officer.field("意见").fill("与病历核对过")
    officer.shoot("check")
    press(officer, "提交结论")
    assert officer.says("已签发结果")
    assert officer.says("完全失能")
    assert officer.says("结果改变了什么")
    officer.shoot("issued")
    with officer.page.expect_download() as paper:
        officer.page.get_by_role("button", name="结果告知书").click()
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    assert platform_server.one("SELECT state FROM entitlement_unknown WHERE id = %s", unknown) == "settled"
    officer.go(f"/assessments/people/{person}/")
    officer.shoot("person")
    verified(walk(), platform_server.one("SELECT token FROM assessment_result WHERE person_id = %s", person), name)


def verified(stranger: Any, token: str, name: str) -> None:
    """Whoever has the code learns that it holds, and neither the name nor the level."""
    stranger.page.set_viewport_size(PHONE)
    stranger.go(f"/portal/assessments/verify/{token}/")
    assert stranger.says("有效")
    assert stranger.keeps_silent_on(name)
    assert stranger.keeps_silent_on("失能")
    assert [each["id"] for each in axe.violations(stranger.page)] == []
    stranger.shoot("verified")


def test_a_stranger_asks_himself_whether_to_ask(walk: Walk) -> None:
    stranger, faults = walk(bypass_csp=True), []
    stranger.page.set_viewport_size(PHONE)
    stranger.go("/portal/")
    stranger.page.get_by_role("button", name="长辈版").click()
    stranger.page.get_by_role("link", name=re.compile("要不要申请能力评估")).click()
    stranger.page.get_by_role("button", name="下一步").click()
    assert stranger.says("请选一个答案")
    for number in range(8):
        if number in (0, 7):
            faults += axe.violations(stranger.page)
            stranger.shoot(f"question-{number}")
            stranger.page.set_viewport_size(PHONE)
        stranger.page.get_by_role("radio").last.check()
        stranger.page.get_by_role("button", name="下一步").click()
    assert stranger.heading == "您的情况：值得申请评估"
    faults += axe.violations(stranger.page)
    stranger.shoot("advice")
    assert stranger.page.context.cookies() == [] or {each["name"] for each in stranger.page.context.cookies()} <= {
        "size",
        "contrast",
    }
    assert faults == []


def test_an_elder_asks_for_an_assessment_himself(walk: Walk, platform_server: Any) -> None:
    kept = json.loads((platform_server.data / "demo" / "citizens.json").read_text("utf-8"))
    his, elder, faults = walk(bypass_csp=True), kept["elder"], []
    his.page.set_viewport_size(PHONE)
    his.go("/portal/")
    his.page.get_by_role("button", name="长辈版").click()
    his.page.get_by_role("link", name="我的办理").click()
    for label, name in (("姓名", "name"), ("身份证号码", "id_number"), ("手机号码", "phone")):
        his.field(label).fill(elder[name])
    his.page.get_by_role("button", name="获取验证码").click()
    his.field("验证码").fill(re.findall(r"验证码是 ([0-9]{6})", his.page.locator("main").inner_text())[0])
    his.page.get_by_role("button", name="确定").click()
    his.page.get_by_role("link", name=re.compile("^能力评估")).click()
    for step, press_ in (("申请", "申请能力评估"), ("提交", "")):
        faults += axe.violations(his.page)
        his.shoot(f"portal-{step}")
        his.page.set_viewport_size(PHONE)
        if press_:
            his.page.get_by_role("link", name=press_).click()
    his.field("为什么要评估").fill("最近摔过一跤，洗澡要人帮。")
    his.page.get_by_role("button", name="提交申请").click()
    assert his.says("已提交，申请编号 SQ")
    assert his.says("已收到，正在安排评估人员")
    faults += axe.violations(his.page)
    his.shoot("portal-asked")
    assert faults == []


@pytest.mark.parametrize(
    "path",
    [
        *(f"/assessments/?tab={slug}" for slug in ("todo", "issued", "objections")),
        "/assessments/calendar/", "/assessments/agencies/", "/assessments/agencies/new/", "/assessments/figures/",
        "/assessments/draws/", "/assessments/rescoring/?reading=sum",
    ],
)  # fmt: skip
def test_pages_of_assessments_have_no_barriers(walk: Walk, path: str) -> None:
    officer = walk("xian")
    for width in (1280, 390):
        officer.page.set_viewport_size({"width": width, "height": 800})
        officer.go(path)
        found = axe.violations(officer.page)
        assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []
