"""Lists of visits and findings: columns, filters, order, and the tabs of the work lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, acting, current, platform
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.paging import Page, bounded_count
from yiyang.kit.parts import Empty, Tab
from yiyang.registry import search
from yiyang.registry.models import Person
from yiyang.registry.people_list import area_choices
from yiyang.registry.words import group_words
from yiyang.visits.models import Finding, Means, Visit
from yiyang.visits.words import finding_kinds, finding_word, groups_word

COUNTED = 1000
# What needs no way.
CALL = "call"
STATES = (*Visit.State.choices, ("waiting", "还没有完成"), ("late", "已过期限"))
STILL_OPEN = (Finding.State.OPEN, Finding.State.ASSIGNED, Finding.State.ACTED)
WAITING = (Visit.State.OWED, Visit.State.PLANNED, Visit.State.NOT_FOUND)


def clock(minutes: int | None) -> str:
    """Minutes of a day as they are read on a watch.

    >>> clock(545)
    '09:05'
    """
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


def of_groups(row: Visit) -> str:
    """The groups for which somebody is visited."""
    return groups_word(row.groups)


def area(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Narrow to an area as it is chosen in a filter."""
    low = search.parsed_area(value)
    from yiyang.areas.logic import span

    first, last = (low, low + 1) if low < 0 else span(low)
    return rows.filter(area_code__gte=first, area_code__lt=last)


def visits() -> QuerySet[Any]:
    """Visits of the scope, each with its person and visitor."""
    return Visit.objects.select_related("person", "visitor")


class Visits(Table):
    """The list of visits of a month."""

    name, title, order = "visits", "探访", "on"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("person", "姓名", value="person.name", is_link=True),
        Column("groups", "对象类别", value=of_groups),
        Column("cause", "事由", value=lambda row: row.get_cause_display()),
        Column("state", "状态", kind="state"),
        Column("on", "安排日期", kind="day", sort="on"),
        Column("at", "预计时刻", value=lambda row: clock(row.at)),
        Column("last", "最迟", kind="day"),
        Column("visitor", "探访员", value=lambda row: row.visitor.name if row.visitor else "未安排"),
        Column("area_code", "村（社区）", kind="area"),
        Column("means", "方式", value=lambda row: row.get_means_display()),
        Column("done_on", "探访日期", kind="day", is_hidden=True),
        Column("done_by", "实际探访人", value="done_by_name", is_hidden=True),
        Column("tries", "未见到次数", kind="number", is_hidden=True),
        Column("needs_two", "两人同行", kind="yes_no", is_hidden=True),
    )  # fmt: skip
    empty = Empty("本月还没有探访", "每月初按规定生成每位对象应有的探访，列在这里。", icon="people")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; areas are offered from the scope down."""
        return (
            Filter("month", "月份", kind="month"),
            Filter("q", "姓名", lookup=_named, hint="姓名或拼音首字母"),
            Filter("area", "区划", lookup=area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("state", "状态", choices=STATES, lookup=_state),
            Filter("cause", "事由", choices=Visit.Cause.choices),
            Filter("means", "方式", choices=(*Means.choices, (CALL, "电话或邻里")), lookup=_means),
            Filter("on", "安排日期", kind="date"),
            Filter("group", "对象类别", choices=[(slug, each.short.zh) for slug, each in group_words().items()],
                   lookup=lambda rows, value: rows.filter(groups__contains=[value])),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("visits:visit", args=[row.pk])


def visit_table(request: HttpRequest) -> Visits:
    """The list that a request asks for."""
    return Visits(request, visits())


def _named(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    text = search.text_q(value)
    return rows.filter(person__in=Person.objects.filter(text.q).values("pk"))


def _means(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.exclude(means=Means.HOME) if value == CALL else rows.filter(means=value)


def _state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    if value == "waiting":
        return rows.filter(state__in=WAITING)
    if value == "late":
        return rows.filter(state__in=WAITING, last__lt=timezone.localdate())
    return rows.filter(state=value)


def not_yet_table(request: HttpRequest) -> NotYet:
    """The list that a request asks for."""
    from yiyang.visits import figures

    return NotYet(request, figures.not_yet(current(), month_of(request)))


def month_of(request: HttpRequest) -> str:
    """The month that a page is asked for; this one unless a good one is named."""
    given = request.GET.get("month", "")
    is_month = len(given) == 7 and given[4] == "-" and given.replace("-", "").isdigit() and "01" <= given[5:] <= "12"
    return given if is_month else f"{timezone.localdate():%Y-%m}"


class NotYet(Visits):
    """Who has not been visited this month."""

    name, title, order = "not_yet", "本月尚未探访", "last"
    columns = (
        Column("person", "姓名", value="person.name", is_link=True),
        Column("groups", "对象类别", value=of_groups),
        Column("state", "状态", kind="state"),
        Column("tries", "未见到次数", kind="number"),
        Column("on", "安排日期", kind="day"),
        Column("last", "最迟", kind="day", sort="last"),
        Column("visitor", "探访员", value=lambda row: row.visitor.name if row.visitor else "未安排"),
        Column("area_code", "村（社区）", kind="area"),
    )  # fmt: skip
    empty = Empty("都已探访", "应探访而还没有人见到的列在这里。", icon="done")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """By place, state and group; the month travels along."""
        return (
            Filter("month", "", kind="hidden", lookup=lambda rows, value: rows),
            Filter("area", "区划", lookup=area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("state", "状态", choices=[(slug.value, slug.label) for slug in (*WAITING, Visit.State.MISSED)]),
            Filter("group", "对象类别", choices=[(slug, each.short.zh) for slug, each in group_words().items()],
                   lookup=lambda rows, value: rows.filter(groups__contains=[value])),
        )  # fmt: skip

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the month narrows the list."""
        return any(key != "month" for key in self.values)


