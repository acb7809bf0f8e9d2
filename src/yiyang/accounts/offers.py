"""What a form may offer somebody: the roles, areas and registers that he may hand on. The actions ask again."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import yaml
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from yiyang.accounts.authority import authority_of
from yiyang.accounts.models import User
from yiyang.accounts.roles import load_roles
from yiyang.accounts.visible import areas
from yiyang.areas.models import Area
from yiyang.base.paths import policy_dir

LISTED = 800
CODE = re.compile(r"^\s*(\d{12})\b")


def roles_for(user: User, kind: str, on: date) -> list[tuple[str, str]]:
    """Roles that whoever is logged in can grant somewhere to an account of a kind, with their names."""
    authority = authority_of(user, on)
    mine = {right for held in authority.held for right in held.role.reach}
    levels = set(areas_for("account.grant", on).order_by().values_list("level", flat=True).distinct())
    return [
        (slug, role.zh)
        for slug, role in load_roles().roles.items()
        if role.api_only == (kind == User.Kind.SERVICE) and role.reach <= mine and levels & set(role.levels)
    ]


def areas_for(right: str, on: date, levels: tuple[str, ...] = ()) -> QuerySet[Area]:
    """Areas in which the scope in force holds a right, from the top down."""
    found = areas(right, on).exclude(code=-1)
    return (found.filter(level__in=levels) if levels else found).order_by("code")


def area_of(text: str, right: str, on: date) -> Area:
    """The area that somebody typed: a 12-digit code, or a name that is unique within his scope.

    Raises:
        ValidationError: none or several; one of elsewhere is none.
    """
    inside = areas(right, on)
    if code := CODE.match(text):
        found = list(inside.filter(code=int(code[1]))[:1])
    else:
        found = list(inside.filter(name=text.strip())[:9])
    if not found:
        raise ValidationError("您的范围内没有这个区划。请填名称或 12 位代码。")
    if len(found) > 1:
        raise ValidationError("有几个同名区划，请填 12 位代码：" + "、".join(f"{a.code}" for a in found))
    return found[0]


@cache
def registers() -> tuple[tuple[str, str], ...]:
    """Register and its Chinese name, from the contracts in policy/registers."""
    files = sorted((policy_dir() / "registers").glob("*.yaml"))
    read = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in files)
    own = ("corrections", "platform")
    return tuple((each["register"], each["name"]["zh"]) for each in read if each["delivery"] not in own)
