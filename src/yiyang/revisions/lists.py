"""Lists of revisions on pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yiyang.catalog.labels import area_name
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.revisions.models import Revision


class Revisions(Table):
    """Every revision within one's scope."""

    name, title, order = "revisions", "清单修订", "-made"
    columns = (
        Column("version", "版本", is_link=True, is_fixed=True),
        Column("area_code", "区划", value=lambda row: area_name(f"{row.area_code:012d}"), sort="area_code"),
        Column("title", "名称"),
        Column("state", "状态", kind="state"),
        Column("starts", "施行日期", kind="day"),
        Column("made_by_name", "修订人"),
        Column("made", "建立时间", kind="when", value="made_at", sort="id"),
        Column("issued_at", "发布时间", kind="when"),
        Column("filed_at", "备案时间", kind="when", is_hidden=True),
        Column("reason", "修订说明", is_hidden=True),
    )
    filters = (
        Filter("state", "状态", choices=Revision.State.choices),
        Filter("area", "区划", lookup="area_code", hint="12 位代码"),
    )
    empty = Empty("还没有修订", "在上面的地区里点“修订”，从现行清单开始。")

    def row_url(self, row: Any) -> str:
        """The revision's page."""
        return reverse("revisions:revision", args=[row.pk])
