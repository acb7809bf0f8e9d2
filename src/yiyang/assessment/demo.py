"""Made-up agencies, assessors and requests in every state for the demo county, through the very actions of the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.utils import timezone

from yiyang.access.scope import Scope, platform
from yiyang.accounts.models import Grant, User
from yiyang.areas.logic import span
from yiyang.areas.models import Area
from yiyang.assessment import agency_actions, checking, demo_past, filling, objecting, planning, requesting
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Agency, Assessor, Request, Result
from yiyang.assessment.scales import current
from yiyang.audit.record import work
from yiyang.registry.models import Person

REASON = "演示数据"
GB = "gbt_42195_2022"
BODIES = ("91511724MA6000001", "12511724MB6000002")
NAMES = ("康和评估中心", "人民医院评估科")
# Those that serve one town only.
TOWN_BODIES = ("91511724MA6000003", "52511724MJ6000004", "91511724MA6000005")
TOWN_NAMES = ("安心评估所", "夕阳红社会服务中心", "仁爱评估所")
# How far each request goes, in turn; None = all the way to a result.
STAGES = (None, "asked", None, "planned", None, "filled", "signed", None, "returned", "contested", None, "cancelled")
REQUESTS = 12
# Answers by how much help somebody needs: which option of each item, at most.
HELP = (0, 1, 0, 2, 1, 3)
# What is said of somebody awake, without coma, dementia or falls.
NOTHING = {"B.3.9": "2", "A.4.1": "none", "A.5.11": "no", **{f"A.2.14.{number}": "0" for number in range(1, 6)}}
# Beside the demo accounts: username, name, training.
OTHERS = (("秦永", "rehabilitation"), ("孔琼", "medical"))
TOWN_OTHERS = (
    (("毛文", "nursing"), ("尹秀", "social_work")),
    (("万英", "medical"), ("常军", "rehabilitation")),
    (("段芳", "nursing"), ("侯明", "social_work")),
)


def make(county: int) -> None:
    """Two agencies and some requests of people of a county. Does nothing where agencies are there already."""
    with work(platform(REASON)):
        if Agency.objects.exists() or not User.objects.filter(username="pinggu", is_demo=True).exists():
            return
        pairs = _agencies(county)
        people = _people(county)
        towns = demo_past.busiest(county, but=[pair[0].agency.seat_code for pair in pairs], most=len(TOWN_NAMES))
        local = [(town, _in_town(county, town, number)) for number, town in enumerate(towns)]
    demo_past.make(county, pairs, local, User.objects.get(username="xian"))
    for number, person in enumerate(people):
        _one(number, person, pairs[0 if number % 3 else 1], STAGES[number % len(STAGES)])


def _credit_code(body: str) -> str:
    pairs = zip(body, agency_actions.WEIGHTS, strict=True)
    total = sum(agency_actions.CHARACTERS.index(each) * weight for each, weight in pairs)
    return body + agency_actions.CHARACTERS[-total % 31]


def _agencies(county: int) -> list[tuple[Assessor, Assessor]]:
    """Both agencies, each with two who assess together."""
    by, today = platform(REASON), timezone.localdate()
    area = Area.objects.get(code=county)
    towns = Area.objects.filter(parent=area, level="town", valid_to=None).order_by("code")
    seats = list(towns.values_list("code", flat=True)[:2])
    days = _days(today)
    made = []
    for number, (name, body) in enumerate(zip(NAMES, BODIES, strict=True)):
        agency = agency_actions.keep_agency(
            by=by, agency=Agency(), area=county, seat=seats[number], related=[], name=area.name + name, a_month=200,
            credit_code=_credit_code(body), licence=f"PG-{number + 1:03d}", sells_care=bool(number), **days,
        )  # fmt: skip
        named = (
            [("pinggu", "social_work"), ("pinggu2", "nursing")] if number == 0 else _accounts(agency, area, "b", OTHERS)
        )
        made.append(_pair(by, agency, named, f"HG-{number}"))
    return made


def _days(today: date) -> dict[str, date]:
    return {"valid_from": today - timedelta(days=400), "valid_to": today + timedelta(days=700)}


def _in_town(county: int, town: int, number: int) -> tuple[Assessor, Assessor]:
    """A small agency that serves one town; the qualification of the first one's assessors ends soon."""
    by, today, area = platform(REASON), timezone.localdate(), Area.objects.get(code=town)
    days = _days(today)
    agency = agency_actions.keep_agency(
        by=by, agency=Agency(), area=town, seat=town, related=[], name=area.name + TOWN_NAMES[number], a_month=40,
        credit_code=_credit_code(TOWN_BODIES[number]), licence=f"PG-{number + 3:03d}", sells_care=number == 1, **days,
    )  # fmt: skip
    named = _accounts(agency, area, "cde"[number], TOWN_OTHERS[number])
    days |= {"valid_to": today + timedelta(days=40)} if number == 0 else {}
    return _pair(by, agency, named, f"HG-{number + 2}", **days)


