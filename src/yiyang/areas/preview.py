"""What a change of areas would do: every code that changes, every row that moves, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from yiyang.access.scope import Scope, acting, current
from yiyang.areas.changes import Asked, Merge, Recode, Rename, Split, Transfer, areas_of
from yiyang.areas.codes import children, free_code, next_code, siblings, size_of, taken_within
from yiyang.areas.following import Count, counts
from yiyang.areas.logic import LEVEL_NAMES, level, short, span
from yiyang.areas.models import Area, AreaChange, FormerArea
from yiyang.areas.places import jurisdiction_of
from yiyang.base.errors import UsageError

MOVABLE = ("county", "town", "village")
BELOW = {"city": "county", "county": "town", "town": "village"}
Sentence = tuple[str, str]


@dataclass(frozen=True)
class Shift:
    """An area whose code or parent changes."""

    area: int
    name: str
    old: int
    new: int
    parent: int | None


@dataclass(frozen=True)
class New:
    """An area that comes into being."""

    code: int
    name: str
    level: str
    kind: str
    urban_rural: str
    parent: int | None


@dataclass
class Plan:
    """Everything a change does; `problems` forbid it, `remarks` are to be known."""

    asked: Asked
    says: str = ""
    shifts: list[Shift] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)
    absorbed: list[tuple[int, int, int, int]] = field(default_factory=list)  # source id, target id, their codes
    created: New | None = None
    counts: list[Count] = field(default_factory=list)
    problems: list[Sentence] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)

    def refuse(self, zh: str, en: str) -> None:
        """Say what forbids it."""
        self.problems.append((zh, en))

    def remark(self, zh: str, en: str) -> None:
        """Say what is to be known."""
        self.remarks.append((zh, en))


def preview(asked: Asked, *, by: Scope, effective: date) -> Plan:
    """What a change would do. Nothing is written.

    Raises:
        PermissionDenied: one of the areas is not his to change.
        UsageError: an area that does not exist.
    """
    areas = {area.pk: area for area in Area.objects.filter(pk__in=areas_of(asked)).select_related("parent")}
    if len(areas) < len(areas_of(asked)):
        raise UsageError("所选区划不存在。", "An area that was named does not exist.")
    require(areas.values(), by)
    plan = Plan(asked)
    _check_dates(plan, areas, effective)
    match asked:
        case Rename():
            _rename(plan, areas[asked.area], asked.name)
        case Recode():
            _recode(plan, areas[asked.area], asked.code)
        case Merge():
            _merge(plan, [areas[pk] for pk in asked.sources], areas[asked.into], effective, by)
        case Split():
            _split(plan, areas[asked.area], [areas[pk] for pk in asked.parts], asked.name, asked.code)
        case Transfer():
            _transfer(plan, areas[asked.area], areas[asked.to], asked.code)
    _count(plan, areas.values())
    return plan


def require(areas: Iterable[Area], by: Scope) -> None:
    """Raises PermissionDenied unless `area.change` holds in every one of them (of a jurisdiction: in its city)."""
    for area in areas:
        by.require("area.change", area.code if area.code is not None or not area.parent else area.parent.code)


def _check_dates(plan: Plan, areas: dict[int, Area], effective: date) -> None:
    for area in areas.values():
        if area.valid_to is not None:
            plan.refuse(f"{area.name}已于 {area.valid_to} 撤销。", f"{area.name} ended on {area.valid_to}.")
        if area.valid_from > effective:
            plan.refuse(f"{area.name} {area.valid_from} 才设立。", f"{area.name} begins on {area.valid_from} only.")
    last = FormerArea.objects.filter(area__in=areas).order_by("-valid_to").first()
    if last and last.valid_to >= effective:
        plan.refuse(
            f"{last.area.name}在 {last.valid_to + timedelta(1)} 还有一次变更；生效日期不能更早。",
            f"{last.area.name} was changed again on {last.valid_to + timedelta(1)}; this cannot take effect before.",
        )
    for waiting in AreaChange.objects.filter(state=AreaChange.State.PLANNED):
        named = {*waiting.asked.get("sources", ()), *waiting.asked.get("parts", ())}
        named |= {waiting.asked.get(word) for word in ("area", "into", "to")}
        if named & set(areas) and waiting.asked != {}:
            plan.remark(
                f"另有待生效的变更：{waiting.effective} {waiting.says}。",
                f"Another change is waiting: {waiting.effective} {waiting.says}.",
            )


def _is_movable(plan: Plan, area: Area) -> bool:
    if area.code is None or area.level not in MOVABLE or level(area.code) != area.level:
        plan.refuse(
            f"{area.name}不是县、乡、村级区划，只能更名。",
            f"{area.name} is no county, town or village; it can be renamed only.",
        )
        return False
    return True


def _rename(plan: Plan, area: Area, name: str) -> None:
    name = name.strip()
    plan.says = f"{area.name}更名为{name}"
    if not 2 <= len(name) <= 60:
        plan.refuse("名称应为 2 到 60 个字。", "A name has 2 to 60 characters.")
    elif name == area.name:
        plan.refuse("名称没有变化。", "That is its name already.")
    elif siblings(area.parent_id).filter(name=name).exists():
        plan.refuse(f"同一上级下已有“{name}”。", f"There is a {name} under the same parent.")
    plan.renamed[area.pk] = name


def _recode(plan: Plan, area: Area, code: int) -> None:
    plan.says = f"{area.name}代码变更为{_shown(code)}"
    if _is_movable(plan, area) and _is_free(plan, area.level, area.parent, code):
        _shift(plan, area, code, area.parent_id)


def _merge(plan: Plan, sources: list[Area], into: Area, effective: date, by: Scope) -> None:
    plan.says = f"{'、'.join(area.name for area in sources)}并入{into.name}"
    if not sources or into in sources:
        plan.refuse(
            "请选择要并入的区划，且不含合并后的区划本身。", "Name the areas that are merged, without the one they join."
        )
        return
    asked = plan.asked
    if isinstance(asked, Merge) and asked.hand_over:
        by.require("account.grant", into.code)
    taken = taken_within(into)
    for source in sources:
        if not (_is_movable(plan, source) and _is_movable(plan, into)):
            return
        if (source.level, source.parent_id) != (into.level, into.parent_id):
            plan.refuse(
                f"{source.name}与{into.name}不同级或不属同一上级；请先划转。",
                f"{source.name} and {into.name} differ in level or parent; transfer it first.",
            )
            return
        _check_jurisdictions(plan, source, into, effective)
        for child in children(source):
            _shift(plan, child, free_code(child, into, taken), into.pk)
        plan.absorbed.append((source.pk, into.pk, source.code or 0, into.code or 0))


def _check_jurisdictions(plan: Plan, source: Area, into: Area, effective: date) -> None:
    here, there = jurisdiction_of(source.code or 0, effective), jurisdiction_of(into.code or 0, effective)
    if here != there:
        plan.refuse(
            f"{source.name}由{here or '所在县区'}管辖，{into.name}由{there or '所在县区'}管辖；请先调整管辖关系。",
            f"{source.name} is administered by {here or 'its county'}, {into.name} by {there or 'its county'}; "
            "change that first.",
        )


def _split(plan: Plan, area: Area, parts: list[Area], name: str, code: int | None) -> None:
    plan.says = f"{area.name}析出{name}（{'、'.join(part.name for part in parts)}）"
    if not _is_movable(plan, area):
        return
    if area.level == "village":
        plan.refuse(
            "村级以下没有代码，不能拆分；请新设后由登记册迁移。",
            "A village has no parts with codes; it cannot be split.",
        )
    below = {child.pk for child in children(area)}
    if not parts or {part.pk for part in parts} - below:
        plan.refuse(f"请选择{area.name}的下级区划。", f"Name parts of {area.name}.")
    elif len(parts) == len(below):
        plan.refuse("至少要留下一个下级区划；全部划出请用更名。", "At least one part must stay; if all go, rename it.")
    if siblings(area.parent_id).filter(name=name).exists() or not 2 <= len(name) <= 60:
        plan.refuse(f"名称“{name}”已有或长度不对。", f"The name {name} is taken or of the wrong length.")
    new = code if code is not None else next_code(area, area.parent, taken_within(area.parent), None)
    if plan.problems or new is None or not _is_free(plan, area.level, area.parent, new):
        return
    plan.created = New(new, name, area.level, area.kind, area.urban_rural, area.parent_id)
    for part in parts:
        _shift(plan, part, new + (part.code or 0) % size_of(area.level), None)
    plan.remark(f"没有落到村的人员留在{area.name}。", f"People without a village stay with {area.name}.")


def _transfer(plan: Plan, area: Area, to: Area, code: int | None) -> None:
    plan.says = f"{area.name}划归{to.name}"
    if not _is_movable(plan, area):
        return
    if to.code is None or BELOW.get(to.level) != area.level:
        plan.refuse(f"{to.name}不能作{area.name}的上级。", f"{to.name} cannot be above {area.name}.")
        return
    if to.pk == area.parent_id:
        plan.refuse(f"{area.name}已属{to.name}。", f"{area.name} lies in {to.name} already.")
        return
    new = code if code is not None else free_code(area, to, taken_within(to))
    if _is_free(plan, area.level, to, new):
        _shift(plan, area, new, to.pk)


def _shift(plan: Plan, area: Area, new: int, parent: int | None) -> None:
    """The area and everything below it, ended areas too, move to the range that begins at `new`."""
    old = area.code or 0
    low, high = span(old)
    for below in Area.objects.filter(code__gte=low, code__lt=high).order_by("code"):
        above = parent if below.pk == area.pk else below.parent_id
        plan.shifts.append(Shift(below.pk, below.name, below.code or 0, new + (below.code or 0) - old, above))


def _is_free(plan: Plan, name: str, parent: Area | None, code: int) -> bool:
    size = size_of(name)
    low, high = span(parent.code or 0) if parent else (0, 0)
    if not 0 <= code < 10**12 or level(code) != name or not low < code < high:
        plan.refuse(
            f"{_shown(code)} 不是{parent or ''}的{LEVEL_NAMES[name]}代码。",
            f"{_shown(code)} is no {name}'s code within {parent or 'it'}.",
        )
        return False
    if any(code <= used < code + size for used in taken_within(parent)):
        plan.refuse(f"代码 {_shown(code)} 已用或曾用。", f"The code {_shown(code)} is or was in use.")
        return False
    return True


def _shown(code: int) -> str:
    return short(code) if 0 <= code < 10**12 else str(code)


def _count(plan: Plan, areas: Iterable[Area]) -> None:
    """Counted as the platform: what the officer cannot see moves all the same."""
    merged = [old for _, _, old, _ in plan.absorbed]
    codes = [shift.old for shift in plan.shifts] + merged
    ids = {shift.area for shift in plan.shifts} | {source for source, *_ in plan.absorbed}
    with acting(widened(current())):
        plan.counts = counts(codes, merged, sorted(ids | {area.pk for area in areas if plan.renamed}))


def widened(scope: Scope) -> Scope:
    """The same actor, doing the platform's own work: everywhere, under his name."""
    return Scope(scope.user, scope.name, request=scope.request, address=scope.address, is_self=True)
