"""Accounts to try the platform with, one a role, on made-up people only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from yiyang.access.scope import platform
from yiyang.accounts.actions.accounts import open_account
from yiyang.accounts.actions.grants import grant_role
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.areas.models import Area
from yiyang.audit.record import work

PASSWORD = "yiyang-demo-2026"
REASON = "演示"


@dataclass(frozen=True)
class DemoAccount:
    """What is printed. `note` says what is special about it."""

    username: str
    password: str
    name: str
    role: str
    area: str
    note: str = ""


# username, name, role, where (level; town2 = the second town), what is special
CAST = (
    ("shi", "张敏", "city_officer", "city", ""),
    ("shouli", "周洁", "intake", "city", "还能看到未落区划的人"),
    ("shenji", "韩正", "auditor", "city", "看日志，看不到老年人"),
    ("guanli", "罗强", "administrator", "city", "看不到老年人"),
    ("xian", "李军", "county_officer", "county", ""),
    ("shenhe", "何芳", "reviewer", "county", ""),
    ("shenpi", "唐伟", "approver", "county", ""),
    ("fazhi", "许静", "legal_officer", "county", ""),
    ("juzhang", "郑国华", "bureau_head", "county", ""),
    ("pinggu", "冯玲", "assessor", "county", ""),
    ("pinggu2", "蒋萍", "assessor", "county", "有护理资质，与前者同一机构"),
    ("chuzhi", "曾勇", "responder", "county", "只看到派给他的异常情况"),
    ("jiancha", "袁刚", "inspector", "county", ""),
    ("xiang", "王丽", "township_clerk", "town", ""),
    ("xiang2", "赵勇", "township_clerk", "town2", "相邻乡镇，看不到前者的人"),
    ("jigou", "邓梅", "institution_manager", "town", ""),
    ("cun", "陈桂芳", "village_visitor", "village", ""),
    ("xin", "新同志", "village_visitor", "village", "首次登录须改密码"),
    ("lianluo", "林燕", "liaison", "city", "责任单位，填报任务进展"),
    ("yibao", "医保局接口", "supplier", "city", "只能用接口令牌"),
    ("yiyuan", "县医院接口", "partner", "county", "只能用接口令牌"),
)


def make_demo_accounts(area_code: int = 511724000000) -> list[dict[str, str]]:
    """One account a role for a county, its city, its first two towns and a village; as rows to print.

    May be called again: accounts that are there stay as they are. Leaves a mark in the data folder: only there are demo
    accounts spared the second factor.
    """
    (settings.DATA / "demo").mkdir(exist_ok=True, parents=True)
    with work(platform(REASON)):
        places = _places(Area.objects.get(code=area_code))
        today = timezone.localdate()
        return [asdict(_account(each, places[each[3]], today)) for each in CAST]


def _places(county: Area) -> dict[str, Area]:
    towns = list(Area.objects.filter(parent=county, level="town", valid_to__isnull=True).order_by("code")[:2])
    village = Area.objects.filter(parent=towns[0], level="village", valid_to__isnull=True).order_by("code").first()
    city = county.parent
    if city is None:
        raise ValueError(f"{county.name} has no city above")
    return {"city": city, "county": county, "town": towns[0], "town2": towns[-1], "village": village or towns[0]}


def _account(cast: tuple[str, str, str, str, str], area: Area, today: date) -> DemoAccount:
    username, name, role, _, note = cast
    known = load_roles().roles[role]
    kind = User.Kind.SERVICE if known.api_only else User.Kind.STAFF
    if not User.objects.filter(username=username).exists():
        user, _password = open_account(
            username=username, name=name, area=area, by=None, kind=kind, unit=f"{area.name}（演示）", is_demo=True
        )
        _make_easy(user, is_first=username == "xin")
        grant_role(
            user=user, role=role, area=area, starts=today, ends=today + timedelta(days=730), by=None, reason=REASON,
            registers=_registers() if known.needs_registers else None,
        )  # fmt: skip
    password = "" if known.api_only else PASSWORD
    return DemoAccount(username, password, name, known.zh, area.name, note)


def _make_easy(user: User, is_first: bool) -> None:
    """The known password; nothing to change, but for the one who shows the first login."""
    if user.kind == User.Kind.SERVICE:
        return
    user.set_password(PASSWORD)
    user.must_change_password, user.temporary_until = is_first, None
    user.save(update_fields=["password", "must_change_password", "temporary_until"])


def _registers() -> Iterable[str]:
    from yiyang.accounts.offers import registers

    return [slug for slug, _ in registers()]


def shown() -> list[list[str]]:
    """The demo accounts that are there, to print: role (and what is special), area, username, password."""
    with work(platform(REASON)):
        there = {user.username: user for user in User.objects.filter(is_demo=True).select_related("area")}
    roles = load_roles().roles
    lines = []
    for username, _, role, _, note in CAST:
        if user := there.get(username):
            title = f"{roles[role].zh}（{note}）" if note else roles[role].zh
            password = "" if roles[role].api_only else PASSWORD
            lines.append([title, user.area.name if user.area else "", username, password])
    return lines
