"""Reported figures: the list, one of them, entering by hand and by sheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.areas.names import full_name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.indicators import actions, figure_lists, reading, sheets
from yiyang.indicators.forms import EnterForm, SheetForm
from yiyang.indicators.models import Figure, Reported
from yiyang.indicators.policy import load_indicators, written
from yiyang.indicators.reading import ENTER, RIGHT
from yiyang.indicators.workbench import TOP
from yiyang.kit.parts import Definition
from yiyang.registry.forms_people import tell

SHOWN = 100


def _crumbs(*way: tuple[str, str]) -> list[tuple[str, str]]:
    return [(TOP, reverse("indicators:board")), ("填报", reverse("indicators:reported") if way else ""), *way]


@page(RIGHT, also=(ENTER,))
def reported(request: HttpRequest) -> HttpResponse:
    """What units have entered."""
    table = figure_lists.reported_table(request)
    record("search", what="indicators:reported", detail=table.values)
    context = {
        "table": table, "title": "指标填报", "crumbs": _crumbs(), "may_enter": current().may(ENTER),
        "lead": "平台测不到的指标，由责任单位写明来源填报；更正留有历史，页面上标明是填报。",
    }  # fmt: skip
    return render(request, "indicators/reported.html", context)


@page(ENTER)
def enter(request: HttpRequest) -> HttpResponse:
    """Enter one figure."""
    by = current()
    start = {key: request.GET[key] for key in ("indicator", "area", "on") if key in request.GET}
    form = EnterForm(request.POST or None, by=by, initial=start | {"area": _area(start.get("area", ""))})
    if request.method == "POST" and form.is_valid():
        try:
            made, is_new = actions.enter(by=by, said=form.said(), reason=form.cleaned_data["reason"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已填报。" if is_new else "与已有的填报相同，没有变化。")
            return redirect("indicators:reported_one", made.pk)
    context = {"form": form, "title": "填报一个数值", "crumbs": _crumbs(("填报一个数值", ""))}
    return render(request, "indicators/enter.html", context | {"cancel": reverse("indicators:reported")})


def _area(given: str) -> int | None:
    return areas.normalise(given) if areas.is_code(given) else reading.top_of(current())


class ReasonForm(forms.Form):
    """Why it is taken back."""

    reason = forms.CharField(label="撤回理由", max_length=400)


@page(RIGHT, also=(ENTER,))
def reported_one(request: HttpRequest, key: int) -> HttpResponse:
    """One entry: what it says, what it replaced, what the platform measured."""
    found: Reported = get_object_or_404(Reported, pk=key)
    indicator = load_indicators().get(found.indicator)
    record("read", what=f"reported:{found.pk}", area=found.area_code)
    same = Reported.objects.filter(indicator=found.indicator, area_code=found.area_code, on=found.on, zone=found.zone)
    same = same.order_by("-id")
    measured = reading.figure_of(found.indicator, found.area_code, found.on, Figure.Source.MEASURED)
    title = indicator.name.zh if indicator else found.indicator
    context: dict[str, Any] = {
        "title": f"填报：{title}", "lead": f"{full_name(found.area_code)}{found.zone}，{found.on}",
        "crumbs": _crumbs((title, "")), "found": found, "lines": _lines(found),
        "history": [(each, _value(each)) for each in same if each.pk != found.pk],
        "measured": written(indicator, measured.value) if indicator and measured else "", "indicator": indicator,
        "short": areas.short(found.area_code),
        "may_change": found.state == Reported.State.IN_FORCE and current().may(ENTER, found.area_code),
    }  # fmt: skip
    return render(request, "indicators/reported_one.html", context)


def _value(found: Reported) -> str:
    indicator = load_indicators().get(found.indicator)
    return f"{written(indicator, found.value)} {indicator.unit}" if indicator else f"{found.value:g}"


def _lines(found: Reported) -> list[Definition]:
    lines = [Definition("数值", _value(found))]
    if found.denominator is not None:
        lines.append(Definition("分子 / 分母", f"{found.numerator:,.10g} / {found.denominator:,.10g}"))
    if found.zone or found.within:
        within = f"已含在{full_name(found.within)}的数里" if found.within else "单独相加"
        lines += [Definition("开发区", found.zone or full_name(found.area_code), within)]
    return [
        *lines, Definition("来源", found.source), Definition("佐证说明", found.note or "—"),
        Definition("填报人", found.entered_by_name), Definition("填报时间", found.entered_at, kind="when"),
        *([Definition("更正或撤回理由", found.reason)] if found.reason else []),
    ]  # fmt: skip


@page(ENTER)
@require_POST
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Take an entry back."""
    found: Reported = get_object_or_404(Reported, pk=key)
    try:
        actions.withdraw(by=current(), reported=found, reason=request.POST.get("reason", ""))
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已撤回。")
    return redirect("indicators:reported_one", key)


@page(ENTER)
def upload(request: HttpRequest) -> HttpResponse:
    """Bring a filled sheet back; an empty one can be taken along here."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "title": "用表格填报", "crumbs": _crumbs(("用表格填报", ""))}
    if request.method == "POST" and form.is_valid():
        try:
            taken = sheets.take(by=current(), body=form.cleaned_data["sheet"].read())
            context |= {"taken": taken, "faults": taken.faults[:SHOWN], "form": SheetForm()}
        except YiyangError as error:
            tell(form, error)
    return render(request, "indicators/upload.html", context)


@page(ENTER)
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet."""
    area = reading.top_of(current())
    if area is None:
        messages.error(request, "没有可以填报的区划。")
        return redirect("indicators:upload")
    year = timezone.localdate().year - 1
    headers = {"Content-Disposition": 'attachment; filename="figures.xlsx"', "Cache-Control": "no-store"}
    return HttpResponse(sheets.template(area, date(year, 12, 31)), content_type=sheets.KIND, headers=headers)
