"""Pages of visitors: posts, who stands in, who is away; and alerts that ask for more visits."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas import names as areas
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit.listing import Column, Filter, Table
from yiyang.kit.parts import Empty
from yiyang.registry.forms_people import tell
from yiyang.registry.people_list import area_choices
from yiyang.visits import lists, owing, post_actions, words
from yiyang.visits.forms import AbsenceForm, AlertForm, PostForm
from yiyang.visits.models import Absence, Alert, Post, Visit
from yiyang.visits.workbench import crumbs
from yiyang.visits.workbench_plan import gaps

RIGHT = "visit.read"
GAPS_SHOWN = 20
STATES = (("now", "在岗"), ("ended", "已卸任"))


def _in_force(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(ends__isnull=value == "now")


class Posts(Table):
    """Villages and their visitors."""

    name, title, order = "posts", "探访岗", "area_code"
    columns = (
        Column("area_code", "村（社区）", kind="area", sort="area_code", is_link=True),
        Column("town", "乡镇（街道）", value=lambda row: areas.name(row.area_code // 1000 * 1000)),
        Column("visitor", "探访员", value="visitor.name", is_fixed=True),
        Column("deputy", "替补", value=lambda row: row.deputy.name if row.deputy else "没有"),
        Column("skills", "技能", value=lambda row: words.skills_word(row.skills)),
        Column("minutes", "每日分钟", kind="number", value="minutes_a_day"),
        Column("starts", "起始日", kind="day"),
        Column("ends", "截止日", kind="day", is_hidden=True),
    )  # fmt: skip
    empty = Empty("还没有探访岗", "每个村（社区）一名探访员、一名替补。", icon="people")

    @cached_property
    def filters(self) -> tuple[Filter, ...]:  # type: ignore[override]
        """By place and whether it still holds."""
        return (
            Filter("area", "区划", lookup=lists.area, choices=area_choices(self.request.GET.get("area", ""))),
            Filter("visitor", "探访员", lookup="visitor__name__contains"),
            Filter("state", "状态", choices=STATES, lookup=_in_force),
        )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("visits:post", args=[row.pk])


@page(RIGHT)
def posts(request: HttpRequest) -> HttpResponse:
    """The posts, and the villages without one."""
    month = f"{timezone.localdate():%Y-%m}"
    missing = gaps(month)
    context = {
        "table": Posts(request, Post.objects.select_related("visitor", "deputy")),
        "title": "探访岗",
        "lead": "每个村（社区）由谁探访，他不在时谁来替。",
        "gaps": missing[:GAPS_SHOWN],
        "gap_count": len(missing),
        "may_plan": current().may("visit.plan"),
        "crumbs": crumbs(("探访岗", "")),
    }
    return render(request, "visits/posts.html", context)


@page("visit.plan")
def new_post(request: HttpRequest) -> HttpResponse:
    """Name the visitor of a village; whoever held the post before leaves it."""
    given = request.GET.get("area", "")
    initial = {"area_code": int(given)} if given.isdigit() else {}
    form = PostForm(None, request.POST or None, initial=initial)
    return _named(request, form, "设探访岗")


@page(RIGHT)
def post(request: HttpRequest, key: int) -> HttpResponse:
    """One post; whoever plans may change it."""
    found: Post = get_object_or_404(Post.objects.select_related("visitor", "deputy"), pk=key)
    if not current().may("visit.plan", found.area_code):
        return redirect(f"{reverse('visits:board')}?visitor={found.visitor_id}")
    before = {
        "area_code": found.area_code, "visitor": found.visitor_id, "deputy": found.deputy_id,
        "skills": found.skills, "minutes_a_day": found.minutes_a_day,
    }  # fmt: skip
    form = PostForm(found.area_code // 1000 * 1000, request.POST or None, initial=before)
    return _named(request, form, f"{areas.name(found.area_code)}探访岗")


def _named(request: HttpRequest, form: PostForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            post_actions.name_visitor(by=current(), **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已设定。原来的探访岗同日卸任，记录保留。")
            return redirect("visits:posts")
    context = {
        "form": form, "submit": "保存", "cancel": reverse("visits:posts"), "title": title,
        "crumbs": crumbs(("探访岗", reverse("visits:posts")), (title, "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)


@page("visit.plan")
def absences(request: HttpRequest) -> HttpResponse:
    """Who is away, and what becomes of the visits that he had."""
    form = AbsenceForm(request.POST or None)
    replanned = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            replanned = post_actions.away(by=current(), **data)
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, f"已登记 {data['visitor'].name} 不在岗。")
            form = AbsenceForm()
    today = timezone.localdate()
    here = Post.objects.values("visitor")
    context = {
        "form": form,
        "replanned": replanned,
        "absences": Absence.objects.filter(visitor__in=here, last__gte=today).select_related("visitor")[:200],
        "title": "不在岗登记",
        "lead": "请假、培训、生病：登记后当天和以后的探访重排给替补或邻村。",
        "crumbs": crumbs(("不在岗", "")),
    }
    record("search", what="visits:absences")
    return render(request, "visits/absences.html", context)


@page(RIGHT, also=("visit.alert",))
def alerts(request: HttpRequest) -> HttpResponse:
    """Alerts in force and past."""
    rows = list(Alert.objects.all()[:100])
    counts = {each.pk: Visit.objects.filter(alert=each).count() for each in rows[:20]}
    by, today = current(), timezone.localdate()
    context = {
        "alerts": [(each, words.alert_word(each.kind), counts.get(each.pk), _may_end(each)) for each in rows],
        "may_alert": by.may("visit.alert"),
        "today": today,
        "title": "加密探访预警",
        "lead": "高温、寒潮、洪涝、疫情时，在几天内对指定的老年人多探访。",
        "crumbs": crumbs(("预警", "")),
    }  # fmt: skip
    return render(request, "visits/alerts.html", context)


def _may_end(alert: Alert) -> bool:
    is_on = alert.ended_at is None and alert.last >= timezone.localdate()
    return is_on and current().may("visit.alert", alert.area_code)


@page("visit.alert")
def new_alert(request: HttpRequest) -> HttpResponse:
    """Ask for more visits in an area."""
    form = AlertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = owing.raise_alert(by=current(), **form.cleaned_data)
        except YiyangError as error:
            tell(form, error)
        else:
            added = Visit.objects.filter(alert=made).count()
            messages.success(request, f"预警已发布，加访 {added:,} 次。")
            return redirect("visits:alerts")
    context = {
        "form": form, "submit": "发布", "cancel": reverse("visits:alerts"), "title": "发布加密探访预警",
        "crumbs": crumbs(("预警", reverse("visits:alerts")), ("发布", "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)


@page("visit.alert")
@require_POST
def end_alert(request: HttpRequest, key: int) -> HttpResponse:
    """No more visits for an alert."""
    found: Alert = get_object_or_404(Alert, pk=key)
    try:
        owing.end_alert(by=current(), alert=found)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "预警已解除，还没有做的加访不再需要。")
    return redirect("visits:alerts")
