"""Pages on areas: the tree, one area, its changes, the towns of a jurisdiction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import actions, visible
from yiyang.areas.forms import FORMS, ChangeForm, EndForm, MemberForm
from yiyang.areas.lists import Areas, Changes
from yiyang.areas.logic import LEVEL_NAMES, LEVELS
from yiyang.areas.models import Area, AreaChange, FormerArea, Membership
from yiyang.areas.preview import MOVABLE, Plan, preview
from yiyang.areas.tables import census_elders
from yiyang.base.errors import UsageError
from yiyang.kit.charts import Chart, Item
from yiyang.kit.maps import choropleth
from yiyang.kit.parts import Change, Definition, Event, Figure

TOP = "区划"
SHOWN = 200


@page("area.read")
def areas(request: HttpRequest) -> HttpResponse:
    """The tree of areas that one sees, to search and to go down."""
    tops = visible.tops()
    seen = visible.areas().filter(valid_to__isnull=True)
    figures = [
        Figure(LEVEL_NAMES[level], seen.filter(level=level).count(), "个") for level in LEVELS[3:] if level != "nation"
    ]
    maps = [chart for top in tops if (chart := _map(top)) is not None]
    context = {"table": Areas(request, visible.areas()), "tops": tops, "figures": figures, "charts": maps}
    return render(request, "areas/areas.html", {**context, "may_change": current().may("area.change")})


def _map(top: Area) -> Chart | None:
    if top.code is None or top.level not in ("province", "city"):
        return None
    shapes = visible.shapes(top.code)
    elders = census_elders()
    places = {each.code: each for each in top.children.filter(code__in=shapes.areas, valid_to__isnull=True)}
    figures = {
        code: Item(area.name, elders[code].elders if code in elders else None, reverse("areas:area", args=[area.pk]))
        for code, area in places.items()
        if code is not None
    }
    return choropleth(
        f"{top.name} 60 岁及以上常住人口", "单位：人，2020 年 11 月 1 日人口普查；轮廓为示意", shapes, figures
    )


@page("area.read")
def area(request: HttpRequest, pk: int) -> HttpResponse:
    """One area: what it is, was and consists of."""
    found = _find(pk)
    children = list(found.children.filter(valid_to__isnull=True).order_by("code")[:SHOWN])
    context = {
        "area": found,
        "crumbs": _crumbs(found),
        "lines": _definitions(found),
        "children": children,
        "ended": found.children.filter(valid_to__isnull=False).order_by("code")[:SHOWN],
        "members": found.members.select_related("member").order_by("member__code", "starts"),
        "events": _events(found),
        "counts": [Definition(each.label, _bounded(each.rows)) for each in visible.hanging_on(found)],
        "forms": [
            (kind, title) for kind, (title, _) in FORMS.items() if _may_change(found) and _is_open_to(found, kind)
        ],
        "kinds": Area.UrbanRural.choices,
        "member_form": MemberForm() if _may_change(found) and _is_jurisdiction(found) else None,
    }
    return render(request, "areas/area.html", context)


def _bounded(rows: int) -> str:
    return "1 万以上" if rows >= visible.BOUND else f"{rows:,}"


def _find(pk: int) -> Area:
    return get_object_or_404(visible.areas().select_related("parent", "successor"), pk=pk)


def _is_jurisdiction(found: Area) -> bool:
    return found.kind in ("jurisdiction", "development_zone")


def _may_change(found: Area) -> bool:
    code = found.parent.code if found.code is None and found.parent else found.code
    return found.valid_to is None and code is not None and current().may("area.change", code)


def _is_open_to(found: Area, kind: str) -> bool:
    """A village has no parts; what has no code, and what stands above counties, can be renamed only."""
    if kind == "rename":
        return True
    return found.code is not None and found.level in MOVABLE and (kind != "split" or found.level != "village")


def _crumbs(found: Area, last: str = "") -> list[tuple[str, str]]:
    chain, above = [], found.parent
    while above is not None and current().may("area.read", above.code):
        chain.append((above.name, reverse("areas:area", args=[above.pk])))
        above = above.parent
    here = [(found.name, reverse("areas:area", args=[found.pk])), (last, "")] if last else [(found.name, "")]
    return [(TOP, reverse("areas:areas")), *chain[::-1], *here]


def _definitions(found: Area) -> list[Definition]:
    lines = [
        Definition("代码", "无" if found.code is None else f"{found.code:012d}", kind="code"),
        Definition("级别", LEVEL_NAMES.get(found.level, found.level)),
        Definition("城乡类型", found.get_urban_rural_display()),
        Definition("设立日期", found.valid_from, "编入公布区划表之日或变更生效日", kind="day"),
    ]
    if found.valid_to is not None:
        into = f"并入{found.successor.name}" if found.successor else ""
        lines.append(Definition("撤销日期", found.valid_to, into, kind="day"))
    return lines


def _events(found: Area) -> list[Event]:
    return [
        Event(
            each.valid_from,
            f"{each.name}（{each.code or '无代码'}）",
            each.change.says,
            each.change.document,
            until=each.valid_to,
        )
        for each in found.former.select_related("change").order_by("-valid_to", "-pk")
    ]


@page("area.change")
def change(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for a change: fill in, look at what it would do, confirm."""
    found = _find(pk)
    if kind not in FORMS or not _may_change(found) or not _is_open_to(found, kind):
        raise Http404
    title, form_class = FORMS[kind]
    form = form_class(found, request.POST if request.method == "POST" else None)
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = _previewed(form)
        if plan is not None and not plan.problems and "confirmed" in request.POST:
            done = _carried_out(form)
            if done is not None:
                messages.success(request, f"已受理：{done.says}。")
                return redirect("areas:one_change", pk=done.pk)
    context = {"form": form, "area": found, "kind": kind, "title": f"{found.name}：{title}", "plan": plan}
    shown = plan is not None and not plan.problems and not form.errors and "edit" not in request.POST
    template = "areas/preview.html" if shown else "areas/change.html"
    return render(
        request, template, {**context, **(_plan_parts(plan) if plan else {}), "crumbs": _crumbs(found, title)}
    )


