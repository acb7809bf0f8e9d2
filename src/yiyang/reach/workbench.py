"""The circle's page, its order, progress and gaps; files that are given."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas.logic import is_code
from yiyang.areas.names import name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Progress
from yiyang.reach import asking, circle, files, lists
from yiyang.reach.asking import UNDER_WAY
from yiyang.reach.files import USE
from yiyang.reach.forms import InputForm
from yiyang.reach.lists import READ
from yiyang.reach.models import Given, Reckoning
from yiyang.registry.forms_people import tell

TOP = "养老服务圈"
WRITERS = {
    "csv": (circle.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (circle.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def crumbs(*way: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a page, from the room's first page."""
    return [(TOP, reverse("reach:circle")), *way]


def _asked(given: Any) -> tuple[int | None, str]:
    """Area and kind of a request; no area where the scope has none. Raises Http404 for one out of scope."""
    choices, wanted = lists.area_choices(READ), given.get("area", "")
    kind = given.get("kind", "")
    if kind not in dict(lists.kind_choices(any_word="全部设施")):
        raise Http404
    if wanted:
        if not is_code(wanted, (12,)) or not current().may(READ, int(wanted)):
            raise Http404
        return int(wanted), kind
    return (int(choices[0][0]) if choices else None), kind


@page(READ)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Who gets to a facility in time: map, coverage, gaps."""
    area, kind = _asked(request.GET)
    record("search", what="reach:circle", area=area or -1, detail={"kind": kind})
    context: dict[str, Any] = {
        "title": TOP, "lead": "老年人多久到得了最近的养老服务设施，哪里还到不了。", "tabs": lists.tabs("circle"),
        "areas": lists.area_choices(READ), "kinds": lists.kind_choices(any_word="全部设施"), "area": area, "kind": kind,
    }  # fmt: skip
    if area is not None:
        open_one = circle.under_way(area, kind)
        context |= {
            "may_use": current().may(USE, area),
            "job": progress_of(open_one) if open_one and open_one.state in UNDER_WAY else None,
            "failed": open_one if open_one is not None and open_one.state == Reckoning.State.FAILED else None,
            "found": (found := circle.newest(area, kind)), "area_name": name(area),
        }  # fmt: skip
        context |= _shown(request, found, area) if found is not None else {}
    return render(request, "reach/circle.html", context)


def _shown(request: HttpRequest, found: Reckoning, area: int) -> dict[str, Any]:
    rows = lists.spots(found, area)
    query = urlencode({"area": area, "kind": found.kind, **request.GET.dict()})
    return {
        "figures": circle.figures(rows, area), "chart": circle.mapped(found, list(rows), area),
        "parts": circle.parts(rows, area), "table": lists.Gaps(request, rows.filter(is_covered=False)),
        "standards": circle.standards(found), "made_up": circle.made_up_words(found)[1:], "query": query,
        "kind_word": circle.kind_word(found.kind), "is_of_above": found.area_code != area,
    }  # fmt: skip


@page(READ)
@require_safe
def gaps(request: HttpRequest, form: str) -> HttpResponse:
    """The gaps that the filters leave, as a file."""
    if form not in WRITERS:
        raise Http404
    area, kind = _asked(request.GET)
    found = circle.newest(area, kind) if area is not None else None
    if area is None or found is None:
        raise Http404
    write, content_type = WRITERS[form]
    rows = list(lists.Gaps(request, lists.spots(found, area).filter(is_covered=False)).rows.order_by("-elders", "pk"))
    record("export", what="reach:gaps", area=area, detail={"rows": len(rows)})
    answer = HttpResponse(write(rows), content_type=content_type)
    title = quote(f"服务空白 {name(area)} {timezone.localdate():%Y-%m-%d}.{form}")
    answer["Content-Disposition"] = f"attachment; filename=gaps.{form}; filename*=UTF-8''{title}"
    answer["Cache-Control"] = "no-store"
    return answer


@page(USE)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Reckon a circle, unless the same was reckoned already."""
    area, kind = _asked(request.POST)
    if area is None:
        raise Http404
    try:
        _, is_new = asking.order_circle(by=current(), area_code=area, kind=kind)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        if not is_new:
            messages.info(request, "数据没有变化，直接使用已有的结果。")
    return redirect(f"{reverse('reach:circle')}?{urlencode({'area': area, 'kind': kind})}")


def progress_of(found: Reckoning) -> Progress:
    """How far a reckoning is, for the bar."""
    is_circle = found.what == Reckoning.What.CIRCLE
    there = f"{reverse('reach:circle')}?{urlencode({'area': found.area_code, 'kind': found.kind})}"
    return Progress(
        f"reckoning-{found.pk}", reverse("reach:progress", args=[found.pk]), found.done, found.steps,
        found.step or "等待后台测算", state=found.state, word=found.get_state_display(),
        is_done=found.state not in UNDER_WAY, problems=[each["zh"] for each in found.problems],
        next_url=there if is_circle else reverse("reach:siting", args=[found.pk]),
    )  # fmt: skip


@page(READ, also=(USE,))
@require_safe
def progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far a reckoning is."""
    found = lists.circles().filter(pk=key).first() or get_object_or_404(lists.sitings(), pk=key)
    return render(request, "site/parts/progress.html", {"job": progress_of(found)})


@page(USE)
def inputs(request: HttpRequest) -> HttpResponse:
    """Files in use, and a new one."""
    form = InputForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            files.give(
                by=current(), area_code=data["area_code"], kind=data["kind"], name=data["file"].name,
                blocks=data["file"].chunks(),
            )  # fmt: skip
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已保存，以后的测算使用这份数据。")
            return redirect("reach:inputs")
    record("search", what="reach:inputs")
    used = Given.objects.filter(pk__in=lists.inputs().filter(is_current=True).values("pk"))
    context = {
        "title": "测算数据", "form": form, "table": lists.Inputs(request, lists.inputs()), "tabs": lists.tabs("inputs"),
        "lead": "路网、人口点、设施。没有上传的用虚拟数据代替，并在结果里注明。", "used": used,
        "crumbs": crumbs(("数据", "")),
    }  # fmt: skip
    return render(request, "reach/inputs.html", context)


@page(USE)
@require_POST
def drop_input(request: HttpRequest, key: int) -> HttpResponse:
    """Take a file out of use."""
    files.drop(by=current(), given=get_object_or_404(lists.inputs(), pk=key))
    messages.success(request, "已停用。")
    return redirect("reach:inputs")
