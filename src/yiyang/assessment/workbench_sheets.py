"""Sheets for agencies without phones: taken along empty, brought back filled; bad rows are put aside with reasons."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.sheets import Mark, write
from yiyang.access.web import page
from yiyang.assessment import exchange_csv, importing, in_words, scales
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.registry.forms_people import tell

RIGHT = "assessment.do"
LARGEST = 5 << 20
SUFFIXES = (".csv", ".xlsx")
SHOWN = 100


class SheetForm(forms.Form):
    """A filled sheet."""

    instrument = forms.ChoiceField(label="评估标准")
    sheet = forms.FileField(
        label="填好的表", help_text="CSV 或 XLSX，不超过 5 MB。", widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"})
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["instrument"].choices = in_words.askable()  # type: ignore[attr-defined]

    def clean_sheet(self) -> Any:
        """By its size and ending."""
        sheet = self.cleaned_data["sheet"]
        if sheet.size > LARGEST or Path(sheet.name).suffix.lower() not in SUFFIXES:
            raise forms.ValidationError("请上传 5 MB 以内的 CSV 或 XLSX。")
        return sheet


@page(RIGHT)
def sheets(request: HttpRequest) -> HttpResponse:
    """Take an empty sheet along, bring a filled one back."""
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "crumbs": [("能力评估", reverse("assessment:work")), ("批量填表", "")]}
    if request.method == "POST" and form.is_valid():
        try:
            found = _taken(form.cleaned_data["instrument"], form.cleaned_data["sheet"])
            context |= {"found": found, "bad": found.bad[:SHOWN], "form": SheetForm()}
        except YiyangError as error:
            tell(form, error)
    by = current()
    context["open"] = [(slug, name, importing.open_to(by, slug).count()) for slug, name in in_words.askable()]
    record("search", what="assessment:sheets")
    return render(request, "assessment/sheets.html", context)


def _taken(instrument: str, sheet: Any) -> importing.Imported:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet{Path(sheet.name).suffix.lower()}"
        path.write_bytes(sheet.read())
        return importing.sheet(by=current(), instrument=instrument, path=path)


@page(RIGHT)
@require_POST
def empty_sheet(request: HttpRequest, instrument: str) -> HttpResponse:
    """The empty sheet of what is planned for me; names stand in it, so it is noted as an export."""
    by, known = current(), dict(in_words.askable())
    rows = list(importing.open_to(by, instrument)) if instrument in known else []
    if not rows:
        messages.error(request, "没有安排给您、等填表的评估。")
        return redirect("assessment:sheets")
    scale = scales.current(instrument, timezone.localdate())
    record("export", what="assessment:sheet", area=rows[0].area_code, detail={"rows": len(rows)})
    mark = Mark(by.name, timezone.now(), known[instrument], by.request)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        people = [(row.number, row.person.name) for row in rows]
        write(path, exchange_csv.columns(scale), exchange_csv.empty_rows(scale, people), mark)
        body = path.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{instrument}.xlsx"', "Cache-Control": "no-store"}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(body, content_type=kind, headers=headers)
