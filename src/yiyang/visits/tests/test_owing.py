"""Who is owed a visit: in a few statements, twice is once, and nobody is dropped without a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conftest import DAZHU, WUMU
from yiyang.access.scope import platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.catalog.facts import load_facts
from yiyang.engine.reference import holds
from yiyang.visits import actions, owing
from yiyang.visits.away import facts_of
from yiyang.visits.conditions_sql import condition_sql
from yiyang.visits.models import Visit
from yiyang.visits.owing_sql import month_days
from yiyang.visits.policy import condition, load_visits
from yiyang.visits.tests.town import VILLAGE, in_need, named, scope

pytestmark = pytest.mark.django_db
MONTH, FIRST = "2026-12", date(2026, 12, 1)


def owe(by: Any, month: str = MONTH, start: date = FIRST) -> owing.Owed:
    with work(by):
        return owing.owe(by=by, area_code=DAZHU, month=month, start=start)


@pytest.fixture
def officer(grant: Any) -> Any:
    """爱华 plans in the county."""
    return scope(grant("爱华", "county_officer", DAZHU))


def is_turn(person: Any, every: int, after: int = 0) -> bool:
    """Whether somebody's month to be seen at home has come, `after` months after MONTH."""
    return (person.pk + FIRST.year * 12 + FIRST.month + after) % every == 0


def visits(person: Any) -> list[Visit]:
    with work(platform("test")):
        return list(Visit.objects.filter(person=person).order_by("number"))


def test_owes_each_group_one_visit_a_month_and_twice_is_once(officer: Any, person: Any) -> None:
    alone = in_need(person, birth_date=19600101)
    family = person("与家人", VILLAGE, is_current=True, facts={"living_arrangement": 0})
    assert owe(officer).new == 1
    assert owe(officer).new == 0
    [found] = visits(alone)
    assert (found.cause, found.state, found.first, found.last) == ("monthly", "owed", *month_days(MONTH))
    assert found.counts == (["home"] if is_turn(alone, 3) else ["home", "phone", "neighbour"])
    assert found.groups == ["living_alone"]
    assert visits(family) == []


def test_owes_more_by_risk_in_parts_of_the_month_and_some_at_home(officer: Any, person: Any) -> None:
    old = in_need(person, birth_date=19400101)
    owe(officer)
    first, second = visits(old)
    assert (first.cause, first.counts, first.last) == ("monthly", ["home"], date(2026, 12, 15))
    assert (second.cause, second.first) == ("risk", date(2026, 12, 16))
    assert "device" in second.counts
    assert second.gap == load_visits().defaults.gap


def test_takes_the_strictest_of_all_rules_that_hold(officer: Any, person: Any) -> None:
    severe = {"living_arrangement": 1, "ability": 3, "disability_kind": 6, "disability_grade": 4}
    worst = in_need(person, birth_date=19400101, facts=severe, groups=["living_alone", "disabled"])
    owe(officer)
    found = visits(worst)
    assert len(found) == 4
    assert [each.counts == ["home"] for each in found] == [True, True, False, False]
    home, calls = found[:2], found[2:]
    assert all(each.minutes == 30 and each.needs_two and each.skills == ["nursing"] for each in home)
    # A call needs neither two nor somebody with skills, and takes less time.
    assert all(each.minutes == 8 and not each.needs_two and each.skills == [] for each in calls)


def test_in_three_months_everybody_is_seen_at_home_once_and_called_the_other_times(officer: Any, person: Any) -> None:
    people = [in_need(person, f"秀{number}", birth_date=19600101, phone="13800000000") for number in range(12)]
    for month in ("2026-12", "2027-01", "2027-02"):
        owe(officer, month, date(int(month[:4]), int(month[5:]), 1))
    for each in people:
        assert sorted(visit.means for visit in visits(each)) == ["home", "phone", "phone"]
        assert [visit.means == "home" for visit in sorted(visits(each), key=lambda visit: visit.month)] == [
            is_turn(each, 3, after) for after in range(3)
        ]


