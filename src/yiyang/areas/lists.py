"""Areas and their changes as lists."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from yiyang.areas.logic import LEVEL_NAMES, LEVELS
from yiyang.areas.models import Area, AreaChange
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty


def _by_name_or_code(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    if text.isdigit() and len(text) <= 12:
        low = int(text.ljust(12, "0"))
        return rows.filter(code__gte=low, code__lt=low + 10 ** (12 - len(text)))
    return rows.filter(name__contains=text)


def _in_force(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    return rows.filter(valid_to__isnull=state == "now")


class Areas(Table):
    """Areas in order of code."""

    name, title, order = "areas", "区划", "id"
    columns = (
        Column("name", "名称", is_link=True),
        Column(
            "code",
            "代码",
            kind="code",
            value=lambda area: "" if area.code is None else f"{area.code:012d}",
            sort="code",
        ),
        Column("level", "级别", value=lambda area: LEVEL_NAMES.get(area.level, area.level)),
        Column("parent", "上级", value="parent.name"),
        Column("urban_rural", "城乡", value=lambda area: area.get_urban_rural_display()),
        Column("valid_from", "设立日期", kind="day", is_hidden=True),
        Column("valid_to", "撤销日期", kind="day"),
        # The tree was loaded level by level in order of code.
        Column("id", "编号", kind="number", sort="pk", is_hidden=True),
    )
    filters = (
        Filter("q", "名称或代码", lookup=_by_name_or_code),
        Filter("level", "级别", choices=[(level, LEVEL_NAMES[level]) for level in LEVELS[1:]]),
        Filter("state", "状态", lookup=_in_force, choices=(("now", "现行"), ("ended", "已撤销"))),
        Filter("urban_rural", "城乡", choices=Area.UrbanRural.choices),
    )
    empty = Empty("没有可看的区划", "授权的区划和它们的下级列在这里。")

    def __init__(self, request: Any, rows: QuerySet[Any]) -> None:
        super().__init__(request, rows.select_related("parent"))

    def row_url(self, row: Any) -> str:
        return reverse("areas:area", args=[row.pk])


class Changes(Table):
    """Changes, the latest first."""

    name, title, order = "area_changes", "区划变更", "-id"
    columns = (
        Column("says", "内容", is_link=True),
        Column("kind", "类别", value=lambda change: change.get_kind_display()),
        Column("state", "状态", kind="state"),
        Column("effective", "生效日期", kind="day"),
        Column("document", "批准文件"),
        Column("ordered_by_name", "办理人"),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (
        Filter("kind", "类别", choices=AreaChange.Kind.choices),
        Filter("state", "状态", choices=AreaChange.State.choices),
    )
    empty = Empty("还没有区划变更", "更名、合并、拆分、划转办理后列在这里。")

    def row_url(self, row: Any) -> str:
        return reverse("areas:one_change", args=[row.pk])
