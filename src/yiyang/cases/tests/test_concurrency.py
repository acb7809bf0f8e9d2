"""Several at one case: two approvers, a double click, no said while a run is put in force, a run that is killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases import actions, feed, opening, steps
from yiyang.cases.models import Case, Decision, State, Step
from yiyang.cases.tests.town import ITEM, a_run, changed, citizen, found, go
from yiyang.registry.models import Person

pytestmark = pytest.mark.usefixtures("committed")
PATIENCE = 60.0


def somebody(key: int, name: str) -> Person:
    with work(platform("test")):
        made: Person = Person.objects.create(
            id=key, name=name, pinyin="x", initials="x", birth_date=19400101, sex=1, alive=1, month="2026-11",
            area_code=ZHUYANG, registered_code=ZHUYANG,
        )  # fmt: skip
    return made


def officer(user: int, name: str, *rights: str) -> Scope:
    return Scope(user, name, dict.fromkeys(("person.read", "case.read", *rights), ALL))


def elsewhere(pool: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    """Act on a connection of another thread, which is closed at the end."""

    def run() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    return pool.submit(run)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so; fail if it never is."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction it shows what it showed at first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def state_of(case: Case) -> str:
    with work(platform("test")):
        return str(Case.objects.get(pk=case.pk).state)


def test_of_two_approvers_one_decides_and_the_other_is_told() -> None:
    case = go(officer(1, "爱华", "case.tell", "case.handle"), found(somebody(1, "春兰")), "tell", "apply")
    case = go(officer(2, "保国", "case.review"), case, "check")
    moved, release = Event(), Event()

    def first() -> None:
        by = officer(3, "德明", "case.approve")
        with work(by):
            actions.move(by=by, case=case, step="grant", expected="checked")
            moved.set()
            release.wait(PATIENCE)

    def second() -> None:
        by = officer(4, "恩慧", "case.approve")
        with work(by):
            actions.move(by=by, case=case, step="refuse", expected="checked", reason="不符合")

    with ThreadPoolExecutor(2) as pool:
        one = elsewhere(pool, first)
        assert moved.wait(PATIENCE)
        other = elsewhere(pool, second)
        until(somebody_waits)
        release.set()
        one.result(PATIENCE)
        with pytest.raises(steps.MovedOn):
            other.result(PATIENCE)
    with work(platform("test")):
        assert list(Decision.objects.values_list("kind", flat=True)) == ["grant"]


def test_a_double_click_opens_one_case() -> None:
    elder = somebody(1, "春兰")
    me, go_on = citizen(elder), Event()

    def click(*, waits: bool) -> str:
        with work(me):
            made = actions.apply(by=me, person=elder, item=ITEM, channel="portal")
            if waits:
                go_on.wait(PATIENCE)
            return str(made.number)

    with ThreadPoolExecutor(2) as pool:
        first = elsewhere(pool, lambda: click(waits=True))
        second = elsewhere(pool, lambda: click(waits=True))
        until(somebody_waits)
        go_on.set()
        ended = [first.exception(PATIENCE), second.exception(PATIENCE)]
    assert [type(error) for error in ended if error] == [UsageError]
    with work(platform("test")):
        assert Case.objects.count() == 1


def put_in_force(run: Any, tell: Callable[[str], None]) -> dict[str, int]:
    with work(platform("月度")):
        return opening.from_run(run, tell)


def november(*people: Person) -> Any:
    with work(platform("test")):
        run = a_run("2026-11")
        for each in people:
            changed(run, each)
    return run


@pytest.mark.parametrize("moment", ["更新在办个案", "提出调整和终止", "登记新发现人员"])
def test_no_said_while_a_run_is_put_in_force_is_no(moment: str) -> None:
    elder = somebody(1, "春兰")
    case = found(elder, "2026-09")
    run = november(elder)
    with ThreadPoolExecutor(1) as pool:
        said: list[Future[Any]] = []

        def tell(step: str) -> None:
            if step == moment:
                said.append(elsewhere(pool, lambda: go(citizen(elder), case, "decline")))
                # Before the run has touched the case it is over at once; afterwards it waits for the run.
                until(lambda: said[0].done() or somebody_waits())

        put_in_force(run, tell)
        said[0].result(PATIENCE)
    assert state_of(case) == State.DECLINED
    with work(platform("test")):
        assert Case.objects.count() == 1


def test_a_run_that_is_killed_leaves_nothing_and_is_done_again_whole() -> None:
    people = [somebody(key, "某人") for key in range(1, 30)]
    run = november(*people)

    def kill(step: str) -> None:
        if step == "告知新发现人员":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                key = cursor.fetchone()[0]
            with ThreadPoolExecutor(1) as pool:
                elsewhere(pool, lambda: terminate(key)).result(PATIENCE)

    with pytest.raises(OperationalError):
        put_in_force(run, kill)
    connections.close_all()
    with work(platform("test")):
        assert not Case.objects.exists()
        assert not Step.objects.exists()
    assert put_in_force(run, lambda step: None)["found"] == len(people)
    assert put_in_force(run, lambda step: None)["found"] == 0
    with work(platform("test")):
        assert Case.objects.count() == len(people)


def terminate(backend: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])


def test_the_feed_waits_for_what_is_under_way_and_misses_nothing() -> None:
    slow, quick = found(somebody(1, "爱华"), "2026-09"), found(somebody(2, "保国"), "2026-10")
    clerk = officer(1, "德明", "case.tell")
    begun, release = Event(), Event()

    def take_long() -> None:
        with work(clerk):
            actions.move(by=clerk, case=slow, step="tell")
            begun.set()
            release.wait(PATIENCE)

    def read(place: feed.Place) -> list[Step]:
        with work(clerk):
            return feed.after(place)

    start = feed.place_of(read(feed.read(""))[-1])
    with ThreadPoolExecutor(1) as pool:
        waiting = elsewhere(pool, take_long)
        assert begun.wait(PATIENCE)
        go(clerk, quick, "tell")
        assert read(start) == []
        release.set()
        waiting.result(PATIENCE)
    assert [step.case.number for step in read(start)] == [slow.number, quick.number]
    cursor = feed.written(feed.place_of(read(start)[0]))
    assert [step.case.number for step in read(feed.read(cursor))] == [quick.number]
    assert timezone.now() > read(start)[0].at