@dataclass(frozen=True)
class Work:
    """One tab of the findings; `right`: whose work it is."""

    slug: str
    title: str
    rows: Callable[[QuerySet[Any], Scope], QuerySet[Any]]
    right: str = "visit.read"
    empty: str = ""


def _state_is(*states: str) -> Callable[[QuerySet[Any], Scope], QuerySet[Any]]:
    return lambda rows, by: rows.filter(state__in=states)


def _mine(rows: QuerySet[Any], by: Scope) -> QuerySet[Any]:
    return rows.filter(state=Finding.State.ASSIGNED, assigned_to=by.user)


def _late(rows: QuerySet[Any], by: Scope) -> QuerySet[Any]:
    return rows.filter(state__in=STILL_OPEN, due__lt=timezone.now())


WORKS = (
    Work("open", "待派单", _state_is(Finding.State.OPEN), "finding.verify", "发现的异常情况先列在这里，等派单。"),
    Work("mine", "派给我的", _mine, "finding.handle", "派给您、还没有处置的列在这里。"),
    Work("assigned", "待处置", _state_is(Finding.State.ASSIGNED), "visit.read", "已派单、等处置的列在这里。"),
    Work("acted", "待核实", _state_is(Finding.State.ACTED), "finding.verify", "已处置的，由没有经手的人核实后办结。"),
    Work("late", "已超时", _late, "visit.read", "超过时限的列在这里，并逐级督办。"),
    Work(
        "closed", "已办结", _state_is(Finding.State.CLOSED, Finding.State.VOID), "visit.read",
        "办结和误报的列在这里。",
    ),
    Work("all", "全部", lambda rows, by: rows, "visit.read", "探访中发现的异常情况列在这里。"),
)  # fmt: skip
BY_SLUG = {work.slug: work for work in WORKS}


def findings() -> QuerySet[Any]:
    """Findings of the scope. Not joined with people: who was sent to act may see no other person."""
    return Finding.objects.select_related("assigned_to")


def with_people(rows: Sequence[Finding]) -> None:
    """Give each finding its person, also for those who see him because of this finding alone."""
    with acting(platform("异常情况处置", current().request)):
        people = Person.objects.in_bulk({row.person_id for row in rows})
    for row in rows:
        row.person = people[row.person_id]


def first_of(scope: Scope) -> Work:
    """Where somebody's own work stands."""
    return BY_SLUG["open" if scope.may("finding.verify") else "mine" if scope.may("finding.handle") else "all"]


def tabs(chosen: str) -> list[Tab]:
    """All work lists with how much waits, counted up to a thousand."""
    url, by = reverse("visits:findings"), current()
    mine = [work for work in WORKS if work.right == "visit.read" or by.may(work.right)]
    return [
        Tab(
            work.title, f"{url}?tab={work.slug}", work.slug == chosen,
            None if work.slug in ("all", "closed") else bounded_count(work.rows(Finding.objects.all(), by), COUNTED)[0],
        )
        for work in mine
    ]  # fmt: skip


class Findings(Table):
    """The list of findings under one tab."""

    name, title, order = "findings", "异常情况", "due"
    columns = (
        Column("number", "事件编号", kind="code", is_link=True),
        Column("person", "姓名", value="person.name"),
        Column("kind", "类型", value=lambda row: finding_word(row.kind)),
        Column("severity", "程度", value=lambda row: row.get_severity_display()),
        Column("state", "状态", kind="state"),
        Column("unit", "处置单位", value=lambda row: row.get_unit_display()),
        Column("due", "时限", kind="when", sort="due"),
        Column("escalated", "督办", value=lambda row: ("", "县级", "市级")[min(row.escalated, 2)]),
        Column("area_code", "村（社区）", kind="area"),
        Column("assigned_to", "处置人", value="assigned_to.name", is_hidden=True),
        Column("found_at", "发现时间", kind="when", is_hidden=True),
        Column("found_by", "发现人", value="found_by_name", is_hidden=True),
        Column("closed_at", "办结时间", kind="when", is_hidden=True),
    )  # fmt: skip

    def __init__(self, request: HttpRequest, work: Work) -> None:
        super().__init__(request, work.rows(findings(), current()))
        self.work = work
        words = {"all": "", "mine": "派给您的"}.get(work.slug, f"{work.title}的")
        self.empty = Empty(f"没有{words}异常情况", work.empty, icon="done")

    @cached_property
    def page(self) -> Page:
        """The rows of this page, with their people."""
        found = super().page
        with_people(found.rows)
        return found

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """By kind, severity, place, unit."""
        return (
            Filter("tab", "", kind="hidden", lookup=lambda rows, value: rows),
            Filter("kind", "类型", choices=finding_kinds()),
            Filter("severity", "程度", choices=Finding.Severity.choices),
            Filter("area", "区划", lookup=area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("unit", "处置单位", choices=Finding.Unit.choices),
            Filter("month", "发现月份", kind="month", lookup=_found_in),
        )  # fmt: skip

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return any(key != "tab" for key in self.values)

    def row_url(self, row: Any) -> str:
        return reverse("visits:finding", args=[row.pk])


def _found_in(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    year, month = (int(part) for part in value.split("-"))
    return rows.filter(Q(found_at__year=year, found_at__month=month))


def finding_sheet(request: HttpRequest) -> Findings:
    """The list to be taken out: whoever may take it sees the people, so they come along at once."""
    table = finding_table(request)
    table.base = table.base.select_related("person")
    return table


def finding_table(request: HttpRequest) -> Findings:
    """The list that a request asks for."""
    return Findings(request, BY_SLUG.get(request.GET.get("tab", ""), BY_SLUG["all"]))
