"""Pages of contradictions: the list, one with both places, and the report to take along."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.planning import document_page, file_actions, finding_report
from yiyang.planning.coherence.checks import BY_ID
from yiyang.planning.coherence.findings import SEVERITY_ZH
from yiyang.planning.forms import DecideForm
from yiyang.planning.lists import by_check, seen, tabs
from yiyang.planning.lists import findings as finding_table
from yiyang.planning.models import Finding, PlanFile
from yiyang.planning.workbench import KEEP, RIGHT, crumbs
from yiyang.registry.forms_people import tell

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@page(RIGHT)
def findings(request: HttpRequest) -> HttpResponse:
    """Contradictions of the scope."""
    table = finding_table(request)
    record("search", what="planning:findings", detail=table.values)
    context = {
        "table": table, "tabs": tabs("findings"), "title": "不一致之处", "forms": list(TYPES),
        "checks": by_check(), "lead": "文件内部、文件之间、计划与现状之间对不上的地方，每处给出两个位置和两个数。",
        "crumbs": crumbs(("不一致之处", "")),
    }  # fmt: skip
    return render(request, "planning/findings.html", context)


@page(RIGHT)
def finding(request: HttpRequest, key: int) -> HttpResponse:
    """One contradiction, both places side by side."""
    found: Finding = get_object_or_404(seen(Finding, RIGHT), pk=key)
    may_keep = current().may(KEEP, found.area_code)
    form = DecideForm(request.POST or None, initial={"state": found.state, "reason": found.reason})
    if request.method == "POST" and may_keep and form.is_valid():
        try:
            file_actions.decide(by=current(), finding=found, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已记为“{found.get_state_display()}”。")
            return redirect("planning:findings")
    record("read", what=f"plan_finding:{found.pk}", area=found.area_code)
    check = BY_ID.get(found.check_name)
    context = {
        "found": found, "form": form, "may_keep": may_keep, "sides": _sides(found),
        "title": check.zh if check else "不一致之处", "lead": found.why, "what": check.what_zh if check else "",
        "severity": SEVERITY_ZH.get(found.severity, ""), "sure": round(found.sure * 100),
        "crumbs": crumbs(("不一致之处", reverse("planning:findings")), (f"第 {found.pk} 处", "")),
    }  # fmt: skip
    return render(request, "planning/finding.html", context)


def _sides(found: Finding) -> list[dict[str, Any]]:
    """Each place with its figure and, where the document is in reach, the lines around it."""
    sides = []
    for place, figure in zip(found.places, found.figures, strict=True):
        file = seen(PlanFile, RIGHT).filter(slug=place["document"], is_current=True).first()
        lines = document_page.around(file, place["line"]) if file and place["line"] else []
        sides.append({
            "file": file, "name": (file.title or file.name) if file else place["document"], "figure": figure,
            "where": document_page.place_word(place), "lines": lines, "text": place.get("text", ""),
        })  # fmt: skip
    return sides


@page(RIGHT)
def report(request: HttpRequest, form: str) -> HttpResponse:
    """The report of what is still there, as a workbook or PDF."""
    if form not in TYPES:
        raise Http404
    made = finding_report.report(by=current())
    record("export", what="planning:findings", detail={"form": form, "rows": len(made.findings)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{form}"
        finding_report.WRITERS[form](made, path)
        answer = HttpResponse(path.read_bytes(), content_type=TYPES[form])
    name = quote(f"规划不一致之处 {timezone.localdate():%Y-%m-%d}")
    answer["Content-Disposition"] = f"attachment; filename=findings.{form}; filename*=UTF-8''{name}.{form}"
    answer["Cache-Control"] = "no-store"
    return answer
