"""What needs me today? One small function a kind of work; each says which right it is for and counts within the scope.

A room that brings work of its own adds its function to `SOURCES`. Counts are bounded: above a thousand it is 1,000+.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.accounts.models import ApiToken, Grant
from yiyang.assessment import worklists as assessments
from yiyang.assessment.models import Agency, Assessor
from yiyang.audit.models import AuditLine
from yiyang.cases.models import CLOSED, Case
from yiyang.cases.worklists import WORKS, Work
from yiyang.entitlement.models import Arrear, MonthRun, Unknown
from yiyang.entitlement.months import current as of_newest_runs
from yiyang.field import settling
from yiyang.kit.paging import bounded_count
from yiyang.notices.waiting import rows as waiting_notices
from yiyang.portal.models import CorrectionRequest
from yiyang.registry.models import Delivery, Membership, Person, PossibleDouble, QuarantineLine
from yiyang.revisions.waiting import waiting_for as list_revisions_for
from yiyang.visits import figures as visit_figures
from yiyang.visits.models import Finding, Observation, Plan, Visit
from yiyang.visits.policy import load_visits
from yiyang.workbench.figures import kept

MOST = 1000
URGENT, SOON, CALM = "urgent", "soon", "calm"
ORDER = {URGENT: 0, SOON: 1, CALM: 2}
WAITING_TOO_LONG = timedelta(days=5)
EXPIRES_SOON = timedelta(days=30)
LAST_DAYS = 25


@dataclass(frozen=True)
class Task:
    """One line of the home page.

    Attributes:
        count: how many wait, at most `MOST`; `is_more`: there are more.
        url: name of the page where it is done, and its query.
        right: whoever has it gets the task.
        urgency: urgent (overdue), soon, or calm.
        text: since when, by when.
    """

    title: str
    url: str
    urgency: str = CALM
    text: str = ""
    icon: str = "next"
    query: str = ""
    count: int = 0
    is_more: bool = False
    right: str = ""

    @property
    def address(self) -> str:
        """Where it is done; '' while that room is not installed."""
        try:
            return reverse(self.url) + (f"?{self.query}" if self.query else "")
        except NoReverseMatch:
            return ""

    @property
    def number(self) -> str:
        """The count as shown."""
        return f"{self.count:,}+" if self.is_more else f"{self.count:,}"


# What waits: rows to be counted up to the bound, or a count that is kept for a while because it takes long.
Waiting = QuerySet[Any] | tuple[int, bool]
Source = Callable[[Scope, date], tuple[Task, Waiting]]


def needs(right: str) -> Callable[[Source], Source]:
    """Say who gets a task: whoever has this right somewhere."""

    def told(source: Source) -> Source:
        source.right = right  # type: ignore[attr-defined]
        return source

    return told


@needs("delivery.decide")
def deliveries_to_decide(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Checked deliveries that nobody has accepted or refused."""
    rows = Delivery.objects.filter(state=Delivery.State.CHECKED)
    oldest = rows.order_by("delivered_at").values_list("delivered_at", flat=True).first()
    late = oldest is not None and timezone.now() - oldest > WAITING_TOO_LONG
    text = f"最早的一份 {timezone.localtime(oldest):%Y-%m-%d} 交付" if oldest else ""
    task = Task(
        "待确认的数据交付", "registry:deliveries", URGENT if late else SOON, text, "deliveries", "state=checked"
    )
    return task, rows


