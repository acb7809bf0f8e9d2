"""Who may do what, printed from the code: rights and roles from policy, pages from the address table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from yiyang.accounts.roles import load_roles
from yiyang.accounts.web import LOGGED_IN, PUBLIC


@dataclass(frozen=True)
class Line:
    """One right, or one page, and the roles that have it or may open it."""

    key: str
    title: str
    roles: frozenset[str]
    note: str = ""


@dataclass(frozen=True)
class Route:
    """An address, its name, and what its view asks for; `rights` is empty where a view does not say."""

    path: str
    name: str
    rights: tuple[str, ...]


def rights() -> list[Line]:
    """Every right, in the order of policy/roles.yaml. A right that is only handed on is noted."""
    known = load_roles()
    found = []
    for slug, right in known.rights.items():
        holders = frozenset(name for name, role in known.roles.items() if slug in role.rights)
        hands_on = [role.zh for name, role in known.roles.items() if slug in role.hands_on and slug in role.reach]
        note = f"{'、'.join(hands_on)}可授出" if hands_on else ""
        found.append(Line(slug, right.zh, holders, note))
    return found


def routes() -> list[Route]:
    """Every address of the site, as the resolver knows them."""
    return [
        Route(f"/{path}", name, (view.right, *view.also) if hasattr(view, "right") else ())
        for path, name, view in _walk(get_resolver(), "", "")
    ]


def pages() -> list[Line]:
    """Every page and the roles that may open it; what lies in it is narrowed by their areas."""
    roles = load_roles().roles
    entering = frozenset(slug for slug, role in roles.items() if not role.api_only)
    found = []
    for route in routes():
        if PUBLIC in route.rights:
            found.append(Line(route.name, route.path, frozenset(roles), "不需登录"))
        elif LOGGED_IN in route.rights:
            found.append(Line(route.name, route.path, entering, "登录即可"))
        else:
            may = {slug for slug, role in roles.items() if set(role.rights) & set(route.rights)}
            note = "接口自行判断" if not route.rights else ""
            found.append(Line(route.name, route.path, frozenset(may), note))
    return found


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str, Any]]:
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(each, URLResolver):
            yield from _walk(each, path, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield path, f"{space}{each.name or ''}", each.callback
