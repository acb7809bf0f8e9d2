"""Changes of the tree of areas. The only code that writes it.

A change is previewed, ordered with a document and a day, and carried out in one transaction: at once, or by the worker
on the day it takes effect. Everything that refers to an area by code goes with it; see decision 0420.
"""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope, acting, current
from yiyang.areas import carrying, names
from yiyang.areas.changes import Asked, as_json, from_json
from yiyang.areas.models import Area, AreaChange, Membership
from yiyang.areas.preview import Plan, preview, require, widened
from yiyang.audit.record import record
from yiyang.base.errors import UsageError

State = AreaChange.State


def carry_out(asked: Asked, *, by: Scope, document: str, effective: date) -> AreaChange:
    """Order a change; it is done at once unless it takes effect later.

    Raises:
        PermissionDenied: an area is not his to change, or he may not hand over grants.
        UsageError: what speaks against it, all at once; nothing is written then.
    """
    with transaction.atomic():
        carrying.take_turns()
        plan = preview(asked, by=by, effective=effective)
        _refuse(plan, document)
        change = AreaChange(
            kind=asked.KIND,
            state=State.PLANNED,
            effective=effective,
            document=document.strip(),
            asked=as_json(asked),
            says=plan.says[:400],
            ordered_by=by.user,
            ordered_by_name=by.name,
        )
        change.save()
        if effective <= timezone.localdate():
            _do(change, plan)
    # Last, so that a change that fails leaves no line.
    record("decide", what=f"area_change:{change.pk}", area=_area(plan), detail={"kind": change.kind})
    return change


def carry_out_planned(change: AreaChange, *, by: Scope) -> AreaChange:
    """Do what was ordered for a day that has come. What speaks against it by now is kept with the change."""
    try:
        with transaction.atomic():
            carrying.take_turns()
            change = AreaChange.objects.select_for_update().get(pk=change.pk)
            if change.state != State.PLANNED:
                return change
            plan = preview(from_json(change.asked), by=by, effective=change.effective)
            _refuse(plan, change.document)
            _do(change, plan)
            record("system", what=f"area_change:{change.pk}", area=_area(plan), detail={"kind": change.kind})
    except UsageError as error:
        change.problems = [list(line) for line in error.problems or ((error.zh, error.en),)]
        change.state = State.FAILED
        change.save()
    return change


def cancel(change: AreaChange, *, by: Scope) -> AreaChange:
    """Take back an order that has not taken effect."""
    with transaction.atomic():
        change = AreaChange.objects.select_for_update().get(pk=change.pk)
        require(_named(change), by)
        if change.state not in (State.PLANNED, State.FAILED):
            raise UsageError("这项变更已经办理，请用撤销。", "This change has been carried out; undo it instead.")
        change.state, change.undone_by_name, change.undone_at = State.CANCELLED, by.name, timezone.now()
        change.save()
        record("decide", what=f"area_change:{change.pk}", detail={"cancelled": True})
    return change


def undo(change: AreaChange, *, by: Scope) -> AreaChange:
    """Undo the change that was carried out last; rows that came since stay where they are.

    Raises:
        UsageError: it is not the last one, or something new hangs on an area that it made.
    """
    with transaction.atomic():
        carrying.take_turns()
        change = AreaChange.objects.select_for_update().get(pk=change.pk)
        require(_named(change), by)
        last = AreaChange.objects.filter(state=State.DONE).order_by("-done_at", "-pk").first()
        if change.state != State.DONE or change != last:
            raise UsageError("只能撤销最近一次办理的变更。", "Only the change carried out last can be undone.")
        with acting(widened(current())):
            carrying.put_back(change)
        names.forget()
        change.state, change.undone_by_name, change.undone_at = State.UNDONE, by.name, timezone.now()
        change.save()
        record("decide", what=f"area_change:{change.pk}", detail={"undone": True})
    return change


