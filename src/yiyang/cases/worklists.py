"""Work lists: what waits for whom, as tabs of one list with filters, order, bulk steps and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.areas import logic as areas
from yiyang.cases.items import choices
from yiyang.cases.models import CLOSED, Appeal, Case, State
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.paging import bounded_count
from yiyang.kit.parts import Empty, Tab
from yiyang.notices.logic import amount
from yiyang.notices.words import item_name
from yiyang.registry.people_list import area_choices

COUNTED = 1000
SOON = 7
CAUSES = {
    "change": "拟调整",
    "end": "拟终止",
    "look": "待了解情况",
}
IN_HAND = ~Q(state__in=[*CLOSED, State.IN_EFFECT, State.GRANTED, State.SUSPENDED])
AUTOMATIC = Q(process="automatic")


def _overdue(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(due__lt=timezone.localdate()).exclude(state__in=CLOSED)


def _appealed(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(Exists(Appeal.objects.filter(case=OuterRef("pk"), state=Appeal.State.OPEN)))


@dataclass(frozen=True)
class Work:
    """One tab.

    Attributes:
        rows: narrows the cases of the scope.
        steps: what may be done to many at once, by step and the word on the button.
        right: whoever has it finds his work here first.
        empty: what stands here where nothing waits.
    """

    slug: str
    title: str
    rows: Callable[[QuerySet[Any]], QuerySet[Any]]
    steps: tuple[tuple[str, str], ...] = ()
    right: str = "case.read"
    empty: str = ""


def _where(*conditions: Q, **words: Any) -> Callable[[QuerySet[Any]], QuerySet[Any]]:
    return lambda rows: rows.filter(*conditions, **words)


WORKS = (
    Work(
        "new", "新发现", _where(state=State.FOUND),
        (("tell", "登记已告知"), ("agree", "登记本人同意"), ("decline", "登记本人放弃")), "case.tell",
        "月度运行启用后，新发现符合条件的老年人列在这里，逐户告知。",
    ),
    Work(
        "told", "待答复", _where(Q(state=State.TOLD) | (Q(state=State.AGREED) & ~AUTOMATIC)),
        (("agree", "登记本人同意"), ("decline", "登记本人放弃")), "case.tell",
        "已告知、等本人答复或提出申请的列在这里。",
    ),
    Work(
        "applied", "待补正", _where(state=State.SUPPLEMENTING), (("supply", "补正齐全"),), "case.handle",
        "已申请、材料还没有补齐的列在这里。",
    ),
    Work(
        "review", "待审核", _where(Q(state=State.APPLIED) | (Q(state__in=[State.TOLD, State.AGREED]) & AUTOMATIC)),
        (("check", "审核通过"),), "case.review", "已申请的，和不用申请、已告知的，在这里审核。",
    ),
    Work(
        "approve", "待审批", _where(state=State.CHECKED),
        (("grant", "批准"), ("send_back", "退回审核"), ("refuse", "不予批准")), "case.approve",
        "审核通过的列在这里，由审批人员决定。",
    ),
    Work(
        "change", "待调整", _where(proposal__in=["change", "look"]),
        (("change", "按新标准调整"), ("keep", "维持不变")), "case.approve",
        "月度运行算出标准有变或情况不明的列在这里。",
    ),
    Work(
        "end", "待终止", _where(proposal="end"), (("end", "终止"), ("keep", "维持不变")), "case.approve",
        "月度运行发现不再符合条件的列在这里。",
    ),
    Work("appeal", "待复核", _appealed, (), "case.appeal", "对决定有异议的列在这里，由没有经手的人员复核。"),
    Work("overdue", "已超期", _overdue, (), "case.read", "超过办理期限的列在这里，并逐级提醒上一级。"),
    Work(
        "effect", "享受中", _where(state__in=[State.GRANTED, State.IN_EFFECT, State.SUSPENDED]),
        (("start", "开始享受"),), "case.read", "已批准和正在享受的列在这里。",
    ),
    Work("all", "全部", lambda rows: rows, (), "case.read", "月度运行启用或有人申请后，个案列在这里。"),
)  # fmt: skip
BY_SLUG = {work.slug: work for work in WORKS}
FIRST = ("case.appeal", "case.approve", "case.review", "case.tell")


def cases() -> QuerySet[Any]:
    """Cases of the scope, each with its person."""
    return Case.objects.select_related("person")


def first_of(scope: Scope) -> Work:
    """Where somebody's own work stands."""
    right = next((each for each in FIRST if scope.may(each)), "case.read")
    return next((work for work in WORKS if work.right == right), WORKS[-1])


