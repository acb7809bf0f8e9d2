"""Commands: account create, account list, account reset-password, account link. The first account begins the chain."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yiyang.base import platform
from yiyang.base.errors import UsageError
from yiyang.base.screen import emit_json, say, show_table, t

if TYPE_CHECKING:
    from yiyang.accounts.models import User
    from yiyang.areas.models import Area

app = typer.Typer(name="account", no_args_is_help=True, help="账户与授权。Accounts and grants.")
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。Print JSON.")]
Username = Annotated[str, typer.Option(help="用户名。The username.")]


@app.command("create", epilog="例 Example: yiyang account create --role city_officer --area 511700 --username zhangmin")
def create_command(
    role: Annotated[str, typer.Option(help="角色，见 policy/roles.yaml。The role.")],
    area: Annotated[str, typer.Option(help="区划代码或名称。The area.")],
    username: Username,
    name: Annotated[str, typer.Option(help="姓名，默认同用户名。The person's name.")] = "",
    unit: Annotated[str, typer.Option(help="单位。The unit.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="终止日期。The last day.")] = None,
    as_json: AsJson = False,
) -> None:
    """开设账户并授予角色，临时密码只显示这一次。Open an account with a role; the password is shown once."""
    with platform.started():
        password = _create(role, area, username, name or username, unit, until.date() if until else None)
    if as_json:
        return emit_json({"username": username, "password": password})
    return say(
        f"账户 {username} 已开设。临时密码（只显示这一次，首次登录须更换）：{password}",
        f"Account {username} is open. Temporary password, shown once, to be changed at the first login: {password}",
    )


@app.command("list", epilog="例 Example: yiyang account list --json")
def list_command(as_json: AsJson = False) -> None:
    """列出账户和现有角色。List accounts and their roles."""
    with platform.started():
        rows = _rows()
    if as_json:
        return emit_json({"accounts": rows})
    heads = [t("用户名", "username"), t("姓名", "name"), t("区划", "area"), t("角色", "roles"), t("状态", "state")]
    return show_table(t("账户", "Accounts"), [(head, "left") for head in heads], [list(row.values()) for row in rows])


@app.command("reset-password", epilog="例 Example: yiyang account reset-password --username zhangmin")
def reset_command(
    username: Username,
    codes: Annotated[bool, typer.Option(help="同时重置两步验证。Reset the second factor too.")] = False,
    as_json: AsJson = False,
) -> None:
    """重置密码（最后一位市级业务人员也忘记密码时用）。Reset a password when nobody else can."""
    with platform.started():
        password = _reset(username, codes)
    if as_json:
        return emit_json({"username": username, "password": password})
    return say(f"{username} 的新临时密码：{password}", f"New temporary password of {username}: {password}")


@app.command("link", epilog="例 Example: yiyang account link --username zhangmin --subject 8f14e45f")
def link_command(
    username: Username,
    subject: Annotated[str, typer.Option(help="统一身份认证中的 sub。The subject at the identity provider.")],
    as_json: AsJson = False,
) -> None:
    """把账户与统一身份认证的身份对应起来。Tie an account to a subject of the identity provider."""
    with platform.started():
        from yiyang.accounts.single_sign_on import KEY
        from yiyang.accounts.social import link

        with _working("account link"):
            link(_found(username), subject, KEY)
    if as_json:
        return emit_json({"username": username, "subject": subject})
    return say(f"{username} 已对应。", f"{username} is linked.")


def _working(what: str) -> AbstractContextManager[object]:
    from yiyang.access.scope import platform as platform_scope
    from yiyang.audit.record import work

    return work(platform_scope(what))


def _create(role: str, area: str, username: str, name: str, unit: str, until: date | None) -> str:
    from django.utils import timezone

    from yiyang.accounts.actions.accounts import open_account
    from yiyang.accounts.actions.grants import grant_role

    with _working("account create"):
        where = _area(area)
        user, password = open_account(username=username, name=name, area=where, by=None, unit=unit)
        starts = timezone.localdate()
        grant_role(user=user, role=role, area=where, starts=starts, ends=until, by=None, reason="命令行开设")
    return password


def _reset(username: str, codes: bool) -> str:
    from yiyang.accounts.actions.accounts import reset_password, reset_second_factor

    with _working("account reset-password"):
        user = _found(username)
        if codes:
            reset_second_factor(user=user, by=None, reason="命令行")
        return reset_password(user=user, by=None, reason="命令行")


def _rows() -> list[dict[str, str]]:
    from yiyang.accounts.lists import role_name, with_roles
    from yiyang.accounts.models import User

    with _working("account list"):
        people: list[Any] = list(with_roles(User.objects.all()))
        return [
            {
                "username": user.username,
                "name": user.name,
                "area": user.area.name if user.area else "",
                "roles": t("、", ", ").join(f"{role_name(g.role)}（{g.area.name}）" for g in user.now),
                "state": t("启用", "on") if user.is_active else t("停用", "off"),
            }
            for user in people
        ]


def _found(username: str) -> User:
    from yiyang.accounts.models import User

    user = User.objects.filter(username=username.strip().lower()).first()
    if user is None:
        raise UsageError(f"没有账户 {username}。", f"There is no account {username}.")
    return user


def _area(text: str) -> Area:
    from yiyang.areas import logic
    from yiyang.areas.models import Area

    found = Area.objects.filter(code=logic.require(text).code).first() or Area.objects.filter(name=text).first()
    if found is None:
        raise UsageError(f"没有区划 {text}。", f"There is no area {text}.")
    return found
