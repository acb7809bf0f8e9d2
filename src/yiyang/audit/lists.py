"""The log as a list."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from yiyang.audit import search
from yiyang.audit.models import AuditLine
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty


class Log(Table):
    """Lines, the latest first."""

    name, title, order = "audit", "审计记录", "-seq"
    columns = (
        Column("seq", "序号", kind="number", sort="seq", is_link=True),
        Column("at", "时间", kind="when"),
        Column("kind", "类别", value=lambda line: line.get_kind_display()),
        Column("actor_name", "操作人", value=lambda line: line.actor_name or "访客"),
        Column("what", "对象"),
        Column("has_person", "涉及个人", value=lambda line: "是" if line.person is not None else "否"),
        Column("area_code", "区划", kind="area"),
        Column("reason", "理由"),
        Column("address", "来源地址", kind="code", is_hidden=True),
        Column("request", "请求编号", kind="code", is_hidden=True),
    )
    filters = (
        Filter("since", "起始日期", lookup=search.since, kind="date"),
        Filter("until", "截止日期", lookup=search.until, kind="date"),
        Filter("kind", "类别", choices=AuditLine.Kind.choices),
        Filter("actor", "操作人", lookup=search.by_actor, hint="姓名或编号"),
        Filter("area", "区划代码", lookup=search.in_area, hint="如 511724"),
        Filter("word", "对象或理由", lookup=search.with_word),
        Filter("request", "请求编号"),
        Filter("person", "人员索引", lookup=search.about, hint="用上方证件号查找"),
    )
    empty = Empty("还没有审计记录", "有人登录、查看、导出或办理后，逐条列在这里，只增不改。")

    def row_url(self, row: Any) -> str:
        return reverse("audit:line", args=[row.seq])