def _accounts(agency: Agency, area: Area, letter: str, people: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Accounts of assessors; nobody logs in to them. Username and training of each."""
    today, found = timezone.localdate(), []
    for place, (name, training) in enumerate(people, 1):
        user = User.objects.create(
            username=f"pinggu-{letter}{place}", name=name, area=area, password=make_password(None), is_demo=True,
            must_change_password=False, unit=f"{agency.name}（演示）",
        )  # fmt: skip
        ends = today + timedelta(days=700)
        Grant.objects.create(user=user, role="assessor", area=area, starts=today, ends=ends, reason=REASON)
        found.append((user.username, training))
    return found


def _pair(
    by: Scope, agency: Agency, named: Sequence[tuple[str, str]], certificate: str, **days: date
) -> tuple[Assessor, Assessor]:
    days = days or _days(timezone.localdate())
    found = [
        agency_actions.keep_assessor(
            by=by, assessor=Assessor(agency=agency), username=username, training=training,
            certificate=f"{certificate}{place}", a_week=40, **days,
        )
        for place, (username, training) in enumerate(named)
    ]  # fmt: skip
    return found[0], found[1]


def _people(county: int) -> list[Person]:
    """Elders whose ability nobody knows; the same ones each time."""
    low, high = span(county)
    here = Person.objects.filter(is_current=True, alive=1, merged_into=None, area_code__gte=low, area_code__lt=high)
    old = here.filter(birth_date__lt=(timezone.localdate().year - 75) * 10_000).exclude(name="")
    return list(
        old.filter(Q(facts__ability=None) | Q(facts__ability__isnull=True)).order_by("area_code", "pk")[:REQUESTS]
    )


def _one(number: int, person: Person, pair: tuple[Assessor, Assessor], stage: str | None) -> None:
    """One request as far as it goes, each step by who takes it."""
    officer, clerk = (_as(User.objects.get(username=name)) for name in ("xian", "xiang"))
    with work(clerk):
        request = requesting.ask(
            by=clerk, person=person, instrument=GB, channel=Request.Channel.TOWNSHIP, purposes=["nursing_subsidy"],
            reason="入户走访时发现需要照料",
        )  # fmt: skip
    if stage == "asked":
        return
    if stage == "cancelled":
        with work(clerk):
            requesting.cancel(by=clerk, request=request, reason="老人已去外地与子女同住")
        return
    is_to_come = stage == "planned"
    with work(officer):
        appointed = timezone.make_aware(datetime.combine(_next_day(number), time(9 + number % 7)))
        appointed = appointed if is_to_come else _today(_ended(number) - timedelta(minutes=50))
        lead, second = pair
        planning.plan(by=officer, request=request, agency=lead.agency, lead=lead, second=second, appointed=appointed)
    if not is_to_come:
        _assessed(number, request, pair, officer, clerk, stage)


def _assessed(
    number: int, request: Request, pair: tuple[Assessor, Assessor], officer: Scope, clerk: Scope, stage: str | None
) -> None:
    lead, second = (_as(each.user) for each in pair)
    ended = _ended(number)
    answers = _answers(current(GB, timezone.localdate()), HELP[number % len(HELP)])
    with work(lead):
        form = filling.file_form(
            by=lead, request=request, answers=answers, began_at=ended - timedelta(minutes=40), ended_at=ended
        )
        filling.sign(by=lead, form=form)
    if stage == "filled":
        return
    with work(second):
        filling.sign(by=second, form=form)
    if stage == "signed":
        return
    with work(officer):
        if stage == "returned":
            checking.check(by=officer, form=form, passed=False, words="第 5 项与第 8 项的回答不一致，请核实后重填。")
            return
        checking.check(by=officer, form=form, passed=True, words="抽看录像，与表一致。")
    if stage == "contested":
        with work(clerk):
            result = Result.objects.get(request=request)
            objecting.object_to(by=clerk, result=result, reason="家属认为评估当天老人状态比平时好。")


def _answers(scale: Instrument, most: int) -> dict[str, str]:
    """Every item answered, with more help needed the higher `most`."""
    return dict(_chosen(scale, most))


def _chosen(scale: Instrument, most: int) -> Iterator[tuple[str, str]]:
    for place, item in enumerate(item for part in scale.parts for item in part.items):
        worse = min(most if place % 3 else most // 2, len(item.options) - 1)
        yield item.code, item.options[worse].value
    for code in scale.items:
        if code in NOTHING:
            yield code, NOTHING[code]


def _ended(number: int) -> datetime:
    """When the assessment of one of them was done: just now."""
    return timezone.now() - timedelta(minutes=30 + number)


def _today(at: datetime) -> datetime:
    """The hour of a moment, or midnight where that was yesterday: nothing is appointed for a day that is past."""
    return max(timezone.localtime(at), timezone.localtime().replace(hour=0)).replace(minute=0, second=0, microsecond=0)


def _next_day(number: int) -> date:
    """A working day from tomorrow on, a few a day."""
    day = timezone.localdate() + timedelta(days=1 + number // 6)
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def _as(user: User) -> Scope:
    """The platform's own hand under somebody's name: what it writes is his."""
    return Scope(user.pk, user.name, request="demo", is_self=True)
