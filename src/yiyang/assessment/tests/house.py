"""An agency in 大竹县 and who works there, and an assessment taken along its way by the right hands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from conftest import DAZHU, ZHUYANG
from yiyang.access.scope import Scope, platform
from yiyang.accounts.middleware import today
from yiyang.accounts.scopes import scope_of
from yiyang.assessment import actions
from yiyang.assessment.models import Agency, Assessor, Form, Request, Result
from yiyang.assessment.tests.answering import GB, best, scale, worst
from yiyang.audit.record import work
from yiyang.base.errors import UsageError

CODES = ("91511724MA62B1A01A", "91511724MA62B1A02B", "91511724MA62B1A03C")
FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)


def scope(user: Any) -> Scope:
    """What an account may do today."""
    with work(platform("test")):
        return scope_of(user, today(), request="test", address="test")


def agency(name: str = "安康评估", code: str = CODES[0], **fields: Any) -> Agency:
    """An agency of the county, seated in 竹阳街道."""
    given = {"area_code": DAZHU, "seat_code": ZHUYANG, "valid_from": FIRST, "valid_to": LAST, "a_month": 100}
    with work(platform("test")):
        made: Agency = Agency.objects.create(name=name, credit_code=code, **(given | fields))
    return made


def assessor(grant: Any, of: Agency, name: str, training: str = "nursing", **fields: Any) -> Assessor:
    """Somebody who assesses for it, with an account."""
    user = grant(name, "assessor", DAZHU)
    given = {"training": training, "certificate": f"C-{name}", "valid_from": FIRST, "valid_to": LAST}
    with work(platform("test")):
        made: Assessor = Assessor.objects.create(agency=of, user=user, **(given | fields))
    return made


class House:
    """爱华 (nurse) and 保国 (social worker) assess; 春兰 is the county's officer and 德明 another one."""

    def __init__(self, grant: Any) -> None:
        self.grant, self.agency = grant, agency()
        self.lead = assessor(grant, self.agency, "爱华")
        self.second = assessor(grant, self.agency, "保国", "social_work")
        self.aihua, self.baoguo = scope(self.lead.user), scope(self.second.user)
        self.officer = scope(grant("春兰", "county_officer", DAZHU))
        self.other = scope(grant("德明", "county_officer", DAZHU))
        self.clerk = scope(grant("恩慧", "township_clerk", ZHUYANG))

    def others(self) -> tuple[Assessor, Assessor]:
        """Two more of another agency."""
        there = agency("仁和评估", CODES[1])
        return assessor(self.grant, there, "芳芳"), assessor(self.grant, there, "国强", "rehabilitation")

    def ask(self, person: Any, instrument: str = GB, **words: Any) -> Request:
        with work(self.clerk):
            return actions.ask(by=self.clerk, person=person, instrument=instrument, channel="township", **words)

    def plan(self, request: Request, pair: tuple[Assessor, Assessor] | None = None, **words: Any) -> Request:
        lead, second = pair or (self.lead, self.second)
        words.setdefault("appointed", timezone.now())
        with work(self.officer):
            return actions.plan(by=self.officer, request=request, agency=lead.agency, lead=lead, second=second, **words)

    def fill(
        self, request: Request, answers: Mapping[str, str] | None = None, by: Scope | None = None, **words: Any
    ) -> Form:
        by, end = by or self.aihua, words.pop("ended_at", None) or timezone.now()
        answers = worst(scale(request.instrument)) if answers is None else answers
        words.setdefault("began_at", end - timedelta(minutes=40))
        with work(by):
            return actions.file_form(by=by, request=request, answers=answers, ended_at=end, **words)

    def sign(self, form: Form, *by: Scope) -> None:
        for each in by or (self.aihua, self.baoguo):
            with work(each):
                actions.sign(by=each, form=form)

    def check(self, form: Form, *, passed: bool = True, words: str = "", by: Scope | None = None) -> Any:
        with work(by or self.officer):
            return actions.check(by=by or self.officer, form=form, passed=passed, words=words)

    def issued(self, person: Any, answers: Mapping[str, str] | None = None, **words: Any) -> Result:
        """From asked for to the result."""
        request = self.plan(self.ask(person, **words))
        form = self.fill(request, answers)
        self.sign(form)
        self.check(form, words="已核实")
        return self.result(request)

    def result(self, request: Request) -> Result:
        with work(platform("test")):
            found: Result = Result.objects.select_related("person", "request").get(request=request.pk)
        return found

    def again(
        self, request: Request, answers: Mapping[str, str], pair: tuple[Assessor, Assessor], by: Scope | None = None
    ) -> None:
        """A second assessment by others, passed by the other officer."""
        self.plan(request, pair)
        doers = [scope(each.user) for each in pair]
        form = self.fill(request, answers, by=doers[0])
        self.sign(form, *doers)
        self.check(form, words="已核实", by=by or self.other)


@contextmanager
def refused(zh: str, kind: type[UsageError] = UsageError) -> Iterator[Any]:
    """What is done here is refused, and says so in Chinese words that hold these."""
    with pytest.raises(kind) as caught:
        yield caught
    assert zh in "".join([caught.value.zh, *(each for each, _ in caught.value.problems)])


def intact() -> dict[str, str]:
    """Nothing impaired under GB/T 42195."""
    return best(scale(GB))


def state_of(request: Request) -> str:
    with work(platform("test")):
        return str(Request.objects.values_list("state", flat=True).get(pk=request.pk))


def hour(text: str) -> datetime:
    """A moment in China."""
    return timezone.make_aware(datetime.fromisoformat(text))
