"""Lists of documents, findings, projects and tasks: columns, filters, order."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery, Sum
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
from yiyang.planning.models import Estate, Finding, Lottery, Money, Payment, PlanFile, PlanTask, Project
from yiyang.planning.project_page import late, owed, share

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
        Column("title", "文件", is_link=True, value=lambda row: row.title or row.name),
        Column("area_code", "区划", kind="area"),
        Column("state", "状态", kind="state"),
        Column("projects", "项目", kind="number", value=lambda row: row.counts.get("project")),
        Column("indicators", "指标", kind="number", value=lambda row: row.counts.get("indicator")),
        Column("tasks", "任务", kind="number", value=lambda row: row.counts.get("task")),
        Column("is_current", "现行", kind="yes_no"),
        Column("given_at", "载入时间", kind="when"),
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
        files = seen(PlanFile, "plan.read").filter(is_current=True).order_by("area_code")
        return (
            Filter("document", "文件", choices=[(each.slug, each.title or each.name) for each in files],
                   lookup=lambda rows, value: rows.filter(documents__contains=[value])),
            Filter("check", "检查项", lookup="check_name", choices=list(CHECK_ZH.items())),
            Filter("severity", "轻重", choices=list(SEVERITY_ZH.items())),
            Filter("state", "处理", choices=Finding.State.choices),
            Filter("gone", "是否仍在", choices=(("no", "仍在"), ("yes", "已不存在")),
                   lookup=lambda rows, value: rows.filter(is_gone=value == "yes")),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("planning:finding", args=[row.pk])


def findings(request: HttpRequest) -> Findings:
    """The list that a request asks for: what is still there, unless it asks for more."""
    rows = seen(Finding, "plan.read")
    return Findings(request, rows if "gone" in request.GET else rows.filter(is_gone=False))


def _wan(fen: int) -> str:
    return f"{fen / 1_000_000:,.2f}".rstrip("0").rstrip(".")


class Projects(Table):
    """Projects of the scope; money and delay are told by the page, which has reckoned them for the rows it shows."""

    name, title, order = "projects", "项目", "year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "项目", is_link=True),
        Column("kind", "类别", value=lambda row: row.get_kind_display()),
        Column("area_code", "区划", kind="area"),
        Column("year", "年度", kind="code", sort="year"),
        Column("stage", "阶段", kind="state"),
        Column("late", "进度", value=lambda row: _late(row)),
        Column("places", "床位（托位）", kind="number", sort="places"),
        Column("planned", "总投资（万元）", kind="code", value=lambda row: _wan(row.planned_fen or 0)),
        Column("paid", "已到位（万元）", kind="code", value=lambda row: _wan(row.paid_fen or 0)),
        Column("unit", "实施单位", is_hidden=True),
        Column("nature", "建设性质", is_hidden=True),
        Column("first_year", "最初年度", kind="code", is_hidden=True),
        Column("places_in_use", "已投用", kind="number", is_hidden=True),
        Column("place", "建设地点", is_hidden=True),
    )  # fmt: skip
    empty = Empty("还没有项目", "从规划文件转入，或手工登记。", icon="empty")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; years are those that there are."""
        years = seen(Project, "project.read").order_by("year").values_list("year", flat=True).distinct()
        return (
            Filter("q", "名称", lookup="title__icontains"),
            Filter("kind", "类别", choices=Project.Kind.choices),
            Filter("area", "区划", choices=area_choices("project.read"), lookup=within),
            Filter("year", "年度", choices=[(str(year), f"{year} 年") for year in years]),
            Filter("stage", "阶段", choices=Project.Stage.choices),
            Filter("late", "进度", choices=(("yes", "已滞后"),), lookup=_only_late),
        )

    def row_url(self, row: Any) -> str:
        return reverse("planning:project", args=[row.pk])


def projects() -> QuerySet[Any]:
    """Projects with what they are promised and what arrived, in fen."""
    planned = Money.objects.filter(project=OuterRef("pk")).values("project").annotate(all=Sum("planned_fen"))
    paid = Payment.objects.filter(project=OuterRef("pk")).values("project").annotate(all=Sum("fen"))
    return seen(Project, "project.read").annotate(
        planned_fen=Subquery(planned.values("all")), paid_fen=Subquery(paid.values("all"))
    )


def _late(row: Any) -> str:
    found = late(row, timezone.localdate())
    return found.zh if found else ""


def _only_late(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = timezone.localdate()
    return rows.filter(pk__in=[each.pk for each in seen(Project, "project.read") if late(each, today)])


class Estates(Table):
    """Housing estates with what they owe."""

    name, title, order = "estates", "居住区配建", "title"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "小区", is_link=True),
        Column("area_code", "区划", kind="area"),
        Column("homes", "户数", kind="number"),
        Column("required", "应配建（平方米）", kind="code", value=lambda row: owed_of(row)[0]),
        Column("provided_m2", "已配建（平方米）", kind="code"),
        Column("missing", "还差（平方米）", kind="code", value=lambda row: owed_of(row)[1]),
        Column("steps", "未同步的环节", value=lambda row: owed_of(row)[2]),
        Column("handed_over_on", "移交日期", kind="day"),
        Column("receiver", "接收单位", is_hidden=True),
    )  # fmt: skip
    empty = Empty(
        "还没有登记小区", "新建居住区的养老服务用房，登记后在这里看应配建多少、四个环节是否同步。", icon="empty"
    )

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters."""
        return (
            Filter("q", "小区", lookup="title__icontains"),
            Filter("area", "区划", choices=area_choices("project.read"), lookup=within),
        )

    def row_url(self, row: Any) -> str:
        return reverse("planning:estate", args=[row.pk])


def owed_of(row: Estate) -> tuple[str, str, str]:
    """What an estate owes, lacks and has not taken in step, in words; where no rule is known nothing is reckoned."""
    found = owed(row)
    if found is None:
        return "未规定", "", ""
    return f"{found.required_m2:,}", f"{found.missing_m2:,}" if found.missing_m2 else "", "、".join(found.steps)


class Lotteries(Table):
    """Lottery money by year and area."""

    name, title, order = "lottery", "彩票公益金", "-year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("year", "年度", kind="code", sort="year"),
        Column("area_code", "区划", kind="area"),
        Column("is_plan", "预算", kind="yes_no"),
        Column("total_fen", "社会福利支出", kind="money"),
        Column("elderly_fen", "其中养老", kind="money"),
        Column("share", "占比", kind="code", value=lambda row: share_words(row)[0]),
        Column("rule", "规定", kind="code", value=lambda row: share_words(row)[1]),
        Column("met", "是否达到", value=lambda row: share_words(row)[2]),
        Column("source", "依据", is_hidden=True),
    )  # fmt: skip
    empty = Empty("还没有登记", "按年度登记彩票公益金用于养老服务的支出，在这里对照规定的比例。", icon="empty")


def share_words(row: Lottery) -> tuple[str, str, str]:
    """The share, the least one, and whether it is met."""
    found = share(row)
    told = "" if found.is_met is None else ("达到" if found.is_met else "未达到")
    return (
        f"{found.percent}%" if found.percent is not None else "",
        f"≥{found.least}%" if found.least else "未规定",
        told,
    )


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
        Column("reported_on", "最近填报", kind="day"),
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
