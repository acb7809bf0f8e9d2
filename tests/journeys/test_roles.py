"""A day of each role: what its first page holds, which rooms it may enter, and which stay closed by any address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.chromium
Walk = Callable[..., Any]

# The rooms of each role's rail, beyond 工作台 and 区划, which all have.
AT_WORK = {"个案", "待了解", "更正申请", "探访", "规划与项目"}
ROOMS = {
    "shi": {"老年人", "重点人群", "数据交付", "疑似同一人", "导出", "账户与授权", "接口令牌", "权限一览", "系统"}
    | AT_WORK
    | {"月度运行", "服务清单", "清单测算", "人口预测", "养老服务圈", "指标", "告知", "外出办理", "能力评估"},
    "shouli": {"老年人", "重点人群", "数据交付", "疑似同一人", "更正申请", "人口预测", "养老服务圈", "指标"},
    "xian": {"老年人", "重点人群", "数据交付", "疑似同一人", "导出", "账户与授权", "权限一览"}
    | AT_WORK
    | {"月度运行", "服务清单", "清单测算", "人口预测", "养老服务圈", "指标", "告知", "外出办理", "能力评估"},
    "xiang": {"老年人", "重点人群", "数据交付", "疑似同一人", "导出", "账户与授权", "权限一览"}
    | AT_WORK
    | {"月度运行", "人口预测", "养老服务圈", "指标", "外出办理", "能力评估"},
    "cun": {"老年人", "重点人群", "个案", "待了解", "外出办理", "探访"},
    "shenhe": {"老年人", "重点人群", "个案", "待了解", "月度运行", "能力评估", "探访"}
    | {"人口预测", "养老服务圈", "指标"},
    "shenpi": {"老年人", "重点人群", "个案", "待了解", "月度运行", "人口预测", "养老服务圈", "指标", "服务清单"},
    "pinggu": {"老年人", "外出办理", "能力评估"},
    "jiancha": {"重点人群", "人口预测", "养老服务圈", "指标"},
    "lianluo": {"重点人群", "人口预测", "养老服务圈", "指标", "规划与项目"},
    "jigou": set(),
    "shenji": {"重点人群", "人口预测", "养老服务圈", "指标", "账户与授权", "权限一览", "审计"},
    "guanli": {"账户与授权", "接口令牌", "权限一览", "系统"},
}
ADDRESSES = {
    "老年人": "/people/",
    "重点人群": "/people/groups/",
    "数据交付": "/people/deliveries/",
    "疑似同一人": "/people/doubles/",
    "导出": "/people/exports/",
    "人口预测": "/forecast/",
    "养老服务圈": "/reach/",
    "指标": "/indicators/",
    "规划与项目": "/plans/",
    "区划": "/areas/",
    "账户与授权": "/admin/accounts/",
    "接口令牌": "/admin/tokens/",
    "权限一览": "/admin/matrix/",
    "审计": "/audit/",
    "系统": "/system/",
}


@pytest.mark.parametrize("username", ROOMS)
def test_each_role_sees_its_rooms_and_no_others(walk: Walk, username: str) -> None:
    walker = walk(username)
    walker.go("/")
    assert set(walker.rail) == ROOMS[username] | {"工作台", "区划"}
    walker.shoot("home")
    for room, address in ADDRESSES.items():
        answer = walker.get(address)
        expected = 200 if room in walker.rail else 403
        assert answer.status == expected, f"{room} {address}: {answer.status}"
    walker.go(ADDRESSES["系统" if "系统" not in walker.rail else "审计"])
    assert walker.heading == "您没有这项权限"


def test_the_rail_leads_to_every_room_of_the_city(walk: Walk) -> None:
    walker = walk("shi")
    walker.go("/")
    for room in walker.rail:
        walker.page.locator("#rail").get_by_role("link", name=room, exact=True).click()
        assert walker.page.locator("#rail a[aria-current=page]").inner_text().strip() == room
        walker.shoot(room)


def test_the_county_officer_finds_what_needs_him(walk: Walk) -> None:
    walker = walk("xian")
    walker.go("/")
    assert walker.heading == "今天要办的事"
    assert walker.says("大竹县")
    assert walker.says("居住在辖区的老年人")
    assert walker.page.locator("figure.chart").count() >= 1


def test_the_auditor_learns_who_looked_but_not_at_whom(walk: Walk) -> None:
    clerk, auditor = walk("xiang"), walk("shenji")
    person, name = _somebody(clerk, "511724001")
    clerk.go(f"/people/files/{person}/")
    assert clerk.says(name)
    auditor.go("/audit/?kind=read")
    assert auditor.says("王丽")
    assert auditor.keeps_silent_on(name)
    auditor.shoot("log")
    auditor.page.locator("table a.row-link").first.click()
    auditor.shoot("line")
    assert auditor.keeps_silent_on(name)
    assert auditor.go(f"/people/files/{person}/").status == 403


def test_the_administrator_sees_the_system_and_unlocks_an_account(walk: Walk) -> None:
    stranger = walk()
    for _ in range(6):
        stranger.log_in("pinggu", "wrong password")
    assert stranger.says("分钟")
    admin = walk("guanli")
    admin.go("/system/")
    assert admin.says("安装检查")
    assert admin.says("没有范围就看不到任何人")
    admin.shoot("system")
    admin.go("/admin/accounts/")
    admin.page.get_by_role("link", name="冯玲").first.click()
    admin.shoot("locked-account")
    admin.page.get_by_role("button", name="解锁").click()
    _prove(admin)
    unlocked = admin.page.get_by_text("登录已解锁")
    again = admin.page.get_by_role("button", name="解锁")
    unlocked.or_(again).first.wait_for()
    if again.count():
        admin.page.get_by_role("button", name="解锁").click()
    assert admin.says("登录已解锁")
    stranger.log_in("pinggu")
    assert stranger.heading == "今天要办的事"


def _prove(walker: Any) -> None:
    """The password once more, if it is asked for."""
    if walker.path.startswith("/accounts/reauthenticate/"):
        walker.page.get_by_label("密码").fill("yiyang-demo-2026")
        walker.page.locator("main button[type=submit]").first.click()


def test_a_visitor_sees_the_people_of_his_village_only(walk: Walk) -> None:
    visitor = walk("cun")
    village = visitor.installation.one(
        "SELECT a.code FROM areas_area a JOIN accounts_grant g ON g.area_id = a.id "
        "JOIN accounts_user u ON u.id = g.user_id WHERE u.username = 'cun'"
    )
    there = _people(visitor, "area_code = %s OR registered_code = %s", village, village)
    elsewhere = _people(visitor, "area_code <> %s AND registered_code <> %s", village, village)
    visitor.go("/people/")
    visitor.shoot("people")
    assert visitor.page.locator("table a.row-link").count() == min(len(there), 50)
    assert visitor.get(f"/people/files/{elsewhere[0][0]}/").status == 404
    if there:
        visitor.go(f"/people/files/{there[0][0]}/")
        assert visitor.says(there[0][1])
        visitor.shoot("person")


def _people(walker: Any, where: str, *values: Any) -> list[tuple[int, str]]:
    living = "is_current AND merged_into_id IS NULL AND alive = 1"
    query = f"SELECT id, name FROM registry_person WHERE {living} AND ({where}) ORDER BY id"
    return list(walker.installation.ask(query, *values))


def _somebody(walker: Any, prefix: str) -> tuple[int, str]:
    """Somebody who lives (and is registered) below a code."""
    low = int(prefix.ljust(12, "0"))
    high = low + 10 ** (12 - len(prefix)) - 1
    found = _people(
        walker,
        "area_code BETWEEN %s AND %s AND registered_code BETWEEN %s AND %s AND groups <> '[]'",
        low,
        high,
        low,
        high,
    )
    return found[0]
