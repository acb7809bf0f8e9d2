"""大竹县 runs its months: ordered, put in force, reckoned again, replayed. 保国 of 乌木镇 sees nobody of 竹阳街道."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from yiyang.access.ranges import Ranges
from yiyang.access.scope import NOBODY, Scope, acting, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.entitlement import arrear_actions, month_actions, months, reckoning, replay, tasks, unknown_actions
from yiyang.entitlement.direct import direct_items
from yiyang.entitlement.models import Arrear, Change, Ground, MonthRun, Unknown
from yiyang.kit.idempotency import once
from yiyang.registry import corrections
from yiyang.registry.identity import person_of
from yiyang.registry.models import Person
from yiyang.registry.tests.arrivals import crowd, deliver, people_rows
from yiyang.registry.tests.hall import AIHUA, BAOGUO, CHUNLAN, DEMING, person_row
from yiyang.registry.tests.town_hall import death

DAZHU, ZHUYANG, WUMU, TONGCHUAN = 511724000000, 511724001000, 511724101000, "511702001001"
BY = platform("test")
OLD = "old_age_allowance"
State = MonthRun.State


@pytest.fixture(scope="module")
def october(django_db_setup: None, django_db_blocker: Any) -> Iterator[MonthRun]:
    """The first month, in force; 德明 lives and is registered in another county."""
    elsewhere = person_row(DEMING, 户籍地区划代码=TONGCHUAN, 现住地区划代码=TONGCHUAN, 户号="H9")
    with django_db_blocker.unblock(), transaction.atomic():
        deliver("police_households", [born(row) for row in (*people_rows(), *crowd(40), elsewhere)])
        deliver("police_deaths", [death(BAOGUO, "2026-09-20")])
        yield in_force(order("2026-10"))
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def rolled_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test does is taken back to October."""
    if "october" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("october")
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def born(row: dict[str, str]) -> dict[str, str]:
    """A row with the birth date that its id number says."""
    day = row["身份证号码"][6:14]
    return row | {"出生日期": f"{day[:4]}-{day[4:6]}-{day[6:]}"}


def order(month: str, **more: Any) -> MonthRun:
    with work(BY):
        return made(month_actions.order(by=BY, area=DAZHU, month=month, **more))


def made(run: MonthRun) -> MonthRun:
    tasks.reckon_month.func(run=run.pk, user=None, request="")
    return fresh(run)


def in_force(run: MonthRun) -> MonthRun:
    with work(BY):
        month_actions.start(by=BY, run=run)
    tasks.start_month.func(run=run.pk, user=None, request="")
    return fresh(run)


def fresh(run: MonthRun) -> MonthRun:
    with work(BY):
        found: MonthRun = MonthRun.objects.select_related("previous").get(pk=run.pk)
        assert found.state != State.FAILED, found.problems
        return found