def tabs(chosen: str) -> list[Tab]:
    """All work lists with how much waits, counted up to a thousand."""
    url = reverse("cases:work")
    found = []
    for work in WORKS:
        is_counted = work.slug not in ("effect", "all")
        count = bounded_count(work.rows(Case.objects.all()), COUNTED)[0] if is_counted else None
        found.append(Tab(work.title, f"{url}?tab={work.slug}", work.slug == chosen, count))
    return found


def _said(fen: int | None, every: str, otherwise: str) -> str:
    return amount(fen, every) if fen else otherwise


def _area(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if not value.isdigit():
        raise ValidationError("请从列表中选择区划。")
    low, high = areas.span(int(value))
    return rows.filter(area_code__gte=low, area_code__lt=high)


def _due(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = timezone.localdate()
    if value == "late":
        return rows.filter(due__lt=today)
    return rows.filter(due__gte=today, due__lte=today + timedelta(days=SOON))


def _number(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(number=value.upper())


class Cases(Table):
    """One work list."""

    name, title, order = "cases", "个案", "due"
    columns = (
        Column("number", "受理编号", kind="code", sort="id", is_link=True),
        Column("person", "姓名", value="person.name", is_fixed=True),
        Column("item", "项目", value=lambda row: item_name(row.item, row.list_area)),
        Column("amount", "标准", value=lambda row: _said(row.fen, row.every, "服务")),
        Column("proposed", "拟调整为", value=lambda row: _said(row.fen_proposed, row.every, ""), is_hidden=True),
        Column("state", "状态", kind="state"),
        Column("proposal", "拟办", value=lambda row: CAUSES.get(row.proposal, "")),
        Column("area_code", "村（社区）", kind="area"),
        Column("due", "办理期限", kind="day", sort="due"),
        Column("escalated", "督办", value=lambda row: ("", "县级", "市级")[min(row.escalated, 2)], is_hidden=True),
        Column("channel", "来源", value=lambda row: row.get_channel_display(), is_hidden=True),
        Column("since", "进入状态", kind="when", value="state_since", is_hidden=True),
    )  # fmt: skip

    def __init__(self, request: HttpRequest, work: Work) -> None:
        super().__init__(request, work.rows(cases()))
        self.work = work
        self.empty = Empty(f"没有{work.title}的个案", work.empty, icon="done")
        self.bulk = tuple(
            Bulk(word, reverse("cases:bulk", args=[step]), step in ("refuse", "end", "decline"))
            for step, word in open_steps(work)
        )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; items are those of the list, areas are offered from the scope down."""
        return (
            Filter("tab", "", kind="hidden", lookup=lambda rows, value: rows),
            Filter("number", "受理编号", lookup=_number, hint="可扫条码"),
            Filter("item", "项目", choices=choices()),
            Filter("area", "区划", lookup=_area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("state", "状态", choices=State.choices),
            Filter("due", "期限", choices=(("late", "已超期"), ("soon", f"{SOON} 天内")), lookup=_due),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return any(key != "tab" for key in self.values)

    def row_url(self, row: Any) -> str:
        return reverse("cases:case", args=[row.pk])


def open_steps(work: Work) -> list[tuple[str, str]]:
    """What the scope in force may do to many of a list: step and word."""
    from yiyang.cases.models import Transition

    rights = dict(Transition.objects.filter(slug__in=[step for step, _ in work.steps]).values_list("slug", "right"))
    return [(step, word) for step, word in work.steps if rights.get(step) and current().may(rights[step])]


def work_table(request: HttpRequest) -> Cases:
    """The list that a request asks for."""
    return Cases(request, BY_SLUG.get(request.GET.get("tab", ""), BY_SLUG["all"]))
