"""Pages of who goes where and when: the board of a month, its plans, and what becomes of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.accounts.models import User
from yiyang.areas import names as areas
from yiyang.areas.logic import level, span
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.parts import Figure, Progress
from yiyang.registry.forms_people import tell
from yiyang.registry.people_list import area_choices
from yiyang.visits import calendars, plan_actions, plan_words
from yiyang.visits.forms import PlanForm, next_month
from yiyang.visits.lists import WAITING, month_of
from yiyang.visits.models import Plan, Post, Visit
from yiyang.visits.workbench import crumbs

RIGHT = "visit.read"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
PROBLEMS_SHOWN = 200
SAID = {"start": "计划已启用，探访员的手机上可以看到。", "drop": "计划已作废。", "again": "已重新开始编制。"}


@page(RIGHT)
def board(request: HttpRequest) -> HttpResponse:
    """The month: of everybody in the scope, or one village's, or one visitor's."""
    month, today = month_of(request), timezone.localdate()
    rows, chosen = _chosen(request, Visit.objects.filter(month=month))
    rows = rows.exclude(state=Visit.State.EXCUSED)
    record("search", what="visits:board", detail={"month": month} | {key: str(value) for key, value in chosen.items()})
    is_one = "visitor" in chosen or level(int(chosen.get("area", 0))) == "village"
    loads = [] if "visitor" in chosen else calendars.loads(rows)
    context = {
        "title": f"{_title(chosen)}{month} 排班",
        "lead": "每天安排了几次、完成了几次；点开看是谁。",
        "month": month,
        "months": _months(month),
        "chosen": chosen,
        "weekdays": WEEKDAYS,
        "weeks": calendars.weeks(rows, month, today, is_named=is_one),
        "loads": loads,
        "most": max((each.minutes for each in loads), default=1) or 1,
        "figures": _figures(rows, month),
        "plans": Plan.objects.filter(month=month).exclude(state=Plan.State.DROPPED)[:10],
        "places": area_choices(request.GET.get("area", "")),
        "visitor_count": rows.exclude(visitor=None).order_by().values("visitor").distinct().count(),
        "calls_url": f"{reverse('visits:list')}?month={today:%Y-%m}&means=call&on={today:%Y-%m-%d}",
        "may_plan": current().may("visit.plan"),
        "crumbs": crumbs(("排班", "")),
    }
    return render(request, "visits/board.html", context)


def _chosen(request: HttpRequest, rows: QuerySet[Any]) -> tuple[QuerySet[Any], dict[str, Any]]:
    """Narrowed to a visitor or an area, and which."""
    visitor, area = request.GET.get("visitor", ""), request.GET.get("area", "")
    if visitor.isdigit() and (found := User.objects.filter(pk=int(visitor)).first()):
        return rows.filter(Q(visitor=found) | Q(second=found)), {"visitor": found}
    if area.isdigit() and len(area) == 12:
        low, high = span(int(area))
        return rows.filter(area_code__gte=low, area_code__lt=high), {"area": area}
    return rows, {}


def _title(chosen: dict[str, Any]) -> str:
    if "visitor" in chosen:
        return f"{chosen['visitor'].name} "
    return f"{areas.name(int(chosen['area']))} " if "area" in chosen else ""


def _months(month: str) -> tuple[str, str]:
    """The month before and the one after."""
    first = calendars.first_of(month)
    before = f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1:02d}"
    return before, next_month(first)


def _figures(rows: QuerySet[Any], month: str) -> list[Figure]:
    counted = rows.aggregate(
        all=Count("pk"), home=Count("pk", filter=calendars.HOME), done=Count("pk", filter=calendars.DONE),
        planned=Count("pk", filter=Q(on__isnull=False)),
        without=Count("pk", filter=Q(visitor=None, state__in=WAITING)),
    )  # fmt: skip
    url = f"{reverse('visits:list')}?month={month}"
    return [
        Figure("应探访", counted["all"], "次", f"其中上门 {counted['home']:,} 次，其余电话或邻里", url),
        Figure("已安排日期", counted["planned"], "次"),
        Figure("已完成", counted["done"], "次", "", f"{url}&state=done"),
        Figure("还没有人去", counted["without"], "次", "没有探访员、技能不合或各日都已排满", f"{url}&state=owed"),
    ]


@page("visit.plan")
def order(request: HttpRequest) -> HttpResponse:
    """Order a month to be planned."""
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = plan_actions.order_plan(by=current(), **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            return redirect("visits:plan", plan.pk)
    context = {
        "form": form, "submit": "开始编制", "cancel": reverse("visits:board"), "title": "编制探访计划",
        "lead": "按规定生成每位对象应有的探访，再排定谁去、哪天、几点；编好先看，确认后启用。",
        "crumbs": crumbs(("排班", reverse("visits:board")), ("编制探访计划", "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)


def _plan(key: int) -> Plan:
    found: Plan = get_object_or_404(Plan, pk=key)
    return found


@page(RIGHT)
def plan(request: HttpRequest, key: int) -> HttpResponse:
    """One plan: how far it is, its figures, what it cannot keep, and the steps."""
    found = _plan(key)
    record("read", what=f"plan:{found.pk}", area=found.area_code)
    is_ready = found.state == Plan.State.READY
    context = {
        "plan": found,
        "title": f"{areas.name(found.area_code)} {found.month} 探访计划",
        "lead": f"{found.ordered_by_name} 于 {timezone.localtime(found.ordered_at):%Y-%m-%d %H:%M} 下达",
        "job": _progress(found) if found.state in (Plan.State.ORDERED, Plan.State.RUNNING) else None,
        "figures": plan_words.figures(found),
        "lines": plan_words.lines(found),
        "problems": plan_words.problems(found, PROBLEMS_SHOWN),
        "problem_count": len(found.problems),
        "may_decide": is_ready and current().may("visit.plan", found.area_code),
        "may_repeat": found.state == Plan.State.FAILED and current().may("visit.plan", found.area_code),
        "crumbs": crumbs(("排班", f"{reverse('visits:board')}?month={found.month}"), ("计划", "")),
    }
    return render(request, "visits/plan.html", context)


def _progress(found: Plan) -> Progress:
    is_done = found.state not in (Plan.State.ORDERED, Plan.State.RUNNING)
    return Progress(
        f"plan-{found.pk}", reverse("visits:plan_progress", args=[found.pk]), found.done, found.steps,
        found.step or found.get_state_display(), found.state, found.get_state_display(), is_done,
        reverse("visits:plan", args=[found.pk]) if is_done else "", "查看计划",
    )  # fmt: skip


@page(RIGHT)
def plan_progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far the planning is."""
    return render(request, "site/parts/progress.html", {"job": _progress(_plan(key))})


@page("visit.plan")
@require_POST
def decide(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Put a plan in force, or drop it."""
    found = _plan(key)
    acts = {"start": plan_actions.put_in_force, "drop": plan_actions.drop_plan, "again": plan_actions.again}
    if what not in acts:
        return redirect("visits:plan", key)
    try:
        acts[what](by=current(), plan=found)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, SAID[what])
    return redirect("visits:plan", key)


def gaps(month: str) -> list[tuple[int, int]]:
    """Villages with visits owed in a month and nobody named for them: code and visits, the most first."""
    held = set(Post.objects.filter(ends=None).values_list("area_code", flat=True))
    rows = Visit.objects.filter(month=month).exclude(state=Visit.State.EXCUSED).order_by()
    counted = rows.values_list("area_code").annotate(n=Count("pk"))
    return sorted(((code, n) for code, n in counted if code not in held), key=lambda pair: -pair[1])
