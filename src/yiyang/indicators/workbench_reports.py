"""Figures taken out: workbook, list of areas, yearly report; and ordering that they are measured."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access import sheets
from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import logic as areas
from yiyang.areas.names import full_name, name
from yiyang.audit.record import record
from yiyang.base.errors import MissingPart, YiyangError
from yiyang.indicators import figure_lists, logic, measuring, reading, reports, tasks
from yiyang.indicators.models import Figure, Measurement
from yiyang.indicators.reading import ENTER, RIGHT
from yiyang.indicators.workbench import TOP, Asked, asked, crumbs, find_or_404
from yiyang.kit.parts import Tab
from yiyang.registry.forms_people import tell

FIRST_YEAR = 2020
SHOWN = 12


def _asked(request: HttpRequest) -> Asked:
    found = asked(request)
    if found is None:
        raise Http404
    return found


@page(RIGHT)
def report(request: HttpRequest, form: str) -> HttpResponse:
    """All indicators of an area as a workbook."""
    wanted = _asked(request)
    if form != "xlsx":
        raise Http404
    about = reports.About(wanted.area, wanted.on or timezone.localdate(), current().name, timezone.localtime())
    body = reports.xlsx(reading.board(wanted.area, wanted.on), about)
    record("export", what="indicators:report", area=wanted.area, detail={"on": f"{about.on}"})
    return reports.answer(body, "xlsx", f"{name(wanted.area)}养老服务指标-{about.on}")


@page(RIGHT)
def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """One indicator of all areas below one, as a workbook, as the list on the page is filtered."""
    found, wanted = find_or_404(slug), _asked(request)
    table = figure_lists.areas_table(request, found, wanted.area, reading.day_of(found, wanted.area, wanted.on))
    columns = [
        sheets.Column("区划代码", width=16), sheets.Column("区划", width=28), sheets.Column("统计日期", "date"),
        sheets.Column(f"数值（{found.unit}）", "decimal"), sheets.Column("区间下限", "decimal"),
        sheets.Column("区间上限", "decimal"), sheets.Column("分子", "decimal"), sheets.Column("分母", "decimal"),
        sheets.Column("来源"),
    ]  # fmt: skip
    mark = sheets.Mark(current().name, timezone.now(), full_name(wanted.area), current().request, is_personal=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.xlsx"
        sheets.write(path, columns, (_row(found, each) for each in table.rows.order_by("area_code").iterator()), mark)
        body = path.read_bytes()
    record("export", what=f"indicator:{slug}", area=wanted.area, detail={"on": f"{wanted.on}"})
    return reports.answer(body, "xlsx", f"{name(wanted.area)}{found.name.zh}-{wanted.on}")


def _row(found: object, row: Figure) -> tuple[sheets.Cell, ...]:
    indicator = find_or_404(row.indicator)
    limits = logic.interval(indicator.shape, row.numerator, row.denominator, indicator.per)
    low, high = (limits.low, limits.high) if limits and row.denominator else (None, None)
    return (
        f"{row.area_code:012d}", name(row.area_code), row.on, row.value, low, high, row.numerator, row.denominator,
        row.get_source_display(),
    )  # fmt: skip


@page(RIGHT)
def year(request: HttpRequest) -> HttpResponse:
    """The yearly report on the screen."""
    wanted, today = _asked(request), timezone.localdate()
    given = request.GET.get("year", "")
    number = int(given) if areas.is_code(given, (4,)) and FIRST_YEAR <= int(given) <= today.year else today.year
    found = reports.yearly(wanted.area, number, current().name, timezone.localtime())
    here, area = reverse("indicators:year"), areas.short(wanted.area)
    context = {
        "title": found.title, "year": found, "number": number, "area": area,
        "crumbs": crumbs(wanted.area, ("年度报告", "")),
        "tabs": [
            Tab(f"{each}年", f"{here}?area={area}&year={each}", each == number)
            for each in range(today.year, FIRST_YEAR - 1, -1)
        ],
        "lead": "文字、表格和图由平台按指标生成，可以直接引用或修改后使用。",
    }  # fmt: skip
    record("read", what=f"indicators:year:{number}", area=wanted.area)
    return render(request, "indicators/year.html", context)


@page(RIGHT)
def year_pdf(request: HttpRequest, number: int) -> HttpResponse:
    """The yearly report as PDF."""
    wanted = _asked(request)
    if not FIRST_YEAR <= number <= timezone.localdate().year:
        raise Http404
    found = reports.yearly(wanted.area, number, current().name, timezone.localtime())
    try:
        body = reports.year_pdf(found)
    except MissingPart as problem:
        messages.error(request, problem.zh)
        return redirect(f"{reverse('indicators:year')}?area={areas.short(wanted.area)}&year={number}")
    record("export", what=f"indicators:year:{number}", area=wanted.area)
    return reports.answer(body, "pdf", found.title)


class MeasureForm(forms.Form):
    """For which day, and as known when."""

    month = forms.CharField(
        label="月份", widget=forms.TextInput(attrs={"type": "month"}), help_text="统计到这个月的最后一天。"
    )
    known = forms.DateField(
        label="获知日期", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="不填：登记册用当月月度运行的内容。填了：按那天已获知的内容重新归集。",
    )  # fmt: skip

    def clean_month(self) -> date:
        """Its last day, of the current month today's."""
        try:
            first = date.fromisoformat(f"{self.cleaned_data['month']}-01")
        except ValueError as problem:
            raise forms.ValidationError("月份应形如 2026-11。") from problem
        return tasks.last_day(first)


@page(ENTER)
def measure(request: HttpRequest) -> HttpResponse:
    """Order that the area in force is measured; what was measured lately."""
    by, area = current(), reading.top_of(current())
    form = MeasureForm(request.POST or None, initial={"month": f"{timezone.localdate():%Y-%m}"})
    if request.method == "POST" and form.is_valid() and area is not None:
        try:
            by.require(ENTER, area)
            made = measuring.order(by=by, area=area, on=form.cleaned_data["month"], known=form.cleaned_data["known"])
        except YiyangError as error:
            tell(form, error)
        else:
            tasks.order(made, by)
            messages.success(request, "已下达，在后台测量，完成后列在下面。")
            return redirect("indicators:measure")
    rows = Measurement.objects.filter(by.where(RIGHT).q("area_code"))[:SHOWN]
    context = {
        "form": form, "title": "测量指标", "crumbs": [(TOP, reverse("indicators:board")), ("测量指标", "")],
        "lead": "每月月度运行启用后、次月2日自动测量；也可以在这里下达，包括重算过去的日子。",
        "rows": [(each, full_name(each.area_code)) for each in rows], "area": full_name(area) if area else "",
    }  # fmt: skip
    record("search", what="indicators:measure")
    return render(request, "indicators/measure.html", context)
