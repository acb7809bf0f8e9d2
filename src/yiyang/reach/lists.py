"""What somebody may see of the room, and its lists."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q, QuerySet
from django.urls import reverse

from yiyang.access.scope import current
from yiyang.areas import logic
from yiyang.areas.models import Area
from yiyang.areas.names import name
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty, Tab
from yiyang.reach.files import USE
from yiyang.reach.models import Given, Reckoning, Spot
from yiyang.reach.policy import load_reach

READ = "figure.read"
MOST = 300
TABS = (("circle", "服务圈", READ), ("sitings", "选址", USE), ("inputs", "数据", USE))
MODES = {"walk": "步行", "ride": "骑行", "drive": "驾车"}


def tabs(here: str) -> list[Tab]:
    """The room's pages that somebody may see."""
    scope = current()
    return [Tab(title, reverse(f"reach:{slug}"), slug == here) for slug, title, right in TABS if scope.may(right)]


def area_choices(right: str) -> list[tuple[str, str]]:
    """Cities and counties where a right holds, or towns where it holds in none, as a drop-down."""
    mine = Area.objects.filter(current().where(right).q("code"), valid_to=None, code__gt=0)
    rows = list(mine.filter(level__in=("city", "county")).order_by("code")[:MOST])
    rows = rows or list(mine.filter(level="town").order_by("code")[:MOST])
    return [(str(area.code), ("　" if area.level == "county" else "") + area.name) for area in rows]


def kind_choices(*, any_word: str = "") -> list[tuple[str, str]]:
    """Kinds of facilities; `any_word`: what all together are called."""
    kinds = [(slug, kind.zh) for slug, kind in load_reach().kinds.items()]
    return [("", any_word), *kinds] if any_word else kinds


def circles() -> QuerySet[Any]:
    """Circles of areas of which a part is somebody's to read."""
    within = Q(pk__in=[])
    for low, high in current().where(READ).spans:
        within |= Q(within__overlap=NumericRange(low, high))
    found: QuerySet[Any] = Reckoning.objects.filter(within, what=Reckoning.What.CIRCLE)
    return found


def sitings() -> QuerySet[Any]:
    """Questions of siting where somebody may ask them."""
    mine: QuerySet[Any] = Reckoning.objects.filter(current().where(USE).q("area_code"))
    return mine.exclude(what=Reckoning.What.CIRCLE)


def spots(reckoning: Reckoning, area: int | None = None) -> QuerySet[Any]:
    """A circle's points as far as somebody may read them, of an area if one is named."""
    found: QuerySet[Any] = Spot.objects.filter(current().where(READ).q("code"), reckoning=reckoning)
    if area is None:
        return found
    low, high = logic.span(area)
    return found.filter(code__gte=low, code__lt=high)


class Gaps(Table):
    """Points without a facility within their minutes."""

    name, title, order = "reach_gaps", "服务空白", "-elders"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", "村（社区）"),
        Column("town", "乡镇（街道）", value=lambda row: name(row.code // 1000 * 1000)),
        Column("elders", "60岁以上", kind="number", sort="elders"),
        Column("very_old", "80岁以上", kind="number", sort="very_old"),
        Column("disabled", "失能", kind="number", is_hidden=True),
        Column("hardship", "经济困难", kind="number", is_hidden=True),
        Column("minutes", "到最近设施（分钟）", kind="code", value=lambda row: _minutes(row)),
        Column("allowed", "规定（分钟）", kind="code", value=lambda row: _allowed(row)),
        Column("nearest", "最近设施"),
        Column("off_road", "离路（米）", kind="number", is_hidden=True),
        Column("is_made_up", "位置虚拟", kind="yes_no", is_hidden=True),
    )  # fmt: skip
    empty = Empty("没有服务空白", "每个人口点都在规定时间内有设施。", icon="check")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """The filters; towns are those that have a gap."""
        towns = sorted({code // 1000 * 1000 for code in self.base.values_list("code", flat=True)})
        return (
            # The page's own choice goes along when the list is filtered.
            Filter("area", "区划", kind="hidden", lookup=_as_is),
            Filter("kind", "设施类别", kind="hidden", lookup=_as_is),
            Filter("q", "村（社区）", lookup="name__icontains"),
            Filter("town", "乡镇（街道）", choices=[(str(code), name(code)) for code in towns], lookup=_of_town),
            Filter("urban", "城乡", choices=(("yes", "城镇"), ("no", "农村")),
                   lookup=lambda rows, value: rows.filter(is_urban=value == "yes")),
        )  # fmt: skip


def _as_is(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows


def _of_town(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    low, high = logic.span(int(value))
    return rows.filter(code__gte=low, code__lt=high)


def _allowed(row: Spot) -> str:
    return f"{row.allowed:.0f} {MODES.get(row.mode, row.mode)}"


def _minutes(row: Spot) -> str:
    return "到不了" if row.minutes is None else f"{row.minutes:,.0f}"


class Sitings(Table):
    """Questions of siting with how good their answers are."""

    name, title, order = "reach_sitings", "选址测算", "-id"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("title", "测算", is_link=True),
        Column("what", "方式", value=lambda row: row.get_what_display()),
        Column("area_code", "区划", kind="area"),
        Column("state", "状态", kind="state"),
        Column("covered", "新覆盖（人）", kind="code", value=lambda row: _more(row)),
        Column("proof", "证明", value=lambda row: row.result.get("status_zh", "")),
        Column("ordered_by_name", "下达人", is_hidden=True),
        Column("id", "编号", kind="code", sort="id"),
    )  # fmt: skip
    filters = (
        Filter("state", "状态", choices=Reckoning.State.choices),
        Filter("what", "方式", choices=Reckoning.What.choices[1:]),
    )
    empty = Empty(
        "还没有选址测算", "选择设施类别、数量或预算，系统找出新覆盖人数最多的地点，并说明离最好的结果最多差多少。"
    )

    def row_url(self, row: Any) -> str:
        return reverse("reach:siting", args=[row.pk])


def _more(row: Reckoning) -> str:
    found = row.result.get("groups", {}).get(row.question.get("group", ""))
    return f"{found['after'] - found['before']:,}" if found else ""


class Inputs(Table):
    """Files that were given."""

    name, title, order = "reach_inputs", "测算数据", "-id"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("kind", "类别", value=lambda row: row.get_kind_display()),
        Column("name", "文件"),
        Column("area_code", "区划", kind="area"),
        Column("rows", "行数", kind="number"),
        Column("size", "大小", kind="size"),
        Column("is_current", "在用", kind="yes_no"),
        Column("given_by_name", "上传人"),
        Column("given_at", "上传时间", kind="when"),
        Column("id", "编号", kind="code", sort="id", is_hidden=True),
    )  # fmt: skip
    filters = (Filter("kind", "类别", choices=Given.Kind.choices),)
    empty = Empty("还没有上传数据", "没有上传的，用虚拟的路网、人口点和设施代替，页面上会注明。", icon="upload")


def inputs() -> QuerySet[Any]:
    """Files of areas where somebody may reckon."""
    found: QuerySet[Any] = Given.objects.filter(current().where(USE).q("area_code"))
    return found
