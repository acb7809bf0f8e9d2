"""Work lists of assessments: what waits for whom, as tabs of one page with filters, order, bulk steps and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.areas import logic as areas
from yiyang.assessment import escalation, in_words
from yiyang.assessment.models import Agency, Objection, Request, Result
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.paging import bounded_count
from yiyang.kit.parts import Empty, Tab
from yiyang.registry.people_list import area_choices

COUNTED = 1000
SOON = 7
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
        is_counted: whether its number stands on the tab.
    """

    slug: str
    title: str
    rows: Rows
    of: str = "requests"
    right: str = "assessment.read"
    empty: str = ""
    is_counted: bool = True


WORKS = (
    Work("mine", "我的评估", _mine, right="assessment.do", empty="安排给您的评估列在这里，也会下载到手机上。"),
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
        empty="结果有效期内跌倒、突发疾病、新查出失智等，平台自动提出的即时评估列在这里；不需要的可以写明理由取消。",
    ),
    Work("late", "已超期", _late, empty="超过办理期限还没有出结果的列在这里，逾期久的报县级、市级督办。"),
    Work(
        "objections", "异议", lambda rows: rows.filter(state__in=[Objection.State.OPEN, Objection.State.AGAIN]),
        of="objections", right="assessment.object", empty="对结果有异议的列在这里，由没有参加评估的人员重新评估。",
    ),
    Work("renew", "到期复评", _renewed, of="results", empty=f"{RENEW} 天内到期的评估结果列在这里。"),
    Work("issued", "已出结果", lambda rows: rows, of="results", empty="签发的评估结果列在这里。", is_counted=False),
    Work("all", "全部申请", lambda rows: rows, empty="有人提出评估申请后列在这里。", is_counted=False),
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


