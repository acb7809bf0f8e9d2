"""Planning an assessment: two qualified assessors of one agency, without conflict, with room, near; and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import combinations

from django.utils import timezone

from yiyang.access.scope import Scope, acting, current
from yiyang.assessment import conflicts, letters, steps
from yiyang.assessment.conflicts import Loads
from yiyang.assessment.models import Agency, Assessor, Request
from yiyang.assessment.rules import rules
from yiyang.base.errors import UsageError, YiyangError
from yiyang.registry.models import Person

RIGHT = "assessment.plan"
State = Request.State
# How far an agency sits, nearest first: no coordinates are kept of villages, so the tree of areas says it.
NEARNESS = (
    (1, "在同一个村（社区）"),
    (10**3, "在同一个乡镇（街道）"),
    (10**6, "在同一个县（区）"),
    (10**8, "在同一个市"),
)
FAR = "在别的市"
PAIRS_OF_ONE = 2
# When a round's appointments begin, in turn.
HOURS = (time(9), time(10, 30), time(14), time(15, 30), time(8), time(13), time(17), time(11, 45))
SEARCHED_DAYS = 30


@dataclass(frozen=True)
class Suggestion:
    """An agency and a pair that may assess somebody on a day, and why these.

    Attributes:
        nearness: 0 = in the same village … 4 = in another city.
        reasons: in words, to be shown.
    """

    agency: Agency
    lead: Assessor
    second: Assessor
    nearness: int
    load: float
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stands for it in a form: agency-lead-second."""
        return f"{self.agency.pk}-{self.lead.pk}-{self.second.pk}"


@dataclass
class Planned:
    """What came of planning many: planned ones, and (request, why not) of the others."""

    made: list[Request] = field(default_factory=list)
    left: list[tuple[Request, str]] = field(default_factory=list)


def suggest(request: Request, on: date | None = None, most: int = 5) -> list[Suggestion]:
    """Agencies and pairs that may assess on a day, the best first: near, with room, even loads, another agency than the
    first one's in a dispute. Empty where nobody may."""
    on = on or timezone.localdate() + timedelta(days=1)
    with acting(replace(current(), is_self=True)):
        there = conflicts.agencies_for(request.area_code)
        have = conflicts.loads(on, [agency.pk for agency in there], request.pk)
        before = _agency_before(request)
        found = [each for agency in there for each in _of(request, agency, on, have, before)]
    return sorted(found, key=lambda each: (each.agency.pk == before, each.nearness, each.load, each.key))[:most]


def _agency_before(request: Request) -> int | None:
    if request.contested_id is None:
        return None
    return Request.objects.values_list("agency", flat=True).get(result__pk=request.contested_id)


def _of(request: Request, agency: Agency, on: date, have: Loads, before: int | None) -> list[Suggestion]:
    if conflicts.of_agency(request, agency, on, have):
        return []
    staff = agency.assessors.filter(is_active=True).select_related("user", "agency").order_by("pk")
    free = [each for each in staff if not conflicts.of_assessor(request, each, on, have)]
    free.sort(key=lambda each: have.week.get(each.pk, 0) / max(each.a_week, 1))
    pairs = [pair for pair in combinations(free, 2) if pair[0].is_medical or pair[1].is_medical]
    return [_suggestion(request, agency, pair, on, have, before) for pair in pairs[:PAIRS_OF_ONE]]


def _suggestion(
    request: Request, agency: Agency, pair: tuple[Assessor, Assessor], on: date, have: Loads, before: int | None
) -> Suggestion:
    lead, second = sorted(pair, key=lambda each: not each.is_medical)
    near = nearness(agency.seat_code, request.area_code)
    month, week = have.month.get(agency.pk, 0), max(have.week.get(each.pk, 0) / max(each.a_week, 1) for each in pair)
    medical = "、".join(each.get_training_display() for each in pair if each.is_medical)
    reasons = [
        f"所在地{NEARNESS[near][1] if near < len(NEARNESS) else FAR}" if agency.seat_code > 0 else "所在地没有登记",
        f"本月已排 {month}/{agency.a_month} 人次",
        f"两人那一周已排 {have.week.get(lead.pk, 0)} 和 {have.week.get(second.pk, 0)} 人次",
        f"有{medical}专业背景，资格在 {on} 有效",
    ]
    if before is not None:
        reasons.append("不是作原评估的机构" if agency.pk != before else "作过原评估的机构，人员不同")
    return Suggestion(agency, lead, second, near, month / agency.a_month + week, tuple(reasons))


