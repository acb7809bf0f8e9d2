"""Lists of projects, housing estates and lottery money: columns, filters, order."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from yiyang.areas.names import name as area_name
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.planning.lists import area_choices, seen, within
from yiyang.planning.models import Estate, Lottery, Money, Payment, Project
from yiyang.planning.project_page import late, owed, share
from yiyang.planning.zones import zone_of

ORIGINS = (("plan", "规划文件"), ("siting", "选址建议"), ("hand", "手工登记"))


def _wan(fen: int | None) -> float:
    return (fen or 0) / 1_000_000


class Projects(Table):
    """Projects of the scope; money and delay are told by the page, which has reckoned them for the rows it shows."""

    name, title, order = "projects", "项目", "year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "项目", is_link=True),
        Column("kind", "类别", value=lambda row: row.get_kind_display()),
        Column("area_code", "区划", value=lambda row: zone_of(row) or area_name(row.area_code)),
        Column("year", "年度", kind="code", sort="year"),
        Column("stage", "阶段", kind="state"),
        Column("late", "进度", value=lambda row: _late(row)),
        Column("places", "床位（托位）", kind="number", sort="places"),
        Column("planned", "总投资（万元）", kind="number", sort="planned_fen", value=lambda row: _wan(row.planned_fen)),
        Column("paid", "已到位（万元）", kind="number", sort="paid_fen", value=lambda row: _wan(row.paid_fen)),
        Column("unit", "实施单位", is_hidden=True),
        Column("nature", "建设性质", is_hidden=True),
        Column("first_year", "最初年度", kind="code", is_hidden=True),
        Column("places_in_use", "已投用", kind="number", is_hidden=True),
        Column("place", "建设地点", is_hidden=True),
        Column("origin", "来源", is_hidden=True, value=lambda row: dict(ORIGINS).get(row.origin, row.origin)),
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
            Filter("origin", "来源", choices=ORIGINS),
        )

    def row_url(self, row: Any) -> str:
        return reverse("planning:project", args=[row.pk])


def projects() -> QuerySet[Any]:
    """Projects with what they are promised and what arrived, in fen."""
    planned = Money.objects.filter(project=OuterRef("pk")).values("project").annotate(all=Sum("planned_fen"))
    paid = Payment.objects.filter(project=OuterRef("pk")).values("project").annotate(all=Sum("fen"))
    return seen(Project, "project.read").annotate(
        planned_fen=Coalesce(Subquery(planned.values("all")), 0), paid_fen=Coalesce(Subquery(paid.values("all")), 0)
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
        Column("title", "小区", is_link=True, sort="title"),
        Column("area_code", "区划", kind="area"),
        Column("homes", "户数", kind="number", sort="homes"),
        Column("required", "应配建（平方米）", kind="number", value=lambda row: owed_of(row)[0]),
        Column("provided_m2", "已配建（平方米）", kind="number", sort="provided_m2"),
        Column("missing", "还差（平方米）", kind="number", value=lambda row: owed_of(row)[1]),
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


def owed_of(row: Estate) -> tuple[Decimal | None, Decimal | None, str]:
    """What an estate owes and lacks in m², and has not taken in step; where no rule is known nothing is reckoned."""
    found = owed(row)
    if found is None:
        return None, None, "当地未规定"
    return found.required_m2, found.missing_m2, "、".join(found.steps)


class Lotteries(Table):
    """Lottery money by year and area."""

    name, title, order = "lottery", "彩票公益金", "-year"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("year", "年度", kind="code", sort="year"),
        Column("area_code", "区划", kind="area"),
        Column("is_plan", "口径", value=lambda row: "预算" if row.is_plan else "决算"),
        Column("total_fen", "社会福利支出", kind="money", sort="total_fen"),
        Column("elderly_fen", "其中养老", kind="money", sort="elderly_fen"),
        Column("share", "占比（%）", kind="number", value=lambda row: share(row).percent),
        Column("rule", "规定不低于（%）", kind="number", value=lambda row: share(row).least),
        Column("met", "是否达到", value=lambda row: met(row)),
        Column("source", "依据", is_hidden=True),
    )  # fmt: skip
    empty = Empty("还没有登记", "按年度登记彩票公益金用于养老服务的支出，在这里对照规定的比例。", icon="empty")


def met(row: Lottery) -> str:
    """Whether a year's share reaches the least one, in words."""
    found = share(row)
    if found.least is None:
        return "当地未规定"
    return "当年没有支出" if found.is_met is None else "达到" if found.is_met else "未达到"
