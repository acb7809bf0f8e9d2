"""Several at one assessment: two phones at once, two checkers, a double click, a worker killed in the middle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from conftest import DAZHU, ZHUYANG
from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope, platform
from yiyang.accounts.models import User
from yiyang.assessment import actions, letters
from yiyang.assessment.models import Agency, Assessor, Check, Form, Request, Result
from yiyang.assessment.tests.answering import GB, scale, worst
from yiyang.assessment.tests.house import CODES, FIRST, LAST, intact, state_of
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases.tests.test_concurrency import PATIENCE, elsewhere, somebody, somebody_waits, terminate, until
from yiyang.registry.models import Delivery, Stated

pytestmark = pytest.mark.usefixtures("committed")
RIGHTS = ("person.read", "assessment.read", "assessment.request", "assessment.plan", "assessment.check")


def officer(user: int, name: str) -> Scope:
    return Scope(user, name, dict.fromkeys(RIGHTS, ALL))


def doer(of: Assessor) -> Scope:
    return Scope(of.user_id, of.user.name, dict.fromkeys(("person.read", "assessment.do"), ALL))


def planned() -> tuple[Request, Scope, Scope]:
    """A request with its two assessors."""
    elder = somebody(1, "秀英")
    with work(platform("test")):
        house = Agency.objects.create(
            name="安康评估", credit_code=CODES[0], area_code=DAZHU, seat_code=ZHUYANG, valid_from=FIRST, valid_to=LAST,
            a_month=9,
        )  # fmt: skip
        pair = [
            Assessor.objects.create(
                agency=house, user=User.objects.create_user(name, "correct horse", name=name), training="nursing",
                certificate=name, valid_from=FIRST, valid_to=LAST,
            )
            for name in ("爱华", "保国")
        ]  # fmt: skip
    by = officer(900, "春兰")
    with work(by):
        request = actions.ask(by=by, person=elder, instrument=GB, channel="township")
        actions.plan(
            by=by, request=request, agency=house, lead=pair[0], second=pair[1],
            appointed=timezone.now() + timedelta(hours=1),
        )  # fmt: skip
    return request, doer(pair[0]), doer(pair[1])


def fill(by: Scope, request: Request, answers: dict[str, str]) -> Form:
    end = timezone.now()
    return actions.file_form(
        by=by, request=request, answers=answers, began_at=end - timedelta(minutes=40), ended_at=end
    )


def signed() -> tuple[Request, Form]:
    request, one, other = planned()
    with work(one):
        form = fill(one, request, worst(scale(GB)))
    for by in (one, other):
        with work(by):
            actions.sign(by=by, form=form)
    return request, form


def race(first: Callable[[Event, Event], Any], second: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """The first acts and waits before it commits; the second waits for it. What came of both."""
    done, release = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        one = elsewhere(pool, lambda: first(done, release))
        assert done.wait(PATIENCE)
        other = elsewhere(pool, second)
        until(somebody_waits)
        release.set()
        return one.result(PATIENCE), other.exception(PATIENCE)


def test_of_two_forms_at_once_one_is_kept_and_the_other_is_told_whose_it_is() -> None:
    request, one, other = planned()

    def first(done: Event, release: Event) -> int:
        with work(one):
            made = fill(one, request, worst(scale(GB)))
            done.set()
            release.wait(PATIENCE)
        return made.pk

    def second() -> None:
        with work(other):
            fill(other, request, intact())

    made, error = race(first, second)
    assert isinstance(error, actions.FilledAlready)
    assert error.form is not None
    assert error.form.pk == made
    with work(platform("test")):
        assert Form.objects.count() == 1


def test_of_two_checkers_one_issues_and_the_other_comes_too_late() -> None:
    request, form = signed()

    def check(by: Scope, *, passed: bool) -> None:
        actions.check(by=by, form=form, passed=passed, words="看过")

    def first(done: Event, release: Event) -> None:
        by = officer(901, "德明")
        with work(by):
            check(by, passed=True)
            done.set()
            release.wait(PATIENCE)

    def second() -> None:
        by = officer(902, "恩慧")
        with work(by):
            check(by, passed=False)

    _, error = race(first, second)
    assert isinstance(error, actions.MovedOn)
    with work(platform("test")):
        assert (Result.objects.count(), Check.objects.count()) == (1, 1)
    assert state_of(request) == "issued"


def test_a_double_click_asks_once() -> None:
    elder, by = somebody(1, "秀英"), officer(900, "春兰")

    def ask(done: Event | None = None, release: Event | None = None) -> None:
        with work(by):
            actions.ask(by=by, person=elder, instrument=GB, channel="township")
            if done and release:
                done.set()
                release.wait(PATIENCE)

    _, error = race(ask, ask)
    assert isinstance(error, UsageError)
    with work(platform("test")):
        assert Request.objects.count() == 1


def test_whoever_is_killed_while_issuing_leaves_nothing_and_it_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    request, form = signed()
    by, tell = officer(901, "德明"), letters.tell_issued

    def kill(result: Result) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            key = cursor.fetchone()[0]
        with ThreadPoolExecutor(1) as pool:
            elsewhere(pool, lambda: terminate(key)).result(PATIENCE)
        tell(result)

    monkeypatch.setattr(letters, "tell_issued", kill)
    with pytest.raises(OperationalError), work(by):
        actions.check(by=by, form=form, passed=True, words="看过")
    connections.close_all()
    with work(platform("test")):
        kept = (Result, Check, Delivery, Stated)
        assert [model.objects.count() for model in kept] == [0, 0, 0, 0]
    assert state_of(request) == "signed"
    monkeypatch.setattr(letters, "tell_issued", tell)
    with work(by):
        actions.check(by=by, form=form, passed=True, words="看过")
    assert state_of(request) == "issued"
