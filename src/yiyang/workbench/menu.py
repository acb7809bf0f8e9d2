"""The left rail: which rooms a role may enter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse

from yiyang.workbench.place import place_of

SIZE_COOKIE = "size"


@dataclass(frozen=True)
class Entry:
    """One line of the rail. `rights`: any of them shows it; none: shown to everybody who is logged in."""

    title: str
    url: str
    icon: str
    rights: tuple[str, ...] = ()


MENU = (
    Entry("工作台", "workbench:home", "home"),
    Entry("老年人", "registry:people", "people", ("person.search",)),
    Entry("重点人群", "registry:groups", "groups", ("group.read", "figure.read")),
    Entry("指标", "indicators:board", "chart", ("figure.read", "figure.enter")),
    Entry("月度运行", "entitlement:runs", "month", ("run.read",)),
    Entry("待了解", "entitlement:unknowns", "unknown", ("case.read",)),
    Entry("个案", "cases:work", "check", ("case.read",)),
    Entry("探访", "visits:overview", "place", ("visit.read", "finding.handle")),
    Entry("能力评估", "assessment:work", "figures", ("assessment.read",)),
    Entry("外出办理", "field:devices", "phone", ("visit.do", "assessment.do", "visit.plan", "assessment.plan")),
    Entry("告知", "notices:overview", "bell", ("notice.dispatch",)),
    Entry("更正申请", "portal:requests", "edit", ("person.correct",)),
    Entry("服务清单", "revisions:lists", "file", ("list.read",)),
    Entry("规划与项目", "planning:documents", "file", ("plan.read", "project.read")),
    Entry("养老服务圈", "reach:circle", "place", ("figure.read",)),
    Entry("数据交付", "registry:deliveries", "deliveries", ("delivery.read",)),
    Entry("疑似同一人", "registry:doubles", "doubles", ("link.judge",)),
    Entry("导出", "registry:exports", "exports", ("person.export",)),
    Entry("清单测算", "simulation:board", "chart", ("simulation.use",)),
    Entry("人口预测", "forecast:overview", "chart", ("figure.read",)),
    Entry("区划", "areas:areas", "areas", ("area.read",)),
    Entry("账户与授权", "accounts:accounts", "accounts", ("account.read",)),
    Entry("接口令牌", "accounts:tokens", "tokens", ("token.manage",)),
    Entry("权限一览", "accounts:matrix", "matrix", ("account.read", "audit.read")),
    Entry("审计", "audit:log", "audit", ("audit.read",)),
    Entry("系统", "site:system", "system", ("system.read",)),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page's frame needs. A page of an error has it only as far as the request came."""
    frame: dict[str, Any] = {"menu": [], "is_large": request.COOKIES.get(SIZE_COOKIE) == "large"}
    scope = getattr(request, "scope", None)
    if scope is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return frame
    open_to_me = [entry for entry in MENU if not entry.rights or any(scope.may(right) for right in entry.rights)]
    menu = [(entry, url) for entry in open_to_me if (url := _url(entry.url, get_script_prefix()))]
    # Of lines that lie within one another the most exact is where one is.
    here = max((url for _, url in menu if _is_here(url, request.path)), key=len, default="")
    frame |= {"menu": menu, "here": here, "scope": scope, "may_search": scope.may("person.search")}
    return frame | place_of(request)


def _is_here(url: str, path: str) -> bool:
    """Whether a page lies under a line of the rail."""
    return path == url if url == "/" else path == url or path.startswith(url.rstrip("/") + "/")


@cache
def _url(name: str, prefix: str) -> str:
    """The address of a line, found once: `prefix` is where the platform lies under its host."""
    try:
        return reverse(name)
    except NoReverseMatch:
        # A room that is not installed has no line.
        return ""
