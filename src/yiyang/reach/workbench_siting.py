"""Pages of siting: asked, searched, stopped and gone on with, answered on a map, compared, made a project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yiyang.access.scope import current
from yiyang.access.web import page
from yiyang.areas.names import name
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit import wording
from yiyang.kit.charts import Chart
from yiyang.kit.parts import Definition, Figure
from yiyang.planning.project_actions import KEEP
from yiyang.reach import asking, circle, lists
from yiyang.reach.asking import UNDER_WAY
from yiyang.reach.files import USE
from yiyang.reach.forms import KEEPS, WAN, SitingForm
from yiyang.reach.map_drawing import STATES, Dot, Mark, drawn, states_legend, told_of
from yiyang.reach.models import Reckoning, Site
from yiyang.reach.policy import load_reach
from yiyang.reach.workbench import crumbs, progress_of
from yiyang.registry.forms_people import tell

ACTS = {"stop": asking.stop, "again": asking.again, "drop": asking.drop}
COMPARED = 8


@page(USE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Questions that were asked."""
    record("search", what="reach:sitings")
    context = {
        "title": "选址测算", "table": lists.Sitings(request, lists.sitings()), "tabs": lists.tabs("sitings"),
        "lead": "再建哪些处，新覆盖的老年人最多；离最好的结果最多差多少，一并说明。", "crumbs": crumbs(("选址", "")),
    }  # fmt: skip
    return render(request, "reach/sitings.html", context)


@page(USE)
def new(request: HttpRequest) -> HttpResponse:
    """Ask where to build."""
    form = SitingForm(request.POST or None, initial=_as_before(request.GET.get("like", "")))
    if request.method == "POST" and form.is_valid():
        try:
            made, is_new = asking.order_siting(by=current(), area_code=form.cleaned_data["area_code"], asked=form.asked)
        except YiyangError as error:
            tell(form, error)
        else:
            if not is_new:
                messages.info(request, "同样的问题、同样的数据已经算过，直接显示结果。")
            return redirect("reach:siting", made.pk)
    context = {
        "title": "新的选址测算", "form": form, "crumbs": crumbs(("选址", reverse("reach:sitings")), ("新的测算", "")),
        "lead": "数量、总预算、各年预算，填一种即可；要看规划项目值不值，只填按规划资金建几年。",
        "kinds": load_reach().kinds.values(),
    }  # fmt: skip
    return render(request, "reach/new.html", context)


def _as_before(key: str) -> dict[str, Any]:
    """What another question asked, as the form has it: to ask again with one thing changed."""
    found = lists.sitings().filter(pk=int(key)).first() if key.isdecimal() and len(key) < 10 else None
    if found is None:
        return {}
    asked = {name: value for name, value in found.question.items() if value not in (None, "", 0, [])}
    asked |= {"area_code": found.area_code, "size": found.question["size"], "grows": found.question["grows"]}
    if asked.get("budget"):
        asked["budget"] //= WAN
    if asked.get("by_year"):
        asked["by_year"] = ",".join(f"{yuan // WAN}" for yuan in asked["by_year"])
        asked.pop("years", None)
    return asked


def _siting(key: int) -> Reckoning:
    found: Reckoning = get_object_or_404(lists.sitings(), pk=key)
    return found


@page(USE)
@require_safe
def siting(request: HttpRequest, key: int) -> HttpResponse:
    """One question: how far it is, or the answer."""
    found = _siting(key)
    record("read", what=f"reckoning:{key}", area=found.area_code)
    sites = list(found.sites.select_related("project"))
    context: dict[str, Any] = {
        "found": found, "title": found.title, "job": progress_of(found) if found.state in UNDER_WAY else None,
        "sites": sites, "asked": _asked(found), "made_up": circle.made_up_words(found)[1:],
        "may_keep": current().may(KEEP, found.area_code), "is_phased": found.what == Reckoning.What.PHASED,
        "crumbs": crumbs(("选址", reverse("reach:sitings")), (found.title, "")),
    }  # fmt: skip
    if found.result:
        context |= {
            "figures": _figures(found, sites), "chart": _map(found, sites), "others": _others(found),
            "nothing_to_question": found.question["keeps"] in ("under_way", "question") and not found.result["planned"],
            "doubted": found.result["question"], "plan_chart": _plan_map(found), "by_year": _by_year(found),
        }  # fmt: skip
    return render(request, "reach/siting.html", context)


def _asked(found: Reckoning) -> list[Definition]:
    asked, policy = found.question, load_reach()
    kind = policy.kinds[found.kind]
    size, keeps = kind.sizes[asked["size"]], dict(KEEPS)[asked["keeps"]].split("：")[0]
    lines = [Definition("区划", name(found.area_code)), Definition("设施类别", kind.zh)]
    if found.what == Reckoning.What.PHASED:
        money = "、".join(f"{yuan / WAN:,.0f}" for yuan in found.result.get("budget") or asked["by_year"])
        source = "" if asked["by_year"] else "（规划项目的资金）"
        lines += [
            Definition("年度", f"{asked['first_year']}—{asked['first_year'] + asked['years'] - 1}"),
            Definition("各年预算", f"{money} 万元{source}" if money else "规划项目的资金"),
            Definition("需求", _need(found)),
        ]  # fmt: skip
    else:
        lines += [
            Definition("数量", f"{asked['count']} 处" if asked["count"] else "按预算"),
            Definition("总预算", f"{asked['budget'] // WAN:,} 万元" if asked["budget"] else "不限"),
            Definition("规模", f"{size.places} 位，每处 {size.yuan // WAN:,} 万元"),
            Definition("计算人群", policy.groups[asked["group"]].zh),
        ]  # fmt: skip
    lines.append(Definition("规划项目", keeps))
    if found.result:
        lines.append(Definition("时间标准", "、".join(circle.standards(found))))
    return lines


