"""A made-up past for the demo county: a year of results of five agencies; one assessor finds many severe cases.

Only people whose ability the registers know are taken, with the very level that stands there, so file and certificate
agree. Set-based, and by the database's own steps. Everything hangs on keys: the same county is the same each time.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from yiyang.access import secrets
from yiyang.access.scope import Scope, platform
from yiyang.accounts.models import User
from yiyang.areas.logic import span
from yiyang.assessment import actions, filling, former, scales, steps
from yiyang.assessment.instrument import Instrument
from yiyang.assessment.models import Assessor, FormerResult
from yiyang.assessment.rules import plus_months, rules
from yiyang.assessment.scales import Scored
from yiyang.audit.record import work
from yiyang.registry.models import Person

REASON = "演示数据"
GB = "gbt_42195_2022"
SQL = Path(__file__).parent / "sql" / "demo_past.sql"
# Results of agencies for the whole county, and of each that serves one town.
COUNTYWIDE, IN_TOWN = 220, 40
FORMER, SEVERE, DAYS = 40, 3, 330
# A seed that nobody drew anywhere: what a real one looks like stands on the page.
SEED = ("03 11 17 22 28 30 + 05", "演示用的号码，不是真实开奖结果")
# Two reasons to raise a level: another reading of the standard says something else of these.
DEMENTED_AND_FALLEN = {"A.4.1": "dementia", "A.2.14.1": "2"}
Pair = tuple[Assessor, Assessor]
Json = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """A filled form and what comes of it."""

    answers: dict[str, str]
    sealed: bytes
    scored: Scored


@dataclass(frozen=True)
class Past:
    """One assessment of the past: whom, how able he is, by which pair (the lead first), when it ended, which form."""

    person: int
    area: int
    level: int
    pair: Pair
    ended: datetime
    variant: int


def chance(text: str, below: int) -> int:
    """The same number below a bound for the same text, on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) % below


def make(county: int, countywide: Sequence[Pair], towns: Sequence[tuple[int, Pair]], officer: User) -> None:
    """The results of a year, a draw of the last month, some uses, and results of the former standard."""
    with work(platform(REASON)):
        people = _people(county)
        chosen = list(_chosen(people, countywide, towns))
        _insert(chosen, officer)
        _former([each for each in people if chance(f"former{each[0]}", 10) == 0][:FORMER])
    first = timezone.localdate().replace(day=1)
    by = Scope(officer.pk, officer.name, request="demo", is_self=True)
    if any(timezone.localtime(each.ended).date() >= _month_before(first) for each in chosen):
        with work(by):
            month = f"{_month_before(first):%Y-%m}"
            actions.draw(by=by, area=county, month=month, seed=SEED[0], seed_from=SEED[1])


def busiest(county: int, but: Iterable[int], most: int) -> list[int]:
    """The towns with most people whose ability is known, without some."""
    there = Counter(area - area % 1000 for _, area, _ in _people(county) if area % 10**6)
    return [town for town, _ in there.most_common() if town not in set(but)][:most]


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _people(county: int) -> list[tuple[int, int, int]]:
    """(key, area, level) of those whose ability is known, in an order that says nothing of them."""
    low, high = span(county)
    fact = _scale().fact
    stored = {value: level for level, value in fact.stored.items()} if fact else {}
    rows = Person.objects.filter(
        is_current=True, alive=1, merged_into=None, area_code__gte=low, area_code__lt=high, facts__ability__gte=0
    ).exclude(name="")
    found = ((key, area, stored[value]) for key, area, value in rows.values_list("pk", "area_code", "facts__ability"))
    # Who asks for an assessment is seldom well.
    asking = (each for each in found if each[2] or chance(f"asks{each[0]}", 5) == 0)
    return sorted(asking, key=lambda each: chance(str(each[0]), 1 << 40))[: 20 * (COUNTYWIDE + FORMER)]


def _scale() -> Instrument:
    return scales.current(GB, timezone.localdate())


def _chosen(
    people: list[tuple[int, int, int]], countywide: Sequence[Pair], towns: Sequence[tuple[int, Pair]]
) -> Iterable[Past]:
    taken: set[int] = set()
    for town, pair in towns:
        there = [each for each in people if each[1] - each[1] % 1000 == town and each[0] not in taken][:IN_TOWN]
        taken |= {each[0] for each in there}
        yield from (_past(each, pair) for each in there)
    rest = [each for each in people if each[0] not in taken][:COUNTYWIDE]
    for number, each in enumerate(rest):
        # One agency works for the hospital: most of the severe are his.
        is_hard = each[2] >= SEVERE and chance(f"hard{each[0]}", 3) > 0
        yield _past(each, countywide[-1 if is_hard else number % len(countywide)], swapped=not is_hard)


