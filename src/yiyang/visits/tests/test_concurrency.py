"""Several at one visit: two reports at once, and two who would each say that a finding is well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from conftest import ZHUYANG
from yiyang.access.ranges import ALL
from yiyang.access.scope import Scope, platform
from yiyang.audit.record import work
from yiyang.base.errors import UsageError
from yiyang.cases.tests.test_concurrency import elsewhere, somebody, somebody_waits, until
from yiyang.visits import findings, owing, reporting
from yiyang.visits.models import Finding, Report, Visit
from yiyang.visits.tests.town import FINE, visit_of

pytestmark = pytest.mark.usefixtures("committed")


def visitor(name: str) -> Scope:
    """Somebody who may do everything of this room; without an account, whom rows could name."""
    rights = ("person.read", "visit.do", "visit.plan", "finding.handle", "finding.verify")
    return Scope(None, name, dict.fromkeys(rights, ALL), is_self=True)


def write(by: Scope, visit: Visit) -> Report:
    now = timezone.now()
    return reporting.report(
        by=by, visit=visit, answers=FINE, met=True, means="home", began_at=now - timedelta(minutes=5), ended_at=now
    )


def test_of_two_reports_at_once_one_is_the_visit_and_the_other_is_told() -> None:
    visit, taken, release = visit_of(somebody(1, "秀英")), Event(), Event()

    def first() -> Any:
        with work(visitor("春兰")) as by:
            made = write(by, visit)
            taken.set()
            release.wait(20)
            return made.pk

    def second() -> Any:
        taken.wait(20)
        with work(visitor("保国")) as by:
            return write(by, visit)

    with ThreadPoolExecutor(2) as pool:
        one, other = elsewhere(pool, first), elsewhere(pool, second)
        until(somebody_waits)
        release.set()
        assert one.result(30)
        with pytest.raises(reporting.DoneAlready) as caught:
            other.result(30)
    assert caught.value.report.made_by_name == "春兰"
    with work(platform("test")):
        assert Report.objects.count() == 1


def test_of_two_who_assign_at_once_one_is_told_that_it_moved_on() -> None:
    person = somebody(2, "秀英")
    with work(visitor("春兰")) as by:
        found = findings.raise_one(by=by, person=person, kind="fraud", words="被骗")
    taken, release = Event(), Event()

    def first() -> Any:
        with work(visitor("爱华")) as by:
            findings.assign(by=by, finding=found, unit="police", expected="open")
            taken.set()
            release.wait(20)

    def second() -> Any:
        taken.wait(20)
        with work(visitor("保国")) as by:
            findings.assign(by=by, finding=found, unit="township", expected="open")

    with ThreadPoolExecutor(2) as pool:
        one, other = elsewhere(pool, first), elsewhere(pool, second)
        until(somebody_waits)
        release.set()
        one.result(30)
        with pytest.raises(UsageError):
            other.result(30)
    with work(platform("test")):
        assert Finding.objects.get().unit == "police"


def test_two_who_find_the_same_at_once_make_one_finding() -> None:
    person = somebody(4, "秀英")
    taken, release = Event(), Event()

    def first() -> Any:
        with work(visitor("春兰")) as by:
            found = findings.raise_one(by=by, person=person, kind="fraud", words="被骗三千元")
            taken.set()
            release.wait(20)
            return found.pk

    def second() -> Any:
        taken.wait(20)
        with work(visitor("保国")) as by:
            return findings.raise_one(by=by, person=person, kind="fraud", words="又转了两千").pk

    with ThreadPoolExecutor(2) as pool:
        one, other = elsewhere(pool, first), elsewhere(pool, second)
        until(lambda: somebody_waits() or other.done())
        release.set()
        assert one.result(30) == other.result(30)
    with work(platform("test")):
        assert "两千" in Finding.objects.get(person=person).words


def test_a_month_laid_out_by_two_at_once_is_laid_out_once() -> None:
    person = somebody(3, "秀英")
    with work(platform("test")):
        facts = {"groups": ["living_alone"], "facts": {"living_arrangement": 1}, "is_current": True}
        type(person).objects.filter(pk=person.pk).update(**facts, birth_date=19600101)

    def lay_out() -> Any:
        with work(platform("test")) as by:
            return owing.owe(by=by, area_code=ZHUYANG // 10**6 * 10**6, month="2030-01")

    with ThreadPoolExecutor(2) as pool:
        found = [each.result(30).new for each in [elsewhere(pool, lay_out) for _ in range(2)]]
    assert sorted(found) == [0, 1]
    with work(platform("test")):
        assert Visit.objects.filter(month="2030-01").count() == 1
