"""Work lists of assessments as tabs of one page, with filters, order, bulk steps and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.areas import logic as areas
from yiyang.assessment import escalation, in_words
from yiyang.assessment.models import Agency, Objection, Request, Result
from yiyang.assessment.works import BY_SLUG, Work, rows_of
from yiyang.kit.listing import Bulk, Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.registry.people_list import area_choices

SOON = 7


def of_area(field: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """The filter of a list by an area of the scope."""

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
        self.empty = Empty(work.none or f"没有{work.title}的评估", work.empty, icon="done")

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
            Filter("area", "区划", lookup=of_area("area_code"), choices=area_choices(self.request.GET.get("area", ""))),
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
            Filter("area", "区划", lookup=of_area("area_code"), choices=area_choices(self.request.GET.get("area", ""))),
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
            Filter("area", "区划", lookup=of_area("result__area_code"), choices=chosen),
        )

    def row_url(self, row: Any) -> str:
        return reverse("assessment:request", args=[row.result.request_id])


TABLES: dict[str, type[Tabbed]] = {"requests": Requests, "results": Results, "objections": Objections}
BY_TAB: dict[str, type[Tabbed]] = {"hint": Hinted, "late": Late}


def _agencies() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Agency.objects.values_list("pk", "name")[:200]]


def result_table(request: HttpRequest) -> Tabbed:
    """The list of results that a request asks for, to be taken out; those of another tab are all of them."""
    work = BY_SLUG.get(request.GET.get("tab", ""), BY_SLUG["issued"])
    return Results(request, work if work.of == "results" else BY_SLUG["issued"])


def work_table(request: HttpRequest) -> Tabbed:
    """The list that a request asks for."""
    work = BY_SLUG.get(request.GET.get("tab", ""), BY_SLUG["all"])
    return BY_TAB.get(work.slug, TABLES[work.of])(request, work)
