"""Lists of accounts, grants and tokens."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.accounts.models import ApiToken, Grant, User
from yiyang.accounts.offers import areas_for
from yiyang.accounts.roles import load_roles
from yiyang.areas.logic import span
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty


def role_name(slug: str) -> str:
    """The role in Chinese; a role that policy no longer knows, by its slug."""
    role = load_roles().roles.get(slug)
    return role.zh if role else slug


def in_force() -> Q:
    """Grants that hold today."""
    today = timezone.localdate()
    return Q(revoked_at__isnull=True, starts__lte=today) & (Q(ends__isnull=True) | Q(ends__gte=today))


def with_roles(rows: QuerySet[User]) -> QuerySet[User]:
    """Accounts with what the list shows of them, without a query per row."""
    grants = Prefetch("grants", Grant.objects.filter(in_force()).select_related("area"), to_attr="now")
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return rows.select_related("area").prefetch_related(grants).annotate(has_code=Exists(totp))


def _roles_of(user: Any) -> str:
    return "、".join(f"{role_name(grant.role)}（{grant.area.name}）" for grant in user.now)


def _by_words(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    return rows.filter(Q(name__icontains=words) | Q(username__icontains=words) | Q(unit__icontains=words))


def _by_role(rows: QuerySet[Any], role: str) -> QuerySet[Any]:
    return rows.filter(pk__in=Grant.objects.filter(in_force(), role=role).values("user"))


def _by_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    if state == "never":
        return rows.filter(last_login__isnull=True, kind=User.Kind.STAFF)
    if state == "no_code":
        return rows.filter(has_code=False, kind=User.Kind.STAFF)
    return rows.filter(is_active=state == "active")


def _by_area(rows: QuerySet[Any], code: str) -> QuerySet[Any]:
    low, high = span(int(code))
    return rows.filter(area__code__gte=low, area__code__lt=high)


class Accounts(Table):
    """Accounts in somebody's scope."""

    name, title, order = "accounts", "账户", "username"
    columns = (
        Column("name", "姓名", is_link=True, sort="name"),
        Column("username", "用户名", sort="username"),
        Column("unit", "单位", is_hidden=True),
        Column("area", "所属区划", value="area.name"),
        Column("roles", "现有角色", value=_roles_of),
        Column("state", "状态", kind="state"),
        Column("has_code", "两步验证", kind="yes_no", value="has_code"),
        Column("last_login", "最近登录", kind="when"),
        Column("kind", "类型", value="get_kind_display", is_hidden=True),
    )
    empty = Empty("还没有账户", "您开设的、以及在您范围内任职的账户列在这里。", "open/", "开设账户")

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        super().__init__(request, with_roles(rows))
        states = (("active", "启用"), ("inactive", "停用"), ("never", "从未登录"), ("no_code", "未设两步验证"))
        below = areas_for("account.read", timezone.localdate(), ("city", "county", "town"))
        self.filters = (  # type: ignore[misc]
            Filter("q", "姓名、用户名或单位", lookup=_by_words),
            Filter("role", "角色", lookup=_by_role, choices=[(s, r.zh) for s, r in load_roles().roles.items()]),
            Filter("area", "区划", lookup=_by_area, choices=[(a.code, a.name) for a in below.exclude(code=None)[:400]]),
            Filter("state", "状态", lookup=_by_state, choices=states),
        )

    def row_url(self, row: Any) -> str:
        return reverse("accounts:account", args=[row.pk])


class Expiring(Table):
    """Grants that end soon."""

    name, title, order = "expiring", "即将到期的授权", "ends"
    columns = (
        Column("user", "姓名", is_link=True, value="user.name"),
        Column("role", "角色", value=lambda row: role_name(row.role)),
        Column("area", "区划", value="area.name"),
        Column("starts", "起始日期"),
        Column("ends", "终止日期", sort="ends"),
    )
    empty = Empty("近期没有到期的授权", "六十天内到期的授权列在这里，可以延长。")

    def row_url(self, row: Any) -> str:
        return reverse("accounts:account", args=[row.user_id])


def state_of_token(token: ApiToken) -> str:
    """The state of a token, as the API tells it."""
    return token.state


def _token_words(token: Any) -> str:
    rights = load_roles().rights
    return "、".join(rights[right].zh for right in token.rights if right in rights)


class Tokens(Table):
    """Departments' tokens; never their secrets."""

    name, title, order = "tokens", "接口令牌", "-expires"
    columns = (
        Column("name", "用途", is_link=True),
        Column("user", "账户", value="user.name"),
        Column("prefix", "开头", kind="code"),
        Column("rights", "权限", value=_token_words),
        Column("registers", "登记册", value=lambda row: "全部" if row.registers is None else "、".join(row.registers)),
        Column("area", "区划", value=lambda row: row.area.name if row.area else "全部"),
        Column("expires", "有效期至", kind="when", sort="expires"),
        Column("last_used_at", "最近使用", kind="when"),
        Column("last_address", "最近来源", is_hidden=True),
        Column("state", "状态", kind="state"),
    )
    empty = Empty("还没有接口令牌", "为部门接口账户签发令牌后列在这里。", "issue/", "签发令牌")

    def row_url(self, row: Any) -> str:
        return reverse("accounts:token", args=[row.pk])