def clerk(*areas: int, rights: tuple[str, ...]) -> Scope:
    ranges = Ranges.of((area, area + 1000) for area in areas)
    return Scope(7, "保国", dict.fromkeys(("person.read", *rights), ranges))


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Refused in Chinese words that hold these."""
    with pytest.raises(UsageError) as caught:
        yield
    assert words in caught.value.zh


def ages(number: str, value: int) -> None:
    """A birth date, found out late."""
    with work(BY):
        person = Person.objects.get(pk=person_of(number))
        corrections.correct(
            by=BY, person=person, fact="age", value=value, valid_from=date(2026, 1, 1), reason="户口簿核对"
        )


def test_the_first_month_takes_over_what_is_due_and_calls_nobody_new(october: MonthRun) -> None:
    with work(BY):
        rows = Change.objects.filter(run=october)
        assert october.is_baseline
        assert october.state == State.IN_FORCE
        assert set(rows.values_list("kind", "cause")) == {("new", "baseline")}
        assert not set(rows.values_list("item", flat=True)) & direct_items()
        old = rows.filter(item=OLD).first()
        assert old is not None
        assert old.fen > 0
        assert old.ground is not None
        assert any(line["state"] == "met" for line in old.ground.lines)
        assert old.ground.articles[0]["article"]
        assert months.in_force(ZHUYANG) == october
        assert months.in_force(ZHUYANG, date(2026, 9, 30)) is None
        assert {item["item"] for item in months.answers_of(october, old.person)} >= {OLD}


def test_whoever_lives_and_is_registered_elsewhere_is_left_out(october: MonthRun) -> None:
    people = pq.read_table(months.folder_of(october) / "people.parquet")["person"].to_pylist()
    named = pq.read_table(months.folder_of(october) / "snapshot/identities.parquet")["person"].to_pylist()
    assert person_of(AIHUA) in people
    assert person_of(DEMING) not in people
    assert sorted(named) == people


def test_grounds_are_shared_by_whom_the_same_decides(october: MonthRun) -> None:
    with work(BY):
        assert Ground.objects.filter(run=october, item=OLD).count() < Change.objects.filter(item=OLD).count()


def test_a_month_in_force_is_not_run_again(october: MonthRun) -> None:
    with work(BY), refused("补算"):
        month_actions.order(by=BY, area=DAZHU, month="2026-10")


def test_a_city_is_not_run_over_its_county(october: MonthRun) -> None:
    with work(BY), refused("大竹县"):
        month_actions.order(by=BY, area=511700000000, month="2026-11")


def test_two_runs_of_one_month_cannot_both_be_in_force(october: MonthRun) -> None:
    twin = MonthRun(area_code=ZHUYANG, month="2026-10", known=october.known, state="in_force", ordered_by_name="x")
    with work(BY), pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_a_second_order_sets_the_first_aside_and_a_dropped_run_is_gone(october: MonthRun) -> None:
    first, second = order("2026-11"), order("2026-11")
    assert fresh(first).state == State.DROPPED
    with work(BY):
        month_actions.drop(by=BY, run=second, reason="重来")
        reckoning.sweep()
    assert not months.folder_of(second).exists()
    assert months.folder_of(october).exists()


def test_the_next_month_names_who_changed_and_why(october: MonthRun) -> None:
    ages(CHUNLAN, 19400101)
    november = order("2026-11")
    with work(BY):
        change = Change.objects.get(run=november, item=OLD, person=person_of(CHUNLAN))
        assert (change.kind, change.fen_before, change.area_code) == ("new", 0, 511724001001)
        assert change.cause != "baseline"
        assert change.fen > 0


def test_a_ready_run_says_that_the_registry_has_moved_on(october: MonthRun) -> None:
    november = order("2026-11")
    with work(BY):
        assert reckoning.outdated(november) == []
    ages(CHUNLAN, 19400101)
    with work(BY):
        assert reckoning.outdated(november) == ["运行之后又有数据入库或更正。"]


def test_a_late_fact_is_back_pay_once(october: MonthRun) -> None:
    ages(CHUNLAN, 19400101)
    for owed in ([(person_of(CHUNLAN), OLD, "2026-10")], []):
        with work(BY):
            run = month_actions.reckon_again(by=BY, run=october)
        made(run)
        with work(BY):
            rows = Arrear.objects.filter(run=run, item=OLD)
            assert [(row.person, row.item, row.month) for row in rows] == owed
            assert all(row.fen > 0 for row in rows)
    with work(BY):
        arrear = Arrear.objects.get(item=OLD)
        with pytest.raises(UsageError):
            arrear_actions.decide(by=BY, arrear=arrear, is_confirmed=False, reason="")
        arrear_actions.decide(by=BY, arrear=arrear, is_confirmed=True, reason="")
        with refused("已经处理"):
            arrear_actions.decide(by=BY, arrear=arrear, is_confirmed=True, reason="")


def test_a_replay_is_the_same_to_the_byte_and_a_changed_table_is_told(october: MonthRun) -> None:
    folder = months.folder_of(october)
    assert replay.differences(folder) == []
    path = folder / "answers.parquet"
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + b"x")
    try:
        assert replay.differences(folder) == ["answers.parquet"]
    finally:
        path.write_bytes(kept)
    assert [each for each in (Path(settings.DATA) / "runs").iterdir() if each.name.startswith(".")] == []


def test_a_clerk_sees_his_township_and_nobody_sees_nothing(october: MonthRun) -> None:
    for scope, seen in ((clerk(ZHUYANG, rights=("case.read",)), True), (clerk(WUMU, rights=("case.read",)), False)):
        with work(scope):
            assert MonthRun.objects.filter(pk=october.pk).exists(), "the county's run answers for both"
            assert Change.objects.filter(person=person_of(CHUNLAN)).exists() is (seen and _has_changes(CHUNLAN))
            assert all(row.area_code // 1000 * 1000 in (ZHUYANG, WUMU) for row in Change.objects.all())
    with acting(NOBODY):
        assert not MonthRun.objects.exists()
        assert not Change.objects.exists()


def _has_changes(number: str) -> bool:
    with acting(BY):
        return bool(Change.objects.filter(person=person_of(number)).exists())


def test_who_may_not_decide_orders_nothing(october: MonthRun) -> None:
    scope = clerk(ZHUYANG, rights=("case.read", "run.read"))
    with work(scope):
        for act in (
            lambda: month_actions.order(by=scope, area=DAZHU, month="2026-11"),
            lambda: month_actions.start(by=scope, run=october),
            lambda: month_actions.reckon_again(by=scope, run=october),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_a_visitors_answer_waits_for_a_clerk_and_then_is_a_correction(october: MonthRun) -> None:
    visitor = clerk(ZHUYANG, rights=("case.read", "case.tell"))
    officer = clerk(ZHUYANG, rights=("case.read", "person.correct"))
    with work(BY):
        unknown = Unknown.objects.filter(run=october, area_code=511724001001).first()
        assert unknown is not None
        person = Person.objects.get(pk=unknown.person)
    with work(visitor):
        unknown_actions.note_answer(by=visitor, unknown=unknown, person=person, value=1, note="入户了解")
        with pytest.raises(PermissionDenied):
            unknown_actions.settle(
                by=visitor, unknown=unknown, person=person, value=1, valid_from=date(2026, 1, 1), reason="x"
            )
    with work(officer):
        unknown_actions.settle(
            by=officer, unknown=unknown, person=person, value=1, valid_from=date(2026, 1, 1), reason="上门了解"
        )
    with work(BY):
        unknown.refresh_from_db()
        assert unknown.state == Unknown.State.SETTLED
        assert person.corrections.get(fact=unknown.fact).value == 1
        with refused("已经明确"):
            unknown_actions.note_answer(by=BY, unknown=unknown, person=person, value=1, note="又问")


def test_the_first_of_a_month_orders_for_areas_that_have_a_month_in_force(october: MonthRun) -> None:
    with work(BY):
        runs = month_actions.order_scheduled(by=BY, on=date(2026, 11, 1))
        assert [(run.area_code, run.month, run.is_scheduled, run.state) for run in runs] == [
            (DAZHU, "2026-11", True, State.ORDERED)
        ]
        assert month_actions.order_scheduled(by=BY, on=date(2026, 11, 1)) == [], "it is waiting already"


@pytest.mark.django_db
def test_the_same_key_is_answered_the_same_and_with_another_body_refused() -> None:
    calls: list[int] = []

    def make() -> dict[str, int]:
        calls.append(1)
        return {"run": len(calls)}

    def sent(body: str) -> Any:
        return RequestFactory().post("/api/v1/runs", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k1")

    with work(BY):
        assert once(sent("{}"), make) == once(sent("{}"), make) == {"run": 1}
        with refused("另一个请求"):
            once(sent('{"a": 1}'), make)
        assert once(RequestFactory().post("/x"), make) == {"run": 2}
