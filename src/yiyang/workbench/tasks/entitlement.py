"""Months to put in force, facts to find out, arrears to decide."""

from __future__ import annotations

from datetime import date

from yiyang.access.scope import Scope
from yiyang.entitlement.models import Arrear, MonthRun, Unknown
from yiyang.entitlement.months import current as of_newest_runs
from yiyang.workbench.tasks.task import CALM, SOON, Source, Task, Waiting, needs


@needs("run.decide")
def runs_to_decide(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Runs that are ready and that nobody has put in force."""
    rows = MonthRun.objects.filter(
        scope.where("run.decide").q("area_code"), state=MonthRun.State.READY, purpose=MonthRun.Purpose.MONTH
    )
    return Task("待启用的月度运行", "entitlement:runs", SOON, "核对后启用，才会生成个案", "month", "state=ready"), rows


@needs("person.correct")
def answers_to_confirm(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """What visitors were told and a clerk has not confirmed."""
    task = Task("探访员问到的情况，待确认", "entitlement:unknowns", SOON, "确认后写入档案", "check", "state=asked")
    return task, of_newest_runs(Unknown.objects.filter(state=Unknown.State.ASKED))


@needs("case.tell")
def facts_to_ask(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Facts on which money hangs and that nobody has asked about."""
    task = Task("待了解的事实", "entitlement:unknowns", CALM, "金额大的在前，可打印入户", "unknown", "state=open")
    return task, of_newest_runs(Unknown.objects.filter(state=Unknown.State.OPEN, year_fen__gt=0))


@needs("case.handle")
def arrears_to_decide(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Back-pay and recovery that nobody has decided on."""
    rows = Arrear.objects.filter(scope.where("case.handle").q("area_code"), state=Arrear.State.OPEN)
    return Task("待处理的补发追回", "entitlement:arrears", SOON, "补算得出的差额", "undo", "state=open"), rows


SOURCES: tuple[Source, ...] = (
    runs_to_decide,
    answers_to_confirm,
    facts_to_ask,
    arrears_to_decide,
)
