"""Who may not assess whom: not qualified, no room left, sells the care, is kin, or made what is contested."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q

from yiyang.assessment import steps
from yiyang.assessment.models import Agency, Assessor, Request
from yiyang.assessment.rules import rules
from yiyang.registry.stating import keys_of

State = Request.State
# States in which a planned assessment counts against who does it.
COUNTED = (State.PLANNED, State.FILLED, State.SIGNED, State.RETURNED, State.ISSUED)


@dataclass
class Loads:
    """How many assessments are planned: by agency in a month, by assessor in a week."""

    month: dict[int, int] = field(default_factory=dict)
    week: dict[int, int] = field(default_factory=dict)


def loads(on: date, agencies: Iterable[int], leave_out: int | None = None) -> Loads:
    """What agencies and their assessors have in the month and week of a day. `leave_out`: a request not counted."""
    there = Request.objects.filter(agency__in=list(agencies), state__in=COUNTED).exclude(pk=leave_out).order_by()
    monday = on - timedelta(days=on.weekday())
    first = on.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    in_month = there.filter(appointed__date__gte=first, appointed__date__lt=next_month)
    in_week = there.filter(appointed__date__gte=monday, appointed__date__lt=monday + timedelta(days=7))
    found = Loads(dict(in_month.values_list("agency").annotate(n=Count("pk"))))
    for column in ("lead", "second"):
        for key, number in in_week.values_list(column).annotate(n=Count("pk")):
            found.week[key] = found.week.get(key, 0) + number
    return found


def of_agency(request: Request, agency: Agency, on: date, have: Loads) -> list[str]:
    """Why an agency may not assess somebody on a day, in words; nothing = it may."""
    found = []
    if not agency.is_active or not agency.valid_from <= on <= agency.valid_to:
        found.append(f"{agency.name}的资质在 {on} 不在有效期内。")
    if have.month.get(agency.pk, 0) >= agency.a_month:
        found.append(f"{agency.name}{on:%Y 年 %m 月}已排满（每月 {agency.a_month} 人次）。")
    provider = request.provider_code
    if provider and provider in (agency.credit_code, *agency.related_codes):
        found.append(f"{agency.name}与提出申请的服务机构有关联，须回避。")
    opens = [rules().purposes[each] for each in request.purposes if each in rules().purposes]
    if agency.sells_care and any(purpose.sells_care for purpose in opens):
        names = "、".join(purpose.zh for purpose in opens if purpose.sells_care)
        found.append(f"{agency.name}同时提供照护服务，不能为“{names}”评估。")
    return found


def of_assessor(request: Request, assessor: Assessor, on: date, have: Loads) -> list[str]:
    """Why somebody may not assess somebody on a day, in words."""
    name, found = assessor.user.name, []
    if not steps.qualified(assessor, on):
        found.append(f"{name}的资格在 {on} 不在有效期内。")
    if have.week.get(assessor.pk, 0) >= assessor.a_week:
        found.append(f"{name}那一周已排满（每周 {assessor.a_week} 人次）。")
    if set(assessor.kin) & set(keys_of(request.person)):
        found.append(f"{name}是老人的亲属，须回避。")
    if assessor.pk in earlier(request):
        found.append(f"{name}作过原评估，复评须由别人进行。")
    return found


def of_pair(request: Request, lead: Assessor, second: Assessor, on: date, have: Loads) -> list[str]:
    """Why two may not assess somebody together on a day: each of them, and both as a pair."""
    found = [*of_assessor(request, lead, on, have), *of_assessor(request, second, on, have)]
    if lead.pk == second.pk:
        found.append("两名评估人员不能是同一人。")
    if lead.agency_id != second.agency_id:
        found.append("两名评估人员须属于同一机构。")
    if not (lead.is_medical or second.is_medical):
        found.append("两人中至少一人须有医疗或护理专业背景。")
    return found


def earlier(request: Request) -> set[int]:
    """Who made what is contested, or is assessed again as a sample."""
    if request.contested_id is None:
        return set()
    made = Request.objects.get(result__pk=request.contested_id)
    return {key for key in (made.lead_id, made.second_id) if key is not None}


def agencies_for(area: int) -> list[Agency]:
    """Agencies whose area holds a place, those in use."""
    from yiyang.areas.logic import SIZES

    above = {area - area % size for _, size in SIZES} if area > 0 else {area}
    return list(Agency.objects.filter(Q(area_code__in=above), is_active=True))
