"""Lists of documents, findings and tasks: columns, filters, order."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.areas.logic import span
from yiyang.areas.models import Area
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty, Tab
from yiyang.planning import task_page
from yiyang.planning.coherence import CHECKS
from yiyang.planning.coherence.findings import SEVERITY_ZH
from yiyang.planning.models import Finding, PlanFile, PlanTask

CHECK_ZH = {each.id: each.zh for each in CHECKS}
MOST_AREAS = 300
TABS = (
    ("documents", "规划文件", "plan.read"),
    ("findings", "不一致之处", "plan.read"),
    ("projects", "项目", "project.read"),
    ("estates", "居住区配建", "project.read"),
    ("lottery", "彩票公益金", "project.read"),
    ("tasks", "任务分工", "task.read"),
)


def tabs(here: str) -> list[Tab]:
    """The room's pages that somebody may see."""
    scope = current()
    return [Tab(title, reverse(f"planning:{name}"), name == here) for name, title, right in TABS if scope.may(right)]


def area_choices(right: str) -> list[tuple[str, str]]:
    """Provinces, cities, counties and towns of a right, as a drop-down."""
    found = Area.objects.filter(
        current().where(right).q("code"), valid_to=None, level__in=("province", "city", "county")
    )
    rows = list(found.exclude(code=None).order_by("code")[:MOST_AREAS])
    if not rows:
        towns = Area.objects.filter(current().where(right).q("code"), valid_to=None, level="town")
        rows = list(towns.exclude(code=None).order_by("code")[:MOST_AREAS])
    indent = {"province": "", "city": "", "county": "　"}
    return [(str(area.code), indent.get(area.level, "") + area.name) for area in rows]


def seen(model: Any, right: str) -> QuerySet[Any]:
    """Rows of areas where a right holds: any other right there does not suffice."""
    found: QuerySet[Any] = model.objects.filter(current().where(right).q("area_code"))
    return found


def within(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """Narrow to an area and everything below it."""
    low, high = span(int(value))
    return rows.filter(area_code__gte=low, area_code__lt=high)


class Files(Table):
    """Documents that were given."""

    name, title, order = "plan_files", "规划文件", "-id"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "文件", is_link=True, sort="title", value=lambda row: row.title or row.name),
        Column("area_code", "区划", kind="area"),
        Column("state", "状态", kind="state"),
        Column("projects", "项目", kind="number", value=lambda row: row.counts.get("project")),
        Column("indicators", "指标", kind="number", value=lambda row: row.counts.get("indicator")),
        Column("tasks", "任务", kind="number", value=lambda row: row.counts.get("task")),
        Column("is_current", "现行", kind="yes_no", value=lambda row: row.is_current and row.state == "read"),
        Column("given_at", "载入时间", kind="when", sort="given_at"),
        Column("given_by_name", "载入人", is_hidden=True),
        Column("name", "文件名", is_hidden=True),
        Column("size", "大小", kind="size", is_hidden=True),
    )  # fmt: skip
    filters = (Filter("state", "状态", choices=PlanFile.State.choices),)
    empty = Empty(
        "还没有载入规划文件",
        "载入规划、方案、清单的原文（TXT、DOCX、XLSX、PDF），系统读出其中的项目、指标、任务，并逐处核对。",
    )

    def row_url(self, row: Any) -> str:
        return reverse("planning:document", args=[row.pk])


class Findings(Table):
    """Where documents contradict themselves or each other."""

    name, title, order = "plan_findings", "不一致之处", "-sure"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("why", "说明", is_link=True),
        Column("check", "检查项", value=lambda row: CHECK_ZH.get(row.check_name, row.check_name)),
        Column("severity", "轻重", value=lambda row: SEVERITY_ZH.get(row.severity, row.severity)),
        Column("sure", "把握", kind="percent", sort="sure"),
        Column("figures", "两处数值", value=lambda row: " / ".join(each["text"] for each in row.figures)),
        Column("difference", "相差", is_hidden=True),
        Column("state", "处理", kind="state"),
        Column("area_code", "区划", kind="area", is_hidden=True),
        Column("decided_by_name", "处理人", is_hidden=True),
    )  # fmt: skip
    empty = Empty(
        "没有发现不一致之处", "载入文件后，系统核对合计、指标、年度、地点和上下级文件，不一致的列在这里。", icon="check"
    )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; documents are those of the scope."""
        files = seen(PlanFile, "plan.read").filter(is_current=True, state=PlanFile.State.READ).order_by("area_code")
        named = [(each.slug, each.title or each.name) for each in files]
        document = Filter(
            "document", "文件", choices=named, lookup=lambda rows, value: rows.filter(documents__contains=[value])
        )
        return (
            # Without documents there is nothing to choose from.
            *((document,) if named else ()),
            Filter("check", "检查项", lookup="check_name", choices=list(CHECK_ZH.items())),
            Filter("severity", "轻重", choices=list(SEVERITY_ZH.items())),
            Filter("state", "处理", choices=Finding.State.choices),
            Filter("gone", "是否仍在", choices=(("no", "仍在"), ("yes", "已不存在")),
                   lookup=lambda rows, value: rows.filter(is_gone=value == "yes")),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("planning:finding", args=[row.pk])


def by_check() -> list[tuple[str, str, int, int]]:
    """Checks that found something which is still there: id, name, how many, how many nobody has judged."""
    rows = seen(Finding, "plan.read").filter(is_gone=False).order_by().values_list("check_name")
    counts = rows.annotate(all=Count("pk"), left=Count("pk", filter=Q(state=Finding.State.OPEN)))
    found = [(check, CHECK_ZH.get(check, check), count, left) for check, count, left in counts]
    return sorted(found, key=lambda each: (-each[2], each[0]))


def findings(request: HttpRequest) -> Findings:
    """The list that a request asks for: what is still there, unless it asks for more."""
    rows = seen(Finding, "plan.read")
    return Findings(request, rows if "gone" in request.GET else rows.filter(is_gone=False))


class Tasks(Table):
    """Tasks with their units and how far they are."""

    name, title, order = "plan_tasks", "任务分工", "document"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("number", "序号", kind="code"),
        Column("title", "任务", is_link=True),
        Column("lead", "牵头单位", value=lambda row: "、".join(each.name for each in row.units.all() if each.is_lead)),
        Column("part", "参加单位", is_hidden=True,
               value=lambda row: "、".join(each.name for each in row.units.all() if not each.is_lead)),
        Column("done", "进度", kind="percent", sort="done", value=lambda row: row.done / 100),
        Column("due", "期限", kind="day", sort="due"),
        Column("reported_on", "最近填报", kind="day", is_hidden=True),
        Column("state", "状态", kind="state"),
        Column("area_code", "区划", kind="area", is_hidden=True),
        Column("group", "方面", is_hidden=True),
    )  # fmt: skip
    empty = Empty("还没有任务", "从规划文件转入任务分工后，在这里看各单位办到哪一步。", icon="check")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters."""
        mine = seen(PlanTask, "task.read")
        units = task_page.unit_names(mine)
        return (
            Filter("q", "任务", lookup="title__icontains"),
            Filter("document", "文件", choices=task_page.documents(mine)),
            Filter("unit", "单位", choices=[(name, name) for name in units],
                   lookup=lambda rows, value: rows.filter(units__name=value).distinct()),
            Filter("late", "办理", choices=task_page.STATES,
                   lookup=lambda rows, value: task_page.waiting(rows, value, timezone.localdate())),
            Filter("state", "状态", choices=PlanTask.State.choices),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("planning:task", args=[row.pk])