def nearness(seat: int, place: int) -> int:
    """How near an agency's seat is to a place: 0 = same village … 4 = another city, or not known.

    >>> nearness(511724001000, 511724001001)
    1
    """
    if seat <= 0 or place <= 0:
        return len(NEARNESS)
    return next((n for n, (size, _) in enumerate(NEARNESS) if seat // size == place // size), len(NEARNESS))


def plan(
    *,
    by: Scope,
    request: Request,
    agency: Agency,
    lead: Assessor,
    second: Assessor,
    appointed: datetime,
    place: str = "",
    with_check: bool | None = None,
) -> Request:
    """Charge two assessors with a request and make the appointment; the person is told.

    Args:
        with_check: together with the yearly health check; None = where that is due about then.

    Raises:
        UsageError: the appointment is past, or a conflict, an expired qualification, no room, each in words; MovedOn.
        PermissionDenied: he may not plan there.
    """
    by.require(RIGHT, request.area_code)
    on = timezone.localtime(appointed).date()
    if on < timezone.localdate():
        raise UsageError("约定时间不能早于今天。", "The appointment is past.")
    with steps.elevated(by):
        there = steps.held(request, State.REQUESTED, State.PLANNED, State.RETURNED)
        # The agency's row is the lock on its month: of two plans at once one sees the other's.
        firm = Agency.objects.select_for_update().get(pk=agency.pk)
        _refuse(there, firm, lead, second, on)
        is_joined = check_is_due(there.person, on) if with_check is None else with_check
        changes = {"agency": firm, "lead": lead, "second": second, "appointed": appointed}
        words = f"{firm.name}：{lead.user.name}、{second.user.name}，{timezone.localtime(appointed):%Y-%m-%d %H:%M}"
        steps.move(there, State.PLANNED, words, **changes, place=place.strip()[:200], with_check=is_joined)
        letters.tell_planned(there)
    return there


def _refuse(request: Request, agency: Agency, lead: Assessor, second: Assessor, on: date) -> None:
    have = conflicts.loads(on, [agency.pk], request.pk)
    found = conflicts.of_agency(request, agency, on, have) + conflicts.of_pair(request, lead, second, on, have)
    if lead.agency_id != agency.pk:
        found.append(f"{lead.user.name}不是{agency.name}的评估人员。")
    if agency not in conflicts.agencies_for(request.area_code):
        found.append(f"{agency.name}不服务老人居住的地方。")
    if found:
        raise UsageError("不能这样安排：", "It cannot be planned like this:", [(each, each) for each in found])


def unplan(*, by: Scope, request: Request, reason: str) -> Request:
    """Take an appointment back: the request waits for another plan. Raises UsageError, MovedOn, PermissionDenied."""
    by.require(RIGHT, request.area_code)
    why = steps.require_words(reason, "撤销安排请写明理由。", "Taking an appointment back needs a reason.")
    with steps.elevated(by):
        there = steps.held(request, State.PLANNED)
        nobody = {"agency": None, "lead": None, "second": None, "appointed": None, "with_check": False}
        steps.move(there, State.REQUESTED, why, **nobody)
    return there


def plan_many(*, by: Scope, requests: Iterable[Request], from_day: date, a_day: int = 4) -> Planned:
    """Plan many by their best suggestions, village by village, at most `a_day` a day for each pair from a day on.

    What cannot be planned within a month is left with the reason; the others are planned all the same.
    """
    found, taken = Planned(), dict[tuple[str, date], int]()
    for request in sorted(requests, key=lambda each: (each.area_code, each.pk)):
        try:
            found.made.append(_plan_next(by, request, from_day, a_day, taken))
        except YiyangError as error:
            found.left.append((request, "".join([error.zh, *(zh for zh, _ in error.problems)])))
    return found


def _plan_next(by: Scope, request: Request, from_day: date, a_day: int, taken: dict[tuple[str, date], int]) -> Request:
    by.require(RIGHT, request.area_code)
    for day in (from_day + timedelta(days=n) for n in range(SEARCHED_DAYS)):
        if not _is_workday(day):
            continue
        for chosen in suggest(request, day):
            turn = taken.get((chosen.key, day), 0)
            if turn < min(a_day, len(HOURS)):
                at = timezone.make_aware(datetime.combine(day, HOURS[turn]))
                made = plan(
                    by=by, request=request, agency=chosen.agency, lead=chosen.lead, second=chosen.second, appointed=at
                )
                taken[chosen.key, day] = turn + 1
                return made
    raise UsageError("一个月内没有可安排的机构和人员。", "Nobody can assess within a month.")


def check_is_due(person: Person, on: date) -> bool:
    """Whether the yearly health check of somebody of the age falls due about a day: both are then one appointment."""
    routine = rules().routine
    born, last = person.birth_date, person.facts.get("health_check_date")
    if born is None or (on.year * 10000 + on.month * 100 + on.day - born) // 10000 < routine.check_from_age:
        return False
    if last is None:
        return True
    due = date(last // 10000 + 1, last // 100 % 100, min(last % 100, 28))
    return due <= on + timedelta(days=routine.check_window)


def _is_workday(day: date) -> bool:
    try:
        import chinese_calendar  # type: ignore[import-untyped]

        return bool(chinese_calendar.is_workday(day))
    except (ImportError, NotImplementedError):
        # Not installed, or the holidays of that year are not published yet.
        return day.weekday() < 5
