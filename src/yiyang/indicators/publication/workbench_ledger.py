"""Pages about methods: what protects a table in plain words, its error by level, and the ledger of privacy."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas.models import Area
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.indicators.publication import budget, ledger, methods
from yiyang.indicators.publication.models import PrivacySpending, PublishedTable
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Definition, Empty, Figure

RIGHT = "figure.publish"
TITLE = "隐私预算"
Method = PublishedTable.Method
# A choice of method, with when to take it.
CHOICES = (
    (Method.HIDE, "隐藏小数：公开的都是精确数，小数和能推算出它们的数显示为“…”。表不太细、读者要精确数时用。"),
    (Method.ROUND, "受控舍入：每个数取整为 5 或 10 的倍数，没有空格，合计相符。表较细、差几个人无妨时用。"),
    (Method.NOISE, "加噪（差分隐私）：每个数加随机误差，不论别人已知道什么都有保证。表很细时用；每年能用的次数有限。"),
)  # fmt: skip
WHY = {
    Method.HIDE: "为什么找不出任何人",
    Method.ROUND: "为什么猜不准小数",
    Method.NOISE: "为什么看不出任何一个人",
}


def lines_of(found: PublishedTable) -> list[Definition]:
    """What a table is protected by, and how strongly."""
    word = Definition("保护方法", found.get_method_display())
    if found.method == Method.ROUND:
        return [word, Definition("舍入基数", f"{found.base}")]
    if found.method == Method.NOISE:
        return [word, Definition("隐私预算", f"ε={budget.said(found.epsilon)}")]
    return [word, Definition("最小频数", f"{found.least}（小于它的数不公开）")]


def proof_of(found: PublishedTable) -> list[str]:
    """Why rounding or noise protects, in plain words."""
    if not found.cells:
        return []
    said = [f"共 {found.cells:,} 个数，没有隐藏。{methods.note(found)}"]
    said += _rounded(found) if found.method == Method.ROUND else _noisy(found)
    if found.beside and found.method == Method.ROUND:
        said.append(f"与已公开的 {len(found.beside)} 张取整表一致：{'、'.join(found.beside)}。")
    return said


def _rounded(found: PublishedTable) -> list[str]:
    off = found.protection.get("mean_error", 0)
    tried = (
        f"平台用公开的全部数字试着推算每个小于 {found.least} 的数（{found.small:,} 个）：没有一个能缩到少于 "
        f"{found.narrowest + 1} 种可能。平均每个数与真实人数相差 {off}（这一句不公开）。"
    )
    return [tried, "取整不防已知道每月变化的人：连续多月公开时，请少用同一张很细的表。"]


def _noisy(found: PublishedTable) -> list[str]:
    each = found.protection
    drawn = (
        f"每人只在一个最细的格子里，各格子加 OpenDP 生成的整数随机数（离散拉普拉斯分布，尺度 {each['scale']:g}）；"
        f"他出现在 {each['cells_a_person']} 级合计里，这些合计都由加了噪的数相加而成，不再读取真实数。"
    )
    said = [drawn, "随机数来自操作系统，种子不保留，任何人（包括审计人员）都不能重算。"]
    if found.state == PublishedTable.State.READY:
        said.append(
            "公开之前谁也看不到加噪后的数，包括制表人和审批人：否则可以反复重做，挑一个好看的。"
            "请按分组、误差和 ε 审批；退回不用预算，抽好的数随即销毁。"
        )
    return said


class Spendings(Table):
    """What was spent, the newest first."""

    name, title, order = "privacy_spending", TITLE, "-id"
    columns = (
        Column("number", "引用编号", is_link=True),
        Column("title", "表名"),
        Column("area_code", "区划", kind="area", sort="area_code"),
        Column("year", "年度", kind="text"),
        Column("epsilon", "ε", kind="text", value=lambda row: budget.said(row.epsilon)),
        Column("spent_by_name", "公开人"),
        Column("spent_at", "公开时间", kind="when"),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (Filter("year", "年度"),)
    empty = Empty("还没有用过隐私预算", "公开加噪的表时，用了多少记在这里，不能改、不能删。", icon="figures")

    def row_url(self, row: Any) -> str:
        """The table."""
        return reverse("indicators:table", args=[row.table_id])


@page(RIGHT)
def budgets(request: HttpRequest) -> HttpResponse:
    """The ledger of the scope, and what is left for its areas this year."""
    by = current()
    table = Spendings(request, PrivacySpending.objects.filter(by.where(RIGHT).q("area_code")))
    record("search", what="indicators:budgets", detail=table.values)
    year = timezone.localdate().year
    context = {
        "table": table, "title": TITLE, "figures": _figures(by, year), "year": year,
        "crumbs": [("指标", reverse("indicators:board")), ("公开统计表", reverse("indicators:tables")), (TITLE, "")],
        "lead": "加噪的表每公开一张，就用掉一部分隐私预算（ε 相加）；用完之后，这一年的数据不能再加噪公开。",
    }  # fmt: skip
    return render(request, "indicators/budgets.html", context)


def _figures(by: Scope, year: int) -> list[Figure]:
    """Of the first areas of a scope; the limit is the same everywhere."""
    found = [Figure("每年上限", f"ε={budget.said(ledger.limit())}", "")]
    for area in _uppermost(by):
        mine = ledger.balance(area, year)
        found.append(Figure(f"{full_name(area)} {year}年还剩", f"ε={budget.said(mine.left)}", ""))
    return found


def _uppermost(by: Scope, most: int = 3) -> list[int]:
    """The areas of a scope on its highest level: whose tables hold everybody below."""
    rows = Area.objects.filter(by.where(RIGHT).q("code"), valid_to=None, code__gt=0).order_by("code")
    top = rows.first()
    codes = rows.filter(level=top.level).values_list("code", flat=True)[:most] if top else ()
    return [int(code) for code in codes if code is not None]
