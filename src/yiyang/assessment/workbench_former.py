"""Results of former standards: brought in from old lists, listed by themselves, never beside those of today."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.assessment import former, in_words
from yiyang.assessment.models import FormerResult
from yiyang.assessment.workbench_sheets import SheetForm
from yiyang.assessment.worklists import of_area
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.registry.forms_people import tell
from yiyang.registry.people_list import area_choices

RIGHT, SHOWN = former.RIGHT, 100


class FormerForm(SheetForm):
    """A list of former results."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["instrument"].choices = [(each.id, each.name) for each in former.standards()]  # type: ignore[attr-defined]
        self.fields["sheet"].label = "旧结果名册"
        columns = "、".join((*former.NEEDED, *former.MORE))
        self.fields["sheet"].help_text = f"CSV 或 XLSX，不超过 5 MB；第一行是表头：{columns}（后两列可以没有）。"


class Former(Table):
    """Former results within the scope."""

    name, title, order = "former_results", "旧标准评估结果", "-id"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("person", "姓名", value="person.name", is_link=True),
        Column("instrument", "评估标准", value=lambda row: in_words.standard_short(row.instrument)),
        Column("level", "旧等级", value=lambda row: in_words.level_name(row.instrument, row.version, row.level)),
        Column("assessed_on", "评估日期", kind="day"),
        Column("agency", "评估机构"),
        Column("number", "原编号", is_hidden=True),
        Column("area_code", "村（社区）", kind="area"),
        Column("kept_at", "登记时间", kind="when", sort="id"),
        Column("kept_by_name", "登记人", is_hidden=True),
    )
    empty = Empty("没有旧标准结果", "施行新国家标准以前的评估结果，从名册登记后列在这里。", icon="file")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """By level and place."""
        levels = {str(each.level): each.name for scale in former.standards() for each in scale.levels}
        return (
            Filter("level", "旧等级", choices=list(levels.items()), lookup="level"),
            Filter("area", "区划", lookup=of_area("area_code"), choices=area_choices(self.request.GET.get("area", ""))),
        )

    def row_url(self, row: Any) -> str:
        return reverse("assessment:person", args=[row.person_id])


@page(RIGHT)
def former_results(request: HttpRequest) -> HttpResponse:
    """The list, and a form to bring more of them in."""
    form: forms.Form = FormerForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"crumbs": [("能力评估", reverse("assessment:work")), ("旧标准结果", "")]}
    if request.method == "POST" and form.is_valid():
        try:
            found = _kept(form.cleaned_data["instrument"], form.cleaned_data["sheet"])
        except YiyangError as error:
            tell(form, error)
        else:
            said = f"登记了 {found.made} 份" + (f"，{found.there} 份以前登记过" if found.there else "")
            messages.success(request, f"{said}。")
            context |= {"bad": found.bad[:SHOWN], "bad_count": len(found.bad)}
            form = FormerForm()
    record("search", what="assessment:former")
    rows = FormerResult.objects.filter(current().where(RIGHT).q("area_code")).select_related("person")
    context |= {"form": form, "table": Former(request, rows)}
    return render(request, "assessment/former.html", context)


def _kept(slug: str, sheet: Any) -> former.Kept:
    instrument = next(each for each in former.standards() if each.id == slug)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{Path(sheet.name).suffix.lower()}"
        path.write_bytes(sheet.read())
        return former.keep(by=current(), instrument=instrument, path=path)
