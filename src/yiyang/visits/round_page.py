"""A visitor's day on one page: a small map, the stops in their order with directions, call buttons, and the form.

For whoever has no app: everything is made on the server, in large type.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from yiyang.access.scope import acting, current, platform
from yiyang.access.web import page
from yiyang.areas.logic import find, span
from yiyang.audit.record import record
from yiyang.base.errors import UsageError, YiyangError
from yiyang.catalog.facts import load_facts
from yiyang.engine.facts import as_int, years_since
from yiyang.registry.models import Person
from yiyang.visits import actions, away, form, observing, plan_tables, reporting, words
from yiyang.visits.lists import WAITING, clock, visits
from yiyang.visits.models import Means, Post, Visit
from yiyang.visits.planning.places import Centres, centres, households
from yiyang.visits.policy import load_visits
from yiyang.visits.round_map import Stop, drawn, said, way
from yiyang.visits.workbench import crumbs

RIGHT = "visit.do"
COUNTY = 10**6
DETOUR_URBAN, DETOUR_RURAL = 1.25, 1.41
PHOTO, PHOTOS = 8 << 20, 3


@page(RIGHT)
def my_round(request: HttpRequest) -> HttpResponse:
    """Today's round, or that of another day."""
    on, by = _day(request), current()
    rows = _rows(by.user or 0, on)
    record("search", what="visits:round", detail={"on": on.isoformat()})
    for row in rows:
        # Address and telephone stand there in full: without them nobody can be visited.
        record("reveal", what=f"visit:{row.pk}", person=row.person_id, area=row.area_code, reason="当日探访")
    rows, calls = doors_and_calls(rows)
    stops, seat = _placed(rows, by.user or 0)
    context = {
        "title": f"{on.month}月{on.day}日的探访" if on != timezone.localdate() else "今天的探访",
        "lead": _lead(rows, calls),
        "map": drawn(seat, [stop for stop in stops if stop]),
        "cards": _cards(rows, stops, seat, on),
        "calls": [_card(number, row, "", on) for number, row in enumerate(calls, 1)],
        "on": on,
        "days": [on - timedelta(days=1), on + timedelta(days=1)],
        "next": _next(by.user or 0, on),
    }
    return render(request, "visits/round.html", context)


def doors_and_calls(rows: list[Visit]) -> tuple[list[Visit], list[Visit]]:
    """Where he goes, and whom he calls. Who did not answer is among those to go to."""
    calls = [row for row in rows if row.means != Means.HOME and not row.next_step]
    return [row for row in rows if row not in calls], calls


def _lead(rows: list[Visit], calls: list[Visit]) -> str:
    """How many doors and how many calls, and what is done of them."""
    said = [
        f"{word} {len(some)} {unit}，已完成 {sum(row.state == Visit.State.DONE for row in some)} {unit}"
        for word, unit, some in (("上门", "户", rows), ("电话", "个", calls))
        if some
    ]
    return "；".join(said) + "。" if said else ""


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()


def _rows(user: int, on: date) -> list[Visit]:
    """What is to be done on a day, in its order, and what was done then already."""
    is_today = on == timezone.localdate()
    # Of today also what is late; of another day only what lies on it.
    open_ones = [row for row in actions.round_of(user, on, on) if is_today or row.on == on]
    done = visits().filter(state=Visit.State.DONE, on=on, visitor=user).order_by("turn", "pk")
    return sorted(
        [*done, *open_ones], key=lambda row: (row.state != Visit.State.NOT_FOUND, row.at or 0, row.turn or 99, row.pk)
    )


def _next(user: int, on: date) -> date | None:
    """The next day with anything to do."""
    rows = Visit.objects.filter(visitor=user, on__gt=on, state=Visit.State.PLANNED)
    found: date | None = rows.order_by("on").values_list("on", flat=True).first()
    return found


@lru_cache(maxsize=64)
def _middles(villages: tuple[int, ...]) -> Centres:
    urban = [plan_tables.is_urban(code) for code in villages]
    return centres(villages, urban, {}, plan_tables.border(villages[0]), seed=1)


