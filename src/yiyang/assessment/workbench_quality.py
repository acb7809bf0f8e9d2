"""Pages of quality: severity by assessor and agency, draws that anybody can repeat, other readings of a scale."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.assessment import actions, in_words, rescoring, severity
from yiyang.assessment.drawing import as_file
from yiyang.assessment.forms import DrawForm
from yiyang.assessment.models import Draw, Request, Result
from yiyang.assessment.rules import rules
from yiyang.audit.record import record
from yiyang.base.errors import UsageError, YiyangError
from yiyang.kit.charts import Chart
from yiyang.kit.funnel_plot import Point, funnel_plot
from yiyang.registry.forms_people import tell

RIGHT = "assessment.check"
ALSO = ("agency.manage",)
TOP = ("能力评估", "assessment:work")
SHOWN = 100


def _crumbs(*titles: str) -> list[tuple[str, str]]:
    return [(TOP[0], reverse(TOP[1])), *((title, "") for title in titles)]


@page(RIGHT, also=ALSO)
def figures(request: HttpRequest) -> HttpResponse:
    """How severe the results of each assessor and agency are, within what chance would make of them."""
    known, slug = dict(in_words.askable()), request.GET.get("instrument", "")
    slug = slug if slug in known else next(iter(known), "")
    record("search", what="assessment:figures")
    context: dict[str, Any] = {"instrument": slug, "choices": list(known.items()), "crumbs": _crumbs("质量统计")}
    context["may_former"] = current().may("assessment.plan")
    if lowest := rules().figures.severe_from.get(slug):
        least = rules().figures.at_least
        note = f"{known[slug]}，{lowest} 级及以上算重度；撤销的不算，不足 {least} 人的不列"
        context["charts"] = _charts(slug, note, least)
    return render(request, "assessment/figures.html", context)


def _charts(slug: str, note: str, least: int) -> list[Chart]:
    """Both plots; the centre is that of everybody, those of whom there are too few included."""
    people, agencies = severity.by_assessor(slug), severity.by_agency(slug)
    work = reverse("assessment:work")
    houses = [Point(name, of, count, f"{work}?tab=issued&agency={key}") for name, of, count, key in agencies]
    heads = (
        ("各评估人员的重度占比", _points(people), people, "评估人员"),
        ("各评估机构的重度占比", houses, agencies, "评估机构"),
    )
    return [
        funnel_plot(title, note, _enough(points, least), severity.centre(rows), head=head, of="评估人数")
        for title, points, rows, head in heads
    ]


def _enough(points: list[Point], least: int) -> list[Point]:
    return [point for point in points if point.of >= least]


def _points(rows: list[severity.Counted]) -> list[Point]:
    return [Point(name, of, count) for name, of, count, _ in rows]


@page(RIGHT, also=ALSO)
def draws(request: HttpRequest) -> HttpResponse:
    """The draws so far, and a new one."""
    form, area = DrawForm(request.POST or None), _area(current())
    if request.method == "POST" and form.is_valid() and area:
        try:
            made = actions.draw(by=current(), area=area, **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已抽取 {len(made.drawn)} 件，复评申请已提出。")
            return redirect("assessment:draw", made.pk)
    rows = Draw.objects.order_by("-month", "area_code")[:SHOWN]
    may = bool(area) and current().may(RIGHT, area)
    context = {"rows": rows, "form": form, "area": area, "may": may, "crumbs": _crumbs("随机抽查")}
    context["share"] = rules().sample.share
    return render(request, "assessment/draws.html", context)


def _area(by: Scope) -> int:
    """The area that a draw is for: the one in which somebody checks; 0 where it is not one."""
    spans = [(low, high) for low, high in by.where(RIGHT).spans if low > 0]
    return spans[0][0] if len(spans) == 1 else 0


@page(RIGHT, also=ALSO)
def draw(request: HttpRequest, key: int) -> HttpResponse:
    """One draw: seed, pool and what was drawn; with what is needed to draw it again."""
    found: Draw = get_object_or_404(Draw, pk=key)
    if request.GET.get("format") == "json":
        name = f"draw-{found.area_code}-{found.month}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        options = {"ensure_ascii": False, "indent": 1}
        return JsonResponse(as_file(found), json_dumps_params=options, headers=headers)
    record("read", what=f"draw:{found.pk}", area=found.area_code)
    again = Request.objects.filter(kind=Request.Kind.SAMPLE, contested__number__in=found.drawn)
    context = {
        "draw": found,
        "title": f"{found.month} 随机抽查",
        "again": list(again.select_related("contested", "person")[:SHOWN]),
        "levels": _compared(again),
        "crumbs": [*_crumbs("随机抽查")[:1], ("随机抽查", reverse("assessment:draws")), (found.month, "")],
    }
    return render(request, "assessment/draw.html", context)


def _compared(again: Any) -> tuple[int, int]:
    """Of those assessed again: how many came to the same level, and how many did not."""
    done = again.filter(state=Request.State.ISSUED)
    changed = Result.objects.filter(request__in=done).count()
    return done.count() - changed, changed


@page(RIGHT, also=ALSO)
def rescored(request: HttpRequest) -> HttpResponse:
    """Who would have another level under another version or reading of a scale; nothing is changed by looking."""
    known = dict(in_words.askable())
    slug = request.GET.get("instrument", "") or next(iter(known), "")
    if slug not in known:
        raise Http404
    readings = rescoring.readings(slug)
    chosen = request.GET.get("reading", "")
    context: dict[str, Any] = {
        "instrument": slug, "choices": list(known.items()), "readings": readings, "chosen": chosen,
        "crumbs": _crumbs("换版本重算"),
    }  # fmt: skip
    other = next((each for each in readings if each.slug == chosen), None)
    record("search", what="assessment:rescoring", detail={"instrument": slug, "reading": chosen[:40]})
    if other is not None:
        try:
            context["found"] = rescoring.rescored(slug, other)
        except UsageError as error:
            context["problem"] = error.zh
    return render(request, "assessment/rescoring.html", context)
