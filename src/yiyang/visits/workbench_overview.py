"""The first page of visits: rates by area, trend, findings; and what visitors noticed beside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yiyang.access.scope import Scope, current
from yiyang.access.web import page
from yiyang.areas import names as areas
from yiyang.areas.logic import span
from yiyang.areas.visible import shapes
from yiyang.audit.record import record
from yiyang.base.errors import YiyangError
from yiyang.kit import charts, maps
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure
from yiyang.registry import person_page
from yiyang.registry.forms_people import tell
from yiyang.visits import observing, overview_figures, words
from yiyang.visits.lists import month_of
from yiyang.visits.models import Means, Observation, Visit, Wish
from yiyang.visits.overview_figures import EVERYWHERE, AreaLine, Figures
from yiyang.visits.policy import load_visits
from yiyang.visits.workbench import TOP, crumbs

RIGHT = "visit.read"
ALSO = ("finding.handle", "finding.verify")
SIZES = (10**6, 10**3, 1)

BELOW = {10**6: "县（市、区）", 10**3: "乡镇（街道）", 1: "村（社区）"}
MOST, LOWEST = 200, 40


@page(RIGHT, also=ALSO)
def overview(request: HttpRequest) -> HttpResponse:
    """How the month stands."""
    scope, month = current(), month_of(request)
    if not scope.may(RIGHT):
        return redirect("visits:findings")
    size, within, town = size_below(scope), EVERYWHERE, _town(request, scope)
    if town:
        size, within = 1, span(town)
    found = overview_figures.of_month(scope, month, size, within)
    context = {
        "title": f"{TOP}关爱：{areas.name(town)}" if town else f"{TOP}关爱",
        "town": town,
        "crumbs": crumbs((areas.name(town), "")) if town else [],
        "lead": f"{month}，按每位对象本月是否见到或通话统计。",
        "month": month,
        "figures": _figures(found, month, within),
        "charts": _charts(found, month, size),
        "lines": [(line, _place(line.code, size), _below(line.code, size, month)) for line in found.lines],
        "target": load_visits().targets.rate.percent,
        "has_visits": Visit.objects.exists(),
        "waiting": _waiting(scope),
        "links": _links(scope, month),
    }
    record("search", what="visits:overview", detail={"month": month})
    return render(request, "visits/overview.html", context)


def size_below(scope: Scope) -> int:
    """The areas by which a scope is counted: counties of a city, towns of a county, villages of a town."""
    widest = max((high - low for low, high in scope.where(RIGHT).spans), default=0)
    return next((size for size in SIZES if size < widest), 1)


def _town(request: HttpRequest, scope: Scope) -> int:
    """The town whose villages are asked for; 0 = none, or it lies elsewhere."""
    asked = request.GET.get("area", "")
    code = int(asked) if asked.isdecimal() and len(asked) == 12 else 0
    return code if code % 10**3 == 0 and code % 10**6 and scope.may(RIGHT, code) else 0


def _below(code: int, size: int, month: str) -> str:
    """Where a line leads: from a town to its villages, else to the visits."""
    if size == SIZES[1] and code > 0 and not _is_above(code, size):
        return f"{reverse('visits:overview')}?month={month}&area={code}"
    return _listed(code, size, month)


def _figures(found: Figures, month: str, within: tuple[int, int]) -> list[Figure]:
    open_ones, late = overview_figures.open_findings(within)
    there = f"&area={within[0]}" if within != EVERYWHERE else ""
    rate = f"{100 * found.visited / found.owed:.1f}" if found.owed else "—"
    on_time = f"{100 * found.on_time / found.owed:.1f}" if found.owed else "—"
    home = f"{100 * found.seen / found.to_see:.1f}" if found.to_see else "—"
    hours = (
        ""
        if found.hours is None
        else f"一半在 {found.hours:.0f} 小时内办结"
        if found.hours < 72
        else f"一半在 {found.hours / 24:.0f} 天内办结"
    )
    late_words = f"其中超时 {late:,} 件" + (f"，{hours}" if hours else "")
    return [
        Figure("探访率", rate, "%", f"{found.visited:,} / {found.owed:,} 人"),
        Figure("上门见到", home, "%", "应上门的次数中", f"{reverse('visits:list')}?month={month}&means=home{there}"),
        Figure("按时完成", on_time, "%", "每次都在期限内"),
        Figure(
            "尚未探访", found.owed - found.visited, "人", month, f"{reverse('visits:not_yet')}?month={month}{there}"
        ),
        Figure("未办结的异常", open_ones, "件", late_words, f"{reverse('visits:findings')}?tab=all{there}"),
    ]


def _charts(found: Figures, month: str, size: int) -> list[Chart]:
    kinds = [Item(words.finding_word(kind), count) for kind, count, _ in found.kinds]
    means = dict(Means.choices)
    drawn = [_by_area(found.lines, month, size)]
    if len(found.trend) > 1:
        shares = [round(100 * visited / owed, 1) if owed else None for _, owed, visited in found.trend]
        drawn.append(
            charts.line(
                "探访率的变化",
                "单位：%",
                [step for step, *_ in found.trend],
                {"探访率": shares},
                unit="%",
                write=_percent,
            )
        )
    if kinds:
        drawn.append(charts.bars("近三个月的异常情况", "单位：件，不含误报", kinds, unit="件", head="类型"))
    if found.means:
        drawn.append(
            charts.bars(
                "怎样探访的",
                f"单位：次，{month}",
                [Item(means.get(way, way), n) for way, n in found.means],
                unit="次",
                head="方式",
            )
        )
    return [chart for chart in drawn if chart is not None]


def _percent(value: Any) -> str:
    return "—" if value is None else f"{value:g}%"


def _by_area(lines: list[AreaLine], month: str, size: int) -> Chart | None:
    if not lines:
        return None
    items = {
        line.code: Item(_place(line.code, size), line.share, _listed(line.code, size, month, "&state=waiting"))
        for line in lines
    }
    title, note = "各地探访率", f"单位：%，{month}"
    if size == SIZES[0] and (found := shapes(lines[0].code // 10**8 * 10**8)).areas:
        return maps.choropleth(title, note, found, items, unit="%", write=_percent)
    # The lowest first: there is something to do.
    ordered = sorted(items.values(), key=lambda item: item.value if item.value is not None else 101)[:LOWEST]
    return charts.bars(title, f"{note}，低的在前", ordered, unit="%", write=_percent, shown=MOST)


def _place(code: int, size: int) -> str:
    """The name of an area; of people of whom only the area above is known, that they lie in none of these."""
    if code <= 0:
        return "未落区划"
    return areas.name(code) if not _is_above(code, size) else f"未落到{BELOW[size]}"


def _is_above(code: int, size: int) -> bool:
    """Whether a code names an area above those by which is counted: so it is written where no more is known."""
    return code > 0 and code % (size * 10**3 if size < 10**6 else 10**8) == 0


def _listed(code: int, size: int, month: str, more: str = "") -> str:
    """The visits of an area; of those who lie in none of them there is no list of their own."""
    return "" if code <= 0 or _is_above(code, size) else f"{reverse('visits:list')}?month={month}{more}&area={code}"


def _waiting(scope: Scope) -> dict[str, int]:
    return {
        "observed": Observation.objects.filter(state=Observation.State.WAITING).count(),
        "wishes": Wish.objects.filter(state=Wish.State.OPEN).count(),
    }


def _links(scope: Scope, month: str) -> list[tuple[str, str, str]]:
    """Where one goes from here: address, word, icon."""
    found = [
        (f"{reverse('visits:board')}?month={month}", "排班", "month"),
        (f"{reverse('visits:list')}?month={month}", "探访列表", "people"),
        (reverse("visits:findings"), "异常情况", "warning"),
        (reverse("visits:posts"), "探访岗", "person"),
        (reverse("visits:alerts"), "预警", "bell"),
    ]
    return [(reverse("visits:round"), "今天的探访", "place"), *found] if scope.may("visit.do") else found


@page(RIGHT)
def observed(request: HttpRequest) -> HttpResponse:
    """What visitors saw to be otherwise than in the files, and what people wish."""
    by = current()
    rows = Observation.objects.filter(state=Observation.State.WAITING).select_related("person", "report")[:MOST]
    wishes = Wish.objects.filter(state=Wish.State.OPEN).select_related("person", "report")[:MOST]
    record("search", what="visits:observed")
    context = {
        "title": "探访所见与愿望",
        "lead": "探访员看到的变化，由经办人员确认后写入档案；老人说的愿望，办了就记下结果。",
        "rows": [_seen(each, by) for each in rows],
        "wishes": [(each, _may_settle(each, by)) for each in wishes],
        "crumbs": crumbs(("所见与愿望", "")),
    }  # fmt: skip
    return render(request, "visits/observed.html", context)


def _seen(each: Observation, by: Scope) -> tuple[Observation, str, str, str, bool]:
    """An observation, its fact, what the file says, what was seen, whether it may be settled here."""
    before, now = (person_page.said(each.fact, value) for value in (each.stated, each.value))
    return each, words.fact_word(each.fact), before, now, by.may("person.correct", each.area_code)


def _may_settle(each: Wish, by: Scope) -> bool:
    return by.may("case.handle", each.area_code) or by.may("visit.plan", each.area_code)


@page("person.correct")
@require_POST
def settle(request: HttpRequest, key: int) -> HttpResponse:
    """Take what a visitor saw, or not."""
    found: Observation = get_object_or_404(Observation.objects.select_related("person"), pk=key)
    said = request.POST.get("words", "")
    try:
        if request.POST.get("answer") == "refuse":
            observing.refuse(by=current(), observation=found, words=said)
        else:
            observing.confirm(by=current(), observation=found, words=said)
    except YiyangError as error:
        messages.error(request, error.zh)
    else:
        messages.success(request, "已处理。")
    return redirect("visits:observed")


class OutcomeForm(forms.Form):
    """What became of a wish."""

    outcome = forms.CharField(label="怎样办的", max_length=400, help_text="例如 已提出能力评估申请；已联系送餐点。")


@page("case.handle", also=("visit.plan",))
def wish(request: HttpRequest, key: int) -> HttpResponse:
    """Note what became of a wish."""
    found: Wish = get_object_or_404(Wish.objects.select_related("person"), pk=key)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            observing.settle_wish(by=current(), wish=found, outcome=form.cleaned_data["outcome"])
        except YiyangError as error:
            tell(form, error)
        else:
            messages.success(request, "已记下。")
            return redirect("visits:observed")
    record("read", what=f"wish:{found.pk}", person=found.person_id, area=found.area_code)
    context = {
        "form": form, "submit": "保存", "cancel": reverse("visits:observed"), "title": f"愿望：{found.words}",
        "lead": f"{found.person.name} · {timezone.localtime(found.said_at):%Y-%m-%d}",
        "crumbs": crumbs(("所见与愿望", reverse("visits:observed")), (found.words, "")),
    }  # fmt: skip
    return render(request, "visits/form.html", context)
