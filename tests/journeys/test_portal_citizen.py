"""A daughter of fifty logs in, her father agrees by a code, she applies for him with a photo; a clerk sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from yiyang.site.tests import axe

pytestmark = [pytest.mark.chromium, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def cast(platform_server: Any) -> dict[str, dict[str, str]]:
    """The demo's elder and his daughter."""
    kept: dict[str, dict[str, str]] = json.loads((platform_server.data / "demo" / "citizens.json").read_text("utf-8"))
    return kept


def _code(walker: Any) -> str:
    """The code that a demonstration shows on the page."""
    return re.findall(r"验证码是 ([0-9]{6})", walker.page.locator("main").inner_text())[0]


def _log_in(walker: Any, who: dict[str, str]) -> None:
    walker.go("/portal/")
    walker.page.get_by_role("link", name="我的办理").click()
    walker.field("姓名").fill(who["name"])
    walker.field("身份证号码").fill(who["id_number"])
    walker.field("手机号码").fill(who["phone"])
    walker.page.get_by_role("button", name="获取验证码").click()
    walker.field("验证码").fill(_code(walker))
    walker.page.get_by_role("button", name="确定").click()


def _look(walker: Any, faults: list[str], name: str) -> None:
    found = axe.violations(walker.page)
    faults += [f"{walker.path} {each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]
    walker.shoot(name)
    walker.page.set_viewport_size(PHONE)


def _asks(her: Any, father: dict[str, str], faults: list[str]) -> None:
    """She asks to act for her father, and he reads the code to her."""
    her.page.get_by_role("link", name="替家里老人办理").click()
    her.field("老人姓名").fill(father["name"])
    her.field("老人身份证号码").fill(father["id_number"])
    her.field("关系").select_option("女儿")
    her.page.get_by_role("button", name="给老人发验证码").click()
    _look(her, faults, "ask")
    her.field("验证码").fill(_code(her))
    her.page.get_by_role("button", name="确定").click()
    assert her.says("老人已同意")
    assert her.says("正在为")
    _look(her, faults, "home")


def _applies(her: Any, photo: Path, faults: list[str]) -> str:
    """She applies for him with a photo; the number of the case."""
    her.page.get_by_role("link", name="看全部、看理由、去申请").click()
    _look(her, faults, "entitlements")
    her.page.get_by_role("link", name=re.compile("^申请")).first.click()
    photo.write_bytes(PHOTO)
    her.field("材料名称").fill("残疾证")
    her.field("材料照片").set_input_files(photo)
    _look(her, faults, "apply")
    her.page.get_by_role("button", name="提交申请").click()
    assert her.says("已受理")
    assert her.says("残疾证")
    _look(her, faults, "case")
    return re.findall(r"受理编号\s*([0-9]+)", her.page.locator("main").inner_text())[-1]


def _seen_by_a_clerk(clerk: Any, number: str) -> None:
    key = clerk.installation.one("SELECT id FROM cases_case WHERE number = %s", number)
    clerk.go(f"/cases/{key}/")
    assert clerk.says(number)
    query = "SELECT by_name FROM cases_step WHERE case_id = %s ORDER BY id DESC LIMIT 1"
    assert clerk.installation.one(query, key).endswith("（代办）")


def test_a_daughter_acts_for_her_father(
    walk: Callable[..., Any], cast: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    faults: list[str] = []
    her, father = walk(bypass_csp=True), cast["elder"]
    her.page.set_viewport_size(PHONE)
    her.go("/portal/")
    her.page.get_by_role("button", name="长辈版").click()
    _log_in(her, cast["daughter"])
    assert her.says("没有可以办理的老人档案")
    _look(her, faults, "nobody-yet")
    _asks(her, father, faults)
    number = _applies(her, tmp_path / "photo.png", faults)
    _seen_by_a_clerk(walk("xian"), number)
    assert faults == []


def test_a_father_sees_who_acts_for_him_and_ends_it(walk: Callable[..., Any], cast: dict[str, dict[str, str]]) -> None:
    faults: list[str] = []
    his, father = walk(bypass_csp=True), cast["elder"]
    _log_in(his, father)
    assert his.says("本人办理")
    home = f"/portal/mine/{father['person']}/"
    for page in ("", "cases/", "messages/", "file/", "contacts/", "readers/", "family/", "family/name/"):
        his.go(home + page)
        _look(his, faults, page.strip("/").replace("/", "-") or "home")
    his.go(home + "family/name/")
    daughter = cast["daughter"]
    for label, name in (("家人姓名", "name"), ("家人身份证号码", "id_number"), ("家人手机号码", "phone")):
        his.field(label).fill(daughter[name])
    his.page.get_by_role("button", name="同意由这位家人代办").click()
    assert his.says("已授权")
    his.page.get_by_role("button", name=re.compile("^撤销")).click()
    assert his.says("不能再替您办理")
    assert faults == []