def classify(area: Area, *, by: Scope, urban_rural: str) -> Area:
    """State whether a village counts as urban or rural; '' = not stated."""
    require([area], by)
    if urban_rural not in ("", *Area.UrbanRural.values):
        raise UsageError(f"没有这种城乡类型：{urban_rural}", f"There is no such kind: {urban_rural}")
    with transaction.atomic():
        area.urban_rural = urban_rural
        area.save(update_fields=["urban_rural"])
        record("decide", what=f"area:{area.pk}", area=_code(area), detail={"urban_rural": urban_rural})
    return area


def join(jurisdiction: Area, member: Area, *, by: Scope, starts: date, ends: date | None = None) -> Membership:
    """State that a jurisdiction administers a town from a day on.

    Raises:
        UsageError: another jurisdiction administers it (or what is above or below it) on one of these days.
    """
    require([jurisdiction, member], by)
    _refuse_member(jurisdiction, member, starts, ends)
    with transaction.atomic():
        made = Membership.objects.create(jurisdiction=jurisdiction, member=member, starts=starts, ends=ends)
        detail = {"member": member.code, "starts": starts.isoformat()}
        record("decide", what=f"area:{jurisdiction.pk}", area=_code(member), detail=detail)
    return made


def leave(membership: Membership, *, by: Scope, ends: date) -> Membership:
    """State the last day on which a jurisdiction administers a town."""
    require([membership.jurisdiction, membership.member], by)
    if ends < membership.starts:
        raise UsageError("终止日期早于起始日期。", "It would end before it began.")
    with transaction.atomic():
        membership.ends = ends
        membership.save(update_fields=["ends"])
        detail = {"member": membership.member.code, "ends": ends.isoformat()}
        record("decide", what=f"area:{membership.jurisdiction_id}", area=_code(membership.member), detail=detail)
    return membership


def _refuse(plan: Plan, document: str) -> None:
    problems = list(plan.problems)
    if not document.strip():
        problems.append(("请写明批准文件。", "Name the document that orders it."))
    if problems:
        raise UsageError("这项变更不能办理。", "This change cannot be carried out.", problems)


def _do(change: AreaChange, plan: Plan) -> None:
    try:
        with acting(widened(current())), transaction.atomic():
            carrying.move(change, plan)
    except IntegrityError as error:
        raise UsageError(
            f"有数据与合并后的区划冲突，未作任何改动：{error}",
            f"Rows would clash in the area they join; nothing was changed: {error}",
        ) from error
    names.forget()
    change.state, change.done_at = State.DONE, timezone.now()
    change.moved = [count.as_json() for count in plan.counts]
    change.save()


def _refuse_member(jurisdiction: Area, member: Area, starts: date, ends: date | None) -> None:
    problems = []
    if jurisdiction.kind not in ("jurisdiction", "development_zone"):
        problems.append((f"{jurisdiction.name}不是管理辖区。", f"{jurisdiction.name} is no such jurisdiction."))
    if member.code is None or member.level not in ("town", "village") or member.valid_to is not None:
        problems.append((f"{member.name}不是现行的乡级、村级区划。", f"{member.name} is no town or village in force."))
    elif ends is not None and ends < starts:
        problems.append(("终止日期早于起始日期。", "It would end before it began."))
    else:
        problems += [
            (
                f"{other.member.name}在这段时间由{other.jurisdiction.name}管辖。",
                f"{other.member.name} is administered by {other.jurisdiction.name} in that time.",
            )
            for other in carrying.memberships_around(member, starts, ends)
        ]
    if problems:
        raise UsageError("管辖关系不能这样登记。", "That cannot be stated.", problems)


def _named(change: AreaChange) -> list[Area]:
    from yiyang.areas.changes import areas_of

    return list(Area.objects.filter(pk__in=areas_of(from_json(change.asked))).select_related("parent"))


def _area(plan: Plan) -> int:
    """The area under which the change stands in the log."""
    codes = [shift.old for shift in plan.shifts[:1]] + [old for _, _, old, _ in plan.absorbed[:1]]
    if not codes:
        codes = [code for code in Area.objects.filter(pk__in=plan.renamed).values_list("code", flat=True) if code]
    return codes[0] if codes else NO_AREA


def _code(area: Area) -> int:
    return NO_AREA if area.code is None else area.code