def _past(each: tuple[int, int, int], pair: Pair, *, swapped: bool = True) -> Past:
    key, area, level = each
    lead, second = pair if not swapped or chance(f"lead{key}", 2) else pair[::-1]
    # Some end soon: they stand on the list of what falls due.
    ago = 335 + chance(f"soon{key}", 20) if chance(f"due{key}", 40) == 0 else 25 + chance(f"day{key}", DAYS - 25)
    day = timezone.localdate() - timedelta(days=ago)
    at = time(9 + chance(f"hour{key}", 8), chance(f"minute{key}", 60))
    ended = timezone.make_aware(datetime.combine(day, at))
    return Past(key, area, level, (lead, second), ended, chance(f"form{key}", 1 << 16))


def _readings() -> dict[int, list[Reading]]:
    """Forms by the level that comes of them: the first items at their worst, more and more of them."""
    scale, found = _scale(), dict[int, list[Reading]]()
    parts = [item for part in scale.parts for item in part.items]
    nothing = {item.code: item.options[0].value for item in scale.circumstances}
    for worst, depth in product(range(len(parts) + 1), (1, 2, 9)):
        answers = {
            item.code: item.options[min(depth, len(item.options) - 1) if place < worst else 0].value
            for place, item in enumerate(parts)
        }
        answers |= nothing | (DEMENTED_AND_FALLEN if worst % 4 == 3 else {})
        scored = scales.score(scale, answers)
        sealed = secrets.seal(json.dumps(answers, ensure_ascii=False), "assessment_form.answers")
        found.setdefault(scored.level, []).append(Reading(scales.tidy(scale, answers), sealed, scored))
    return found


def _insert(chosen: list[Past], officer: User) -> None:
    """Requests, taken through every step; forms, signatures, checks, results, some uses."""
    readings, watched = _readings(), list(rules().immediate.facts)
    forms = [readings[each.level][each.variant % len(readings[each.level])] for each in chosen]
    rows = [_row(past, form, officer) for past, form in zip(chosen, forms, strict=True)]
    words: Json = {"rows": json.dumps(rows), "name": officer.name, "officer": officer.pk, "watched": watched}
    begin, *rest = SQL.read_text(encoding="utf-8").split("\n-- next\n")
    with connection.cursor() as cursor, steps.said(REASON):
        cursor.execute(begin, words)
        cursor.execute("SELECT n, number FROM demo_past ORDER BY n")
        numbers = [number for _, number in cursor.fetchall()]
        prints = [
            filling.print_of(number, GB, form.scored.version, form.answers)
            for number, form in zip(numbers, forms, strict=True)
        ]
        words |= {"prints": prints, "sealed": [form.sealed for form in forms]}
        for statement in rest:
            cursor.execute(statement, words)


def _row(past: Past, form: Reading, officer: User) -> Json:
    lead, second = past.pair
    on = timezone.localtime(past.ended).date()
    return {
        "person": past.person, "area": past.area, "agency": lead.agency_id, "lead": lead.pk, "second": second.pk,
        "ended": past.ended.isoformat(), "minutes": 22 + past.variant % 30, "version": form.scored.version,
        "level": form.scored.level, "level_by_points": form.scored.level_by_points, "points": form.scored.points,
        "parts": form.scored.parts, "rules": form.scored.rules, "on_day": on.isoformat(),
        "valid_from": rules().counts_as_of(on).isoformat(),
        "valid_to": plus_months(on, rules().months_of(GB)).isoformat(),
        "used": ("nursing_subsidy", "home_bed", "long_term_care_insurance", "")[past.variant % 4],
    }  # fmt: skip


def _former(people: list[tuple[int, int, int]]) -> None:
    """What agencies had found before the national standard."""
    scale, names = former.standards()[0], ("县老年服务中心", "县人民医院")
    FormerResult.objects.bulk_create(
        FormerResult(
            person_id=key, area_code=area, instrument=scale.id, version=scale.version, level=min(level, 3),
            assessed_on=date(2019 + chance(f"year{key}", 3), 1 + chance(f"month{key}", 12), 1 + chance(f"on{key}", 28)),
            agency=names[key % 2], number=f"旧-{number:04d}", kept_by_name=REASON,
        )
        for number, (key, area, level) in enumerate(people, 1)
    )  # fmt: skip