def _placed(rows: list[Visit], user: int) -> tuple[list[Stop | None], tuple[float, float] | None]:
    """Where the stops lie (made up where nobody stated it), and the visitor's seat."""
    placed = [row for row in rows if row.area_code > 0]
    if not placed:
        return [None] * len(rows), None
    low, high = span(placed[0].area_code // COUNTY * COUNTY)
    with acting(platform("探访路线")):
        held = list(
            Post.objects.filter(ends=None, area_code__gte=low, area_code__lt=high).values_list("area_code", "visitor")
        )
    codes = tuple(sorted({code for code, _ in held} | {row.area_code for row in placed if low <= row.area_code < high}))
    middles, here = _middles(codes), [row for row in placed if row.area_code in codes]
    urban = [plan_tables.is_urban(row.area_code) for row in here]
    homes = [row.person.household or row.person_id for row in here]
    lon, lat = households([row.area_code for row in here], homes, urban, middles, 1)
    where = {row.pk: (float(x), float(y)) for row, x, y in zip(here, lon, lat, strict=True)}
    own = next((code for code, visitor in held if visitor == user), here[0].area_code if here else 0)
    seat = (middles.lon[own], middles.lat[own]) if own in middles.lon else None
    return [
        Stop(number, row.person.name, *where[row.pk], row.state == Visit.State.DONE) if row.pk in where else None
        for number, row in enumerate(rows, 1)
    ], seat


def _cards(
    rows: list[Visit], stops: list[Stop | None], seat: tuple[float, float] | None, on: date
) -> list[dict[str, Any]]:
    found, here = [], seat
    for number, (row, stop) in enumerate(zip(rows, stops, strict=True), 1):
        there = (stop.lon, stop.lat) if stop else None
        found.append(_card(number, row, _directions(here, there, row), on))
        here = there or here
    return found


def _directions(here: tuple[float, float] | None, there: tuple[float, float] | None, row: Visit) -> str:
    if not here or not there:
        return ""
    if here == there:
        return "与上一位同一户"
    wind, metres = way(here, there, DETOUR_URBAN if plan_tables.is_urban(row.area_code) else DETOUR_RURAL)
    return f"向{wind}约 {said(metres)}"


def _contacts(person: Person) -> list[tuple[str, str, str]]:
    """Whom to call besides, two at most: name, relation, telephone."""
    rows = person.contacts.filter(ended_at=None)
    return [(each.name, each.relation, "".join(each.phone)) for each in rows if each.phone][:2]


def _card(number: int, row: Visit, directions: str, on: date) -> dict[str, Any]:
    person, policy = row.person, load_visits()
    step = policy.not_met.get(row.next_step)
    area, address = find(row.area_code), "".join(person.address) if person.address else ""
    return {
        "number": number,
        "visit": row,
        "at": clock(row.at),
        "age": years_since(person.birth_date, as_int(on)) if person.birth_date else None,
        "groups": words.groups_word(row.groups),
        "village": area.name if area and area.name not in address else "",
        "address": address,
        "phone": "".join(person.phone) if person.phone else "",
        "contacts": _contacts(person),
        "directions": directions,
        "step": step.zh if step else "",
        "is_done": row.state == Visit.State.DONE,
        "is_late": row.on is not None and row.on < on,
    }  # fmt: skip


@page(RIGHT, also=("visit.plan",))
def report(request: HttpRequest, key: int) -> HttpResponse:
    """The form of a visit on one long page, for those without the app and for calls made at a desk."""
    visit: Visit = get_object_or_404(visits(), pk=key)
    if visit.state not in (*WAITING, Visit.State.MISSED):
        messages.error(request, "这次探访已经办结。")
        return redirect("visits:visit", key)
    asks = observing.unknowns_of([visit.person_id]).get(visit.person_id, [])
    facts, today = away.facts_of(visit.person), as_int(timezone.localdate())
    made = form.form_for(load_visits(), facts, today, load_facts(), counts=visit.counts, asks=asks)
    record("read", what=f"visit:{visit.pk}", person=visit.person_id, area=visit.area_code, detail={"form": "report"})
    answers, problems = _given(made, request), []
    if request.method == "POST":
        try:
            _report(request, visit, answers)
        except YiyangError as error:
            problems = [zh for zh, _ in error.problems] or [error.zh]
        else:
            return _answered(request, visit)
    context = {
        "visit": visit,
        "title": f"登记探访：{visit.person.name}",
        "lead": "按实际情况选；看不到的问题不用答。",
        "sections": _shown(made, answers),
        "problems": problems,
        "when": request.POST.get("when") or f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "crumbs": crumbs((visit.person.name, ""), ("登记探访", "")),
    }
    return render(
        request, "visits/report.html", context, status=422 if problems and getattr(request, "htmx", False) else 200
    )


def _answered(request: HttpRequest, visit: Visit) -> HttpResponse:
    visit.refresh_from_db()
    found = visit.reports.order_by("-pk").first()
    raised = list(found.findings.values_list("number", flat=True)) if found else []
    if raised:
        messages.warning(request, f"已登记；发现异常 {'、'.join(raised)}，已报乡镇（街道）派单。")
    elif visit.state == Visit.State.NOT_FOUND:
        step = load_visits().not_met.get(visit.next_step)
        messages.warning(request, f"已登记：未见到人。下一步：{step.zh if step else '继续联系'}。")
    else:
        messages.success(request, "已登记。")
    is_mine = current().may(RIGHT) and visit.visitor_id == current().user
    return redirect("visits:round") if is_mine else redirect("visits:visit", visit.pk)


def _given(made: form.Json, request: HttpRequest) -> dict[str, Any]:
    """The answers of a posted page, by question."""
    found: dict[str, Any] = {}
    for question in _questions(made):
        name = f"q-{question['id']}"
        if question["kind"] == "many":
            found[question["id"]] = request.POST.getlist(name)
        elif value := request.POST.get(name, "").strip():
            found[question["id"]] = value
    return {key: value for key, value in found.items() if value}


def _questions(made: form.Json) -> list[form.Json]:
    return [question for section in made["sections"] for question in section["questions"]]


def _shown(made: form.Json, answers: dict[str, Any]) -> list[form.Json]:
    """The form with what was answered so far; voice notes and signatures are for the telephone only."""
    return [
        {
            "title": section["title"],
            "questions": [
                question | {"given": answers.get(question["id"], []), "condition": _condition(question)}
                for question in section["questions"]
                if question["kind"] not in ("voice", "sign")
            ],
        }
        for section in made["sections"]
    ]  # fmt: skip


def _condition(question: form.Json) -> str:
    """question=a|b;question=c: what `visits.js` reads."""
    return ";".join(f"{each['question']}={'|'.join(each['in'])}" for each in question.get("shown_if", []))


def _report(request: HttpRequest, visit: Visit, answers: dict[str, Any]) -> None:
    form.require_said(load_visits(), answers, form.MET, form.MEANS)
    try:
        began = timezone.make_aware(datetime.fromisoformat(request.POST.get("when", "")))
    except ValueError:
        began = timezone.now()
    ended = max(began, min(began + timedelta(minutes=visit.minutes), timezone.now()))
    files = [reporting.File("photo", each.read()) for each in _photos(request)]
    reporting.report(
        by=current(), visit=visit, answers=_kept(answers), met=answers.get(form.MET) == "yes",
        means=str(answers.get(form.MEANS, "")), began_at=began, ended_at=ended, files=files,
    )  # fmt: skip


def _photos(request: HttpRequest) -> list[Any]:
    """The photos handed in. Raises UsageError for too many or too large ones: none is left out silently."""
    given = request.FILES.getlist("q-picture")
    large = [str(each.name) for each in given if (each.size or 0) > PHOTO]
    if len(given) > PHOTOS:
        raise UsageError(f"照片最多 {PHOTOS} 张，请去掉几张再交。", f"At most {PHOTOS} photos.")
    if large:
        raise UsageError(f"照片超过 {PHOTO >> 20} MB：{'、'.join(large)}。", f"Photos over {PHOTO >> 20} MB: {large}")
    return given


def _kept(answers: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answers.items() if key != "picture"}
