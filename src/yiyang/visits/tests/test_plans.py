"""A plan is made by a worker, checked, put in force as a whole; a day is planned anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conftest import WUMU, ZHUYANG
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.registry.models import Person
from yiyang.visits import actions, plan_actions, plan_making, plan_tables, tasks
from yiyang.visits.models import Absence, Plan, Stop, Visit
from yiyang.visits.tests.town import VILLAGE, again, in_need, named, scope

pytestmark = pytest.mark.django_db
NEXT = (timezone.localdate().replace(day=28) + timedelta(days=7)).strftime("%Y-%m")


@pytest.fixture
def town(grant: Callable[..., Any], person: Any) -> dict[str, Any]:
    """Two villages of 竹阳 with a visitor each, and six elders; 爱华 plans in the township."""
    users = {
        "first": grant("春兰", "village_visitor", VILLAGE),
        "second": grant("保国", "village_visitor", VILLAGE + 1),
    }
    named(users["first"], VILLAGE, skills=["nursing"])
    named(users["second"], VILLAGE + 1)
    people = [in_need(person, f"甲{n}", VILLAGE + n % 2, birth_date=19600101) for n in range(6)]
    return {"clerk": scope(grant("爱华", "township_clerk", ZHUYANG)), "users": users, "people": people}


def ordered(town: Any, **more: Any) -> Plan:
    with work(town["clerk"]):
        return plan_actions.order_plan(by=town["clerk"], area_code=ZHUYANG, month=NEXT, seconds=20, **more)


def made(town: Any) -> Plan:
    plan = ordered(town)
    tasks.make_plan.func(plan=plan.pk, user=town["clerk"].user, request="test")
    return again(plan)


def test_a_plan_is_made_and_put_in_force_as_a_whole(town: Any) -> None:
    plan = made(town)
    assert (plan.state, plan.problems, plan.figures["unserved"]) == ("ready", [], 0)
    with work(platform("test")):
        assert Stop.objects.filter(plan=plan).count() == 6
        assert not Visit.objects.exclude(visitor=None).exists()
    with work(town["clerk"]):
        assert plan_actions.put_in_force(by=town["clerk"], plan=plan) == 6
    with work(platform("test")):
        for visit in Visit.objects.all():
            usual = town["users"]["first" if visit.area_code == VILLAGE else "second"]
            assert (visit.state, visit.visitor_id) == ("planned", usual.pk)
            assert visit.first <= visit.on <= visit.last


def test_a_household_is_one_door(town: Any, tmp_path: Path) -> None:
    one, other, neighbour = (each.pk for each in town["people"][0::2])
    with work(platform("test")):
        Person.objects.filter(pk__in=[one, other]).update(household=77)
    ordered(town)
    low, first = ZHUYANG, date.fromisoformat(f"{NEXT}-01")
    with work(platform("test")):
        problem = plan_tables.month_problem(low, low + 1000, NEXT, first, first + timedelta(days=27), tmp_path)
    doors = {row["person"]: (row["lon"], row["lat"]) for row in problem.visits.to_pylist()}
    assert doors[one] == doors[other] != doors[neighbour]


def test_a_job_that_was_killed_is_made_again_and_nothing_is_doubled(town: Any, monkeypatch: Any) -> None:
    plan = ordered(town)

    def die(*given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(plan_making, "_finish", die)
        with pytest.raises(SystemExit):
            tasks.make_plan.func(plan=plan.pk, user=None, request="test")
    assert (again(plan).state, again(plan).stops.count()) == ("running", 0)
    for _ in range(2):
        tasks.make_plan.func(plan=plan.pk, user=None, request="test")
    with work(platform("test")):
        assert (Plan.objects.get().state, Stop.objects.count()) == ("ready", 6)


def test_a_promise_that_cannot_be_kept_is_named_and_the_visit_is_owed_still(town: Any, person: Any) -> None:
    skilled = {"living_arrangement": 1, "ability": 3}
    hard = in_need(person, "难", VILLAGE + 1, facts=skilled, birth_date=19600101)
    with work(platform("test")):
        from yiyang.visits.models import Post

        Post.objects.filter(area_code=VILLAGE).update(skills=[])
    plan = made(town)
    assert {each["person"] for each in plan.problems} == {hard.pk}
    assert all(each["zh"] and each["promise"] for each in plan.problems)
    with work(town["clerk"]):
        plan_actions.put_in_force(by=town["clerk"], plan=plan)
        left = Visit.objects.filter(person=hard, means="home")
        assert left
        assert all(each.state == "owed" and each.reason for each in left)
        # Calls need no skill: they are made all the same.
        assert {each.state for each in Visit.objects.filter(person=hard).exclude(means="home")} == {"planned"}


def test_a_plan_says_why_it_cannot_be_ordered(town: Any, grant: Any) -> None:
    by = town["clerk"]
    with work(by):
        for wrong in ({"month": "2020-01"}, {"area_code": WUMU}, {"seconds": 1}, {"area_code": VILLAGE}):
            words = {"by": by, "area_code": ZHUYANG, "month": NEXT, "seconds": 20} | wrong
            with pytest.raises((UsageError, PermissionDenied)):
                plan_actions.order_plan(**words)
    ordered(town)
    with pytest.raises(UsageError, match="being made"):
        ordered(town)


def test_a_plan_dropped_or_ordered_by_somebody_who_lost_the_right_has_no_effect(town: Any) -> None:
    plan = ordered(town)
    with work(town["clerk"]):
        plan_actions.drop_plan(by=town["clerk"], plan=plan)
        with pytest.raises(UsageError):
            plan_actions.put_in_force(by=town["clerk"], plan=plan)
    tasks.make_plan.func(plan=plan.pk, user=None, request="test")
    assert again(plan).state == "dropped"
    other = ordered(town)
    tasks.make_plan.func(plan=other.pk, user=town["users"]["first"].pk, request="test")
    assert again(other).state == "failed"
    with work(town["clerk"]):
        plan_actions.again(by=town["clerk"], plan=other)
    tasks.make_plan.func(plan=other.pk, user=None, request="test")
    assert again(other).state == "ready"


def test_what_a_plan_had_placed_on_days_that_passed_before_it_was_put_in_force_is_owed_still(town: Any) -> None:
    plan = made(town)
    with work(platform("test")):
        late = Stop.objects.filter(plan=plan).order_by("pk").first()
        assert late is not None
        Stop.objects.filter(pk=late.pk).update(on=timezone.localdate() - timedelta(days=1))
    with work(town["clerk"]):
        assert plan_actions.put_in_force(by=town["clerk"], plan=plan) == 5
    with work(platform("test")):
        left = Visit.objects.get(pk=late.visit_id)
    assert (left.state, left.visitor_id, left.on) == ("owed", None, None)
    assert "已过" in left.reason


def test_a_newer_plan_takes_the_place_of_the_one_before(town: Any) -> None:
    first, second = made(town), None
    with work(town["clerk"]):
        plan_actions.put_in_force(by=town["clerk"], plan=first)
    second = made(town)
    with work(town["clerk"]):
        plan_actions.put_in_force(by=town["clerk"], plan=second)
    assert (again(first).state, again(second).state) == ("dropped", "in_force")


def test_what_somebody_cannot_do_on_a_day_others_do_or_it_gets_another_day(town: Any) -> None:
    plan = made(town)
    with work(town["clerk"]):
        plan_actions.put_in_force(by=town["clerk"], plan=plan)
        visit = Visit.objects.filter(visitor=town["users"]["first"])[0]
        there = Visit.objects.filter(visitor=town["users"]["first"], on=visit.on).count()
        Absence.objects.create(visitor=town["users"]["first"], first=visit.on, last=visit.on, noted_by_name="爱华")
        found = actions.replan(by=town["clerk"], visitor=town["users"]["first"], on=visit.on)
        assert found.moved + found.left == there
        assert not Visit.objects.filter(visitor=town["users"]["first"], on=visit.on, state="planned").exists()
        with pytest.raises(UsageError):
            actions.replan(by=town["clerk"], visitor=town["users"]["first"], on=visit.on)


def test_the_round_holds_what_is_planned_and_what_nobody_planned_in_the_village(town: Any) -> None:
    today = timezone.localdate()
    with work(platform("test")):
        mine, theirs = (
            Visit.objects.create(
                person=town["people"][n], area_code=VILLAGE + n, month=f"{today:%Y-%m}", cause="follow", first=today,
                last=today, counts=["home"],
            )
            for n in (0, 1)
        )  # fmt: skip
        round_ = actions.round_of(town["users"]["first"].pk, today, today)
        assert [each.pk for each in round_] == [mine.pk]
        Visit.objects.filter(pk=theirs.pk).update(state="planned", on=today, second=town["users"]["first"])
        assert {each.pk for each in actions.round_of(town["users"]["first"].pk, today, today)} == {mine.pk, theirs.pk}
