"""Pages of agencies and assessors: who may assess, until when, how busy, and whom they may not assess."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import agency_actions, conflicts
from yiyang.assessment.conflicts import COUNTED
from yiyang.assessment.forms import AgencyForm, AssessorForm
from yiyang.assessment.models import Agency, Assessor, Request
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Definition, Empty, Figure
from yiyang.registry.forms_people import tell

RIGHT = "agency.manage"
TOP = "评估机构"
# A qualification that ends within these days is worth a look.
SOON = timedelta(days=60)
STANDINGS = (("due_soon", "60 天内到期"), ("expired", "已到期"), ("inactive", "停用"))
OPEN = (Request.State.PLANNED, Request.State.FILLED, Request.State.RETURNED)


def standing(until: date, *, is_active: bool) -> tuple[str, str]:
    """How a qualification stands today: slug and word."""
    today = timezone.localdate()
    if not is_active:
        return "inactive", "停用"
    if until < today:
        return "expired", "已到期"
    return ("due_soon", "即将到期") if until <= today + SOON else ("active", "有效")


def _state(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    today = timezone.localdate()
    if value == "inactive":
        return rows.filter(is_active=False)
    until = {"expired": Q(valid_to__lt=today), "due_soon": Q(valid_to__gte=today, valid_to__lte=today + SOON)}
    return rows.filter(until[value], is_active=True)


class Agencies(Table):
    """Agencies of the scope."""

    name, title, order = "agencies", TOP, "name"
    columns = (
        Column("name", "名称", sort="name", is_link=True),
        Column("area_code", "服务区划", kind="area"),
        Column("seat_code", "所在地", kind="area", value=lambda row: row.seat_code if row.seat_code > 0 else None),
        Column("people", "评估人员", kind="number"),
        Column("load", "在办", kind="number"),
        Column("month", "本月已约", kind="number"),
        Column("a_month", "每月可评估", kind="number"),
        Column("valid_to", "资质截止日", kind="day"),
        Column("standing", "资质", value=lambda row: standing(row.valid_to, is_active=row.is_active)[1]),
        Column("credit_code", "信用代码", kind="code", is_hidden=True),
        Column("sells_care", "同时提供照护服务", kind="yes_no", is_hidden=True),
    )  # fmt: skip
    filters = (
        Filter("name", "名称", lookup="name__icontains"),
        Filter("state", "资质", choices=STANDINGS, lookup=_state),
    )
    empty = Empty("还没有评估机构", "登记有资质的评估机构和人员后，才能安排评估。", icon="groups")

    def row_url(self, row: Any) -> str:
        return reverse("assessment:agency", args=[row.pk])


def _with_load() -> QuerySet[Any]:
    """Agencies with how many assess for them, what is in hand, and what is appointed this month."""
    first = timezone.localdate().replace(day=1)
    month = Q(appointed__date__gte=first, appointed__date__lt=(first + timedelta(days=32)).replace(day=1))
    return Agency.objects.annotate(
        people=Count("assessors", filter=Q(assessors__is_active=True)),
        load=_number_of(Q(state__in=OPEN)),
        month=_number_of(month & Q(state__in=COUNTED)),
    )


def _number_of(which: Q) -> Any:
    rows = Request.objects.filter(which, agency=OuterRef("pk")).order_by().values("agency")
    return Coalesce(Subquery(rows.annotate(found=Count("pk")).values("found")), 0)


@page(RIGHT)
def agencies(request: HttpRequest) -> HttpResponse:
    """All agencies of the scope."""
    table, today = Agencies(request, _with_load()), timezone.localdate()
    people = Assessor.objects.filter(agency__in=Agency.objects.all(), is_active=True)
    soon = people.filter(valid_to__gte=today, valid_to__lte=today + SOON).count()
    figures = [
        Figure("评估人员", people.filter(valid_to__gte=today).count(), "人", "资格有效"),
        Figure("资格 60 天内到期", soon, "人"),
        Figure("资格已到期", people.filter(valid_to__lt=today).count(), "人", "不能安排"),
    ]
    record("search", what="agency:list")
    return render(request, "assessment/agencies.html", {"table": table, "figures": figures})


@page(RIGHT)
def agency(request: HttpRequest, key: int) -> HttpResponse:
    """One agency: its licence, its people and how busy they are."""
    found = _agency(key)
    have = conflicts.loads(timezone.localdate(), [found.pk])
    people = [
        (each, standing(each.valid_to, is_active=each.is_active), have.week.get(each.pk, 0))
        for each in found.assessors.select_related("user").order_by("-is_active", "pk")
    ]
    record("read", what=f"agency:{found.pk}", area=found.area_code)
    context = {
        "agency": found,
        "title": found.name,
        "standing": standing(found.valid_to, is_active=found.is_active),
        "definitions": _definitions(found, have.month.get(found.pk, 0)),
        "people": people,
        "crumbs": [("能力评估", reverse("assessment:work")), (TOP, reverse("assessment:agencies")), (found.name, "")],
    }
    return render(request, "assessment/agency.html", context)


def _agency(key: int) -> Agency:
    found: Agency = get_object_or_404(Agency, pk=key)
    return found


def _definitions(found: Agency, month: int) -> list[Definition]:
    return [
        Definition("统一社会信用代码", found.credit_code, kind="code"),
        Definition("服务区划", found.area_code, kind="area"),
        Definition("所在地", found.seat_code if found.seat_code > 0 else None, kind="area"),
        Definition("资质证明编号", found.licence),
        Definition("资质有效期", f"{found.valid_from} 至 {found.valid_to}"),
        Definition("本月已排", f"{month} / {found.a_month} 人次"),
        Definition("同时提供照护服务", found.sells_care, kind="yes_no"),
        Definition("关联服务机构", "、".join(found.related_codes)),
    ]


@page(RIGHT)
def edit_agency(request: HttpRequest, key: int = 0) -> HttpResponse:
    """Register an agency, or change one."""
    there = _agency(key) if key else Agency()
    form = AgencyForm(request.POST or None, instance=there)
    if request.method == "POST" and form.is_valid():
        # The form has put its values on the row; who it was before decides who may change it.
        kept, data = _agency(key) if key else Agency(), dict(form.cleaned_data)
        try:
            made = agency_actions.keep_agency(by=current(), agency=kept, **data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已保存 {made.name}。")
            return redirect("assessment:agency", made.pk)
    way = [("能力评估", reverse("assessment:work")), (TOP, reverse("assessment:agencies"))]
    context = {"form": form, "title": f"修改 {there.name}" if key else "登记评估机构", "crumbs": [*way, ("资料", "")]}
    context["back"] = reverse("assessment:agency", args=[key]) if key else reverse("assessment:agencies")
    return render(request, "assessment/agency_form.html", context)


@page(RIGHT)
def edit_assessor(request: HttpRequest, key: int, assessor: int = 0) -> HttpResponse:
    """Register somebody who assesses for an agency, or change what is known of him."""
    found = _agency(key)
    there = get_object_or_404(Assessor, pk=assessor, agency=found) if assessor else Assessor(agency=found)
    form = AssessorForm(request.POST or None, instance=there)
    if request.method == "POST" and form.is_valid():
        try:
            made = agency_actions.keep_assessor(by=current(), assessor=there, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已保存 {made.user.name}。")
            return redirect("assessment:agency", key)
    back = reverse("assessment:agency", args=[key])
    title = f"修改 {there.user.name}" if assessor else "登记评估人员"
    way = [(TOP, reverse("assessment:agencies")), (found.name, back), (title, "")]
    return render(request, "assessment/agency_form.html", {"form": form, "title": title, "crumbs": way, "back": back})
