"""What the home page holds, by what the account may do: tasks, key figures, a map or bars, trends; or first steps."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from yiyang.access.ranges import Ranges
from yiyang.access.scope import Scope
from yiyang.accounts.models import User
from yiyang.accounts.narrowing import chosen_area
from yiyang.areas import logic
from yiyang.areas.models import Area
from yiyang.areas.places import ranges_of
from yiyang.audit.models import AuditLine
from yiyang.cases import figures as case_figures
from yiyang.cases.workbench_figures import drawn as funnel_drawn
from yiyang.cases.workbench_figures import size_below
from yiyang.catalog.groups import load_groups
from yiyang.kit import charts, maps, wording
from yiyang.kit.charts import Chart, Item
from yiyang.kit.parts import Figure
from yiyang.registry.models import Delivery, Person
from yiyang.workbench import figures
from yiyang.workbench.boundaries import shapes
from yiyang.workbench.place import granted_areas
from yiyang.workbench.tasks import tasks_for

# The level of an area → the size of the areas below, and what they are called.
BELOW = {
    "province": (10**8, "各市（州）"),
    "city": (10**6, "各县（市、区）"),
    "county": (10**3, "各乡镇（街道）"),
    "town": (1, "各村（社区）"),
    "village": (1, "本村（社区）"),
}
MAPPED = ("province", "city")
ON_ONE_SCREEN = 12


def contents(request: HttpRequest) -> dict[str, Any]:
    """The context of the page."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    today = timezone.localdate()
    found: dict[str, Any] = {"title": "今天要办的事", "lead": _greeting(today), "tasks": tasks_for(scope, today)}
    if scope.may("person.read") and scope.may("figure.read"):
        found |= _of_officers(request, scope, today)
    elif scope.may("person.read"):
        found |= _of_visitors(scope)
    elif scope.may("audit.read"):
        found |= _of_auditors(scope)
    elif scope.may("system.read"):
        found |= _of_administrators()
    return found


def _greeting(today: date) -> str:
    return f"{wording.day(today)} 星期{'一二三四五六日'[today.weekday()]}"


def _of_officers(request: HttpRequest, scope: Scope, today: date) -> dict[str, Any]:
    if not Person.objects.exists():
        return {"steps": first_steps(scope)}
    places = _places(request)
    size, below = _below(places)
    people, groups, (month, registers) = (
        figures.people(scope, size, today),
        figures.groups(scope),
        figures.registers_in(scope),
    )
    on_top = [
        Figure("居住在辖区的老年人", people.total, "人", f"其中 80 岁以上 {wording.wan(people.very_old)} 人"),
        Figure("本月新进入重点人群", groups.entered, "人次", f"退出 {groups.left:,} 人次"),
    ]
    # Whoever sees no deliveries is not told that there are none.
    if scope.may("delivery.read") and (month or scope.may("delivery.decide")):
        on_top.append(Figure("已入库的登记册", registers, "个", wording.month(month) if month else "尚无交付"))
    note = f"单位：人，{wording.day(today)}，按居住地"
    drawn = [_by_area(places, people.by_area, size, f"{below}老年人", note), _trend(groups)]
    funnel = funnel_drawn(case_figures.funnel(scope, size_below(scope))) if scope.may("case.read") else []
    return {"figures": on_top, "charts": [chart for chart in drawn if chart is not None] + funnel}


def _places(request: HttpRequest) -> list[Area]:
    chosen = chosen_area(request)
    return [chosen] if chosen else granted_areas(request)


def _below(places: list[Area]) -> tuple[int, str]:
    """The size by which people are counted: the areas below the one in force, or those in force if several."""
    levels = [place.level if place.code is not None else "county" for place in places]
    if len(places) == 1:
        return BELOW.get(levels[0], (10**3, "各乡镇（街道）"))
    sizes = dict(logic.SIZES)
    return min((sizes.get(level, 10**6) for level in levels), default=10**6), "各辖区"


def _by_area(places: list[Area], by_area: dict[int, int], size: int, title: str, note: str) -> Chart | None:
    if len(places) == 1 and places[0].code is not None:
        items = _below_one(places[0], by_area, size)
        if places[0].level in MAPPED:
            return maps.choropleth(title, note, shapes(places[0].code), items)
    else:
        items = _in_force(places, by_area)
    ordered = sorted(items.values(), key=lambda item: -(item.value or 0))
    return charts.bars(title, note, ordered, shown=ON_ONE_SCREEN)