def _area(field: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    def narrowed(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value.lstrip("-").isdigit():
            raise ValidationError("请从列表中选择区划。")
        low, high = (-1, 0) if int(value) < 0 else areas.span(int(value))
        return rows.filter(**{f"{field}__gte": low, f"{field}__lt": high})

    return narrowed


def _due(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = timezone.localdate()
    if value == "late":
        return rows.filter(due__lt=today)
    return rows.filter(due__gte=today, due__lte=today + timedelta(days=SOON))


def _number(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(number=value.upper())


def _day(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(appointed__date=date.fromisoformat(value))


class Tabbed(Table):
    """What the lists of all tabs share: the tab travels along and does not count as a filter."""

    def __init__(self, request: HttpRequest, work: Work) -> None:
        super().__init__(request, work.rows(rows_of(work.of)))
        self.work = work
        self.empty = Empty(f"没有{work.title}的", work.empty, icon="done")

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return any(key != "tab" for key in self.values)

    @property
    def tab(self) -> Filter:
        """The tab as a hidden field of the filter bar."""
        return Filter("tab", "", kind="hidden", lookup=lambda rows, value: rows)


class Requests(Tabbed):
    """Requests on their way."""

    name, title, order = "assessments", "评估申请", "due"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "申请编号", kind="code", sort="id", is_link=True),
        Column("person", "姓名", value="person.name", is_fixed=True),
        Column("instrument", "评估标准", value=lambda row: in_words.standard_short(row.instrument)),
        Column("kind", "类型", value=lambda row: row.get_kind_display()),
        Column("channel", "来源", value=lambda row: row.get_channel_display()),
        Column("state", "状态", kind="state"),
        Column("area_code", "村（社区）", kind="area"),
        Column("due", "办理期限", kind="day", sort="due"),
        Column("agency", "评估机构", value=lambda row: row.agency.name if row.agency else ""),
        Column("appointed", "约定时间", kind="when", sort="appointed"),
        Column("lead", "主评估员", value=lambda row: in_words.assessor_name(row.lead), is_hidden=True),
        Column("second", "第二评估员", value=lambda row: in_words.assessor_name(row.second), is_hidden=True),
        Column("reason", "说明", is_hidden=True),
        Column("escalated", "督办", value=lambda row: escalation.word(row.escalated), is_hidden=True),
        Column("asked_at", "提出时间", kind="when", is_hidden=True),
    )  # fmt: skip

    def __init__(self, request: HttpRequest, work: Work) -> None:
        super().__init__(request, work)
        if work.slug == "todo" and current().may("assessment.plan"):
            self.bulk = (Bulk("按建议安排", reverse("assessment:plan_many")),)

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; areas are offered from the scope down."""
        return (
            self.tab,
            Filter("number", "申请编号", lookup=_number),
            Filter("instrument", "评估标准", choices=in_words.choices()),
            Filter("kind", "类型", choices=Request.Kind.choices),
            Filter("channel", "来源", choices=Request.Channel.choices),
            Filter("area", "区划", lookup=_area("area_code"), choices=area_choices(self.request.GET.get("area", ""))),
            Filter("due", "期限", choices=(("late", "已超期"), ("soon", f"{SOON} 天内")), lookup=_due),
            Filter("day", "约定日期", kind="date", lookup=_day),
            Filter("agency", "评估机构", choices=_agencies(), lookup="agency"),
        )

    def row_url(self, row: Any) -> str:
        return reverse("assessment:request", args=[row.pk])


def _with(key: str) -> tuple[Column, ...]:
    """The columns of requests, with one that other lists show only when asked."""
    return tuple(replace(each, is_hidden=False) if each.key == key else each for each in Requests.columns)


class Hinted(Requests):
    """Requests that opened because something happened: what it was."""

    columns = _with("reason")


class Late(Requests):
    """Requests that are late: which level above has been told."""

    columns = _with("escalated")


class Results(Tabbed):
    """Results that were issued."""

    name, title, order = "assessment_results", "评估结果", "-number"
    columns = (
        Column("number", "证书编号", kind="code", sort="id", is_link=True),
        Column("person", "姓名", value="person.name", is_fixed=True),
        Column("instrument", "评估标准", value=lambda row: in_words.standard_short(row.instrument)),
        Column("level", "等级", value=in_words.level_short),
        Column("assessed_on", "评估日期", kind="day"),
        Column("valid_to", "有效期至", kind="day", sort="valid_to"),
        Column("state", "状态", kind="state"),
        Column("area_code", "村（社区）", kind="area"),
        Column("agency", "评估机构", value=in_words.agency_of),
        Column("issued_by_name", "签发人", is_hidden=True),
    )  # fmt: skip

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters of results."""
        return (
            self.tab,
            Filter("number", "证书编号", lookup=_number),
            Filter("instrument", "评估标准", choices=in_words.choices()),
            Filter("state", "状态", choices=Result.State.choices),
            Filter("area", "区划", lookup=_area("area_code"), choices=area_choices(self.request.GET.get("area", ""))),
            Filter("agency", "评估机构", choices=_agencies(), lookup="request__agency"),
        )

    def row_url(self, row: Any) -> str:
        return reverse("assessment:request", args=[row.request_id])


class Objections(Tabbed):
    """Results that somebody does not agree with."""

    name, title, order = "assessment_objections", "评估异议", "due"
    columns = (
        Column("number", "证书编号", kind="code", value="result.number", is_link=True),
        Column("person", "姓名", value="result.person.name", is_fixed=True),
        Column("level", "等级", value=lambda row: in_words.level_short(row.result)),
        Column("state", "状态", kind="state"),
        Column("raised_by_name", "提出人"),
        Column("raised_at", "提出时间", kind="when", sort="id"),
        Column("due", "处理期限", kind="day", sort="due"),
    )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters of objections."""
        chosen = area_choices(self.request.GET.get("area", ""))
        return (
            self.tab,
            Filter("state", "状态", choices=Objection.State.choices),
            Filter("area", "区划", lookup=_area("result__area_code"), choices=chosen),
        )

    def row_url(self, row: Any) -> str:
        return reverse("assessment:request", args=[row.result.request_id])


TABLES: dict[str, type[Tabbed]] = {"requests": Requests, "results": Results, "objections": Objections}
BY_TAB: dict[str, type[Tabbed]] = {"hint": Hinted, "late": Late}


def _agencies() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Agency.objects.values_list("pk", "name")[:200]]


def work_table(request: HttpRequest) -> Tabbed:
    """The list that a request asks for."""
    work = BY_SLUG.get(request.GET.get("tab", ""), BY_SLUG["all"])
    return BY_TAB.get(work.slug, TABLES[work.of])(request, work)