@needs("delivery.decide")
def deliveries_stopped(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Deliveries that were stopped because too many rows are bad."""
    task = Task(
        "超限停下的数据交付",
        "registry:deliveries",
        URGENT,
        "坏行或重复行超过限度，须退回或放行",
        "warning",
        "state=stopped",
    )
    return task, Delivery.objects.filter(state=Delivery.State.STOPPED)


@needs("delivery.upload")
def my_failed_deliveries(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """What I delivered in the last month and could not be used."""
    rows = Delivery.objects.filter(
        state__in=(Delivery.State.FAILED, Delivery.State.REFUSED),
        delivered_by=scope.user,
        delivered_at__gte=timezone.now() - timedelta(days=30),
    )
    return Task("我交付的文件须改正", "registry:deliveries", SOON, "改正后重新交付", "error", "state=failed"), rows


@needs("delivery.upload")
def lines_to_mend(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Quarantined rows of accepted deliveries."""
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
    task = Task("待核的数据行", "registry:deliveries", CALM, "请原部门改正后随下月交付", "warning", "state=accepted")
    return task, QuarantineLine.objects.filter(delivery__in=accepted)


@needs("link.judge")
def doubles_to_judge(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Pairs that may be one person."""
    task = Task("疑似同一人，待判定", "registry:doubles", SOON, "并排比较后判定", "doubles")
    return task, PossibleDouble.objects.filter(state=PossibleDouble.State.OPEN)


@needs("person.correct")
def facts_contested(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People one of whose facts a clerk and a register state differently."""
    task = Task("事实有争议的老年人", "registry:people", CALM, "登记册与更正不一致", "unknown", "contested=1")
    rows = Person.objects.filter(merged_into=None).exclude(contested=[])
    return task, kept("contested", scope, lambda: bounded_count(rows, MOST))


@needs("group.read")
def newly_in_groups(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People found this month to belong to a hardship group."""
    within = Person.objects.filter(merged_into=None).values("pk")
    rows = Membership.objects.filter(left=None, entered__gte=on.replace(day=1), person__in=within)
    task = Task("本月新进入重点人群", "registry:groups", CALM, "看看有没有要登门的", "groups", "entered=1")
    return task, kept(f"entered.{on:%Y-%m}", scope, lambda: bounded_count(rows, MOST))


@needs("person.correct")
def people_without_area(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People that belong to no area yet: for the city's intake clerk."""
    task = Task("未落区划的老年人", "registry:people", SOON, "分派到乡镇（街道）", "place", f"area={NO_AREA}")
    rows = Person.objects.filter(area_code=NO_AREA, merged_into=None)
    return task, rows if NO_AREA in scope.people else rows.none()


@needs("account.grant")
def grants_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Grants of others that end within a month."""
    within = scope.where("account.grant").q("area__code")
    rows = Grant.objects.filter(within, ends__range=(on, on + EXPIRES_SOON), revoked_at=None).exclude(user=scope.user)
    return Task("30 天内到期的授权", "accounts:expiring", CALM, "到期后账户即看不到数据", "accounts"), rows


@needs("token.manage")
def tokens_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Tokens that end within a month: a department's machine stops delivering then."""
    now = timezone.now()
    rows = ApiToken.objects.filter(
        scope.where("token.manage").q("user__area__code"), expires__range=(now, now + EXPIRES_SOON), revoked_at=None
    )
    return Task("30 天内到期的接口令牌", "accounts:tokens", SOON, "到期后部门不能自动交付", "tokens"), rows


@needs("audit.read")
def refusals(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Refused accesses since yesterday."""
    rows = AuditLine.objects.filter(
        scope.where("audit.read").q("area_code"), kind=AuditLine.Kind.DENY, at__gte=timezone.now() - timedelta(days=1)
    )
    return Task("24 小时内被拒绝的访问", "audit:log", CALM, "查看有无越权试探", "locked", "kind=deny"), rows


@needs("person.correct")
def corrections_asked(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People who say in the portal that what is held about them is wrong."""
    rows = CorrectionRequest.objects.filter(state=CorrectionRequest.State.OPEN)
    return Task("群众提出的更正申请", "portal:requests", SOON, "核实、更正、答复", "edit", "state=open"), rows


@needs("system.read")
def jobs_failed(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Background jobs that gave up."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(status="failed")
    return Task("失败的后台任务", "site:system", URGENT, "查看原因后重试", "system"), rows


@needs("notice.dispatch")
def notices_to_send(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Text messages and letters that wait for a batch."""
    rows = waiting_notices(scope)
    oldest = rows.order_by("id").values_list("made_at", flat=True).first()
    late = oldest is not None and timezone.now() - oldest > WAITING_TOO_LONG
    text = f"最早的一件 {timezone.localtime(oldest):%Y-%m-%d}" if oldest else ""
    return Task("待发送的告知", "notices:overview", URGENT if late else SOON, text, "bell"), rows


@needs("list.read")
def revisions_for_me(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Revisions of lists whose next step is mine."""
    return Task("待办理的清单修订", "revisions:lists", SOON, "", "file"), (len(list_revisions_for(scope)), False)


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


def cases_waiting(work: Work) -> Source:
    """The source of one work list: the cases on which whoever has its right takes the next step."""

    @needs(work.right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = work.rows(Case.objects.filter(scope.where(work.right).q("area_code")))
        late, more = bounded_count(rows.filter(due__lt=on), MOST)
        text = f"其中 {late:,}{'+' if more else ''} 件已超过办理期限" if late else ""
        task = Task(f"{work.title}的个案", "cases:work", URGENT if late else SOON, text, "check", f"tab={work.slug}")
        return task, rows

    return waiting


@needs("figure.read")
def cases_escalated(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Cases so late that they rose to the county or the city."""
    where = scope.where("case.read") & scope.where("figure.read")
    rows = Case.objects.filter(where.q("area_code"), due__lt=on, escalated__gt=0).exclude(state__in=CLOSED)
    return Task("超期督办的个案", "cases:work", URGENT, "逾期已提醒上一级", "warning", "tab=overdue"), rows


def brought_home(right: str) -> Source:
    """What phones brought home twice, or could not be taken, of the kinds that a right looks after."""

    @needs(right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = settling.waiting(scope, right)
        return Task("外出记录有冲突或未入库", "field:conflicts", SOON, "由办理人以外的人处理", "phone"), rows

    return waiting


def assessments_waiting(work: assessments.Work) -> Source:
    """The source of one list of assessments: what waits for whoever has its right."""

    @needs(work.right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        area = "result__area_code" if work.of == "objections" else "area_code"
        rows = work.rows(assessments.rows_of(work.of)).filter(scope.where(work.right).q(area))
        late = rows.filter(due__lt=on).exists()
        text = "其中有超过期限的" if late else ""
        title = work.title if work.slug == "mine" else f"{work.title}的能力评估"
        return Task(title, "assessment:work", URGENT if late else SOON, text, "figures", f"tab={work.slug}"), rows

    return waiting


@needs("agency.manage")
def qualifications_expiring(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Assessors whose qualification ends within a month, or has ended."""
    rows = Assessor.objects.filter(agency__in=Agency.objects.all(), is_active=True, valid_to__lte=on + EXPIRES_SOON)
    return Task("评估人员资格将到期", "assessment:agencies", CALM, "到期后不能安排", "figures"), rows


def findings_waiting(right: str, title: str, tab: str, states: tuple[str, ...]) -> Source:
    """Findings of visits on which whoever has a right takes the next step; those that are late make it urgent."""

    @needs(right)
    def waiting(scope: Scope, on: date) -> tuple[Task, Waiting]:
        rows = Finding.objects.filter(state__in=states)
        # Who is sent to act sees his own, wherever they lie.
        mine = Q(assigned_to=scope.user) if tab == "mine" else scope.where(right).q("area_code")
        rows = rows.filter(mine)
        late, more = bounded_count(rows.filter(due__lt=timezone.now()), MOST)
        text = f"其中 {late:,}{'+' if more else ''} 件已超时" if late else ""
        return Task(title, "visits:findings", URGENT if late else SOON, text, "warning", f"tab={tab}"), rows

    return waiting


FINDING_WORK = (
    findings_waiting("finding.verify", "待派单的异常情况", "open", (Finding.State.OPEN,)),
    findings_waiting("finding.handle", "派给我的异常情况", "mine", (Finding.State.ASSIGNED,)),
    findings_waiting("finding.verify", "待核实的异常情况", "acted", (Finding.State.ACTED,)),
)


@needs("visit.read")
def not_visited_yet(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """From the day that policy names: who has not been visited this month."""
    rows = visit_figures.not_yet(scope, f"{on:%Y-%m}")
    task = Task("本月尚未探访", "visits:not_yet", URGENT if on.day > LAST_DAYS else SOON, "月末前都要走到", "people")
    if on.day < load_visits().targets.remind_from_day:
        return task, (0, False)
    return task, kept(f"visits.not_yet.{on:%Y-%m}", scope, lambda: bounded_count(rows, MOST))


@needs("visit.do")
def my_round_today(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """The visits that I am to make today."""
    mine = Visit.objects.filter(
        visitor=scope.user or 0, on__lte=on, state__in=(Visit.State.PLANNED, Visit.State.NOT_FOUND)
    )
    late = mine.filter(on__lt=on).exists()
    return Task("今天要探访的老人", "visits:round", URGENT if late else SOON, "按顺序走，走完登记", "place"), mine


@needs("visit.plan")
def plans_to_decide(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Plans of visits that are ready and not in force."""
    rows = Plan.objects.filter(scope.where("visit.plan").q("area_code"), state=Plan.State.READY)
    return Task("待启用的探访计划", "visits:board", SOON, "看过后启用", "month"), rows


@needs("person.correct")
def observed_to_confirm(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """What visitors saw to be otherwise."""
    rows = Observation.objects.filter(scope.where("person.correct").q("area_code"), state=Observation.State.WAITING)
    return Task("探访所见变化，待确认", "visits:observed", SOON, "确认后写入档案", "check"), rows


# The lists on which somebody takes a step; the others only show.
ASSESSMENT_WORK = tuple(assessments_waiting(work) for work in assessments.WORKS if work.right != "assessment.read")
CASE_WORK = tuple(cases_waiting(work) for work in WORKS if work.right != "case.read")

SOURCES: tuple[Source, ...] = (
    deliveries_stopped, deliveries_to_decide, my_failed_deliveries, doubles_to_judge, people_without_area,
    notices_to_send, corrections_asked, tokens_expiring, lines_to_mend, newly_in_groups, facts_contested,
    runs_to_decide, answers_to_confirm, facts_to_ask, arrears_to_decide, grants_expiring, refusals, jobs_failed,
    revisions_for_me, my_round_today, *FINDING_WORK, not_visited_yet, plans_to_decide, observed_to_confirm,
    cases_escalated, *CASE_WORK,
    brought_home("visit.plan"), brought_home("assessment.plan"), *ASSESSMENT_WORK, qualifications_expiring,
)  # fmt: skip


def tasks_for(scope: Scope, on: date) -> list[Task]:
    """The tasks of a scope with anything in them, the most urgent first."""
    found = []
    for source in SOURCES:
        right: str = source.right  # type: ignore[attr-defined]
        if scope.may(right):
            task, rows = source(scope, on)
            count, more = rows if isinstance(rows, tuple) else bounded_count(rows, MOST)
            found.append(replace(task, count=count, is_more=more, right=right))
    return sorted((task for task in found if task.count and task.address), key=lambda task: ORDER[task.urgency])