def _below_one(place: Area, by_area: dict[int, int], size: int) -> dict[int, Item]:
    below = place.children.filter(valid_to=None).exclude(code=None)
    names: dict[int, str] = dict(below.values_list("code", "name"))  # type: ignore[arg-type]
    known = {code: by_area.get(code, 0) for code in names} | by_area
    return {code: Item(names.get(code) or logic.name(code), number) for code, number in known.items() if code > 0}


def _in_force(places: list[Area], by_area: dict[int, int]) -> dict[int, Item]:
    today = timezone.localdate()
    spans: dict[Area, Ranges] = {place: ranges_of(place, today) for place in places}
    return {
        place.pk: Item(place.name, sum(number for code, number in by_area.items() if code in ranges))
        for place, ranges in spans.items()
    }


def _trend(groups: figures.Groups) -> Chart | None:
    names = group_names(visited=True)
    series = {names[group]: groups.people[group] for group in names if group in groups.people}
    if not series:
        return None
    first, last = wording.month(groups.months[0]), wording.month(groups.months[-1])
    note = f"单位：人，{first}" if first == last else f"单位：人，{first}至{last}"
    return charts.multiples("探访关爱人群逐月", note, groups.months, series)


@cache
def group_names(visited: bool = False) -> dict[str, str]:
    """Hardship group → its short name, in the order of the files; or only the groups that are visited every month."""
    found = (definition.group for definition in load_groups())
    return {group.id: group.short.zh for group in found if group.visited or not visited}


def _of_visitors(scope: Scope) -> dict[str, Any]:
    mine = Person.objects.filter(scope.people.q("area_code"), is_current=True, merged_into=None)
    visited = mine.exclude(groups=[]).order_by("area_code", "pk")
    return {"visited": visited[:20], "group_names": group_names(), "lead": "辖区内需要重点关心的老年人。"}


def _of_auditors(scope: Scope) -> dict[str, Any]:
    days, series, today = figures.audit_days(scope)
    kinds = {kind: AuditLine.Kind(kind).label for kind in series}
    told = (("reveal", "查看完整信息"), ("export", "导出"), ("deny", "被拒绝的访问"))
    on_top = [Figure(f"今日{title}", today.get(kind, 0), "次") for kind, title in told]
    faults = figures.chain_faults(scope)
    on_top.append(Figure("审计链", "有断裂" if faults else "完好", "", faults or "最近 1,000 行已核对"))
    named = {kinds[kind]: values for kind, values in series.items()}
    note = f"单位：行，{days[0]} 至 {days[-1]}"
    return {
        "figures": on_top,
        "charts": [charts.multiples("审计记录逐日", note, days, named, unit="行")] if named else [],
    }


def _of_administrators() -> dict[str, Any]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    jobs = ProcrastinateJob.objects
    return {
        "figures": [
            Figure("启用的账户", User.objects.filter(is_active=True).count(), "个"),
            Figure("等待的后台任务", jobs.filter(status="todo").count(), "个"),
            Figure("进行中的后台任务", jobs.filter(status="doing").count(), "个"),
            Figure("失败的后台任务", jobs.filter(status="failed").count(), "个"),
        ]
    }


# Right, title, what to do, page.
STEPS = (
    (
        "account.grant",
        "给县（市、区）、乡镇和村开设账户",
        "先给各县业务人员授权，由他们逐级往下开设。",
        "accounts:accounts",
    ),
    ("delivery.upload", "交付第一份登记册", "从公安部门的户籍登记册开始，其余部门随后。", "registry:deliveries"),
    ("delivery.decide", "确认入库", "检查结果无误后确认，老年人档案随即建立。", "registry:deliveries"),
)


def first_steps(scope: Scope) -> list[tuple[str, str, str, bool]]:
    """A fresh installation: title, what to do, name of the page, whether it is done."""
    done = (
        User.objects.filter(is_demo=False).count() > 1,
        Delivery.objects.exists(),
        Delivery.objects.filter(state=Delivery.State.ACCEPTED).exists(),
    )
    return [(*told, is_done) for (right, *told), is_done in zip(STEPS, done, strict=True) if scope.may(right)]  # type: ignore[misc]