def _previewed(form: ChangeForm) -> Plan | None:
    try:
        plan = preview(form.asked(), by=current(), effective=form.cleaned_data["effective"])
    except UsageError as error:
        form.add_error(None, error.zh)
        return None
    for zh, _ in plan.problems:
        form.add_error(None, zh)
    return plan


def _carried_out(form: ChangeForm) -> AreaChange | None:
    words = form.cleaned_data
    try:
        return actions.carry_out(form.asked(), by=current(), document=words["document"], effective=words["effective"])
    except UsageError as error:
        for zh in [zh for zh, _ in error.problems] or [error.zh]:
            form.add_error(None, zh)
        return None


def _plan_parts(plan: Plan) -> dict[str, Any]:
    moves = [Change(each.name, f"{each.old:012d}", f"{each.new:012d}") for each in plan.shifts]
    return {
        "moves": moves[:SHOWN],
        "more": max(len(moves) - SHOWN, 0),
        "counts": plan.counts,
        "remarks": [zh for zh, _ in plan.remarks],
    }


@page("area.read")
def changes(request: HttpRequest) -> HttpResponse:
    """All changes that were ordered."""
    crumbs = [(TOP, reverse("areas:areas")), ("变更记录", "")]
    return render(
        request, "areas/changes.html", {"table": Changes(request, AreaChange.objects.all()), "crumbs": crumbs}
    )


@page("area.read")
def one_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it did, and undoing or cancelling it."""
    found = get_object_or_404(AreaChange, pk=pk)
    last = AreaChange.objects.filter(state=AreaChange.State.DONE).order_by("-done_at", "-pk").first()
    lines = [
        Definition("类别", found.get_kind_display()),
        Definition("内容", found.says),
        Definition("批准文件", found.document),
        Definition("生效日期", found.effective, kind="day"),
        Definition("受理", found.ordered_at, found.ordered_by_name, kind="when"),
        Definition("办理", found.done_at, kind="when"),
        Definition("撤销", found.undone_at, found.undone_by_name, kind="when"),
    ]
    former = found.former.select_related("area").order_by("code")[:SHOWN]
    context = {
        "change": found,
        "lines": lines,
        "moves": [Change(each.name, _named(each), _named(each.area)) for each in former],
        "may_undo": current().may("area.change") and found == last,
        "may_cancel": current().may("area.change") and found.state in ("planned", "failed"),
        "crumbs": [(TOP, reverse("areas:areas")), ("变更记录", reverse("areas:changes")), (found.says[:30], "")],
    }
    return render(request, "areas/one_change.html", context)


def _named(each: Area | FormerArea) -> str:
    return each.name if each.code is None else f"{each.name}（{each.code:012d}）"


@page("area.change")
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last change."""
    return _decided(request, pk, actions.undo, "已撤销，一切恢复原状。")


@page("area.change")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a change that waits."""
    return _decided(request, pk, actions.cancel, "已取消。")


def _decided(request: HttpRequest, pk: int, action: Any, said: str) -> HttpResponse:
    found = get_object_or_404(AreaChange, pk=pk)
    try:
        action(found, by=current())
        messages.success(request, said)
    except UsageError as error:
        messages.error(request, error.zh)
    return redirect("areas:one_change", pk=pk)


@page("area.change")
@require_POST
def classify(request: HttpRequest, pk: int) -> HttpResponse:
    """State whether it is urban or rural."""
    found = _find(pk)
    try:
        actions.classify(found, by=current(), urban_rural=request.POST.get("urban_rural", ""))
        messages.success(request, "城乡类型已更新。")
    except UsageError as error:
        messages.error(request, error.zh)
    return redirect("areas:area", pk=pk)


@page("area.change")
@require_POST
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """A town joins a jurisdiction."""
    found, form = _find(pk), MemberForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写乡镇代码和起始日期。")
        return redirect("areas:area", pk=pk)
    member = visible.areas().filter(code=form.cleaned_data["code"]).first()
    try:
        if member is None:
            raise UsageError("您的辖区内没有这个代码。", "There is no such code in your areas.")
        actions.join(found, member, by=current(), starts=form.cleaned_data["starts"])
        messages.success(request, f"{member.name}自 {form.cleaned_data['starts']} 起由{found.name}管辖。")
    except UsageError as error:
        messages.error(request, "".join(zh for zh, _ in error.problems) or error.zh)
    return redirect("areas:area", pk=pk)


@page("area.change")
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """A town leaves a jurisdiction."""
    found = get_object_or_404(Membership.objects.filter(jurisdiction__in=visible.areas()), pk=pk)
    form = EndForm(request.POST)
    ends = form.cleaned_data["ends"] if form.is_valid() else timezone.localdate()
    try:
        actions.leave(found, by=current(), ends=ends)
        messages.success(request, f"{found.member.name}的管辖关系于 {ends} 终止。")
    except UsageError as error:
        messages.error(request, error.zh)
    return redirect("areas:area", pk=found.jurisdiction_id)