def _need(found: Reckoning) -> str:
    """Whether it grows, and from when the counts are."""
    if not found.question["grows"]:
        return "各年不变"
    told = found.result
    without = "、".join(told.get("no_forecast", ()))
    since = f"，从 {told['counted']} 年的人数推算" if told else ""
    return f"随人口预测增长（推测）{since}{f'；{without}没有预测，按不变' if without else ''}"


def _by_year(found: Reckoning) -> list[tuple[int, int, int | None, int, int | None]]:
    """Year, needed, served by the plan, served by this answer, difference."""
    told = found.result
    if found.what != Reckoning.What.PHASED:
        return []
    plan: list[int | None] = (told["question"] or {}).get("plan_served") or [None] * len(told["years"])
    rows = zip(told["years"], told["demand"], plan, told["served"], strict=True)
    return [(year, need, one, own, None if one is None else own - one) for year, need, one, own in rows]


def _figures(found: Reckoning, sites: list[Site]) -> list[Figure]:
    told, built = found.result, [site for site in sites if site.fate != Site.Fate.DROPPED]
    proof = Figure("与最好结果最多相差", f"{100 * told['gap']:.2f}", "%", told["status_zh"])
    money = Figure("需要资金", sum(site.yuan for site in built), "元", f"{len(built)} 处")
    if found.what == Reckoning.What.PHASED:
        return [Figure("最后一年满足床位", told["served"][-1], "张", f"需要 {told['demand'][-1]:,} 张"), proof, money]
    group = told["groups"][found.question["group"]]
    people = max(told["people"][found.question["group"]], 1)
    return [
        Figure("新覆盖", group["after"] - group["before"], "人"),
        Figure("覆盖率", f"{100 * group['after'] / people:.1f}", "%", f"现在 {100 * group['before'] / people:.1f}%"),
        proof, money,
    ]  # fmt: skip


def _map(found: Reckoning, sites: list[Site]) -> Chart:
    marks = [
        Mark(site.longitude, site.latitude, site.name, site.number, site.is_planned)
        for site in sites if site.fate != Site.Fate.DROPPED
    ]  # fmt: skip
    title = "同样的钱" if found.result["question"] else "建议选址"
    return _drawn(found, title, found.result["drawn"], marks)


def _plan_map(found: Reckoning) -> Chart | None:
    """The plan as it is, where it is questioned."""
    doubted = found.result["question"]
    if not doubted:
        return None
    marks = [Mark(lon, lat, word, is_planned=planned) for lon, lat, word, planned in doubted["plan_sites"]]
    return _drawn(found, "按规划", doubted["plan_drawn"], marks)


def _drawn(found: Reckoning, title: str, points: list[Any], marks: list[Mark]) -> Chart:
    told = found.result
    dots = [Dot(lon, lat, people, STATES[state][0], f"{people:,} 人") for lon, lat, people, state in points]
    stands = [Mark(lon, lat, word) for lon, lat, word in told["facilities"]]
    order = list(STATES)
    table = told_of([word for _, word in STATES.values()], ((order.index(row[3]), row[2]) for row in points))
    note = f"{wording.day(found.finished_at)} 测算{circle.made_up_words(found)}"
    if found.what == Reckoning.What.PHASED:
        note += "；覆盖指到得了，床位够不够看满足床位"
    title = f"{name(found.area_code)}：{title}"
    return drawn(title, note, found.area_code, dots, stands, marks, table, states_legend())


def _others(found: Reckoning) -> list[tuple[Reckoning, list[str]]]:
    """This and other answers about the same area, side by side."""
    rows = lists.sitings().filter(area_code=found.area_code, what=found.what, state=Reckoning.State.READY)
    return [(each, _line(each)) for each in rows.order_by("-pk")[:COMPARED]]


def _line(found: Reckoning) -> list[str]:
    told, sites = found.result, list(found.sites.exclude(fate=Site.Fate.DROPPED))
    money = f"{sum(site.yuan for site in sites) // WAN:,}"
    if found.what == Reckoning.What.PHASED:
        return [f"{len(sites)}", money, f"{told['served'][-1]:,}", told["status_zh"]]
    group = told["groups"][found.question["group"]]
    return [f"{len(sites)}", money, f"{group['after'] - group['before']:,}", told["status_zh"]]


@page(USE)
@require_POST
def act(request: HttpRequest, key: int, what: str) -> HttpResponse:
    """Stop a search, go on with it, or set it aside."""
    found = _siting(key)
    if what not in ACTS:
        raise Http404
    try:
        ACTS[what](by=current(), reckoning=found)
        messages.success(
            request, {"stop": "已请求停止，保留目前最好的结果。", "again": "继续测算。", "drop": "已作废。"}[what]
        )
    except YiyangError as error:
        messages.error(request, error.zh)
    return redirect("reach:sitings") if what == "drop" else redirect("reach:siting", key)


@page(USE)
@require_POST
def make_project(request: HttpRequest, key: int, number: int) -> HttpResponse:
    """A suggested site becomes a project in the stage 谋划."""
    found = _siting(key)
    site = get_object_or_404(Site.objects.select_related("reckoning"), reckoning=found, number=number)
    current().require(KEEP, found.area_code)
    try:
        made = asking.make_project(by=current(), site=site)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, f"已登记为项目“{made.title}”，阶段：谋划。")
    return redirect("reach:siting", key)
