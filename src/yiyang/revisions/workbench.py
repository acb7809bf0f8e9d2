"""Pages on lists: which are in force, their versions, one revision and its way to being issued and filed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.accounts.web import page
from yiyang.areas.models import Area
from yiyang.areas.visible import areas as visible
from yiyang.base.errors import YiyangError
from yiyang.catalog import issued
from yiyang.catalog.labels import area_name
from yiyang.catalog.lists import list_areas, load_list
from yiyang.catalog.published import publish
from yiyang.revisions import actions, desk, effect, installing
from yiyang.revisions.forms import DeclareForm, FrameForm, StartForm
from yiyang.revisions.lists import Revisions
from yiyang.revisions.models import Revision
from yiyang.revisions.shown import READ, TOP, crumbs, events, find, mine, name_of, way_of
from yiyang.revisions.steps import BY_SLUG, OPEN
from yiyang.revisions.waiting import waiting_for

LEVELS = ("province", "city", "county")
SAID = 3  # of the problems of a refusal; the page lists them all
Json = dict[str, Any]


@page(READ)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists within one's scope, what is in force, and every revision."""
    rows = list(visible(READ).filter(level__in=LEVELS, valid_to__isnull=True, code__isnull=False).order_by("code")[:60])
    waiting = waiting_for(current())
    context = {
        "table": Revisions(request, mine()),
        "rows": [_row(area) for area in rows],
        "waiting": [(row, name_of(row)) for row in waiting],
        "stands": [one for one in installing.standings() if not one.is_good],
        "names": {one.area: area_name(one.area) for one in installing.standings()},
    }
    return render(request, "revisions/lists.html", context)


def _row(area: Area) -> Json:
    code, today = area.code or 0, timezone.localdate()
    short, policy = installing.short_code(code), desk.policy_on(today)
    has_own = short in list_areas(policy)
    head = load_list(short, policy).head if has_own else None
    laid = issued.in_force(installing.data(), today).get(short)
    open_ = mine().filter(area_code=code, state__in=OPEN).first()
    return {
        "area": area,
        "head": head,
        "items": len(load_list(short, policy).items) if has_own else 0,
        "source": "在浏览器发布" if laid else "随系统发布" if has_own else "没有自己的清单，由上级清单兜底",
        "open": open_,
        "may_start": open_ is None and current().may("list.revise", code),
    }


@page(READ)
def area(request: HttpRequest, code: int) -> HttpResponse:
    """One area: its list in force, the way to begin a revision, and its versions."""
    place = get_object_or_404(visible(READ), code=code)
    form = StartForm(request.POST or None)
    may_start = place.level in LEVELS and current().may("list.revise", code)
    may_start = may_start and not mine().filter(area_code=code, state__in=OPEN).exists()
    if request.method == "POST":
        current().require("list.revise", code)
        if form.is_valid() and (made := _start(form, code)):
            messages.success(request, "已从现行清单建立修订。改完后提交合法性审查。")
            return redirect("revisions:items", made.pk)
    context = {
        "area": place,
        "title": f"{place.name}服务清单",
        "crumbs": [(TOP, reverse("revisions:lists")), (place.name, "")],
        "row": _row(place),
        "form": form if may_start else None,
        "versions": [(row, events(row)) for row in mine().filter(area_code=code).order_by("-id")[:50]],
        "published": effect_now(code),
    }
    return render(request, "revisions/area.html", context)


def effect_now(code: int) -> Any:
    """The area's own list in force as it is published; None without one."""
    today = timezone.localdate()
    short = installing.short_code(code)
    return publish(short, today, policy=desk.policy_on(today), own=True) if effect.has_list(code, today) else None


def _start(form: StartForm, code: int) -> Revision | None:
    words = form.cleaned_data
    try:
        return actions.start(
            by=current(), area=code, starts=words["starts"], reason=words["reason"], version=words["version"]
        )
    except YiyangError as error:
        form.add_error(None, error.zh)
        return None


@page(READ)
def revision(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of steps: what changed, the floor, problems, opinions, and what one may do."""
    return render(request, "revisions/revision.html", way_of(find(pk)))


def attempt(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do it and say so, or say why not, one line a problem."""
    try:
        act()
    except YiyangError as error:
        lines, more = [zh for zh, _ in error.problems[:SAID]], len(error.problems) - SAID
        for text in (error.zh, *lines, *([f"另有 {more} 处，列在下面。"] if more > 0 else [])):
            messages.error(request, text)
        return False
    messages.success(request, done)
    return True


@page(READ)
@require_POST
def take(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Do a step."""
    found, post = find(pk), request.POST
    step = BY_SLUG.get(slug)
    if step is None:
        raise Http404
    attempt(
        request,
        lambda: actions.take(
            by=current(), revision=found, step=slug, opinion=post.get("opinion", ""), expected=post.get("hash", "")
        ),
        f"已办理：{step.title}。",
    )
    return redirect("revisions:revision", pk)


@page("list.legal")
@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """The legal officer answers for shortfalls that were there before."""
    found, form = find(pk), DeclareForm(request.POST)
    current().require("list.legal", found.area_code)
    if not form.is_valid():
        messages.error(request, "请写明理由和期限。")
        return redirect("revisions:revision", pk)
    names = {one["item"]: one["name"] for one in found.floor.get("items", [])}
    chosen = {item: names.get(item, item) for item in request.POST.getlist("items")}
    words: Json = form.cleaned_data
    attempt(
        request,
        lambda: actions.declare(
            by=current(), revision=found, items=chosen, reason=words["reason"], until=words["until"]
        ),
        f"已说明 {len(chosen)} 项。",
    )
    return redirect("revisions:revision", pk)


@page("list.revise")
def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """Title, reason and first day of a draft."""
    found = find(pk)
    if not current().may("list.revise", found.area_code):
        raise PermissionDenied("list.revise")
    form = FrameForm(
        request.POST or None, initial={"title": found.title, "reason": found.reason, "starts": found.starts}
    )
    if request.method == "POST" and form.is_valid():
        words: Json = form.cleaned_data
        if attempt(request, lambda: actions.set_frame(by=current(), revision=found, **words), "已保存。"):
            return redirect("revisions:revision", pk)
    context = {
        "form": form,
        "title": "名称和施行日期",
        "crumbs": crumbs(found, ("名称和施行日期", "")),
        "revision": found,
    }
    return render(request, "revisions/frame.html", context)
