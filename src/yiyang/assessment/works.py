"""What waits for whom: the lists of assessments, and how much stands on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.assessment.models import Objection, Request, Result
from yiyang.kit.paging import bounded_count
from yiyang.kit.parts import Tab

COUNTED = 1000
# A result that ends within so many days is due to be made anew.
RENEW = 60
State = Request.State
OPEN = (State.REQUESTED, State.PLANNED, State.FILLED, State.SIGNED, State.RETURNED)
Rows = Callable[[QuerySet[Any]], QuerySet[Any]]


def _late(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(due__lt=timezone.localdate(), state__in=OPEN)


def _mine(rows: QuerySet[Any]) -> QuerySet[Any]:
    user = current().user
    open_to_him = (State.PLANNED, State.FILLED, State.RETURNED)
    return rows.filter(Q(lead__user=user) | Q(second__user=user), state__in=open_to_him)


def _renewed(rows: QuerySet[Any]) -> QuerySet[Any]:
    until = timezone.localdate() + timedelta(days=RENEW)
    return rows.filter(state__in=[Result.State.VALID, Result.State.CONTESTED], valid_to__lte=until)


def _in(*states: str) -> Rows:
    return lambda rows: rows.filter(state__in=states)


@dataclass(frozen=True)
class Work:
    """One tab.

    Attributes:
        of: requests, results or objections.
        right: whoever has it finds his work here first.
        empty: how something comes to stand here; none: what is said while nothing does ('' = by the title).
        is_counted: whether its number stands on the tab.
    """

    slug: str
    title: str
    rows: Rows
    of: str = "requests"
    right: str = "assessment.read"
    empty: str = ""
    none: str = ""
    is_counted: bool = True


WORKS = (
    Work(
        "mine", "我的评估", _mine, right="assessment.do", none="没有安排给您的评估",
        empty="安排给您的评估列在这里，也会下载到手机上。",
    ),
    Work(
        "todo", "待安排", _in(State.REQUESTED), right="assessment.plan",
        empty="本人、乡镇（街道）、医疗机构提出的申请，和待了解清单里提出的，列在这里安排评估机构。",
    ),
    Work("planned", "已安排", _in(State.PLANNED), empty="已约定时间、还没有上门的列在这里。"),
    Work("sign", "待签字", _in(State.FILLED), empty="评估表已填好、两名评估人员还没有都签字的列在这里。"),
    Work(
        "check", "待质控", _in(State.SIGNED), right="assessment.check",
        empty="两名评估人员都签了字的列在这里，核对后签发结果。",
    ),
    Work("returned", "退回重填", _in(State.RETURNED), empty="质控退回、等评估人员重填的列在这里。"),
    Work(
        "hint", "情况变化", lambda rows: rows.filter(channel=Request.Channel.HINT, state__in=OPEN),
        none="没有因情况变化提出的评估",
        empty="结果有效期内跌倒、突发疾病、新查出失智等，平台自动提出的即时评估列在这里；不需要的可以写明理由取消。",
    ),
    Work(
        "late", "已超期", _late, none="没有超期的评估",
        empty="超过办理期限还没有出结果的列在这里，逾期久的报县级、市级督办。",
    ),
    Work(
        "objections", "异议", lambda rows: rows.filter(state__in=[Objection.State.OPEN, Objection.State.AGAIN]),
        of="objections", right="assessment.object", none="没有待处理的异议",
        empty="对结果有异议的列在这里，由没有参加评估的人员重新评估。",
    ),
    Work(
        "renew", "到期复评", _renewed, of="results", none=f"{RENEW} 天内没有到期的结果",
        empty=f"{RENEW} 天内到期的评估结果列在这里，到期前 30 天平台自动提出复评。",
    ),
    Work(
        "issued", "已出结果", lambda rows: rows, of="results", none="还没有评估结果", empty="签发的评估结果列在这里。",
        is_counted=False,
    ),
    Work(
        "all", "全部申请", lambda rows: rows, none="还没有评估申请", empty="有人提出评估申请后列在这里。",
        is_counted=False,
    ),
)  # fmt: skip
BY_SLUG = {work.slug: work for work in WORKS}
FIRST = ("assessment.object", "assessment.check", "assessment.plan", "assessment.do")


def rows_of(kind: str) -> QuerySet[Any]:
    """What a tab is made of, within the scope."""
    if kind == "results":
        return Result.objects.select_related("person", "request__agency")
    if kind == "objections":
        return Objection.objects.filter(result__in=Result.objects.all()).select_related("result__person")
    return Request.objects.select_related("person", "agency", "lead__user", "second__user")


def first_of(scope: Scope) -> Work:
    """Where somebody's own work stands: the first list of his that is not empty."""
    mine = [work for work in WORKS if work.right in FIRST and scope.may(work.right)]
    waiting = (work for work in mine if work.rows(rows_of(work.of)).exists())
    return next(waiting, mine[0] if mine else BY_SLUG["all"])


def shown(scope: Scope) -> list[Work]:
    """The tabs of a scope: one's own round only for whoever assesses."""
    return [work for work in WORKS if work.slug != "mine" or scope.may("assessment.do")]


def tabs(chosen: str) -> list[Tab]:
    """All lists with how much waits, counted up to a thousand."""
    url, found = reverse("assessment:work"), []
    for work in shown(current()):
        count = bounded_count(work.rows(rows_of(work.of)), COUNTED)[0] if work.is_counted else None
        found.append(Tab(work.title, f"{url}?tab={work.slug}", work.slug == chosen, count))
    return found