def test_a_couple_is_seen_at_home_in_the_same_month_and_a_house_full_of_elders_is_not(
    officer: Any, person: Any
) -> None:
    nest: dict[str, Any] = {"groups": ["empty_nest"], "facts": {"living_arrangement": 2}, "birth_date": 19400101}
    couples = [[in_need(person, f"户{house}", household=house * 7, **nest) for _ in range(2)] for house in range(1, 7)]
    many = [in_need(person, f"院{number}", household=99, id=1000 + number, **nest) for number in range(12)]
    for after in range(3):
        first = date(2026 + (11 + after) // 12, (11 + after) % 12 + 1, 1)
        owe(officer, f"{first:%Y-%m}", first)

    def seen(each: Any) -> list[str]:
        return [visit.month for visit in visits(each) if visit.means == "home"]

    assert all(seen(one) == seen(other) and len(seen(one)) == 1 for one, other in couples)
    assert len({seen(one)[0] for one, _ in couples}) == 3
    assert len({seen(each)[0] for each in many}) == 3


def test_who_is_not_alone_and_manages_is_seen_twice_a_year_and_sooner_once_he_is_very_old(
    officer: Any, person: Any
) -> None:
    nest: dict[str, Any] = {"groups": ["empty_nest"], "facts": {"living_arrangement": 2}}
    young = in_need(person, "年轻", birth_date=19600101, **nest)
    old = in_need(person, "年老", birth_date=19400101, **nest)
    for after in range(6):
        first = date(2026 + (11 + after) // 12, (11 + after) % 12 + 1, 1)
        owe(officer, f"{first:%Y-%m}", first)
    assert sum(visit.means == "home" for visit in visits(young)) == 1
    assert sum(visit.means == "home" for visit in visits(old)) == 2


def test_without_a_telephone_on_file_neighbours_are_asked(officer: Any, person: Any) -> None:
    people = [in_need(person, f"秀{number}", birth_date=19600101, id=1000 + number) for number in range(3)]
    owe(officer)
    assert sorted(visits(each)[0].means for each in people) == ["home", "neighbour", "neighbour"]


def test_a_missed_visit_at_home_is_made_up_for_next_month_whosever_turn_it_is(officer: Any, person: Any) -> None:
    people = [in_need(person, f"秀{number}", birth_date=19600101) for number in range(6)]
    owe(officer)
    with work(platform("test")):
        Visit.objects.filter(means="home").update(state="missed")
    due = {each.pk for each in people if is_turn(each, 3)}
    owe(officer, "2027-01", date(2027, 1, 1))
    with work(platform("test")):
        seen = set(Visit.objects.filter(month="2027-01", means="home").values_list("person", flat=True))
        missed = set(Visit.objects.filter(month=MONTH, state="missed").values_list("person", flat=True))
    assert missed == due
    assert seen == due | {each.pk for each in people if is_turn(each, 3, 1)}


def test_a_rule_of_one_county_does_not_hold_in_another(officer: Any, person: Any) -> None:
    lonely = {"groups": ["lonely"], "facts": {"lonely": 1}, "is_current": True}
    here, there = person("孤寡", VILLAGE, **lonely), person("别处", 500151001001, **lonely)
    owe(officer)
    with work(platform("test")):
        owing.owe(by=platform("test"), area_code=500151000000, month=MONTH, start=FIRST)
    assert len(visits(here)) == 1
    assert visits(there) == []


def test_excuses_with_the_reason_and_owes_again_where_that_was_an_error(officer: Any, person: Any) -> None:
    dead, moved, left = (in_need(person, name, birth_date=19600101) for name in ("甲", "乙", "丙"))
    owe(officer)
    change = type(dead).objects.filter
    with work(platform("test")):
        change(pk=dead.pk).update(alive=0)
        change(pk=moved.pk).update(is_current=False)
        change(pk=left.pk).update(groups=[], facts={"living_arrangement": 0})
    assert owe(officer).excused == 3
    assert [visits(each)[0].reason for each in (dead, moved, left)] == [
        "已去世", "已不在册（迁出或并入另一份档案）", "已不属于探访对象",
    ]  # fmt: skip
    with work(platform("test")):
        change(pk=dead.pk).update(alive=1)
    assert owe(officer).resumed == 1
    assert visits(dead)[0].state == "owed"


def test_what_somebody_excused_by_hand_is_not_owed_again_by_night(officer: Any, person: Any) -> None:
    alone = in_need(person, birth_date=19600101)
    owe(officer)
    [found] = visits(alone)
    with work(officer):
        actions.excuse(by=officer, visit=found, reason="随子女外出过冬，月底前不回来")
    assert owe(officer).resumed == 0
    assert [each.state for each in visits(alone)] == ["excused"]


def test_who_is_cared_for_in_an_institution_is_not_owed(officer: Any, person: Any) -> None:
    facts = {"living_arrangement": 1, "destitute_support": 2, "hardship": 1}
    cared = in_need(person, facts=facts)
    assert owe(officer).new == 0
    assert visits(cared) == []


def test_follows_whoever_moved_within_the_county(officer: Any, person: Any) -> None:
    mover = in_need(person, birth_date=19600101)
    owe(officer)
    with work(platform("test")):
        type(mover).objects.filter(pk=mover.pk).update(area_code=WUMU + 1)
    assert owe(officer).moved == 1
    assert visits(mover)[0].area_code == WUMU + 1


def test_owes_whoever_came_in_the_month_from_that_day(officer: Any, person: Any) -> None:
    late = in_need(person, birth_date=19600101)
    owe(officer, start=date(2026, 12, 20))
    assert visits(late)[0].first == date(2026, 12, 20)


def test_who_may_not_plan_there_owes_nothing(grant: Any) -> None:
    neighbour = scope(grant("保国", "township_clerk", WUMU))
    with pytest.raises(PermissionDenied):
        owe(neighbour)
    officer = scope(grant("爱华", "county_officer", DAZHU))
    with pytest.raises(UsageError):
        owe(officer, month="2026-13")


def test_an_alert_adds_visits_for_stated_people_and_ending_it_excuses_them(officer: Any, person: Any) -> None:
    today = timezone.localdate()
    old, young = in_need(person, birth_date=19300101), person("与家人", VILLAGE, is_current=True, birth_date=19640101)
    with work(officer):
        alert = owing.raise_alert(
            by=officer, area_code=DAZHU, kind="cold", words="寒潮", first=today, last=today + timedelta(days=3)
        )
    found = visits(old)
    assert [(each.cause, each.number, each.means) for each in found] == [("alert", 1, "phone"), ("alert", 2, "phone")]
    assert found[0].last == today + timedelta(days=1)
    assert visits(young) == []
    with work(officer):
        assert owing.end_alert(by=officer, alert=alert) == 2
        with pytest.raises(UsageError):
            owing.end_alert(by=officer, alert=alert)


def test_an_alert_says_what_is_wrong_with_it(officer: Any) -> None:
    today = timezone.localdate()
    words: dict[str, Any] = {"by": officer, "area_code": DAZHU, "words": "寒潮", "first": today, "last": today}
    with work(officer):
        for wrong in (
            {"kind": "snow"},
            {"kind": "cold", "words": " "},
            {"kind": "cold", "last": today + timedelta(90)},
        ):
            with pytest.raises(UsageError):
                owing.raise_alert(**{**words, **wrong})


def test_the_night_owes_counties_that_have_visitors_and_the_next_month_from_the_20th(grant: Any, person: Any) -> None:
    named(grant("春兰", "village_visitor", VILLAGE))
    in_need(person, birth_date=19600101)
    with work(platform("test")):
        assert owing.bring_up_to_date(date(2026, 12, 1)).new == 1
        assert owing.bring_up_to_date(date(2026, 12, 20)).new == 1
        assert set(Visit.objects.values_list("month", flat=True)) == {"2026-12", "2027-01"}


@pytest.mark.parametrize(
    "text",
    ["age >= 80", "not (living_arrangement == alone)", "ability >= mild or lonely",
     "hardship in (destitute, low_income)", "special_hardship and not dementia", "resident_area within 511724"],
)  # fmt: skip
def test_sql_says_of_everybody_what_the_reference_says(person: Any, text: str) -> None:
    from django.db import connection

    facts: tuple[dict[str, int], ...] = (
        {}, {"living_arrangement": 1}, {"living_arrangement": 0, "ability": 2, "dementia": 1},
        {"ability": 0, "lonely": 0},
        {"lonely": 1, "hardship": 1, "resident_area": 511724001001}, {"resident_area": 500151001001, "hardship": 0},
    )  # fmt: skip
    people = [
        person(f"人{n}", VILLAGE, facts=each, birth_date=birth)
        for n, each in enumerate(facts)
        for birth in (19400101, 19600101, None)
    ]
    asked = condition(text, load_facts())
    with work(platform("test")), connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {condition_sql(asked, 20261201)} FROM registry_person AS p")
        answers = dict(cursor.fetchall())
    for each in people:
        assert answers[each.pk] == holds(asked, facts_of(each), 20261201)
