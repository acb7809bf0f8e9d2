"""What a report makes of a visit, and what follows from it in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conftest import WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.entitlement.models import Unknown
from yiyang.visits import actions, observing, reporting
from yiyang.visits.models import Finding, Observation, Report, ReportFile, Wish
from yiyang.visits.tests.town import VILLAGE, again, in_need, report, scope, visit_of

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
WEBM = b"\x1aE\xdf\xa3" + bytes(16)


@pytest.fixture
def visitor(grant: Callable[..., Any]) -> Any:
    """春兰 visits in the village."""
    return scope(grant("春兰", "village_visitor", VILLAGE))


@pytest.fixture
def clerk(grant: Callable[..., Any]) -> Any:
    """爱华 is a clerk of its township."""
    return scope(grant("爱华", "township_clerk", ZHUYANG))


def test_a_visit_is_done_and_kept_with_its_answers(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    place = {"latitude": 30.74, "longitude": 107.2, "accuracy": 20}
    files = [reporting.File("photo", PNG), reporting.File("voice", WEBM)]
    made = report(visitor, visit, place=place, files=files)
    visit = again(visit)
    assert (visit.state, visit.done_on, visit.done_by_name) == ("done", timezone.localdate(), "春兰")
    assert (made.abnormal, made.place, json.loads(str(made.answers))["meals"]) == (False, "near", "fine")
    with work(visitor):
        assert sorted(ReportFile.objects.values_list("kind", "document__media_type")) == [
            ("photo", "image/png"), ("voice", "audio/webm"),
        ]  # fmt: skip


def test_what_is_wrong_becomes_findings_with_unit_and_severity(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    made = report(visitor, visit, answers={"fell": "hurt", "hazards": ["floor", "fire"], "other": "邻居送的饭"})
    assert made.abnormal
    with work(visitor):
        found = {each.kind: (each.severity, each.unit) for each in Finding.objects.filter(report=made)}
    assert found == {
        "fallen": ("urgent", "health"), "fire_risk": ("serious", "township"), "home_hazard": ("minor", "provider"),
    }  # fmt: skip


def test_a_call_does_not_count_where_somebody_is_to_be_visited_at_home(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person), counts=["home"])
    report(visitor, visit, means="phone")
    assert again(visit).state == "owed"
    assert "须上门" in again(visit).reason
    report(visitor, visit)
    assert again(visit).state == "done"


def test_nobody_met_leads_from_step_to_step_until_missing(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    steps = []
    for _ in range(3):
        report(visitor, visit, met=False)
        visit = again(visit)
        steps.append((visit.state, visit.tries, visit.next_step))
    assert steps == [("not_found", 1, "again"), ("not_found", 2, "neighbour"), ("not_found", 3, "contacts")]
    with work(visitor):
        missing = Finding.objects.get()
        assert (missing.kind, missing.severity, missing.unit) == ("missing", "urgent", "police")
    report(visitor, visit, means="neighbour")
    with work(visitor):
        assert again(visit).state == "done"
        assert "见到本人" in Finding.objects.get().words
        assert Finding.objects.get().state == "open"


def test_a_late_next_step_makes_the_person_missing(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    report(visitor, visit, met=False)
    with work(platform("test")):
        assert actions.late_steps(timezone.now()) == 0
        assert actions.late_steps(timezone.now() + timedelta(hours=7)) == 1
        assert actions.late_steps(timezone.now() + timedelta(hours=8)) == 0
        assert Finding.objects.get().kind == "missing"


def test_says_all_that_is_missing_from_a_report(visitor: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    with pytest.raises(UsageError) as caught:
        report(visitor, visit, answers={"meals": "", "mood": "glad", "unheard": "x"})
    assert [en for _, en in caught.value.problems] == [
        "meals: no answer", "mood: impossible answer", "there is no question unheard",
    ]  # fmt: skip
    for wrong in ({"ended_at": timezone.now() + timedelta(hours=2)}, {"means": "device"}):
        with pytest.raises(UsageError):
            report(visitor, visit, **wrong)
    assert again(visit).state == "owed"


def test_only_who_visits_there_reports(grant: Any, person: Any) -> None:
    visit = visit_of(in_need(person))
    with pytest.raises(PermissionDenied):
        report(scope(grant("保国", "village_visitor", WUMU)), visit)


def test_the_same_entry_is_one_report_and_another_one_is_told_who_was_first(
    visitor: Any, clerk: Any, person: Any
) -> None:
    visit, entry = visit_of(in_need(person)), uuid4()
    first = report(visitor, visit, entry=entry)
    assert report(visitor, visit, entry=entry).pk == first.pk
    with pytest.raises(reporting.DoneAlready) as caught:
        report(clerk, visit, means="phone", entry=uuid4())
    assert caught.value.report.pk == first.pk
    assert report(clerk, visit, means="phone", entry=uuid4(), beside=True).pk != first.pk


def test_what_was_seen_waits_for_a_clerk_who_makes_it_a_fact(visitor: Any, clerk: Any, person: Any) -> None:
    elder = in_need(person)
    report(visitor, visit_of(elder), answers={"living_arrangement": "with_family"})
    with work(clerk):
        seen = Observation.objects.get()
        assert (seen.fact, seen.stated, seen.value, seen.state) == ("living_arrangement", 1, 0, "waiting")
        actions.confirm(by=clerk, observation=seen)
        with pytest.raises(UsageError):
            actions.refuse(by=clerk, observation=seen, words="不")
    assert again(seen).state == "confirmed"
    with work(visitor), pytest.raises(PermissionDenied):
        actions.confirm(by=visitor, observation=seen)


def test_an_unknown_fact_that_was_asked_on_the_way_waits_for_a_clerk(visitor: Any, person: Any) -> None:
    from yiyang.cases.tests.town import a_run

    elder = in_need(person, facts={"living_arrangement": 1})
    with work(platform("test")):
        run = a_run()
        type(run).objects.filter(pk=run.pk).update(state="in_force")
        Unknown.objects.create(run=run, person=elder.pk, fact="lonely", items=1, area_code=elder.area_code)
        assert observing.unknowns_of([elder.pk]) == {elder.pk: ["lonely"]}
    report(visitor, visit_of(elder), answers={"lonely": "yes"})
    with work(platform("test")):
        found = Unknown.objects.get()
        assert (found.state, found.value) == ("asked", 1)


def test_a_wish_stands_once_until_it_is_done(visitor: Any, clerk: Any, person: Any) -> None:
    elder = in_need(person)
    for number in (1, 2):
        report(visitor, visit_of(elder, number=number), answers={"wishes": ["meals", "bed"]})
    with work(clerk):
        assert sorted(Wish.objects.values_list("kind", flat=True)) == ["institution", "meal_service"]
        wish = Wish.objects.get(kind="meal_service")
        actions.settle_wish(by=clerk, wish=wish, outcome="已联系送餐点")
        with pytest.raises(UsageError):
            actions.settle_wish(by=clerk, wish=wish, outcome="再办")


def test_a_report_is_never_changed(visitor: Any, person: Any) -> None:
    from django.db import DatabaseError, transaction

    made = report(visitor, visit_of(in_need(person)))
    with work(visitor), pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=made.pk).update(met=False)


def test_a_visit_without_a_plan_is_made_and_reported(visitor: Any, person: Any) -> None:
    elder = in_need(person)
    with work(visitor):
        first = actions.unplanned(by=visitor, person=elder)
        second = actions.unplanned(by=visitor, person=elder)
    assert (first.number, second.number) == (1, 2)
    report(visitor, second, means="phone")
    assert again(second).state == "done"


def test_a_visit_is_moved_with_its_consequences_said(grant: Any, clerk: Any, person: Any) -> None:
    from yiyang.visits.tests.town import named

    usual, other = grant("春兰", "village_visitor", VILLAGE), grant("保国", "village_visitor", VILLAGE)
    named(usual)
    today = timezone.localdate()
    visit = visit_of(in_need(person), last=today + timedelta(days=3))
    with work(clerk):
        said = actions.move(by=clerk, visit=visit, visitor=other, on=today + timedelta(days=1), reason="约好了")
        assert "不是平时的探访员" in said
        with pytest.raises(UsageError):
            actions.move(by=clerk, visit=visit, visitor=other, on=today + timedelta(days=9), reason="约好了")
        actions.excuse(by=clerk, visit=visit, reason="住院")
        with pytest.raises(UsageError):
            actions.move(by=clerk, visit=visit, visitor=other, on=today, reason="约好了")
    assert (again(visit).state, again(visit).reason) == ("excused", "住院")


def test_signs_of_life_stand_for_a_visit_where_policy_lets_them(person: Any) -> None:
    from yiyang.visits.models import SignOfLife

    today, elder = timezone.localdate(), in_need(person)
    first = today - timedelta(days=10)
    words = {"first": first, "last": today - timedelta(days=1), "month": f"{first:%Y-%m}"}
    by_device = visit_of(elder, number=2, counts=["home", "device"], **words)
    at_home = visit_of(elder, number=1, counts=["home"], **words)
    with work(platform("test")):
        for day in range(1, 10):
            SignOfLife.objects.create(
                person=elder, source="设备", key=str(day), kind="motion", at=timezone.now() - timedelta(days=day)
            )
        assert actions.count_signs(today) == 1
        assert actions.miss(today) == 1
    assert (again(by_device).state, again(at_home).state) == ("done", "missed")
