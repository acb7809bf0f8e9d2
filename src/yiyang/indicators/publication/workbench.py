"""Pages of those who publish: tables under way and published, one of them, asking for another."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas.models import Area
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.indicators.publication import actions, files, methods, source, workbench_ledger
from yiyang.indicators.publication.actions import RIGHT, Wanted
from yiyang.indicators.publication.models import PublishedTable
from yiyang.indicators.publication.opened import OPEN_STATES
from yiyang.indicators.publication.policy import load_publication
from yiyang.indicators.publication.rules import Rules
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Definition, Empty
from yiyang.registry.forms_people import tell

READ = "figure.read"
TOP = "公开统计表"
SHOWN = 300
# Areas in a drop-down.
MANY = 300


class Tables(Table):
    """Tables of the scope, by state and month."""

    name, title, order = "published_tables", TOP, "-id"
    columns = (
        Column("title", "表名", is_link=True),
        Column("area_code", "区划", kind="area", sort="area_code"),
        Column("month", "月份", kind="month", sort="month"),
        Column("version", "版本", kind="number"),
        Column("method", "保护方法", value=lambda row: row.get_method_display()),
        Column("state", "状态", kind="state"),
        Column("hidden", "隐藏的数", kind="number"),
        Column("next_on", "下次更新", kind="day"),
        Column("made_by_name", "制表人"),
        Column("id", "编号", kind="number", sort="id", is_hidden=True),
    )
    filters = (
        Filter("state", "状态", choices=PublishedTable.State.choices), Filter("month", "月份"),
        Filter("method", "保护方法", choices=PublishedTable.Method.choices),
    )  # fmt: skip
    empty = Empty("还没有公开统计表", "选分组和月份，平台制表并核对，另一人审批后公开。", icon="figures")

    def row_url(self, row: Any) -> str:
        """The table."""
        return reverse("indicators:table", args=[row.pk])


def _rows(by: Scope) -> Any:
    return PublishedTable.objects.filter((by.where(READ) | by.where(RIGHT)).q("area_code"))


@page(READ, also=(RIGHT,))
def tables(request: HttpRequest) -> HttpResponse:
    """The list."""
    table = Tables(request, _rows(current()).defer("body"))
    record("search", what="indicators:tables", detail=table.values)
    context = {
        "table": table, "title": TOP, "may_make": current().may(RIGHT),
        "crumbs": [("指标", reverse("indicators:board")), (TOP, "")],
        "lead": "每张表用隐藏、取整或加噪保护，平台先核对；另一人审批后公开，公开后不再改动。",
    }  # fmt: skip
    return render(request, "indicators/tables.html", context)


@page(READ, also=(RIGHT,))
def table(request: HttpRequest, key: int) -> HttpResponse:
    """One version: what would be told, the proof in words, and the decision."""
    found = get_object_or_404(_rows(current()), pk=key)
    record("read", what=f"table:{found.pk}", area=found.area_code)
    told = json.loads(found.body) if found.body else None
    heads, rows = files.lines_of(told) if told else ([], [])
    waits = found.state == PublishedTable.State.READY and current().may(RIGHT, found.area_code)
    context: dict[str, Any] = {
        "title": found.title, "lead": f"{full_name(found.area_code)}，{found.month}，第{found.version}版",
        "crumbs": [("指标", reverse("indicators:board")), (TOP, reverse("indicators:tables")), (found.title, "")],
        "found": found, "lines": _lines(found), "proof": _proof(found), "note": told["note"] if told else "",
        "heads": heads, "rows": [(words, value or files.DOTS) for words, value in rows[:SHOWN]],
        "count": len(rows), "shown": SHOWN, "what": "数值" if found.slug == source.INDICATORS else "人数",
        "may_decide": waits and current().user != found.made_by, "is_own": waits and current().user == found.made_by,
        "is_open": found.state in OPEN_STATES, "publish_fields": [("to", "published")],
        "why": workbench_ledger.WHY[PublishedTable.Method(found.method)], "mixed": methods.mixed_of(found),
        "levels": methods.levels_of(found),
    }  # fmt: skip
    return render(request, "indicators/table.html", context)


def _lines(found: PublishedTable) -> list[Definition]:
    lines = [
        Definition("引用编号", found.number), *workbench_ledger.lines_of(found),
        Definition("制表", f"{found.made_by_name}，用时 {found.seconds} 秒"),
        Definition("制表时间", found.made_at, kind="when"),
    ]  # fmt: skip
    if found.correction:
        lines.append(Definition("更正说明", found.correction))
    if found.decided_by_name:
        lines += [Definition("审批", found.decided_by_name), Definition("审批时间", found.decided_at, kind="when")]
    if found.reason:
        lines.append(Definition("退回理由", found.reason))
    return [*lines, Definition("校验值（SHA-256）", found.sha256, kind="code")] if found.sha256 else lines


def _proof(found: PublishedTable) -> list[str]:
    """The proof in plain words."""
    if found.method != PublishedTable.Method.HIDE:
        return workbench_ledger.proof_of(found)
    if not found.cells:
        return []
    counted = (
        f"共 {found.cells:,} 个数，隐藏 {found.hidden:,} 个：{found.small:,} 个小于 {found.least}，"
        f"其余 {found.hidden - found.small:,} 个公开了就能推算出它们。"
    )
    said = [counted]
    if found.narrowest >= 0:
        said.append(
            f"没有一个被隐藏的小数可以缩到少于 {found.narrowest + 1} 种可能：平台列出了 {found.tables:,} 张与公开数字"
            f"完全一致、而小数不同的表，逐张加总核对过。每个小数至少可能多 {found.width}、少 {found.width}（不低于0）。"
        )
    if found.exposed:
        said.append(f"有 {found.exposed:,} 个小数上月还够大、已经公开过；它们只能保证在上月数上下浮动。")
    if found.beside:
        said.append(f"一并考虑了已公开的 {len(found.beside)} 张表：{'、'.join(found.beside)}。")
    return said


class WantedForm(forms.Form):
    """What table, of where and when, by which rules."""

    area = forms.TypedChoiceField(label="区划", coerce=int)
    month = forms.CharField(label="月份", widget=forms.TextInput(attrs={"type": "month"}), help_text="统计到月末。")
    content = forms.ChoiceField(
        label="内容", widget=forms.RadioSelect, required=False,
        choices=(("table", "统计表：老年人人数，按分组"), ("indicators", "指标：各项指标的数值，到乡镇（街道）")),
    )  # fmt: skip
    grouped = forms.MultipleChoiceField(
        label="分组", widget=forms.CheckboxSelectMultiple, required=False,
        help_text="统计表才选。分组越多，要隐藏的数越多；一般选两三种。选“应享的服务项目”则按项目数应享的人。",
    )  # fmt: skip
    method = forms.ChoiceField(
        label="怎样保护", widget=forms.RadioSelect, required=False, choices=workbench_ledger.CHOICES, initial="hide"
    )
    least = forms.IntegerField(
        label="最小频数", min_value=3, max_value=100, initial=10, help_text="隐藏时：小于它的数不公开。"
    )
    width = forms.IntegerField(
        label="保护宽度", min_value=1, max_value=100, initial=5, help_text="隐藏时：每个小数至少可能多、少这么多。"
    )
    zeros = forms.BooleanField(label="0 也不公开（隐藏时）", required=False)
    base = forms.IntegerField(
        label="舍入基数", min_value=3, max_value=100, required=False,
        help_text="取整时：每个数都是它的倍数，一般用 5；小数很多时用 10。",
    )  # fmt: skip
    epsilon = forms.DecimalField(
        label="隐私预算 ε", decimal_places=3, required=False,
        help_text="加噪时：越小保护越强、误差越大。ε=1 时，最细的数误差多在 ±3 以内，ε=0.5 时 ±6，ε=2 时 ±1。",
    )  # fmt: skip
    correction = forms.CharField(label="更正说明", max_length=400, required=False, help_text="已公开过时必填。")

    def __init__(self, *given: Any, by: Scope, **named: Any) -> None:
        super().__init__(*given, **named)
        rules = load_publication()
        self.fields["base"].initial, self.fields["epsilon"].initial = rules.rounding.base, rules.privacy.epsilon
        self.fields["grouped"].choices = list(source.titles().items())  # type: ignore[attr-defined]
        self.fields["area"].choices = _areas(by)  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """What was filled in."""
        said = self.cleaned_data
        rules = Rules(said["least"], said["width"], "hidden" if said["zeros"] else "open")
        grouped = (source.INDICATORS,) if said["content"] == "indicators" else tuple(said["grouped"])
        method = said["method"] or PublishedTable.Method.HIDE
        policy = load_publication()
        base = (said["base"] or policy.rounding.base) if method == PublishedTable.Method.ROUND else 0
        # Only what was left empty is the usual one: zero was typed, and is refused.
        epsilon = Decimal(str(policy.privacy.epsilon)) if said["epsilon"] is None else said["epsilon"]
        if method != PublishedTable.Method.NOISE:
            epsilon = Decimal(0)
        return Wanted(said["area"], said["month"], grouped, rules, said["correction"], method, base, epsilon)


def _areas(by: Scope) -> list[tuple[int, str]]:
    """Where somebody may publish, from the top down: cities and counties, or towns and villages where those are few."""
    rows = Area.objects.filter(by.where(RIGHT).q("code"), valid_to=None, code__gt=0).order_by("code")
    for levels in (("province", "city", "county"), ("town",), ("village",)):
        codes = list(rows.filter(level__in=levels).values_list("code", flat=True)[:MANY])
        if codes:
            return [(code, full_name(code)) for code in codes if code is not None]
    return []


@page(RIGHT)
def make(request: HttpRequest) -> HttpResponse:
    """Ask for a table."""
    from yiyang.indicators import tasks

    by = current()
    start = {"month": f"{timezone.localdate():%Y-%m}", "grouped": ["area", "sex"], "content": "table"}
    start |= {key: request.GET[key] for key in ("area", "month", "content") if key in request.GET}
    if "grouped" in request.GET:
        start["grouped"] = request.GET.getlist("grouped")
    form = WantedForm(request.POST or None, by=by, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.order(by=by, wanted=form.wanted())
        except YiyangError as error:
            tell(form, error)
        else:
            tasks.order_publication(made, by)
            messages.success(request, "已下达，平台在后台制表并核对。")
            return redirect("indicators:table", made.pk)
    crumbs = [("指标", reverse("indicators:board")), (TOP, reverse("indicators:tables")), ("做一张表", "")]
    context = {"form": form, "title": "做一张公开统计表", "crumbs": crumbs, "cancel": reverse("indicators:tables")}
    context |= {"submit": "制表"}
    return render(request, "indicators/enter.html", context)


@page(RIGHT)
@require_POST
def decide(request: HttpRequest, key: int) -> HttpResponse:
    """Publish it, or send it back."""
    found = get_object_or_404(PublishedTable.objects.filter(current().where(RIGHT).q("area_code")), pk=key)
    try:
        if request.POST.get("to") == "published":
            actions.publish(by=current(), table=found)
        else:
            actions.refuse(by=current(), table=found, reason=request.POST.get("reason", ""))
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已公开。" if request.POST.get("to") == "published" else "已退回。")
    return redirect("indicators:table", key)
