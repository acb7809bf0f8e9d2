"""Deliveries to decide on, doubles to judge, facts to settle."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from yiyang.access.ranges import NO_AREA
from yiyang.access.scope import Scope
from yiyang.kit.paging import bounded_count
from yiyang.registry.models import Delivery, Membership, Person, PossibleDouble, QuarantineLine
from yiyang.workbench.figures import kept
from yiyang.workbench.tasks.task import CALM, MOST, SOON, URGENT, WAITING_TOO_LONG, Source, Task, Waiting, needs


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


@needs("delivery.upload")
def my_failed_deliveries(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """What I delivered in the last month and could not be used."""
    rows = Delivery.objects.filter(
        state__in=(Delivery.State.FAILED, Delivery.State.REFUSED),
        delivered_by=scope.user,
        delivered_at__gte=timezone.now() - timedelta(days=30),
    )
    return Task("我交付的文件须改正", "registry:deliveries", SOON, "改正后重新交付", "error", "state=failed"), rows


@needs("link.judge")
def doubles_to_judge(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Pairs that may be one person."""
    task = Task("疑似同一人，待判定", "registry:doubles", SOON, "并排比较后判定", "doubles")
    return task, PossibleDouble.objects.filter(state=PossibleDouble.State.OPEN)


@needs("person.correct")
def people_without_area(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People that belong to no area yet: for the city's intake clerk."""
    task = Task("未落区划的老年人", "registry:people", SOON, "分派到乡镇（街道）", "place", f"area={NO_AREA}")
    rows = Person.objects.filter(area_code=NO_AREA, merged_into=None)
    return task, rows if NO_AREA in scope.people else rows.none()


@needs("delivery.upload")
def lines_to_mend(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Quarantined rows of accepted deliveries."""
    accepted = Delivery.objects.filter(state=Delivery.State.ACCEPTED)
    task = Task("待核的数据行", "registry:deliveries", CALM, "请原部门改正后随下月交付", "warning", "state=accepted")
    return task, QuarantineLine.objects.filter(delivery__in=accepted)


@needs("group.read")
def newly_in_groups(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People found this month to belong to a hardship group."""
    within = Person.objects.filter(merged_into=None).values("pk")
    rows = Membership.objects.filter(left=None, entered__gte=on.replace(day=1), person__in=within)
    task = Task("本月新进入重点人群", "registry:groups", CALM, "看看有没有要登门的", "groups", "entered=1")
    return task, kept(f"entered.{on:%Y-%m}", scope, lambda: bounded_count(rows, MOST))


@needs("person.correct")
def facts_contested(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """People one of whose facts a clerk and a register state differently."""
    task = Task("事实有争议的老年人", "registry:people", CALM, "登记册与更正不一致", "unknown", "contested=1")
    rows = Person.objects.filter(merged_into=None).exclude(contested=[])
    return task, kept("contested", scope, lambda: bounded_count(rows, MOST))


SOURCES: tuple[Source, ...] = (
    deliveries_stopped, deliveries_to_decide, my_failed_deliveries, doubles_to_judge, people_without_area,
    lines_to_mend, newly_in_groups, facts_contested,
)  # fmt: skip
