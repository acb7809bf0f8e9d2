"""How the system runs: refused accesses, jobs that failed."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from yiyang.access.scope import Scope
from yiyang.audit.models import AuditLine
from yiyang.workbench.tasks.task import CALM, URGENT, Source, Task, Waiting, needs


@needs("audit.read")
def refusals(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Refused accesses since yesterday."""
    rows = AuditLine.objects.filter(
        scope.where("audit.read").q("area_code"), kind=AuditLine.Kind.DENY, at__gte=timezone.now() - timedelta(days=1)
    )
    return Task("24 小时内被拒绝的访问", "audit:log", CALM, "查看有无越权试探", "locked", "kind=deny"), rows


@needs("system.read")
def jobs_failed(scope: Scope, on: date) -> tuple[Task, Waiting]:
    """Background jobs that gave up."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(status="failed")
    return Task("失败的后台任务", "site:system", URGENT, "查看原因后重试", "system"), rows


SOURCES: tuple[Source, ...] = (
    refusals,
    jobs_failed,
)
